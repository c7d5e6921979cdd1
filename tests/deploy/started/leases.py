"""A real DHCP server in the world, and a real client in the box: ISC's, over v4 or v6."""

import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

from namespaces import Net

WAIT_S = 30.0  # for anything that must come
LEASED4, LEASED6 = "10.77.0.100", "fd77::100"
# Short, so that a lease is renewed, and lost, within seconds.
SERVER = {4: f"""authoritative; option dhcp-renewal-time 2; option dhcp-rebinding-time 4;
subnet 10.77.0.0 netmask 255.255.255.0 {{ range {LEASED4} {LEASED4}; }}
""", 6: f"""preferred-lifetime 4; option dhcp-renewal-time 2; option dhcp-rebinding-time 3;
subnet6 fd77::/64 {{ range6 {LEASED6} {LEASED6}; }}
"""}
CLIENT = """initial-interval 2; backoff-cutoff 2;
request subnet-mask, dhcp-lease-time, dhcp-renewal-time, dhcp-rebinding-time;
"""
# What dhclient has run: tells what happened, and sets the address.
SCRIPT = """#!/bin/sh
case $reason in
  BOUND | RENEW | REBIND) ip -4 addr replace $new_ip_address/24 dev eth0 ;;
  BOUND6 | RENEW6 | REBIND6) ip -6 addr replace $new_ip6_address/64 dev eth0 nodad ;;
  EXPIRE6) ip -6 addr del $old_ip6_address/64 dev eth0 ;;
esac
echo "event $reason"
"""


class Said:
    """What a program says, line by line as it comes."""

    def __init__(self, net: Net, where: int, *command: str | Path):
        self.process = net.start(where, *map(str, command))
        self.lines: queue.Queue[str | None] = queue.Queue()  # None: it has ended
        self.all: list[str] = []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self) -> None:
        try:
            for line in self.process.stdout:
                self.lines.put(line.strip())
        except ValueError:  # closed while it was read: the net is gone
            pass
        self.lines.put(None)

    def until(self, is_it: Callable[[str], bool]) -> list[str]:
        """The lines up to the one that is it; those before were read by earlier calls."""
        end, found = time.monotonic() + WAIT_S, []
        while True:
            try:
                line = self.lines.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                line = None
            if line is None:
                raise AssertionError(f"it never came; said so far: {self.all}")
            found.append(line)
            self.all.append(line)
            if is_it(line):
                return found

    def until_said(self, words: str) -> list[str]:
        return self.until(lambda line: words in line)

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=WAIT_S)


class Lease:
    def __init__(self, net: Net, folder: Path, family: int, life_s: int):
        self.net, self.folder, self.family = net, folder, family
        # The leased address is then the only one that it could ask from.
        net.run(net.box, "ip", f"-{family}", "addr", "flush", "dev", "eth0", "scope", "global")
        server = f"default-lease-time {life_s};\n{SERVER[family]}"
        for name, text in (("server.conf", server), ("server.leases", ""), ("script", SCRIPT),
                           ("client.conf", CLIENT), ("client.leases", "")):
            (folder / name).write_text(text, encoding="utf-8")
        (folder / "script").chmod(0o755)
        self.serve()

    def serve(self) -> None:
        self.server = Said(self.net, self.net.world, "dhcpd", f"-{self.family}", "-d", "-cf",
                           self.folder / "server.conf", "-lf", self.folder / "server.leases",
                           "-pf", self.folder / "server.pid", "eth0")
        self.server.until_said("Server starting service")

    def ask(self) -> Said:
        """The client, as it begins to ask."""
        return Said(self.net, self.net.box, "dhclient", f"-{self.family}", "-d", "-v", "-cf",
                    self.folder / "client.conf", "-lf", self.folder / "client.leases", "-pf",
                    self.folder / "client.pid", "-sf", self.folder / "script", "eth0")
