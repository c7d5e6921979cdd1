"""Child processes that never outlive the firmware, and waiting without missing an event.

The signals SIGTERM, SIGINT, SIGHUP and SIGCHLD are blocked in this process and taken one at a time
by Bench.wait(), so nothing is ever interrupted half-way. Single-threaded.
"""

import ctypes
import os
import signal
import subprocess
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
STOP = frozenset((signal.SIGTERM, signal.SIGINT, signal.SIGHUP))
TAKEN = STOP | {signal.SIGCHLD}
TERM_GRACE_S = 5.0  # between SIGTERM and SIGKILL
TICK_S = 0.1        # how soon a request written to a file is seen
LOG_BYTES_MAX = 8 * 1024 * 1024

libc = ctypes.CDLL(None, use_errno=True)


class Child:
    """One running program, the leader of its own process group. What it says goes to the log;
    its standard output to `output` where one is named."""

    def __init__(self, command: list[str], folder: Path, log: Path, variables: dict[str, str],
                 output: Path | None = None):
        parent = os.getpid()

        def in_child() -> None:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            if os.getppid() != parent:  # the parent died before prctl took effect
                os._exit(1)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, TAKEN)

        if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
            log.replace(log.with_suffix(".log.1"))
        with open(log, "ab") as sink, open(output or log, "ab") as told:
            self.process = subprocess.Popen(
                command, cwd=folder, env={**os.environ, **variables},
                stdin=subprocess.DEVNULL, stdout=told, stderr=sink, start_new_session=True,
                preexec_fn=in_child)

    @property
    def pid(self) -> int:
        return self.process.pid

    def exit_code(self) -> int | None:
        """None while it runs; -N after signal N."""
        return self.process.poll()

    def signal_group(self, number: int) -> None:
        try:
            os.killpg(self.pid, number)
        except (ProcessLookupError, PermissionError):
            pass


class Bench:
    """Holds the children; wait() comes back when one ended, when told to stop, or after a tick."""

    def __init__(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, TAKEN)
        self.stopping = False

    def wait(self, seconds: float = TICK_S) -> None:
        taken = signal.sigtimedwait(TAKEN, max(0.0, seconds))
        if taken is not None and taken.si_signo in STOP:
            self.stopping = True

    def wait_for(self, child: Child, limit_s: float) -> int | None:
        """The child's exit code, or None when it was ended: told to stop, or past the limit."""
        deadline = time.monotonic() + limit_s
        while child.exit_code() is None:
            left = deadline - time.monotonic()
            if self.stopping or left <= 0:
                self.end([child])
                return None
            self.wait(min(left, TICK_S))
        child.signal_group(signal.SIGKILL)  # what it may have left behind
        return child.exit_code()

    def end(self, children: list[Child]) -> None:
        """SIGTERM to each, SIGKILL after the grace; afterwards none of them runs."""
        for child in children:
            child.signal_group(signal.SIGTERM)
        deadline = time.monotonic() + TERM_GRACE_S
        while any(child.exit_code() is None for child in children):
            left = deadline - time.monotonic()
            if left <= 0:
                break
            self.wait(min(left, TICK_S))
        for child in children:
            child.signal_group(signal.SIGKILL)
            child.process.wait()
