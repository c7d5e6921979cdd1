"""The Debian packages on a clean Debian 12: installed, run, upgraded in the middle of a rollout,
removed and purged. Needs root, a network for apt, and built programs."""

import hashlib
import json
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from machine import BIN, ROOT, Machine, build_packages, run  # noqa: E402

MIB = 1024 * 1024
IMAGE_BYTES = 24 * MIB
RATE = "2MiB"  # a second: the install takes some ten seconds, so that the upgrade falls into it
POLICY = ROOT / "deploy/demo-policy.yaml"
NAMES = ("drydock-appliance", "drydock-coordinator", "drydock-tools")


def image(path: Path) -> Path:
    path.write_bytes(hashlib.shake_256(b"a slot").digest(IMAGE_BYTES))
    return path


class Packages(unittest.TestCase):
    """One machine with all three packages, through the life of an installation."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.here = Path(folder.name)
        old = build_packages(cls.here, "0.1.0")
        new = build_packages(cls.here, "0.1.1")
        cls.machine = Machine()
        cls.addClassCleanup(cls.machine.close)
        cls.pki = cls.machine.folder / "pki"
        run(BIN / "drydock", "pki", "init", cls.pki)
        cls.installed = cls.machine.install(*(old[name] for name in NAMES))
        cls.set_up_box()
        cls.machine.boot()
        cls.first_rollout(new)
        cls.after = cls.look()
        cls.take_away()

    @classmethod
    def set_up_box(cls):
        box = cls.machine
        box.become_box(IMAGE_BYTES + MIB)
        box.write("etc/msp/agent.env",
                  "SITE_ID=north\nMCP_URL=https://localhost\nPOLL_INTERVAL=1\n")
        box.write("etc/drydock/coordinator.yaml", f"download_rate: {RATE}\n")
        keys = box.root / "etc/drydock/pki"
        for file in cls.pki.iterdir():
            if file.name not in ("release.key", "operator-ca.key", "admin.key"):
                shutil.copy(file, keys / file.name)
        # It is wanted by the target; without an identity it would only fail again and again.
        run("chroot", box.root, "systemctl", "disable", "compliance-agent.service")

    @classmethod
    def first_rollout(cls, new):
        box = cls.machine
        box.until("the coordinator answers", lambda: box.does(
            "systemctl is-active -q fleet-coordinator") and box.does(
            "journalctl -q -o cat -u fleet-coordinator | grep -q '^.*ready: edge 443'"))
        cls.appliance = box.provision(cls.pki)
        box.must("systemd-tmpfiles --create; systemctl enable --now compliance-agent")
        signed = cls.here / "1.1.0.manifest"
        slot = image(cls.here / "1.1.0.img")
        box.drydock(cls.pki, "release", "sign", "--key", cls.pki / "release.key", "--image", slot,
                    "--version", "1.1.0", "--hardware", "box", "--out", signed)
        box.drydock(cls.pki, "release", "publish", "--manifest", signed, "--image", slot)
        made = box.drydock(cls.pki, "rollout", "create", "--version", "1.1.0", "--policy", POLICY,
                           "--why", "upgraded on the way")
        cls.rollout = str(made["rollout"])
        box.drydock(cls.pki, "rollout", "start", cls.rollout, "--why", "upgraded on the way")
        box.until("the install is under way", lambda: (box.root / "slot-b").stat().st_blocks * 512
                  > IMAGE_BYTES // 4)
        newer = box.root / "newer"  # /tmp is a disk of its own in there
        newer.mkdir()
        for package in new.values():
            shutil.copy(package, newer)
        cls.written = (box.root / "slot-b").stat().st_blocks * 512
        cls.upgrade = box.must(
            "set -e; export DEBIAN_FRONTEND=noninteractive; old=$(systemctl show -P MainPID "
            "compliance-agent fleet-coordinator | tr '\\n' ' '); dpkg -i "
            "/newer/*.deb 2>&1; echo \"pids $old/ $(systemctl show -P MainPID compliance-agent "
            "fleet-coordinator | tr '\\n' ' ')\"")
        box.until("the trial is armed and the reboot asked for", lambda: box.does(
            "journalctl -q -o cat -u root-helper | grep -q 'asked: systemctl reboot'"))

    @classmethod
    def look(cls) -> dict:
        box = cls.machine
        found = {"status": box.drydock(cls.pki, "rollout", "status", cls.rollout)}
        found["units"] = box.must(
            "for u in compliance-agent root-helper.socket msp-health-gate msp-boot-deadline.timer "
            "fleet-coordinator fleet-coordinator.socket; do echo \"$u $(systemctl is-active $u)\"; "
            "done; journalctl -q -o cat")
        box.until("the centre has counted what the appliance keeps", lambda: cls.reports() is None)
        found["reports"] = cls.kept, cls.counted
        return found

    @classmethod
    def reports(cls) -> str | None:
        """What is still missing; both journals are read while they are written."""
        box = cls.machine.root
        cls.kept = json.loads(run(BIN / "drydock", "--json", "journal", "reports",
                                  box / "var/lib/msp/journal"))["reports"]
        cls.counted = json.loads(run(BIN / "drydock", "--json", "journal", "decisions",
                                     box / "var/lib/drydock/journal"))["counted"].get(
            cls.appliance, [])
        lacking = {one["seq"] for one in cls.kept} - {one["seq"] for one in cls.counted}
        return f"reports {sorted(lacking)}" if lacking or len(cls.kept) < 2 else None

    @classmethod
    def take_away(cls):
        box = cls.machine
        listed = "ls -A /var/lib/msp /var/lib/drydock /etc/msp /etc/drydock/pki 2>/dev/null; true"
        names = " ".join(NAMES)
        cls.with_packages = box.must(listed)
        cls.removal = box.must(f"dpkg -r {names} 2>&1")
        cls.removed = box.must(listed)
        cls.running = box.must("pgrep -l 'compliance|fleet-coord|root-helper'; true")
        cls.purging = box.must(f"dpkg -P {names} 2>&1")
        cls.purged = box.must(listed)
        cls.boot_state = (box.esp / "ab_state").read_bytes()
        cls.failed = box.must("systemctl --failed --plain --no-legend; true")

    def test_apt_installs_them_with_the_libraries_they_name(self):
        self.assertLessEqual(set(NAMES), set(self.installed))
        self.assertIn("libcaf-core0.17", " ".join(self.installed))

    def test_all_units_run_and_the_gate_came_first(self):
        units = dict(line.split() for line in self.after["units"].splitlines()[:6])
        self.assertEqual(set(units.values()), {"active"}, units)
        said = self.after["units"]
        self.assertLess(said.index("Finished msp-health-gate.service"),
                        said.index("Started compliance-agent.service"))

    def test_an_upgrade_in_the_middle_of_an_install_restarts_both_sides(self):
        self.assertLess(self.written, IMAGE_BYTES)
        old, new = self.upgrade.rsplit("pids ", 1)[1].split("/")
        for before, now in zip(old.split(), new.split(), strict=True):
            self.assertNotEqual(before, now)
            self.assertNotIn("0", (before, now))

    def test_it_grants_nothing_twice_and_the_install_ends_where_it_should(self):
        tally = self.after["status"]["tally"]
        ended_badly = ("install_failed", "install_cut", "rolled_back", "silent", "lapsed")
        self.assertEqual((tally["granted"], tally["exposed"]), (1, 1))
        self.assertEqual([tally[name] for name in ended_badly], [0] * len(ended_badly))
        kinds = [one["kind"] for one in self.after["reports"][0]]
        self.assertEqual(sorted(set(kinds)), sorted(kinds), "a report of each kind, once")
        self.assertLessEqual({"staged", "armed"}, set(kinds))

    def test_it_loses_no_report(self):
        kept, counted = self.after["reports"]
        for one, other in zip(kept, counted, strict=True):
            self.assertEqual((one["seq"], one["kind"]), (other["seq"], other["kind"]))

    def test_the_slot_holds_the_image_whole(self):
        with open(self.machine.root / "slot-b", "rb") as slot:
            self.assertEqual(hashlib.sha256(slot.read(IMAGE_BYTES)).digest(),
                             hashlib.sha256((self.here / "1.1.0.img").read_bytes()).digest())

    def test_removal_stops_the_programs_and_keeps_the_data(self):
        self.assertEqual(self.removed, self.with_packages)
        self.assertEqual(self.running, "")

    def test_purge_removes_the_data_and_keeps_keys_and_boot_state(self):
        left = self.purged
        for gone in ("journal", "identity", "releases", "agent.env"):
            self.assertIn(gone, self.with_packages)
            self.assertNotIn(gone, left)
        self.assertIn("order.key", left)
        self.assertIn("/etc/drydock is kept", self.purging)
        self.assertIn(b"set active_partition=", self.boot_state)
        self.assertEqual(self.failed, "")


if __name__ == "__main__":
    unittest.main()
