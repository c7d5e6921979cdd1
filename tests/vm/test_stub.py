"""The texts of loader and boot stub, as GRUB's own checker reads them."""

import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy/image"))

import esp

GRUB = ROOT / "deploy/image/grub"


class Stub(unittest.TestCase):
    def test_grubs_checker_has_nothing_to_say(self):
        texts = {name: esp.menu_of(name) for name in ("first.cfg", "stub.cfg")}
        texts["early.cfg"] = (GRUB / "early.cfg").read_text(encoding="utf-8")
        for name, text in texts.items():
            done = subprocess.run(["grub-script-check"], input=text.encode(), capture_output=True,
                                  timeout=30, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, b""), name)

    def test_every_entry_ends_with_the_loader_or_a_reboot(self):
        text = (GRUB / "stub.cfg").read_text(encoding="utf-8")
        entries = text.split("\nmenuentry ")[1:]
        self.assertEqual(len(entries), 3)
        for entry, end in zip(entries, ("exit", "reboot", "reboot")):
            self.assertEqual(entry.split("\n}")[0].splitlines()[-1].strip(), end, entry)
        for name in ("first.cfg", "early.cfg"):
            text = (GRUB / name).read_text(encoding="utf-8")
            self.assertEqual(text.splitlines()[-1], "reboot", name)


if __name__ == "__main__":
    unittest.main()
