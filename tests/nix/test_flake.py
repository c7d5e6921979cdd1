"""flake.nix with our stubs in the place of nixpkgs and sops-nix: its outputs, and what they are."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from nix import HERE, value  # noqa: E402


class Flake(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.flake = value(f"import {HERE}/outputs.nix")

    def test_the_outputs_are_those_that_the_seed_and_the_guides_name(self):
        self.assertEqual(self.flake["packages"],
                         ["appliance-image", "appliance-iso", "compliance-agent", "default"])
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
