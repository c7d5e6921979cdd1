"""deploy/image/build: what is on the disk, what is not, and what it refuses."""

import io
import json
import os
import subprocess
import tarfile
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(os.environ.get("DRYDOCK_BIN", ROOT / "build/release/bin"))
BUILD = ROOT / "deploy/image/build"
LIMIT_S = 200
SECRET = b"a key that is of one appliance alone"


def tar(path: Path, *members: tuple[str, bytes]) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, data in members:
            about = tarfile.TarInfo(name)
            about.size = len(data)
            archive.addfile(about, io.BytesIO(data))
    return path


class Image(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="drydock-image-")
        cls.addClassCleanup(folder.cleanup)
        cls.place = Path(folder.name)
        provision = tar(cls.place / "provision.tar", ("identity/appliance.key", SECRET),
                        ("agent.env", b"SITE_ID=north\n"))
        cls.done = cls.build("--version", "1.2.3", "--provision", provision)
        cls.slot, cls.disk = cls.place / "slot-1.2.3.img", cls.place / "disk-1.2.3.img"

    @classmethod
    def build(cls, *words: str | Path) -> subprocess.CompletedProcess:
        command = [BUILD, "--kind", "tiny", "--out", cls.place, "--programs", PROGRAMS,
                   "--slot-mib", "128", "--data-mib", "32", *words]
        return subprocess.run(list(map(str, command)), capture_output=True, text=True,
                              timeout=LIMIT_S, check=False)

    def cat(self, image: Path, path: str) -> bytes:
        done = subprocess.run(["/usr/sbin/debugfs", "-R", f"cat {path}", image],
                              capture_output=True, timeout=30, check=False)
        return done.stdout

    def partitions(self) -> dict[str, tuple[int, int]]:
        done = subprocess.run(["/usr/sbin/sfdisk", "--json", self.disk], capture_output=True,
                              timeout=30, check=True)
        listed = json.loads(done.stdout)["partitiontable"]["partitions"]
        return {one["name"]: (one["start"] * 512, one["size"] * 512) for one in listed}

    def test_it_ends_well(self):
        self.assertEqual(self.done.returncode, 0, self.done.stderr)

    def test_the_disk_has_the_seeds_four_partitions_in_order(self):
        self.assertEqual(list(self.partitions()), ["ESP", "MSP-A", "MSP-B", "MSP-DATA"])

    def test_slot_a_is_the_slot_image_byte_for_byte_and_b_is_empty(self):
        image = self.slot.read_bytes()
        with open(self.disk, "rb") as disk:
            disk.seek(self.partitions()["MSP-A"][0])
            self.assertEqual(disk.read(len(image)), image)
            disk.seek(self.partitions()["MSP-B"][0])
            self.assertEqual(disk.read(1 << 20), bytes(1 << 20))

    def test_a_slot_holds_kernel_menu_version_and_programs(self):
        self.assertIn(b"ab_loaded", self.cat(self.slot, "/boot/slot.cfg"))
        self.assertIn(b'VERSION_ID="1.2.3"', self.cat(self.slot, "/etc/os-release"))
        self.assertEqual(self.cat(self.slot, "/boot/vmlinuz")[:2], b"MZ")
        self.assertEqual(self.cat(self.slot, "/usr/bin/health-gate")[:4], b"\x7fELF")

    def test_no_identity_is_in_a_slot_and_it_is_on_the_data_partition(self):
        self.assertNotIn(SECRET, self.slot.read_bytes())
        start, size = self.partitions()["MSP-DATA"]
        data = self.place / "data.img"
        with open(self.disk, "rb") as disk:
            disk.seek(start)
            data.write_bytes(disk.read(size))
        self.assertEqual(self.cat(data, "/identity/appliance.key"), SECRET)
        self.assertEqual(self.cat(data, "/agent.env"), b"SITE_ID=north\n")

    def test_the_files_of_the_boot_state_share_no_physical_sector(self):
        start, _ = self.partitions()["ESP"]
        done = subprocess.run(["mdir", "-b", "-i", f"{self.disk}@@{start}", "::/"],
                              capture_output=True, text=True, timeout=30, check=True)
        self.assertEqual({name.removeprefix("::/").strip("/") for name in done.stdout.split()},
                         {"EFI", *(f"{of}_{name}" for of in ("ab", "stub")
                                   for name in ("state", "state2", "tries"))})
        with open(self.disk, "rb") as disk:
            disk.seek(start)
            self.assertEqual(disk.read(512)[13] * 512, 4096)  # bytes of a cluster

    def test_what_is_no_provisioning_file_is_refused_by_name(self):
        stranger = tar(self.place / "stranger.tar", ("../etc/passwd", b"x"))
        text = self.place / "text"
        text.write_text("no tar")
        for file, said in ((stranger, "../etc/passwd"), (text, "not a provisioning file")):
            done = self.build("--version", "1.2.4", "--provision", file)
            self.assertEqual(done.returncode, 2)
            self.assertIn(said, done.stderr)

    def test_a_slot_that_is_too_small_is_refused(self):
        done = self.build("--version", "1.2.5", "--slot-mib", "64")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--slot-mib", done.stderr)


if __name__ == "__main__":
    unittest.main()
