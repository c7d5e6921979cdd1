"""The one loop in which everything runs: children that never outlive the demo, and commands.

Signals are blocked and taken one at a time (processes.Bench), so nothing is interrupted half-way.
Single-threaded.
"""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from plan import ROOT, TICK_S, Failed, Stopped
from processes import Bench, Child

LAST_LINES = 3          # of a log, quoted when a command fails
LINE_MAX = 300


@dataclass(frozen=True)
class Command:
    name: str  # its first words
    child: Child
    log: Path
    output: Path
    said_from: int  # bytes of the log before it said anything


class Workbench:
    def __init__(self) -> None:
        self.bench = Bench()
        self.children: list[Child] = []

    def start(self, command: list[str], log: Path, output: Path | None = None,
              variables: dict[str, str] | None = None) -> Child:
        child = Child([str(part) for part in command], ROOT, log, variables or {}, output)
        self.children.append(child)
        return child

    def tick(self, seconds: float = TICK_S) -> None:
        """Waits, at most so long; raises Stopped when told to stop."""
        self.bench.wait(seconds)
        if self.bench.stopping:
            raise Stopped

    def run(self, command: list[str], log: Path, limit_s: float,
            variables: dict[str, str] | None = None,
            while_running: Callable[[], None] = lambda: None) -> str:
        """The command's standard output; Failed when it does not end with 0 in time."""
        return self.finish(self.begin(command, log, variables), limit_s, while_running)

    def begin(self, command: list[str], log: Path,
              variables: dict[str, str] | None = None) -> "Command":
        """Starts a command whose end somebody awaits with finish()."""
        output = log.with_suffix(".out")
        output.unlink(missing_ok=True)
        with open(log, "a", encoding="utf-8") as file:
            file.write(f"$ {' '.join(str(part) for part in command)}\n")
        words = [Path(command[0]).name, *(str(part) for part in command[1:3])]
        said_from = log.stat().st_size
        child = self.start(command, log, output, variables)
        return Command(" ".join(words), child, log, output, said_from)

    def finish(self, command: "Command", limit_s: float,
               while_running: Callable[[], None] = lambda: None) -> str:
        deadline = time.monotonic() + limit_s
        try:
            while command.child.exit_code() is None:
                if time.monotonic() >= deadline:
                    raise Failed(f"'{command.name}' took longer than {limit_s:g} s", command.log)
                while_running()
                self.tick()
        finally:
            self.end(command.child)
        if command.child.exit_code() != 0:
            # Some tell their errors on standard output, ninja among them.
            log = command.log if command.log.stat().st_size > command.said_from else command.output
            raise Failed(f"'{command.name}' ended with {command.child.exit_code()}: "
                         f"{last_lines(log)}", log)
        return command.output.read_text(encoding="utf-8", errors="replace")

    def until(self, condition: Callable[[], bool], limit_s: float,
              turn: Callable[[], None]) -> bool:
        """Calls `turn` every tick until the condition holds; False when it did not in time."""
        deadline = time.monotonic() + limit_s
        while not condition():
            if time.monotonic() >= deadline:
                return False
            self.tick()
            turn()
        return True

    def end(self, *children: Child) -> None:
        # What it may have left behind goes too, although itself it may have ended.
        self.bench.end(list(children))
        self.children = [child for child in self.children if child not in children]

    def end_all(self) -> None:
        """Nothing that was started here runs afterwards, however often Ctrl-C is pressed."""
        self.bench.end(list(self.children))
        self.children = []


def last_lines(log: Path) -> str:
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "it said nothing"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " / ".join(line[:LINE_MAX] for line in lines[-LAST_LINES:]) or "it said nothing"


def kill(child: Child) -> bool:
    """SIGKILL to our own child alone; False when it had ended already."""
    if child.exit_code() is not None:
        return False
    child.process.send_signal(signal.SIGKILL)
    return True
