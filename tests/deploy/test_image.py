"""deploy/demo-image: same input, same bytes; version and check come from the image."""

import subprocess
import unittest

from appliance import AGENT_READY, ROOT, ApplianceTest


class Image(ApplianceTest):
    def make(self, name: str, *options: str):
        image = self.home / name
        made = subprocess.run(
            [ROOT / "deploy/demo-image", image, "--programs", self.home / "programs", *options],
            capture_output=True, text=True)
        return image, made

    def setUp(self):
        super().setUp()
        (self.home / "programs").mkdir()
        for name in ("compliance-agent", "health-gate", "root-helper"):
            (self.home / "programs" / name).write_text(AGENT_READY)

    def cat(self, image, path: str) -> str:
        return subprocess.run(["unsquashfs", "-cat", image, path], capture_output=True, text=True,
                              check=True).stdout

    def test_the_same_input_gives_the_same_bytes(self):
        first, _ = self.make("1.img", "--version", "1.0.0", "--ballast-mib", "1")
        second, _ = self.make("2.img", "--version", "1.0.0", "--ballast-mib", "1")
        self.assertEqual(first.read_bytes(), second.read_bytes())

    def test_another_version_gives_other_ballast(self):
        first, _ = self.make("1.img", "--version", "1.0.0", "--ballast-mib", "1")
        second, _ = self.make("2.img", "--version", "1.1.0", "--ballast-mib", "1")
        self.assertNotEqual(first.read_bytes(), second.read_bytes())

    def test_the_ballast_does_not_compress(self):
        image, _ = self.make("1.img", "--version", "1.0.0", "--ballast-mib", "2")
        self.assertGreater(image.stat().st_size, 2 * 1024 * 1024)

    def test_the_version_is_in_its_os_release(self):
        image, _ = self.make("1.img", "--version", "1.2.3", "--ballast-mib", "0")
        self.assertIn('VERSION_ID="1.2.3"\n', self.cat(image, "etc/os-release"))

    def test_only_the_check_of_a_bad_release_fails(self):
        for name, options, code in (("good", [], 0), ("bad", ["--bad"], 1)):
            image, _ = self.make(name, "--version", "1.0.0", "--ballast-mib", "0", *options)
            root = self.home / f"root-{name}"
            subprocess.run(["unsquashfs", "-quiet", "-no-progress", "-d", root, image], check=True,
                           stdout=subprocess.DEVNULL)
            check = (root / "etc/msp/health.d/self-check.yaml").read_text()
            self.assertIn('command: ["drydock-self-check"]', check)
            ran = subprocess.run([root / "usr/bin/drydock-self-check"])
            self.assertEqual(ran.returncode, code)

    def test_a_missing_program_is_refused_with_what_to_do(self):
        (self.home / "programs/health-gate").unlink()
        image, made = self.make("1.img", "--version", "1.0.0")
        self.assertEqual(made.returncode, 2)
        self.assertIn("health-gate is not there; build it", made.stderr)
        self.assertFalse(image.exists())


if __name__ == "__main__":
    unittest.main()
