"""The ESP: the loader, the boot stub, and the three files of the boot state, as a FAT image."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "demo-appliance"))

import boot_state

# What the stub uses, and what reads a slot. Signed by nobody: Secure Boot has to be off.
MODULES = ("part_gpt fat ext2 squash4 xzio gzio normal linux loadenv test echo sleep configfile "
           "regexp probe reboot minicmd true").split()
CLUSTER_SECTORS = 8   # 4 KiB: no two files ever share a physical sector
MIB_MIN = 260         # FAT32 needs 65,525 clusters
COMMAND_LIMIT_S = 120.0


class Refused(Exception):
    """An input cannot be used; the text says what, where and what to do."""


def run(*command: str | Path, limit_s: float = COMMAND_LIMIT_S) -> None:
    words = [str(word) for word in command]
    variables = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
    try:
        done = subprocess.run(words, capture_output=True, timeout=limit_s, check=False,
                              env=variables)
    except FileNotFoundError as error:
        raise Refused(f"{words[0]} is not there; run deploy/dependencies") from error
    if done.returncode != 0:
        said = (done.stderr or done.stdout).decode(errors="replace").strip()
        raise Refused(f"'{' '.join(words[:3])} ...' ended with {done.returncode}: {said[-400:]}")


def make_loader(out: Path, modules: tuple[str, ...] = ()) -> None:
    run("grub-mkimage", "-O", "x86_64-efi", "-o", out, "-p", "/EFI/BOOT",
        "-c", HERE / "grub/early.cfg", *MODULES, *modules)


def make_esp(out: Path, size_mib: int, scratch: Path, stub: Path = HERE / "grub/grub.cfg",
             modules: tuple[str, ...] = ()) -> None:
    if size_mib < MIB_MIN:
        raise Refused(f"an ESP of {size_mib} MiB is too small for FAT32 with clusters of 4 KiB; "
                      f"give it {MIB_MIN} MiB or more")
    out.unlink(missing_ok=True)
    with open(out, "wb") as image:
        image.truncate(size_mib << 20)
    run("mkfs.vfat", "-F", "32", "-s", str(CLUSTER_SECTORS), "-n", "ESP", out)
    loader, state = scratch / "BOOTX64.EFI", scratch / "state"
    make_loader(loader, modules)
    boot_state.make(state)
    run("mmd", "-i", out, "::/EFI", "::/EFI/BOOT")
    run("mcopy", "-i", out, loader, "::/EFI/BOOT/BOOTX64.EFI")
    run("mcopy", "-i", out, stub, "::/EFI/BOOT/grub.cfg")
    for name in (*boot_state.COPIES, boot_state.TRIES):
        run("mcopy", "-i", out, state / name, f"::/{name}")
