"""The whole disk: GPT with the seed's four partitions, put together as a plain file."""

import os
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path

from esp import Refused, make_esp, run

MIB = 1 << 20
LINUX, SYSTEM = "0FC63DAF-8483-4772-8E79-3D69D8477DE4", "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"
ROOT_X86_64 = "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709"
PROVISION_MAX = 1 * MIB
# What a provisioning file may hold, and where it goes on MSP-DATA.
ALLOWED = ("identity/", "agent.env", "network")


@dataclass(frozen=True)
class Sizes:  # in MiB
    esp: int = 512
    slot: int = 10 * 1024
    data: int = 2 * 1024


@dataclass(frozen=True)
class Part:
    name: str
    kind: str
    start: int
    size: int


def parts(sizes: Sizes) -> list[Part]:
    found, at = [], 1
    for name, kind, size in (("ESP", SYSTEM, sizes.esp), ("MSP-A", ROOT_X86_64, sizes.slot),
                             ("MSP-B", ROOT_X86_64, sizes.slot), ("MSP-DATA", LINUX, sizes.data)):
        found.append(Part(name, kind, at, size))
        at += size
    return found


def unpack_provision(file: Path, folder: Path) -> None:
    """identity/, agent.env and network of one appliance. Anything else is refused."""
    try:
        with tarfile.open(file) as archive:
            for member in archive:
                name = member.name.removeprefix("./").strip("/")
                if name in ("", "."):
                    continue
                known = name in ("agent.env", "network", "identity") or (
                    name.startswith("identity/") and name.count("/") == 1)
                if not known or not (member.isfile() or member.isdir()) or ".." in name:
                    raise Refused(f"{file} holds {member.name}; accepted: {', '.join(ALLOWED)}")
                if member.size > PROVISION_MAX:
                    raise Refused(f"{file}: {member.name} is larger than {PROVISION_MAX} bytes")
                if member.isdir():
                    (folder / name).mkdir(exist_ok=True)
                    continue
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.extractfile(member).read())
                target.chmod(0o600)
    except (tarfile.TarError, OSError) as error:
        raise Refused(f"{file} is not a provisioning file (a tar of {', '.join(ALLOWED)}): "
                      f"{error}") from error


def make_disk(out: Path, slot_a: Path, sizes: Sizes, scratch: Path,
              provision: Path | None = None) -> None:
    if slot_a.stat().st_size > sizes.slot * MIB:
        raise Refused(f"{slot_a} has {slot_a.stat().st_size} bytes, and a slot {sizes.slot * MIB}; "
                      "raise --slot-mib")
    layout = parts(sizes)
    esp, data = scratch / "esp.img", scratch / "data.img"
    make_esp(esp, sizes.esp, scratch)
    tree = scratch / "data"
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir()
    if provision is not None:
        unpack_provision(provision, tree)
    make_data(tree, data, sizes.data)
    out.unlink(missing_ok=True)
    with open(out, "wb") as disk:
        disk.truncate((layout[-1].start + layout[-1].size + 1) * MIB)
    table = scratch / "table"
    table.write_text("label: gpt\n" + "".join(
        f"start={p.start}MiB, size={p.size}MiB, type={p.kind}, name={p.name}\n" for p in layout),
        encoding="utf-8")
    run("sh", "-c", 'sfdisk -q "$1" <"$2"', "sfdisk", out, table)
    for part, image in ((layout[0], esp), (layout[1], slot_a), (layout[3], data)):
        run("dd", f"if={image}", f"of={out}", "bs=1M", f"seek={part.start}", "conv=notrunc,sparse")
    for image in (esp, data):
        image.unlink()
    shutil.rmtree(tree)


def make_data(tree: Path, out: Path, size_mib: int) -> None:
    out.unlink(missing_ok=True)
    become = [] if os.geteuid() == 0 else ["unshare", "--map-root-user"]
    run(*become, "mke2fs", "-q", "-F", "-t", "ext4", "-E", "root_owner=0:0,lazy_itable_init=1",
        "-L", "MSP-DATA", "-d", tree, out, f"{size_mib}M")
