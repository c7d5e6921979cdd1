"""One boot of an appliance in a container: this machine's root under a throw-away overlay."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(os.environ.get("DRYDOCK_BIN", ROOT / "build/release/bin"))
sys.path.insert(0, str(ROOT / "deploy/demo-appliance"))

from boot_state import (  # noqa: E402
    BootState, format_state, format_tries, kernel_arguments, parse_tries)

BOOT_S_MAX = 120
UPDATE = "0123456789abcdef"
HELPER_COMMAND = (
    "/bin/sh -c 'exec /usr/bin/root-helper --allow-uid \"$$(id -u compliance-agent)\" \"$$@\"' "
    "root-helper --slot-a /slot-a --slot-b /slot-b --esp-device /esp-device --cmdline /cmdline "
    "--unit other.service")
GATE_RECORD, GATE_KIND = 512, 41  # bytes of a record of gate.log, and where its kind stands
PASSED, FAILED, EXCUSED = 2, 3, 5
# What provisioning and the first boot do.
FIRST_BOOT = """[Unit]
DefaultDependencies=no
After=local-fs.target
Before=basic.target sockets.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'systemd-sysusers; systemd-tmpfiles --create'
"""
TARGET = """[Unit]
Requires=basic.target
Requires=first-boot.service
Wants=root-helper.socket msp-health-gate.service compliance-agent.service
Wants=proof.service fleet-coordinator.service msp-secrets.service msp-secrets.path
After=basic.target
"""


class Container:
    """Make it, change what lies below `root`, boot it once; `proof` is a shell script that runs
    beside the units, and whose output boot() returns."""

    def __init__(self, trial: bool = True, centre: bool = False):
        self.folder = Path(tempfile.mkdtemp(prefix="drydock-started-"))
        self.root = self.folder / "root"
        self.pki = self.folder / "pki"
        self.esp = self.folder / "esp"  # mounted at /boot
        layers = self.folder / "layers"
        self.mounted: list[Path] = []
        for where, what in ((layers, ["-t", "tmpfs", "tmpfs"]), (self.root, None)):
            where.mkdir()
            if what is None:
                (layers / "upper").mkdir()
                (layers / "work").mkdir()
                what = ["-t", "overlay", "overlay", "-o",
                        f"lowerdir=/,upperdir={layers}/upper,workdir={layers}/work"]
            subprocess.run(["mount", *what, str(where)], check=True)
            self.mounted.append(where)
        try:
            self.units = self.root / "etc/systemd/system"
            self.place(trial)
            if centre:
                self.place_centre()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        for where in reversed(self.mounted):
            subprocess.run(["umount", str(where)], check=True)
        shutil.rmtree(self.folder)

    def place(self, trial: bool) -> None:
        shutil.rmtree(self.root / "etc/msp", ignore_errors=True)
        run(str(ROOT / "deploy/systemd/install"), "appliance", "--root", str(self.root),
            "--programs", str(BIN))
        self.write("etc/msp/agent.env", "SITE_ID=north\nMCP_URL=https://127.0.0.1:8443\n")
        self.write("etc/msp/agent.yaml",
                   "paths: {slot_a: /slot-a, slot_b: /slot-b, cmdline: /cmdline}\n")
        self.write("esp-device", "")
        (self.root / "etc/os-release").unlink()
        self.write("etc/os-release", 'ID=drydock\nVERSION_ID="1.0.0"\n')
        self.write("cmdline", (kernel_arguments("B", 2, 0, True) if trial else
                               kernel_arguments("A", 0, 0, False)) + "\n")
        state = BootState(7, "A", "B", UPDATE) if trial else BootState(7, "A", "-", "0" * 16)
        self.esp.mkdir()
        for name in ("ab_state", "ab_state2"):
            (self.esp / name).write_bytes(format_state(state))
        # As the boot menu leaves it: one of three tries is counted.
        (self.esp / "ab_tries").write_bytes(
            format_tries(UPDATE, 2) if trial else format_tries(None, 0))
        for name in ("slot-a", "slot-b"):
            (self.root / name).write_bytes(bytes(4096))
        run(str(BIN / "drydock"), "pki", "init", str(self.pki))
        run(str(BIN / "drydock"), "appliance", "provision", "--pki", str(self.pki), "--client",
            "acme", "--site", "north", "--hardware", "box", "--no-register", "--out",
            str(self.root / "var/lib/msp/identity"))
        self.unit("first-boot.service", FIRST_BOOT)
        self.unit("started.target", TARGET)
        self.unit("root-helper.service.d/files.conf", "[Service]\nExecStart=\nExecStart="
                  f"{HELPER_COMMAND}\nReadWritePaths=/slot-a /slot-b\n")
        # A reboot would only start the container anew: it is noted instead.
        self.write("noted/systemctl", "#!/bin/sh\necho \"asked: systemctl $*\"\n", 0o755)
        self.unit("msp-trial-end.service.d/noted.conf",
                  "[Service]\nEnvironment=PATH=/noted:/usr/bin:/bin CMDLINE=/cmdline\n")

    def place_centre(self) -> None:
        run(str(ROOT / "deploy/systemd/install"), "coordinator", "--root", str(self.root),
            "--programs", str(BIN))
        keys = self.root / "etc/drydock/pki"
        shutil.copytree(self.pki, keys)
        for offline in ("release.key", "operator-ca.key", "admin.key"):
            (keys / offline).unlink()
        # The first check-in may come before the coordinator listens; the next soon follows.
        self.write("etc/msp/agent.env",
                   "SITE_ID=north\nMCP_URL=https://localhost\nPOLL_INTERVAL=1\n")

    def place_secrets(self, listed: str, **secrets: str) -> None:
        """Encrypted with the real age, for a key that only this box has."""
        run(str(ROOT / "deploy/systemd/install"), "secrets", "--root", str(self.root))
        key = self.root / "var/lib/sops-age/keys.txt"
        run("age-keygen", "-o", str(key))
        self.recipient = subprocess.run(["age-keygen", "-y", str(key)], capture_output=True,
                                        text=True, check=True).stdout.strip()
        for name, text in secrets.items():
            self.encrypt(f"etc/secrets/{name.replace('_', '-')}.age", text)
        self.write("etc/msp/secrets.conf", listed)

    def encrypt(self, path: str, text: str) -> None:
        subprocess.run(["age", "-r", self.recipient, "-o", str(self.root / path)],
                       input=text.encode(), check=True)

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        target.chmod(mode)

    def unit(self, name: str, text: str) -> None:
        self.write(f"etc/systemd/system/{name}", text)

    def boot(self, proof: str, after: str = "compliance-agent.service",
             limit_s: int = BOOT_S_MAX) -> str:
        self.write("proof.sh", f"exec >/proof.txt 2>&1\n{proof}\n")
        self.unit("proof.service", f"[Unit]\nAfter={after}\n[Service]\nType=oneshot\n"
                  "ExecStart=/bin/sh /proof.sh\nExecStopPost=systemctl --no-block poweroff\n"
                  f"TimeoutStartSec={limit_s - BOOT_S_MAX // 2}\n")
        console = self.folder / "console"
        with open(console, "wb") as sink:
            subprocess.run(
                # A container may not even ask about the clock, unless told so; setting it still
                # takes a capability that this one has not.
                # Its clock since boot begins near zero, as that of a box does.
                ["timeout", str(limit_s), *just_booted(), "systemd-nspawn", "-q", "-D",
                 str(self.root),
                 "--register=no", "--keep-unit", "--private-network",
                 f"--bind={self.esp}:/boot",
                 "--system-call-filter=adjtimex clock_adjtime", "-b",
                 "systemd.unit=started.target"], stdout=sink, stderr=sink, check=False)
        proof_text = self.root / "proof.txt"
        if not proof_text.exists():
            tail = console.read_text(errors="replace")[-2000:]
            raise AssertionError(f"the container came to no proof; its console ends: {tail!r}")
        return proof_text.read_text(encoding="utf-8")

    # --- after it has ended -----------------------------------------------------------------
    def tries_left(self) -> str:
        return parse_tries((self.esp / "ab_tries").read_bytes())["tries_left"]

    def gate_kinds(self) -> list[int]:
        """What gate.log says, record by record: PASSED, FAILED, EXCUSED."""
        log = (self.root / "var/lib/msp/update/gate.log").read_bytes()
        return [log[at + GATE_KIND] for at in range(0, len(log), GATE_RECORD)]


def just_booted() -> list[str]:
    """Runs what follows in a time namespace of its own."""
    since_boot = int(time.clock_gettime(time.CLOCK_BOOTTIME))
    monotonic = int(time.clock_gettime(time.CLOCK_MONOTONIC))
    return ["unshare", "--time", f"--boottime=-{since_boot}", f"--monotonic=-{monotonic}", "--fork",
            "--kill-child=SIGTERM"]


def run(*command: str) -> None:
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        raise AssertionError(f"{json.dumps(command)} failed: {ran.stderr.strip()}")
