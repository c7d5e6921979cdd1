"""scripts/deploy-vbox-vms.sh: what it would do. VirtualBox is not here, so nothing is done."""

import os
import shlex
import subprocess
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/deploy-vbox-vms.sh"


class DryRun(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name) / "two words"
        self.image = Path(folder.name) / "disk.raw"
        self.image.write_bytes(b"")

    def say(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([str(SCRIPT), *arguments], capture_output=True, text=True,
                              env={**os.environ, "PATH": "/usr/bin:/bin"})

    def commands(self, *arguments: str) -> list[list[str]]:
        ran = self.say("--dry-run", "--folder", str(self.folder), *arguments)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        return [shlex.split(line) for line in ran.stdout.splitlines()]

    def made(self, *more: str) -> list[list[str]]:
        return self.commands("--image", str(self.image), *more)

    def test_each_machine_gets_its_own_disk_of_the_image(self):
        disks = [c[2:4] for c in self.made("--count", "3") if c[1] == "convertfromraw"]
        self.assertEqual(disks, [[str(self.image), str(self.folder / f"drydock-{n}.vdi")]
                                 for n in (1, 2, 3)])

    def test_the_steps_are_in_an_order_that_virtualbox_can_follow(self):
        steps = [c[1] for c in self.made() if c[0] == "VBoxManage"]
        self.assertEqual(steps, ["convertfromraw", "createvm", "modifyvm", "storagectl",
                                 "storageattach", "modifyvm", "startvm"])

    def test_machines_boot_by_efi_and_their_disks_pass_no_host_cache(self):
        text = [" ".join(c) for c in self.made("--memory", "2048")]
        self.assertTrue(any("--firmware efi --memory 2048" in line for line in text))
        self.assertTrue(any("--hostiocache off" in line for line in text))

    def test_ssh_is_forwarded_from_loopback_to_each_alone(self):
        forwards = [c[-1] for c in self.made("--count", "2") if c[-2] == "--natpf1"]
        self.assertEqual(forwards, ["ssh,tcp,127.0.0.1,4444,,22", "ssh,tcp,127.0.0.1,4445,,22"])

    def test_a_bridge_replaces_nat(self):
        text = [" ".join(c) for c in self.made("--bridge", "eno1")]
        self.assertTrue(any("--nic1 bridged --bridgeadapter1 eno1" in line for line in text))
        self.assertFalse(any("nat" in line.split() for line in text))

    def test_a_dry_run_makes_nothing(self):
        self.made()
        self.assertFalse(self.folder.exists())

    def test_removing_deletes_the_named_machines_alone(self):
        gone = self.commands("--remove", "--count", "2", "--name", "lab")
        self.assertEqual(gone, [["VBoxManage", verb, f"lab-{n}", last] for n in (1, 2)
                                for verb, last in (("controlvm", "poweroff"),
                                                   ("unregistervm", "--delete"))])

    def test_wrong_arguments_are_refused_with_what_is_accepted(self):
        image = ("--image", str(self.image))
        for arguments, why in (((), "say which disk"), (("--image", "/none"), "no image /none"),
                               ((*image, "--count", "0"), "accepted: 1 to 32"),
                               ((*image, "--count", "x"), "accepted: 1 to 32"),
                               ((*image, "--memory", "64"), "accepted: 512"),
                               ((*image, "--name", "a b"), "accepted: letters"),
                               (("--images", "x"), "unknown argument '--images'"),
                               (("--image",), "--image needs a value"),
                               (image, "VBoxManage is not there")):
            ran = self.say(*arguments)
            self.assertEqual(ran.returncode, 1, arguments)
            self.assertIn(why, ran.stderr)


if __name__ == "__main__":
    unittest.main()
