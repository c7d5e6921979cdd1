"""A clean Debian 12 with our packages: installed by apt, booted by systemd-nspawn.

The root is made once (build/debian-root) and lies below a throw-away overlay. The machine lives in
a network namespace of its own, in which this process can run programs as well: 127.0.0.1 is the
same for both. Slots are plain files and the boot state is in a
plain folder, mounted at /boot.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(os.environ.get("DRYDOCK_BIN", ROOT / "build/release/bin"))
BASE = ROOT / "build/debian-root"
DOWNLOADS = ROOT / "build/debian-downloads"  # of apt, so that a second run loads little
BASE_PACKAGES = "systemd,systemd-sysv,dbus"
sys.path.insert(0, str(ROOT / "deploy/demo-appliance"))

from boot_state import BootState, format_state  # noqa: E402

ROOT_LIMIT_S, APT_LIMIT_S, COMMAND_LIMIT_S, BOOT_LIMIT_S = 900, 900, 180, 120
TICK_S = 0.1
HELPER = ("/bin/sh -c 'exec /usr/bin/root-helper --allow-uid "
          "\"$$(id -u compliance-agent)\" \"$$@\"' root-helper "
          "--slot-a /slot-a --slot-b /slot-b --esp-device /esp-device --cmdline /cmdline")


class Failed(Exception):
    pass


def run(*command: str | Path, limit_s: float = COMMAND_LIMIT_S) -> str:
    ran = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                         timeout=limit_s, check=False)
    if ran.returncode != 0:
        words = " ".join(map(str, command))
        said = ran.stderr[-900:] + ran.stdout[-300:]  # an error first, however much was done well
        raise Failed(f"{words[:160]} ended with {ran.returncode}: {said}")
    return ran.stdout


def base_root() -> Path:
    """A minimal Debian with an init and nothing of ours; made where it is not there yet."""
    mark = BASE / "made-of"
    if not mark.is_file() or mark.read_text(encoding="utf-8") != BASE_PACKAGES:
        shutil.rmtree(BASE, ignore_errors=True)
        BASE.parent.mkdir(parents=True, exist_ok=True)
        run("mmdebstrap", "--quiet", "--variant=minbase", "--mode=root",
            f"--include={BASE_PACKAGES}", "bookworm", BASE, limit_s=ROOT_LIMIT_S)
        mark.write_text(BASE_PACKAGES, encoding="utf-8")
    return BASE


def build_packages(out: Path, version: str) -> dict[str, Path]:
    # The least compression: the packages are installed once, here.
    run("env", "DPKG_DEB_COMPRESSOR_LEVEL=1", ROOT / "deploy/debian/build", "--programs", BIN,
        "--out", out, "--version", version, limit_s=ROOT_LIMIT_S)
    return {path.name.split("_")[0]: path for path in out.glob(f"*_{version}_*.deb")}


class Machine:
    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="drydock-packaged-"))
        self.root = self.folder / "root"
        self.esp = self.folder / "esp"  # mounted at /boot
        self.esp.mkdir()
        self.space = f"drydock-{os.getpid()}-{id(self) & 0xffff:x}"
        self.nspawn: subprocess.Popen | None = None
        self.undo: list[list[str]] = []
        self.programs: list[subprocess.Popen] = []
        try:
            layers = self.folder / "layers"
            self.mount(layers, "-t", "tmpfs", "tmpfs")
            for name in ("upper", "work"):
                (layers / name).mkdir()
            self.mount(self.root, "-t", "overlay", "overlay", "-o",
                       f"lowerdir={base_root()},upperdir={layers}/upper,workdir={layers}/work")
            run("ip", "netns", "add", self.space)
            self.undo.append(["ip", "netns", "delete", self.space])
            run("ip", "-n", self.space, "link", "set", "lo", "up")
        except BaseException:
            self.close()
            raise

    def mount(self, where: Path, *what: str) -> None:
        where.mkdir()
        run("mount", *what, where)
        self.undo.append(["umount", str(where)])

    def close(self) -> None:
        self.power_off()
        for program in self.programs:
            program.terminate()
            program.wait(timeout=COMMAND_LIMIT_S)
        for command in reversed(self.undo):
            subprocess.run(command, check=True)
        shutil.rmtree(self.folder)

    # --- before it runs ---------------------------------------------------------------------
    def write(self, path: str, text: str | bytes, mode: int = 0o644) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode() if isinstance(text, str) else text)
        target.chmod(mode)

    def install(self, *packages: Path) -> list[str]:
        """As apt would, with what they depend on and recommend; names of all that came with it."""
        before = set(self.installed())
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        names = [package.name for package in packages]
        for package in packages:
            shutil.copy(package, self.root / "tmp" / package.name)
        binds = ""
        for folder in ("var/lib/apt/lists", "var/cache/apt/archives"):
            kept = DOWNLOADS / folder
            (kept / "partial").mkdir(parents=True, exist_ok=True)
            binds += f"mount --bind {kept} {self.root}/{folder}; "
        # A folder of this test's run is not there in the root.
        script = ("set -e; unset TMPDIR; mount -t proc proc /proc; "
                  "export DEBIAN_FRONTEND=noninteractive; "
                  "apt='apt-get -qq -o Acquire::Languages=none "
                  "-o APT::Keep-Downloaded-Packages=1'; $apt update; $apt -y install "
                  + " ".join(f"/tmp/{name}" for name in names))
        run("unshare", "--mount", "sh", "-c", f'set -e; {binds} exec chroot {self.root} "$@"', "-",
            "sh", "-c", script, limit_s=APT_LIMIT_S)
        return sorted(set(self.installed()) - before)

    def installed(self) -> dict[str, int]:
        """Installed packages and their size in kB, as dpkg counts it."""
        told = run("dpkg-query", f"--admindir={self.root}/var/lib/dpkg", "-W", "-f",
                   "${db:Status-Status} ${Package} ${Installed-Size}\n")
        rows = [line.split() for line in told.splitlines()]
        return {row[1]: int(row[2]) for row in rows if row[0] == "installed"}

    def become_box(self, slot_bytes: int) -> None:
        """What imaging leaves on a box: slot A runs, slot B is empty."""
        self.write("cmdline", "ab.partition=A ab.tries_left=0 ab.fallback=0\n")
        for name in ("ab_state", "ab_state2"):
            (self.esp / name).write_bytes(format_state(BootState(7, "A", "-", "0" * 16)))
        for name in ("slot-a", "slot-b"):
            with open(self.root / name, "wb") as slot:
                slot.truncate(slot_bytes)
        (self.root / "etc/os-release").unlink()
        self.write("etc/os-release", 'ID=drydock\nVERSION_ID="1.0.0"\n')
        self.write("etc/msp/agent.yaml",
                   "paths: {slot_a: /slot-a, slot_b: /slot-b, cmdline: /cmdline}\n")
        self.write("esp-device", "")
        self.write("etc/systemd/system/root-helper.service.d/files.conf", "[Service]\nExecStart=\n"
                   f"ExecStart={HELPER}\nReadWritePaths=/slot-a /slot-b\n"
                   "Environment=PATH=/noted:/usr/bin:/bin\n")
        # A reboot would end the container: it is noted instead.
        self.write("noted/systemctl", "#!/bin/sh\necho \"asked: systemctl $*\"\n", 0o755)

    def provision(self, pki: Path) -> str:
        """With a coordinator that runs in this network; answers the appliance's number."""
        identity = self.folder / "identity"
        self.drydock(pki, "appliance", "provision", "--pki", pki, "--client", "acme", "--site",
                     "north", "--hardware", "box", "--out", identity)
        for file in identity.iterdir():
            shutil.copy(file, self.root / "var/lib/msp/identity" / file.name)
        return json.loads((identity / "identity.json").read_text(encoding="utf-8"))["appliance"]

    def drydock(self, pki: Path, *words: str | Path) -> dict:
        """The operator's command, against the coordinator of this network."""
        return json.loads(self.ask(
            BIN / "drydock", "--server", "https://127.0.0.1:9443", "--cert", pki / "admin.crt",
            "--key", pki / "admin.key", "--ca", pki / "operator-ca.crt", "--json", *words))

    # --- running ----------------------------------------------------------------------------
    def boot(self) -> None:
        with open(self.folder / "console", "ab") as console:
            self.nspawn = subprocess.Popen(
                ["systemd-nspawn", "-q", "-D", str(self.root), "--register=no", "--keep-unit",
                 f"--network-namespace-path=/run/netns/{self.space}", "--resolv-conf=off",
                 f"--bind={self.esp}:/boot",
                 "--kill-signal=SIGRTMIN+4",
                 # A container may not even ask about the clock, unless told so; setting it still
                 # takes a capability that this one has not.
                 "--system-call-filter=adjtimex clock_adjtime", "-b"],
                stdin=subprocess.DEVNULL, stdout=console, stderr=console)
        self.until("the machine is up", lambda: self.leader() and self.does(
            "test -S /run/systemd/private && systemctl is-active -q basic.target"), BOOT_LIMIT_S)

    def power_off(self) -> None:
        if self.nspawn is None:
            return
        if self.nspawn.poll() is None:
            self.nspawn.terminate()  # asks its init to power off
            try:
                self.nspawn.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.nspawn.kill()
                self.nspawn.wait(timeout=COMMAND_LIMIT_S)
        self.nspawn = None

    def leader(self) -> str:
        told = subprocess.run(["pgrep", "-P", str(self.nspawn.pid)], capture_output=True, text=True)
        return told.stdout.split()[0] if told.stdout else ""

    def inside(self, script: str) -> str | None:
        """What a shell in the machine says; None when it fails."""
        ran = subprocess.run(["nsenter", "-a", "-t", self.leader(), "/bin/sh", "-c", script],
                             capture_output=True, text=True, timeout=COMMAND_LIMIT_S,
                             env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"})
        return ran.stdout if ran.returncode == 0 else None

    def does(self, script: str) -> bool:
        return self.inside(script) is not None

    def must(self, script: str) -> str:
        said = self.inside(script)
        if said is None:
            raise Failed(f"in the machine: {script[:400]}: failed")
        return said

    def beside(self, *command: str | Path) -> subprocess.Popen:
        """A program of this host in the machine's network."""
        log = open(self.folder / f"{Path(command[0]).name}.log", "ab")
        with log:
            started = subprocess.Popen(["ip", "netns", "exec", self.space, *map(str, command)],
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.programs.append(started)
        return started

    def ask(self, *command: str | Path) -> str:
        return run("ip", "netns", "exec", self.space, *command)

    def until(self, what: str, holds: Callable[[], object],
              limit_s: float = COMMAND_LIMIT_S) -> float:
        """Seconds that it took."""
        began = time.monotonic()
        while not holds():
            if time.monotonic() - began > limit_s:
                journal = self.inside("journalctl -q -o cat -n 40") if self.nspawn else ""
                raise Failed(f"not within {limit_s:g} s: {what}; the journal ends: {journal}")
            time.sleep(TICK_S)
        return time.monotonic() - began
