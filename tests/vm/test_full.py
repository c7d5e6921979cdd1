"""deploy/image/full.py: how Debian's files and ours become one slot, on a base of a few files. That
the whole of it boots is tests/vm/run's matter."""

import io
import os
import subprocess
import sys
import tarfile
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy/image"), str(ROOT / "deploy/demo-appliance")]

import esp
import full

NETWORK = ROOT / "deploy/image/full/root/usr/libexec/drydock/network"
SHADOW_GID = 42
LIMIT_S = 60


def base(path: Path, passwd: str = "root:x:0:0::/root:/bin/sh\n") -> Path:
    files = {"etc/passwd": passwd, "etc/group": "root:x:0:\n", "etc/shadow": "root:*:1::::::\n",
             "etc/gshadow": "root:*::\n", "etc/hostname": "debian\n"}
    with tarfile.open(path, "w") as archive:
        for name, text in files.items():
            about = tarfile.TarInfo(f"./{name}")
            about.size = len(text)
            about.gid = SHADOW_GID if "shadow" in name else 0
            archive.addfile(about, io.BytesIO(text.encode()))
    return path


class Full(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="drydock-full-")
        self.addCleanup(folder.cleanup)
        self.place = Path(folder.name)
        self.tree = self.place / "tree"
        self.tree.mkdir()
        self.base = base(self.place / "base.tar")

    def listed(self, image: Path) -> dict[str, list[str]]:
        done = subprocess.run(["unsquashfs", "-lln", image], capture_output=True, text=True,
                              timeout=LIMIT_S, check=True)
        rows = [line.split() for line in done.stdout.splitlines() if "squashfs-root/" in line]
        return {row[5].removeprefix("squashfs-root/"): row for row in rows}

    def test_ours_takes_the_place_of_debians_and_owners_survive(self):
        (self.tree / "etc").mkdir()
        (self.tree / "etc/hostname").write_text("appliance\n")
        os.chmod(self.tree / "etc/hostname", 0o644)
        image = self.place / "slot.img"
        full.pack(self.tree, self.base, image)
        files = self.listed(image)
        self.assertEqual(files["etc/shadow"][1], f"0/{SHADOW_GID}")
        self.assertEqual(files["etc/hostname"][1:3], ["0/0", str(len("appliance\n"))])
        self.assertEqual(image.stat().st_size % 4096, 0)

    def test_the_agent_has_the_same_number_in_every_slot(self):
        full.add_agent(self.tree, self.base)
        self.assertIn(f":{full.AGENT_ID}:{full.AGENT_ID}:", (self.tree / "etc/passwd").read_text())
        taken = base(self.place / "taken.tar", f"other:x:{full.AGENT_ID}:1::/:/bin/false\n")
        with self.assertRaisesRegex(esp.Refused, "etc/passwd is somebody else's"):
            full.add_agent(self.tree, taken)

    def test_no_port_is_open_without_a_program_behind_it(self):
        (self.tree / "etc").mkdir()
        full.place_firewall(self.tree)
        rules = (self.tree / "etc/nftables.conf").read_text()
        self.assertNotIn(full.SSH_RULE, rules)
        self.assertIn("policy drop", rules)

    def network(self, text: str) -> subprocess.CompletedProcess:
        (self.place / "network").write_text(text)
        return subprocess.run(["sh", NETWORK], capture_output=True, text=True, timeout=LIMIT_S,
                              check=False, env={**os.environ, "GIVEN": str(self.place / "network"),
                                                "MADE": str(self.place / "made")})

    def test_an_address_that_was_provisioned_goes_before_a_lease(self):
        self.assertEqual(self.network("10.0.0.5/24 10.0.0.1\n").returncode, 0)
        made = (self.place / "made/10-provisioned.network").read_text()
        self.assertIn("Address=10.0.0.5/24\nGateway=10.0.0.1\n", made)

    def test_what_is_no_address_is_refused_and_nothing_is_made(self):
        for text in ("10.0.0.5/24\n", "x\nDHCP=yes 1\n", "10.0.0.5/24 $(reboot)\n"):
            done = self.network(text)
            self.assertEqual(done.returncode, 1, text)
            self.assertIn("is no address", done.stderr)
        self.assertFalse((self.place / "made").exists())


if __name__ == "__main__":
    unittest.main()
