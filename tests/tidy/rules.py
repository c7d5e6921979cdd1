"""The style rules: each a function from the tree to violations, with its reason as docstring."""

import re
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import layers
from source import Source

COLUMNS_MAX = 100
LINES_WARN = 400
LINES_MAX = 600

FORBIDDEN_LIBRARIES = ("caf/", "google/", "rocksdb/", "spdlog/", "openssl/", "boost/")
FORBIDDEN_HEADERS = frozenset((
    "chrono", "random", "thread", "mutex", "shared_mutex", "atomic", "fstream", "iostream",
    "filesystem", "functional", "memory", "unordered_map", "unordered_set", "ctime", "time.h",
    "sys/time.h", "future", "condition_variable"))
FORBIDDEN_TOKENS = frozenset(("new", "malloc", "calloc", "realloc", "float", "double"))
SOCKET_HEADERS = frozenset(("sys/socket.h", "netinet/in.h", "arpa/inet.h", "netdb.h", "sys/un.h"))
SLEEPS = frozenset(("sleep_for", "sleep_until", "usleep", "nanosleep"))
UNFINISHED = re.compile(r"\b(?:TO" + "DO|FIX" + "ME|XX" + "X)\\b")
FORBIDDEN_SYMBOLS = re.compile(
    r"^(?:clock_gettime|gettimeofday|time|malloc|calloc|realloc|_Znwm|_Znam|_ZnwmRK.*|_ZnamRK.*"
    r"|_ZnwmSt11align_val_t.*|random|rand|getrandom)(?:@.*)?$")


@dataclass(frozen=True)
class Violation:
    where: str
    what: str
    warning: bool = False


@dataclass(frozen=True)
class Tree:
    root: Path
    sources: list[Source]
    build: Path | None  # a build folder whose libraries are looked into


Rule = Callable[[Tree], Iterable[Violation]]


def pure_code_includes_nothing_of_the_world(tree: Tree):
    """What decides must run unchanged in production, simulation and replay, so machines, kernel and
    messages see no clock, randomness, thread, file, allocation helper or library."""
    for source in tree.sources:
        if source.is_cpp and layers.is_pure(source.path):
            for include in source.includes:
                library = include.name.startswith(FORBIDDEN_LIBRARIES)
                if library or include.name in FORBIDDEN_HEADERS:
                    yield Violation(f"{source.path}:{include.line}", f"includes {include.name}")


def pure_code_allocates_nothing_and_has_no_floating_point(tree: Tree):
    """Allocation can fail and floating point differs between compilers: decisions use bounded
    tables and fixed point (runtime/kernel)."""
    for source in tree.sources:
        if source.is_cpp and layers.is_pure(source.path):
            for line, token in source.tokens(FORBIDDEN_TOKENS):
                yield Violation(f"{source.path}:{line}", f"uses '{token}'")


def caf_stays_in_the_shells(tree: Tree):
    """CAF's API moved a lot after 0.17; one narrow place keeps the port small: actors/*/actor.*,
    runtime/shell, runtime/cluster."""
    for source in tree.sources:
        if source.is_cpp and not layers.may_hold_caf(source.path):
            for include in source.includes:
                if include.name.startswith("caf/"):
                    yield Violation(f"{source.path}:{include.line}", f"includes {include.name}")


def imports_point_one_way(tree: Tree):
    """messages and kernel <- machines <- shells <- programs: a reader can trust that what lies
    below does not know what lies above."""
    for source in tree.sources:
        layer = layers.layer_of(source.path) if source.is_cpp else None
        if layer is None:
            continue
        name, _, may, allowed = layer
        for include in source.includes:
            ours = include.quoted and include.name.startswith(layers.HOUSE + ("tests/",))
            if ours and not may(include.name):
                yield Violation(f"{source.path}:{include.line}",
                                f"{name} includes {include.name}; it may include {allowed}")


def simulations_touch_no_world(tree: Tree):
    """A simulated hour must not depend on this machine: no CAF, RocksDB or socket under
    simulations/ (replay/ alone reads a journal)."""
    for source in tree.sources:
        if not source.is_cpp or not layers.is_simulation(source.path):
            continue
        for include in source.includes:
            world = include.name.startswith(("caf/", "boost/asio", "boost/beast", "curl/",
                                             "openssl/")) or include.name in SOCKET_HEADERS
            journal = include.name.startswith("rocksdb/") and not layers.is_replay(source.path)
            if world or journal:
                yield Violation(f"{source.path}:{include.line}", f"includes {include.name}")


def includes_start_at_the_root(tree: Tree):
    """A path that starts at the root says where a thing lives; "../x.hpp" does not."""
    for source in tree.sources:
        if source.is_cpp:
            for include in source.includes:
                if include.quoted and include.name.startswith("."):
                    yield Violation(f"{source.path}:{include.line}", f"includes {include.name}")


def files_hold_one_concept(tree: Tree):
    """A source file of more than 600 lines holds two concepts; from 400 on look for the seam."""
    for source in tree.sources:
        if (source.is_cpp or source.is_script) and len(source.lines) > LINES_WARN:
            yield Violation(source.path, f"has {len(source.lines)} lines; at most {LINES_MAX}",
                            warning=len(source.lines) <= LINES_MAX)


def lines_fit_a_hundred_columns(tree: Tree):
    """Two files side by side fit a screen."""
    for source in tree.sources:
        if source.is_cpp or source.is_script or source.suffix == ".proto":
            for number, line in enumerate(source.lines, 1):
                if len(line) > COLUMNS_MAX:
                    yield Violation(f"{source.path}:{number}", f"has {len(line)} columns")


def folders_say_what_they_are(tree: Tree):
    """Every folder with sources has a README.md: what it is, its map, who may include it."""
    paths = {source.path for source in tree.sources}
    folders = {s.path.rpartition("/")[0] for s in tree.sources
               if s.path.startswith(layers.HOUSE) and s.suffix in (".hpp", ".cpp", ".proto")}
    for folder in sorted(folders):
        if f"{folder}/README.md" not in paths:
            yield Violation(folder, "has sources and no README.md")


def tests_do_not_sleep(tree: Tree):
    """A sleep is slow on a fast machine and wrong on a slow one: wait for the event itself."""
    for source in tree.sources:
        if source.is_cpp and source.path.startswith("tests/"):
            for line, token in source.tokens(SLEEPS):
                yield Violation(f"{source.path}:{line}", f"uses {token}")


def nothing_is_left_unfinished(tree: Tree):
    """What is missing is written in docs/status.md, in a sentence, not as a mark in the code."""
    for source in tree.sources:
        for number, line in enumerate(source.lines, 1):
            found = UNFINISHED.search(line)
            if found:
                yield Violation(f"{source.path}:{number}", f"says {found.group()}")


def documents_have_one_title(tree: Tree):
    """A document is about one thing: its first line is its only '# Title'."""
    for source in tree.sources:
        if source.suffix != ".md":
            continue
        titles, fenced = [], False
        for number, line in enumerate(source.lines, 1):
            if line.lstrip().startswith("```"):
                fenced = not fenced
            elif not fenced and line.startswith("# "):
                titles.append(number)
        if titles != [1]:
            yield Violation(source.path, f"has a title on lines {titles or 'none'}; wanted: [1]")


def machine_libraries_reach_no_clock_and_no_heap(tree: Tree):
    """The last word on purity is what the linker sees: no machine library and no kernel refers to a
    clock, a random source or the heap."""
    if tree.build is None:
        return
    for library in sorted(tree.build.rglob("lib*.a")):
        if not library.name.endswith(("_machine.a", "libkernel.a")):
            continue
        listed = subprocess.run(["nm", "--undefined-only", "--format=posix", str(library)],
                                capture_output=True, text=True)
        if listed.returncode != 0:
            yield Violation(library.name, f"nm cannot read it: {listed.stderr.strip()[:120]}")
        for line in listed.stdout.splitlines():
            symbol = line.split(" ")[0]
            if FORBIDDEN_SYMBOLS.match(symbol):
                yield Violation(library.name, f"refers to {symbol}")


RULES: tuple[Rule, ...] = (
    pure_code_includes_nothing_of_the_world,
    pure_code_allocates_nothing_and_has_no_floating_point,
    caf_stays_in_the_shells,
    imports_point_one_way,
    simulations_touch_no_world,
    includes_start_at_the_root,
    files_hold_one_concept,
    lines_fit_a_hundred_columns,
    folders_say_what_they_are,
    tests_do_not_sleep,
    nothing_is_left_unfinished,
    documents_have_one_title,
    machine_libraries_reach_no_clock_and_no_heap,
)
