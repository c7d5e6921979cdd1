"""The ESP: the loader, two places for the boot stub, and the files of both boot states, as a FAT
image."""

import io
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "demo-appliance"))

import boot_state

# What both menus use; what the loader adds; what the stub adds, and what reads a slot. Signed by
# nobody: Secure Boot has to be off.
MODULES = ("part_gpt fat memdisk tar normal configfile loadenv test echo sleep regexp reboot "
           "minicmd true").split()
FIRST_MODULES = ["chain"]
STUB_MODULES = "ext2 squash4 xzio gzio linux probe".split()
CLUSTER_SECTORS = 8   # 4 KiB: no two files ever share a physical sector
MIB_MIN = 260         # FAT32 needs 65,525 clusters
STUB_BYTES = 2 << 20  # of a stub's place; as messages/stub.hpp has it
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


def make_grub(out: Path, menu: str, modules: list[str], scratch: Path) -> None:
    """A GRUB for EFI with its menu inside."""
    held = scratch / "menu.tar"
    text = menu.encode()
    with tarfile.open(held, "w") as archive:
        about = tarfile.TarInfo("grub.cfg")
        about.size = len(text)
        archive.addfile(about, io.BytesIO(text))
    early = scratch / "early.cfg"  # whose reader knows no comments
    lines = (HERE / "grub/early.cfg").read_text(encoding="utf-8").splitlines(keepends=True)
    early.write_text("".join(line for line in lines if not line.startswith("#")), encoding="utf-8")
    # -p after -m, which brings a prefix of its own: $root is to be where the firmware found it.
    run("grub-mkimage", "-O", "x86_64-efi", "-o", out, "-m", held, "-p", "/EFI/BOOT",
        "-c", early, *MODULES, *modules)
    held.unlink()
    early.unlink()


def menu_of(name: str) -> str:
    """The rules, and what follows from them."""
    return "\n".join((HERE / "grub" / part).read_text(encoding="utf-8")
                     for part in ("rules.cfg", name))


def make_stub(out: Path, scratch: Path, menu: str = "", modules: tuple[str, ...] = ()) -> None:
    """What `drydock stub sign` signs. `menu` in the place of ours is for tests."""
    make_grub(out, menu or menu_of("stub.cfg"), [*STUB_MODULES, *modules], scratch)
    if out.stat().st_size > STUB_BYTES:
        raise Refused(f"{out} has {out.stat().st_size} bytes, and its place {STUB_BYTES}")


def make_files(folder: Path, scratch: Path, menu: str = "", modules: tuple[str, ...] = ()) -> None:
    """What lies on a new ESP, as files below a folder."""
    loader, stubs = folder / "EFI/BOOT/BOOTX64.EFI", folder / "EFI/drydock"
    for path in (loader.parent, stubs / "A", stubs / "B"):
        path.mkdir(parents=True)
    make_grub(loader, menu_of("first.cfg"), FIRST_MODULES, scratch)
    make_stub(stubs / "A/stub.efi", scratch, menu, modules)
    os.truncate(stubs / "A/stub.efi", STUB_BYTES)
    shutil.copyfile(stubs / "A/stub.efi", stubs / "B/stub.efi")
    boot_state.make(folder, "ab")
    boot_state.make(folder, "stub")


def make_esp(out: Path, size_mib: int, scratch: Path, menu: str = "",
             modules: tuple[str, ...] = ()) -> None:
    if size_mib < MIB_MIN:
        raise Refused(f"an ESP of {size_mib} MiB is too small for FAT32 with clusters of 4 KiB; "
                      f"give it {MIB_MIN} MiB or more")
    out.unlink(missing_ok=True)
    with open(out, "wb") as image:
        image.truncate(size_mib << 20)
    run("mkfs.vfat", "-F", "32", "-s", str(CLUSTER_SECTORS), "-n", "ESP", out)
    files = scratch / "esp"
    shutil.rmtree(files, ignore_errors=True)  # of another disk, made in the same place
    make_files(files, scratch, menu, modules)
    run("mmd", "-i", out, "::/EFI", "::/EFI/BOOT", "::/EFI/drydock", "::/EFI/drydock/A",
        "::/EFI/drydock/B")
    for name in ("EFI/BOOT/BOOTX64.EFI", "EFI/drydock/A/stub.efi", "EFI/drydock/B/stub.efi"):
        run("mcopy", "-i", out, files / name, f"::/{name}")
    for file in sorted(path for path in files.iterdir() if path.is_file()):
        run("mcopy", "-i", out, file, f"::/{file.name}")
