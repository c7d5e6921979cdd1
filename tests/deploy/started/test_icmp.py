"""The firewall's rules for ICMP: what each lets through, and that without it, and with the seed's
rules alone, it is dropped. What comes to the end of a chain is dropped by its policy, so a counter
there tells it."""

import re
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from namespaces import WORLD4, WORLD6, Net  # noqa: E402
from test_firewall import SEED, ours, without  # noqa: E402

WAIT_S = 30.0
NARROW4, NARROW6, NARROW_MTU = "10.78.0.5", "fd78::5", 1280
PREFIX = "fd79:"
# DNS is often kept out of connection tracking, since each question would be a connection.
UNTRACKED = """
table inet raw { chain output {
  type filter hook output priority raw
  udp dport 53 notrack
}
}
"""
# In the world: what comes over the cable, before anything there looks at it.
SEEN = """table netdev seen { chain in {
  type filter hook ingress device "eth0" priority 0
  icmpv6 type %s counter
}
}
"""
# The seed's rules with neighbours, without which there is no IPv6 to send large packets over.
NEIGHBOURS = "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept\n"
SEED_V6 = SEED.replace("# SSH", f"{NEIGHBOURS}# SSH").replace("# DNS", f"{NEIGHBOURS}# DNS")
ROUTER = f"""interface eth0 {{ AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4;
  prefix {PREFIX}:/64 {{ }}; }};
"""
# Sends one large packet, and says when it has learned what the path carries.
LARGE = r"""
import socket, sys, time
six, where, until = ":" in sys.argv[1], (sys.argv[1], 53), time.monotonic() + float(sys.argv[2])
s = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
level, discover, mtu = (socket.IPPROTO_IPV6, 23, 24) if six else (socket.IPPROTO_IP, 10, 14)
s.setsockopt(level, discover, 2)  # never in pieces
s.connect(where)
s.send(bytes(1400))
while s.getsockopt(level, mtu) > 1280 and time.monotonic() < until: time.sleep(0.01)
print(s.getsockopt(level, mtu))
"""
JOIN = r"""
import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
group = socket.inet_pton(socket.AF_INET6, "ff05::77")
link = socket.if_nametoindex("eth0").to_bytes(4, "little")
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group + link)
"""
# The query of a router that follows groups; the router alert in it is what makes it one.
QUERY = r"""
import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 1)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_HOPOPTS, bytes([0, 0, 5, 2, 0, 0, 1, 0]))
s.sendto(bytes([130, 0, 0, 0, 0, 1, 0, 0]) + bytes(16) + bytes([2, 125, 0, 0]),
         ("ff02::1", 0, 0, socket.if_nametoindex("eth0")))
"""


class Icmp(unittest.TestCase):
    def setUp(self):
        self.net = Net()
        self.addCleanup(self.net.close)

    def python(self, where: int, text: str, *arguments: str) -> str:
        return self.net.run(where, sys.executable, "-c", text, *arguments)

    def until(self, what: str, is_so) -> None:
        end = time.monotonic() + WAIT_S
        while not is_so():
            self.assertLess(time.monotonic(), end, f"never: {what}")
            time.sleep(0.05)

    def counted(self, where: int) -> bool:
        return re.search(r"counter packets [1-9]", self.net.run(where, "nft", "list", "ruleset")) \
            is not None

    def dropped(self, rules: str, chain: str, message: str, cause) -> None:
        self.net.firewall(rules)
        self.net.run(self.net.box, "nft", "add", "rule", "inet", "filter", chain, *message.split(),
                     "counter")
        cause()
        self.until(f"{message} at the end of {chain}", lambda: self.counted(self.net.box))

    def world_sees(self, message: str, cause) -> None:
        self.net.run(self.net.world, "nft", "-f", "-", text=f"flush ruleset\n{SEEN % message}")
        cause()
        self.until(f"{message} in the world", lambda: self.counted(self.net.world))


class Routers(Icmp):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory(prefix="dd-radvd-")
        self.addCleanup(folder.cleanup)
        self.told = Path(folder.name) / "radvd.conf"
        self.told.write_text(ROUTER, encoding="utf-8")
        self.net.run(self.net.world, "sysctl", "-qw", "net.ipv6.conf.all.forwarding=1")

    def advertise(self) -> None:
        self.net.start(self.net.world, "radvd", "-n", "-C", str(self.told), "-p",
                       f"{self.told}.pid", "-u", "root")

    def learned(self) -> bool:
        box = self.net.box
        return PREFIX in self.net.run(box, "ip", "-6", "addr", "show", "dev", "eth0") and \
            "proto ra" in self.net.run(box, "ip", "-6", "route", "show", "default")

    def test_a_real_router_gives_an_address_and_a_way_out(self):
        self.net.firewall(ours())
        self.advertise()
        self.until("an address and a default route of the router", self.learned)

    def test_without_the_rule_and_with_the_seed_s_alone_it_gives_neither(self):
        self.dropped(SEED, "input", "icmpv6 type nd-router-advert", self.advertise)
        self.assertFalse(self.learned())
        self.dropped(without("nd-router-advert"), "input", "icmpv6 type nd-router-advert",
                     lambda: None)
        self.assertFalse(self.learned())

    def bounce(self) -> None:
        """A link that comes up is when a host asks for routers."""
        for state in ("down", "up"):
            self.net.run(self.net.box, "ip", "link", "set", "eth0", state)
        self.net.until_up(self.net.box)

    def test_a_box_asks_for_routers(self):
        self.net.firewall(ours())
        self.world_sees("nd-router-solicit", self.bounce)
        self.dropped(SEED, "output", "icmpv6 type nd-router-solicit", self.bounce)


class Groups(Icmp):
    def join(self) -> None:
        self.python(self.net.box, JOIN)

    def query(self) -> None:
        self.python(self.net.world, QUERY)

    def test_a_box_says_which_groups_it_is_in(self):
        self.net.firewall(ours())
        self.world_sees("mld2-listener-report", self.join)
        for rules in (SEED, without("mld-listener-report")):
            self.dropped(rules, "output", "icmpv6 type mld2-listener-report", self.join)

    def test_a_box_hears_a_router_that_asks_for_groups(self):
        rule = "icmpv6 type mld-listener-query ip6 saddr fe80::/10"
        self.assertIn(f"{rule} accept", ours())
        self.net.firewall(ours().replace(f"{rule} accept", f"{rule} counter accept"))
        self.query()
        self.until("a query that is let in", lambda: self.counted(self.net.box))
        for rules in (SEED, without("mld-listener-query")):
            self.dropped(rules, "input", "icmpv6 type mld-listener-query", self.query)


class NarrowPaths(Icmp):
    """The world is a router whose next link carries less than the cable."""

    def setUp(self):
        super().setUp()
        world, box = self.net.world, self.net.box
        for setting in ("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"):
            self.net.run(world, "sysctl", "-qw", setting)
        self.net.run(world, "ip", "link", "add", "narrow", "mtu", str(NARROW_MTU), "type", "veth",
                     "peer", "name", "beyond")
        for link in ("narrow", "beyond"):
            self.net.run(world, "ip", "link", "set", link, "up")
        for address, via in ((NARROW4, WORLD4), (NARROW6, WORLD6)):
            length = 64 if ":" in address else 24
            prefix = address[:-1]
            self.net.run(world, "ip", "addr", "add", f"{prefix}2/{length}", "dev", "narrow")
            self.net.run(box, "ip", "route", "add", address, "via", via)

    def forget(self, address: str) -> None:
        """What was learned goes with the route."""
        via = WORLD6 if ":" in address else WORLD4
        for verb in ("del", "add"):
            self.net.run(self.net.box, "ip", "route", verb, address, "via", via)

    def known(self, address: str, wait_s: float = 0) -> int:
        return int(self.python(self.net.box, LARGE, address, str(wait_s)))

    def learns(self, rules: str, address: str) -> int:
        self.net.firewall(rules)
        self.forget(address)
        return self.known(address, WAIT_S)

    def test_a_box_learns_what_a_path_carries_also_of_what_it_does_not_track(self):
        for address in (NARROW4, NARROW6):
            for rules in (ours(), ours() + UNTRACKED):
                self.assertEqual(self.learns(rules, address), NARROW_MTU)

    def test_the_seed_s_rules_let_it_learn_of_known_connections_alone(self):
        for address, seed, message, mark in (
                (NARROW4, SEED, "icmp type destination-unreachable", "frag-needed"),
                (NARROW6, SEED_V6, "icmpv6 type packet-too-big", "packet-too-big")):
            self.assertEqual(self.learns(seed, address), NARROW_MTU)
            for rules in (seed, without(mark)):
                with self.subTest(mark):
                    self.forget(address)
                    self.dropped(rules + UNTRACKED, "input", message, lambda: self.known(address))
                    self.assertGreater(self.known(address), NARROW_MTU)


if __name__ == "__main__":
    unittest.main()
