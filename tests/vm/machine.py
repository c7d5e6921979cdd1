"""One virtual machine: OVMF, the real GRUB, a disk image, a serial port that is a file.

By default QEMU translates (TCG). --kvm is for machines whose KVM works; a /dev/kvm that is there
and does not work exists, so its presence decides nothing."""

import re
import shutil
import signal
import socket
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "deploy/demo-appliance"))

from processes import Child

FIRMWARE = Path("/usr/share/OVMF/OVMF_CODE_4M.fd")
VARIABLES = Path("/usr/share/OVMF/OVMF_VARS_4M.fd")
TICK_S = 0.1
# How the disk is attached, and so what Linux calls it.
DISKS = {"nvme0n1": ("nvme,drive=d0,serial=drydock",),
         "sda": ("ahci,id=sata", "ide-hd,bus=sata.0,drive=d0")}
UP = re.compile(r"drydock-init: up version=(\S*) ab.partition=([AB]) ab.tries_left=(\d) "
                r"ab.fallback=(\d)")


class Machine:
    def __init__(self, disk: Path, folder: Path, kvm: bool = False, memory_mib: int = 512,
                 network: str = "", write_log: Path | None = None, watchdog: bool = False):
        self.disk, self.folder, self.kvm = disk, folder, kvm
        self.memory_mib, self.network = memory_mib, network
        self.write_log = write_log  # where every write and flush is recorded (tests/power)
        self.watchdog = watchdog    # a hardware watchdog that resets the machine
        self.disk_name = "nvme0n1"
        self.log = folder / "serial.log"
        self.child: Child | None = None
        self.read_to = 0  # how much of the log await_text has consumed

    def command(self) -> list[str]:
        variables = self.folder / "vars.fd"
        if not variables.exists():
            shutil.copyfile(VARIABLES, variables)
        accelerator = ["kvm", "-cpu", "host"] if self.kvm else ["tcg,thread=multi", "-cpu", "max"]
        words = ["qemu-system-x86_64", "-M", "q35", "-accel", *accelerator,
                 "-m", str(self.memory_mib), "-nodefaults", "-display", "none",
                 "-chardev", f"socket,id=s0,path={self.folder}/serial.sock,server=on,wait=off,"
                             f"logfile={self.log},logappend=on", "-serial", "chardev:s0",
                 "-drive", f"if=pflash,format=raw,readonly=on,file={FIRMWARE}",
                 "-drive", f"if=pflash,format=raw,file={variables}",
                 *self.drive(), "-device", "virtio-rng-pci"]
        for device in DISKS[self.disk_name]:
            words += ["-device", device]
        if self.watchdog:
            words += ["-device", "i6300esb", "-action", "watchdog=reset"]
        if self.network:
            words += ["-netdev", self.network, "-device", "virtio-net-pci,netdev=n0,romfile="]
        return words

    def drive(self) -> list[str]:
        if self.write_log is None:
            return ["-drive", f"if=none,id=d0,format=raw,file={self.disk},cache=writeback"]
        words = []
        for node, path in (("disk", self.disk), ("log", self.write_log)):
            words += ["-blockdev", f"driver=file,filename={path},node-name={node}-file",
                      "-blockdev", f"driver=raw,file={node}-file,node-name={node}"]
        return [*words, "-blockdev",
                "driver=blklogwrites,file=disk,log=log,node-name=d0,log-sector-size=512,"
                "log-super-update-interval=1"]

    def start(self, *more: str) -> None:
        self.log.touch()
        self.child = Child([*self.command(), *more], self.folder, self.folder / "qemu.log", {})

    def second_drive(self, disk: Path) -> list[str]:
        """For start(): another disk beside this one."""
        return ["-drive", f"if=none,id=d1,format=raw,file={disk},cache=writeback",
                "-device", "nvme,drive=d1,serial=second"]

    def running(self) -> bool:
        return self.child is not None and self.child.exit_code() is None

    def cut(self) -> None:
        """The power goes: nothing of the machine gets another instruction."""
        if self.child is not None:
            self.child.signal_group(signal.SIGKILL)
            self.child.process.wait()
        self.child = None

    def type(self, keys: str) -> None:
        """On the serial console."""
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self.folder / "serial.sock"))
            line.sendall(keys.encode())
            time.sleep(TICK_S)

    def wait_for_end(self, limit_s: float) -> bool:
        """True when the machine has switched itself off in time."""
        deadline = time.monotonic() + limit_s
        while self.running() and time.monotonic() < deadline:
            time.sleep(TICK_S)
        return not self.running()

    def text(self) -> str:
        return self.log.read_bytes().decode("utf-8", errors="replace").replace("\r", "")

    def boots(self) -> list[tuple[str, str, str, str]]:
        """(version, slot, tries left, fallback) of each boot that reached process 1, in order."""
        return UP.findall(self.text())

    def forget_before_last_boot(self) -> None:
        """For await_text: only what the newest boot said counts from here on."""
        self.read_to = max(self.text().rfind("drydock-init: up version="), self.read_to)

    def await_text(self, *marks: str, limit_s: float) -> str:
        """The first of the marks to appear after what earlier calls consumed; "" when none did."""
        deadline = time.monotonic() + limit_s
        while True:
            ended = not self.running()
            new = self.text()[self.read_to:]
            found = [(new.find(mark), mark) for mark in marks if mark in new]
            if found:
                position, mark = min(found)
                self.read_to += position + len(mark)
                return mark
            if ended or time.monotonic() >= deadline:
                return ""
            time.sleep(TICK_S)
