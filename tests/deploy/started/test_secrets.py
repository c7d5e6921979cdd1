"""Secrets that are encrypted with age, under systemd: who reads them, and what a new one does."""

import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from container import Container  # noqa: E402
from test_started_units import WAIT_FOR, like_the_agent  # noqa: E402

LIST = """# the seed's two
mcp-api-key compliance-agent 0400 uses-one.service
openai-key  mcp-server       0400 uses-other.service
"""
PIDS = """one() { systemctl show -P MainPID uses-one; }
other() { systemctl show -P MainPID uses-other; }
"""


class Secrets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.container = Container(trial=False)
        cls.addClassCleanup(cls.container.close)
        cls.container.write("usr/lib/sysusers.d/mcp.conf", "u mcp-server - mcp-server\n")
        cls.container.place_secrets(LIST, mcp_api_key="first", openai_key="kept")
        cls.container.encrypt("rotated.age", "second")
        for name in ("one", "other"):
            cls.container.unit(f"uses-{name}.service", "[Service]\nExecStart=/bin/sleep 3600\n")
        cls.container.unit("reads.service", like_the_agent(
            "/bin/sh -c 'cat /run/secrets/mcp-api-key >&2; cat /run/secrets/openai-key >&2 || "
            "echo refused the other; cat /var/lib/sops-age/keys.txt >&2 || echo refused the key'"))
        cls.said = cls.container.boot(WAIT_FOR + PIDS + """
wait_for '[ -e /run/secrets/openai-key ]'
stat -c '%n %U %a' /run/secrets /run/secrets/* /var/lib/sops-age /etc/secrets
systemctl start uses-one uses-other reads
journalctl -o cat -u reads | sed 's/^/read: /'
one=$(one) other=$(other)
cp /rotated.age /etc/secrets/mcp-api-key.age
wait_for '[ "$(cat /run/secrets/mcp-api-key)" = second ]'
wait_for '[ "$(one)" -gt 0 ] && [ "$(one)" != "'$one'" ]'
[ "$(other)" = "$other" ] && echo "the other was left alone"
wait_for 'systemctl show -P ActiveState msp-secrets | grep -q inactive'
one=$(one)
echo garbage >/etc/secrets/mcp-api-key.age
wait_for 'journalctl -o cat -u msp-secrets | grep -q "no secret was changed"'
echo "after garbage: $(cat /run/secrets/mcp-api-key)"
[ "$(one)" = "$one" ] && echo "garbage restarted nobody"
cat /run/secrets/openai-key | sed 's/^/still: /'
grep -r -e second -e AGE-SECRET-KEY /var/log /run/log 2>/dev/null && echo "a secret is in a log"
journalctl | grep -e ' second$' -e AGE-SECRET-KEY && echo "a secret is in the journal"
""", after="basic.target msp-secrets.service")

    def test_each_appears_with_its_owner_and_mode_below_a_folder_of_root(self):
        for line in ("/run/secrets root 751", "/run/secrets/mcp-api-key compliance-agent 400",
                     "/run/secrets/openai-key mcp-server 400", "/var/lib/sops-age root 700",
                     "/etc/secrets root 700"):
            self.assertRegex(self.said, f"(?m)^{re.escape(line)}$")

    def test_the_agent_under_its_hardening_reads_its_own_and_no_other(self):
        self.assertRegex(self.said, "(?m)^read: first")
        self.assertRegex(self.said, "(?m)^read: .*refused the other$")
        self.assertRegex(self.said, "(?m)^read: refused the key$")
        self.assertNotRegex(self.said, "(?m)^read: .*(kept|AGE-SECRET)")

    def test_a_new_secret_restarts_who_uses_it_and_nobody_else(self):
        self.assertNotIn("never: ", self.said)
        self.assertIn("the other was left alone", self.said)

    def test_one_that_cannot_be_decrypted_changes_nothing(self):
        for line in ("after garbage: second", "garbage restarted nobody", "still: kept"):
            self.assertIn(line, self.said)

    def test_no_secret_is_in_a_log(self):
        self.assertNotIn("a secret is in", self.said)


if __name__ == "__main__":
    unittest.main()
