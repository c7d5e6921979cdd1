"""Scenarios of the full slot: systemd, the real units, a hardware watchdog. Each boot of it takes a
minute and more where the machine is translated."""

from scenario import falls_back, running_first, scenario, three_tries_of, update
from world import FIRST, NEXT, Scene, expect

FULL_BOOT_S = 400.0


@scenario
def full_good_update(scene: Scene) -> None:
    running_first(scene, FULL_BOOT_S)
    update(scene, NEXT, "tells-what-it-uses", "committed")
    expect(scene.boots()[1:] == [(NEXT, "B", "2", "0")], "one boot of the trial", scene.boots())
    expect(bool(scene.machine.await_text("figures end", limit_s=FULL_BOOT_S)),
           "it says what it uses", scene.machine.text()[-600:])
    said = scene.machine.text().rsplit("verdict for update", 1)[-1]
    scene.notes += [line.strip() for line in said.splitlines() if line.strip()][:12]
    expect(" ro," in said.split("/boot", 1)[-1], "the ESP is read-only again", said)
    scene.machine.cut()
    state = scene.state()
    expect(state is not None and (state.active, state.trial) == ("B", "-"), "B is good", state)


@scenario
def full_health_check_fails_three_times(scene: Scene) -> None:
    falls_back(scene, "check-fails", [*three_tries_of(NEXT), (FIRST, "A", "0", "0")], FULL_BOOT_S)


@scenario
def full_watchdog_fires_on_a_frozen_userspace(scene: Scene) -> None:
    """Process 1 stands still before the gate ran; the hardware starts the box anew, three times."""
    falls_back(scene, "freezes", [*three_tries_of(NEXT), (FIRST, "A", "0", "1")], FULL_BOOT_S)
    expect(scene.machine.text().count("\nfreezing") == 3, "three freezes",
           scene.machine.text()[-300:])


@scenario
def full_operator_reboots_during_the_trial(scene: Scene) -> None:
    """Three reboots that a person asks for cost no try."""
    running_first(scene, FULL_BOOT_S)
    update(scene, NEXT, "asked-to-reboot", "committed")
    expect(scene.boots()[1:] == [(NEXT, "B", "2", "0")] * 4, "each with two tries left",
           scene.boots())


@scenario
def full_data_partition_destroyed(scene: Scene) -> None:
    scene.write_part("MSP-DATA", None)
    scene.machine.start()
    scene.await_boot(FIRST, "A")
    expect(bool(scene.machine.await_text("appliance login:", limit_s=FULL_BOOT_S)),
           "the good slot comes up", scene.machine.text()[-300:])
    expect(not scene.machine.await_text("drydock-init: up", limit_s=30.0), "and stays up",
           scene.boots())


@scenario
def full_on_a_sata_disk(scene: Scene) -> None:
    """The disk is called sda, and its partitions sda1: the update is kept all the same."""
    scene.machine.disk_name = "sda"
    running_first(scene, FULL_BOOT_S)
    update(scene, NEXT, "good", "committed")
