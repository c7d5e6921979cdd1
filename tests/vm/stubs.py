"""Scenarios of a release that brings a new boot stub along, with its signed order."""

from scenario import running_first, scenario, update
from world import FIRST, NEXT, Scene, expect


def replaces(scene: Scene, behaviour: str, stubs: str) -> None:
    """The release commits; then the stub it brought is tried, by these starts."""
    running_first(scene)
    update(scene, NEXT, behaviour, "committed")
    for n, stub in enumerate(stubs):
        found = scene.machine.await_text(*(f"ab.stub={one} " for one in "AB"), limit_s=240.0)
        expect(found == f"ab.stub={stub} ", f"start {n} is stub {stub}'s", found or "nothing",
               scene.machine.text()[-400:])
    expect(scene.boots()[1:] == [(NEXT, "B", "2", "0"), (NEXT, "B", "0", "0")],
           "the slot's trial, and one start more", scene.boots())
    expect(bool(scene.machine.await_text("agent started", limit_s=120.0)), "it is up")
    scene.machine.cut()
    state = scene.state()
    expect((state.active, state.trial) == ("B", "-"), "slot B stays good", state)


def stub_state(scene: Scene, good: str, seq: int) -> None:
    state = scene.state("stub")
    expect((state.active, state.trial, state.seq) == (good, "-", seq), f"stub {good} is good",
           state)


@scenario
def stub_replaced_by_a_signed_order(scene: Scene) -> None:
    """Armed after the commit, tried at the next start, kept once that start is healthy."""
    replaces(scene, "brings-a-stub", "AAB")
    stub_state(scene, "B", 3)


@scenario
def stub_that_starts_nothing(scene: Scene) -> None:
    """It is loaded and starts anew, three times; then the old one runs again, for good."""
    replaces(scene, "brings-a-bad-stub", "AAA")
    expect(scene.get("stub_tries").count(b"tries_left=0") == 1, "its tries are used",
           scene.get("stub_tries"))
    stub_state(scene, "A", 3)
    scene.machine.start()
    scene.await_boot(NEXT, "B")
    expect(bool(scene.machine.await_text("agent started", limit_s=120.0)), "it is up again")
    scene.machine.cut()
    stub_state(scene, "A", 3)


@scenario
def stub_that_cannot_be_loaded(scene: Scene) -> None:
    """The old one starts instead, at once; the try is counted all the same."""
    replaces(scene, "brings-no-stub", "AAA")
    expect(scene.get("stub_tries").count(b"tries_left=2") == 1, "one try is counted",
           scene.get("stub_tries"))
    state = scene.state("stub")
    expect((state.active, state.trial) == ("A", "B"), "it would be tried again", state)
