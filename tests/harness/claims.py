"""What a part has shown: claims passed, and for each one that failed what, where and what next."""

import json
import xml.etree.ElementTree as xml
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Failure:
    claim: str  # the name of the claim; for a test case "program/suite/case"
    why: str    # one line
    log: Path   # where the whole story is
    next: str   # a command that shows it again


@dataclass
class Outcome:
    passed: int = 0
    failures: list[Failure] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        self.passed += other.passed
        self.failures += other.failures


def failed(claim: str, why: str, log: Path, next_step: str) -> Outcome:
    return Outcome(0, [Failure(claim, why, log, next_step)])


def of_boost_report(program: str, report: Path, returned: int, log: Path, again: str) -> Outcome:
    """Counts the cases of one Boost.Test program from its own detailed XML report.

    A case counts as passed only when the report says so and it asserted something. A program that
    left no whole report (a crash, an exit in the middle, a time limit) is one failed claim.
    """
    try:
        root = xml.fromstring(report.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, xml.ParseError):
        why = f"ended with {describe_exit(returned)} and left no report"
        return failed(program, why, log, again)
    outcome = Outcome()

    def walk(node: xml.Element, path: str) -> None:
        for child in node:
            name = f"{path}/{child.get('name', '?')}"
            if child.tag == "TestSuite":
                walk(child, name)
            elif child.tag == "TestCase":
                why = why_a_case_failed(child)
                if why is None:
                    outcome.passed += 1
                else:
                    run = f"{again} --run_test='{name.partition('/')[2]}'"
                    outcome.failures.append(Failure(name, why, log, run))

    for suite in root:
        walk(suite, program)
    if outcome.passed + len(outcome.failures) == 0:
        return failed(program, "holds no case", log, again)
    if returned != 0 and not outcome.failures:
        return failed(program, f"every case passed, yet it ended with {describe_exit(returned)}",
                      log, again)
    return outcome


def why_a_case_failed(case: xml.Element) -> str | None:
    result = case.get("result", "unknown")
    if result not in ("passed", "passed with warnings"):
        return {"failed": "an assertion failed", "aborted": "an error ended it",
                "skipped": "it was not run"}.get(result, f"its result is '{result}'")
    if int(case.get("assertions_passed", "0")) == 0:
        return "it asserted nothing"
    return None


def of_claims_file(part: str, report: Path, returned: int, log: Path, again: str) -> Outcome:
    """Reads {"passed": [claim, ...], "failed": [{"claim": ..., "why": ...}, ...]}."""
    try:
        told = json.loads(report.read_text(encoding="utf-8"))
        outcome = Outcome(len(told["passed"]),
                          [Failure(f["claim"], f["why"], log, again) for f in told["failed"]])
    except (OSError, ValueError, KeyError, TypeError):
        return failed(part, f"ended with {describe_exit(returned)} and left no report", log, again)
    if outcome.passed + len(outcome.failures) == 0:
        return failed(part, "holds no claim", log, again)
    if returned != 0 and not outcome.failures:
        return failed(part, f"every claim passed, yet it ended with {describe_exit(returned)}",
                      log, again)
    return outcome


def describe_exit(returned: int) -> str:
    return f"signal {-returned}" if returned < 0 else f"exit code {returned}"
