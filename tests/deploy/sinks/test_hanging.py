"""Servers that accept and never answer: nothing waits for them, least of all the coordinator."""

import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from centre import BIN, Appliance, Centre, run  # noqa: E402
from servers import Postgres, until  # noqa: E402

# Connecting to one address (Database::connect_s_max), and the coordinator's own end.
STOP_S_MAX = 8.0
NO_TLS, GREETED = b"N", (b"R" + struct.pack("!ii", 8, 0)              # authentication is over
                         + b"S" + struct.pack("!i", 24) + b"server_version\x0015.0\0"
                         + b"Z" + struct.pack("!i", 5) + b"I")        # ready for a statement


class Silent:
    """Listens on a free port, and says nothing: at all, or once PostgreSQL's greeting is over."""

    def __init__(self, greets: bool):
        self.greets, self.asked = greets, b""
        self.kept: list[socket.socket] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        while True:
            try:
                one, _ = self.listener.accept()
            except OSError:
                return
            self.kept.append(one)
            threading.Thread(target=self.hear, args=(one,), daemon=True).start()

    def hear(self, one: socket.socket) -> None:
        try:
            while self.greets:
                size, kind = struct.unpack("!ii", one.recv(8, socket.MSG_WAITALL))
                one.recv(size - 8, socket.MSG_WAITALL)
                one.sendall(NO_TLS if kind == 80877103 else GREETED)
                if kind != 80877103:
                    break
            while said := one.recv(4096):
                self.asked += said
        except (OSError, struct.error):
            pass

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for one in self.kept:
            one.close()


class Hanging(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dd-sinks-")
        self.addCleanup(folder.cleanup)
        self.here = Path(folder.name)
        self.pki = self.here / "pki"
        run(BIN / "drydock", "pki", "init", self.pki)

    def silent(self, greets: bool = False) -> Silent:
        made = Silent(greets)
        self.addCleanup(made.close)
        return made

    def centre(self, **urls: str) -> Centre:
        made = Centre(self.here, "centre", self.pki, **urls)
        self.addCleanup(lambda: made.stop(kill=True))
        made.start()
        return made

    def ends(self, centre: Centre) -> int:
        """Asks it to stop, and answers what it ended with."""
        centre.process.send_signal(signal.SIGTERM)
        return centre.process.wait(timeout=STOP_S_MAX)

    def test_a_postgresql_that_never_answers_a_connection_does_not_hold_up_the_end(self):
        silent = self.silent()
        centre = self.centre(DATABASE_URL=f"postgresql://mcp@127.0.0.1:{silent.port}/mcp"
                                          "?sslmode=disable&connect_timeout=600")
        until("it is being connected to", lambda: silent.asked != b"")
        self.assertEqual(self.ends(centre), 0)

    def test_it_is_given_up_and_tried_again_whatever_the_url_says(self):
        silent = self.silent()
        centre = self.centre(DATABASE_URL=f"postgresql://mcp@127.0.0.1:{silent.port}/mcp"
                                          "?connect_timeout=600")
        until("it was tried three times", lambda: len(silent.kept) >= 3)
        self.assertIn("database: ", centre.said())
        self.assertEqual(centre.metric('drydock_sink_up{sink="database"}'), 0)

    def test_a_postgresql_that_never_answers_a_statement_does_not_hold_up_the_end(self):
        silent = self.silent(greets=True)
        centre = self.centre(DATABASE_URL=f"postgresql://mcp@127.0.0.1:{silent.port}/mcp")
        until("it was asked something", lambda: b"statement_timeout" in silent.asked)
        self.assertEqual(self.ends(centre), 0)
        self.assertNotIn("database: ", centre.said().partition("told to stop")[2])

    def test_a_redis_that_never_answers_does_not_hold_up_the_end(self):
        silent = self.silent()
        centre = self.centre(REDIS_URL=f"redis://:secret@127.0.0.1:{silent.port}")
        until("it was asked something", lambda: b"AUTH" in silent.asked)
        self.assertEqual(self.ends(centre), 0)

    def test_a_postgresql_that_freezes_is_seen_and_caught_up_with_when_it_goes_on(self):
        postgres = Postgres()
        self.addCleanup(postgres.kept.cleanup)
        self.addCleanup(postgres.stop)
        centre = self.centre(DATABASE_URL=postgres.url())
        box = Appliance(self.here, centre, "box")
        until("it is written to",
              lambda: centre.metric('drydock_sink_up{sink="database"}') == 1)
        frozen = backends(postgres)
        for process in frozen:
            os.kill(process, signal.SIGSTOP)
        try:
            until("the coordinator has noticed",
                  lambda: centre.metric('drydock_sink_up{sink="database"}') == 0)
            self.assertEqual(box.check_in(centre), "200")
        finally:
            for process in frozen:
                os.kill(process, signal.SIGCONT)
        until("it has caught up", lambda: postgres.count("fleet") == 1
              and centre.metric('drydock_sink_up{sink="database"}') == 1)
        self.assertEqual(self.ends(centre), 0)


def backends(postgres: Postgres) -> list[int]:
    """The server and every process of it."""
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(postgres.process.pid)],
                            capture_output=True, text=True, check=True).stdout
    return [postgres.process.pid, *map(int, listed.split())]


if __name__ == "__main__":
    unittest.main()
