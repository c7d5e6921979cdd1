"""The boot state on the ESP by GRUB's rules, written apart from runtime/boot: the firmware must
not share a mistake with the programs that write the state.

Three files of exactly 512 bytes. `ab_state` and `ab_state2` are lines that GRUB can source;
userspace writes them. `ab_tries` is a GRUB environment block; the firmware alone writes it,
in place.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

BLOCK = 512            # bytes; one sector, written whole or not at all
TRIES_AN_UPDATE = 3
COPIES = ("ab_state", "ab_state2")
TRIES = "ab_tries"
SIGNATURE = b"# GRUB Environment Block\n"
NO_UPDATE = "0" * 16

FALLBACK_NONE = 0       # booted what the state asked for
FALLBACK_EXHAUSTED = 1  # the trial has used its tries
FALLBACK_UNCOUNTED = 2  # the try could not be counted, so the trial was not booted
FALLBACK_UNLOADABLE = 3  # what was asked for could not be loaded

STATE = re.compile(
    rb'set ab_seq="(?P<seq>\d{8})"\n'
    rb'set active_partition="(?P<active>[AB])"\n'
    rb'set trial_partition="(?P<trial>[AB-])"\n'
    rb'set update_id="(?P<update>[0-9a-f]{16})"\n'
    rb'set ab_check="(?P<check>[^"\n]*)"[\n\0]')


@dataclass(frozen=True)
class BootState:
    seq: int
    active: str  # "A" or "B": the good slot
    trial: str   # "A", "B", or "-": nothing is on trial
    update: str  # 16 hex digits


@dataclass(frozen=True)
class Choice:
    """What the firmware boots: `slots` in this order, the first whose image can be loaded."""

    slots: tuple[str, ...]
    trial: bool      # the first of `slots` is on trial
    tries_left: int  # 0 when nothing is on trial
    fallback: int
    seq: int         # 0 when neither copy of the state counts


def format_state(state: BootState) -> bytes:
    fields = f"{state.seq:08}.{state.active}.{state.trial}.{state.update}"
    text = (f'set ab_seq="{state.seq:08}"\nset active_partition="{state.active}"\n'
            f'set trial_partition="{state.trial}"\nset update_id="{state.update}"\n'
            f'set ab_check="{fields}"\n#')
    return text.encode().ljust(BLOCK - 1, b" ") + b"\n"


def parse_state(block: bytes) -> BootState | None:
    """None for anything but a whole copy whose check field equals its other fields joined."""
    if len(block) != BLOCK:
        return None
    found = STATE.match(block)
    if found is None:
        return None
    seq, active, trial, update, check = (
        found[name].decode("latin-1") for name in ("seq", "active", "trial", "update", "check"))
    if check != f"{seq}.{active}.{trial}.{update}" or trial == active:
        return None
    return BootState(int(seq), active, trial, update)


def read_state(esp: Path) -> BootState | None:
    """The copy that counts: of the valid ones that with the higher sequence, the first on a tie."""
    copies = [state for state in (parse_state(read_block(esp / name)) for name in COPIES) if state]
    return max(copies, key=lambda state: state.seq, default=None)


def read_block(path: Path) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(BLOCK + 1)
    except OSError:
        return b""


def format_tries(update: str | None, left: int) -> bytes:
    lines = b"" if update is None else f"tries_id={update}\ntries_left={left}\n".encode()
    return (SIGNATURE + lines).ljust(BLOCK, b"#")


def parse_tries(block: bytes) -> dict[str, str] | None:
    """The variables, as GRUB's load_env reads them; None for a block that it refuses, and for one
    with a damaged filler, into which save_env cannot write."""
    used = block.rstrip(b"#")
    if len(block) != BLOCK or not block.startswith(SIGNATURE) or not used.endswith(b"\n"):
        return None
    variables = {}
    rest = used[len(SIGNATURE):]
    while rest:
        line, end, rest = rest.partition(b"\n")
        name, equals, value = line.partition(b"=")
        if end and equals:
            variables[name.decode("latin-1")] = value.decode("latin-1")
    return variables


def count_try(esp: Path, update: str, left: int) -> bool:
    """Writes the counter in place and flushes it; True only when it reads back as written."""
    path = esp / TRIES
    if parse_tries(read_block(path)) is None:
        return False  # like GRUB, which can overwrite a block but neither make nor mend one
    block = format_tries(update, left)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            if os.pwrite(descriptor, block, 0) != BLOCK:
                return False
            os.fsync(descriptor)
            return os.pread(descriptor, BLOCK, 0) == block
        finally:
            os.close(descriptor)
    except OSError:
        return False


def other(slot: str) -> str:
    return "B" if slot == "A" else "A"


def choose(esp: Path) -> Choice:
    """Decides what to boot, and counts the try of a trial before anything of it runs."""
    state = read_state(esp)
    if state is None:
        return Choice(("A", "B"), False, 0, FALLBACK_NONE, 0)
    good = (state.active, other(state.active))
    if state.trial == "-":
        return Choice(good, False, 0, FALLBACK_NONE, state.seq)
    variables = parse_tries(read_block(esp / TRIES)) or {}
    left = TRIES_AN_UPDATE
    if variables.get("tries_id") == state.update:
        left = {"3": 3, "2": 2, "1": 1}.get(variables.get("tries_left", ""), 0)
    # The trial that has just failed is no second choice: the good slot alone is left.
    if left == 0:
        return Choice((state.active,), False, 0, FALLBACK_EXHAUSTED, state.seq)
    if not count_try(esp, state.update, left - 1):
        return Choice((state.active,), False, 0, FALLBACK_UNCOUNTED, state.seq)
    return Choice((state.trial, state.active), True, left - 1, FALLBACK_NONE, state.seq)


def kernel_arguments(slot: str, tries_left: int, fallback: int, trial: bool) -> str:
    return (f"ab.partition={slot} ab.tries_left={tries_left} ab.fallback={fallback} "
            f"ab.trial={int(trial)}")


def make(esp: Path, of: str = "ab") -> None:
    """The state as imaging leaves it: A is good, nothing is on trial, nothing was ever counted.
    `of` is what the files' names begin with: "stub" for the state of the boot stub itself."""
    esp.mkdir(parents=True, exist_ok=True)
    for name in COPIES:
        block = format_state(BootState(1, "A", "-", NO_UPDATE))
        (esp / name.replace("ab", of, 1)).write_bytes(block)
    (esp / TRIES.replace("ab", of, 1)).write_bytes(format_tries(None, 0))
