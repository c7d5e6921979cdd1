"""The full slot: Debian with systemd and the real units of deploy/systemd, as one squashfs, with
the generic kernel and an initramfs of ours that mounts it below a volatile overlay.

Made of two tars, so that owners survive without root: Debian's packages, made once and kept, and
our own files, all root's."""

import hashlib
import io
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

from esp import HERE, Refused, run
from slot import (AGENT_ID, PANIC, PROGRAMS, ROOT, Slot, closure, copy_modules, place_image,
                  place_stub, write)

KERNEL = "linux-image-6.1.0-56-amd64"
SUITE = "bookworm"
PACKAGES = ("systemd", "systemd-sysv", "systemd-timesyncd", "systemd-resolved", "udev", "dbus",
            "kmod", "e2fsprogs", "dosfstools", "iproute2", "nftables")
LEFT_OUT = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*",
            "/var/cache/apt/*", "/var/lib/apt/lists/*")
# In the initramfs: checksums that the kernel asks for by the name of their algorithm, what a disk
# may hang on, what a slot is made of, and the watchdogs: one is there when systemd asks for it.
EARLY = ("crct10dif_generic", "crc64_rocksoft_generic", "crc32c_generic", "nvme", "ahci", "sd_mod",
         "mmc_block", "sdhci_pci", "sdhci_acpi", "virtio_pci", "virtio_blk", "virtio_scsi",
         "xhci_pci", "usb_storage", "uas", "squashfs", "overlay", "i6300esb", "sp5100_tco",
         "iTCO_wdt")
# Enough for a virtual machine, where a slot of all drivers would only take time.
FEW = ("virtio_net", "virtio_rng", "autofs4", "vfat", "nls_cp437", "nls_ascii", "ext4", "efivarfs",
       "nf_tables", "nft_ct", "nft_limit", "nft_log", "nft_reject_inet")
SSH_RULE = "tcp dport { 22 } accept"
UNITS = ("systemd-networkd.service", "systemd-resolved.service", "systemd-timesyncd.service",
         "msp-network.service")
ARGUMENTS = f"console=tty0 console=ttyS0,115200 quiet fsck.repair=yes {PANIC}"
BASE_LIMIT_S, PACK_LIMIT_S = 1800.0, 900.0
SLOT_MENU = """# What this release wants of GRUB; the stub on the ESP sets the names with ab_.
if linux $ab_device/boot/vmlinuz root=PARTUUID=$ab_root ro {arguments} $ab_arguments; then
  if initrd $ab_device/boot/initrd.img; then set ab_loaded="$ab_slot_name"; fi
fi
"""


def packages_of(programs: Path) -> list[str]:
    """Debian's packages of the libraries that our programs are linked with, and PACKAGES."""
    found = set(PACKAGES)
    for name in PROGRAMS:
        if not (programs / name).is_file():
            raise Refused(f"{programs / name} is not there; build it: cmake --build build/release")
        for library in closure(programs / name):
            # A package may name it below /lib or, /lib being a link, below /usr/lib.
            real = library.resolve()
            places = {str(real), str(real).removeprefix("/usr"), f"/usr{real}"}
            known = subprocess.run(["dpkg-query", "-S", *places], capture_output=True, text=True,
                                   check=False)
            if not known.stdout:
                raise Refused(f"{library}, which {name} is linked with, is of no Debian package")
            found.add(known.stdout.split(":")[0])
    return sorted(found)


def base(cache: Path, programs: Path) -> Path:
    """A tar of Debian with these packages; made where it is not there yet."""
    packages = packages_of(programs)
    made_of = " ".join((SUITE, *packages, *LEFT_OUT))
    out = cache / f"debian-{hashlib.sha256(made_of.encode()).hexdigest()[:12]}.tar"
    if out.is_file():
        return out
    cache.mkdir(parents=True, exist_ok=True)
    part = out.with_suffix(".part.tar")
    run("mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(packages)}",
        *(f"--dpkgopt=path-exclude={one}" for one in LEFT_OUT),
        '--customize-hook=rm -rf "$1"/etc/apt/sources.list* "$1"/var/lib/apt/lists/*',
        '--customize-hook=: >"$1/etc/machine-id"; rm -f "$1/etc/hostname" "$1/etc/resolv.conf"',
        SUITE, part, limit_s=BASE_LIMIT_S)
    part.rename(out)
    return out


def fill(tree: Path, slot: Slot, base_tar: Path) -> None:
    """Everything that is ours."""
    run(ROOT / "deploy/systemd/install", "appliance", "--root", tree)
    for name in PROGRAMS:
        (tree / "usr/bin").mkdir(parents=True, exist_ok=True)
        run("strip", "-o", tree / "usr/bin" / name, slot.programs / name)
    shutil.copytree(HERE / "full/root", tree, dirs_exist_ok=True, symlinks=True)
    shutil.copy(ROOT / "deploy/systemd/etc/fstab", tree / "etc/fstab")
    place_firewall(tree)
    for link in ("usr/lib/os-release", "etc/os-release"):
        write(tree / link, f'ID=drydock\nNAME="Drydock appliance"\nVERSION_ID="{slot.version}"\n')
    write(tree / "etc/hostname", "appliance\n")
    (tree / "etc/resolv.conf").symlink_to("/run/systemd/resolve/stub-resolv.conf")
    # SITE_ID and the like are the appliance's, not the slot's.
    (tree / "etc/msp/agent.env").unlink()
    (tree / "etc/msp/agent.env").symlink_to("/var/lib/msp/agent.env")
    write(tree / "etc/msp/agent.yaml", "".join(f"{line}\n" for line in slot.settings))
    for name, text in slot.checks.items():
        write(tree / "etc/msp/health.d" / name, text)
    add_agent(tree, base_tar)
    enable(tree)
    for folder in ("boot", "slot", "var/lib/msp"):
        (tree / folder).mkdir(parents=True, exist_ok=True)
    place_kernel(tree, slot)
    place_stub(tree, slot.stub)


def place_firewall(tree: Path) -> None:
    """The plain file without its line for sshd, which this slot does not have."""
    text = (ROOT / "deploy/firewall/appliance.nft").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines(keepends=True) if line.strip() != SSH_RULE]
    if len(kept) != text.count("\n") - 1:
        raise Refused(f"deploy/firewall/appliance.nft no longer holds '{SSH_RULE}' once")
    write(tree / "etc/nftables.conf", "".join(kept), 0o755)


def add_agent(tree: Path, base_tar: Path) -> None:
    """The same number in every slot: MSP-DATA is shared between them."""
    lines = {
        "etc/passwd": f"compliance-agent:x:{AGENT_ID}:{AGENT_ID}::/var/lib/msp:/usr/sbin/nologin\n",
        "etc/group": f"compliance-agent:x:{AGENT_ID}:\n",
        "etc/shadow": "compliance-agent:!:1::::::\n",
        "etc/gshadow": "compliance-agent:!::\n",
    }
    with tarfile.open(base_tar) as archive:
        for name, line in lines.items():
            text = archive.extractfile(archive.getmember(f"./{name}")).read().decode()
            if f":{AGENT_ID}:" in text:
                raise Refused(f"{base_tar}: number {AGENT_ID} of {name} is somebody else's")
            write(tree / name, text + line, 0o640 if "shadow" in name else 0o644)


def enable(tree: Path) -> None:
    """Links as `systemctl enable` makes them."""
    wants = tree / "etc/systemd/system/multi-user.target.wants"
    online = tree / "etc/systemd/system/network-online.target.wants"
    for folder in (wants, online):
        folder.mkdir(parents=True, exist_ok=True)
    for unit in (*UNITS, "nftables.service"):
        (wants / unit).symlink_to(f"/usr/lib/systemd/system/{unit}")
    waits = "systemd-networkd-wait-online.service"
    (online / waits).symlink_to(f"/usr/lib/systemd/system/{waits}")


def place_kernel(tree: Path, slot: Slot) -> None:
    release = place_image(tree, slot.kernel)
    if slot.drivers is None:
        shutil.copytree(slot.kernel / "lib/modules" / release, tree / "usr/lib/modules" / release,
                        ignore=shutil.ignore_patterns("build", "source"))
        run("depmod", "-b", tree / "usr", release)
    else:
        copy_modules(slot.kernel, release, tree, (*EARLY, *slot.drivers))
    write(tree / "boot/slot.cfg", SLOT_MENU.format(arguments=slot.arguments))
    make_initramfs(tree / "boot/initrd.img", slot.kernel, release)


def make_initramfs(out: Path, kernel: Path, release: str) -> None:
    tree = out.parent / "initramfs"
    for folder in ("bin", "usr/lib", "usr/lib64", "dev", "proc", "sys", "slot", "fresh", "new"):
        (tree / folder).mkdir(parents=True)
    for name in ("lib", "lib64"):
        (tree / name).symlink_to(f"usr/{name}")
    busybox = Path("/bin/busybox")
    if not busybox.is_file():
        raise Refused("/bin/busybox is not there; run deploy/dependencies")
    shutil.copy(busybox, tree / "bin/busybox")
    findfs = Path("/usr/sbin/findfs")  # busybox's knows no PARTUUID
    shutil.copy(findfs, tree / "bin/findfs")
    for library in closure(findfs):
        target = tree / "usr" / library.relative_to("/")
        if library.parts[1] == "usr":
            target = tree / library.relative_to("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, target)
    copy_modules(kernel, release, tree, EARLY)
    write(tree / "modules", "\n".join(EARLY) + "\n")
    shutil.copy(HERE / "full/initramfs", tree / "init")
    (tree / "init").chmod(0o755)
    run("sh", "-c", 'cd "$1" && find . -print0 | LC_ALL=C sort -z | '
        'cpio --quiet -0 -o -H newc -R 0:0 --reproducible | gzip -n >"$2"', "initramfs", tree, out)
    shutil.rmtree(tree)


def pack(tree: Path, base_tar: Path, out: Path) -> None:
    """One squashfs of both: what is ours takes the place of Debian's. GRUB reads gzip alone."""
    out.unlink(missing_ok=True)
    ours = sorted(tree.rglob("*"))
    names = {str(path.relative_to(tree)) for path in ours if not path.is_dir() or path.is_symlink()}
    command = ["sqfstar", "-comp", "gzip", "-no-xattrs", "-all-time", "0", "-no-progress",
               "-quiet", str(out)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE) as packer:
        with tarfile.open(fileobj=packer.stdin, mode="w|", format=tarfile.PAX_FORMAT) as merged:
            folders = add_base(merged, base_tar, names)
            add_ours(merged, tree, ours, folders)
        packer.stdin.close()
        packer.stdin = None
        _, said = packer.communicate(timeout=PACK_LIMIT_S)
        if packer.returncode != 0:
            raise Refused(f"sqfstar ended with {packer.returncode}: {said.decode()[-400:]}")
    pad(out)


def add_base(merged: tarfile.TarFile, base_tar: Path, names: set[str]) -> set[str]:
    folders = set()
    with tarfile.open(base_tar) as archive:
        for member in archive:
            name = member.name.removeprefix("./")
            if name in names or name.startswith("dev/"):
                continue
            if member.isdir():
                folders.add(name)
            merged.addfile(member, archive.extractfile(member) if member.isfile() else None)
    return folders


def add_ours(merged: tarfile.TarFile, tree: Path, ours: list[Path], folders: set[str]) -> None:
    for path in ours:
        name = str(path.relative_to(tree))
        if path.is_dir() and not path.is_symlink() and name in folders:
            continue
        about = merged.gettarinfo(path, f"./{name}")
        about.uid = about.gid = 0
        about.uname = about.gname = "root"
        about.mtime = 0
        merged.addfile(about, io.BytesIO(path.read_bytes()) if about.isfile() else None)


def pad(out: Path) -> None:
    """To whole 4 KiB blocks, as a slot is written."""
    size = out.stat().st_size
    with open(out, "r+b") as image:
        image.truncate(-(-size // 4096) * 4096)


def make_full_slot(out: Path, slot: Slot, base_tar: Path, scratch: Path, edit=None) -> None:
    """`edit` may change the tree of our own files before it is packed."""
    tree = scratch / f"full-{slot.version}"
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir()
    fill(tree, slot, base_tar)
    if edit is not None:
        edit(tree)
    pack(tree, base_tar, out)
    shutil.rmtree(tree)
