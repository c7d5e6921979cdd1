"""The hardened units, started by systemd: a trial boot that is committed, one that fails the gate,
and what an agent in wrong hands may not do."""

import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from container import EXCUSED, FAILED, PASSED, ROOT, Container  # noqa: E402

AGENT = ROOT / "deploy/systemd/units/compliance-agent.service"
HELPER = AGENT.with_name("root-helper.service")
WAIT_FOR = """wait_for() { n=0; while ! eval "$1" >/dev/null 2>&1; do n=$((n + 1));
  [ $n -lt 150 ] || { echo "never: $1"; break; }; sleep 0.2; done; }
"""
# A program that only asks how well the kernel's clock is disciplined, as the agent does.
ASK_CLOCK = """#include <sys/timex.h>
int main(void) { struct timex t = {0}; return adjtimex(&t) < 0 ? 9 : 0; }
"""
WRONG_HANDS = """
for f in /boot/ab_state /var/lib/msp/update/gate.log /var/lib/msp/helper/used_orders \\
         /var/lib/msp/identity/appliance.key /etc/msp/agent.yaml /slot-a /slot-b /usr/bin/sh; do
  if ( : >>$f ) 2>/dev/null; then echo "wrote $f"; else echo "refused $f"; fi
done
rm -f /var/lib/msp/update/gate.log && echo "removed gate.log"
mv /var/lib/msp/helper /var/lib/msp/other && echo "moved the ledger"
systemctl restart other.service && echo "restarted a unit"
systemctl reboot && echo "rebooted"
python3 /asks-helper.py
[ -e /proc/1 ] && echo "sees other users' processes"
systemctl is-active --quiet root-helper.socket && echo "may ask for a unit"
echo end
"""


# Tokens of its own making, as text of messages/proto/helper.proto.
OWN_TOKENS = ("", 'type: "release-manifest" key_id: "0123456789abcdef" payload: "x"',
              'type: "grant" key_id: "0123456789abcdef" payload: "x" signature: "%s"' % ("s" * 64))
ASKS_HELPER = """import socket, sys
for token in {requests}:
    asked = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    asked.connect("/run/drydock/root-helper.sock")
    asked.send(token)
    print("asked to arm:", asked.recv(65536), flush=True)
"""


def encoded(request: str) -> bytes:
    return subprocess.run(["protoc", f"-I{ROOT}", "--encode=drydock.v1.HelperRequest",
                           "messages/proto/helper.proto"], input=request.encode(),
                          capture_output=True, check=True, cwd=ROOT).stdout


def like_the_agent(command: str) -> str:
    text = AGENT.read_text(encoding="utf-8")
    text = text.replace("Restart=always\n", "")
    return text.replace("ExecStart=/usr/bin/compliance-agent",
                        f"Type=oneshot\nExecStart={command}")


def like_the_helper(command: str) -> str:
    lines = HELPER.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    kept = [line for line in lines if not line.startswith(("ExecStart=", "Restart"))]
    return "\n".join(kept) + f"\nType=oneshot\nExecStart={command}\n"


def of_the_seed(text: str) -> str:
    """The same with the seed's own list of system calls and no other."""
    return re.sub(r"^(SystemCallFilter=(?!@system-service)|SystemCallErrorNumber=).*\n", "", text,
                  flags=re.M)


class TrialThatPasses(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.container = Container()
        cls.addClassCleanup(cls.container.close)
        with tempfile.NamedTemporaryFile("w", suffix=".c") as source:
            source.write(ASK_CLOCK)
            source.flush()
            subprocess.run(["gcc", "-o", str(cls.container.root / "usr/bin/ask-clock"),
                            source.name], check=True)
        cls.container.write("wrong-hands.sh", f"exec 2>/dev/null\n{WRONG_HANDS}")
        cls.container.write("asks-helper.py", ASKS_HELPER.format(requests=[
            encoded("arm_trial { token { %s } }" % token) for token in OWN_TOKENS]))
        cls.container.unit("wrong-hands.service", like_the_agent("/bin/sh /wrong-hands.sh"))
        cls.container.unit("other.service", "[Service]\nExecStart=/bin/sleep 1\n")
        cls.container.unit("restarts.service", like_the_helper("systemctl restart other.service"))
        asking = like_the_agent("/usr/bin/ask-clock")
        cls.container.unit("ours.service", asking)
        cls.container.unit("seed.service", of_the_seed(asking))
        cls.said = cls.container.boot(WAIT_FOR + """
wait_for 'grep -q "^set active_partition=.B" /boot/ab_state'
wait_for 'journalctl -u compliance-agent | grep -q "check-in: POST"'
systemctl start wrong-hands.service; systemctl start ours.service; systemctl start seed.service
systemctl start msp-trial-end.service; systemctl start restarts.service
for u in compliance-agent root-helper msp-health-gate ours seed restarts; do
  echo "$u $(systemctl show -p ActiveState,Result,NRestarts $u | tr '\\n' ' ')"
done
stat -c '%n %U %a' /run/drydock/root-helper.sock
sed -n '1,3p' /boot/ab_state
journalctl -o cat""")

    def line(self, start: str) -> str:
        found = [line for line in self.said.splitlines() if line.startswith(start)]
        self.assertTrue(found, f"no line starts with {start!r} in:\n{self.said}")
        return found[0]

    def state(self, unit: str) -> set[str]:
        return set(self.line(f"{unit} ").split()[1:])

    def test_the_trial_is_committed_through_root_helper(self):
        self.assertIn("root-helper: CommitTrial done", self.said)
        self.assertIn('set active_partition="B"\nset trial_partition="-"', self.said)

    def test_the_agent_lives_under_its_hardening_and_checks_in(self):
        self.assertEqual(self.state("compliance-agent"),
                         {"ActiveState=active", "Result=success", "NRestarts=0"})
        self.assertNotIn("never: ", self.said)
        self.assertIn("check-in: POST https://127.0.0.1:8443", self.said)

    def test_the_gate_ran_before_the_agent_and_remains(self):
        self.assertIn("ActiveState=active", self.state("msp-health-gate"))
        gate = self.said.index("Finished msp-health-gate.service")
        self.assertLess(gate, self.said.index("Started compliance-agent.service"))

    def test_a_committed_boot_is_not_ended(self):
        self.assertNotIn("asked: systemctl", self.said)
        self.assertIn("staying: slot B is the good one", self.said)

    def test_a_committed_boot_that_is_stopped_takes_nothing_back(self):
        self.assertEqual(self.container.gate_kinds(), [PASSED])
        self.assertEqual(self.container.tries_left(), "2")

    def test_the_helper_s_socket_is_open_to_the_agent_s_group_alone(self):
        self.assertEqual(self.line("/run/drydock/root-helper.sock").split()[1:], ["root", "660"])

    def test_an_agent_in_wrong_hands_writes_no_slot_no_boot_state_no_ledger_and_no_verdict(self):
        self.assertEqual(len(re.findall(r"^refused /", self.said, re.M)), 8)
        for done in ("wrote ", "removed gate.log", "moved the ledger"):
            self.assertNotRegex(self.said, f"(?m)^{done}")
        self.assertRegex(self.said, "(?m)^end$")

    def test_an_agent_in_wrong_hands_restarts_no_unit_and_no_host(self):
        self.assertNotRegex(self.said, "(?m)^(restarted a unit|rebooted)$")

    def test_an_agent_in_wrong_hands_arms_nothing_with_a_token_of_its_own_making(self):
        answers = re.findall("(?m)^asked to arm: (.*)$", self.said)
        self.assertEqual(len(answers), len(OWN_TOKENS))
        for answer in answers:
            # HELPER_FAILURE_REFUSED in the first field, and why.
            self.assertTrue(answer[2:].startswith(r"\x08\x05"), answer)
            self.assertIn("order: ", answer)
        self.assertNotIn("ArmTrial done", self.said)
        self.assertIn('set trial_partition="-"', self.said)

    def test_the_agent_sees_no_process_of_others_and_may_ask_whether_a_unit_runs(self):
        self.assertNotRegex(self.said, "(?m)^sees other users' processes$")
        self.assertRegex(self.said, "(?m)^may ask for a unit$")

    def test_the_helper_reaches_the_service_manager_from_its_sandbox(self):
        self.assertIn("Result=success", self.state("restarts"))
        self.assertIn("Started other.service", self.said)

    def test_the_clock_may_be_asked_where_the_seed_s_filter_ends_who_asks(self):
        self.assertIn("Result=success", self.state("ours"))
        self.assertIn("Result=signal", self.state("seed"))


class Centre(unittest.TestCase):
    """The coordinator in its unit, and an agent in its own, over mutual TLS on port 443."""

    @classmethod
    def setUpClass(cls):
        cls.container = Container(trial=False, centre=True)
        with open(cls.container.root / "etc/msp/agent.yaml", "a", encoding="utf-8") as told:
            told.write('metrics: {listen: "127.0.0.1:9100"}\n')
        cls.addClassCleanup(cls.container.close)
        cls.said = cls.container.boot(WAIT_FOR + """
wait_for 'curl -sf http://127.0.0.1:8000/health'
wait_for 'curl -s http://127.0.0.1:8000/metrics | grep -q "^drydock_check_ins_total.* [1-9]"'
wait_for 'curl -s http://127.0.0.1:9100/metrics | grep -q "^drydock_agent_check_good.*disk"'
curl -s http://127.0.0.1:9100/metrics | sed 's/^/agent: /'
systemctl show -p ActiveState,NRestarts,User fleet-coordinator
echo "coordinator $(grep CapEff /proc/$(systemctl show -P MainPID fleet-coordinator)/status)"
curl -s http://127.0.0.1:8000/health
curl -s http://127.0.0.1:8000/metrics | grep "^drydock_check_ins_total"
systemctl stop fleet-coordinator.service
curl -sk --max-time 30 https://127.0.0.1/; echo "asked while it was down: $?"
wait_for 'curl -s http://127.0.0.1:8000/metrics | grep -q "^drydock_check_ins_total.* [1-9]"'
stat -c '%n %U %a' /etc/drydock/pki /etc/drydock/pki/order.key /var/lib/drydock
journalctl -o cat -u fleet-coordinator -u compliance-agent""")

    def test_it_lives_under_its_hardening_and_listens_on_443_without_being_root(self):
        for line in ("ActiveState=active", "NRestarts=0", "User=drydock"):
            self.assertRegex(self.said, f"(?m)^{line}$")
        self.assertNotIn("never: ", self.said)
        self.assertIn("ready: edge 443, operator 9443, http 8000", self.said)
        self.assertRegex(self.said, r"(?m)^coordinator CapEff:\s0+$")

    def test_who_connects_while_it_is_down_waits_for_it_and_is_not_refused(self):
        # curl: 56, the edge ends a handshake without a certificate; 7 would be a refused one.
        self.assertRegex(self.said, "(?m)^asked while it was down: 56$")
        self.assertEqual(self.said.count("ready: edge 443"), 2)

    def test_an_agent_reaches_it_with_its_certificate(self):
        self.assertRegex(self.said, r"drydock_check_ins_total\{.*\} [1-9]")

    def test_the_agent_under_its_hardening_serves_what_dashboards_and_alerts_ask_of_it(self):
        names = set(re.findall(r"(?m)^agent: # TYPE (\w+)", self.said))
        texts = [path.read_text(encoding="utf-8") for path in
                 ((ROOT / "deploy/dashboards/json").glob("*.json"))]
        texts.append((ROOT / "deploy/dashboards/alerts.yml").read_text(encoding="utf-8"))
        asked = set(re.findall(r"\bdrydock_agent_[a-z_]+\b", " ".join(texts)))
        self.assertGreater(len(asked), 6)
        self.assertEqual(asked - names, set())
        for line in (r'drydock_agent_info\{site="north",slot="A",version="1.0.0"\} 1',
                     r'drydock_agent_check_ins_total\{result="answered"\} [1-9]\d*',
                     r"drydock_agent_reports_owed \d+", r"drydock_agent_journal_bytes [1-9]\d*"):
            self.assertRegex(self.said, f"(?m)^agent: {line}$")

    def test_it_reads_its_keys_and_changes_none(self):
        for line in ("/etc/drydock/pki root 750", "/etc/drydock/pki/order.key root 440",
                     "/var/lib/drydock drydock 700"):
            self.assertRegex(self.said, f"(?m)^{line}$")


class Drift(unittest.TestCase):
    """The healer looks once a minute, and acts at the second bad look."""

    @classmethod
    def setUpClass(cls):
        cls.container = Container(trial=False)
        cls.addClassCleanup(cls.container.close)
        with open(cls.container.root / "etc/msp/agent.yaml", "a", encoding="utf-8") as told:
            told.write("healer: {process: {unit: other.service, remedy: restart-unit}}\n")
        # The one unit that root-helper is told it may restart.
        cls.container.unit("other.service", "[Service]\nExecStart=/bin/sleep 3600\n")
        cls.said = cls.container.boot(WAIT_FOR.replace("-lt 150", "-lt 900") + """
wait_for 'systemctl is-active -q other'
systemctl show -p ActiveState other
journalctl -o cat""", limit_s=300)

    def test_a_watched_unit_that_does_not_run_is_started_through_root_helper(self):
        self.assertNotIn("never: ", self.said)
        self.assertRegex(self.said, "(?m)^ActiveState=active$")
        self.assertIn("root-helper: RestartUnit done", self.said)


class TrialThatIsStopped(unittest.TestCase):
    """A person stops the box when the trial has passed its gate and is not committed yet."""

    @classmethod
    def setUpClass(cls):
        cls.container = Container()
        cls.addClassCleanup(cls.container.close)
        cls.container.unit("compliance-agent.service.d/late.conf",
                           "[Service]\nExecStartPre=/bin/sleep 3600\n")
        cls.said = cls.container.boot(WAIT_FOR + """
wait_for 'systemctl is-active -q msp-health-gate'
wait_for 'systemctl show -P SubState compliance-agent | grep -q start-pre'
echo "gate $(systemctl show -P Result msp-health-gate)" """, after="msp-health-gate.service")

    def test_an_orderly_stop_costs_no_try_and_gate_log_says_so(self):
        self.assertNotIn("never: ", self.said)
        self.assertIn("gate success", self.said)
        self.assertEqual(self.container.gate_kinds(), [PASSED, EXCUSED])
        self.assertEqual(self.container.tries_left(), "3")


class TrialThatFails(unittest.TestCase):
    def boot(self, trial: bool, path: str, text: str) -> str:
        container = Container(trial)
        try:
            container.write(path, text)
            said = container.boot(WAIT_FOR + """
wait_for 'systemctl show -P ActiveEnterTimestampMonotonic compliance-agent | grep -qv "^0"'
wait_for 'journalctl -u msp-trial-end | grep -qE "rebooting|staying"'
echo "gate $(systemctl show -P Result msp-health-gate)"
journalctl -o cat""")
            if trial:
                self.kinds, self.tries_left = container.gate_kinds(), container.tries_left()
            return said
        finally:
            container.close()

    def test_a_trial_that_fails_the_gate_is_ended_by_a_reboot(self):
        said = self.boot(True, "etc/msp/health.d/never.yaml",
                         "name: never\ncommand: [/bin/false]\n")
        self.assertIn("gate exit-code", said)
        self.assertIn("rebooting: slot B is on trial", said)
        self.assertIn("asked: systemctl reboot", said)
        # Its stop is no person's: the try stays counted.
        self.assertEqual((self.kinds, self.tries_left), ([FAILED], "2"))

    def test_a_gate_that_fails_in_the_good_slot_ends_nothing(self):
        said = self.boot(False, "etc/msp/agent.yaml", "no such key: 1\n")
        self.assertIn("gate exit-code", said)
        self.assertIn("staying: slot A is the good one", said)
        self.assertNotIn("asked: systemctl", said)


if __name__ == "__main__":
    unittest.main()
