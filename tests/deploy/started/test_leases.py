"""Leases behind the firewall: a real client gets, renews and rebinds one of a real server, v4 and
v6, and without the rules for it does not."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from leases import LEASED4, LEASED6, Lease  # noqa: E402
from namespaces import WORLD4, Net  # noqa: E402
from test_firewall import SEED, ours, without  # noqa: E402

UNICAST, BROADCAST = f"to {WORLD4} port 67", "to 255.255.255.255 port 67"


class Box(unittest.TestCase):
    def lease(self, family: int, rules: str, life_s: int = 60) -> Lease:
        folder = tempfile.TemporaryDirectory(prefix="dd-lease-")
        self.addCleanup(folder.cleanup)
        self.net = Net()
        self.addCleanup(self.net.close)
        self.net.firewall(rules)
        return Lease(self.net, Path(folder.name), family, life_s)

    def addresses(self, family: int) -> str:
        return self.net.run(self.net.box, "ip", f"-{family}", "-brief", "addr", "show", "eth0")


class OverV4(Box):
    def renewed(self, rules: str) -> tuple[list[str], list[str]]:
        """What the client asked from its first to its second yes, and what it said meanwhile."""
        client = self.lease(4, rules).ask()
        client.until_said("event BOUND")
        said = client.until_said("event RENEW")
        self.assertIn(f"{LEASED4}/24", self.addresses(4))
        return [line for line in said if line.startswith("DHCPREQUEST")], said

    def test_a_lease_is_renewed_by_asking_its_server_itself(self):
        asked, said = self.renewed(ours())
        self.assertEqual(len(asked), 1)
        self.assertIn(UNICAST, asked[0])
        self.assertNotIn("Operation not permitted", " ".join(said))

    def test_without_the_rules_for_it_no_renewal_leaves_the_box_and_only_a_rebinding_helps(self):
        """Who asks everybody, before a lease and when it is nearly over, asks past any firewall."""
        for rules in (without("port 67"), SEED):
            with self.subTest(rules):
                asked, said = self.renewed(rules)
                self.assertIn(UNICAST, asked[0])
                self.assertIn("send_packet: Operation not permitted", said)
                self.assertIn(BROADCAST, asked[-1])
                self.net.close()


class OverV6(Box):
    def test_a_lease_is_given_renewed_and_rebound(self):
        lease = self.lease(6, ours())
        client = lease.ask()
        client.until_said("event BOUND6")
        self.assertIn(f"{LEASED6}/64", self.addresses(6))
        renewed = client.until_said("event RENEW6")
        self.assertTrue(any("XMT: Renew" in line for line in renewed), renewed)
        lease.server.end()
        # It is asked once in vain, and asks no sooner again than it may ask everybody.
        client.until_said("XMT: Renew on eth0")
        lease.serve()
        client.until_said("event REBIND6")
        self.assertIn(f"{LEASED6}/64", self.addresses(6))

    def test_without_the_rules_for_it_a_lease_runs_out(self):
        for rules in (without("port 547"), without("sport 546"), without("sport 547"), SEED):
            with self.subTest(rules):
                client = self.lease(6, ours(), life_s=8).ask()
                client.until_said("event BOUND6")
                self.net.firewall(rules)
                until_lost = client.until_said("event EXPIRE6")
                self.assertTrue(any("XMT: Renew" in line for line in until_lost), until_lost)
                self.assertFalse(any(line.startswith("RCV: Reply") for line in until_lost))
                self.assertNotIn(LEASED6, self.addresses(6))
                self.net.close()

    def test_the_seed_s_rules_alone_get_no_lease_at_all(self):
        client = self.lease(6, SEED).ask()
        for _ in range(3):
            self.assertNotIn("RCV: Advertise", " ".join(client.until_said("XMT: Solicit")))


if __name__ == "__main__":
    unittest.main()
