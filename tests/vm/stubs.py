"""Scenarios of a release that brings a new boot stub along, with its signed order."""

import esp
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


def given_up(scene: Scene, behaviour: str) -> None:
    """The new stub leads back to the loader, three times; each time the old one starts the same
    slot, at once. Then it is given up."""
    running_first(scene)
    update(scene, NEXT, behaviour, "committed")
    for start in range(3):
        expect(bool(scene.machine.await_text("stub B came back", limit_s=240.0)),
               f"start {start} tries it", scene.machine.text()[-300:])
        scene.await_boot(NEXT, "B")
    expect(settled(scene), "the gate settles the stub",
           scene.machine.text()[-300:])
    scene.machine.cut()
    expect(scene.get("stub_tries").count(b"tries_left=0") == 1, "its tries are used",
           scene.get("stub_tries"))
    stub_state(scene, "A", 3)


@scenario
def stub_that_cannot_be_loaded(scene: Scene) -> None:
    given_up(scene, "brings-no-stub")


@scenario
def stub_that_can_load_no_slot(scene: Scene) -> None:
    given_up(scene, "brings-a-blind-stub")


def settled(scene: Scene) -> bool:
    """In this start, by its gate."""
    return bool(scene.machine.await_text("root-helper: SettleStub done", limit_s=120.0))


@scenario
def both_copies_of_the_stub_state_destroyed(scene: Scene) -> None:
    for name in ("stub_state", "stub_state2"):
        scene.put(name, b"\xa5" * 512)
    running_first(scene)
    expect("ab.stub=A " in scene.machine.text(), "stub A starts it", scene.machine.text()[-300:])
    expect(settled(scene), "the gate settles the stub")
    scene.machine.cut()
    stub_state(scene, "A", 1)


@scenario
def good_stub_that_cannot_be_loaded(scene: Scene) -> None:
    """The other one starts the same slot, and is the good one from then on."""
    scene.put("EFI/drydock/A/stub.efi", bytes(esp.STUB_BYTES))
    running_first(scene)
    expect("ab.stub=B " in scene.machine.text(), "stub B starts it", scene.machine.text()[-300:])
    expect(settled(scene), "the gate settles the stub")
    scene.machine.cut()
    stub_state(scene, "B", 2)
