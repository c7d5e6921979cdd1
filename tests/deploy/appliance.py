"""What the tests of the demo appliance share: images of small scripts, and a firmware that runs."""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLAYER = ROOT / "deploy/demo-appliance"
sys.path.insert(0, str(PLAYER))

import boot_state
from boot_state import BootState, format_state

ID = "0123456789abcdef"
WAIT_S = 30.0  # for one event; far above what any takes
# No command of theirs is a process of its own: a killed script's would still write for a moment.
HELPER = "#!/bin/sh\n: >../root-helper.sock\nexec sleep 600\n"
AGENT_READY = "#!/bin/sh\n: >../ready\nexec sleep 600\n"
AGENT_MUTE = "#!/bin/sh\nexec sleep 600\n"
GATE_PASSES = "#!/bin/sh\nexit 0\n"
GATE_FAILS_B = "#!/bin/sh\nif grep -q partition=B ../cmdline; then exit 1; fi\n"


class ApplianceTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dd-")
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name)
        self.box = self.home / "box"
        self.firmware: subprocess.Popen | None = None
        self.addCleanup(self.stop)
        (self.home / "identity").mkdir()

    def image(self, version: str, *options: str, gate: str = GATE_PASSES,
              agent: str = AGENT_READY, helper: str = HELPER) -> Path:
        programs = self.home / f"programs-{version}"
        programs.mkdir()
        for name, text in (("compliance-agent", agent), ("health-gate", gate),
                           ("root-helper", helper)):
            (programs / name).write_text(text)
        image = self.home / f"{version}.img"
        made = subprocess.run(
            [ROOT / "deploy/demo-image", image, "--version", version, "--programs", programs,
             "--ballast-mib", "0", *options], capture_output=True, text=True)
        self.assertEqual(made.returncode, 0, made.stderr)
        return image

    def init(self, image: Path, *more: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, PLAYER, "init", self.box, "--image", image, "--identity",
             self.home / "identity", "--site", "site-1", "--url", "https://127.0.0.1:1",
             "--slot-size", "1M", *more], capture_output=True, text=True)

    def put_in_slot(self, slot: str, image: Path) -> None:
        with open(self.box / f"slot-{slot}.img", "r+b") as file:
            file.write(image.read_bytes())

    def put_state(self, state: BootState) -> None:
        for name in boot_state.COPIES:
            (self.box / "esp" / name).write_bytes(format_state(state))

    def arm_b(self) -> None:
        self.put_state(BootState(2, "A", "B", ID))

    def start(self, *options: str) -> None:
        self.firmware = subprocess.Popen(
            [sys.executable, PLAYER, "run", self.box, *options], stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL)
        self.unread = b""

    def event(self) -> dict:
        """The next line the firmware prints."""
        deadline = time.monotonic() + WAIT_S
        stream = self.firmware.stdout.fileno()
        while b"\n" not in self.unread:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([stream], [], [], left)[0]:
                self.fail("the firmware printed no event in time")
            more = os.read(stream, 65536)
            if not more:
                self.fail("the firmware ended")
            self.unread += more
        line, _, self.unread = self.unread.partition(b"\n")
        return json.loads(line)

    def until(self, name: str, **facts) -> dict:
        """The next event of this name with these facts."""
        while True:
            event = self.event()
            if event["event"] == name and all(event.get(k) == v for k, v in facts.items()):
                return event

    def boots(self, count: int) -> list[tuple]:
        found = [self.until("boot") for _ in range(count)]
        return [(b["slot"], b["tries_left"], b["fallback"]) for b in found]

    def assert_ends(self, pid_descriptor: int) -> None:
        poll = select.poll()
        poll.register(pid_descriptor, select.POLLIN)
        self.assertTrue(poll.poll(WAIT_S * 1000), "a process outlived the firmware")
        os.close(pid_descriptor)

    def stop(self) -> int | None:
        if self.firmware is None:
            return None
        if self.firmware.poll() is None:
            self.firmware.send_signal(signal.SIGTERM)
        code = self.firmware.wait(WAIT_S)
        self.firmware.stdout.close()
        self.firmware = None
        return code
