"""Runs the unittest cases of one folder and writes which claims passed and which did not.

    python3 tests/harness/python_tests.py FOLDER [REPORT]
"""

import json
import sys
import unittest
from pathlib import Path


class Claims(unittest.TextTestResult):
    """Remembers the names; a test's name is its claim."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.held: list[str] = []
        self.broken: dict[str, str] = {}

    def addSuccess(self, test):
        super().addSuccess(test)
        self.held.append(test.id())

    def note(self, test, why: str) -> None:
        self.broken.setdefault(test.id(), why)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.note(test, one_line(err))

    def addError(self, test, err):
        super().addError(test, err)
        self.note(test, one_line(err))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.note(test, f"it was not run: {reason}")

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.note(test, f"{subtest._subDescription()}: {one_line(err)}")


def one_line(err) -> str:
    lines = str(err[1]).strip().splitlines()
    return f"{err[0].__name__}: {lines[0] if lines else ''}"


def main() -> int:
    folder = Path(sys.argv[1])
    suite = unittest.defaultTestLoader.discover(str(folder), pattern="test_*.py")
    runner = unittest.TextTestRunner(resultclass=Claims, verbosity=2)
    result = runner.run(suite)
    if len(sys.argv) > 2:
        told = {"passed": [claim for claim in result.held if claim not in result.broken],
                "failed": [{"claim": claim, "why": why} for claim, why in result.broken.items()]}
        Path(sys.argv[2]).write_text(json.dumps(told), encoding="utf-8")
    return 1 if result.broken or not result.held else 0


if __name__ == "__main__":
    sys.exit(main())
