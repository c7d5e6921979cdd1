"""A campaign of cuts goes on where it stopped, and believes no line that it cannot read."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import campaign


class Campaign(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "cuts.jsonl"
        self.made = []

    def cut(self, seed: int) -> str:
        self.made.append(seed)
        return "brick: no agent" if seed == 3 else ""

    def run_to(self, end: int) -> list[str]:
        return campaign.run(range(1, end), self.cut, lambda text: None, self.file)

    def test_what_was_made_is_not_made_again_and_still_counts(self):
        self.assertEqual(self.run_to(4), ["", "", "brick: no agent"])
        self.assertEqual(self.run_to(6), ["", "", "brick: no agent", "", ""])
        self.assertEqual(self.made, [1, 2, 3, 4, 5])

    def test_an_outcome_that_was_cut_off_is_made_again(self):
        self.run_to(3)
        self.file.write_bytes(self.file.read_bytes()[:-5])
        self.run_to(3)
        self.assertEqual(self.made, [1, 2, 2])
        self.assertEqual(campaign.known(self.file), {1: "", 2: ""})

    def test_a_line_that_is_no_outcome_is_refused_with_its_number(self):
        self.file.write_text('{"seed": 1, "why": ""}\n{"seed": "x"}\n', encoding="utf-8")
        with self.assertRaisesRegex(campaign.Damaged, "cuts.jsonl, line 2"):
            self.run_to(3)
        self.assertEqual(self.made, [])

    def test_without_a_file_nothing_is_kept(self):
        self.assertEqual(campaign.run([3], self.cut, lambda text: None), ["brick: no agent"])


if __name__ == "__main__":
    unittest.main()
