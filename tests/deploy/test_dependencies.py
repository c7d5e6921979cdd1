"""deploy/dependencies against a dpkg-query and an apt-get that only note what they are asked."""

import os
import re
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
QUICK_S = 1.0
# Answers for every package but those in $ABSENT.
DPKG_QUERY = """#!/bin/bash
shift 2
for name in "$@"; do [[ " $ABSENT " == *" $name "* ]] || echo "$name installed"; done
"""
# Notes its last arguments and the answer of policy-rc.d while packages would be unpacked.
APT_GET = """#!/bin/bash
[[ $* == *" install "* ]] || exit 0
echo "$*" >"$NOTES/apt"
"$DRYDOCK_POLICY_RC_D" any start; echo $? >"$NOTES/policy"
echo "E: Failed to fetch something"
exit "$APT_EXIT"
"""
SUDO = "#!/bin/bash\necho sudo \"$@\" >\"$NOTES/sudo\"\n"


class Dependencies(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="drydock-")
        self.addCleanup(folder.cleanup)
        self.notes = Path(folder.name)
        self.policy = self.notes / "policy-rc.d"
        for name, text in (("dpkg-query", DPKG_QUERY), ("apt-get", APT_GET), ("sudo", SUDO)):
            (self.notes / name).write_text(text)
            (self.notes / name).chmod(0o755)

    def run_it(self, *options: str, absent: str = "", apt_exit: int = 0):
        environment = {**os.environ, "PATH": f"{self.notes}:{os.environ['PATH']}",
                       "NOTES": str(self.notes), "ABSENT": absent, "APT_EXIT": str(apt_exit),
                       "DRYDOCK_POLICY_RC_D": str(self.policy), "TMPDIR": str(self.notes)}
        return subprocess.run([ROOT / "deploy/dependencies", *options], env=environment,
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def install(self, **options):
        ran = self.run_it(absent="mold ccache", **options)
        if os.geteuid() != 0:  # it has handed over to sudo, which says all there is to see
            self.assertIn("deploy/dependencies", (self.notes / "sudo").read_text())
            return None
        return ran

    def test_a_list_names_each_package_once_with_a_reason(self):
        lines = (ROOT / "deploy/packages.txt").read_text().splitlines()
        named = [line for line in lines if line and not line.startswith(("#", "["))]
        for line in named:
            self.assertRegex(line, r"^[a-z0-9][a-z0-9.+-]+ +# \w")
        names = [line.split()[0] for line in named]
        self.assertEqual(len(names), len(set(names)))

    def test_nothing_missing_is_said_in_under_a_second(self):
        started = time.monotonic()
        ran = self.run_it()
        self.assertLess(time.monotonic() - started, QUICK_S)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertRegex(ran.stdout, r"^packages: all \d+ are there\n$")

    def test_check_lists_what_is_missing_and_installs_nothing(self):
        ran = self.run_it("--check", absent="mold tzdata")
        self.assertEqual((ran.returncode, ran.stdout), (1, "mold\ntzdata\n"))
        self.assertFalse((self.notes / "apt").exists())

    def test_it_says_what_it_installs_and_how_long_before_it_does(self):
        ran = self.run_it(absent="mold ccache")
        first = ran.stdout.splitlines()[0]
        self.assertRegex(first, r"installing 2 of \d+ .*minutes.*: mold ccache")

    def test_it_installs_what_is_missing_alone_without_recommended_packages(self):
        ran = self.install()
        if ran is not None:
            self.assertEqual(ran.returncode, 0, ran.stderr)
            asked = (self.notes / "apt").read_text()
            self.assertRegex(asked, r"install --no-install-recommends mold ccache\n$")

    def test_no_service_may_start_meanwhile_and_may_again_afterwards(self):
        for apt_exit in (0, 100):
            if self.install(apt_exit=apt_exit) is not None:
                self.assertEqual((self.notes / "policy").read_text(), "101\n")
                self.assertFalse(self.policy.exists(), f"left behind after exit {apt_exit}")

    def test_a_policy_that_allows_services_is_put_back_as_it_was(self):
        self.policy.write_text("#!/bin/sh\nexit 0\n")
        self.policy.chmod(0o755)
        if self.install(apt_exit=100) is not None:
            self.assertEqual((self.notes / "policy").read_text(), "101\n")
        self.assertEqual(self.policy.read_text(), "#!/bin/sh\nexit 0\n")

    def test_packages_that_cannot_be_fetched_are_a_clear_error(self):
        ran = self.install(apt_exit=100)
        if ran is not None:
            self.assertEqual(ran.returncode, 1)
            told = " ".join(ran.stderr.split())
            self.assertIn("could not be fetched", told)
            self.assertIn("Check the network", told)
            self.assertTrue(Path(re.search(r"log: (\S+)\)", told).group(1)).exists())

    def test_an_unknown_option_is_refused_with_those_accepted(self):
        ran = self.run_it("--chekc")
        self.assertEqual(ran.returncode, 1)
        self.assertIn("unknown option '--chekc'; accepted: --check, --help", ran.stderr)


if __name__ == "__main__":
    unittest.main()
