"""Scenarios of what surrounds a box: its centre, its clock, its data partition, other disks, and
people at its console."""

import random

import boot_state
from boot_state import format_tries
from centre import Watch
from places import armed
from scenario import BOOT_S, digest, running_first, scenario, told_why, update
from world import FIRST, NEXT, Scene, expect


@scenario
def coordinator_unreachable_throughout(scene: Scene) -> None:
    armed(scene, format_tries(None, 0))
    scene.centre.kill()
    scene.machine.start()
    scene.await_boot(NEXT, "B")
    expect(bool(scene.machine.await_text("gate exit=0", limit_s=BOOT_S)), "the gate passes")
    expect(bool(scene.machine.await_text("root-helper: CommitTrial done", limit_s=BOOT_S)),
           "a commit needs no centre", scene.machine.text()[-300:])
    expect(not scene.machine.await_text("reboot:", limit_s=20.0), "nothing reboots it",
           scene.machine.text()[-300:])
    scene.machine.cut()
    state = scene.state()
    expect((state.active, state.trial) == ("B", "-"), "B is good", state)


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
def trial_with_the_clock_at_1970(scene: Scene) -> None:
    """No certificate is valid yet, so the centre cannot be reached, and no token could be believed.
    The release proves itself on local facts all the same; once the clock is set, the centre hears
    of it."""
    running_first(scene)
    watch = scene.roll_out(NEXT, "clock-set-late")
    scene.await_boot(NEXT, "B", 400.0)
    expect(bool(scene.machine.await_text("root-helper: CommitTrial done", limit_s=BOOT_S)),
           "it is committed", scene.machine.text()[-300:])
    expect("clock set" not in scene.machine.text(), "long before the clock is set",
           scene.machine.text()[-300:])
    expect(scene.await_outcome(watch) == "committed", "the centre hears of it", scene.boots())
    expect(scene.boots()[1:] == [(NEXT, "B", "2", "0")], "one boot of the trial", scene.boots())


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
def data_partition_corrupt(scene: Scene) -> None:
    """What lies on MSP-DATA is noise in places; the good slot stays up all the same."""
    running_first(scene)
    scene.machine.cut()
    scene.spoil("MSP-DATA", random.Random(9))
    scene.machine.start()
    scene.await_boot(FIRST, "A")
    expect(bool(scene.machine.await_text("gate exit=", limit_s=BOOT_S)), "the gate ends",
           scene.machine.text()[-300:])
    expect(not scene.machine.await_text("reboot:", limit_s=30.0), "nothing reboots it",
           scene.machine.text()[-300:])


@scenario
def full_data_partition(scene: Scene) -> None:
    """Not a block is left: nothing can be put on record, so nothing is begun, and the good slot
    stays up. With room again the same rollout ends well."""
    scene.write_part("MSP-A", scene.world.image(FIRST, "full-data"))
    running_first(scene)
    expect(bool(scene.machine.await_text("filled", limit_s=BOOT_S)), "MSP-DATA is full")
    watch = scene.roll_out(NEXT)
    expect(not scene.machine.await_text("reboot:", limit_s=60.0), "nothing reboots it",
           scene.machine.text()[-400:])
    expect(watch.tally("exposed") == 0, "no token is given", watch.state.get("tally"))
    scene.machine.cut()  # the next boot of this image makes room
    scene.machine.start()
    expect(scene.await_outcome(watch) == "committed", "it commits", scene.boots(),
           scene.machine.text()[-400:])


def never_armed(scene: Scene, watch: Watch) -> None:
    scene.bench.until(lambda: scene.row(watch).get("reason") == "io_error", 300.0, lambda: None)
    told_why(scene, watch, "io_error")
    expect(scene.boots() == [(FIRST, "A", "0", "0")], "the trial was never booted", scene.boots())
    scene.machine.cut()
    state = scene.state()
    expect(state is not None and (state.active, state.trial) == ("A", "-"), "A is good", state)


@scenario
def read_only_esp(scene: Scene) -> None:
    scene.write_part("MSP-A", scene.world.image(FIRST, "esp-read-only"))
    running_first(scene)
    never_armed(scene, scene.roll_out(NEXT))
    expect("making writable /boot" in scene.machine.text(), "root-helper says what is wrong",
           scene.machine.text()[-300:])


@scenario
def wrong_esp_mounted(scene: Scene) -> None:
    """A FAT with a boot state, labelled ESP, but of another disk: GRUB would never read it."""
    other = scene.second_disk()
    before = digest(other)
    scene.write_part("MSP-A", scene.world.image(FIRST, "esp-of-another-disk"))
    scene.machine.start(*scene.machine.second_drive(other))
    scene.await_boot(FIRST, "A")
    expect(scene.await_version(FIRST), f"{FIRST} checks in", scene.machine.text()[-300:])
    never_armed(scene, scene.roll_out(NEXT))
    expect("but the ESP is" in scene.machine.text(), "root-helper says what is wrong",
           scene.machine.text()[-300:])
    expect(digest(other) == before, "the other disk is as it was")


@scenario
def a_second_disk_with_the_same_labels(scene: Scene) -> None:
    """A disk of the same make in the same box: the one that was booted from is updated."""
    other = scene.second_disk()
    before = digest(other)
    scene.machine.start(*scene.machine.second_drive(other))
    scene.await_boot(FIRST, "A")
    expect(scene.await_version(FIRST), f"{FIRST} checks in", scene.machine.text()[-300:])
    update(scene, NEXT, "good", "committed")
    scene.machine.cut()
    expect(digest(other) == before, "the other disk is as it was")


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
