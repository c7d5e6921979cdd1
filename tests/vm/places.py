"""Scenarios of the disk: cuts at certain places, and whatever may lie in slots and boot state."""

import random

import boot_state
from boot_state import NO_UPDATE, BootState, format_state, format_tries
from scenario import UPDATE, running_first, scenario, update
from world import FIRST, NEXT, Scene, expect


def armed(scene: Scene, tries: bytes | None) -> None:
    scene.write_part("MSP-B", scene.world.image(NEXT))
    scene.put("ab_state", format_state(BootState(6, "A", "B", UPDATE)))
    scene.put("ab_tries", tries)


@scenario
def cut_while_staged(scene: Scene) -> None:
    """The image is staged, no token was given, and the power goes. Nothing is fetched again."""
    running_first(scene)
    watch = scene.roll_out(NEXT)
    expect(scene.await_tally(watch, "granted"), "an install is granted", watch.state)
    scene.move(watch, "pause")
    expect(scene.await_tally(watch, "staged"), "it is staged", watch.state)
    scene.machine.cut()
    scene.machine.start()
    scene.await_boot(FIRST, "A")
    expect(scene.await_version(FIRST), f"{FIRST} checks in again")
    scene.move(watch, "resume")
    expect(scene.await_outcome(watch) == "committed", "it commits", scene.boots())
    expect(scene.boots()[1:] == [(FIRST, "A", "0", "0"), (NEXT, "B", "2", "0")],
           "the good slot until there is a token", scene.boots())
    opened = scene.machine.text().count("root-helper: OpenStandby done")
    expect(opened == 1, "the slot was written once", opened)


@scenario
def cut_between_arm_and_reboot_with_the_rollout_halted(scene: Scene) -> None:
    """The token was used, the reboot did not come, and meanwhile somebody halts. What was armed is
    tried; it proves itself, and the centre hears of it."""
    running_first(scene)
    watch = scene.roll_out(NEXT)
    expect(bool(scene.machine.await_text("root-helper: ArmTrial done", limit_s=400.0)), "armed",
           scene.machine.text()[-300:])
    scene.machine.cut()
    scene.move(watch, "halt")
    scene.machine.start()
    scene.await_boot(NEXT, "B")
    expect(scene.await_outcome(watch) == "committed", "it commits", scene.boots())
    expect(scene.boots()[1:] == [(NEXT, "B", "2", "0")], "one boot of the trial", scene.boots())
    expect(watch.phase() == "halted", "the rollout stays halted", watch.phase())


def boots_and_checks_in(scene: Scene, version: str, slot: str) -> None:
    """The slot boots and checks in. The state is mended by the next write, not by a boot."""
    scene.machine.start()
    scene.await_boot(version, slot)
    expect(scene.await_version(version), f"{version} checks in", scene.machine.text()[-300:])


def quiet_b() -> bytes:
    return format_state(BootState(5, "B", "-", NO_UPDATE))


def one_copy(scene: Scene, block: bytes | None) -> None:
    """B is good by one copy; A would boot without any."""
    scene.write_part("MSP-B", scene.world.image(NEXT))
    for name, other in (("ab_state", "ab_state2"), ("ab_state2", "ab_state")):
        scene.put(name, block)
        scene.put(other, quiet_b())
        boots_and_checks_in(scene, NEXT, "B")
        scene.machine.cut()


@scenario
def one_state_copy_empty(scene: Scene) -> None:
    one_copy(scene, b"")


@scenario
def one_state_copy_random(scene: Scene) -> None:
    one_copy(scene, random.Random(7).randbytes(512))


@scenario
def one_state_copy_bit_flipped(scene: Scene) -> None:
    flipped = bytearray(format_state(BootState(9, "A", "-", NO_UPDATE)))
    flipped[40] ^= 1
    one_copy(scene, bytes(flipped))


@scenario
def both_state_copies_destroyed(scene: Scene) -> None:
    for name in boot_state.COPIES:
        scene.put(name, random.Random(8).randbytes(512))
    boots_and_checks_in(scene, FIRST, "A")
    update(scene, NEXT, "good", "committed")  # the copies are made anew on the way
    scene.machine.cut()
    blocks = [boot_state.parse_state(scene.get(name)) for name in boot_state.COPIES]
    expect(all(block and block.active == "B" for block in blocks), "both copies are whole", blocks)


@scenario
def counter_file_missing(scene: Scene) -> None:
    armed(scene, None)
    boots_and_checks_in(scene, FIRST, "A")
    expect(scene.boots() == [(FIRST, "A", "0", "2")], "uncounted, so not tried", scene.boots())


@scenario
def counter_file_empty(scene: Scene) -> None:
    armed(scene, b"")
    boots_and_checks_in(scene, FIRST, "A")
    expect(scene.boots() == [(FIRST, "A", "0", "2")], "uncounted, so not tried", scene.boots())
    update(scene, NEXT, "good", "committed")  # root-helper makes the counter anew


@scenario
def cut_between_the_two_copies(scene: Scene) -> None:
    armed(scene, format_tries(None, 0))
    scene.put("ab_state2", format_state(BootState(5, "A", "-", NO_UPDATE)))
    scene.machine.start()
    scene.await_boot(NEXT, "B")
    expect(scene.boots() == [(NEXT, "B", "2", "0")], "the newer copy decides", scene.boots())


@scenario
def zeroed_slot(scene: Scene) -> None:
    armed(scene, format_tries(None, 0))
    scene.write_part("MSP-B", None)
    boots_and_checks_in(scene, FIRST, "A")
    expect(scene.boots() == [(FIRST, "A", "0", "3")], "the good slot at once", scene.boots())


@scenario
def zeroed_good_slot(scene: Scene) -> None:
    scene.write_part("MSP-B", scene.world.image(NEXT))
    scene.write_part("MSP-A", None)
    scene.machine.start()
    scene.await_boot(NEXT, "B")
    expect(scene.boots() == [(NEXT, "B", "0", "3")], "the other one", scene.boots())
