"""One virtual machine: OVMF, the real GRUB, a disk image, a serial port that is a file.

By default QEMU translates (TCG). --kvm is for machines whose KVM works; a /dev/kvm that is there
and does not work exists, so its presence decides nothing."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

FIRMWARE = Path("/usr/share/OVMF/OVMF_CODE_4M.fd")
VARIABLES = Path("/usr/share/OVMF/OVMF_VARS_4M.fd")
TICK_S = 0.1


class Machine:
    def __init__(self, disk: Path, folder: Path, kvm: bool = False, memory_mib: int = 512,
                 network: str = "", cache: str = "writeback"):
        self.disk, self.folder, self.kvm = disk, folder, kvm
        self.memory_mib, self.network, self.cache = memory_mib, network, cache
        self.log = folder / "serial.log"
        self.child: subprocess.Popen | None = None
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
                 "-drive", f"if=none,id=d0,format=raw,file={self.disk},cache={self.cache}",
                 "-device", "nvme,drive=d0,serial=drydock", "-device", "virtio-rng-pci"]
        if self.network:
            words += ["-netdev", self.network, "-device", "virtio-net-pci,netdev=n0,romfile="]
        return words

    def start(self, *more: str) -> None:
        self.log.touch()
        own = open(self.folder / "qemu.log", "ab")
        self.child = subprocess.Popen([*self.command(), *more], stdout=own, stderr=own,
                                      stdin=subprocess.DEVNULL, start_new_session=True)
        own.close()

    def running(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def cut(self) -> None:
        """The power goes: nothing of the machine gets another instruction."""
        if self.child is None:
            return
        if self.child.poll() is None:
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()
        self.child = None

    def wait_for_end(self, limit_s: float) -> bool:
        """True when the machine has switched itself off in time."""
        deadline = time.monotonic() + limit_s
        while self.running() and time.monotonic() < deadline:
            time.sleep(TICK_S)
        return not self.running()

    def text(self) -> str:
        return self.log.read_bytes().decode("utf-8", errors="replace").replace("\r", "")

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
