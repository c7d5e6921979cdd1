"""Records runs of a machine, and what power_replay says of every disk a cut could have left."""

import json
import os
import random
import re
import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import disk
import esp
from behaviours import first_act
from boot_state import COPIES, NO_UPDATE, BootState, format_state, parse_state
from scenario import running_first
from slot import Slot, make_slot
from world import ARGUMENTS, FIRST, IMAGE_MIB, NEXT, ROOT, SIZES, Scene, World, expect, write

SECTORS_A_MIB = 2048
REPLAY_LIMIT_S = 3600.0
RUN_LIMIT_S = 300.0
KILLS_LIMIT_S = 900.0
BOXES = 64  # of a round of kills
UPDATES_OF_A_CONTROL = 20
NEW_STUB = "brings-a-stub"

# How one state file is written, as a shell would. The first two are common practice.
WRITERS = {
    "truncate_write_fsync": "dd if=$new of=/boot/ab_state bs=512 conv=fsync 2>/dev/null",
    "write_fsync_rename_fsync_folder":
        "dd if=$new of=/boot/ab_state.new bs=512 conv=fsync 2>/dev/null; "
        "mv /boot/ab_state.new /boot/ab_state; sync /boot",
    "in_place_one_sector": "dd if=$new of=/boot/ab_state bs=512 conv=notrunc,fsync 2>/dev/null",
}
CONTROLS = tuple(WRITERS)[:2]  # must be seen to fail
OURS_ALONE = tuple(WRITERS)[2]  # the same laboratory with what we do to one file: must not
WRITER = """mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
for module in vfat nls_cp437 nls_ascii; do modprobe $module; done
mount -t vfat /dev/nvme0n1p1 /boot
for new in /states/*; do {write}; done
echo written; reboot -f"""


def record(scene: Scene) -> tuple[Path, Path]:
    """(the disk as it is now, the log that the machine will write)."""
    base, log = scene.folder / "base.img", scene.folder / "writes.log"
    subprocess.run(["cp", "--sparse=always", scene.disk, base], check=True)
    log.write_bytes(b"")
    scene.machine.write_log = log
    return base, log


def tool(world: World) -> Path:
    return world.programs.parent / "tests/power_replay"


def told(world: World, *words) -> dict:
    done = subprocess.run([tool(world), *map(str, words)], capture_output=True, text=True,
                          timeout=REPLAY_LIMIT_S, check=False)
    expect(done.returncode == 0, "power_replay ends with 0", done.stderr[-300:])
    return json.loads(done.stdout.splitlines()[-1])


def stub_place(base: Path, stub: str) -> tuple[int, int]:
    """(first sector, number of sectors) of a boot stub's file on the disk: imaging puts it in one
    piece, and nothing ever moves it."""
    listed = subprocess.run(["mshowfat", "-i", f"{base}@@1M", f"::/EFI/drydock/{stub}/stub.efi"],
                            capture_output=True, text=True, timeout=30, check=True).stdout
    pieces = re.findall(r"<(\d+)-(\d+)>", listed)
    expect(len(pieces) == 1, f"stub {stub} lies in one piece", listed)
    first, last = map(int, pieces[0])
    with open(base, "rb") as image:
        image.seek(disk.MIB)
        (sectors, reserved, tables), (table,) = (
            struct.unpack_from("<BHB", boot := image.read(64), 13),
            struct.unpack_from("<I", boot, 36))
    data = SECTORS_A_MIB + reserved + tables * table
    return data + (first - 2) * sectors, (last - first + 1) * sectors


def replay(world: World, base: Path, log: Path, images: tuple[Path, Path], points: int, seed: int,
           next_stub: Path | None = None) -> dict:
    """`images` are what the slots hold when they are whole; `next_stub` is what the boot stub in
    place B does, or the one that imaging put into both."""
    where = {part.name: (part.start * SECTORS_A_MIB, part.size * SECTORS_A_MIB)
             for part in disk.parts(SIZES)}
    stub = base.with_name("stub.efi")
    subprocess.run(["mcopy", "-n", "-i", f"{base}@@1M", "::/EFI/drydock/A/stub.efi", stub],
                   timeout=30, check=True)
    return told(world, "check", base, log, "--esp", *where["ESP"], "--slot-a", *where["MSP-A"],
                images[0], "--slot-b", *where["MSP-B"], images[1],
                "--stub-a", *stub_place(base, "A"), stub,
                "--stub-b", *stub_place(base, "B"), next_stub or stub,
                "--points", points, "--seed", seed)


def whole_update(scene: Scene) -> tuple[Path, Path]:
    """A boots, installs, is armed, B proves itself and is committed: all of it recorded."""
    base, log = record(scene)
    running_first(scene)
    watch = scene.roll_out(NEXT)
    found = scene.await_outcome(watch)
    expect(found == "committed", "the recorded update commits", found or "nothing")
    scene.machine.cut()
    return base, log


def new_stub(scene: Scene) -> tuple[Path, Path, Path]:
    """A release is committed, puts the boot stub it brings along on trial, starts by it and keeps
    it: all of it recorded. Also what the place of the new one then holds."""
    base, log = record(scene)
    running_first(scene)
    watch = scene.roll_out(NEXT, NEW_STUB)
    found = scene.await_outcome(watch)
    expect(found == "committed", "the release commits", found or "nothing")
    expect(bool(scene.machine.await_text("ab.stub=B ", limit_s=RUN_LIMIT_S)), "stub B starts it",
           scene.machine.text()[-300:])
    kept = bool(scene.machine.await_text("agent started", limit_s=RUN_LIMIT_S))
    expect(kept, "the system that stub B started is up", scene.machine.text()[-300:])
    scene.machine.cut()
    held = scene.folder / "next_stub.efi"
    shutil.copy(scene.world.stub(NEW_STUB) / "stub.efi", held)
    os.truncate(held, esp.STUB_BYTES)
    return base, log, held


def control(world: World, home: Path, name: str, seed: int, points: int) -> dict:
    """One state file, updated again and again in this way; no second copy helps it out."""
    def edit(tree: Path) -> None:
        first_act(WRITER.format(write=WRITERS[name]))(tree)
        (tree / "states").mkdir()
        for n in range(UPDATES_OF_A_CONTROL):
            block = format_state(BootState(10 + n, "A", "-", NO_UPDATE))
            (tree / f"states/{n:02}").write_bytes(block)
    image = world.folder / f"{name}.img"
    make_slot(image, Slot(FIRST, world.programs, world.kernel, IMAGE_MIB, ARGUMENTS), world.folder,
              edit)
    scene = Scene(world, home / name)
    try:
        scene.write_part("MSP-A", image)
        scene.put("ab_state2", None)
        base, log = record(scene)
        scene.machine.start()
        expect(bool(scene.machine.await_text("\nwritten", limit_s=RUN_LIMIT_S)), f"{name} ran",
               scene.machine.text()[-300:])
        scene.machine.cut()
        return replay(world, base, log, (image, image), points, seed)
    finally:
        scene.close()


def journals(world: World, scene: Scene, base: Path, log: Path, count: int, dice: random.Random,
             say) -> list[str]:
    """Cuts of the data partition, each mended by ext4's own journal: is ours whole in it, and true
    of slots and boot state?"""
    entries = cut_at(world, scene, base, log, 0, 0)
    early = entries // 4  # the agent's first open is over, and the install has hardly begun
    bad = []
    for n in range(count + 1):
        # The first of them shows that `early` is not too early.
        until, seed = (dice.randrange(entries), dice.randrange(1 << 32)) if n else (early, 0)
        cut_at(world, scene, base, log, until, seed)
        why = mended(scene) or journal_damage(world, scene, until < early) or lie(world, scene)
        if why:
            bad.append(f"cut after entry {until}, seed {seed}: {why}")
        if n:
            say(f"journals {n} of {count}, {len(bad)} bad")
    return bad


def planted_in_journals(world: World, scene: Scene, base: Path, log: Path) -> dict[str, int]:
    """What must be seen: a journal with one byte changed, one that is gone, and a whole one beside
    a boot state that knows nothing of the update."""
    entries = cut_at(world, scene, base, log, 0, 0)
    cut_at(world, scene, base, log, entries, 0)
    expect(not mended(scene), "the last disk can be mended")
    found = {}
    held = scene.folder / "data/journal"
    with open(scene.folder / "cut.img", "r+b") as image, open(base, "rb") as before:
        part = disk.parts(SIZES)[0]
        before.seek(part.start * disk.MIB)
        image.seek(part.start * disk.MIB)
        image.write(before.read(part.size * disk.MIB))
    found["another_boot_state"] = int(bool(lie(world, scene)))
    newest = max((held / "db").glob("*.log"), key=lambda path: path.stat().st_size)
    bytes_of_it = bytearray(newest.read_bytes())
    bytes_of_it[len(bytes_of_it) // 2] ^= 1
    newest.write_bytes(bytes_of_it)
    found["damaged_journal"] = int(bool(journal_damage(world, scene, False)))
    shutil.rmtree(held)
    found["lost_journal"] = int(bool(journal_damage(world, scene, False)))
    return found


def cut_at(world: World, scene: Scene, base: Path, log: Path, until: int, seed: int) -> int:
    """Makes the disk of this cut; how many entries the log has."""
    return told(world, "cut", base, log, "--until", until, "--seed", seed, "--out",
                scene.folder / "cut.img")["entries"]


def mended(scene: Scene) -> str:
    """Takes the data partition out of the cut disk, as its file system mends it."""
    part = next(one for one in disk.parts(SIZES) if one.name == "MSP-DATA")
    data, out = scene.folder / "data.img", scene.folder / "data"
    with open(scene.folder / "cut.img", "rb") as image:
        image.seek(part.start * disk.MIB)
        data.write_bytes(image.read(part.size * disk.MIB))
    checked = subprocess.run(["/usr/sbin/e2fsck", "-fy", data], capture_output=True, timeout=120,
                             check=False)
    if checked.returncode > 1:  # 1: the journal was replayed, or counts were put right
        return f"e2fsck ended with {checked.returncode}: {checked.stdout[-300:]}"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    dumped = subprocess.run(["/usr/sbin/debugfs", "-R", f"rdump / {out}", data],
                            capture_output=True, timeout=120, check=False)
    if dumped.returncode != 0 or not (out / "identity").is_dir():
        return f"debugfs ended with {dumped.returncode}: {dumped.stderr[-300:]}"
    return ""


def journal_damage(world: World, scene: Scene, may_be_new: bool) -> str:
    journal = scene.folder / "data/journal"
    if not has_begun(journal / "db"):
        return "" if may_be_new else "there is no journal any more"
    verified = subprocess.run([world.programs / "drydock", "journal", "verify", journal],
                              capture_output=True, text=True, timeout=120, check=False)
    return "" if verified.returncode == 0 else (verified.stderr or verified.stdout).strip()[-300:]


def lie(world: World, scene: Scene) -> str:
    """Does the agent's journal tell of a step that slot B or the boot state does not bear out?"""
    journal = scene.folder / "data/journal"
    if not has_begun(journal / "db"):
        return ""
    read = subprocess.run([world.programs / "drydock", "journal", "reports", journal, "--json"],
                          capture_output=True, text=True, timeout=120, check=True).stdout
    kinds = {report["kind"] for report in json.loads(read)["reports"]}
    copies = [subprocess.run(["mtype", "-i", f"{scene.folder}/cut.img@@1M", f"::/{name}"],
                             capture_output=True, timeout=30, check=False).stdout
              for name in COPIES]
    state = max(filter(None, map(parse_state, copies)), key=lambda one: one.seq)
    armed, good = "B" in (state.trial, state.active), (state.active, state.trial) == ("B", "-")
    if kinds & {"armed", "committed"} and not armed:
        return f"armed, says the journal ({kinds}), and the boot state {state}"
    if "committed" in kinds and not good:
        return f"committed, says the journal ({kinds}), and the boot state {state}"
    part = next(one for one in disk.parts(SIZES) if one.name == "MSP-B")
    image = world.image(NEXT).read_bytes()
    with open(scene.folder / "cut.img", "rb") as cut:
        cut.seek(part.start * disk.MIB)
        whole = cut.read(len(image)) == image
    return "" if whole or "staged" not in kinds else "staged, says the journal, and B is not whole"


def has_begun(database: Path) -> bool:
    """False before the agent's very first open is through: no data, and nothing that names any."""
    held = [path for path in database.glob("*") if path.suffix in (".log", ".sst")]
    return (database / "CURRENT").exists() or any(path.stat().st_size for path in held)


def vm_cut(world: World, home: Path, seed: int) -> str:
    """An update, the power cut at some moment with the cache lost, and the power back. Every second
    release brings a boot stub along. Empty when the appliance came back by itself and finished its
    update, stub and all, else what happened."""
    dice = random.Random(seed)
    behaviour, longest = (NEW_STUB, 75.0) if seed % 2 else ("good", 50.0)
    scene = Scene(world, home / f"cut-{seed}")
    try:
        base, log = record(scene)
        running_first(scene)
        watch = scene.roll_out(NEXT, behaviour)
        after = dice.uniform(0.0, longest)  # seconds; an update takes about 40, a stub 25 more
        scene.bench.until(lambda: False, after, watch.ask)
        scene.machine.cut()
        lost = told(world, "cut", base, log, "--seed", seed, "--out", scene.disk)
        write(scene.folder / "cut.json", json.dumps({**lost, "seconds": after}))
        scene.machine.write_log = None
        scene.machine.start()
        mark = scene.machine.await_text("drydock-init: agent started", limit_s=180.0)
        if not mark:
            return f"brick: no agent after the cut: {scene.machine.text()[-300:]}"
        found = scene.await_outcome(watch)
        if found != "committed":
            return f"the centre counts {found or 'nothing'}; {scene.boots()}"
        return "" if behaviour != NEW_STUB else stub_missing(scene)
    finally:
        scene.close()
        for image in scene.folder.glob("*.img"):
            image.unlink()
        scene.machine.write_log = None


def stub_missing(scene: Scene) -> str:
    """Does stub B start it in the end, as the good one? Empty, or what is wrong."""
    def up_by_b() -> bool:
        newest = scene.machine.text().rpartition("ab.stub=")[-1]
        return newest.startswith("B") and "drydock-init: agent started" in newest
    if not scene.bench.until(up_by_b, RUN_LIMIT_S, lambda: None):
        return f"stub B never started it: {scene.machine.text()[-300:]}"
    scene.machine.cut()
    state = scene.state("stub")
    good = state is not None and (state.active, state.trial) == ("B", "-")
    return "" if good else f"stub B is not the good one: {state}"


def kills(world: World, count: int, say: Callable[[str], None]) -> tuple[int, int]:
    """(kills that hit, rounds that did not end well). A round of agents kills each of 64 at another
    append to its journal; root-helper is killed at each of its syncs."""
    hit = bad = 0
    for kind in ("kill-after", "kill-before")[:-(-count // BOXES)]:
        command = [ROOT / "deploy/demo", "--no-install", "--kills", kind, "--build",
                   world.programs.parent]
        done = subprocess.run(command, capture_output=True, text=True, timeout=KILLS_LIMIT_S,
                              check=False)
        said = next((json.loads(line) for line in reversed(done.stdout.splitlines())
                     if line.startswith('{"boxes"')), {})
        hit += said.get("hits", 0)
        bad += done.returncode != 0
        say(f"agents, {kind}: {said or done.stderr[-300:]}")
    if count:
        tests = world.programs.parent / "tests/test_root_helper_program"
        done = subprocess.run([tests, "--run_test=root_helper_kills", "--log_level=message"],
                              capture_output=True, text=True, timeout=KILLS_LIMIT_S, check=False)
        syncs = [int(n) for n in re.findall(r"kills: (\d+)", done.stdout + done.stderr)]
        hit += sum(syncs)
        bad += done.returncode != 0 or not syncs
        say(f"root-helper: killed before and after each of its syncs, {syncs}")
    return hit, bad
