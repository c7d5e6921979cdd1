"""Runs one command with its output in a log, within a time limit, and ends all it started."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

TIMED_OUT = 124          # what run() answers when the limit ended the command
KILL_GRACE_S = 5.0       # between SIGTERM and SIGKILL
SECONDS_A_MINUTE = 60.0


@dataclass(frozen=True)
class Context:
    """Where things are, and until when this run may last. Shared by all parts, never changed."""

    root: Path           # the checkout
    builds: Path         # holds one folder a preset
    logs: Path
    scratch: Path        # short, own temporary folder (sockets have 108 bytes for their path)
    preset: str          # the build whose programs are tested; release but for tests/check
    jobs: int
    deadline: float      # time.monotonic() seconds

    @property
    def build(self) -> Path:
        return self.builds / self.preset

    def seconds_left(self) -> float:
        return max(0.0, self.deadline - time.monotonic())


def run(context: Context, command: list[str], log: Path, limit_s: float,
        variables: dict[str, str] | None = None, output: Path | None = None) -> int:
    """The exit code, -N for signal N, or TIMED_OUT. Standard error always goes to the log;
    standard output too, unless `output` names a file for it."""
    limit_s = min(limit_s, context.seconds_left())
    environment = dict(os.environ, TMPDIR=str(context.scratch), **(variables or {}))
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "ab") as sink, open(output or os.devnull, "wb") as answer:
        sink.write(f"$ {' '.join(command)}\n".encode())
        sink.flush()
        try:
            process = subprocess.Popen(
                command, cwd=context.root, env=environment, stdin=subprocess.DEVNULL,
                stdout=answer if output else sink, stderr=sink, start_new_session=True)
        except OSError as error:
            sink.write(f"could not be started: {error}\n".encode())
            return 127
        try:
            return process.wait(limit_s)
        except subprocess.TimeoutExpired:
            sink.write(f"\nended after its limit of {limit_s:.0f} s\n".encode())
            return TIMED_OUT
        finally:
            end_group(process)


def end_group(process: subprocess.Popen) -> None:
    """Ends what is left of the process group that `process` leads."""
    for number, grace_s in ((signal.SIGTERM, KILL_GRACE_S), (signal.SIGKILL, KILL_GRACE_S)):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            return
        except PermissionError:
            pass
        try:
            process.wait(grace_s)
        except subprocess.TimeoutExpired:
            continue
