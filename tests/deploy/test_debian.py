"""The Debian packages as files: what is in them, and that the same input gives the same bytes.
What installing and running them does is seen on a clean Debian, not here."""

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "deploy/debian/build"
PROGRAMS = ("compliance-agent", "health-gate", "root-helper", "fleet-coordinator", "drydock",
            "fleet-sim")


def build(programs: Path, out: Path, *more: str) -> subprocess.CompletedProcess:
    return subprocess.run([str(BUILD), "--programs", str(programs), "--out", str(out), *more],
                          capture_output=True, text=True)


def said(package: Path, *question: str) -> str:
    return subprocess.run(["dpkg-deb", *question[:1], str(package), *question[1:]], check=True,
                          capture_output=True, text=True).stdout


class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.here = Path(folder.name)
        cls.programs = cls.here / "programs"
        cls.programs.mkdir()
        for name in PROGRAMS:  # any program with a library will do
            shutil.copy("/usr/bin/true", cls.programs / name)
        made = build(cls.programs, cls.here / "one", "--version", "1.2.3")
        if made.returncode != 0:
            raise AssertionError(made.stderr)
        cls.packages = {path.name.split("_")[0]: path for path in (cls.here / "one").iterdir()}
        cls.files = {name: {line.split()[5].lstrip("."): line.split()[0]
                            for line in said(path, "-c").splitlines()}
                     for name, path in cls.packages.items()}

    def test_there_are_three_of_the_version_that_was_asked_for(self):
        self.assertEqual(set(self.packages),
                         {"drydock-appliance", "drydock-coordinator", "drydock-tools"})
        for path in self.packages.values():
            self.assertEqual(said(path, "-f", "Version").strip(), "1.2.3")

    def test_the_same_input_gives_the_same_bytes(self):
        build(self.programs, self.here / "two", "--version", "1.2.3")
        for path in self.packages.values():
            self.assertEqual(path.read_bytes(), (self.here / "two" / path.name).read_bytes())

    def test_every_program_and_unit_is_in_exactly_one_package(self):
        all_files = [file for files in self.files.values() for file in files]
        for name in PROGRAMS:
            self.assertEqual(all_files.count(f"/usr/bin/{name}"), 1, name)
        for unit in (ROOT / "deploy/systemd/units").iterdir():
            self.assertEqual(all_files.count(f"/usr/lib/systemd/system/{unit.name}"), 1, unit)

    def test_each_names_the_libraries_of_its_programs(self):
        for path in self.packages.values():
            self.assertIn("libc6", said(path, "-f", "Depends"))

    def test_what_an_operator_writes_is_a_conffile_and_nothing_else_lies_in_etc(self):
        in_etc = {file for files in self.files.values() for file in files
                  if file.startswith("/etc/") and not file.endswith("/")}
        self.assertEqual(in_etc, {"/etc/msp/agent.env", "/etc/msp/agent.yaml"})
        self.assertEqual(set(said(self.packages["drydock-appliance"], "-I", "conffiles").split()),
                         in_etc)

    def test_a_missing_program_and_a_senseless_version_are_refused_with_what_to_do(self):
        empty = build(self.here, self.here / "three")
        self.assertEqual(empty.returncode, 1)
        self.assertIn("build it first: ninja -C build/release compliance-agent", empty.stderr)
        version = build(self.programs, self.here / "three", "--version", "a version")
        self.assertEqual(version.returncode, 1)
        self.assertIn("'a version' is no version of a Debian package", version.stderr)


if __name__ == "__main__":
    unittest.main()
