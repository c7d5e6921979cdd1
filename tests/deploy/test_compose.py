"""The compose stack's files. No container engine runs here: nothing is built, pulled or started."""

import json
import os
import re
import stat
import subprocess
import tempfile
import unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "GRAFANA_ADMIN_PASSWORD"}
CENTRE_FILES = {"order.key", "order.pub", "release.pub", "appliance-ca.crt", "operator-ca.crt",
                "edge.key", "edge.crt", "operator.key", "operator.crt"}


def read(path: str):
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


class Compose(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = read("docker-compose.yml")
        cls.services = cls.stack["services"]
        cls.text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")

    def ports(self, service: str) -> list[str]:
        return self.services[service]["ports"]

    def test_the_services_are_the_seed_s(self):
        self.assertEqual(self.stack["version"], "3.8")
        self.assertEqual(set(self.services), {"mcp-server", "db", "redis", "prometheus", "grafana"})
        self.assertEqual(self.services["mcp-server"]["build"], "./mcp-server")
        self.assertEqual(self.services["mcp-server"]["depends_on"], ["db", "redis"])
        self.assertEqual(self.services["mcp-server"]["healthcheck"],
                         {"test": "curl -f http://localhost:8000/health", "interval": "30s"})
        self.assertEqual({name: self.services[name]["image"]
                          for name in ("redis", "prometheus", "grafana")},
                         {"redis": "redis:alpine", "prometheus": "prom/prometheus",
                          "grafana": "grafana/grafana"})

    def test_the_seed_s_ports_are_there_and_the_rest_listens_on_loopback(self):
        self.assertEqual(self.ports("mcp-server"),
                         ["8000:8000", "443:8443", "127.0.0.1:9443:9443"])
        self.assertEqual(self.ports("grafana"), ["3000:3000"])
        self.assertEqual((self.ports("db"), self.ports("redis"), self.ports("prometheus")),
                         (["127.0.0.1:5432:5432"], ["127.0.0.1:6379:6379"],
                          ["127.0.0.1:9091:9090"]))

    def test_no_password_has_a_default(self):
        asked = re.findall(r"\$\{(\w+)(:\?|:-|-)?", self.text)
        self.assertEqual({name for name, _ in asked}, SECRETS)
        self.assertEqual({how for _, how in asked}, {":?"})
        self.assertNotRegex(self.text, r"(?i)password=[^$]")
        example = (ROOT / ".env.example").read_text(encoding="utf-8")
        self.assertEqual(set(re.findall(r"(?m)^(\w+)=$", example)), SECRETS)
        self.assertEqual(re.findall(r"(?m)^\w+=.+$", example), [])

    def config(self, env: str) -> subprocess.CompletedProcess:
        """What Debian's docker-compose makes of the file; it needs no engine for that."""
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(env)
            file.flush()
            return subprocess.run(
                ["docker-compose", "--env-file", file.name, "-f", "docker-compose.yml", "config"],
                cwd=ROOT, capture_output=True, text=True,
                env={name: value for name, value in os.environ.items() if name not in SECRETS})

    def test_docker_compose_takes_the_file_and_fills_the_passwords_in(self):
        ran = self.config("".join(f"{name}=of-{name}\n" for name in SECRETS))
        self.assertEqual(ran.returncode, 0, ran.stderr)
        made = yaml.safe_load(ran.stdout)["services"]
        self.assertEqual(set(made), set(self.services))
        self.assertEqual(made["mcp-server"]["environment"], {
            "DATABASE_URL": "postgresql://mcp:of-POSTGRES_PASSWORD@db:5432/mcp",
            "REDIS_URL": "redis://:of-REDIS_PASSWORD@redis:6379"})
        self.assertEqual(made["grafana"]["environment"]["GF_SECURITY_ADMIN_PASSWORD"],
                         "of-GRAFANA_ADMIN_PASSWORD")

    def test_docker_compose_refuses_to_go_on_without_any_of_the_passwords(self):
        empty = min(SECRETS)
        for missing, env in (*((name, "") for name in SECRETS), (empty, f"{empty}=\n")):
            ran = self.config(env + "".join(f"{name}=x\n" for name in SECRETS - {missing}))
            self.assertNotEqual(ran.returncode, 0)
            self.assertIn("run deploy/compose/first-start", ran.stderr)

    def test_every_file_that_the_stack_names_exists(self):
        made_at_first_start = {"./secrets/centre"}
        for name, service in self.services.items():
            for volume in service.get("volumes", []):
                source = volume.split(":")[0]
                if source.startswith("."):
                    there = (ROOT / source).exists() or source in made_at_first_start
                    self.assertTrue(there, f"{name}: {source}")
                else:
                    self.assertIn(source, self.stack["volumes"], name)
        self.assertTrue((ROOT / "mcp-server/Dockerfile").is_file())

    def test_the_centre_s_container_has_no_privilege(self):
        centre = self.services["mcp-server"]
        self.assertEqual((centre["cap_drop"], centre["read_only"]), (["ALL"], True))
        self.assertEqual(centre["security_opt"], ["no-new-privileges:true"])


class Image(unittest.TestCase):
    def setUp(self):
        text = (ROOT / "mcp-server/Dockerfile").read_text(encoding="utf-8")
        self.lines = re.sub(r"\\\n\s*", " ", text).splitlines()

    def words(self, instruction: str) -> list[str]:
        return [line.partition(" ")[2] for line in self.lines if line.startswith(instruction + " ")]

    def test_it_follows_the_seed_s_pattern(self):
        self.assertEqual(self.words("FROM"), ["debian:bookworm-slim"])
        self.assertEqual(len(self.words("RUN")), 1)
        self.assertIn("rm -rf /var/lib/apt/lists/*", self.words("RUN")[0])
        self.assertEqual([" ".join(self.words("HEALTHCHECK")[0].split())],
                         ["--interval=30s --timeout=10s CMD curl -f "
                          "http://localhost:8000/health || exit 1"])

    def test_it_does_not_run_as_root(self):
        self.assertEqual(self.words("USER"), ["drydock"])
        order = [line.split(" ")[0] for line in self.lines if line and line[0] != "#"]
        self.assertLess(order.index("USER"), order.index("CMD"))

    def test_its_ports_are_those_that_the_stack_publishes(self):
        stack = read("docker-compose.yml")["services"]["mcp-server"]["ports"]
        inside = {port.rpartition(":")[2] for port in stack}
        self.assertEqual(set(self.words("EXPOSE")[0].split()), inside)
        command = json.loads(self.words("CMD")[0])
        self.assertEqual({word.rpartition(":")[2] for word in command if ":" in word}, inside)

    def test_nothing_but_the_programs_is_sent_to_the_build(self):
        ignored = (ROOT / "mcp-server/.dockerignore").read_text(encoding="utf-8").split()
        self.assertEqual(ignored, ["*", "!bin/"])


class FirstStart(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.into = Path(folder.name) / "into"
        self.pki = Path(folder.name) / "pki"
        self.into.mkdir()
        self.pki.mkdir()
        for name in CENTRE_FILES | {"release.key", "operator-ca.key", "appliance-ca.key",
                                    "admin.key", "admin.crt"}:
            (self.pki / name).write_text(name)

    def start(self, *more: str) -> subprocess.CompletedProcess:
        return subprocess.run([str(ROOT / "deploy/compose/first-start"), "--pki", str(self.pki),
                               "--into", str(self.into), *more], capture_output=True, text=True)

    def test_each_password_is_random_long_and_private(self):
        self.assertEqual(self.start().returncode, 0)
        env = self.into / ".env"
        self.assertEqual(stat.S_IMODE(env.stat().st_mode), 0o600)
        made = dict(re.findall(r"(?m)^(\w+)=(.+)$", env.read_text()))
        self.assertEqual(set(made), SECRETS)
        self.assertEqual(len(set(made.values())), 3)
        for value in made.values():
            self.assertRegex(value, r"^[A-Za-z0-9]{32}$")

    def test_a_second_start_keeps_what_is_there(self):
        self.start()
        before = (self.into / ".env").read_text()
        self.assertEqual(self.start().returncode, 0)
        self.assertEqual((self.into / ".env").read_text(), before)

    def test_the_centre_gets_no_key_that_belongs_offline(self):
        self.start()
        centre = self.into / "secrets/centre"
        self.assertEqual({path.name for path in centre.iterdir()}, CENTRE_FILES)
        for path in centre.iterdir():
            about = path.stat()
            self.assertEqual((about.st_uid, stat.S_IMODE(about.st_mode)), (10001, 0o400))

    def test_a_folder_without_keys_is_refused_and_nothing_is_made(self):
        (self.pki / "order.key").unlink()
        ran = self.start()
        self.assertEqual(ran.returncode, 1)
        self.assertIn("has no order.key", ran.stderr)
        self.assertEqual(list(self.into.iterdir()), [])

    def test_git_ignores_what_it_makes(self):
        ran = subprocess.run(["git", "check-ignore", ".env", "secrets/centre/order.key",
                              "mcp-server/bin/drydock"], cwd=ROOT, capture_output=True, text=True,
                             env={**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null"})
        self.assertEqual(len(ran.stdout.split()), 3, ran.stderr)


class Watching(unittest.TestCase):
    def test_prometheus_scrapes_the_centre_s_port_and_reads_rules_that_are_mounted(self):
        told = read("prometheus.yml")
        self.assertEqual(told["scrape_configs"][0]["static_configs"][0]["targets"],
                         ["mcp-server:8000"])
        mounted = read("docker-compose.yml")["services"]["prometheus"]["volumes"]
        lists = [pattern for job in told["scrape_configs"] for found in
                 job.get("file_sd_configs", []) for pattern in found["files"]]
        self.assertEqual(lists, ["scraped/*.yml"])
        self.assertIn("./deploy/compose/scraped:/etc/prometheus/scraped:ro", mounted)
        for rules in told["rule_files"]:
            self.assertTrue(any(f"/etc/prometheus/{rules}" in volume for volume in mounted), rules)

    def test_promtool_takes_the_configuration_as_the_container_has_it(self):
        with tempfile.TemporaryDirectory() as folder:
            for volume in read("docker-compose.yml")["services"]["prometheus"]["volumes"]:
                source, where = volume.split(":")[:2]
                if source.startswith("./"):
                    target = Path(folder) / Path(where).relative_to("/etc/prometheus")
                    target.symlink_to(ROOT / source)
            ran = subprocess.run(["promtool", "check", "config", f"{folder}/prometheus.yml"],
                                 capture_output=True, text=True)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        self.assertIn("SUCCESS: 1 rule files found", ran.stdout)
        self.assertIn("prometheus.yml is valid prometheus config file syntax", ran.stdout)

    def test_every_dashboard_asks_the_provisioned_datasource(self):
        sources = read("deploy/dashboards/provisioning/datasources/prometheus.yml")["datasources"]
        self.assertEqual([source["url"] for source in sources], ["http://prometheus:9090"])
        known = {source["uid"] for source in sources}
        boards = sorted((ROOT / "deploy/dashboards/json").glob("*.json"))
        self.assertEqual(len(boards), 3)
        for path in boards:
            for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
                self.assertIn(panel["datasource"]["uid"], known)
                self.assertTrue(panel["targets"], panel["title"])

    def test_the_dashboards_folder_is_the_one_that_is_mounted(self):
        path = read("deploy/dashboards/provisioning/dashboards/drydock.yml")
        where = path["providers"][0]["options"]["path"]
        mounted = read("docker-compose.yml")["services"]["grafana"]["volumes"]
        self.assertIn(f"./deploy/dashboards/json:{where}:ro", mounted)

    def test_every_alert_says_what_to_do(self):
        for group in read("deploy/dashboards/alerts.yml")["groups"]:
            for rule in group["rules"]:
                self.assertTrue(rule["annotations"]["what_to_do"].strip(), rule["alert"])


if __name__ == "__main__":
    unittest.main()
