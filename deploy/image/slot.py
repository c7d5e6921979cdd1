"""The tiny slot: one ext4 image with our three programs, what they are linked with, busybox, and
Debian's cloud kernel, which reads ext4 on NVMe by itself and so needs no initramfs.

Nothing in it is of one appliance: identity, site and address lie on MSP-DATA."""

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from esp import HERE, Refused, run

ROOT = HERE.parents[1]
KERNEL = "linux-image-6.1.0-56-cloud-amd64"
PROGRAMS = ("compliance-agent", "health-gate", "root-helper")
MODULES = ("virtio_pci", "virtio_net", "virtio_rng", "vfat", "nls_cp437", "nls_ascii")
FOLDERS = ("usr/bin", "usr/sbin", "usr/lib", "usr/lib64", "usr/libexec/drydock", "etc/msp/health.d",
           "boot", "dev", "proc", "sys", "run", "tmp", "var/lib/msp", "root")
MERGED = ("bin", "sbin", "lib", "lib64")
AGENT_ID = 990
# A hang or a panic ends in a reboot, which the stub counts. By the command line: sysctl is late.
PANIC = "panic=10 oops=panic softlockup_panic=1 hung_task_panic=1 nmi_watchdog=panic"
SLOT_MENU = """# What this release wants of GRUB; the stub on the ESP sets the names with ab_.
if linux $ab_device/boot/vmlinuz root=PARTUUID=$ab_root ro rootwait {arguments} $ab_arguments; then
  set ab_loaded="$ab_slot_name"
fi
"""


@dataclass(frozen=True)
class Slot:
    version: str
    programs: Path
    kernel: Path                  # an unpacked linux-image package
    size_mib: int = 96
    arguments: str = f"console=tty0 console=ttyS0,115200 quiet {PANIC}"
    settings: tuple[str, ...] = ()  # "key: value" lines of /etc/msp/agent.yaml
    checks: dict[str, str] = field(default_factory=dict)  # files of /etc/msp/health.d
    drivers: tuple[str, ...] | None = None  # of a full slot; None: all there are
    stub: Path | None = None      # a folder with a boot stub to be replaced by: order, stub.efi


def write(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def fill(tree: Path, slot: Slot) -> None:
    for folder in FOLDERS:
        (tree / folder).mkdir(parents=True)
    for name in MERGED:
        (tree / name).symlink_to(f"usr/{name}")
    place_programs(tree, slot.programs)
    place_kernel(tree, slot.kernel)
    place_stub(tree, slot.stub)
    write(tree / "boot/slot.cfg", SLOT_MENU.format(arguments=slot.arguments))
    write(tree / "etc/os-release",
          f'ID=drydock\nNAME="Drydock appliance"\nVERSION_ID="{slot.version}"\n')
    write(tree / "etc/msp/agent.yaml", "".join(f"{line}\n" for line in slot.settings))
    for name, text in slot.checks.items():
        write(tree / "etc/msp/health.d" / name, text)
    write(tree / "etc/passwd", "root:x:0:0::/root:/bin/sh\n"
          f"compliance-agent:x:{AGENT_ID}:{AGENT_ID}::/var/lib/msp:/bin/false\n")
    write(tree / "etc/group", f"root:x:0:\ncompliance-agent:x:{AGENT_ID}:\n")
    shutil.copy(HERE / "tiny/init", tree / "usr/sbin/init")
    shutil.copy(HERE / "tiny/lease", tree / "usr/libexec/drydock/lease")
    shutil.copy(ROOT / "deploy/systemd/trial-end", tree / "usr/sbin/trial-end")


def place_stub(tree: Path, stub: Path | None) -> None:
    """Where root-helper looks for it."""
    for name in ("order", "stub.efi") if stub else ():
        if not (stub / name).is_file():
            raise Refused(f"{stub / name} is not there; make it: drydock stub sign")
        place = tree / "usr/share/drydock/stub"
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(stub / name, place / name)


def place_programs(tree: Path, programs: Path) -> None:
    busybox = Path("/bin/busybox")
    if not busybox.is_file():
        raise Refused("/bin/busybox is not there; run deploy/dependencies")
    shutil.copy(busybox, tree / "usr/bin/busybox")
    listed = subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True)
    for name in listed.stdout.split():
        if not (tree / "usr/bin" / name).exists():
            (tree / "usr/bin" / name).symlink_to("busybox")
    libraries: set[Path] = set()
    for name in PROGRAMS:
        source = programs / name
        if not source.is_file():
            raise Refused(f"{source} is not there; build it: cmake --build build/release")
        run("strip", "-o", tree / "usr/bin" / name, source)
        libraries |= closure(source)
    for library in sorted(libraries):
        target = tree / ("usr" / library.relative_to("/") if library.parts[1] in MERGED
                         else library.relative_to("/"))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, target)


def closure(program: Path) -> set[Path]:
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True)
    words = (line.split() for line in listed.stdout.splitlines())
    return {Path(word) for line in words for word in line if word.startswith("/")}


def place_kernel(tree: Path, kernel: Path) -> None:
    copy_modules(kernel, place_image(tree, kernel), tree, MODULES)


def place_image(tree: Path, kernel: Path) -> str:
    """The kernel itself, as /boot/vmlinuz; its release."""
    images = sorted(kernel.glob("boot/vmlinuz-*"))
    if len(images) != 1:
        raise Refused(f"{kernel} holds {len(images)} kernels; unpack one linux-image package there")
    shutil.copy(images[0], tree / "boot/vmlinuz")
    return images[0].name.removeprefix("vmlinuz-")


def copy_modules(kernel: Path, release: str, tree: Path, names: tuple[str, ...]) -> None:
    """These modules of an unpacked kernel, and what they depend on, below usr/lib of the tree."""
    source, target = kernel / "lib/modules" / release, tree / "usr/lib/modules" / release
    for path in needed(source, names):
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / path, target / path)
    for name in ("modules.order", "modules.builtin"):
        shutil.copy(source / name, target / name)
    run("depmod", "-b", tree / "usr", release)


def needed(source: Path, names: tuple[str, ...]) -> set[str]:
    """Paths of these modules and of what they depend on; what is built in has none."""
    if not (source / "modules.dep").is_file():
        run("depmod", "-b", source.parents[2], source.name)
    lines = (source / "modules.dep").read_text(encoding="utf-8").splitlines()
    found = set()
    for line in lines:
        path, _, others = line.partition(":")
        if Path(path).name.split(".")[0].replace("-", "_") in names:
            found |= {path, *others.split()}
    return found


def pack(tree: Path, out: Path, size_mib: int, label: str = "") -> None:
    """An ext4 filesystem of the tree, all of it root's; made by others in a user namespace."""
    for path in [tree, *tree.rglob("*")]:
        os.utime(path, (0, 0), follow_symlinks=False)
    out.unlink(missing_ok=True)
    become = [] if os.geteuid() == 0 else ["unshare", "--map-root-user"]
    run(*become, "mke2fs", "-q", "-F", "-t", "ext4", "-O", "^has_journal", "-E", "root_owner=0:0",
        "-L", label or "slot", "-d", tree, out, f"{size_mib}M")


def make_slot(out: Path, slot: Slot, scratch: Path, edit=None) -> None:
    """`edit` may change the tree before it is packed: the tests' bad releases are made so."""
    tree = scratch / f"slot-{slot.version}"
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir()
    fill(tree, slot)
    if edit is not None:
        edit(tree)
    pack(tree, out, slot.size_mib)
    shutil.rmtree(tree)
