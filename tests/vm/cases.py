"""States of the ESP as a disk may show them: whole, torn, flipped, missing, and numbers that a
reader of octals would get wrong. Each is (name, ab_state, ab_state2, ab_tries); None is no file."""

import random
from collections.abc import Iterator
from itertools import product

from boot_state import BLOCK, NO_UPDATE, BootState, format_state, format_tries

UPDATE, OTHER = "0123456789abcdef", "fedcba9876543210"
QUIET = format_state(BootState(7, "A", "-", NO_UPDATE))
ARMED = format_state(BootState(8, "A", "B", UPDATE))
FRESH = format_tries(None, 0)
SEQUENCES = (0, 1, 7, 8, 9, 10, 11, 63, 64, 77, 78, 100, 99_999_998, 99_999_999)

Case = tuple[str, bytes | None, bytes | None, bytes | None]


def flips(block: bytes, end: int) -> Iterator[tuple[str, bytes]]:
    for position, bit in product(range(end), range(8)):
        damaged = bytearray(block)
        damaged[position] ^= 1 << bit
        yield f"bit {bit} of byte {position}", bytes(damaged)


def damaged(block: bytes, dice: random.Random) -> Iterator[tuple[str, bytes | None]]:
    yield from (("missing", None), ("empty", b""), ("zeros", bytes(BLOCK)),
                ("ones", b"\xff" * BLOCK), ("random", dice.randbytes(BLOCK)))
    for length in range(1, BLOCK, 7):
        yield f"torn at {length}", block[:length] + bytes(BLOCK - length)


def orderly() -> Iterator[Case]:
    for first, second in product(SEQUENCES, SEQUENCES):
        yield (f"sequences {first} and {second}",
               format_state(BootState(first, "A", "-", NO_UPDATE)),
               format_state(BootState(second, "B", "-", NO_UPDATE)), FRESH)
    for left in (3, 2, 1, 0):
        yield f"{left} tries left", ARMED, ARMED, format_tries(UPDATE, left)
        yield f"{left} tries left of another", ARMED, ARMED, format_tries(OTHER, left)
    yield "nothing counted yet", ARMED, QUIET, FRESH
    yield "B is good, A on trial", QUIET, format_state(BootState(9, "B", "A", UPDATE)), FRESH
    own = ARMED.replace(b'"B"', b'"A"').replace(b".B.", b".A.")
    yield "trial of the good slot", QUIET, own, FRESH
    yield "a count GRUB does not know", ARMED, ARMED, format_tries(UPDATE, 9)


def disorderly(dice: random.Random) -> Iterator[Case]:
    for name, block in damaged(ARMED, dice):
        yield f"first copy {name}", block, QUIET, FRESH
        yield f"second copy {name}", QUIET, block, FRESH
        yield f"both copies {name}", block, block, FRESH
    for name, block in damaged(format_tries(UPDATE, 2), dice):
        yield f"counter {name}", ARMED, QUIET, block
    for name, block in flips(ARMED, ARMED.index(b"\n#") + 4):
        yield f"state: {name}", QUIET, block, FRESH
    for name, block in flips(format_tries(UPDATE, 2), 80):
        yield f"counter: {name}", ARMED, QUIET, block


def all_cases(seed: int) -> list[Case]:
    return [*orderly(), *disorderly(random.Random(seed))]


def sample(seed: int, count: int) -> list[Case]:
    cases = all_cases(seed)
    return cases if count >= len(cases) else random.Random(seed).sample(cases, count)
