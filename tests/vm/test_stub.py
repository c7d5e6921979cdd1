"""The texts of the boot stub, as GRUB's own checker reads them."""

import subprocess
import unittest
from pathlib import Path

GRUB = Path(__file__).resolve().parents[2] / "deploy/image/grub"


class Stub(unittest.TestCase):
    def test_grubs_checker_has_nothing_to_say(self):
        for name in ("grub.cfg", "early.cfg"):
            command = ["grub-script-check", GRUB / name]
            done = subprocess.run(command, capture_output=True, timeout=30, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, b""), name)

    def test_every_entry_ends_in_a_reboot(self):
        text = (GRUB / "grub.cfg").read_text(encoding="utf-8")
        entries = text.split("\nmenuentry ")[1:]
        self.assertEqual(len(entries), 3)
        for entry in entries:
            self.assertEqual(entry.split("\n}")[0].splitlines()[-1].strip(), "reboot", entry)


if __name__ == "__main__":
    unittest.main()
