"""deploy/vm without starting a machine: what it would run, what it refuses, whom it ends."""

import shlex
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VM = ROOT / "deploy/vm"
sys.path.insert(0, str(ROOT / "deploy/vm.d"))

from detached import Detached  # noqa: E402

PROGRAMS = ("fleet-coordinator", "drydock")


class Command(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dd-vm-")
        self.addCleanup(folder.cleanup)
        self.here = Path(folder.name)
        self.programs = self.here / "bin"
        self.programs.mkdir()
        for name in PROGRAMS:
            (self.programs / name).touch(0o755)

    def vm(self, verb: str, *words: str, folder: str = "fleet") -> subprocess.CompletedProcess:
        return subprocess.run([str(VM), verb, "--folder", str(self.here / folder), "--programs",
                               str(self.programs), *words], capture_output=True, text=True)

    def test_a_dry_run_prints_a_coordinator_and_each_machine_and_makes_nothing(self):
        ran = self.vm("up", "--dry-run", "--appliances", "3")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        lines = [shlex.split(line) for line in ran.stdout.splitlines()]
        self.assertEqual([Path(words[0]).name for words in lines],
                         ["fleet-coordinator"] + ["qemu-system-x86_64"] * 3)
        self.assertFalse((self.here / "fleet").exists())

    def test_a_machine_s_network_leads_to_the_edge_and_nowhere_else(self):
        for words in map(shlex.split, self.vm("up", "--dry-run").stdout.splitlines()[1:]):
            networks = [words[n + 1] for n, word in enumerate(words) if word == "-netdev"]
            self.assertEqual(len(networks), 1)
            self.assertIn("restrict=on", networks[0].split(","))
            self.assertEqual(networks[0].count("guestfwd="), 1)
            self.assertNotIn("hostfwd", networks[0])

    def test_wrong_words_are_refused_with_what_is_accepted(self):
        for words, said in ((("up", "--appliances", "0"), "accepted: 1 to 16"),
                            (("up", "--appliances", "17"), "accepted: 1 to 16"),
                            (("status",), "deploy/vm up makes one"),
                            (("update", "--version", "1.1.0"), "the coordinator does not run")):
            with self.subTest(words):
                ran = self.vm(*words)
                self.assertEqual(ran.returncode, 1)
                self.assertIn(said, ran.stderr)
        self.assertIn("accepted: letters", self.vm("status", folder="a,b").stderr)
        (self.programs / "fleet-coordinator").unlink()
        self.assertIn("has no fleet-coordinator", self.vm("up", "--dry-run").stderr)

    def test_a_folder_that_is_no_fleet_is_not_deleted(self):
        mine = self.here / "fleet"
        mine.mkdir()
        (mine / "letters").touch()
        ran = self.vm("down", "--delete")
        self.assertIn("it is left as it is", ran.stderr)
        self.assertTrue((mine / "letters").exists())


class Processes(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dd-vm-")
        self.addCleanup(folder.cleanup)
        self.mine = Detached(Path(folder.name), "sleeper")

    def test_what_was_started_is_known_again_and_ended(self):
        self.mine.start(["sleep", "600"], False)
        first = self.mine.pid()
        self.assertTrue(first)
        self.mine.start(["sleep", "600"], False)
        self.assertEqual(Detached(self.mine.folder, "sleeper").pid(), first)
        self.mine.end(False)
        self.assertFalse(self.mine.pid())
        self.assertFalse(Path(f"/proc/{first}").exists())

    def test_a_program_is_known_as_soon_as_it_was_started(self):
        for n in range(20):
            one = Detached(self.mine.folder, f"sleeper-{n}")
            one.start(["sleep", "600"], False)
            known = one.pid()
            one.end(False)
            self.assertEqual(known, one.child.pid)

    def test_a_number_that_now_is_somebody_else_s_is_left_alone(self):
        other = subprocess.Popen(["sleep", "600"])
        try:
            self.mine.file.write_text(str(other.pid), encoding="utf-8")
            self.assertFalse(self.mine.pid())
            self.mine.end(False)
            self.assertIsNone(other.poll())
        finally:
            other.kill()
            other.wait()


if __name__ == "__main__":
    unittest.main()
