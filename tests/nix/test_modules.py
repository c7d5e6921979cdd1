"""The modules, evaluated: names, defaults, refusals, and that they say what the plain files say."""

import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from nix import BOX, ROOT, Refused, ask, configuration  # noqa: E402

UNITS = ROOT / "deploy/systemd/units"
NIX_FILES = sorted(path for path in ROOT.rglob("*.nix")
                   if not {"build", ".git"} & set(path.relative_to(ROOT).parts))
# Where a module names a unit's words, and how the plain file calls them.
WORDS = {"description": "Description", "after": "After", "wants": "Wants", "before": "Before",
         "requires": "Requires"}
INSTALL = {"wantedBy": "WantedBy", "requiredBy": "RequiredBy"}
METRICS = 'services.compliance-agent = { enable = true; siteId = "north"; metrics = { %s }; };'
SERVED = METRICS % 'enable = true; address = "0.0.0.0"; '
# Programs live in the store there and in /usr/bin here.
STORE = (("/nix/store/drydock/bin/", "/usr/bin/"), ("/nix/store/bash/bin/sh", "/bin/sh"),
         ("/nix/store/trial-end", "/usr/libexec/drydock/trial-end"))


def text(value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def of_module(unit: dict) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, name in WORDS.items():
        if key in unit:
            values = unit[key] if isinstance(unit[key], list) else [unit[key]]
            found[f"Unit.{name}"] = [" ".join(values)]
    for key, name in INSTALL.items():
        if key in unit:
            found[f"Install.{name}"] = [" ".join(unit[key])]
    for table, section in (("unitConfig", "Unit"), ("serviceConfig", "Service"),
                           ("socketConfig", "Socket"), ("timerConfig", "Timer")):
        for key, value in unit.get(table, {}).items():
            values = value if isinstance(value, list) else [value]
            found[f"{section}.{key}"] = [text(v) for v in values]
    for key in ("Service.ExecStart", "Service.ExecStop"):
        for line in found.get(key, []):
            for theirs, ours in STORE:
                line = line.replace(theirs, ours)
            found[key] = [" ".join(line.split())]
    if "Service.ReadWritePaths" in found:
        found["Service.ReadWritePaths"] = [" ".join(found["Service.ReadWritePaths"])]
    return found


def of_file(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    section = ""
    for line in (UNITS / name).read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            key, _, said = line.partition("=")
            found.setdefault(f"{section}.{key}", []).append(" ".join(said.split()))
    return found


class Files(unittest.TestCase):
    def test_every_nix_file_parses_and_names_no_unknown_variable(self):
        self.assertGreater(len(NIX_FILES), 15)
        ask("--parse", *map(str, NIX_FILES))

    def test_every_file_of_the_seed_s_tree_is_there(self):
        for name in ("flake.nix", "flake-compliance.nix", "iso/appliance-image.nix",
                     "iso/configuration.nix", "flake/Modules/compliance-agent.nix",
                     "flake/Modules/secrets.nix", "flake/Modules/timesync.nix",
                     "flake/Modules/ssh-hardening.nix", "modules/compliance-agent.nix"):
            self.assertTrue((ROOT / name).is_file(), name)


class SameAsPlainFiles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.box = configuration(BOX)

    def compare(self, name: str, unit: dict, apart: tuple[str, ...] = ()) -> None:
        module, plain = of_module(unit), of_file(name)
        for key in apart:
            module.pop(key, None)
            plain.pop(key, None)
        self.assertEqual(module, plain)

    def test_every_unit_is_that_of_the_plain_files(self):
        services = self.box["systemd"]["services"]
        # The environment is the module's; it is compared below.
        self.compare("compliance-agent.service", services["compliance-agent"],
                     ("Service.Environment", "Service.EnvironmentFile"))
        self.compare("root-helper.service", services["root-helper"])
        self.compare("msp-health-gate.service", services["msp-health-gate"])
        self.compare("msp-trial-end.service", services["msp-trial-end"])
        self.compare("root-helper.socket", self.box["systemd"]["sockets"]["root-helper"])
        self.compare("msp-boot-deadline.timer", self.box["systemd"]["timers"]["msp-boot-deadline"])

    def test_there_is_no_unit_of_the_appliance_in_one_place_alone(self):
        # The centre is none of an appliance's, and secrets are sops-nix's there.
        plain = {path.name for path in UNITS.iterdir()
                 if not path.name.startswith(("fleet-coordinator.", "msp-secrets."))}
        units = self.box["systemd"]
        module = {f"{name}.{kind[:-1]}" for kind in ("services", "sockets", "timers")
                  for name in units[kind]}
        self.assertEqual(module, plain)

    def test_the_agent_s_environment_is_that_of_the_seed(self):
        agent = self.box["systemd"]["services"]["compliance-agent"]
        self.assertEqual(agent["environment"], {
            "SITE_ID": "north", "MCP_URL": "https://api.osiriscare.net", "POLL_INTERVAL": "60"})
        plain = [line.split("=", 1) for line in of_file("compliance-agent.service")
                 ["Service.Environment"]]
        for name, said in plain:
            self.assertEqual(agent["environment"][name], said)

    def test_the_folders_are_those_of_the_plain_file(self):
        lines = (ROOT / "deploy/systemd/tmpfiles.d/drydock-appliance.conf").read_text().splitlines()
        wanted = [line for line in lines if line and not line.startswith("#")]
        self.assertEqual(self.box["systemd"]["tmpfiles"]["rules"], wanted)

    def test_the_firewall_is_the_plain_file(self):
        plain = (ROOT / "deploy/firewall/appliance.nft").read_text(encoding="utf-8")
        head, _, rules = plain.partition("flush ruleset\n\n")
        self.assertTrue(all(line.startswith("#") or not line for line in head.splitlines()))
        self.assertEqual(self.box["networking"]["nftables"]["ruleset"], rules)
        self.assertIs(self.box["networking"]["firewall"]["enable"], False)

    def test_the_mounts_are_those_of_the_plain_file(self):
        lines = (ROOT / "deploy/systemd/etc/fstab").read_text().splitlines()
        rows = [line.split() for line in lines
                if line and not line.startswith("#")]
        plain = {row[1]: (row[0].replace("PARTLABEL=", "/dev/disk/by-partlabel/"), row[2],
                          row[3].split(",")) for row in rows}
        module = {where: (fs["device"], fs["fsType"], fs["options"])
                  for where, fs in self.box["fileSystems"].items() if where != "/"}
        self.assertEqual(module, plain)

    def test_the_watchdog_is_that_of_the_plain_file(self):
        plain = (ROOT / "deploy/systemd/etc/system.conf.d/drydock.conf").read_text().splitlines()
        settings = dict(line.split("=") for line in plain if "=" in line and line[0] != "#")
        self.assertEqual(self.box["systemd"]["settings"]["Manager"], settings)
        self.assertIn("RuntimeWatchdogSec", settings)


class Agent(unittest.TestCase):
    def agent(self, more: str) -> str:
        return f'services.compliance-agent = {{ enable = true; siteId = "north"; {more} }};'

    def refused(self, settings: str, *words: str) -> None:
        with self.assertRaises(Refused) as raised:
            configuration(settings)
        for word in words:
            self.assertIn(word, str(raised.exception))

    def test_options_and_defaults_are_the_seed_s(self):
        agent = configuration(BOX)["services"]["compliance-agent"]
        self.assertEqual({key: agent[key] for key in ("mcpUrl", "pollInterval")},
                         {"mcpUrl": "https://api.osiriscare.net", "pollInterval": 60})
        self.assertLessEqual({"enable", "siteId", "mcpUrl", "pollInterval"}, set(agent))

    def test_nothing_is_installed_unless_it_is_enabled(self):
        off = configuration("")
        self.assertEqual(off["systemd"].get("services", {}), {})
        self.assertEqual((off["environment"], off["networking"], off["fileSystems"], off["sops"]),
                         ({}, {}, {}, {}))

    def test_helper_and_gate_can_be_left_out(self):
        units = configuration(self.agent("") + "services.root-helper.enable = false; "
                              "services.msp-health-gate.enable = false;")["systemd"]["services"]
        self.assertEqual(set(units), {"compliance-agent"})

    def test_wrong_values_are_refused_with_what_is_accepted(self):
        self.refused(self.agent("pollInterval = 0;"), "found 0, accepted: 1 to 86400")
        self.refused(self.agent('pollInterval = "60";'), "pollInterval", "signed integer")
        self.refused(self.agent('mcpUrl = "http://centre";'), "found http://centre", "https://host")
        self.refused('services.compliance-agent = { enable = true; siteId = "a b"; };', "found a b")
        self.refused("services.compliance-agent.enable = true;", "siteId", "not defined")
        self.refused(self.agent("pollIntervall = 60;"), "pollIntervall", "does not exist")
        self.refused(self.agent("") + 'services.msp-ab-layout = { enable = true; slotB = '
                     '"/dev/disk/by-partlabel/MSP-A"; };', "same partition")

    def test_settings_and_checks_become_the_files_that_the_programs_read(self):
        etc = configuration(self.agent('settings.soak = "5m"; healthChecks.disk.command = '
                                       '[ "/bin/true" ];'))["environment"]["etc"]
        self.assertIn('"soak":"5m"', etc["msp/agent.yaml"]["text"])
        self.assertIn('"slot_a":"/dev/disk/by-partlabel/MSP-A"', etc["msp/agent.yaml"]["text"])
        self.assertEqual(etc["msp/health.d/disk.yaml"]["text"],
                         '{"command":["/bin/true"],"name":"disk"}\n')

    def test_metrics_are_off_and_on_loopback_where_they_are_on(self):
        said = [configuration(self.agent(more))["environment"]["etc"]["msp/agent.yaml"]["text"]
                for more in ("", "metrics.enable = true;",
                             'metrics = { enable = true; address = "[::]"; port = 9101; };')]
        self.assertNotIn("metrics", said[0])
        self.assertIn('"metrics":{"listen":"127.0.0.1:9100"}', said[1])
        self.assertIn('"metrics":{"listen":"[::]:9101"}', said[2])

    def test_the_boot_deadline_moves_the_timer_and_the_gate_s_limit(self):
        units = configuration(self.agent("") + "services.msp-health-gate.bootDeadlineMinutes = 5;")
        self.assertEqual(
            units["systemd"]["timers"]["msp-boot-deadline"]["timerConfig"]["OnBootSec"], "5min")
        gate = units["systemd"]["services"]["msp-health-gate"]["serviceConfig"]
        self.assertEqual(gate["TimeoutStartSec"], "4min")


class Secrets(unittest.TestCase):
    SEED = """
      services.msp-secrets = {
        enable = true;
        sopsFile = /etc/secrets/secrets.yaml;
        ageKeyFile = /var/lib/sops-age/keys.txt;
        secrets = {
          mcp-api-key = {
            sopsKey = "mcp/api_key"; owner = "compliance-agent"; mode = "0400";
            restartUnits = [ "compliance-agent.service" ];
          };
          openai-key = { sopsKey = "llm/openai_api_key"; owner = "mcp-server"; mode = "0400"; };
        };
      };"""

    def test_the_seed_s_example_becomes_sops_nix_s_options(self):
        sops = configuration(self.SEED)["sops"]
        self.assertEqual(sops["defaultSopsFile"], "/etc/secrets/secrets.yaml")
        self.assertEqual(sops["age"], {"keyFile": "/var/lib/sops-age/keys.txt"})
        self.assertIs(sops["validateSopsFiles"], False)
        self.assertEqual(sops["secrets"], {
            "mcp-api-key": {"key": "mcp/api_key", "owner": "compliance-agent", "mode": "0400",
                            "restartUnits": ["compliance-agent.service"]},
            "openai-key": {"key": "llm/openai_api_key", "owner": "mcp-server", "mode": "0400",
                           "restartUnits": []}})

    def test_a_secret_that_everyone_may_read_and_a_key_in_the_store_are_refused(self):
        for wrong, why in (("mode = \"0400\"", "mode = \"0444\""),
                           ("/var/lib/sops-age/keys.txt", '"/nix/store/x/keys.txt"')):
            with self.assertRaises(Refused) as raised:
                configuration(self.SEED.replace(wrong, why))
            self.assertRegex(str(raised.exception), "lets everyone at it|lies in the Nix store")

    def test_a_mode_that_is_none_is_refused(self):
        with self.assertRaises(Refused) as raised:
            configuration(self.SEED.replace('"0400"', '"400"'))
        self.assertIn("string matching", str(raised.exception))


class Time(unittest.TestCase):
    def test_time_is_synchronised_and_a_box_without_servers_is_refused(self):
        box = configuration("services.msp-timesync.enable = true;")
        self.assertEqual(len(box["services"]["timesyncd"]["servers"]), 4)
        self.assertEqual(box["time"]["timeZone"], "UTC")
        with self.assertRaises(Refused):
            configuration("services.msp-timesync = { enable = true; servers = [ ]; };")


def as_sshd_has_it(value) -> str:
    """As NixOS writes a setting."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ",".join(value) if isinstance(value, list) else str(value)


class Ssh(unittest.TestCase):
    def test_sshd_takes_keys_alone_and_never_root(self):
        sshd = configuration("services.msp-ssh-hardening.enable = true;")["services"]["openssh"]
        self.assertEqual(
            {key: sshd["settings"][key] for key in ("PermitRootLogin", "PasswordAuthentication",
                                                    "KbdInteractiveAuthentication")},
            {"PermitRootLogin": "no", "PasswordAuthentication": False,
             "KbdInteractiveAuthentication": False})
        self.assertIs(sshd["openFirewall"], False)

    def test_the_real_sshd_takes_every_setting_and_comes_to_the_same(self):
        sshd = configuration("services.msp-ssh-hardening.enable = true;")["services"]["openssh"]
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{folder}/key"],
                           check=True)
            lines = [f"{name} {as_sshd_has_it(value)}" for name, value in sshd["settings"].items()]
            told = Path(folder, "sshd_config")
            told.write_text("\n".join([f"HostKey {folder}/key", *lines, ""]), encoding="utf-8")
            # sshd wants a folder of its own in /run, which is the caller's.
            ran = subprocess.run(
                ["unshare", "--map-root-user", "--mount", "sh", "-c", "mount -t tmpfs none /run && "
                 "mkdir /run/sshd && /usr/sbin/sshd -t -f \"$0\" && /usr/sbin/sshd -T -f \"$0\"",
                 str(told)], capture_output=True, text=True)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        effective = set(ran.stdout.splitlines())
        for line in ("permitrootlogin no", "passwordauthentication no", "allowgroups wheel",
                     "kbdinteractiveauthentication no", "x11forwarding no", "maxauthtries 3",
                     "allowtcpforwarding no", "ciphers chacha20-poly1305@openssh.com,"
                     "aes256-gcm@openssh.com"):
            self.assertIn(line, effective)


class Firewall(unittest.TestCase):
    def rules(self, more: str, beside: str = "") -> str:
        made = configuration(f"services.msp-firewall = {{ enable = true; {more} }};{beside}")
        return made["networking"]["nftables"]["ruleset"]

    def test_with_every_port_open_the_seed_s_line_stands_as_the_seed_has_it(self):
        rules = self.rules("open = { ssh = true; statusPage = true; sensorApi = true; "
                           "grpc = true; };")
        self.assertIn("tcp dport { 22, 80, 8080, 50051 } accept\n", rules)

    def test_every_line_of_the_seed_s_chains_is_there(self):
        rules = self.rules("open.ssh = true;")
        for line in ("type filter hook input priority 0; policy drop;",
                     "type filter hook output priority 0; policy drop;",
                     "ct state established,related accept", "iif lo accept",
                     "udp dport { 53, 123 } accept", "tcp dport { 53, 443 } accept",
                     "tcp dport { 5985, 5986 } accept"):
            self.assertIn(f"    {line}\n", rules)

    def test_a_port_without_a_program_behind_it_is_closed(self):
        self.assertNotRegex(self.rules(""), r"tcp dport \{[^}]*(22|80|8080|50051)")

    def test_without_our_options_no_rule_but_the_seed_s_is_left(self):
        rules = self.rules("loopback = false; neighbours = false; pathMtu = false; dhcp = false; "
                           "dhcpv6 = false;")
        self.assertNotRegex(rules, "icmp|oif lo|udp (s|d)port (67|68|546|547)")

    def test_ssh_targets_and_readers_of_metrics_are_named_by_family(self):
        rules = self.rules('sshTargets = [ "10.0.0.0/24" "fd00::5" ]; '
                           'metrics.from = [ "10.0.0.9" ];', SERVED)
        self.assertIn("ip daddr { 10.0.0.0/24 } tcp dport 22 accept", rules)
        self.assertIn("ip6 daddr { fd00::5 } tcp dport 22 accept", rules)
        self.assertIn("ip saddr { 10.0.0.9 } tcp dport 9100 accept", rules)
        self.assertNotIn("ip6 saddr {", rules)

    def test_no_port_is_opened_for_metrics_that_nobody_serves_there(self):
        for agent in ("", "enable = true; ", 'address = "0.0.0.0"; '):
            with self.subTest(agent), self.assertRaises(Refused) as raised:
                self.rules('metrics.from = [ "10.0.0.9" ];', METRICS % agent)
            self.assertIn("nothing listens there", str(raised.exception))
        with self.assertRaises(Refused):
            self.rules('metrics = { from = [ "10.0.0.9" ]; port = 9101; };', SERVED)


if __name__ == "__main__":
    unittest.main()
