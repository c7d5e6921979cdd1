"""A box and the world around it: two network namespaces and a cable, and a firewall in the box.

Needs root. The namespaces belong to processes of ours and go with them.
"""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

BOX4, WORLD4 = "10.77.0.1", "10.77.0.2"
BOX6, WORLD6 = "fd77::1", "fd77::2"
OPEN_S = 10.0   # how long an answer that must come may take
CLOSED_S = 1.0  # how long one that must not come is waited for

# One program for both ends. serve: answers every TCP connection and UDP packet on these ports.
# ask: "open" when it is answered, "closed" when nothing comes in time.
PEER = r"""
import selectors, socket, sys
def family(host): return socket.AF_INET6 if ":" in host else socket.AF_INET
def serve(*specs):
    waiting = selectors.DefaultSelector()
    for spec in specs:
        kind, host, port = spec.split(",")
        stream = kind == "tcp"
        s = socket.socket(family(host), socket.SOCK_STREAM if stream else socket.SOCK_DGRAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((host, int(port)))
        if stream: s.listen()
        waiting.register(s, selectors.EVENT_READ, stream)
    print("ready", flush=True)
    while True:
        for key, _ in waiting.select():
            if key.data:
                one, _ = key.fileobj.accept(); one.sendall(b"x"); one.close()
            else:
                text, peer = key.fileobj.recvfrom(64); key.fileobj.sendto(text, peer)
def ask(kind, host, port, seconds, source=""):
    s = socket.socket(family(host), socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
    s.settimeout(float(seconds))
    try:
        if source: s.bind(("", int(source)))
        s.connect((host, int(port)))
        if kind == "udp": s.send(b"x")
        print("open" if s.recv(1) else "closed")
    except OSError:
        print("closed")
globals()[sys.argv[1]](*sys.argv[2:])
"""


class Net:
    def __init__(self):
        self.children: list[subprocess.Popen] = []
        try:
            self.box = self.namespace()
            self.world = self.namespace()
            self.cable()
        except BaseException:
            self.close()
            raise

    def namespace(self) -> int:
        # Nobody else is on the cable: an address counts at once, and is not asked for first.
        child = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "for f in all default; do echo 0 >/proc/sys/net/ipv6/"
             "conf/$f/accept_dad; done; echo ready; exec sleep 600"],
            stdout=subprocess.PIPE, text=True)
        self.children.append(child)
        if child.stdout.readline() != "ready\n":
            raise AssertionError("no network namespace could be made; is this root?")
        return child.pid

    def run(self, where: int, *command: str, text: str | None = None) -> str:
        ran = subprocess.run(["nsenter", f"--net=/proc/{where}/ns/net", *command],
                             input=text, capture_output=True, text=True, check=False)
        if ran.returncode != 0:
            raise AssertionError(f"{' '.join(command)}: {ran.stderr.strip()}")
        return ran.stdout

    def cable(self) -> None:
        self.run(self.box, "ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0",
                 "netns", str(self.world))
        for where, v4, v6 in ((self.box, BOX4, BOX6), (self.world, WORLD4, WORLD6)):
            self.run(where, "ip", "link", "set", "lo", "up")
            self.run(where, "ip", "addr", "add", f"{v4}/24", "dev", "eth0")
            self.run(where, "ip", "addr", "add", f"{v6}/64", "dev", "eth0", "nodad")
            self.run(where, "ip", "link", "set", "eth0", "up")
        for where in (self.box, self.world):
            self.until_up(where)

    def until_up(self, where: int) -> None:
        """A link has an address of its own only once both ends of the cable are up."""
        end = time.monotonic() + OPEN_S
        while "fe80:" not in self.run(where, "ip", "-6", "addr", "show", "dev", "eth0"):
            if time.monotonic() > end:
                raise AssertionError("the cable never came up")
            time.sleep(0.02)

    def firewall(self, rules: str) -> None:
        """Loads them in the box in the place of what was there; neighbours are forgotten."""
        self.run(self.box, "nft", "-f", "-", text=f"flush ruleset\n{rules}")
        for where in (self.box, self.world):
            self.run(where, "ip", "neigh", "flush", "all")

    def start(self, where: int, *command: str) -> subprocess.Popen:
        """A program that runs until the net is closed."""
        child = subprocess.Popen(["nsenter", f"--net=/proc/{where}/ns/net", *command],
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.children.append(child)
        return child

    def serve(self, where: int, *specs: str) -> None:
        child = self.start(where, sys.executable, "-c", PEER, "serve", *specs)
        if child.stdout.readline() != "ready\n":
            raise AssertionError(f"cannot serve {specs}")

    def ask(self, where: int, kind: str, host: str, port: int, seconds: float,
            source: int | None = None) -> bool:
        """Whether an answer came within the time."""
        more = [] if source is None else [str(source)]
        said = self.run(where, sys.executable, "-c", PEER, "ask", kind, host, str(port),
                        str(seconds), *more)
        return said.strip() == "open"

    def wrong(self, opens: bool, asks: list[tuple]) -> list[tuple]:
        """Those of (where, kind, host, port[, source]) that are open where they must be closed, or
        the other way round. Asked at the same time."""
        seconds = OPEN_S if opens else CLOSED_S
        with ThreadPoolExecutor(len(asks)) as pool:
            found = pool.map(lambda a: self.ask(*a[:4], seconds, *a[4:]), asks)
            return [a[1:] for a, is_open in zip(asks, found) if is_open != opens]

    def close(self) -> None:
        for child in self.children:
            child.kill()
            child.wait()
            child.stdout.close()
        self.children.clear()
