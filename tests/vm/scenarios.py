"""The scenarios: each a function of a Scene that raises Broken when it did not go as it should."""

import random
from collections.abc import Callable

import boot_state
from boot_state import NO_UPDATE, BootState, format_state, format_tries
from world import FIRST, NEXT, THIRD, Scene, expect

SCENARIOS: dict[str, Callable[[Scene], None]] = {}
UPDATE = "00000000000000ab"
BOOT_S = 120.0


def scenario(function: Callable[[Scene], None]) -> Callable[[Scene], None]:
    SCENARIOS[function.__name__] = function
    return function


def running_first(scene: Scene) -> None:
    scene.machine.start()
    scene.await_boot(FIRST, "A")
    expect(scene.await_version(FIRST), f"{FIRST} checks in", scene.machine.text()[-300:])


def update(scene: Scene, version: str, behaviour: str, outcome: str) -> None:
    watch = scene.roll_out(version, behaviour)
    found = scene.await_outcome(watch)
    expect(found == outcome, f"the centre counts {outcome}", found or "nothing", scene.boots(),
           scene.machine.text()[-400:])


def falls_back(scene: Scene, behaviour: str, boots: list[tuple[str, str, str, str]]) -> None:
    """The bad release is tried, the good one runs again, the centre knows, the disk says so."""
    running_first(scene)
    update(scene, NEXT, behaviour, "rolled_back")
    expect(scene.boots()[1:] == boots, "the boots after the first one", scene.boots())
    expect(scene.await_version(FIRST), f"{FIRST} checks in again")
    scene.machine.cut()
    state = scene.state()
    expect(state is not None and (state.active, state.trial) == ("A", "-"), "A is good", state)


def three_tries_of(version: str) -> list[tuple[str, str, str, str]]:
    return [(version, "B", left, "0") for left in "210"]


# --- releases ------------------------------------------------------------------------------------

@scenario
def good_update(scene: Scene) -> None:
    running_first(scene)
    update(scene, NEXT, "good", "committed")
    expect(scene.boots()[1:] == [(NEXT, "B", "2", "0")], "one boot of the trial", scene.boots())
    scene.machine.cut()
    state = scene.state()
    expect(state is not None and (state.active, state.trial) == ("B", "-"), "B is good", state)


@scenario
def health_check_fails_three_times(scene: Scene) -> None:
    # The third attempt's own gate gives up: it disarms, and the next boot is the good slot's.
    falls_back(scene, "check-fails", [*three_tries_of(NEXT), (FIRST, "A", "0", "0")])


@scenario
def kernel_panic_on_the_new_slot(scene: Scene) -> None:
    # Of a slot that panics at once, process 1 never says that it is up.
    falls_back(scene, "panic", [(FIRST, "A", "0", "1")])
    expect(scene.machine.text().count("panicking") == 3, "three tries", scene.machine.text()[-300:])


@scenario
def init_crash_loop(scene: Scene) -> None:
    falls_back(scene, "init-ends", [(FIRST, "A", "0", "1")])
    expect(scene.machine.text().count("\nending") == 3, "three tries", scene.machine.text()[-300:])


@scenario
def agent_crash_loop_after_a_green_gate(scene: Scene) -> None:
    falls_back(scene, "agent-ends", [*three_tries_of(NEXT), (FIRST, "A", "0", "1")])


@scenario
def missing_kernel(scene: Scene) -> None:
    falls_back(scene, "no-kernel", [(FIRST, "A", "0", "3")])


@scenario
def missing_menu(scene: Scene) -> None:
    falls_back(scene, "no-menu", [(FIRST, "A", "0", "3")])


@scenario
def hang_before_userspace_with_power_cycles(scene: Scene) -> None:
    running_first(scene)
    watch = scene.roll_out(NEXT, "hang")
    for cycle in range(3):
        expect(bool(scene.machine.await_text("\nhanging", limit_s=300.0)), f"try {cycle + 1} hangs",
               scene.boots(), scene.machine.text()[-300:])
        scene.machine.cut()
        scene.machine.start()
    scene.await_boot(FIRST, "A")
    found = scene.await_outcome(watch)
    expect(found == "rolled_back", "the centre counts rolled_back", found)
    expect(scene.boots()[1:] == [(FIRST, "A", "0", "1")], "no fourth try", scene.boots())


@scenario
def second_update_after_a_fallback(scene: Scene) -> None:
    running_first(scene)
    update(scene, NEXT, "panic", "rolled_back")
    update(scene, THIRD, "good", "committed")
    scene.machine.cut()
    state = scene.state()
    expect(state is not None and (state.active, state.trial) == ("B", "-"), "B is good", state)


@scenario
def a_to_b_and_back_to_a(scene: Scene) -> None:
    running_first(scene)
    update(scene, NEXT, "good", "committed")
    update(scene, THIRD, "good", "committed")
    expect(scene.boots()[1:] == [(NEXT, "B", "2", "0"), (THIRD, "A", "2", "0")], "B, then A",
           scene.boots())


# --- the state on the ESP ------------------------------------------------------------------------

def boots_and_heals(scene: Scene, version: str, slot: str) -> None:
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
        boots_and_heals(scene, NEXT, "B")
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
    boots_and_heals(scene, FIRST, "A")
    update(scene, NEXT, "good", "committed")  # the copies are made anew on the way
    scene.machine.cut()
    blocks = [boot_state.parse_state(scene.get(name)) for name in boot_state.COPIES]
    expect(all(block and block.active == "B" for block in blocks), "both copies are whole", blocks)


def armed(scene: Scene, tries: bytes | None) -> None:
    scene.write_part("MSP-B", scene.world.image(NEXT))
    scene.put("ab_state", format_state(BootState(6, "A", "B", UPDATE)))
    scene.put("ab_tries", tries)


@scenario
def counter_file_missing(scene: Scene) -> None:
    armed(scene, None)
    boots_and_heals(scene, FIRST, "A")
    expect(scene.boots() == [(FIRST, "A", "0", "2")], "uncounted, so not tried", scene.boots())


@scenario
def counter_file_empty(scene: Scene) -> None:
    armed(scene, b"")
    boots_and_heals(scene, FIRST, "A")
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
    boots_and_heals(scene, FIRST, "A")
    expect(scene.boots() == [(FIRST, "A", "0", "3")], "the good slot at once", scene.boots())


@scenario
def zeroed_good_slot(scene: Scene) -> None:
    scene.write_part("MSP-B", scene.world.image(NEXT))
    scene.write_part("MSP-A", None)
    scene.machine.start()
    scene.await_boot(NEXT, "B")
    expect(scene.boots() == [(NEXT, "B", "0", "3")], "the other one", scene.boots())


# --- the world around ----------------------------------------------------------------------------

@scenario
def coordinator_unreachable_throughout(scene: Scene) -> None:
    armed(scene, format_tries(None, 0))
    scene.centre.kill()
    scene.machine.start()
    scene.await_boot(NEXT, "B")
    expect(bool(scene.machine.await_text("gate exit=0", limit_s=BOOT_S)), "the gate passes")
    expect(not scene.machine.await_text("reboot:", limit_s=20.0), "nothing reboots it",
           scene.machine.text()[-300:])


def wrong_clock(scene: Scene, says: str, *more: str) -> None:
    """The gate passes and the agent stays up, whatever the clock says."""
    scene.machine.start(*more)
    scene.await_boot(FIRST, "A")
    expect(bool(scene.machine.await_text("gate exit=0", limit_s=BOOT_S)), "the gate passes")
    expect(bool(scene.machine.await_text("agent started", limit_s=BOOT_S)), "the agent runs")
    expect(not scene.machine.await_text("reboot:", "the agent ended", limit_s=20.0),
           "agent and box stay up", scene.machine.text()[-300:])
    expect(says in scene.machine.text(), f"its clock says {says}", scene.machine.text()[-300:])


@scenario
def clock_at_1970(scene: Scene) -> None:
    scene.write_part("MSP-A", scene.world.image(FIRST, "clock-at-1970"))
    wrong_clock(scene, "1970-01-02T")


@scenario
def clock_a_century_off(scene: Scene) -> None:
    # A PC's clock has two digits for the year: the kernel takes 70 for 2070.
    wrong_clock(scene, "2070-01-02T", "-rtc", "base=1970-01-02T00:00:00")


@scenario
def data_partition_destroyed(scene: Scene) -> None:
    scene.write_part("MSP-DATA", None)
    scene.machine.start()
    scene.await_boot(FIRST, "A")
    expect(bool(scene.machine.await_text("stays: ", limit_s=BOOT_S)),
           "the good slot stays up, though its gate cannot say anything",
           scene.machine.text()[-300:])


@scenario
def nobody_gets_a_command_line(scene: Scene) -> None:
    """Keys on the console: `c` and `e` ask for a password that nobody has; `b` starts slot B."""
    scene.write_part("MSP-B", scene.world.image(NEXT))
    before = [scene.get(name) for name in (*boot_state.COPIES, boot_state.TRIES)]
    scene.machine.start()
    expect(bool(scene.machine.await_text("Start slot B", limit_s=BOOT_S)), "the menu shows")
    scene.machine.type("c")
    expect(bool(scene.machine.await_text("Enter username", limit_s=30.0)), "c asks who it is",
           scene.machine.text()[-300:])
    scene.machine.type("root\rroot\r")
    expect("grub>" not in scene.machine.text(), "no command line", scene.machine.text()[-300:])
    scene.machine.cut()
    scene.machine.start()
    expect(bool(scene.machine.await_text("Start slot B", limit_s=BOOT_S)), "the menu shows again")
    scene.machine.type("b")
    scene.await_boot(NEXT, "B")
    expect(scene.boots()[-1] == (NEXT, "B", "0", "4"), "slot B, this once", scene.boots())
    scene.machine.cut()
    after = [scene.get(name) for name in (*boot_state.COPIES, boot_state.TRIES)]
    expect(before == after, "no state was changed")
    scene.machine.start()
    scene.await_boot(FIRST, "A")
