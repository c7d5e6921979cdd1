"""What the scenarios share: their list, and how most of them begin and end. Each is a function of
a Scene that raises Broken when it did not go as it should."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from centre import Watch
from world import FIRST, NEXT, Scene, expect

SCENARIOS: dict[str, Callable[[Scene], None]] = {}
UPDATE = "00000000000000ab"
BOOT_S = 120.0


def scenario(function: Callable[[Scene], None]) -> Callable[[Scene], None]:
    SCENARIOS[function.__name__] = function
    return function


def digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def running_first(scene: Scene, limit_s: float = BOOT_S) -> None:
    scene.machine.start()
    scene.await_boot(FIRST, "A")
    expect(scene.await_version(FIRST, limit_s), f"{FIRST} checks in", scene.machine.text()[-300:])


def update(scene: Scene, version: str, behaviour: str, outcome: str, *more: str) -> None:
    watch = scene.roll_out(version, behaviour, *more)
    found = scene.await_outcome(watch, 1800.0 if scene.whole else 400.0)
    expect(found == outcome, f"the centre counts {outcome}", found or "nothing", scene.boots(),
           scene.machine.text()[-400:])


def falls_back(scene: Scene, behaviour: str, boots: list[tuple[str, str, str, str]],
               limit_s: float = BOOT_S) -> None:
    """The bad release is tried, the good one runs again, the centre knows, the disk says so."""
    running_first(scene, limit_s)
    update(scene, NEXT, behaviour, "rolled_back")
    expect(scene.boots()[1:] == boots, "the boots after the first one", scene.boots())
    expect(scene.await_version(FIRST), f"{FIRST} checks in again")
    scene.machine.cut()
    state = scene.state()
    expect(state is not None and (state.active, state.trial) == ("A", "-"), "A is good", state)


def three_tries_of(version: str) -> list[tuple[str, str, str, str]]:
    return [(version, "B", left, "0") for left in "210"]


def told_why(scene: Scene, watch: Watch, reason: str) -> None:
    row = scene.row(watch)
    expect(row.get("reason") == reason, f"the centre knows why: {reason}", row)
