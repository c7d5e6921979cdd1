"""The appliance's firewall, loaded for real: what must pass passes, all else is dropped, and the
seed's rules alone leave a host that cannot do its work."""

import re
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(Path(__file__).resolve().parent), str(ROOT / "tests/nix")]

from namespaces import BOX4, BOX6, WORLD4, WORLD6, Net  # noqa: E402
from nix import configuration  # noqa: E402

PLAIN = ROOT / "deploy/firewall/appliance.nft"
# The seed's ruleset, word for word.
SEED = """
table inet filter {
  chain input {
    type filter hook input priority 0; policy drop;

    # Allow established
    ct state established,related accept

    # Allow localhost
    iif lo accept

    # SSH, status page, sensor API, gRPC
    tcp dport { 22, 80, 8080, 50051 } accept
  }

  chain output {
    type filter hook output priority 0; policy drop;

    ct state established,related accept

    # DNS, NTP, HTTPS
    udp dport { 53, 123 } accept
    tcp dport { 53, 443 } accept

    # WinRM for healing
    tcp dport { 5985, 5986 } accept
  }
}
"""
OUT = (("udp", 53), ("udp", 123), ("tcp", 53), ("tcp", 443), ("tcp", 5985), ("tcp", 5986))
OUT_DROPPED = (("tcp", 22), ("tcp", 80), ("tcp", 8443), ("udp", 4444))
IN = (("tcp", 22),)
IN_DROPPED = (("tcp", 80), ("tcp", 443), ("tcp", 8080), ("tcp", 50051), ("tcp", 9100),
              ("tcp", 9443), ("udp", 53))
SERVED = ('services.compliance-agent = { enable = true; siteId = "north"; '
          'metrics = { enable = true; address = "[::]"; }; };')
OPTIONS = ("loopback", "neighbours", "pathMtu", "dhcp", "dhcpv6", "winrm")
LOCAL = 7000  # some port of the box's own


def ours() -> str:
    return PLAIN.read_text(encoding="utf-8").partition("flush ruleset\n")[2]


def of_nix(options: str) -> str:
    """The ruleset that the Nix module renders, with sshd on."""
    made = configuration("services.openssh.enable = true; services.msp-firewall = "
                         f"{{ enable = true; {options} }}; {SERVED}")
    return made["networking"]["nftables"]["ruleset"]


def without(*marks: str) -> str:
    """Our rules but for the lines with one of these words."""
    return "\n".join(line for line in ours().splitlines() if not any(m in line for m in marks))


class Text(unittest.TestCase):
    def test_nft_accepts_the_file(self):
        ran = subprocess.run(["unshare", "--net", "nft", "-c", "-f", str(PLAIN)],
                             capture_output=True, text=True)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))

    def test_nft_accepts_what_every_option_comes_to(self):
        for options in ("", *(f"{name} = false;" for name in OPTIONS),
                        "".join(f"{name} = false;" for name in OPTIONS),
                        "open = { statusPage = true; sensorApi = true; grpc = true; };",
                        'sshTargets = [ "10.0.0.0/8" "fd00::/8" ]; metrics.from = [ "fd00::1" ];'):
            with self.subTest(options):
                ran = subprocess.run(["unshare", "--net", "nft", "-c", "-f", "-"], text=True,
                                     input=of_nix(options), capture_output=True)
                self.assertEqual((ran.returncode, ran.stderr), (0, ""))

    def test_nothing_but_the_listed_ports_is_open(self):
        ports = re.findall(r"tcp dport (\{[^}]*\}|\d+)", ours())
        self.assertEqual(ports, ["{ 22 }", "{ 53, 443 }", "{ 5985, 5986 }"])


class Loaded(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.net = Net()
        cls.addClassCleanup(cls.net.close)
        hosts = {cls.net.world: (WORLD4, WORLD6), cls.net.box: (BOX4, BOX6)}
        served = {cls.net.world: OUT + OUT_DROPPED + (("udp", 67), ("udp", 547)),
                  cls.net.box: IN + IN_DROPPED}
        for where, addresses in hosts.items():
            cls.net.serve(where, *(f"{kind},{host},{port}" for kind, port in served[where]
                                   for host in addresses))
        cls.net.serve(cls.net.box, f"tcp,127.0.0.1,{LOCAL}", f"tcp,::1,{LOCAL}")

    def out(self, *ports: tuple[str, int], hosts=(WORLD4, WORLD6)) -> list[tuple]:
        return [(self.net.box, kind, host, port) for kind, port in ports for host in hosts]

    def into(self, *ports: tuple[str, int]) -> list[tuple]:
        return [(self.net.world, kind, host, port) for kind, port in ports for host in (BOX4, BOX6)]

    def local(self) -> list[tuple]:
        return self.out(("tcp", LOCAL), hosts=("127.0.0.1", "::1"))

    def passes(self, *asks: list[tuple]) -> None:
        self.assertEqual(self.net.wrong(True, sum(asks, [])), [])

    def dropped(self, *asks: list[tuple]) -> None:
        self.assertEqual(self.net.wrong(False, sum(asks, [])), [])

    def lease(self) -> list[tuple]:
        return [(self.net.box, "udp", WORLD4, 67, 68), (self.net.box, "udp", WORLD6, 547, 546)]

    def test_without_a_firewall_every_port_answers(self):
        """Otherwise a closed port below would show nothing."""
        self.net.firewall("")
        self.passes(self.out(*OUT, *OUT_DROPPED), self.into(*IN, *IN_DROPPED), self.local(),
                    self.lease())

    def test_what_the_box_needs_passes_over_v4_and_v6(self):
        self.net.firewall(ours())
        self.passes(self.out(*OUT), self.into(*IN), self.local(), self.lease())

    def test_everything_else_is_dropped_both_ways(self):
        self.net.firewall(ours())
        self.dropped(self.out(*OUT_DROPPED), self.into(*IN_DROPPED))

    def test_a_server_of_leases_is_reached_from_the_client_s_port_alone(self):
        self.net.firewall(ours())
        self.dropped(self.out(("udp", 67), ("udp", 547)))

    def test_ssh_leads_to_the_named_targets_and_metrics_to_the_named_readers_alone(self):
        asks = [*self.out(("tcp", 22)), *self.into(("tcp", 9100))]
        for world, check in (((WORLD4, WORLD6), self.passes),
                             (("10.77.0.9", "fd77::9"), self.dropped)):
            named = " ".join(f'"{address}"' for address in world)
            self.net.firewall(of_nix(f"sshTargets = [ {named} ]; metrics.from = [ {named} ];"))
            check(asks)
            self.dropped(self.out(("tcp", 80)), self.into(("tcp", 9443)))

    def test_the_seed_s_rules_alone_leave_loopback_unreachable(self):
        self.net.firewall(SEED)
        self.dropped(self.local())
        self.net.firewall(SEED.replace("# DNS, NTP, HTTPS", "oif lo accept"))
        self.passes(self.local())

    def test_the_seed_s_rules_alone_leave_no_ipv6(self):
        self.net.firewall(SEED)
        self.dropped(self.out(("tcp", 443), hosts=(WORLD6,)))
        self.passes(self.out(("tcp", 443), hosts=(WORLD4,)))

    def test_the_seed_s_rules_alone_renew_no_lease(self):
        self.net.firewall(SEED)
        self.dropped(self.lease())

    def test_each_of_our_rules_is_what_lets_its_own_through(self):
        for mark, asks in (("oif lo", self.local()), ("dport 67", self.lease()[:1]),
                           ("dport 547", self.lease()[1:]),
                           ("nd-neighbor", self.out(("tcp", 443), hosts=(WORLD6,)))):
            with self.subTest(mark):
                self.net.firewall(without(mark))
                self.dropped(asks)


if __name__ == "__main__":
    unittest.main()
