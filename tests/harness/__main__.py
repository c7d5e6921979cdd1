"""Builds Drydock and runs its tests. The last line is "N passed, N failed"; each is a claim."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

from claims import Outcome, failed
from parts import BUILD, PARTS, Part
from stage import SECONDS_A_MINUTE, Context

ROOT = Path(__file__).resolve().parents[2]
FAILURES_SHOWN_MAX = 40  # the rest is in the logs


def arguments() -> argparse.Namespace:
    names = ", ".join(p.name for p in PARTS)
    parser = argparse.ArgumentParser(
        prog="tests/run", description=__doc__,
        epilog=f"Parts: {names}. Logs lie in build/log. Exit code 0 only when nothing failed.")
    parser.add_argument("--no-install", action="store_true", help="do not install packages")
    parser.add_argument("--only", action="append", metavar="PART", default=[],
                        help="run this part alone (may be given more than once)")
    parser.add_argument("--all", action="store_true", help="also the parts that take long")
    parser.add_argument("--list", action="store_true", help="list the parts and stop")
    parser.add_argument("--builds", type=Path, default=ROOT / "build", metavar="FOLDER",
                        help="where the builds and logs go (default: build)")
    parser.add_argument("--preset", default="release", metavar="NAME",
                        help="the build whose programs are tested (default: release)")
    parser.add_argument("--deadline", type=float, default=85, metavar="MINUTES",
                        help="whatever has not finished by then has failed (default: 85)")
    return parser.parse_args()


def chosen(options: argparse.Namespace) -> list[Part]:
    there = [p for p in PARTS if p.exists(ROOT)]
    known = {p.name for p in there}
    for name in options.only:
        if name not in known:
            sys.exit(f"tests/run: there is no part '{name}'; accepted: {', '.join(sorted(known))}")
    if options.only:
        picked = [p for p in there if p.name in options.only]
    else:
        picked = [p for p in there if p.by_default or options.all]
    if any(p.needs_build for p in picked) and BUILD not in picked:
        picked.insert(0, BUILD)
    return picked


def run_part(part: Part, place: str, context: Context) -> tuple[Outcome, float]:
    log = context.logs / f"{part.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("", encoding="utf-8")
    print(f"{place} {part.name}: up to {part.minutes:g} min cold ... ", end="", flush=True)
    started = time.monotonic()
    if context.seconds_left() <= 0:
        outcome = failed(part.name, "the run's deadline passed before it began", log,
                         f"tests/run --only {part.name}")
    else:
        outcome = part.show(context, log)
    seconds = time.monotonic() - started
    print(f"{outcome.passed} passed, {len(outcome.failures)} failed, {seconds:.1f} s (log {log})",
          flush=True)
    return outcome, seconds


def report(total: Outcome, times: list[tuple[Part, float]]) -> None:
    print("\ntimes: " + ", ".join(
        f"{part.name} {seconds / SECONDS_A_MINUTE:.1f} of {part.minutes:g} min"
        + (" (over its share)" if seconds > part.minutes * SECONDS_A_MINUTE else "")
        for part, seconds in times))
    for failure in total.failures[:FAILURES_SHOWN_MAX]:
        print(f"FAILED {failure.claim}\n  why   {failure.why}\n  log   {failure.log}\n"
              f"  next  {failure.next}")
    more = len(total.failures) - FAILURES_SHOWN_MAX
    if more > 0:
        print(f"... and {more} more, in the logs")
    print(f"{total.passed} passed, {len(total.failures)} failed", flush=True)


def main() -> int:
    options = arguments()
    if options.list:
        for part in PARTS:
            if part.exists(ROOT):
                when = "" if part.by_default else " (only with --all)"
                print(f"{part.name:12} {part.minutes:>4g} min  {part.says}{when}")
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    picked = chosen(options)
    builds = options.builds.resolve()
    scratch = Path(tempfile.mkdtemp(prefix="drydock-"))
    context = Context(ROOT, builds, builds / "log", scratch, options.preset, os.cpu_count() or 1,
                      time.monotonic() + options.deadline * SECONDS_A_MINUTE)
    minutes = sum(part.minutes for part in picked)
    print(f"tests: {', '.join(p.name for p in picked)}; up to {minutes:g} minutes on 2 cold cores, "
          "far less on a second run", flush=True)
    total = Outcome()
    times = []
    build_is_good = True
    try:
        for index, part in enumerate(picked, 1):
            place = f"[{index}/{len(picked)}]"
            if part.needs_build and not build_is_good:
                print(f"{place} {part.name}: not run, for the build failed", flush=True)
                total.add(failed(part.name, "not run, for the build failed",
                                 context.logs / "build.log", "tests/run --only build"))
                continue
            outcome, seconds = run_part(part, place, context)
            build_is_good = build_is_good and not (part is BUILD and outcome.failures)
            total.add(outcome)
            times.append((part, seconds))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    report(total, times)
    return 0 if total.passed and not total.failures else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\ntests/run: interrupted\n0 passed, 1 failed", flush=True)
        sys.exit(130)
    except Exception:  # a fault of the runner itself is no pass, and the closing line is owed
        traceback.print_exc()
        print("tests/run: the runner itself failed\n0 passed, 1 failed", flush=True)
        sys.exit(1)
