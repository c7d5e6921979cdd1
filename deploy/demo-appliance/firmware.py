"""Plays the firmware, the boot loader and the service manager of one appliance folder.

A boot: read the boot state, count the try, unpack the chosen slot, start that image's root-helper,
its health-gate and, when the gate says so, its agent. A reboot is this loop coming round. Version
and checks come from the unpacked image alone.
"""

import json
import os
import shutil
import sys
import time
import uuid
from collections import deque
from dataclasses import dataclass, field

import boot_state
from configuration import environment_of
from folder import OS_RELEASE, PROGRAMS, UNPACK_LIMIT_S, Folder, unpack_command, version_in
from processes import TICK_S, Bench, Child

GATE_HEALTHY, GATE_WILL_RETRY, GATE_FELL_BACK = 0, 1, 2
AGENT = "compliance-agent"
GATE_LIMIT_S = 300.0         # a gate that hangs is a failed boot
HELPER_LIMIT_S = 10.0        # until root-helper's socket is there
RESTART_AFTER_S = 0.2        # Restart=always
RESTARTS_IN_WINDOW_MAX = 10  # more than these in RESTART_WINDOW_S are slowed down
RESTART_WINDOW_S = 10.0
RESTART_SLOWED_S = 2.0
BOOTS_WITHOUT_AGENT_MAX = 12  # in a row; then the box is given up, with its logs as they are

EXIT_STOPPED, EXIT_GIVEN_UP = 0, 3


@dataclass
class Service:
    """A program that is started again when it ends, as with Restart=always."""

    command: list[str]  # the program's name and its arguments
    child: Child | None = None
    start_at: float = 0.0  # time.monotonic() seconds
    starts: deque = field(default_factory=lambda: deque(maxlen=RESTARTS_IN_WINDOW_MAX))


class Firmware:
    def __init__(self, folder: Folder, boot_deadline_s: float):
        self.folder = folder
        self.boot_deadline_s = boot_deadline_s
        self.bench = Bench()
        self.boots = 0

    def tell(self, event: str, **facts) -> None:
        line = {"at_ms": time.time_ns() // 1_000_000, "event": event, "boot": self.boots, **facts}
        try:
            print(json.dumps(line), flush=True)
        except OSError:
            pass  # the reader has gone; the box goes on

    def run(self) -> int:
        boots_without_agent = 0
        while not self.bench.stopping:
            if boots_without_agent >= BOOTS_WITHOUT_AGENT_MAX:
                self.tell("given_up", reason=f"{boots_without_agent} boots without an agent")
                return EXIT_GIVEN_UP
            boots_without_agent += 1
            self.boots += 1
            choice = boot_state.choose(self.folder.esp)
            slot = self.load(choice)
            if slot is None:
                if self.bench.stopping:
                    break
                self.tell("no_bootable_slot", tried=list(choice.slots))
                return EXIT_GIVEN_UP
            on_trial = choice.trial and slot == choice.slots[0]
            if self.power_on(choice, slot, on_trial):
                boots_without_agent = 0
        self.tell("stopped")
        return EXIT_STOPPED

    def load(self, choice: boot_state.Choice) -> str | None:
        """Unpacks the first slot of the choice that can be; an unreadable image is a kernel that
        cannot be loaded, and the next choice is taken."""
        for slot in choice.slots:
            self.wipe()
            started = time.monotonic()
            command = unpack_command(self.folder.slot(slot), self.folder.root)
            unpacking = Child(command, self.folder.path, self.folder.logs / "unsquashfs.log",
                              {})
            code = self.bench.wait_for(unpacking, UNPACK_LIMIT_S)
            if self.bench.stopping:
                return None
            lacking = [n for n in PROGRAMS if not self.folder.program(n).is_file()]
            if code == 0 and not lacking:
                self.tell("unpacked", slot=slot, ms=round(1000 * (time.monotonic() - started)))
                return slot
            why = "unsquashfs failed" if code != 0 else f"it lacks {', '.join(lacking)}"
            self.tell("unloadable", slot=slot, reason=why)
        return None

    def wipe(self) -> None:
        """A reboot: what is volatile is gone."""
        shutil.rmtree(self.folder.volatile, ignore_errors=True)
        self.folder.volatile.mkdir(parents=True, exist_ok=True)

    def power_on(self, choice: boot_state.Choice, slot: str, on_trial: bool) -> bool:
        """One boot, until the next reboot or the end; True when the agent was started."""
        fallback = choice.fallback
        if slot != choice.slots[0]:
            fallback = boot_state.FALLBACK_UNLOADABLE
        tries_left = choice.tries_left if on_trial else 0
        boot_id = str(uuid.uuid4())
        arguments = boot_state.kernel_arguments(slot, tries_left, fallback, on_trial)
        (self.folder.volatile / "boot_id").write_text(boot_id + "\n", encoding="utf-8")
        (self.folder.volatile / "cmdline").write_text(f"ro quiet {arguments}\n", encoding="utf-8")
        self.tell("boot", slot=slot, version=self.version(), boot_id=boot_id, trial=on_trial,
                  tries_left=tries_left, fallback=fallback, seq=choice.seq)
        deadline = time.monotonic() + self.boot_deadline_s
        helper = Service(self.helper_command())
        agent = Service(self.agent_command())
        try:
            if not self.start_helper(helper):
                return False
            if not self.gate_lets_pass(helper, on_trial):
                return False
            return self.serve(helper, agent, slot, on_trial, deadline)
        finally:
            self.bench.end([s.child for s in (agent, helper) if s.child is not None])

    def version(self) -> str:
        try:
            text = (self.folder.root / OS_RELEASE).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        return version_in(text)

    def helper_command(self) -> list[str]:
        """As its unit would start it; no file that the agent can write tells it anything."""
        folder = self.folder
        return ["root-helper", "--listen", str(folder.helper_socket),
                "--slot-a", str(folder.slot("A")), "--slot-b", str(folder.slot("B")),
                "--esp", str(folder.esp), "--esp-is-folder", "--data", str(folder.data),
                "--cmdline", str(folder.volatile / "cmdline"),
                "--boot-id", str(folder.volatile / "boot_id"),
                "--reboot-command", "touch", "--reboot-command", str(folder.reboot_request)]

    def agent_command(self) -> list[str]:
        return [AGENT, "--config", str(self.folder.configuration)]

    def start(self, command: list[str]) -> Child:
        """Starts a program of the unpacked image. Its PATH begins in that image, so that a health
        check finds the image's own commands, as it does on a real box."""
        name = command[0]
        variables = environment_of(self.folder)
        variables["PATH"] = f"{self.folder.program(name).parent}:{os.environ['PATH']}"
        if name == AGENT and (fault := self.planted_fault()):
            variables["DRYDOCK_FAULT"] = fault
        return Child([str(self.folder.program(name)), *command[1:]], self.folder.root,
                     self.folder.logs / f"{name}.log", variables)

    def planted_fault(self) -> str:
        """What a test planted for the next start of the agent, once; on trial in the other file."""
        on_trial = self.folder.path / "agent-fault.trial"
        state = boot_state.read_state(self.folder.esp)
        planted = on_trial if state and state.trial != "-" else self.folder.path / "agent-fault"
        try:
            fault = planted.read_text(encoding="utf-8").strip()
            planted.unlink()
        except FileNotFoundError:
            return ""
        self.tell("fault", planted=fault)
        return fault

    def keep(self, service: Service) -> None:
        """Starts the service when it is due, and notes when it has ended."""
        now = time.monotonic()
        if service.child is not None:
            code = service.child.exit_code()
            if code is None:
                return
            self.bench.end([service.child])  # what it may have left behind
            service.child = None
            often = (len(service.starts) == service.starts.maxlen
                     and now - service.starts[0] < RESTART_WINDOW_S)
            service.start_at = now + (RESTART_SLOWED_S if often else RESTART_AFTER_S)
            self.tell("ended", program=service.command[0], exit=code)
        if now >= service.start_at:
            service.starts.append(now)
            service.child = self.start(service.command)
            self.tell("started", program=service.command[0], pid=service.child.pid)

    def start_helper(self, helper: Service) -> bool:
        """Until its socket is there. Without it the gate still decides: True but for a stop."""
        deadline = time.monotonic() + HELPER_LIMIT_S
        while time.monotonic() < deadline and not self.bench.stopping:
            self.keep(helper)
            if self.folder.helper_socket.exists():
                return True
            self.bench.wait(TICK_S / 5)
        if not self.bench.stopping:
            self.tell("helper_late", seconds=HELPER_LIMIT_S)
        return not self.bench.stopping

    def gate_lets_pass(self, helper: Service, on_trial: bool) -> bool:
        """Runs health-gate --verify. The agent starts after 0; 1 and 2 ask for a reboot. A gate
        that hangs or crashes has not said healthy: a trial is rebooted, but the good slot starts
        its agent, for there is nothing better to boot."""
        gate = self.start(["health-gate", "--verify", "--config", str(self.folder.configuration)])
        code = self.bench.wait_for(gate, GATE_LIMIT_S)
        if self.bench.stopping:
            return False
        self.tell("gate", exit=code)
        if code == GATE_HEALTHY:
            return True
        if code in (GATE_WILL_RETRY, GATE_FELL_BACK) or on_trial:
            self.tell("reboot", reason="gate")
            return False
        self.tell("gate_unknown", exit=code)
        return True

    def serve(self, helper: Service, agent: Service, slot: str, on_trial: bool,
              deadline: float) -> bool:
        """Keeps agent and helper running until a reboot is asked for."""
        waiting = on_trial
        while not self.bench.stopping:
            self.keep(helper)
            self.keep(agent)
            if waiting and self.proven(slot):
                waiting = False
                self.tell("ready", slot=slot)
            if self.folder.reboot_request.exists():
                self.tell("reboot", reason="requested")
                break
            if waiting and time.monotonic() >= deadline:
                self.tell("reboot", reason="boot deadline")
                break
            self.bench.wait()
        return True

    def proven(self, slot: str) -> bool:
        """The agent said READY, or the slot is no longer on trial."""
        if self.folder.ready.exists():
            return True
        state = boot_state.read_state(self.folder.esp)
        return state is not None and state.active == slot and state.trial == "-"


def run(folder: Folder, boot_deadline_s: float) -> int:
    if shutil.which("unsquashfs") is None:
        print("demo-appliance: unsquashfs is not there; run deploy/dependencies", file=sys.stderr)
        return EXIT_GIVEN_UP
    folder.logs.mkdir(parents=True, exist_ok=True)
    return Firmware(folder, boot_deadline_s).run()
