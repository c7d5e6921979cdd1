"""The units of deploy/systemd: what systemd's own checkers say of them, and what they must hold.

Offline, systemd cannot tell whether a device, a user or a mount is there, nor whether a program
lives under its filter: tests/deploy/started runs them for that.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SYSTEMD = ROOT / "deploy/systemd"
UNITS = SYSTEMD / "units"
sys.path.insert(0, str(ROOT / "deploy/demo-appliance"))

from boot_state import BootState, format_state  # noqa: E402

# Tenths of systemd's "overall exposure level"; deploy/systemd/README.md gives each remaining point
# its reason.
EXPOSURE_TENTHS_MAX = {
    "compliance-agent": 14,
    "root-helper": 14,
    "msp-health-gate": 24,
    "msp-trial-end": 15,
    "fleet-coordinator": 14,
    "msp-secrets": 12,
}
# The seed's block "systemd Hardening", whole.
SEED_HARDENING = {
    "ProtectSystem": "strict", "ProtectHome": "true", "PrivateTmp": "true",
    "ReadWritePaths": "/var/lib/msp", "NoNewPrivileges": "true", "CapabilityBoundingSet": "",
    "SystemCallArchitectures": "native", "RestrictNamespaces": "true", "LockPersonality": "true",
    "PrivateDevices": "true", "PrivateUsers": "true",
}


def settings(unit: str) -> dict[str, list[str]]:
    """'Section.Key' and its values, in the order of the file."""
    found: dict[str, list[str]] = {}
    section = ""
    text = (UNITS / unit).read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(f"{section}.{key}", []).append(value)
    return found


class Checkers(unittest.TestCase):
    def test_systemd_has_nothing_to_say_of_any_unit(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(UNITS, folder, dirs_exist_ok=True)
            for path in Path(folder).iterdir():
                # The programs are not installed here; verify only wants some program to be there.
                text = re.sub(r"^ExecStart=/usr/\S+", "ExecStart=/bin/true",
                              path.read_text(encoding="utf-8"), flags=re.M)
                path.write_text(text, encoding="utf-8")
            ran = subprocess.run(
                ["systemd-analyze", "verify", "--man=no",
                 *sorted(str(path) for path in Path(folder).iterdir())],
                capture_output=True, text=True,
                env={**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:/usr/lib/systemd/system"})
        # systemd also reads the units these refer to; what it says of those is not ours.
        said = [line for line in ran.stderr.splitlines() if folder in line or not line[:1] == "/"]
        self.assertEqual((ran.returncode, said), (0, []))

    def test_no_unit_is_more_exposed_than_its_reasons_explain(self):
        for unit, limit in EXPOSURE_TENTHS_MAX.items():
            with self.subTest(unit):
                ran = subprocess.run(
                    ["systemd-analyze", "security", "--offline=true", f"--threshold={limit}",
                     str(UNITS / f"{unit}.service")], capture_output=True, text=True)
                level = re.search(r"Overall exposure level .*: (\d+\.\d)", ran.stdout)
                self.assertIsNotNone(level, ran.stderr)
                self.assertLessEqual(float(level[1]) * 10, limit)

    def test_every_service_has_a_limit_of_exposure(self):
        services = {path.stem for path in UNITS.glob("*.service")}
        self.assertEqual(services, set(EXPOSURE_TENTHS_MAX))


class Contract(unittest.TestCase):
    def test_the_agent_has_the_seed_s_hardening_whole(self):
        unit = settings("compliance-agent.service")
        for key, value in SEED_HARDENING.items():
            self.assertEqual(unit.get(f"Service.{key}"), [value], key)
        self.assertEqual(unit["Service.SystemCallFilter"][0], "@system-service")

    def test_the_agent_has_the_seed_s_environment_and_order(self):
        unit = settings("compliance-agent.service")
        self.assertEqual(unit["Service.Environment"],
                         ["MCP_URL=https://api.osiriscare.net", "POLL_INTERVAL=60"])
        self.assertEqual(unit["Service.EnvironmentFile"], ["/etc/msp/agent.env"])
        self.assertIn("SITE_ID=\n", (SYSTEMD / "etc/agent.env").read_text(encoding="utf-8"))
        self.assertIn("network-online.target", unit["Unit.After"][0].split())
        self.assertEqual(unit["Install.WantedBy"], ["multi-user.target"])
        self.assertEqual(unit["Service.Restart"], ["always"])

    def test_the_gate_is_the_seed_s_oneshot_between_network_and_agent(self):
        unit = settings("msp-health-gate.service")
        self.assertEqual(unit["Unit.Description"], ["Post-boot health verification"])
        self.assertEqual(unit["Unit.After"], ["network-online.target"])
        self.assertIn("compliance-agent.service", unit["Unit.Before"][0].split())
        self.assertEqual(unit["Service.Type"], ["oneshot"])
        self.assertTrue(unit["Service.ExecStart"][0].endswith("/bin/health-gate --verify"))
        self.assertEqual(unit["Service.RemainAfterExit"], ["true"])
        self.assertEqual(unit["Install.WantedBy"], ["multi-user.target"])

    def test_the_helper_has_no_network_and_answers_the_agent_alone(self):
        unit = settings("root-helper.service")
        self.assertEqual(unit["Service.PrivateNetwork"], ["true"])
        self.assertEqual(unit["Service.RestrictAddressFamilies"], ["AF_UNIX"])
        self.assertIn('--allow-uid "$$(id -u compliance-agent)"', unit["Service.ExecStart"][0])
        socket = settings("root-helper.socket")
        self.assertEqual(socket["Socket.ListenSequentialPacket"], ["/run/drydock/root-helper.sock"])
        self.assertEqual((socket["Socket.SocketMode"], socket["Socket.SocketGroup"]),
                         (["0660"], ["compliance-agent"]))

    def test_no_unit_but_the_helper_may_write_the_boot_state(self):
        writers = {path.name for path in UNITS.glob("*.service")
                   if "/boot" in " ".join(settings(path.name).get("Service.ReadWritePaths", []))}
        self.assertEqual(writers, {"root-helper.service"})


class TrialEnd(unittest.TestCase):
    """Which boots end by themselves, for every kind of boot state."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.esp = Path(folder.name)
        self.cmdline = self.esp / "cmdline"

    def answer(self, one: bytes | None, two: bytes | None, cmdline: str) -> str:
        for name, block in (("ab_state", one), ("ab_state2", two)):
            (self.esp / name).unlink(missing_ok=True)
            if block is not None:
                (self.esp / name).write_bytes(block)
        self.cmdline.write_text(cmdline + "\n")
        ran = subprocess.run(["sh", str(SYSTEMD / "trial-end"), "--ask"], text=True,
                             capture_output=True, check=True,
                             env={**os.environ, "ESP": str(self.esp), "CMDLINE": str(self.cmdline)})
        self.assertEqual(ran.stderr, "")
        return ran.stdout.strip()

    def both(self, state: BootState, cmdline: str) -> str:
        return self.answer(format_state(state), format_state(state), cmdline)

    def test_a_trial_that_is_not_committed_is_ended(self):
        state = BootState(7, "A", "B", "0123456789abcdef")
        self.assertEqual(
            self.both(state, "quiet ab.partition=B ab.tries_left=2 ab.fallback=0"), "reboot")

    def test_a_trial_that_the_gate_gave_up_is_ended(self):
        state = BootState(8, "A", "-", "0" * 16)
        self.assertEqual(self.both(state, "ab.partition=B ab.tries_left=0 ab.fallback=0"), "reboot")

    def test_a_committed_boot_stays(self):
        state = BootState(8, "B", "-", "0" * 16)
        self.assertEqual(self.both(state, "ab.partition=B ab.tries_left=2 ab.fallback=0"), "stay")

    def test_the_good_slot_stays_while_a_trial_is_armed_or_after_fallback(self):
        state = BootState(7, "A", "B", "0123456789abcdef")
        for fallback in "012":
            self.assertEqual(
                self.both(state, f"ab.partition=A ab.tries_left=0 ab.fallback={fallback}"), "stay")

    def test_a_slot_that_is_all_that_boots_stays(self):
        state = BootState(7, "A", "-", "0" * 16)
        self.assertEqual(self.both(state, "ab.partition=B ab.tries_left=0 ab.fallback=1"), "stay")

    def test_the_newer_whole_copy_counts(self):
        old = format_state(BootState(7, "A", "B", "0123456789abcdef"))
        new = format_state(BootState(8, "B", "-", "0" * 16))
        boot = "ab.partition=B ab.tries_left=2 ab.fallback=0"
        self.assertEqual(self.answer(old, new, boot), "stay")
        self.assertEqual(self.answer(new, old, boot), "stay")
        torn = new[:100] + old[100:]
        self.assertEqual(self.answer(old, torn, boot), "reboot")

    def test_without_a_readable_state_or_a_named_slot_it_stays(self):
        boot = "ab.partition=B ab.tries_left=2 ab.fallback=0"
        self.assertEqual(self.answer(None, None, boot), "stay")
        self.assertEqual(self.answer(b'set active_partition="A', b"\0" * 512, boot), "stay")
        state = BootState(7, "A", "B", "0123456789abcdef")
        self.assertEqual(self.both(state, "quiet root=/dev/sda2"), "stay")

    def test_a_trial_that_cannot_read_the_state_is_ended(self):
        boot = "ab.partition=B ab.tries_left=0 ab.fallback=0 ab.trial=1"
        self.assertEqual(self.answer(None, None, boot), "reboot")
        self.assertEqual(self.answer(None, None, boot.replace("trial=1", "trial=0")), "stay")

    def test_a_state_that_holds_commands_is_data(self):
        evil = format_state(BootState(9, "A", "B", "0" * 16)).replace(
            b'"00000009"', b'"$(touch x)"', 1)
        self.assertEqual(
            self.answer(evil, None, "ab.partition=B ab.tries_left=2 ab.fallback=0"), "stay")
        self.assertFalse((self.esp / "x").exists())


class Install(unittest.TestCase):
    def test_every_unit_is_placed_and_wanted_where_it_says(self):
        with tempfile.TemporaryDirectory() as root:
            for kind in ("appliance", "coordinator", "secrets"):
                subprocess.run([str(SYSTEMD / "install"), kind, "--root", root], check=True,
                               capture_output=True)
            placed = Path(root) / "usr/lib/systemd/system"
            self.assertEqual({path.name for path in placed.iterdir()},
                             {path.name for path in UNITS.iterdir()})
            for path in UNITS.iterdir():
                unit = settings(path.name)
                for kind, key in (("wants", "WantedBy"), ("requires", "RequiredBy")):
                    for target in unit.get(f"Install.{key}", []):
                        link = Path(root) / f"etc/systemd/system/{target}.{kind}/{path.name}"
                        self.assertTrue(link.is_symlink(), link)

    def test_what_an_operator_wrote_is_kept(self):
        with tempfile.TemporaryDirectory() as root:
            mine = Path(root) / "etc/msp/agent.env"
            mine.parent.mkdir(parents=True)
            mine.write_text("SITE_ID=north\n")
            subprocess.run([str(SYSTEMD / "install"), "appliance", "--root", root], check=True,
                           capture_output=True)
            self.assertEqual(mine.read_text(), "SITE_ID=north\n")

    def test_an_unknown_word_is_refused_with_those_accepted(self):
        ran = subprocess.run([str(SYSTEMD / "install"), "aplliance"], capture_output=True,
                             text=True)
        self.assertEqual(ran.returncode, 1)
        self.assertIn("unknown argument 'aplliance'; accepted: appliance, coordinator, secrets",
                      ran.stderr)


if __name__ == "__main__":
    unittest.main()
