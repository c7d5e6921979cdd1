"""flake.nix with our stubs in the place of nixpkgs and sops-nix: its outputs, and what they are."""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from nix import HERE, ROOT, value  # noqa: E402

IMAGE_FILE = ROOT / "runtime/artifact/image_file.hpp"


class Flake(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.flake = value(f"import {HERE}/outputs.nix")

    def test_the_outputs_are_those_that_the_seed_and_the_guides_name(self):
        self.assertEqual(self.flake["packages"],
                         ["appliance-image", "appliance-iso", "appliance-slot", "compliance-agent",
                          "default"])
        self.assertEqual(self.flake["modules"], ["compliance-agent", "default", "firewall",
                                                 "secrets", "ssh-hardening", "timesync"])
        self.assertEqual((self.flake["shells"], self.flake["checks"]),
                         (["default"], ["appliance", "package"]))

    def test_the_package_has_caf_0_17_6_and_every_program_of_appliance_and_centre(self):
        self.assertEqual((self.flake["agent"], self.flake["caf"]), ("drydock", "0.17.6"))
        self.assertEqual(set(self.flake["programs"]), {
            "compliance-agent", "health-gate", "root-helper", "fleet-coordinator", "drydock"})

    def test_the_iso_is_the_seed_s(self):
        iso = self.flake["configurations"]["appliance-iso"]
        self.assertEqual(iso["image"]["fileName"], "osiriscare-appliance.iso")
        self.assertEqual(
            {key: iso["isoImage"][key] for key in ("makeEfiBootable", "makeUsbBootable",
                                                   "squashfsCompression")},
            {"makeEfiBootable": True, "makeUsbBootable": True,
             "squashfsCompression": "zstd -Xcompression-level 19"})

    def test_the_iso_carries_the_slot_s_image_where_release_sign_looks_for_it(self):
        contents = self.flake["configurations"]["appliance-iso"]["isoImage"]["contents"]
        self.assertEqual([(item["source"], item["target"]) for item in contents],
                         [("/nix/store/make-ext4-fs.nix", "/slot.img")])
        looked_for = re.search(r'slot_image_on_iso = "(.+)"', IMAGE_FILE.read_text("utf-8"))[1]
        self.assertEqual("/" + looked_for, contents[0]["target"])

    def test_a_slot_s_menu_is_one_that_the_boot_stub_can_start(self):
        of_appliance = self.flake["configurations"]["appliance"]["system"]["build"]["slotMenu"]
        for menu, parameters in ((of_appliance, ["panic=5", "oops=panic"]),
                                 (self.flake["menu"], ["console=ttyS0,115200", "panic=30"])):
            checked = subprocess.run(["grub-script-check"], input=menu, capture_output=True,
                                     text=True)
            self.assertEqual((checked.returncode, checked.stderr), (0, ""))
            kernel, initrd, loaded = [line.strip() for line in menu.splitlines()][:3]
            self.assertEqual(kernel.removesuffix("; then").split(), [
                "if", "linux", "$ab_device/boot/vmlinuz", "init=/nix/store/toplevel/init",
                "root=PARTUUID=$ab_root", "ro", "rootwait", *parameters, "$ab_arguments"])
            self.assertEqual(initrd, "if initrd $ab_device/boot/initrd; then")
            self.assertEqual(loaded, 'set ab_loaded="$ab_slot_name"')

    def test_the_iso_judges_no_trial_and_mounts_no_disk(self):
        iso = self.flake["configurations"]["appliance-iso"]
        self.assertEqual(iso["fileSystems"], {})
        self.assertNotIn("msp-health-gate", iso["systemd"]["services"])

    def test_the_disk_has_the_seed_s_partitions_in_its_order(self):
        parts = self.flake["configurations"]["appliance-disk"]["image"]["repart"]["partitions"]
        config = [parts[name]["repartConfig"] for name in sorted(parts)]
        self.assertEqual([part["Label"] for part in config], ["ESP", "MSP-A", "MSP-B", "MSP-DATA"])
        self.assertEqual([part.get("SizeMaxBytes") for part in config],
                         ["512M", "10G", "10G", None])
        self.assertEqual(config[3]["Format"], "ext4")
        self.assertNotIn("Format", config[2])

    def test_the_disk_s_slot_a_holds_the_slot_image_block_by_block_and_b_nothing(self):
        parts = self.flake["configurations"]["appliance-disk"]["image"]["repart"]["partitions"]
        a, b = parts["20-slot-a"], parts["30-slot-b"]
        self.assertEqual(a["repartConfig"]["CopyBlocks"], "/nix/store/make-ext4-fs.nix")
        self.assertEqual((set(a), set(b)), ({"repartConfig"}, {"repartConfig"}))
        self.assertLessEqual(set(b["repartConfig"]),
                             {"Type", "Label", "SizeMinBytes", "SizeMaxBytes"})

    def test_the_disk_s_esp_is_made_by_the_program_that_makes_every_esp(self):
        disk = self.flake["configurations"]["appliance-disk"]
        command = re.sub(r"/nix/store/[a-z0-9]{32}-deploy", str(ROOT / "deploy"),
                         self.flake["esp"])
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / "esp"
            ran = subprocess.run(["sh", "-c", command], env={**os.environ, "out": str(made)},
                                 capture_output=True, text=True)
            self.assertEqual((ran.returncode, ran.stderr), (0, ""))
            files = {f"/{path.relative_to(made)}": path.read_bytes()
                     for path in made.rglob("*") if path.is_file()}
        placed = disk["image"]["repart"]["partitions"]["10-esp"]["contents"]
        self.assertEqual({path: item["source"] for path, item in placed.items()},
                         {path: f"/nix/store/drydock-esp{path}" for path in files})
        for name in ("/ab_state", "/ab_state2", "/stub_state", "/stub_state2"):
            self.assertEqual(len(files[name]), 512)
            self.assertIn(b'set active_partition="A"\nset trial_partition="-"\n', files[name])
        for name in ("BOOT/BOOTX64.EFI", "drydock/A/stub.efi", "drydock/B/stub.efi"):
            self.assertTrue(files[f"/EFI/{name}"].startswith(b"MZ"))
        self.assertEqual(disk["image"]["repart"]["mkfsOptions"]["vfat"],
                         ["-F", "32", "-s", "8", "-n", "ESP"])

    def test_every_port_that_an_appliance_opens_has_its_program(self):
        for name, box in self.flake["configurations"].items():
            rules = box["networking"]["nftables"]["ruleset"].partition("chain output")[0]
            ports = {int(port) for found in re.findall(r"tcp dport (\{[^}]*\}|\d+)", rules)
                     for port in re.findall(r"\d+", found)}
            listening = {22} if box["openssh"]["enable"] else set()
            if box["compliance-agent"]["metrics"]["enable"]:
                listening.add(box["compliance-agent"]["metrics"]["port"])
            self.assertTrue(ports, name)
            self.assertEqual(ports - listening, set(), name)

    def test_an_appliance_runs_the_agent_behind_the_firewall_and_never_rebuilds_itself(self):
        box = self.flake["configurations"]["appliance"]
        self.assertIn("compliance-agent", box["systemd"]["services"])
        self.assertIn("policy drop", box["networking"]["nftables"]["ruleset"])
        self.assertIs(box["nix"]["enable"], False)


if __name__ == "__main__":
    unittest.main()
