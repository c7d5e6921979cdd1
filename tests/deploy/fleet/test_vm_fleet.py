"""deploy/vm from up to down: a coordinator and two QEMU machines with the real GRUB take a good
release, and a bad one halts. Slow: QEMU translates."""

import os
import re
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(os.environ.get("DRYDOCK_BIN", ROOT / "build/release/bin"))
LIMIT_S, TICK_S = 600.0, 1.0
HALTED = 3  # what `update` answers when the rollout halted itself


def runs(pid: int) -> bool:
    """One that has ended and that nobody has asked about yet does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(") ", 1)[1][0]
    except OSError:
        return False
    return state != "Z"


class Fleet(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="dd-vm-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name) / "fleet"
        cls.addClassCleanup(lambda: cls.vm("down"))
        cls.up = cls.vm("up", "--appliances", "2")
        if cls.up.returncode != 0:
            raise AssertionError(f"deploy/vm up: {cls.up.stderr}")
        cls.first = cls.until("both have checked in", lambda rows: len(rows) == 2 and all(
            row[3] == "1.0.0" for row in rows))
        cls.good = cls.vm("update", "--version", "1.1.0")
        cls.second = cls.until("both run 1.1.0", lambda rows: all(
            row[3] == "1.1.0" for row in rows))
        cls.bad = cls.vm("update", "--version", "1.2.0", "--bad")
        cls.third = cls.until("both run 1.1.0 again", lambda rows: all(
            row[3] == "1.1.0" for row in rows))
        cls.pids = [int(path.read_text()) for path in cls.folder.rglob("*.pid")]
        cls.ran = [runs(pid) for pid in cls.pids]
        cls.down = cls.vm("down", "--delete")

    @classmethod
    def vm(cls, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run([str(ROOT / "deploy/vm"), *words, "--folder", str(cls.folder),
                               *(() if words[0] in ("status", "down") else
                                 ("--programs", str(BIN)))],
                              capture_output=True, text=True, timeout=LIMIT_S)

    @classmethod
    def until(cls, what: str, holds) -> list[list[str]]:
        """The rows of `status` once they are so."""
        began, rows = time.monotonic(), []
        while time.monotonic() - began < LIMIT_S:
            said = cls.vm("status").stdout.splitlines()
            rows = [line.split() for line in said[1:]]
            if rows and holds(rows):
                return rows
            time.sleep(TICK_S)
        raise AssertionError(f"not within {LIMIT_S:g} s: {what}; status says {rows}")

    def test_two_machines_come_up_and_check_in(self):
        self.assertEqual(self.up.returncode, 0, self.up.stderr)
        self.assertIn("2 machines run", self.up.stdout)
        self.assertEqual([row[0] for row in self.first], ["box-1", "box-2"])

    def test_a_good_release_reaches_both(self):
        self.assertEqual(self.good.returncode, 0, self.good.stderr + self.good.stdout)
        self.assertRegex(self.good.stdout, "2 committed, 0 rolled back")

    def test_a_bad_release_halts_itself_and_nobody_keeps_it(self):
        self.assertEqual(self.bad.returncode, HALTED, self.bad.stderr + self.bad.stdout)
        self.assertRegex(self.bad.stdout.splitlines()[-1], "halted: .* 0 committed, 1 rolled back")
        exposed = re.findall(r"(\d) exposed", self.bad.stdout)
        self.assertEqual(exposed[-1], "1")

    def test_down_ends_every_program_and_delete_leaves_nothing(self):
        self.assertEqual(self.down.returncode, 0, self.down.stderr)
        self.assertEqual(self.ran, [True, True, True])
        self.assertEqual([pid for pid in self.pids if runs(pid)], [])
        self.assertFalse(self.folder.exists())


if __name__ == "__main__":
    unittest.main()
