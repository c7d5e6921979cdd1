"""Many cuts of running machines, one by one, over several sittings: each outcome is a line of a
file as soon as it is known, and a cut that is in it is not made again."""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path


class Damaged(Exception):
    """The file of a campaign cannot be gone on with; the text says why."""


def known(file: Path | None) -> dict[int, str]:
    """What happened, by seed; empty: the appliance came back. A line that was cut off is left out,
    so that its cut is made again."""
    if file is None or not file.exists():
        return {}
    found = {}
    lines = file.read_bytes().split(b"\n")
    for number, line in enumerate(lines[:-1], 1):
        try:
            said = json.loads(line)
            found[int(said["seed"])] = str(said["why"])
        except (ValueError, KeyError, TypeError) as error:
            raise Damaged(f"{file}, line {number}: no outcome of a cut ({error}); remove the line, "
                          "or name another file") from error
    if lines[-1]:
        with open(file, "r+b") as torn:
            torn.truncate(sum(len(line) + 1 for line in lines[:-1]))
    return found


def keep(file: Path | None, seed: int, why: str) -> None:
    if file is None:
        return
    with open(file, "a", encoding="utf-8") as out:
        out.write(json.dumps({"seed": seed, "why": why}) + "\n")
        out.flush()
        os.fsync(out.fileno())


def run(seeds: Iterable[int], cut: Callable[[int], str], say: Callable[[str], None],
        file: Path | None = None) -> list[str]:
    """What happened at each seed, in order."""
    seeds, before, outcomes = list(seeds), known(file), []
    for n, seed in enumerate(seeds, 1):
        if seed in before:
            outcomes.append(before[seed])
            continue
        outcomes.append(cut(seed))
        keep(file, seed, outcomes[-1])
        say(f"power cut {n} of {len(seeds)}, seed {seed}: {outcomes[-1] or 'well'}")
    return outcomes
