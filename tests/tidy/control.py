"""The control of the rules: each must find the violation planted for it and must let its clean
counterpart pass. A rule that finds nothing would otherwise look like a tree without a fault."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import rules
from source import read_tree

MACHINE = "actors/updater/machine.cpp"
# rule, file, a text that must be found, a text that must pass
PLANTED = (
    (rules.pure_code_includes_nothing_of_the_world, MACHINE,
     "#include <chrono>\n", "// #include <chrono>\n#include <array>\n"),
    (rules.pure_code_includes_nothing_of_the_world, "runtime/kernel/table.hpp",
     "#  include <unordered_map>\n", "#include <vector>\n"),
    (rules.pure_code_includes_nothing_of_the_world, "messages/fields.hpp",
     "#include <google/protobuf/message.h>\n", "#include <string>\n"),
    (rules.pure_code_includes_nothing_of_the_world, "actors/planner/evidence.hpp",
     "#include <boost/math.hpp>\n", '#include "actors/planner/machine.hpp"\n'),
    (rules.pure_code_allocates_nothing_and_has_no_floating_point, MACHINE,
     "int* p = new int;\n", '/* new */ const char* s = "a new one"; // malloc\nint newer;\n'),
    (rules.pure_code_allocates_nothing_and_has_no_floating_point, "runtime/kernel/dice.hpp",
     "inline double share(int x);\n", "constexpr int x = 1'000'000; const char c = '\"';\n"),
    (rules.caf_stays_in_the_shells, "runtime/journal/journal.cpp",
     "#include <caf/all.hpp>\n", "#include <string>\n"),
    (rules.caf_stays_in_the_shells, "runtime/bin/agent.cpp",
     "#include <caf/actor_system.hpp>\n", '#include "runtime/shell/host.hpp"\n'),
    (rules.imports_point_one_way, "messages/grant.hpp",
     '#include "actors/updater/machine.hpp"\n', '#include "runtime/kernel/digest.hpp"\n'),
    (rules.imports_point_one_way, MACHINE,
     '#include "runtime/http/client.hpp"\n', '#include "messages/grant.hpp"\n'),
    (rules.imports_point_one_way, "actors/updater/plan.cpp",
     '#include "actors/updater/actor.hpp"\n', '#include "actors/healer/machine.hpp"\n'),
    (rules.imports_point_one_way, "runtime/journal/journal.cpp",
     '#include "actors/updater/actor.hpp"\n', '#include "runtime/files/files.hpp"\n'),
    (rules.imports_point_one_way, "simulations/engine/engine.cpp",
     '#include "runtime/journal/journal.hpp"\n', '#include "actors/planner/machine.hpp"\n'),
    (rules.simulations_touch_no_world, "simulations/engine/engine.cpp",
     "#include <rocksdb/db.h>\n", "#include <chrono>\n"),
    (rules.simulations_touch_no_world, "simulations/replay/reader.cpp",
     "#include <sys/socket.h>\n", "#include <rocksdb/db.h>\n"),
    (rules.includes_start_at_the_root, "runtime/boot/slots.cpp",
     '#include "../files/files.hpp"\n', '#include "runtime/files/files.hpp"\n'),
    (rules.files_hold_one_concept, "runtime/boot/slots.cpp", "int x;\n" * 601, "int x;\n" * 600),
    (rules.lines_fit_a_hundred_columns, "runtime/boot/slots.cpp",
     "//" + "x" * 99 + "\n", "//" + "x" * 98 + "\n"),
    (rules.folders_say_what_they_are, "runtime/boot/slots.cpp", "int x;\n", None),
    (rules.tests_do_not_sleep, "tests/runtime/boot/test.cpp",
     "std::this_thread::sleep_for(1s);\n", "// no sleep_for here\n"),
    (rules.nothing_is_left_unfinished, "runtime/boot/slots.cpp",
     "// TO" + "DO: later\n", "// to do: later\n"),
    (rules.documents_have_one_title, "docs/a.md", "# One\n\n# Two\n", "# One\n```\n# two\n```\n"),
    (rules.documents_have_one_title, "docs/b.md", "text\n", "# Title\n"),
)


def violations(root: Path, rule: rules.Rule, path: str, text: str) -> int:
    """How many errors the rule finds in a tree that holds this one file."""
    shutil.rmtree(root, ignore_errors=True)
    (root / path).parent.mkdir(parents=True)
    (root / path).write_text(text, encoding="utf-8")
    found = rule(rules.Tree(root, read_tree(root), None))
    return sum(1 for violation in found if not violation.warning)


def library_refers_to(root: Path, code: str) -> int:
    """How many errors the symbol rule finds in a machine library built from this code."""
    shutil.rmtree(root, ignore_errors=True)
    folder = root / "actors" / "updater"
    folder.mkdir(parents=True)
    (folder / "machine.cpp").write_text(code, encoding="utf-8")
    source, compiled_to = str(folder / "machine.cpp"), str(folder / "machine.o")
    compiled = subprocess.run(["g++", "-c", "-O1", "-o", compiled_to, source])
    packed = subprocess.run(["ar", "rc", str(folder / "libupdater_machine.a"), compiled_to])
    if compiled.returncode or packed.returncode:
        return -1
    found = rules.machine_libraries_reach_no_clock_and_no_heap(rules.Tree(root, [], root))
    return len(list(found))


def claims() -> Iterator[tuple[str, str | None]]:
    """(claim, None when it holds or else why not)."""
    with tempfile.TemporaryDirectory(prefix="drydock-tidy-") as folder:
        root = Path(folder) / "tree"
        for number, (rule, path, bad, good) in enumerate(PLANTED, 1):
            claim = f"control_{number:02}_{rule.__name__}"
            if violations(root, rule, path, bad) == 0:
                yield claim, f"it did not find what was planted in {path}: {bad.strip()[:60]}"
            elif good is not None and violations(root, rule, path, good) != 0:
                yield claim, f"it found a fault in a clean {path}"
            else:
                yield claim, None
        name = "control_machine_libraries_reach_no_clock_and_no_heap"
        heap = library_refers_to(root, "int* f() { return new int(1); }\n")
        clock = library_refers_to(root, "#include <ctime>\nlong f() { timespec t; "
                                        "clock_gettime(CLOCK_REALTIME, &t); return t.tv_sec; }\n")
        clean = library_refers_to(root, "int f(int x) { return x + 1; }\n")
        fine = heap > 0 and clock > 0 and clean == 0
        yield name, None if fine else f"heap {heap}, clock {clock}, clean {clean} violations found"
