"""Scenarios of releases: good ones, and those that fail in one way or another."""

from centre import Watch
from scenario import (BOOT_S, falls_back, running_first, scenario, three_tries_of, told_why,
                      update)
from world import FIRST, NEXT, THIRD, Scene, expect


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
        hangs = scene.machine.await_text("Waiting for root device /dev/absent", limit_s=300.0)
        expect(bool(hangs), f"try {cycle + 1} hangs", scene.boots(), scene.machine.text()[-300:])
        scene.machine.cut()
        scene.machine.start()
    scene.await_boot(FIRST, "A")
    found = scene.await_outcome(watch)
    expect(found == "rolled_back", "the centre counts rolled_back", found)
    expect(scene.boots()[1:] == [(FIRST, "A", "0", "1")], "no fourth try", scene.boots())


@scenario
def no_network_driver_in_the_new_slot(scene: Scene) -> None:
    """Its gate passes; its agent is never ready, and ends each try at the boot deadline."""
    running_first(scene)
    watch = scene.roll_out(NEXT, "no-driver")
    found = scene.await_outcome(watch)
    expect(found == "rolled_back", "the centre counts rolled_back", found or "nothing",
           scene.boots(), scene.machine.text()[-400:])
    expect(scene.boots()[1:] == [*three_tries_of(NEXT), (FIRST, "A", "0", "1")], "three tries",
           scene.boots())
    text = scene.machine.text()
    expect(text.count("gate exit=0") == 5, "every gate passed", text.count("gate exit=0"))
    expect(text.count("drydock-init: reboot: requested") == 4, "its agent ended each try",
           text.count("drydock-init: reboot: requested"))
    told_why(scene, watch, "agent_not_ready")


@scenario
def no_driver_for_the_esp_in_the_new_slot(scene: Scene) -> None:
    """It could never commit; it knows that it is on trial, and ends each try."""
    falls_back(scene, "no-fat", [*three_tries_of(NEXT), (FIRST, "A", "0", "1")])


@scenario
def fallback_after_the_new_agent_wrote_its_journal(scene: Scene) -> None:
    running_first(scene)
    watch = scene.roll_out(NEXT, "late-panic")
    found = scene.await_outcome(watch)
    expect(found == "rolled_back", "the centre counts rolled_back", found or "nothing",
           scene.boots(), scene.machine.text()[-400:])
    expect(scene.boots()[1:] == [*three_tries_of(NEXT), (FIRST, "A", "0", "1")], "three tries",
           scene.boots())
    expect(scene.machine.text().count("\npanicking") == 3, "three panics behind a running agent")
    told_why(scene, watch, "agent_not_ready")
    expect("set aside" not in scene.machine.text(), "the old agent reads what the new one wrote",
           scene.machine.text()[-300:])


def committed_and_deaf(scene: Scene) -> Watch:
    """A release that proves itself on every local fact, and never reaches the centre."""
    running_first(scene)
    watch = scene.roll_out(NEXT, "deaf")
    expect(bool(scene.machine.await_text(": committed", limit_s=400.0)), "it is committed",
           scene.boots(), scene.machine.text()[-400:])
    return watch


@scenario
def a_release_that_cannot_reach_the_centre_is_left_again(scene: Scene) -> None:
    watch = committed_and_deaf(scene)
    expect(scene.await_tally(watch, "failed_late"), "the centre hears of it", scene.boots(),
           scene.machine.text()[-600:])
    expect(scene.boots()[1:] == [(NEXT, "B", "2", "0"), (FIRST, "A", "2", "0")],
           "one boot of the release, one of the return", scene.boots())
    told_why(scene, watch, "unreachable")
    expect(scene.await_version(FIRST), f"{FIRST} checks in again")
    scene.machine.cut()
    state = scene.state()
    expect(state is not None and (state.active, state.trial) == ("A", "-"), "A is good", state)


@scenario
def a_return_that_reaches_nobody_either_ends_on_the_release(scene: Scene) -> None:
    """The centre is gone: the slot before is tried once, and the committed release stays."""
    scene.write_part("MSP-A", scene.world.image(FIRST, "hasty"))
    committed_and_deaf(scene)
    scene.centre.kill()
    back = [(FIRST, "A", left, "0") for left in "210"]
    wanted = [(NEXT, "B", "2", "0"), *back, (NEXT, "B", "0", "1")]
    scene.bench.until(lambda: scene.boots()[1:] == wanted, 500.0, lambda: False)
    expect(scene.boots()[1:] == wanted, "three boots of one return", scene.boots(),
           scene.machine.text()[-300:])
    scene.machine.forget_before_last_boot()
    expect(bool(scene.machine.await_text("agent started", limit_s=BOOT_S)), "the agent runs")
    expect(not scene.machine.await_text("reboot:", limit_s=60.0), "it is tried once",
           scene.machine.text()[-300:])
    scene.machine.cut()
    state = scene.state()
    expect(state is not None and (state.active, state.trial) == ("B", "-"), "B is good", state)


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


@scenario
def operator_reboots_during_the_trial(scene: Scene) -> None:
    """Three reboots that a person asks for cost no try."""
    running_first(scene)
    update(scene, NEXT, "asked-to-reboot", "committed")
    expect(scene.boots()[1:] == [(NEXT, "B", "2", "0")] * 4, "each with two tries left",
           scene.boots())
    expect(scene.machine.text().count("reboot: somebody asked") == 3, "three reboots")


def running_next(scene: Scene) -> None:
    scene.write_part("MSP-A", scene.world.image(NEXT))
    scene.machine.start()
    scene.await_boot(NEXT, "A")
    expect(scene.await_version(NEXT), f"{NEXT} checks in", scene.machine.text()[-300:])


@scenario
def downgrade_refused(scene: Scene) -> None:
    """By the centre; that the appliance refuses it too is the scheduler's own test."""
    running_next(scene)
    watch = scene.roll_out(FIRST)

    def waits_for() -> str:
        return scene.row(watch).get("wait", {}).get("reason", "")
    scene.bench.until(lambda: waits_for() == "newer_already", 60.0, lambda: None)
    expect(waits_for() == "newer_already", "the centre says why it installs nothing",
           scene.row(watch))
    expect(watch.tally("granted") == 0, "nothing is granted", watch.state.get("tally"))


@scenario
def downgrade_that_was_ordered(scene: Scene) -> None:
    running_next(scene)
    update(scene, FIRST, "good", "committed", "--downgrade")
    expect(scene.boots()[1:] == [(FIRST, "B", "2", "0")], "one boot of the trial", scene.boots())
