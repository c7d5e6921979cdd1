"""GRUB's rules as the demo appliance's firmware keeps them: what boots, and what is counted."""

import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy/demo-appliance"))

import boot_state
from boot_state import BLOCK, BootState, format_state, format_tries, parse_state

ID, OLD_ID = "0123456789abcdef", "fedcba9876543210"
QUIET = BootState(7, "A", "-", boot_state.NO_UPDATE)
TRIAL = BootState(8, "A", "B", ID)


class Esp(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="drydock-")
        self.addCleanup(folder.cleanup)
        self.esp = Path(folder.name) / "esp"
        boot_state.make(self.esp)

    def put(self, first: bytes | None, second: bytes | None, tries: bytes | None = None):
        for name, block in zip(("ab_state", "ab_state2", "ab_tries"), (first, second, tries)):
            path = self.esp / name
            if block is None and name == "ab_tries":
                continue
            path.unlink(missing_ok=True)
            if block is not None:
                path.write_bytes(block)

    def tries(self) -> bytes:
        return (self.esp / "ab_tries").read_bytes()

    def chosen(self):
        choice = boot_state.choose(self.esp)
        return choice.slots[0], choice.tries_left, choice.fallback


class Format(unittest.TestCase):
    def test_a_state_is_512_bytes_of_lines_that_grub_can_source(self):
        block = format_state(TRIAL)
        self.assertEqual(len(block), BLOCK)
        self.assertEqual(block.split(b"#")[0].decode(), (
            'set ab_seq="00000008"\nset active_partition="A"\nset trial_partition="B"\n'
            f'set update_id="{ID}"\nset ab_check="00000008.A.B.{ID}"\n'))
        self.assertEqual(block.split(b"#")[1].strip(b" "), b"\n")

    def test_a_state_reads_back_as_written(self):
        for state in (QUIET, TRIAL, BootState(99_999_999, "B", "A", "f" * 16)):
            self.assertEqual(parse_state(format_state(state)), state)

    def test_a_block_of_tries_is_512_bytes_and_reads_back(self):
        block = format_tries(ID, 2)
        self.assertEqual(len(block), BLOCK)
        self.assertTrue(block.startswith(b"# GRUB Environment Block\ntries_id="))
        self.assertEqual(boot_state.parse_tries(block), {"tries_id": ID, "tries_left": "2"})

    def test_a_copy_damaged_in_any_byte_of_its_lines_does_not_count(self):
        whole = format_state(TRIAL)
        for position in range(whole.index(b"\n#") + 1):
            for change in (0x01, 0x20, 0x80):
                torn = bytearray(whole)
                torn[position] ^= change
                self.assertIsNone(parse_state(bytes(torn)), f"byte {position} ^ {change}")

    def test_a_copy_cut_at_any_length_does_not_count(self):
        whole = format_state(TRIAL)
        for length in range(BLOCK):
            self.assertIsNone(parse_state(whole[:length]), length)
        for length in range(whole.index(b"#") - 1):  # the last line may end in a zero byte
            self.assertIsNone(parse_state(whole[:length].ljust(BLOCK, b"\0")), length)

    def test_a_copy_whose_trial_is_its_good_slot_does_not_count(self):
        self.assertIsNone(parse_state(format_state(BootState(1, "A", "A", ID))))


class Copies(Esp):
    def test_the_copy_with_the_higher_sequence_wins_in_either_place(self):
        newer = format_state(BootState(9, "B", "-", boot_state.NO_UPDATE))
        older = format_state(QUIET)
        for copies in ((newer, older), (older, newer)):
            self.put(*copies)
            self.assertEqual(self.chosen(), ("B", 0, 0))

    def test_a_damaged_newer_copy_leaves_the_older_one_in_force(self):
        newer = format_state(BootState(9, "B", "-", boot_state.NO_UPDATE))
        for damaged in (newer.replace(b"00000009.B", b"00000009.A"), newer[:100], b"",
                        b"\0" * BLOCK, newer + b"x", None):
            self.put(damaged, format_state(QUIET))
            self.assertEqual(self.chosen(), ("A", 0, 0))

    def test_without_a_valid_copy_a_boots_and_b_is_the_next_choice(self):
        for garbage in (None, b"", b"\0" * BLOCK, b'set active_partition="B"\n'.ljust(BLOCK)):
            self.put(garbage, garbage)
            choice = boot_state.choose(self.esp)
            self.assertEqual((choice.slots, choice.trial, choice.fallback), (("A", "B"), False, 0))

    def test_on_equal_sequences_the_first_copy_wins(self):
        self.put(format_state(BootState(7, "B", "-", boot_state.NO_UPDATE)), format_state(QUIET))
        self.assertEqual(self.chosen(), ("B", 0, 0))


class Tries(Esp):
    def arm(self, tries: bytes):
        self.put(format_state(TRIAL), format_state(QUIET), tries)

    def test_without_a_trial_the_counter_is_not_touched(self):
        before = format_tries(OLD_ID, 1)
        self.put(format_state(QUIET), format_state(QUIET), before)
        self.assertEqual(self.chosen(), ("A", 0, 0))
        self.assertEqual(self.tries(), before)

    def test_three_boots_of_the_trial_are_counted_and_the_fourth_falls_back(self):
        self.arm(format_tries(None, 0))
        for left in (2, 1, 0):
            self.assertEqual(self.chosen(), ("B", left, 0))
            self.assertEqual(self.tries(), format_tries(ID, left))
        for _ in range(3):
            self.assertEqual(self.chosen(), ("A", 0, 1))
        self.assertEqual(self.tries(), format_tries(ID, 0))

    def test_the_counter_of_another_update_does_not_apply(self):
        for left in (0, 1, 2, 3):
            self.arm(format_tries(OLD_ID, left))
            self.assertEqual(self.chosen(), ("B", 2, 0))

    def test_a_counter_that_grub_cannot_read_as_a_number_is_used_up(self):
        for value in ("4", "-1", "", "03", "x"):
            text = f"# GRUB Environment Block\ntries_id={ID}\ntries_left={value}\n"
            self.arm(text.encode().ljust(BLOCK, b"#"))
            self.assertEqual(self.chosen(), ("A", 0, 1), value)

    def test_a_try_that_cannot_be_counted_is_not_made(self):
        for block in (b"", b"\0" * BLOCK, format_tries(ID, 2)[:511], format_tries(ID, 2) + b"#",
                      b"# Another Block\n".ljust(BLOCK, b"#")):
            self.arm(block)
            self.assertEqual(self.chosen(), ("A", 0, 2))
            self.assertEqual(self.tries(), block)

    def test_a_missing_counter_is_not_made_and_the_good_slot_boots(self):
        self.arm(format_tries(None, 0))
        (self.esp / "ab_tries").unlink()
        self.assertEqual(self.chosen(), ("A", 0, 2))
        self.assertFalse((self.esp / "ab_tries").exists())

    def test_a_counter_that_cannot_be_written_boots_the_good_slot(self):
        self.arm(format_tries(None, 0))
        opened, boot_state.os.open = boot_state.os.open, self.refuse
        try:
            self.assertEqual(self.chosen(), ("A", 0, 2))
        finally:
            boot_state.os.open = opened

    @staticmethod
    def refuse(*_):
        raise OSError(30, "Read-only file system")

    def test_the_counter_is_overwritten_in_place(self):
        self.arm(format_tries(None, 0))
        before = (self.esp / "ab_tries").stat().st_ino
        boot_state.choose(self.esp)
        after = (self.esp / "ab_tries").stat()
        self.assertEqual((after.st_ino, after.st_size), (before, BLOCK))

    def test_the_good_slot_can_be_b_and_the_trial_a(self):
        self.put(format_state(BootState(8, "B", "A", ID)), None, format_tries(None, 0))
        choice = boot_state.choose(self.esp)
        self.assertEqual((choice.slots, choice.trial), (("A", "B"), True))

    def test_the_kernel_arguments_name_slot_tries_and_fallback(self):
        self.assertEqual(boot_state.kernel_arguments("B", 2, 0, True),
                         "ab.partition=B ab.tries_left=2 ab.fallback=0 ab.trial=1")


if __name__ == "__main__":
    unittest.main()
