"""The real GRUB 2.06 under OVMF, and runtime/boot's rules: the same slot, the same count, for every
state of the ESP. One machine chooses for hundreds of states in one boot, by the stub's own text.

DRYDOCK_GRUB_CASES sets how many (default 250; a large number means all), DRYDOCK_SEED which."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / folder) for folder in ("deploy/image", "deploy/demo-appliance",
                                                  "tests/vm")]

import boot_state
import cases
import esp
from machine import Machine

COUNT = int(os.environ.get("DRYDOCK_GRUB_CASES", "250"))
SEED = int(os.environ.get("DRYDOCK_SEED", "1"))
PROGRAMS = Path(os.environ.get("DRYDOCK_BIN", ROOT / "build/release/bin"))
RULES = ROOT / "deploy/image/grub/rules.cfg"
IN_A_FOLDER = 50          # a FAT folder is searched from its beginning
CASE_SECONDS = 0.6        # of one case, on a busy machine
BOOT_SECONDS = 120.0
SAID = re.compile(r"@@(\d+) ([AB]) ([AB]?)\. (\d) (\d) (\w*)\.$")
FILES = (*boot_state.COPIES, boot_state.TRIES)


def folder_of(number: int) -> str:
    return f"cases/{number // IN_A_FOLDER}/{number}"


def questions(count: int) -> str:
    """A menu that chooses for each case as the stub does, and tells by the serial port. The slots
    are of no disk that exists, so both lack a menu."""
    lines = [RULES.read_text(encoding="utf-8"), "serial --unit=0", "terminal_output serial",
             'echo ""']
    no_menus = '"(hd9,gpt2)/boot/slot.cfg" "(hd9,gpt3)/boot/slot.cfg"'
    for number in range(count):
        lines.append(f'set ab_update=""; set tries_id=""; '
                     f'ab_choose "($root)/{folder_of(number)}/ab" {no_menus}; '
                     f'echo "@@{number} $ab_slot $ab_second. $ab_left $ab_fallback $tries_id."')
    return "\n".join([*lines, 'echo "@@END"', "halt"]) + "\n"


class Rules(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="drydock-vm-")
        cls.addClassCleanup(folder.cleanup)
        cls.place = Path(folder.name)
        cls.cases = cases.sample(SEED, COUNT)
        for number, (_, *blocks) in enumerate(cls.cases):
            where = cls.place / folder_of(number)
            where.mkdir(parents=True)
            for name, block in zip(FILES, blocks):
                if block is not None:
                    (where / name).write_bytes(block)
        cls.disk = cls.place / "disk.img"
        menu = questions(len(cls.cases))
        esp.make_esp(cls.disk, 300, cls.place, menu, ("serial", "halt"))
        esp.run("mcopy", "-s", "-i", cls.disk, cls.place / "cases", "::/")
        machine = Machine(cls.disk, cls.place, memory_mib=256)
        machine.start()
        cls.addClassCleanup(machine.cut)
        cls.ended = machine.wait_for_end(BOOT_SECONDS + CASE_SECONDS * len(cls.cases))
        cls.log = machine.text()
        cls.said = {int(found[1]): found.groups()[1:]
                    for found in map(SAID.match, cls.log.splitlines()) if found}

    def oracle(self) -> list[list[str]]:
        """By runtime/boot itself."""
        asked = "".join(f"{self.place / folder_of(n)}\n" for n in range(len(self.cases)))
        done = subprocess.run([PROGRAMS.parent / "tests/firmware_oracle"], input=asked.encode(),
                              capture_output=True, timeout=60, check=True)
        return [line.split() for line in done.stdout.decode().splitlines()]

    def test_grub_answers_every_case(self):
        self.assertTrue(self.ended, f"seed {SEED}: it did not come to an end:\n{self.log[-400:]}")
        self.assertEqual(len(self.said), len(self.cases), f"seed {SEED}: {self.log[-400:]}")

    def test_grub_and_runtime_boot_choose_the_same(self):
        differing = []
        for number, ours in enumerate(self.oracle()):
            said = self.said.get(number, ("",) * 5)
            grub = [said[0], said[1] or "-", *said[2:4]]
            # A counter that can neither be used nor saved: GRUB may notice the first before it
            # tries the second. The good slot boots for either reason.
            if grub == [*ours[:3], "1"] and ours[3] == "2":
                continue
            if grub != ours[:4]:
                differing.append(f"{self.cases[number][0]}: GRUB {said}, we {ours}")
        self.assertEqual(differing, [], f"seed {SEED}")

    def test_the_demos_firmware_and_runtime_boot_choose_the_same(self):
        differing = []
        copy = self.place / "copy"
        for number, ours in enumerate(self.oracle()):
            shutil.copytree(self.place / folder_of(number), copy)
            choice = boot_state.choose(copy)
            second = choice.slots[1] if len(choice.slots) > 1 else "-"
            said = [choice.slots[0], second, str(choice.tries_left), str(choice.fallback)]
            if said != ours[:4]:
                differing.append(f"{self.cases[number][0]}: demo {said}, we {ours}")
            shutil.rmtree(copy)
        self.assertEqual(differing, [], f"seed {SEED}")

    def test_what_grub_counted_is_on_the_disk_and_nothing_else_changed(self):
        read = self.place / "read"
        esp.run("mcopy", "-s", "-i", self.disk, "::/cases", read)
        for number, (_, _, left, _, counted) in enumerate(self.oracle()):
            name, *blocks = self.cases[number]
            for file, block in zip(FILES, blocks):
                path = read / folder_of(number).removeprefix("cases/") / file
                found = path.read_bytes() if path.exists() else None
                if file == boot_state.TRIES and counted != "-":  # other variables may stand in it
                    found = boot_state.parse_tries(found)
                    found = (found["tries_id"], found["tries_left"], path.stat().st_size)
                    block = (counted, left, boot_state.BLOCK)
                self.assertEqual(found, block, f"seed {SEED}: {name}: {file}")


if __name__ == "__main__":
    unittest.main()
