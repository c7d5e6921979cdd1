"""What the scenarios share: keys, a kernel, slot images that behave in different ways; and, for
each scenario, a real coordinator and one machine whose only way out of its network leads there."""

import random
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / folder) for folder in ("deploy/image", "deploy/demo-appliance",
                                                  "deploy/demo.d", "tests/vm")]

import boot_state
import disk
import esp
import full
import plan
from behaviours import BEHAVIOURS, FULL_BEHAVIOURS, SETTINGS, STUBS
from bench import Workbench
from centre import Centre, Watch
from claims import expect
from machine import Machine
from slot import KERNEL, Slot, make_slot, write

SIZES = disk.Sizes(esp=264, slot=72, data=48)  # MiB
FULL_SIZES = disk.Sizes(esp=264, slot=160, data=48)
IMAGE_MIB = 64
CENTRE_ADDRESS = "10.0.2.100"
HARDWARE = "vm-box"
SPOILT_BYTES = 4096
FIRST, NEXT, THIRD = "1.0.0", "1.1.0", "1.2.0"
# no_timer_check: on a busy host the kernel takes a translated timer for broken, and stops.
ARGUMENTS = ("console=ttyS0,115200 quiet no_timer_check panic=1 oops=panic softlockup_panic=1 "
             "hung_task_panic=1 nmi_watchdog=panic")
CHECK = 'name: self-check\ncommand: ["false"]\ntimeout_ms: 5000\nseverity: required\n'


class World:
    """Made once a run; everything in it is read-only for the scenarios. `unpacked` gives a kernel
    by the name of its package."""

    def __init__(self, folder: Path, programs: Path, unpacked: Callable[[str], Path], cache: Path,
                 kvm: bool):
        self.folder, self.programs, self.kvm = folder, programs, kvm
        self.unpacked, self.cache = unpacked, cache
        self.kernel = unpacked(KERNEL)
        self.bench = Workbench()
        self.pki = folder / "pki"
        self.bench.run([programs / "drydock", "pki", "init", self.pki, "--edge-host",
                        CENTRE_ADDRESS], folder / "pki.log", plan.COMMAND_LIMIT_S)

    def full_image(self, version: str, behaviour: str) -> Path:
        """Debian with systemd and the real units."""
        out = self.folder / f"{version}-{behaviour}.full.img"
        if not out.exists():
            checks = {"self.yaml": CHECK} if behaviour == "check-fails" else {}
            slot = Slot(version, self.programs, self.unpacked(full.KERNEL),
                        arguments=f"{ARGUMENTS} fsck.repair=yes", settings=("soak: 2s",),
                        checks=checks, drivers=full.FEW)
            base = full.base(self.cache, self.programs)
            full.make_full_slot(out, slot, base, self.folder, FULL_BEHAVIOURS.get(behaviour))
        return out

    def image(self, version: str, behaviour: str = "good") -> Path:
        out = self.folder / f"{version}-{behaviour}.img"
        if not out.exists():
            checks = {"self.yaml": CHECK} if behaviour == "check-fails" else {}
            slot = Slot(version, self.programs, self.kernel, IMAGE_MIB, ARGUMENTS,
                        ("soak: 2s", *SETTINGS.get(behaviour, ())), checks,
                        stub=self.stub(behaviour) if behaviour in STUBS else None)
            make_slot(out, slot, self.folder, BEHAVIOURS.get(behaviour))
        return out

    def stub(self, behaviour: str) -> Path:
        """A folder with the boot stub that this release brings along, and its order."""
        out = self.folder / behaviour
        if not out.exists():
            out.mkdir()
            menu = STUBS[behaviour]
            if menu is None:
                (out / "stub.efi").write_bytes(b"MZ and nothing else")
            else:
                menu = menu or f"{esp.menu_of('stub.cfg')}# the next stub\n"
                esp.make_stub(out / "stub.efi", self.folder, menu)
            self.bench.run([self.programs / "drydock", "stub", "sign", "--stub", out / "stub.efi",
                            "--serial", "7", "--key", self.pki / "release.key", "--out",
                            out / "order"], out / "sign.log", plan.COMMAND_LIMIT_S)
        return out


class Scene:
    """One scenario's coordinator, disk and machine; `whole` with the full slot and a watchdog."""

    def __init__(self, world: World, folder: Path, whole: bool = False):
        self.world, self.folder, self.bench = world, folder, world.bench
        self.whole = whole
        self.notes: list[str] = []  # what a scenario measured
        self.image = world.full_image if whole else world.image
        self.sizes = FULL_SIZES if whole else SIZES
        folder.mkdir(parents=True)
        self.place = plan.Place(folder, world.programs)
        (folder / "pki").symlink_to(world.pki)
        for made in (self.place.centre, self.place.logs):
            made.mkdir()
        self.centre = Centre(self.bench, self.place)
        self.centre.start()
        self.centre.await_answer()
        self.identity = folder / "identity"
        told = self.centre.drydock("appliance", "provision", "--pki", self.place.pki, "--client",
                                   "acme", "--site", "north", "--hardware", HARDWARE,
                                   "--out", self.identity)
        self.appliance = told.get("appliance", "")
        self.disk = folder / "disk.img"
        disk.make_disk(self.disk, self.image(FIRST, "good"), self.sizes, folder, self.provision())
        forward = folder / "forward"
        write(forward, f"#!/bin/sh\nexec busybox nc 127.0.0.1 {self.centre.ports['edge']}\n", 0o755)
        network = f"user,id=n0,restrict=on,guestfwd=tcp:{CENTRE_ADDRESS}:443-cmd:{forward}"
        self.machine = Machine(self.disk, folder, world.kvm, network=network, watchdog=whole)

    def provision(self) -> Path:
        write(self.folder / "agent.env", f"SITE_ID=north\nMCP_URL=https://{CENTRE_ADDRESS}\n"
              "POLL_INTERVAL=1\n")
        write(self.folder / "network", "10.0.2.15/24 10.0.2.2\n")
        out = self.folder / "provision.tar"
        with tarfile.open(out, "w") as archive:
            for name in ("identity", "agent.env", "network"):
                archive.add(self.folder / name, name)
        return out

    def close(self) -> None:
        self.machine.cut()
        self.bench.end_all()

    # --- the centre ---------------------------------------------------------------------------
    def publish(self, version: str, behaviour: str = "good") -> None:
        image, signed = self.image(version, behaviour), self.folder / f"{version}.manifest"
        self.centre.drydock("release", "sign", "--key", self.place.pki / "release.key", "--image",
                            image, "--version", version, "--hardware", HARDWARE, "--out", signed,
                            online=False)
        self.centre.drydock("release", "publish", "--manifest", signed, "--image", image)

    def roll_out(self, version: str, behaviour: str = "good", *more: str) -> Watch:
        """`more` are flags of `drydock rollout create`."""
        self.publish(version, behaviour)
        made = self.centre.drydock("rollout", "create", "--version", version, "--policy",
                                   ROOT / "tests/vm/policy.yaml", "--why", "a scenario", *more)
        rollout = int(made["rollout"])
        self.centre.drydock("rollout", "start", str(rollout), "--why", "a scenario")
        return Watch(self.centre, rollout)

    def move(self, watch: Watch, move: str) -> None:
        self.centre.drydock("rollout", move, str(watch.rollout), "--why", "a scenario")

    def await_tally(self, watch: Watch, name: str, limit_s: float = 400.0) -> bool:
        """Does the centre count one of these?"""
        return self.bench.until(lambda: watch.tally(name) > 0, limit_s, watch.ask)

    def row(self, watch: Watch) -> dict:
        """What the centre says of the appliance."""
        self.bench.until(watch.ask, 10.0, lambda: False)
        return watch.appliances.get(self.appliance, {})

    def await_outcome(self, watch: Watch, limit_s: float = 400.0) -> str:
        """"committed", "rolled_back", ...: the first outcome the centre counts; "" when none."""
        outcomes = ("committed", "rolled_back", "failed", "silent", "failed_late")

        def counted() -> str:
            return next((name for name in outcomes if watch.tally(name)), "")
        self.bench.until(lambda: bool(counted()), limit_s, watch.ask)
        return counted()

    def await_version(self, version: str, limit_s: float = 120.0) -> bool:
        """Did the appliance check in with this version?"""
        watch = Watch(self.centre, 0)

        def seen() -> bool:
            return any(one.get("version") == version and one.get("last_seen_ms")
                       for one in watch.appliances.values())
        return self.bench.until(seen, limit_s, watch.ask)

    # --- the disk, while the machine is off -----------------------------------------------------
    def esp_image(self) -> str:
        return f"{self.disk}@@1M"

    def put(self, name: str, block: bytes | None) -> None:
        """A file of the ESP; None removes it."""
        if block is None:
            return esp.run("mdel", "-i", self.esp_image(), f"::/{name}")
        path = self.folder / f"put-{name.replace('/', '-')}"
        path.write_bytes(block)
        esp.run("mcopy", "-o", "-i", self.esp_image(), path, f"::/{name}")

    def get(self, name: str) -> bytes:
        done = subprocess.run(["mtype", "-i", self.esp_image(), f"::/{name}"], capture_output=True,
                              timeout=30, check=False)
        return done.stdout

    def state(self, of: str = "ab") -> boot_state.BootState | None:
        """Of the slots, or of the boot stubs."""
        found = [state for state in (boot_state.parse_state(self.get(name.replace("ab", of, 1)))
                                     for name in boot_state.COPIES) if state]
        return max(found, key=lambda state: state.seq, default=None)

    def write_part(self, name: str, source: Path | None) -> None:
        """A partition: this image, or zeros."""
        part = next(one for one in disk.parts(self.sizes) if one.name == name)
        data = source.read_bytes() if source else b""
        with open(self.disk, "r+b") as out:
            out.seek(part.start * disk.MIB)
            out.write(data + bytes(part.size * disk.MIB - len(data)))

    def spoil(self, name: str, dice: random.Random) -> None:
        """Noise over a 16th of a partition, here and there."""
        part = next(one for one in disk.parts(self.sizes) if one.name == name)
        with open(self.disk, "r+b") as out:
            for _ in range(part.size * disk.MIB // SPOILT_BYTES // 16):
                out.seek(part.start * disk.MIB + SPOILT_BYTES
                         * dice.randrange(part.size * disk.MIB // SPOILT_BYTES))
                out.write(dice.randbytes(SPOILT_BYTES))

    def second_disk(self) -> Path:
        """A disk like this one, without anything that boots."""
        out = self.folder / "second.img"
        disk.make_disk(out, self.image(FIRST, "good"), self.sizes, self.folder)
        esp.run("mdel", "-i", f"{out}@@1M", "::/EFI/BOOT/BOOTX64.EFI")
        return out

    # --- the machine ----------------------------------------------------------------------------
    def await_boot(self, version: str, slot: str, limit_s: float = 120.0) -> None:
        mark = f"up version={version} ab.partition={slot} "
        found = self.machine.await_text(mark, limit_s=limit_s)
        expect(bool(found), f"{version} boots in slot {slot}", self.machine.boots(),
               self.machine.text()[-300:])

    def boots(self) -> list[tuple[str, str, str, str]]:
        return self.machine.boots()
