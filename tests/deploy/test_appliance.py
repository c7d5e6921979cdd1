"""The demo appliance with real images and real processes: boots, fallbacks, restarts, the end."""

import os
import signal
import unittest
from pathlib import Path

from appliance import AGENT_MUTE, GATE_FAILS_B, ApplianceTest, boot_state


class Boots(ApplianceTest):
    def test_a_new_folder_boots_slot_a_with_nothing_on_trial(self):
        self.assertEqual(self.init(self.image("1.0.0"), "--version", "1.0.0").returncode, 0)
        self.start()
        boot = self.until("boot")
        self.assertEqual((boot["slot"], boot["version"], boot["trial"]), ("A", "1.0.0", False))
        self.until("started", program="compliance-agent")
        self.assertEqual((self.box / "run/cmdline").read_text().split()[-4:],
                         ["ab.partition=A", "ab.tries_left=0", "ab.fallback=0",
                          "ab.trial=0"])
        self.assertEqual((self.box / "run/boot_id").read_text().strip(), boot["boot_id"])

    def test_a_trial_whose_gate_passes_and_whose_agent_is_ready_stays(self):
        self.init(self.image("1.0.0"))
        self.put_in_slot("b", self.image("1.1.0"))
        self.arm_b()
        self.start()
        boot = self.until("boot")
        self.assertEqual((boot["slot"], boot["version"], boot["tries_left"]), ("B", "1.1.0", 2))
        self.until("ready", slot="B")

    def test_a_trial_whose_gate_fails_gets_three_boots_and_then_the_good_slot_runs(self):
        self.init(self.image("1.0.0"))
        self.put_in_slot("b", self.image("1.2.0", gate=GATE_FAILS_B))
        self.arm_b()
        self.start()
        self.assertEqual(self.boots(4), [("B", 2, 0), ("B", 1, 0), ("B", 0, 0), ("A", 0, 1)])
        self.until("started", program="compliance-agent")

    def test_a_trial_whose_agent_is_never_ready_is_rebooted_at_the_boot_deadline(self):
        self.init(self.image("1.0.0"))
        self.put_in_slot("b", self.image("1.2.0", agent=AGENT_MUTE))
        self.arm_b()
        self.start("--boot-deadline", "0.2")
        for left in (2, 1, 0):
            self.until("boot", slot="B", tries_left=left)
            self.until("reboot", reason="boot deadline")
        self.until("boot", slot="A", fallback=1)
        self.until("started", program="compliance-agent")

    def test_a_trial_whose_gate_crashes_is_a_failed_try(self):
        crash = "#!/bin/sh\nif grep -q partition=B ../cmdline; then kill -SEGV $$; fi\n"
        self.init(self.image("1.0.0"))
        self.put_in_slot("b", self.image("1.2.0", gate=crash))
        self.arm_b()
        self.start()
        self.assertEqual(self.boots(2), [("B", 2, 0), ("B", 1, 0)])

    def test_a_check_finds_the_commands_of_the_booted_image_and_only_a_bad_release_fails(self):
        gate = "#!/bin/sh\ncd / && drydock-self-check\n"
        self.init(self.image("1.0.0", gate=gate))
        self.put_in_slot("b", self.image("1.2.0", "--bad", gate=gate))
        self.arm_b()
        self.start()
        self.assertEqual(self.boots(4), [("B", 2, 0), ("B", 1, 0), ("B", 0, 0), ("A", 0, 1)])
        self.until("started", program="compliance-agent")

    def test_an_unreadable_trial_image_falls_back_at_once(self):
        self.init(self.image("1.0.0"))
        self.arm_b()
        self.start()
        self.until("unloadable", slot="B")
        self.assertEqual(self.boots(1), [("A", 0, 3)])

    def test_an_image_with_one_changed_block_is_unloadable(self):
        self.init(self.image("1.0.0"))
        image = self.image("1.1.0")
        damaged = bytearray(image.read_bytes())
        middle = len(damaged) // 2
        damaged[96:middle] = bytes(middle - 96)
        image.write_bytes(damaged)
        self.put_in_slot("b", image)
        self.arm_b()
        self.start()
        self.until("unloadable", slot="B")

    def test_an_unreadable_good_slot_boots_the_other_one(self):
        self.init(self.image("1.0.0"))
        self.put_in_slot("b", self.image("1.1.0"))
        with open(self.box / "slot-a.img", "r+b") as slot:
            slot.write(bytes(96))
        self.start()
        self.assertEqual(self.boots(1), [("B", 0, 3)])

    def test_two_unreadable_slots_end_the_firmware_with_a_word_and_no_hang(self):
        self.init(self.image("1.0.0"))
        with open(self.box / "slot-a.img", "r+b") as slot:
            slot.write(bytes(96))
        self.start()
        self.until("no_bootable_slot")
        self.assertEqual(self.firmware.wait(30), 3)

    def test_a_try_that_cannot_be_counted_boots_the_good_slot_with_fallback_2(self):
        self.init(self.image("1.0.0"))
        self.put_in_slot("b", self.image("1.1.0"))
        self.arm_b()
        (self.box / "esp/ab_tries").write_bytes(b"")
        self.start()
        self.assertEqual(self.boots(1), [("A", 0, 2)])

    def test_a_good_slot_whose_gate_never_passes_is_given_up_after_a_bounded_number_of_boots(self):
        self.init(self.image("1.0.0", gate="#!/bin/sh\nexit 1\n"))
        self.start()
        self.until("given_up")
        self.assertEqual(self.firmware.wait(30), 3)


class Running(ApplianceTest):
    def setUp(self):
        super().setUp()
        self.init(self.image("1.0.0"))
        self.start()
        self.helper = self.until("started", program="root-helper")["pid"]
        self.agent = self.until("started", program="compliance-agent")["pid"]

    def test_the_programs_get_the_environment_of_the_service(self):
        variables = Path(f"/proc/{self.agent}/environ").read_bytes().split(b"\0")
        for wanted in (b"SITE_ID=site-1", b"MCP_URL=https://127.0.0.1:1", b"POLL_INTERVAL=1"):
            self.assertIn(wanted, variables)

    def test_a_killed_agent_is_started_again_in_the_same_boot(self):
        os.kill(self.agent, signal.SIGKILL)
        self.assertEqual(self.until("ended", program="compliance-agent")["exit"], -9)
        again = self.until("started", program="compliance-agent")
        self.assertEqual(again["boot"], 1)
        self.assertNotEqual(again["pid"], self.agent)

    def test_a_killed_helper_is_started_again(self):
        os.kill(self.helper, signal.SIGKILL)
        self.assertNotEqual(self.until("started", program="root-helper")["pid"], self.helper)

    def test_a_requested_reboot_comes_round_with_a_new_boot_id_and_new_processes(self):
        first = (self.box / "run/boot_id").read_text()
        agent = os.pidfd_open(self.agent)
        (self.box / "run/reboot-requested").touch()
        self.until("reboot", reason="requested")
        self.until("boot", slot="A")
        self.assert_ends(agent)
        self.until("started", program="compliance-agent")
        self.assertNotEqual((self.box / "run/boot_id").read_text(), first)
        self.assertFalse((self.box / "run/reboot-requested").exists())

    def test_a_reboot_boots_what_was_armed_meanwhile(self):
        self.put_in_slot("b", self.image("1.1.0"))
        self.arm_b()
        (self.box / "run/reboot-requested").touch()
        self.until("boot", slot="B", version="1.1.0")

    def test_sigterm_ends_all_it_started(self):
        running = [os.pidfd_open(pid) for pid in (self.agent, self.helper)]
        self.assertEqual(self.stop(), 0)
        for descriptor in running:
            self.assert_ends(descriptor)

    def test_a_killed_firmware_leaves_nothing_behind(self):
        running = [os.pidfd_open(pid) for pid in (self.agent, self.helper)]
        self.firmware.kill()
        for descriptor in running:
            self.assert_ends(descriptor)


class Init(ApplianceTest):
    def test_a_new_folder_holds_a_quiet_state_and_slots_of_the_asked_size(self):
        self.init(self.image("1.0.0"), "--slot-size", "2M")
        state = boot_state.read_state(self.box / "esp")
        self.assertEqual(state, boot_state.BootState(1, "A", "-", "0" * 16))
        for slot in ("a", "b"):
            self.assertEqual((self.box / f"slot-{slot}.img").stat().st_size, 2 * 1024 * 1024)

    def test_agent_yaml_and_environment_lead_into_the_folder(self):
        self.init(self.image("1.0.0"), "--set", "soak=2s", "--poll", "3")
        settings = (self.box / "agent.yaml").read_text()
        self.assertIn(f'  slot_b: "{self.box}/slot-b.img"\n', settings)
        self.assertIn(f'  os_release: "{self.box}/run/root/etc/os-release"\n', settings)
        self.assertIn("\nsoak: 2s\n", settings)
        self.assertEqual((self.box / "environment").read_text(),
                         "SITE_ID=site-1\nMCP_URL=https://127.0.0.1:1\nPOLL_INTERVAL=3\n")

    def test_a_folder_whose_socket_path_would_be_too_long_is_refused(self):
        self.box = self.home / ("x" * 100)
        refused = self.init(self.image("1.0.0"))
        self.assertEqual(refused.returncode, 2)
        self.assertIn("name a shorter folder", refused.stderr)

    def test_a_folder_that_is_not_empty_is_refused_and_left_alone(self):
        self.box.mkdir()
        (self.box / "mine").write_text("mine")
        refused = self.init(self.image("1.0.0"))
        self.assertEqual(refused.returncode, 2)
        self.assertIn("not empty", refused.stderr)
        self.assertEqual([p.name for p in self.box.iterdir()], ["mine"])

    def test_an_image_of_another_version_is_refused(self):
        refused = self.init(self.image("1.0.0"), "--version", "1.1.0")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("says version '1.0.0', not '1.1.0'", refused.stderr)
        self.assertFalse(self.box.exists())

    def test_an_image_larger_than_the_slot_is_refused(self):
        refused = self.init(self.image("1.0.0"), "--slot-size", "1K")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("raise --slot-size", refused.stderr)

    def test_a_file_that_is_no_image_is_refused(self):
        image = self.home / "no.img"
        image.write_bytes(b"no image" * 100)
        refused = self.init(image)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("no readable slot image", refused.stderr)


if __name__ == "__main__":
    unittest.main()
