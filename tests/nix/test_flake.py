"""flake.nix with our stubs in the place of nixpkgs and sops-nix: its outputs, and what they are."""

import re
import subprocess
import sys
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
        menu = self.flake["configurations"]["appliance"]["system"]["build"]["slotMenu"]
        checked = subprocess.run(["grub-script-check"], input=menu, capture_output=True, text=True)
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))
        kernel, initrd, loaded = [line.strip() for line in menu.splitlines()][:3]
        self.assertTrue(kernel.startswith("if linux $ab_device/boot/vmlinuz "), kernel)
        for word in ("root=PARTUUID=$ab_root", "$ab_arguments", "init=/nix/store/toplevel/init"):
            self.assertIn(word, kernel.removesuffix("; then").split())
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
        self.assertEqual([part.get("SizeMaxBytes") for part in config], [None, "10G", "10G", None])
        self.assertEqual(config[3]["Format"], "ext4")
        self.assertNotIn("Format", config[2])

    def test_an_appliance_runs_the_agent_behind_the_firewall_and_never_rebuilds_itself(self):
        box = self.flake["configurations"]["appliance"]
        self.assertIn("compliance-agent", box["systemd"]["services"])
        self.assertIn("policy drop", box["networking"]["nftables"]["ruleset"])
        self.assertIs(box["nix"]["enable"], False)


if __name__ == "__main__":
    unittest.main()
