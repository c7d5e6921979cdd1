"""Checks the style rules, and first that each rule finds a planted violation.

    python3 tests/tidy [--root FOLDER] [--build FOLDER] [--report FILE]
"""

import argparse
import json
import sys
from pathlib import Path

import control
from rules import RULES, Tree
from source import read_tree

SHOWN_MAX = 20  # violations of one rule


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests/tidy", description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--build", type=Path, help="a build folder; its libraries are looked into")
    parser.add_argument("--report", type=Path, help="write the claims as JSON")
    options = parser.parse_args()
    build = options.build if options.build and options.build.is_dir() else None
    tree = Tree(options.root, read_tree(options.root), build)
    passed, failed = [], []
    for claim, why in control.claims():
        if why is None:
            passed.append(claim)
        else:
            failed.append({"claim": claim, "why": why})
            print(f"{claim}: {why}")
    for rule in RULES:
        found = list(rule(tree))
        errors = [violation for violation in found if not violation.warning]
        for violation in found[:SHOWN_MAX]:
            mark = "warning: " if violation.warning else ""
            print(f"{violation.where}: {mark}{violation.what}")
        if len(found) > SHOWN_MAX:
            print(f"... and {len(found) - SHOWN_MAX} more")
        if errors:
            reason = " ".join(rule.__doc__.split())
            print(f"  {rule.__name__}: {reason}")
            first = f"{errors[0].where}: {errors[0].what}"
            more = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
            failed.append({"claim": rule.__name__, "why": f"{first}{more}. {reason}"})
        else:
            passed.append(rule.__name__)
    if options.report:
        options.report.write_text(json.dumps({"passed": passed, "failed": failed}),
                                  encoding="utf-8")
    print(f"{len(passed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
