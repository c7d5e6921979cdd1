"""PostgreSQL and Redis of this machine, on Unix sockets in a folder of their own."""

import glob
import os
import subprocess
import tempfile
import time
from pathlib import Path

READY_S, TICK_S = 60.0, 0.05
PASSWORD = "s3cret+of/the:sinks"  # wants escaping in a URL
ESCAPED = "s3cret%2Bof%2Fthe%3Asinks"


def until(what: str, holds, limit_s: float = READY_S) -> None:
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > limit_s:
            raise AssertionError(f"not within {limit_s:g} s: {what}")
        time.sleep(TICK_S)


class Postgres:
    def __init__(self):
        # Of its own: PostgreSQL refuses to run as root, and its user may not look into a folder
        # that a runner keeps for itself. Removed with this object.
        self.kept = tempfile.TemporaryDirectory(prefix="drydock-pg-", dir="/tmp")
        self.folder = Path(self.kept.name)
        self.data = self.folder / "data"
        self.process: subprocess.Popen | None = None
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
        if not found:
            raise AssertionError("no PostgreSQL here: apt-get install postgresql")
        self.bin = Path(found[-1])
        self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        if os.geteuid() == 0:
            subprocess.run(["chown", "postgres:", str(self.folder)], check=True)
        else:
            self.user = []
        secret = self.folder / "password"
        secret.write_text(PASSWORD, encoding="utf-8")
        self.run("initdb", "-D", str(self.data), "-U", "mcp", "-A", "scram-sha-256", "--no-sync",
                 f"--pwfile={secret}", "-E", "UTF8", "--locale=C")
        self.start()
        self.ask("CREATE DATABASE mcp", "postgres")

    def run(self, program: str, *words: str) -> None:
        ran = subprocess.run([*self.user, str(self.bin / program), *words], capture_output=True,
                             text=True, cwd=self.folder)
        if ran.returncode != 0:
            raise AssertionError(f"{program}: {ran.stderr}{ran.stdout}")

    def start(self) -> None:
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [*self.user, str(self.bin / "postgres"), "-D", str(self.data), "-k",
                 str(self.folder), "-c", "listen_addresses=", "-c", "fsync=off", "-c",
                 "shared_buffers=16MB"], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.folder)
        until("PostgreSQL answers", lambda: subprocess.run(
            [str(self.bin / "pg_isready"), "-q", "-h", str(self.folder)]).returncode == 0)

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(3)  # SIGQUIT: at once, as a crash
            self.process.wait(timeout=READY_S)
        self.process = None

    def url(self, password: str = ESCAPED) -> str:
        return f"postgresql://mcp:{password}@/mcp?host={self.folder}"

    def ask(self, sql: str, database: str = "mcp") -> list[list[str]]:
        ran = subprocess.run(["psql", "-X", "-q", "-t", "-A", "-F", "\t", "-v", "ON_ERROR_STOP=1",
                              "-h", str(self.folder), "-U", "mcp", "-d", database, "-c", sql],
                             env={**os.environ, "PGPASSWORD": PASSWORD}, capture_output=True,
                             text=True)
        if ran.returncode != 0:
            raise AssertionError(ran.stderr)
        return [line.split("\t") for line in ran.stdout.splitlines() if line]

    def count(self, table: str) -> int:
        """0 while the table is not there yet."""
        known = self.ask(f"SELECT to_regclass('drydock.{table}') IS NOT NULL")[0][0] == "t"
        return int(self.ask(f"SELECT count(*) FROM drydock.{table}")[0][0]) if known else 0


class Redis:
    def __init__(self, folder: Path):
        self.folder = folder / "redis"
        self.folder.mkdir()
        self.socket = self.folder / "redis.sock"
        self.process: subprocess.Popen | None = None
        self.start()

    def start(self) -> None:
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                ["redis-server", "--port", "0", "--unixsocket", str(self.socket), "--requirepass",
                 PASSWORD, "--dir", str(self.folder), "--save", ""], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log)
        until("Redis answers", lambda: self.ask("PING") == "PONG")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=READY_S)
        self.process = None

    def url(self) -> str:
        return f"unix://:{ESCAPED}@{self.socket}"

    def ask(self, *words: str) -> str:
        ran = subprocess.run(["redis-cli", "-s", str(self.socket), *words], capture_output=True,
                             text=True, env={**os.environ, "REDISCLI_AUTH": PASSWORD})
        return ran.stdout.strip()
