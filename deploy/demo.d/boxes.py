"""The appliances: each a folder of its own with a demo-appliance that plays its firmware.

What is told here comes from the firmware's events and from the appliance's own disk, never from
the coordinator.
"""

import json
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import boot_state
import plan
from bench import Command, Workbench
from folder import OS_RELEASE, Folder, Refused, version_in, version_of_image
from plan import ROOT, Failed, Place
from processes import Child

PLAYER = ROOT / "deploy/demo-appliance"
AGENT = "compliance-agent"
BLOCK_BYTES = 512  # the unit of st_blocks
# A standby slot that holds this share of the image, and has grown since GREW_S, is in the middle
# of its install.
INSTALLING_FROM, INSTALLING_TO = 30, 80  # percent
GREW_S = 0.5
READ_BYTES_MAX = 1024 * 1024


@dataclass
class Box:
    name: str
    client: str
    site: str
    folder: Folder
    identity: str = ""                 # 16 hex digits
    child: Child | None = None
    read_to: int = 0                   # bytes of the events read so far
    boots: list[tuple[str, str, bool]] = field(default_factory=list)  # slot, version, on trial
    agent_pid: int = 0                 # 0: it does not run
    killed_pid: int = 0                # the agent we sent SIGKILL, until its end is told
    kills_seen: int = 0                # agents that we killed and that ended by it
    faults_hit: int = 0                # agents that a planted fault killed
    gave_up: str = ""
    standby: int = 0                   # bytes of the slot that does not run, on disk
    standby_grew: float = 0.0          # time.monotonic() seconds

    @property
    def events(self) -> Path:
        return self.folder.path / "events.jsonl"

    @property
    def place(self) -> str:
        return f"{self.client}/{self.site}"

    def take_events(self) -> None:
        try:
            with open(self.events, "rb") as file:
                file.seek(self.read_to)
                text = file.read(READ_BYTES_MAX)
        except FileNotFoundError:
            return
        whole = text[:text.rfind(b"\n") + 1]
        self.read_to += len(whole)
        for line in whole.splitlines():
            self.take(json.loads(line))

    def take(self, event: dict) -> None:
        match event["event"]:
            case "boot":
                self.boots.append((event["slot"], event["version"], event["trial"]))
            case "reboot" | "stopped":
                self.agent_pid = 0
            case "started" if event["program"] == AGENT:
                self.agent_pid = event["pid"]
            case "ended" if event["program"] == AGENT:
                killed = event["exit"] == -signal.SIGKILL
                if killed and self.killed_pid == self.agent_pid != 0:
                    self.kills_seen += 1
                elif killed:
                    self.faults_hit += 1
                self.agent_pid = self.killed_pid = 0
            case "given_up" | "no_bootable_slot":
                self.gave_up = event.get("reason", "no slot holds a bootable image")

    def look_at_standby(self) -> None:
        """How much of the slot that does not run is on disk; a new one holds nothing."""
        slot = self.boots[-1][0] if self.boots else "A"
        now = self.folder.slot(boot_state.other(slot)).stat().st_blocks * BLOCK_BYTES
        if now > self.standby:
            self.standby_grew = time.monotonic()
        self.standby = now

    def standby_percent(self, image_bytes: int) -> int:
        return min(100, 100 * self.standby // image_bytes)

    def is_installing(self, running: str, image_bytes: int) -> bool:
        """By its own disk: the agent runs, has written a part of the image, and goes on."""
        if not self.agent_pid or self.killed_pid or not self.boots:
            return False
        goes_on = time.monotonic() - self.standby_grew < GREW_S
        part = INSTALLING_FROM <= self.standby_percent(image_bytes) <= INSTALLING_TO
        return self.boots[-1][1] == running and goes_on and part

    def kill_agent(self) -> bool:
        """SIGKILL to the agent, which must be a child of our own firmware for this process."""
        if not self.agent_pid or parent_of(self.agent_pid) != self.child.pid:
            return False
        try:
            os.kill(self.agent_pid, signal.SIGKILL)
        except ProcessLookupError:
            return False  # it ended by itself just now
        self.killed_pid = self.agent_pid
        self.standby_grew = 0.0  # what it wrote says nothing of the next one
        return True

    def committed_version(self) -> str:
        """By the boot state and the slot's own os-release, and by the booted image: empty unless
        they agree and nothing is on trial."""
        state = boot_state.read_state(self.folder.esp)
        if state is None or state.trial != "-":
            return ""
        try:
            in_slot = version_of_image(self.folder.slot(state.active))
            booted = version_in((self.folder.root / OS_RELEASE).read_text(encoding="utf-8"))
        except (Refused, OSError):
            return ""
        slot_booted = self.boots[-1][0] if self.boots else ""
        return in_slot if in_slot == booted and slot_booted == state.active else ""

    def has_booted(self, version: str) -> bool:
        return any(booted == version for _, booted, _ in self.boots)


def parent_of(pid: int) -> int:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    return int(stat.rpartition(")")[2].split()[1])


class Fleet:
    def __init__(self, bench: Workbench, place: Place, count: int):
        self.bench = bench
        self.place = place
        self.boxes = [Box(f"box-{n:02}", client, site, Folder(place.home / f"box-{n:02}"))
                      for n, (client, site) in enumerate(plan.seats(count), 1)]

    def make(self, box: Box, identity: Path, url: str) -> Command:
        """Begins to image the box with the first release and its identity, as a technician
        would."""
        told = json.loads((identity / "identity.json").read_text(encoding="utf-8"))
        box.identity = told["appliance"]
        return self.bench.begin(
            [sys.executable, PLAYER, "init", box.folder.path,
             "--image", self.place.image(plan.FIRST), "--version", plan.FIRST,
             "--identity", identity, "--site", box.site, "--url", url,
             "--poll", str(plan.POLL_S), "--set", f"soak={plan.SOAK}"],
            self.place.logs / f"{box.name}.log")

    def switch_on(self) -> None:
        for box in self.boxes:
            box.child = self.bench.start([sys.executable, PLAYER, "run", box.folder.path],
                                         self.place.logs / f"{box.name}.log", box.events)

    def switch_off(self) -> None:
        self.bench.end(*[box.child for box in self.boxes if box.child is not None])

    def watch(self) -> None:
        """Takes the events; Failed when an appliance is lost for good."""
        for box in self.boxes:
            box.take_events()
            box.look_at_standby()
            if box.gave_up:
                raise Failed(f"{box.name} was given up: {box.gave_up}", box.folder.logs)
            if box.child is not None and box.child.exit_code() is not None:
                raise Failed(f"the firmware of {box.name} ended with {box.child.exit_code()}",
                             self.place.logs / f"{box.name}.log")

    def agent_kills(self) -> int:
        return sum(box.kills_seen for box in self.boxes)
