"""What the demo is made of: who takes part, what is released, and how long anything may take."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ("compliance-agent", "health-gate", "root-helper", "fleet-coordinator", "drydock")
APPLIANCES = 12
# client, site, boxes at it: 12 on 8 sites of 2 clients.
SITES = (("acme", "berlin", 2), ("acme", "cologne", 1), ("acme", "hamburg", 2),
         ("acme", "munich", 1), ("globex", "lille", 2), ("globex", "lyon", 1),
         ("globex", "nantes", 2), ("globex", "paris", 1))
HARDWARE = "demo-box"

FIRST, GOOD, BAD = "1.0.0", "1.1.0", "1.2.0"
BALLAST_MIB = 16                   # makes an image about 20 MiB
RATE_BYTES_S = 5 * 1024 * 1024     # of one download: an install takes some seconds, so kills hit
POLL_S = 1                         # seconds between an appliance's check-ins
SOAK = "2s"                        # a committed release is watched so long
AGENT_KILLS = 2
INSTALLING_AT_CENTRE_KILL = 2       # installs under way when the coordinator is killed

TICK_S = 0.1
ASK_EVERY_S = 0.5                  # how often the coordinator is asked
BUILD_LIMIT_S = 3600.0
COMMAND_LIMIT_S = 60.0
CENTRE_LIMIT_S = 20.0              # until the coordinator answers
FIRST_BOOT_LIMIT_S = 60.0          # until every appliance has checked in
GOOD_LIMIT_S = 150.0
BAD_LIMIT_S = 90.0
REPORTS_LIMIT_S = 20.0             # until the last reports have arrived
DISK_NEEDED_BYTES = 3 * 1024 ** 3

MARK = "drydock-demo"              # a file that says: this folder is the demo's, it may be emptied


class Failed(Exception):
    """A stage did not do what it should. `log` is where to look, `next` what to do."""

    def __init__(self, why: str, log: Path | None = None, next_step: str = ""):
        super().__init__(why)
        self.log = log
        self.next = next_step


class Stopped(Exception):
    """Somebody pressed Ctrl-C, or sent SIGTERM."""


@dataclass(frozen=True)
class Place:
    """Where one run lies. `home` is emptied when a run begins; images outlive it."""

    home: Path
    programs: Path

    @property
    def pki(self) -> Path:
        return self.home / "pki"

    @property
    def centre(self) -> Path:
        return self.home / "centre"

    @property
    def logs(self) -> Path:
        return self.home / "log"

    def program(self, name: str) -> Path:
        return self.programs / name

    def image(self, version: str) -> Path:
        return self.home / "images" / f"{version}.img"


def seats(count: int) -> list[tuple[str, str]]:
    """(client, site) of each appliance, in order; the sites are used again when there are more."""
    one_round = [(client, site) for client, site, boxes in SITES for _ in range(boxes)]
    return [one_round[n % len(one_round)] for n in range(count)]
