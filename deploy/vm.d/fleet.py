"""The folder of a fleet: keys, the coordinator's data, images, and a folder for each machine."""

import json
import shlex
import subprocess
import sys
import tarfile
import tempfile
import time
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy/image"))

import disk  # noqa: E402
from detached import Detached  # noqa: E402
from machine import CENTRE_ADDRESS, EDGE_PORT, Machine  # noqa: E402
from slot import Slot, make_slot, write  # noqa: E402

SIZES = disk.Sizes(esp=264, slot=72, data=48)  # MiB
IMAGE_MIB = 64
HARDWARE, CLIENT, SITE = "vm-box", "acme", "north"
# no_timer_check: on a busy host the kernel takes a translated timer for broken, and stops.
ARGUMENTS = "console=ttyS0,115200 quiet no_timer_check panic=1 oops=panic"
FAILING = 'name: self-check\ncommand: ["false"]\ntimeout_ms: 5000\nseverity: required\n'
READY_S, COMMAND_S, TICK_S = 60.0, 300.0, 0.2
POLICY = Path(__file__).with_name("policy.yaml")


class Failed(Exception):
    """What went wrong, and what to do."""


class Fleet:
    def __init__(self, folder: Path, programs: Path):
        # QEMU's options are split at commas.
        if not str(folder).replace("/", "").replace("-", "").replace("_", "").replace(
                ".", "").isalnum():
            raise Failed(f"--folder {folder}: accepted: letters, digits, '/', '-', '_' and '.'")
        self.folder, self.programs = folder, programs
        self.pki, self.data, self.forward = folder / "pki", folder / "centre", folder / "forward"
        self.centre = Detached(folder, "fleet-coordinator")

    def program(self, name: str) -> Path:
        path = self.programs / name
        if not path.is_file():
            raise Failed(f"{self.programs} has no {name}; build it, or name another --programs")
        return path

    def machines(self) -> list[Machine]:
        found = sorted(self.folder.glob("box-*/disk.img"), key=lambda path: (len(str(path)), path))
        return [Machine(self.folder, path.parent.name) for path in found]

    def run(self, *words: str | Path) -> str:
        ran = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                             timeout=COMMAND_S, check=False)
        if ran.returncode != 0:
            raise Failed(f"{shlex.join(map(str, words[:3]))} ...: {ran.stderr.strip()[-600:]}")
        return ran.stdout

    def drydock(self, *words: str | Path) -> dict:
        ports = json.loads((self.data / "ports.json").read_text(encoding="utf-8"))
        return json.loads(self.run(
            self.program("drydock"), "--server", f"https://127.0.0.1:{ports['operator']}",
            "--cert", self.pki / "admin.crt", "--key", self.pki / "admin.key", "--ca",
            self.pki / "operator-ca.crt", "--json", *words))

    # --- up -------------------------------------------------------------------------------------
    def make_keys(self) -> None:
        if not self.pki.exists():
            self.run(self.program("drydock"), "pki", "init", self.pki, "--edge-host",
                     CENTRE_ADDRESS)
        told = self.data / "ports.json"
        write(self.forward, "#!/bin/sh\n# The edge's port may be another after each start.\n"
              f"exec busybox nc 127.0.0.1 \"$(sed 's/.*\"edge\":\\([0-9]*\\).*/\\1/' {told})\"\n",
              0o755)

    def start_centre(self, dry: bool) -> None:
        told = self.data / "ports.json"
        if not dry and not self.centre.pid():
            told.unlink(missing_ok=True)
        self.centre.start([self.program("fleet-coordinator"), "--data", self.data, "--pki",
                           self.pki, "--edge", "127.0.0.1:0", "--operator", "127.0.0.1:0",
                           "--http", "127.0.0.1:0"], dry)
        deadline = time.monotonic() + READY_S
        while not dry and not told.is_file():
            if not self.centre.pid() or time.monotonic() > deadline:
                raise Failed(f"the coordinator does not start; its log is {self.centre.log}")
            time.sleep(TICK_S)

    def image(self, version: str, bad: bool = False) -> Path:
        out = self.folder / f"slot-{version}.img"
        if out.exists():
            return out
        loader = SourceFileLoader("image_build", str(ROOT / "deploy/image/build"))
        build = module_from_spec(spec_from_loader("image_build", loader))
        loader.exec_module(build)
        kernel = build.unpacked_kernel(ROOT / "build/kernel", build.TINY_KERNEL)
        slot = Slot(version, self.programs, kernel, IMAGE_MIB, ARGUMENTS, ("soak: 2s",),
                    {"self.yaml": FAILING} if bad else {})
        with tempfile.TemporaryDirectory(prefix="image-", dir=self.folder) as scratch:
            made = Path(scratch) / "slot.img"
            make_slot(made, slot, Path(scratch))
            made.rename(out)
        return out

    def make_machine(self, name: str, image: Path) -> Machine:
        machine = Machine(self.folder, name)
        if (machine.folder / "disk.img").exists():
            return machine
        with tempfile.TemporaryDirectory(prefix="box-", dir=self.folder) as scratch:
            here = Path(scratch)
            self.drydock("appliance", "provision", "--pki", self.pki, "--client", CLIENT, "--site",
                         SITE, "--hardware", HARDWARE, "--out", here / "identity")
            write(here / "agent.env", f"SITE_ID={SITE}\nMCP_URL=https://{CENTRE_ADDRESS}:"
                  f"{EDGE_PORT}\nPOLL_INTERVAL=2\n")
            write(here / "network", "10.0.2.15/24 10.0.2.2\n")
            told = json.loads((here / "identity/identity.json").read_text(encoding="utf-8"))
            with tarfile.open(here / "provision.tar", "w") as archive:
                for part in ("identity", "agent.env", "network"):
                    archive.add(here / part, part)
            disk.make_disk(here / "disk.img", image, SIZES, here, here / "provision.tar")
            machine.folder.mkdir(exist_ok=True)
            write(machine.folder / "appliance", told["appliance"] + "\n")
            (here / "disk.img").rename(machine.folder / "disk.img")
        return machine

    # --- status ---------------------------------------------------------------------------------
    def rows(self) -> list[tuple[str, str, str, str, str]]:
        """(machine, appliance, runs?, version, stage) of each."""
        known = {}
        if self.centre.pid():
            known = {one["appliance"]: one
                     for one in self.drydock("appliance", "list")["appliances"]}
        rows = []
        for machine in self.machines():
            mine = (machine.folder / "appliance").read_text(encoding="utf-8").strip()
            one = known.get(mine, {})
            rows.append((machine.name, mine, "on" if machine.process.pid() else "off",
                         one.get("version") or "unknown", one.get("stage") or "unknown"))
        return rows
