"""deploy/systemd/secrets with the real age: what it decrypts for whom, and that one mistake changes
no secret."""

import os
import pwd
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "deploy/systemd/secrets"
ME = pwd.getpwuid(os.geteuid()).pw_name


class Secrets(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dd-secrets-")
        self.addCleanup(folder.cleanup)
        self.here = Path(folder.name)
        self.key = self.here / "keys.txt"
        self.encrypted, self.clear = self.here / "secrets", self.here / "run"
        for made in (self.encrypted, self.clear, self.here / "bin"):
            made.mkdir()
        asked = self.here / "bin/systemctl"
        asked.write_text(f"#!/bin/sh\necho \"$*\" >>{self.here}/asked\n")
        asked.chmod(0o755)
        subprocess.run(["age-keygen", "-o", self.key], check=True, capture_output=True)
        self.recipient = subprocess.run(["age-keygen", "-y", self.key], check=True, text=True,
                                        capture_output=True).stdout.strip()

    def encrypt(self, name: str, text: str) -> None:
        subprocess.run(["age", "-r", self.recipient, "-o", self.encrypted / f"{name}.age"],
                       input=text.encode(), check=True)

    def run_it(self, *lines: str) -> subprocess.CompletedProcess:
        (self.here / "list").write_text("\n".join(lines), encoding="utf-8")
        return subprocess.run(["sh", str(PROGRAM)], capture_output=True, text=True, env={
            **os.environ, "PATH": f"{self.here}/bin:{os.environ['PATH']}", "KEY": str(self.key),
            "LIST": str(self.here / "list"), "FROM": str(self.encrypted), "TO": str(self.clear)})

    def works(self, *lines: str) -> None:
        ran = self.run_it(*lines)
        self.assertEqual(ran.returncode, 0, ran.stderr)

    def asked(self) -> list[str]:
        """What the service manager was asked since the last time."""
        told = self.here / "asked"
        lines = told.read_text().splitlines() if told.exists() else []
        told.unlink(missing_ok=True)
        return lines

    def there(self) -> dict[str, tuple[str, str]]:
        return {path.name: (oct(path.stat().st_mode & 0o7777), path.read_text())
                for path in self.clear.iterdir()}

    def test_each_secret_gets_its_mode_and_the_list_may_speak(self):
        self.encrypt("mcp-api-key", "one")
        self.encrypt("openai-key", "two\nlines")
        self.works("# NAME OWNER MODE UNITS", "", f"mcp-api-key {ME} 0400 a.service",
                   f"openai-key {ME} 0640")
        self.assertEqual(self.there(), {"mcp-api-key": ("0o400", "one"),
                                        "openai-key": ("0o640", "two\nlines")})

    def test_who_uses_a_secret_that_changed_is_restarted_and_nobody_else(self):
        self.encrypt("one", "1")
        self.encrypt("two", "2")
        lines = (f"one {ME} 0400 a.service b.service", f"two {ME} 0400 b.service c.service")
        self.works(*lines)
        self.asked()
        self.works(*lines)
        self.assertEqual(self.asked(), [])
        self.encrypt("one", "changed")
        self.works(*lines)
        self.assertEqual(self.asked(), ["try-restart --no-block a.service",
                                        "try-restart --no-block b.service"])
        self.assertEqual(self.there()["one"][1], "changed")

    def test_one_cut_off_before_the_restart_is_made_up_for(self):
        self.encrypt("one", "1")
        (self.clear / ".restart").write_text("a.service\n")
        self.works(f"one {ME} 0400")
        self.assertEqual(self.asked(), ["try-restart --no-block a.service"])
        self.assertEqual(set(self.there()), {"one"})

    def test_a_secret_that_is_no_longer_named_is_gone(self):
        self.encrypt("one", "1")
        self.encrypt("two", "2")
        self.works(f"one {ME} 0400", f"two {ME} 0400")
        self.works(f"two {ME} 0400")
        self.assertEqual(set(self.there()), {"two"})

    def test_one_mistake_changes_no_secret_and_is_told(self):
        self.encrypt("one", "1")
        good = f"one {ME} 0400 a.service"
        self.works(good)
        self.encrypt("one", "changed")
        self.encrypt("two", "2")
        (self.encrypted / "torn.age").write_bytes(
            (self.encrypted / "two.age").read_bytes()[:-1])
        (self.encrypted / "foreign.age").write_text("no age file")
        self.asked()
        for wrong, said in ((f"torn {ME} 0400", "torn.age cannot be decrypted"),
                            (f"foreign {ME} 0400", "foreign.age cannot be decrypted"),
                            (f"nowhere {ME} 0400", "nowhere.age cannot be decrypted"),
                            (f"two {ME} 0444", "mode '0444'"), (f"two {ME}", "mode ''"),
                            ("two nobody-of-this-name 0400", "there is no user"),
                            (f"../two {ME} 0400", "is no name"), (f"one {ME} 0400", "twice"),
                            (f"two {ME} 0400 --force", "is no unit"),
                            (f"two {ME} 0400 a.timer", "is no service")):
            with self.subTest(wrong):
                ran = self.run_it(good, wrong)
                self.assertEqual(ran.returncode, 1)
                self.assertIn(said, ran.stderr)
                self.assertIn("no secret was changed", ran.stderr)
                self.assertEqual(self.there(), {"one": ("0o400", "1")})
        self.assertEqual(self.asked(), [])

    def test_too_many_secrets_and_a_missing_key_are_refused(self):
        self.encrypt("one", "1")
        for n in range(65):
            shutil.copy(self.encrypted / "one.age", self.encrypted / f"s{n}.age")
        ran = self.run_it(*(f"s{n} {ME} 0400" for n in range(65)))
        self.assertEqual(ran.returncode, 1)
        self.assertIn("more than 64 secrets", ran.stderr)
        self.key.unlink()
        ran = self.run_it(f"one {ME} 0400")
        self.assertEqual(ran.returncode, 1)
        self.assertIn("make one with age-keygen", ran.stderr)
        self.assertEqual(self.there(), {})


if __name__ == "__main__":
    unittest.main()
