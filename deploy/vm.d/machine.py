"""One machine: OVMF, a disk of deploy/image, a serial console in a file, and one way out of its
network, which leads to the coordinator's edge."""

import shutil
from pathlib import Path

from detached import Detached

FIRMWARE = Path("/usr/share/OVMF/OVMF_CODE_4M.fd")
VARIABLES = Path("/usr/share/OVMF/OVMF_VARS_4M.fd")
MEMORY_MIB = 512
CENTRE_ADDRESS, EDGE_PORT = "10.0.2.100", 8443


def command(folder: Path, forward: Path, kvm: bool) -> list[str | Path]:
    accelerator = ["kvm", "-cpu", "host"] if kvm else ["tcg,thread=multi", "-cpu", "max"]
    way_out = f"guestfwd=tcp:{CENTRE_ADDRESS}:{EDGE_PORT}-cmd:{forward}"
    return ["qemu-system-x86_64", "-M", "q35", "-accel", *accelerator, "-m", str(MEMORY_MIB),
            "-nodefaults", "-display", "none",
            "-chardev", f"file,id=s0,path={folder}/serial.log,append=on", "-serial", "chardev:s0",
            "-drive", f"if=pflash,format=raw,readonly=on,file={FIRMWARE}",
            "-drive", f"if=pflash,format=raw,file={folder}/vars.fd",
            "-drive", f"if=none,id=d0,format=raw,file={folder}/disk.img,cache=writeback",
            "-device", "nvme,drive=d0,serial=drydock", "-device", "virtio-rng-pci",
            "-netdev", f"user,id=n0,restrict=on,{way_out}",
            "-device", "virtio-net-pci,netdev=n0,romfile="]


class Machine:
    def __init__(self, folder: Path, name: str):
        self.name, self.folder = name, folder / name
        self.process = Detached(self.folder, "qemu")

    def start(self, forward: Path, kvm: bool, dry: bool) -> None:
        variables = self.folder / "vars.fd"
        if not dry and not variables.exists():
            shutil.copyfile(VARIABLES, variables)
        self.process.start(command(self.folder, forward, kvm), dry)
