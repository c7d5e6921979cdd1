"""The one table of what tests/run does. To add a part: write a function, add a row to PARTS."""

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from claims import Outcome, describe_exit, failed, of_boost_report, of_claims_file
from stage import SECONDS_A_MINUTE, TIMED_OUT, Context, run

SEEDS = 200                        # days that are simulated under all faults
PROGRAM_LIMIT_S = 240.0            # one test program
CAMPAIGN_TESTS_S = 30.0
SANITIZED_PROGRAM_LIMIT_S = 480.0  # the same, several times slower
DEMO_SECONDS_MAX = 180.0           # what the demo may take without install and build
# Whose tests run under the address and undefined-behaviour sanitizers: what parses, decides and
# stores. The rest moves memory through the same libraries.
SANITIZED = ("tests/messages", "tests/actors", "tests/runtime/kernel", "tests/runtime/journal",
             "tests/runtime/http", "tests/runtime/trust", "tests/runtime/artifact")


@dataclass(frozen=True)
class Part:
    name: str
    says: str                              # what it shows, for --list
    minutes: float                         # its share on 2 cold cores; the limit is 3 times that
    exists: Callable[[Path], bool]         # is what it tests in this tree?
    show: Callable[[Context, Path], Outcome]
    needs_build: bool = True
    by_default: bool = True                # False: only with --all or --only

    def limit_s(self) -> float:
        return 3 * self.minutes * SECONDS_A_MINUTE


def build(context: Context, log: Path) -> Outcome:
    return build_preset(context, log, context.preset, ["all"], BUILD.limit_s())


def build_preset(context: Context, log: Path, preset: str, targets: list[str],
                 limit_s: float) -> Outcome:
    folder = context.builds / preset
    for command in (["cmake", "--preset", preset, "-B", str(folder)],
                    ["cmake", "--build", str(folder), "-j", str(context.jobs),
                     "--target", *targets]):
        returned = run(context, command, log, limit_s, shared_cache(context))
        if returned != 0:
            why = "the time limit ended it" if returned == TIMED_OUT else first_error(log)
            return failed(f"{folder.name} builds", why, log, " ".join(command))
    return Outcome(1)


def shared_cache(context: Context) -> dict[str, str]:
    """Lets ccache know a file again in another checkout: a fresh clone then builds in a minute."""
    return {"CCACHE_BASEDIR": str(context.root), "CCACHE_NOHASHDIR": "1"}


def first_error(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    for mark in ("error: ", "warning: ", "undefined reference", "CMake Error", "FAILED: "):
        for line in lines:
            if mark in line:
                return line.strip()[:200]
    return "see the log"


def test_programs(context: Context, folder: Path, log: Path) -> list[tuple[str, Path]]:
    """(name, folder in the tree) of every test program that this build knows of: from the build
    itself, so that a program of an earlier checkout is never counted."""
    listing = context.scratch / "programs.json"
    run(context, ["ctest", "--test-dir", str(folder), "--show-only=json-v1"], log, 60, None,
        listing)
    try:
        tests = json.loads(listing.read_text(encoding="utf-8"))["tests"]
    except (OSError, ValueError, KeyError):
        return []
    found = []
    for test in tests:
        where = {p["name"]: p["value"] for p in test.get("properties", [])}["WORKING_DIRECTORY"]
        found.append((test["name"], Path(where).relative_to(folder)))
    return sorted(found)


def run_programs(context: Context, folder: Path, names: list[str], log: Path,
                 limit_s: float) -> Outcome:
    def one(name: str) -> Outcome:
        program = folder / "tests" / name
        own_log = context.logs / folder.name / f"{name}.log"
        own_log.unlink(missing_ok=True)
        report = context.scratch / f"{folder.name}-{name}.xml"
        command = [str(program), "--color_output=no", "--log_level=warning",
                   "--report_format=XML", "--report_level=detailed", f"--report_sink={report}"]
        returned = run(context, command, own_log, limit_s, SANITIZER_OPTIONS)
        return of_boost_report(name, report, returned, own_log, str(program))

    outcome = Outcome()
    with ThreadPoolExecutor(context.jobs) as pool:
        for shown in pool.map(one, names):
            outcome.add(shown)
    if not names:
        return failed(folder.name, "the build knows of no test program", log, "ls tests")
    return outcome


SANITIZER_OPTIONS = {
    "ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0:detect_stack_use_after_return=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
}


def unit(context: Context, log: Path) -> Outcome:
    names = [name for name, _ in test_programs(context, context.build, log)]
    return run_programs(context, context.build, names, log, PROGRAM_LIMIT_S)


def sanitizers(context: Context, log: Path) -> Outcome:
    folder = context.builds / "asan"
    returned = run(context, ["cmake", "--preset", "asan", "-B", str(folder)], log, 300)
    if returned != 0:
        return failed("asan configures", first_error(log), log, "cmake --preset asan")
    names = [name for name, where in test_programs(context, folder, log)
             if str(where).startswith(SANITIZED)]
    built = build_preset(context, log, "asan", names or ["all_tests"], part("sanitizers").limit_s())
    if built.failures:
        return built
    return run_programs(context, folder, names, log, SANITIZED_PROGRAM_LIMIT_S)


def last_json(answer: Path) -> dict:
    """The last line of a command's output as an object; empty when there is none."""
    try:
        said = json.loads(answer.read_text(encoding="utf-8").splitlines()[-1])
    except (OSError, ValueError, IndexError):
        return {}
    return said if isinstance(said, dict) else {}


def seeds(context: Context, log: Path) -> Outcome:
    answer = context.scratch / "seeds.txt"
    command = [str(context.build / "bin/fleet-sim"), "run", "storm-day", "--seeds", f"1..{SEEDS}",
               "--jobs", str(context.jobs), "--json"]
    returned = run(context, command, log, part("seeds").limit_s(), None, answer)
    said = last_json(answer)
    shown = {
        "no_oracle_finds_anything_in_200_days_of_all_faults": said.get("violations") == 0,
        "the_release_reaches_the_fleets_all_the_same": said.get("committed", 0) > SEEDS * 990,
        "they_exit_0": returned == 0,
    }
    outcome = Outcome()
    for claim, holds_true in shown.items():
        outcome.add(Outcome(1) if holds_true else
                    failed(claim, f"it said {said or describe_exit(returned)}", log,
                           " ".join(command)))
    return outcome


def goldens(context: Context, log: Path) -> Outcome:
    """The same digests from this build, from another compiler, and without optimisation."""
    outcome = compare_golden(context, context.build, "release", log)
    for preset in ("golden-clang", "golden-plain"):
        built = build_preset(context, log, preset, ["fleet-sim"], part("goldens").limit_s())
        outcome.add(built if built.failures else
                    compare_golden(context, context.builds / preset, preset, log))
    return outcome


def compare_golden(context: Context, folder: Path, name: str, log: Path) -> Outcome:
    command = [str(folder / "bin/fleet-sim"), "golden", "--file",
               "simulations/golden/digests.txt"]
    returned = run(context, command, log, part("goldens").limit_s())
    if returned == 0:
        return Outcome(1)
    return failed(f"{name.replace('-', '_')}_comes_to_the_golden_digests",
                  describe_exit(returned), log, " ".join(command))


def controls(context: Context, log: Path) -> Outcome:
    """An oracle finds every fault that is planted in a machine, and nothing where none is."""
    limit = part("controls").limit_s()
    outcome = build_preset(context, log, context.preset, ["controls"], limit)
    if outcome.failures:
        return outcome
    planted = (context.build / "controls.txt").read_text(encoding="utf-8").split()
    for name in [*planted, "nothing-planted"]:
        answer = context.scratch / f"{name}.txt"
        command = [str(context.build / "controls" / name)]
        returned = run(context, command, log, limit, None, answer)
        said = answer.read_text(encoding="utf-8") if answer.exists() else ""
        good = returned == 0 if name == "nothing-planted" else (
            returned == 1 and said.startswith("found: "))
        outcome.add(Outcome(1) if good else
                    failed(name.replace("-", "_"), f"{describe_exit(returned)}: {said.strip()}",
                           log, command[0]))
    return outcome


def load(context: Context, log: Path) -> Outcome:
    """Simulated appliances on a real coordinator: its counts are the simulation's."""
    limit = part("load").limit_s()
    outcome = build_preset(context, log, context.preset, ["load-driver"], limit)
    if outcome.failures:
        return outcome
    report = context.scratch / "load.json"
    command = [sys.executable, "tests/harness/python_tests.py", "tests/load", str(report)]
    returned = run(context, command, log, limit, {"DRYDOCK_BIN": str(context.build / "bin")})
    outcome.add(of_claims_file("load", report, returned, log, " ".join(command[:3])))
    return outcome


def tidy(context: Context, log: Path) -> Outcome:
    report = context.scratch / "tidy.json"
    command = [sys.executable, "tests/tidy", "--build", str(context.build),
               "--report", str(report)]
    returned = run(context, command, log, 120)
    return of_claims_file("tidy", report, returned, log, "python3 tests/tidy")


def tracked(context: Context, log: Path, *patterns: str) -> list[str]:
    listing = context.scratch / "tracked.txt"
    run(context, ["git", "ls-files", "--", *patterns], log, 30, None, listing)
    names = listing.read_text(encoding="utf-8").splitlines()
    return [name for name in names if (context.root / name).is_file()]


def layout(context: Context, log: Path) -> Outcome:
    names = tracked(context, log, "*.hpp", "*.cpp")
    if not names:
        return failed("layout", "git lists no source file", log, "git ls-files")
    returned = run(context, ["clang-format-14", "--dry-run", "-Werror", *names], log, 120)
    if returned == 0:
        return Outcome(1)
    return failed("every_source_file_has_the_layout_of_clang_format", first_error(log), log,
                  "git ls-files '*.hpp' '*.cpp' | xargs clang-format-14 -i")


def shell(context: Context, log: Path) -> Outcome:
    names = [name for name in tracked(context, log) if is_shell(context.root / name)]
    if not names:
        return failed("shell", "git lists no shell script", log, "git ls-files")
    returned = run(context, ["shellcheck", "--format=gcc", *names], log, 120)
    if returned == 0:
        return Outcome(1)
    return failed("every_shell_script_is_clean", first_error(log), log,
                  f"shellcheck {' '.join(names)}")


def is_shell(path: Path) -> bool:
    with open(path, "rb") as file:
        first = file.readline(64)
    return first.startswith(b"#!") and first.rstrip().endswith((b"sh", b"bash"))


def python_tests(folder: str) -> Callable[[Context, Path], Outcome]:
    def show(context: Context, log: Path) -> Outcome:
        report = context.scratch / f"{Path(folder).name}.json"
        command = [sys.executable, "tests/harness/python_tests.py", folder, str(report)]
        returned = run(context, command, log, 300)
        return of_claims_file(folder, report, returned, log, " ".join(command[:3]))
    return show


def demo(context: Context, log: Path) -> Outcome:
    answer = context.scratch / "demo.txt"
    command = ["deploy/demo", "--json", "--no-install", "--build", str(context.build)]
    returned = run(context, command, log, part("demo").limit_s(), None, answer)
    again = " ".join(command)
    try:
        said = json.loads(answer.read_text(encoding="utf-8").splitlines()[-1])
        good, bad = said["good"], said["bad"]
        shown = {
            "demo_every_appliance_commits_the_good_release":
                good["appliances"] == 12 and good["committed"] == 12,
            "demo_the_bad_release_reaches_an_appliance": bad["exposed"] >= 1,
            "demo_every_exposed_appliance_rolls_back": bad["rolled_back"] == bad["exposed"],
            "demo_the_bad_rollout_halts_itself": bad["halted"] is True,
            "demo_the_bad_release_stays_small": bad["exposed"] <= 2,
            "demo_kills_the_coordinator_once_and_two_agents":
                said["coordinator_kills"] == 1 and said["agent_kills"] == 2,
            "demo_loses_no_report": said["lost_reports"] == 0,
            "demo_takes_under_180_seconds": said["seconds"] < DEMO_SECONDS_MAX,
        }
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        why = f"ended with {describe_exit(returned)}; its last line is not the summary ({error})"
        return failed("demo", why, log, again)
    outcome = Outcome()
    for claim, holds in {**shown, "demo_exits_0": returned == 0}.items():
        outcome.add(Outcome(1) if holds else failed(claim, f"it said {said}", log, again))
    return outcome


def tamper(context: Context, log: Path) -> Outcome:
    answer = context.scratch / "tamper.txt"
    command = ["deploy/demo", "--tamper", "--no-install", "--build", str(context.build)]
    returned = run(context, command, log, part("tamper").limit_s(), None, answer)
    try:
        said = json.loads(answer.read_text(encoding="utf-8").splitlines()[-1])
        holds_true = (returned == 0 and said["committed"] == said["booted"] == 0
                      and said["halted"] is True and "hash_mismatch" in said["reasons"])
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        holds_true = False
    if holds_true:
        return Outcome(1)
    return failed("changed_bytes_of_a_published_image_install_nothing_and_say_why",
                  describe_exit(returned), log, " ".join(command))


PLANNER_ROWS = (("--policy", "drydock", "--appliances", "100000", "--seeds", "1..40", "--small"),
                ("--policy", "drydock", "--appliances", "1000000", "--seeds", "1..3"),
                ("--world", "--appliances", "10000", "--seeds", "1..3"))


def planner(context: Context, log: Path) -> Outcome:
    """The reduced table of the planner: each row of it is a claim, and the cost of a check-in."""
    outcome = Outcome()
    tool = str(context.build / "bin" / "fleet-sim")
    for number, options in enumerate((*PLANNER_ROWS, ("--cost",))):
        answer = context.scratch / f"planner-{number}.txt"
        command = [tool, "planner-table", "--json", *options]
        returned = run(context, command, log, part("planner").limit_s(), None, answer)
        again = " ".join(command)
        try:
            said = json.loads(answer.read_text(encoding="utf-8").splitlines()[-1])
            rows = said.get("rows", [])
            broken = said.get("broken", [])
        except (OSError, ValueError, IndexError) as error:
            why = f"ended with {describe_exit(returned)}; its last line is no JSON ({error})"
            outcome.add(failed("planner_table", why, log, again))
            continue
        for row in rows:
            mine = [what for what in broken if what.startswith(row["scenario"] + ":")]
            name = f"{row['policy']}_{row['scenario']}_of_{row['appliances']}"
            outcome.add(failed(name, mine[0], log, again) if mine else Outcome(1))
        holds_true = returned == 0 and (bool(rows) or said["check_ins_per_cpu_s"] >= 1_000_000)
        outcome.add(Outcome(1) if holds_true else
                    failed("planner_table_exits_0", f"it said {said}", log, again))
    return outcome


def coverage(context: Context, log: Path) -> Outcome:
    """Every scenario small, over seeds: each name that must be reached is a claim."""
    answer = context.scratch / "coverage.txt"
    command = [str(context.build / "bin" / "fleet-sim"), "coverage", "--json"]
    returned = run(context, command, log, part("coverage").limit_s(), None, answer)
    again = " ".join(command)
    try:
        said = json.loads(answer.read_text(encoding="utf-8").splitlines()[-1])
        never, names = said["never_reached"], said["names"]
        sound = returned == (1 if never else 0) and said["violations"] == 0 and names >= 60
    except (OSError, ValueError, KeyError, IndexError):
        why = f"{describe_exit(returned)}; its last line is no JSON"
        return failed("coverage", why, log, again)
    outcome = Outcome(names - len(never))
    for name in never:
        outcome.add(failed(f"sometimes_{name.replace(' ', '_')}", "never reached", log, again))
    outcome.add(Outcome(1) if sound else
                failed("no_oracle_finds_anything_in_the_batch", f"it said {said}", log, again))
    return outcome


def python_claims(name: str, folder: str, context: Context, log: Path, limit_s: float) -> Outcome:
    """What the unittest files of a folder claim of the programs."""
    report = context.scratch / f"{name}.json"
    command = [sys.executable, "tests/harness/python_tests.py", folder, str(report)]
    returned = run(context, command, log, limit_s, {"DRYDOCK_BIN": str(context.build / "bin")})
    return of_claims_file(name, report, returned, log, " ".join(command[:3]))


def python_part(name: str, folder: str) -> Callable[[Context, Path], Outcome]:
    return lambda context, log: python_claims(name, folder, context, log, part(name).limit_s())


started = python_part("started", "tests/deploy/started")
packaged = python_part("packaged", "tests/deploy/packaged")
container = python_part("container", "tests/deploy/container")
sinks = python_part("sinks", "tests/deploy/sinks")


def fleet(context: Context, log: Path) -> Outcome:
    report = context.scratch / "fleet.json"
    command = [sys.executable, "tests/harness/python_tests.py", "tests/deploy/fleet", str(report)]
    returned = run(context, command, log, part("fleet").limit_s(),
                   {"DRYDOCK_BIN": str(context.build / "bin")})
    return of_claims_file("fleet", report, returned, log, " ".join(command[:3]))


def vm(context: Context, log: Path) -> Outcome:
    outcome = python_claims("vm", "tests/vm", context, log, part("vm").limit_s() / 3)
    answer = context.scratch / "vm.txt"
    command = ["tests/vm/run", "--json", "--programs", str(context.build / "bin")]
    returned = run(context, command, log, 2 * part("vm").limit_s() / 3, None, answer)
    try:
        scenarios = json.loads(answer.read_text(encoding="utf-8").splitlines()[-1])["scenarios"]
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        scenarios = {"it_ends_with_its_summary": "fail"}
    for name, said in scenarios.items():
        outcome.add(Outcome(1) if said == "pass" else
                    failed(f"vm_{name}", describe_exit(returned), log, " ".join(command)))
    return outcome


def power(context: Context, log: Path) -> Outcome:
    outcome = python_claims("power", "tests/power", context, log, CAMPAIGN_TESTS_S)
    answer = context.scratch / "power.txt"
    command = ["tests/power/run", "--quick", "--json", "--programs", str(context.build / "bin")]
    returned = run(context, command, log, part("power").limit_s(), None, answer)
    try:
        said = json.loads(answer.read_text(encoding="utf-8").splitlines()[-1])
        shown = {
            "no_cut_of_an_update_leaves_a_bad_disk": said["bad"] == 0,
            "at_least_100000_cuts_were_checked": said["cut_points"] >= 100_000,
            "no_cut_leaves_a_journal_that_does_not_verify": said["journals_bad"] == 0,
            "common_practice_fails_in_the_same_laboratory":
                said["controls"]["write_fsync_rename_fsync_folder"] > 0,
            "another_image_in_the_slot_is_found":
                said["controls"]["another_image_in_the_slot"] > 0,
        }
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        shown, said = {"it_ends_with_its_summary": False}, describe_exit(returned)
    for claim, holds_true in {**shown, "it_exits_0": returned == 0}.items():
        outcome.add(Outcome(1) if holds_true else
                    failed(f"power_{claim}", f"it said {said}", log, " ".join(command)))
    return outcome


def kills(context: Context, log: Path) -> Outcome:
    """Each agent of a rollout killed at another of its journal appends; once in each way."""
    outcome = Outcome()
    for kind in ("kill-before", "kill-after"):
        answer = context.scratch / f"{kind}.txt"
        command = ["deploy/demo", "--kills", kind, "--no-install", "--build", str(context.build)]
        returned = run(context, command, log, part("kills").limit_s() / 2, None, answer)
        again = " ".join(command)
        try:
            said = json.loads(answer.read_text(encoding="utf-8").splitlines()[-1])
            shown = {
                "every_box_commits": said["committed"] == said["on_disk"] == said["boxes"],
                "no_box_fails": said["failed"] == 0,
                "each_box_is_granted_once": said["granted"] == said["boxes"],
                "no_report_is_lost": said["lost_reports"] == 0,
            }
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            shown, said = {"it_ends_with_its_summary": False}, describe_exit(returned)
        name = kind.replace("-", "_")
        for claim, holds_true in {**shown, "it_exits_0": returned == 0}.items():
            outcome.add(Outcome(1) if holds_true else
                        failed(f"{name}_at_each_append_{claim}", f"it said {said}", log, again))
    return outcome


def bare(context: Context, log: Path) -> Outcome:
    command = ["tests/deploy/bare"]
    returned = run(context, command, log, part("bare").limit_s())
    if returned == 0:
        return Outcome(1)
    return failed("a_fresh_clone_passes_on_a_bare_debian", describe_exit(returned), log,
                  " ".join(command))


def holds(*paths: str) -> Callable[[Path], bool]:
    return lambda root: all((root / path).exists() for path in paths)


def has_sources(folder: str) -> Callable[[Path], bool]:
    return lambda root: next((root / folder).rglob("*.cpp"), None) is not None


BUILD = Part("build", "everything compiles without a warning", 12, holds("CMakeLists.txt"), build,
             needs_build=False)

PARTS = (
    BUILD,
    Part("layout", "the source files have clang-format's layout", 0.5, holds(".clang-format"),
         layout, needs_build=False),
    Part("shell", "shellcheck has nothing to say", 0.5, holds("deploy/dependencies"), shell,
         needs_build=False),
    Part("tidy", "the style rules, and that each of them finds a planted violation", 0.5,
         holds("tests/tidy"), tidy, needs_build=False),
    Part("harness", "the runner counts only what was shown", 0.5, holds("tests/harness"),
         python_tests("tests/harness"), needs_build=False),
    Part("unit", "every Boost.Test program; each case is a claim", 4, has_sources("tests"), unit),
    Part("deploy", "the demo appliance's firmware and images, units, compose, alerts", 2,
         holds("tests/deploy", "deploy/demo-appliance"), python_tests("tests/deploy"),
         needs_build=False),
    Part("nix", "the Nix files: what the seed's modules render, and that the plain files agree", 1,
         holds("tests/nix", "flake.nix"), python_tests("tests/nix"), needs_build=False),
    Part("sanitizers", "machines, kernel, messages, journal, edge, trust, ISOs under sanitizers",
         8, has_sources("tests"), sanitizers, needs_build=False),
    Part("demo", "one machine, 12 appliances: a good release lands, a bad one halts", 3,
         holds("deploy/demo"), demo),
    Part("tamper", "the same with bytes of the published image changed: nothing is installed", 1,
         holds("deploy/demo"), tamper),
    Part("seeds", "200 simulated days of 1,000 appliances under all faults, oracles on", 4,
         holds("simulations/scenarios/storm-day.yaml"), seeds),
    Part("goldens", "the golden digests, from two compilers, and without optimisation", 5,
         holds("simulations/golden/digests.txt"), goldens),
    Part("planner", "the planner's table, reduced: what it exposes before it stops", 3,
         holds("simulations/planner_table"), planner),
    Part("sinks", "the coordinator's PostgreSQL and Redis: gone, back, nothing missing or twice", 3,
         holds("tests/deploy/sinks", "runtime/sinks"), sinks),
    Part("coverage", "every scenario small: no oracle finds anything, every name is reached", 2,
         holds("simulations/coverage"), coverage),
    Part("controls", "every fault planted in a machine is found by an oracle within 200 seeds", 3,
         holds("tests/controls"), controls),
    Part("load", "2,000 appliances on one real coordinator: its counts are the simulation's", 5,
         holds("tests/load"), load, by_default=False),
    Part("started", "the units under systemd, the firewall between namespaces (needs root)", 8,
         holds("tests/deploy/started"), started, by_default=False),
    Part("packaged", "the Debian packages on a clean Debian 12: run, upgrade, removal (needs root)",
         6, holds("tests/deploy/packaged"), packaged, by_default=False),
    Part("container", "the centre's image, built by buildah and started (needs root)", 5,
         holds("tests/deploy/container", "mcp-server"), container, by_default=False),
    Part("fleet", "deploy/vm, two machines and a coordinator: up, a good release, a bad one, down",
         6, holds("tests/deploy/fleet", "deploy/vm"), fleet, by_default=False),
    Part("vm", "the real GRUB in a machine: its rules, a good update, a release that panics", 4,
         holds("tests/vm", "deploy/image"), vm),
    Part("power", "every disk that a power cut could leave of one update; common practice fails", 2,
         holds("tests/power", "deploy/image"), power),
    Part("kills", "an agent killed at each append of a rollout: all commit, nothing is lost",
         4, holds("deploy/demo.d/kills.py"), kills),
    Part("bare", "a fresh clone passes all this on a bare Debian 12 (needs root)", 35,
         holds("tests/deploy/bare"), bare, needs_build=False, by_default=False),
)


def part(name: str) -> Part:
    return next(p for p in PARTS if p.name == name)
