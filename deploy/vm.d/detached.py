"""Programs that outlive the command that started them. Who runs is known by a number in a file, and
believed only where the process of that number has our mark in its environment."""

import os
import shlex
import signal
import subprocess
import time
from pathlib import Path

MARK = "DRYDOCK_VM"
END_S, TICK_S = 20.0, 0.1


class Detached:
    def __init__(self, folder: Path, name: str):
        self.folder, self.name = folder, name
        self.file, self.log = folder / f"{name}.pid", folder / f"{name}.log"
        self.child: subprocess.Popen | None = None  # where this very process started it

    def pid(self) -> int:
        """0 when it does not run."""
        if self.child is not None:  # its environment is readable only some moments after its start
            return self.child.pid if self.child.poll() is None else 0
        try:
            pid = int(self.file.read_text(encoding="utf-8"))
            environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(") ", 1)[1][0]
        except (OSError, ValueError, IndexError):
            return 0
        return pid if f"{MARK}={self.file}".encode() in environment and state != "Z" else 0

    def start(self, words: list[str | Path], dry: bool) -> None:
        command = [str(word) for word in words]
        if dry:
            print(shlex.join(command))
            return
        if self.pid():
            return
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(
                command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, env={**os.environ, MARK: str(self.file)})
        self.file.write_text(str(self.child.pid), encoding="utf-8")

    def end(self, dry: bool) -> None:
        pid = self.pid()
        if not pid:
            return
        if dry:
            print(f"kill {pid}  # {self.name}")
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
            deadline = time.monotonic() + END_S
            while self.pid() and time.monotonic() < deadline:
                time.sleep(TICK_S)
            if not self.pid():
                if self.child is not None:
                    self.child.wait(END_S)
                self.file.unlink(missing_ok=True)
                return
