"""`nix flake check` itself, offline, with stand-ins for nixpkgs and sops-nix. What it would build
is not built."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from nix import EVALUATE_S_MAX, HERE, ROOT  # noqa: E402

LOADED = ("*.nix", "deploy/systemd", "deploy/image", "deploy/demo-appliance")


class FlakeCheck(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dd-flake-")
        self.addCleanup(folder.cleanup)
        self.folder, self.tree = Path(folder.name), Path(folder.name) / "tree"
        listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "--", *LOADED],
                                cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for name in listed.splitlines():
            (self.tree / name).parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_file():
                shutil.copy(ROOT / name, self.tree / name)

    def check(self) -> subprocess.CompletedProcess:
        state = {"HOME": "", "NIX_STORE_DIR": "store", "NIX_STATE_DIR": "var",
                 "NIX_LOG_DIR": "log", "NIX_CONF_DIR": "conf", "XDG_CACHE_HOME": "cache"}
        own = {name: str(self.folder / where) for name, where in state.items()}
        return subprocess.run(
            ["nix", "--extra-experimental-features", "nix-command flakes", "--offline", "flake",
             "check", "--no-build", "--no-write-lock-file",
             "--override-input", "nixpkgs", f"path:{HERE}/stub",
             "--override-input", "sops-nix", f"path:{HERE}/stub/sops-nix", f"path:{self.tree}"],
            capture_output=True, text=True, timeout=EVALUATE_S_MAX, env={**os.environ, **own})

    def change(self, name: str, old: str, new: str) -> None:
        path = self.tree / name
        text = path.read_text(encoding="utf-8")
        self.assertIn(old, text)
        path.write_text(text.replace(old, new), encoding="utf-8")

    def test_it_passes_offline(self):
        ran = self.check()
        self.assertEqual(ran.returncode, 0, ran.stderr)

    def test_it_finds_what_is_wrong(self):
        for name, old, new, said in (
                ("iso/configuration.nix", "services.msp-timesync.enable",
                 "services.msp-timesync.enabled", "services.msp-timesync.enabled"),
                ("iso/configuration.nix", 'siteId = lib.mkDefault "unassigned"',
                 'siteId = lib.mkDefault "no site"', "found no site"),
                # NixOS has no such option: tests/nix/stub/option_names.nix.
                ("iso/configuration.nix", "services.udisks2.enable", "services.udisk2.enable",
                 "The option `services.udisk2' does not exist"),
                ("flake.nix", "package = pkgs.compliance-agent;", "package = 1;", "derivation")):
            with self.subTest(new):
                self.change(name, old, new)
                ran = self.check()
                self.change(name, new, old)
                self.assertNotEqual(ran.returncode, 0)
                self.assertIn(said, ran.stderr)


if __name__ == "__main__":
    unittest.main()
