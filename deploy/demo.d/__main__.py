"""Runs the demo: the stages in order, and the end. Started by deploy/demo."""

import argparse
import fcntl
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "deploy/demo-appliance"))

import kills
import plan
import proof
import tamper
import workshop
from bench import Workbench
from boxes import Fleet
from centre import Centre
from folder import SOCKET_PATH_MAX
from plan import Failed, Place, Stopped
from screen import Screen
from story import Story

STAGES = 7  # deploy/demo itself does the first
EXIT_FAILED, EXIT_STOPPED = 1, 130
SOCKET_BELOW = "/box-00/run/root-helper.sock"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="deploy/demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave it up until Ctrl-C")
    parser.add_argument("--json", action="store_true", help="end with what was measured, as JSON")
    parser.add_argument("--no-install", action="store_true", help="install nothing")
    parser.add_argument("--dir", type=Path, help="instead of build/demo")
    hidden = argparse.SUPPRESS
    parser.add_argument("--appliances", type=int, default=plan.APPLIANCES, help=hidden)
    parser.add_argument("--build", type=Path, default=ROOT / "build/release", help=hidden)
    parser.add_argument("--programs", type=Path, help=hidden)  # take these and build nothing
    parser.add_argument("--tamper", action="store_true", help=hidden)
    parser.add_argument("--kills", choices=("kill-before", "kill-after"), help=hidden)
    return parser.parse_args()


class Demo:
    def __init__(self, options: argparse.Namespace):
        self.options = options
        self.bench = Workbench()
        self.screen = Screen(sys.stdout.isatty())
        self.home = home_of(options.dir)
        self.place = Place(self.home, options.programs or options.build.absolute() / "bin")
        self.stage = "preparing"
        self.number = 1
        self.started = 0.0
        self.lock = None

    def begin(self, name: str) -> None:
        self.number += 1
        self.stage = name
        self.screen.stage(f"{self.number}/{STAGES}", name)

    def run(self) -> int:
        self.claim_home()
        self.build()
        self.started = self.screen.started = time.monotonic()
        centre = self.prepare()
        fleet = self.populate(centre)
        story = Story(self.bench, self.place, centre, fleet, self.screen)
        if self.options.tamper:
            self.begin(f"{plan.GOOD}, with bytes of its image changed at the coordinator")
            return tamper.show(story, self.place)
        if self.options.kills:
            self.begin(f"{plan.GOOD}, with each agent killed at another of its writes")
            return kills.show(story, self.place)
        self.begin(f"{plan.GOOD}, a good release")
        self.screen.goes_on("rolling out to all, with processes killed on the way")
        committed, _ = story.good()
        self.begin(f"{plan.BAD}, a bad release")
        self.screen.goes_on("rolling out, and meant to halt itself")
        bad = story.bad()
        measured = self.measure(centre, fleet, committed, bad)
        return self.close(measured, bad, centre)

    # --- the stages -----------------------------------------------------------------------------
    def claim_home(self) -> None:
        """The folder is ours alone, and empty but for the images of an earlier run."""
        self.home.mkdir(parents=True, exist_ok=True)
        mark = self.home / plan.MARK
        if not mark.exists() and any(self.home.iterdir()):
            raise Failed(f"{self.home} is not empty and not of an earlier demo", None,
                         "name another folder with --dir")
        self.lock = open(mark, "a", encoding="utf-8")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Failed(f"another demo runs in {self.home}", None,
                         "end it, or name another folder with --dir") from error
        for path in self.home.iterdir():
            if path.is_dir() and path.name != "images":
                shutil.rmtree(path)
            elif path.is_file() and path != mark:
                path.unlink()
        self.place.logs.mkdir()
        free = shutil.disk_usage(self.home).free
        if free < plan.DISK_NEEDED_BYTES:
            raise Failed(f"{self.home} has {free >> 20} MiB free; "
                         f"{plan.DISK_NEEDED_BYTES >> 20} are needed", None,
                         "make room, or name another folder with --dir")

    def build(self) -> None:
        self.begin("build")
        if self.options.programs is None:
            workshop.build(self.bench, self.options.build.absolute(),
                           self.place.logs / "build.log", self.screen.progress)
        workshop.require_programs(self.place)
        self.screen.done("done")

    def prepare(self) -> Centre:
        self.begin("keys and images")
        centre = Centre(self.bench, self.place)
        centre.drydock("pki", "init", self.place.pki, online=False)
        made = workshop.make_images(self.bench, self.place, self.place.logs / "images.log")
        size = self.place.image(plan.GOOD).stat().st_size / (1 << 20)
        self.screen.done(f"four keys; images of {plan.FIRST}, {plan.GOOD} and {plan.BAD}, "
                         f"{size:.0f} MiB each{'' if made else ' (of an earlier run)'}")
        return centre

    def populate(self, centre: Centre) -> Fleet:
        self.begin("coordinator")
        self.place.centre.mkdir()
        centre.start()
        centre.await_answer()
        self.screen.done(f"edge {centre.ports['edge']}, operators {centre.ports['operator']}, "
                         f"health {centre.ports['http']}")
        count = kills.BOXES if self.options.kills else self.options.appliances
        fleet = Fleet(self.bench, self.place, count)
        self.begin(f"{len(fleet.boxes)} appliances")
        url = f"https://127.0.0.1:{centre.ports['edge']}"
        making = []
        for box in fleet.boxes:
            identity = self.home / "identities" / box.name
            identity.parent.mkdir(exist_ok=True)
            centre.drydock("appliance", "provision", "--pki", self.place.pki,
                           "--client", box.client, "--site", box.site,
                           "--hardware", plan.HARDWARE, "--out", identity)
            making.append(fleet.make(box, identity, url))
        for command in making:
            self.bench.finish(command, plan.COMMAND_LIMIT_S)
        if self.options.kills:
            kills.plant(fleet, self.options.kills)
        fleet.switch_on()
        Story(self.bench, self.place, centre, fleet, self.screen).first_boot()
        sites = len({box.place for box in fleet.boxes})
        clients = len({box.client for box in fleet.boxes})
        self.screen.done(f"all run {plan.FIRST}, on {sites} sites of {clients} clients, and check "
                         f"in every {plan.POLL_S} s")
        return fleet

    def measure(self, centre: Centre, fleet: Fleet, committed: int, bad: dict) -> proof.Measured:
        """Reads the journals until the last reports have arrived, or it is too late for them."""
        self.stage = "counting"
        deadline = time.monotonic() + plan.REPORTS_LIMIT_S
        while True:
            missing, total = proof.count_lost(centre, fleet, committed)
            if missing == 0 or time.monotonic() >= deadline:
                break
            self.bench.tick()
        self.screen.say(f"{total} reports in the appliances' journals, {missing} of them not "
                        "counted at the centre")
        return proof.Measured(
            appliances=len(fleet.boxes), committed=committed, exposed=bad["exposed"],
            rolled_back=bad["rolled_back"], halted=bad["halted"],
            coordinator_kills=centre.kills_seen, agent_kills=fleet.agent_kills(),
            lost_reports=missing, seconds=round(time.monotonic() - self.started, 1))

    # --- the end --------------------------------------------------------------------------------
    def close(self, measured: proof.Measured, bad: dict, centre: Centre) -> int:
        wrong = proof.objections(measured, bad)
        print(f"\n{plan.GOOD} reached {measured.committed} of {measured.appliances} appliances, "
              f"though the coordinator was killed {times(measured.coordinator_kills)} and "
              f"{measured.agent_kills} agents in the middle of their installs.\n"
              f"{plan.BAD} was booted by {measured.exposed}; {measured.rolled_back} of "
              f"{measured.exposed} fell back, and the rollout "
              f"{'halted itself' if measured.halted else 'did NOT halt'}: "
              f"{bad['on_good']} of {measured.appliances} run {plan.GOOD}.\n"
              f"{measured.lost_reports} reports were lost. It took {measured.seconds} s. "
              f"Everything lies in {shown(self.home)}.")
        self.suggest(centre, bad)
        if wrong:
            print(f"\ndemo: FAILED in stage counting: {'; '.join(wrong)}\n"
                  f"  log   {self.place.logs}\n  next  read the log of the coordinator there")
        if self.options.keep:
            self.leave_up(centre)
        if self.options.json:
            self.bench.end_all()
            print(measured.line(), flush=True)
        return EXIT_FAILED if wrong else 0

    def suggest(self, centre: Centre, bad: dict) -> None:
        drydock = shown(self.place.program("drydock"))
        print("\nTry next:")
        if not self.options.keep:
            journal = shown(self.place.centre / "journal")
            print("  deploy/demo --keep    the same, left up: then `drydock why` can answer\n"
                  f"  {drydock} journal verify {journal}\n"
                  "  tests/run")
            return
        flags = " ".join(centre.identity_flags())
        appliance = bad["appliances"][0] if bad["appliances"] else "APPLIANCE"
        print(f"  drydock() {{ {self.place.program('drydock')} {flags} \"$@\"; }}\n"
              f"  drydock why {appliance}\n"
              f"  drydock rollout status {bad['rollout']}\n"
              f"  drydock rollout rollback 1 --why 'to see it'; drydock rollout watch "
              f"{bad['rollout'] + 1}")

    def leave_up(self, centre: Centre) -> None:
        print("\nIt stays up until Ctrl-C.", flush=True)
        try:
            while True:
                self.bench.tick(1.0)
                centre.keep()
        except Stopped:
            print("\ndemo: ending")


def shown(path: Path) -> Path:
    """As a person in the checkout would name it."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def home_of(wanted: Path | None) -> Path:
    """build/demo, or a short folder when a socket's path would not fit below that one."""
    home = (wanted or ROOT / "build/demo").absolute()
    if len(f"{home}{SOCKET_BELOW}".encode()) <= SOCKET_PATH_MAX:
        return home
    if wanted is not None:
        raise Failed(f"{home} is too long a path for the appliances' sockets", None,
                     f"name a folder of at most {SOCKET_PATH_MAX - len(SOCKET_BELOW)} bytes")
    return Path(tempfile.mkdtemp(prefix="drydock-demo-", dir="/var/tmp"))


def main() -> int:
    demo = None
    try:
        demo = Demo(arguments())
        return demo.run()
    except Stopped:
        print("\ndemo: stopped; everything it started has ended", flush=True)
        return EXIT_STOPPED
    except Failed as failed:
        stage = demo.stage if demo else "preparing"
        log = failed.log or (demo.place.logs if demo else "none yet")
        print(f"\ndemo: FAILED in stage {stage}: {failed}\n  log   {log}\n"
              f"  next  {failed.next or 'read the log, mend what it names, run deploy/demo again'}",
              flush=True)
        return EXIT_FAILED
    finally:
        if demo is not None:
            demo.bench.end_all()


if __name__ == "__main__":
    sys.exit(main())
