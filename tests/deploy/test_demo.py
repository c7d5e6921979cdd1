"""The demo without Drydock's programs: what it counts, what it says when a stage fails, and that
it leaves nothing behind. The demo itself is a part of tests/run."""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from appliance import ROOT, WAIT_S, boot_state, format_state, BootState

sys.path.insert(0, str(ROOT / "deploy/demo.d"))

import plan
import proof
import tamper
from boxes import Box
from folder import Folder
from screen import Row, table

PKI = '#!/bin/sh\necho "no keys today" >&2\nexit 3\n'
# Makes a PKI, then a coordinator that tells ports on which nobody answers.
DRYDOCK = '#!/bin/sh\necho "{}"\n'
CENTRE = ('#!/bin/sh\nwhile [ "$1" != --data ]; do shift; done\n'
          'echo $$ >"$2/pid"\nexec sleep 600\n')


def report(seq: int, kind: str = "committed", update: str = "a1") -> dict:
    return {"seq": seq, "kind": kind, "update": update}


class Counting(unittest.TestCase):
    def test_no_report_is_lost_when_both_journals_hold_the_same(self):
        both = [report(1, "staged"), report(2)]
        self.assertEqual(proof.lost(both, list(both)), 0)

    def test_a_report_that_the_centre_has_not_counted_is_lost(self):
        self.assertEqual(proof.lost([report(1), report(2), report(3)], [report(1)]), 2)

    def test_a_report_that_neither_journal_holds_is_lost(self):
        self.assertEqual(proof.lost([report(3)], [report(1), report(3)]), 1)

    def test_a_report_counted_as_something_else_is_lost(self):
        self.assertEqual(proof.lost([report(1, "rolled_back")], [report(1, "committed")]), 1)

    def test_a_report_removed_at_home_after_it_was_counted_is_not_lost(self):
        self.assertEqual(proof.lost([report(2)], [report(1), report(2)]), 0)

    def test_the_line_is_exactly_what_was_measured(self):
        measured = proof.Measured(12, 12, 1, 1, True, 1, 2, 0, 98.5)
        self.assertEqual(measured.line(),
                         '{"good":{"appliances":12,"committed":12},"bad":{"exposed":1,'
                         '"rolled_back":1,"halted":true},"coordinator_kills":1,"agent_kills":2,'
                         '"lost_reports":0,"seconds":98.5}')

    def test_counts_of_coordinator_and_disks_that_differ_are_an_objection(self):
        measured = proof.Measured(12, 12, 1, 1, True, 1, 2, 0, 98.5)
        bad = {"exposed": 1, "exposed_by_boots": 2, "rolled_back": 1, "rolled_back_by_disks": 1,
               "halted": True, "by_itself": True, "on_good": 12}
        self.assertEqual(len(proof.objections(measured, bad)), 1)
        self.assertEqual(proof.objections(measured, {**bad, "exposed_by_boots": 1}), [])

    def test_there_are_twelve_appliances_on_eight_sites_of_two_clients(self):
        seats = plan.seats(plan.APPLIANCES)
        self.assertEqual((len(seats), len(set(seats)), len({client for client, _ in seats})),
                         (12, 8, 2))

    def test_changed_bytes_keep_the_size_of_the_file(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(bytes(100_000))
            file.flush()
            tamper.flip(Path(file.name))
            there = Path(file.name).read_bytes()
        self.assertEqual((len(there), there.count(0xFF)), (100_000, tamper.FLIPPED_BYTES))

    def test_the_table_lines_its_columns_up(self):
        lines = table([Row("box-01", "acme/berlin", "1.0.0", "installing", "43 % written"),
                       Row("box-02", "acme/b", "1.1.0", "committed", "")])
        self.assertEqual(len({line.find(word) for line, word in
                              zip(lines, ("version", "1.0.0", "1.1.0"))}), 1)


class Events(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dd-")
        self.addCleanup(folder.cleanup)
        self.box = Box("box-01", "acme", "berlin", Folder(Path(folder.name)))

    def tell(self, *events: dict) -> None:
        with open(self.box.events, "a", encoding="utf-8") as file:
            file.writelines(json.dumps(event) + "\n" for event in events)
        self.box.take_events()

    def started(self, pid: int) -> dict:
        return {"event": "started", "program": "compliance-agent", "pid": pid}

    def ended(self, code: int) -> dict:
        return {"event": "ended", "program": "compliance-agent", "exit": code}

    def test_a_kill_counts_only_when_that_agent_ended_by_it(self):
        self.tell(self.started(71))
        self.tell(self.ended(-9), self.started(72))
        self.assertEqual(self.box.kills_seen, 0)  # it was not ours
        self.box.killed_pid = 72
        self.tell(self.ended(-9), self.started(73))
        self.assertEqual((self.box.kills_seen, self.box.agent_pid), (1, 73))

    def test_an_agent_that_ended_before_our_signal_is_no_kill(self):
        self.tell(self.started(71))
        self.box.killed_pid = 71
        self.tell(self.ended(74))
        self.assertEqual((self.box.kills_seen, self.box.killed_pid), (0, 0))

    def test_half_a_line_is_read_when_it_is_whole(self):
        line = json.dumps(self.started(71))
        with open(self.box.events, "w", encoding="utf-8") as file:
            file.write(line[:10])
            file.flush()
            self.box.take_events()
            file.write(line[10:] + "\n")
        self.box.take_events()
        self.assertEqual(self.box.agent_pid, 71)

    def test_nothing_is_committed_while_something_is_on_trial(self):
        self.box.folder.esp.mkdir()
        for name in boot_state.COPIES:
            state = BootState(2, "A", "B", "0123456789abcdef")
            (self.box.folder.esp / name).write_bytes(format_state(state))
        self.assertEqual(self.box.committed_version(), "")

    def test_a_process_that_is_no_child_of_the_firmware_is_not_killed(self):
        stranger = subprocess.Popen(["sleep", "600"])
        self.addCleanup(stranger.wait)
        self.addCleanup(stranger.kill)
        self.box.child = type("Firmware", (), {"pid": 1})()
        self.tell(self.started(stranger.pid))
        self.assertFalse(self.box.kill_agent())
        self.assertIsNone(stranger.poll())


class Running(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dd-")
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name) / "demo"
        self.programs = Path(folder.name) / "bin"
        self.programs.mkdir()
        for name in plan.PROGRAMS:
            self.program(name, "#!/bin/sh\nexit 0\n")

    def program(self, name: str, text: str) -> None:
        (self.programs / name).write_text(text)
        (self.programs / name).chmod(0o755)

    def command(self) -> list:
        return [ROOT / "deploy/demo", "--no-install", "--programs", self.programs,
                "--dir", self.home]

    def demo(self) -> subprocess.CompletedProcess:
        return subprocess.run(self.command(), capture_output=True, text=True, timeout=WAIT_S)

    def test_a_stage_that_fails_is_named_with_its_log_and_the_next_step(self):
        self.program("drydock", PKI)
        ended = self.demo()
        self.assertEqual(ended.returncode, 1, ended.stderr)
        self.assertIn("FAILED in stage keys and images: 'drydock", ended.stdout)
        self.assertIn("no keys today", ended.stdout)
        self.assertIn(f"log   {self.home}/log/drydock.log", ended.stdout)
        self.assertIn("next  ", ended.stdout)

    def test_missing_programs_are_named(self):
        (self.programs / "drydock").unlink()
        ended = self.demo()
        self.assertEqual(ended.returncode, 1)
        self.assertIn("lacks drydock", ended.stdout)

    def test_a_folder_of_somebody_else_is_refused_and_left_alone(self):
        self.home.mkdir()
        (self.home / "thesis.txt").write_text("mine")
        ended = self.demo()
        self.assertEqual(ended.returncode, 1)
        self.assertIn("is not empty and not of an earlier demo", ended.stdout)
        self.assertEqual([path.name for path in self.home.iterdir()], ["thesis.txt"])

    def start_with_silent_centre(self) -> tuple[subprocess.Popen, int]:
        """A demo that waits for its coordinator, and a descriptor of that coordinator."""
        self.program("drydock", DRYDOCK)
        self.program("fleet-coordinator", CENTRE)
        demo = subprocess.Popen(self.command(), stdout=subprocess.PIPE, text=True)
        self.addCleanup(demo.stdout.close)
        self.addCleanup(demo.wait)
        self.addCleanup(demo.kill)
        told = self.home / "centre/pid"
        deadline = time.monotonic() + WAIT_S
        while not (told.is_file() and told.read_text().endswith("\n")):
            self.assertLess(time.monotonic(), deadline, "the coordinator was not started")
            self.assertIsNone(demo.poll())
            select.select([], [], [], 0.02)
        return demo, os.pidfd_open(int(told.read_text()))

    def assert_ends(self, process: int) -> None:
        poll = select.poll()
        poll.register(process, select.POLLIN)
        self.assertTrue(poll.poll(WAIT_S * 1000), "the coordinator outlived the demo")
        os.close(process)

    def test_ctrl_c_ends_everything_it_started(self):
        demo, centre = self.start_with_silent_centre()
        demo.send_signal(signal.SIGINT)
        self.assertEqual(demo.wait(WAIT_S), 130)
        self.assert_ends(centre)

    def test_nothing_outlives_a_demo_that_was_killed(self):
        demo, centre = self.start_with_silent_centre()
        demo.kill()
        self.assert_ends(centre)

    def test_a_second_demo_in_the_same_folder_is_refused(self):
        _, centre = self.start_with_silent_centre()
        os.close(centre)
        ended = self.demo()
        self.assertEqual(ended.returncode, 1)
        self.assertIn("another demo runs in", ended.stdout)


if __name__ == "__main__":
    unittest.main()
