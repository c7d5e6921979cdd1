"""The runner counts only what was shown. The reports are those that Boost.Test 1.74 writes."""

import os
import select
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from claims import Outcome, of_boost_report, of_claims_file
from stage import TIMED_OUT, Context, run

CASE = ('<TestCase name="{0}" result="{1}" assertions_passed="{2}" assertions_failed="0" '
        'warnings_failed="0" expected_failures="0"></TestCase>')


def has_ended(pid: int) -> bool:
    """A signal takes effect when the kernel comes to it: waits, at most 10 s."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], 10)[0])
    finally:
        os.close(descriptor)


def report_of(*cases: tuple) -> str:
    inner = "".join(CASE.format(*case) for case in cases)
    return f'<TestResult><TestSuite name="drydock"><TestSuite name="s">{inner}</TestSuite>' \
           "</TestSuite></TestResult>"


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="drydock-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.report = self.folder / "report"
        self.log = self.folder / "log"


class BoostReports(InFolder):
    def count(self, text: str | None, returned: int) -> Outcome:
        self.report.unlink(missing_ok=True)
        if text is not None:
            self.report.write_text(text)
        return of_boost_report("test_x", self.report, returned, self.log, "build/test_x")

    def test_each_passed_case_is_a_claim(self):
        outcome = self.count(report_of(("a", "passed", 1), ("b", "passed", 7)), 0)
        self.assertEqual((outcome.passed, outcome.failures), (2, []))

    def test_a_failed_aborted_skipped_or_unknown_case_is_a_failed_claim(self):
        for result in ("failed", "aborted", "skipped", "odd"):
            outcome = self.count(report_of(("a", "passed", 1), ("b", result, 1)), 201)
            self.assertEqual((outcome.passed, len(outcome.failures)), (1, 1), result)

    def test_a_case_that_asserted_nothing_is_a_failed_claim(self):
        outcome = self.count(report_of(("a", "passed", 0)), 0)
        self.assertEqual((outcome.passed, outcome.failures[0].why), (0, "it asserted nothing"))

    def test_a_failure_names_the_case_and_how_to_run_it_again(self):
        failure = self.count(report_of(("b", "failed", 1)), 201).failures[0]
        self.assertEqual(failure.claim, "test_x/s/b")
        self.assertEqual(failure.next, "build/test_x --run_test='s/b'")

    def test_a_crash_without_a_report_is_one_failed_claim(self):
        for text in (None, "", "<TestResult><TestSuite", report_of()):
            outcome = self.count(text, -11)
            self.assertEqual((outcome.passed, len(outcome.failures)), (0, 1), text)

    def test_an_early_exit_with_code_0_is_a_failed_claim(self):
        outcome = self.count("", 0)
        self.assertEqual((outcome.passed, len(outcome.failures)), (0, 1))

    def test_a_program_that_fails_after_its_last_case_is_a_failed_claim(self):
        outcome = self.count(report_of(("a", "passed", 1)), 1)
        self.assertEqual((outcome.passed, len(outcome.failures)), (0, 1))


class ClaimsFiles(InFolder):
    def test_passed_and_failed_claims_are_counted(self):
        self.report.write_text('{"passed": ["a", "b"], "failed": [{"claim": "c", "why": "d"}]}')
        outcome = of_claims_file("part", self.report, 1, self.log, "again")
        self.assertEqual((outcome.passed, outcome.failures[0].claim), (2, "c"))

    def test_a_missing_empty_or_foreign_file_is_a_failed_claim(self):
        for text in (None, "", "{}", "[]", '{"passed": [], "failed": []}'):
            if text is not None:
                self.report.write_text(text)
            outcome = of_claims_file("part", self.report, 0, self.log, "again")
            self.assertEqual((outcome.passed, len(outcome.failures)), (0, 1), text)


class Commands(InFolder):
    def context(self) -> Context:
        return Context(self.folder, self.folder, self.folder, self.folder, "dev", 1,
                       time.monotonic() + 60)

    def test_a_command_past_its_limit_is_ended_with_all_it_started(self):
        script = 'sleep 600 & echo $! >"$TMPDIR/pid"; wait'
        returned = run(self.context(), ["sh", "-c", script], self.log, 0.5)
        self.assertEqual(returned, TIMED_OUT)
        self.assertTrue(has_ended(int((self.folder / "pid").read_text())))
        self.assertIn("ended after its limit", self.log.read_text())

    def test_the_exit_code_and_the_output_are_kept(self):
        answer = self.folder / "answer"
        script = "echo said; echo noted >&2; exit 7"
        returned = run(self.context(), ["sh", "-c", script], self.log, 10, None, answer)
        self.assertEqual((returned, answer.read_text()), (7, "said\n"))
        self.assertIn("noted", self.log.read_text())

    def test_a_program_that_is_not_there_is_told_in_the_log(self):
        returned = run(self.context(), [str(self.folder / "none")], self.log, 10)
        self.assertEqual(returned, 127)
        self.assertIn("could not be started", self.log.read_text())

    def test_a_program_killed_by_a_signal_is_told_apart_from_an_exit_code(self):
        returned = run(self.context(), ["sh", "-c", "kill -SEGV $$"], self.log, 10)
        self.assertEqual(returned, -11)


if __name__ == "__main__":
    unittest.main()
