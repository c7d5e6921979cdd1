"""What dashboards and alerts ask for, against what a running coordinator says."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from container import BIN, ROOT, run  # noqa: E402

READY_S = 60.0
DASHBOARDS = ROOT / "deploy/dashboards"


def asked() -> set[str]:
    texts = [(DASHBOARDS / "alerts.yml").read_text(encoding="utf-8")]
    for path in (DASHBOARDS / "json").glob("*.json"):
        panels = json.loads(path.read_text(encoding="utf-8"))["panels"]
        texts += [target["expr"] for panel in panels for target in panel["targets"]]
    return {name for name in re.findall(r"\bdrydock_[a-z_]+\b", " ".join(texts))
            if not name.startswith("drydock_agent_")}  # of the agent: test_started_units.py


class Prometheus:
    """The stack's own configuration, with this coordinator in the place of mcp-server."""

    def __init__(self, folder: Path, target: str):
        told = (ROOT / "prometheus.yml").read_text(encoding="utf-8")
        told = told.replace("mcp-server:8000", target).replace("interval: 15s", "interval: 1s")
        (folder / "prometheus.yml").write_text(told, encoding="utf-8")
        (folder / "alerts.yml").write_text((DASHBOARDS / "alerts.yml").read_text("utf-8"), "utf-8")
        with open(folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={folder}/prometheus.yml",
                 f"--storage.tsdb.path={folder}/data", "--web.listen-address=127.0.0.1:0"],
                stdout=log, stderr=log)
        self.log = folder / "log"
        self.port = ""

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=READY_S)

    def ask(self, what: str):
        if not self.port:
            listening = subprocess.run(["ss", "-Hltnp"], capture_output=True, text=True).stdout
            found = re.search(rf"127\.0\.0\.1:(\d+) .*pid={self.process.pid},", listening)
            if found is None:
                raise OSError("it does not listen yet")
            self.port = found[1]
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1/{what}",
                                    timeout=READY_S) as answer:
            return json.load(answer)["data"]

    def evaluated_rules(self) -> list[dict]:
        until = time.monotonic() + READY_S
        while time.monotonic() < until:
            rules = [rule for group in self.ask("rules")["groups"] for rule in group["rules"]]
            if rules and all(rule["health"] != "unknown" for rule in rules):
                return rules
            time.sleep(0.1)
        raise AssertionError(f"never evaluated: {self.log.read_text()[-2000:]}")

    def until_asked(self, expression: str) -> list[dict]:
        """What the expression finds, once it finds something."""
        until = time.monotonic() + READY_S
        while time.monotonic() < until and self.process.poll() is None:
            try:
                found = self.ask("query?" + urllib.parse.urlencode({"query": expression}))
                if found["result"]:
                    return found["result"]
            except OSError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"never: {expression}; its log: {self.log.read_text()[-2000:]}")


class Metrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        here = Path(folder.name)
        run(str(BIN / "drydock"), "pki", "init", str(here / "pki"))
        with open(here / "log", "wb") as log:
            centre = subprocess.Popen(
                [str(BIN / "fleet-coordinator"), "--data", str(here / "data"), "--pki",
                 str(here / "pki"), "--edge", "127.0.0.1:0", "--operator", "127.0.0.1:0",
                 "--http", "127.0.0.1:0"], stdout=log, stderr=log,
                # Nobody listens there; only who has sinks speaks of them.
                env={**os.environ, "DATABASE_URL": "postgresql://mcp@127.0.0.1:1/mcp"})
        cls.addClassCleanup(centre.wait)
        cls.addClassCleanup(centre.terminate)
        until = time.monotonic() + READY_S
        found = None
        while found is None and time.monotonic() < until and centre.poll() is None:
            found = re.search(r"ready: .* http (\d+)", (here / "log").read_text())
            time.sleep(0.1)
        if found is None:
            raise AssertionError(f"the coordinator is not ready: {(here / 'log').read_text()}")
        cls.address = f"http://127.0.0.1:{found[1]}"
        with urllib.request.urlopen(f"{cls.address}/metrics", timeout=READY_S) as answer:
            cls.names = set(re.findall(r"(?m)^# TYPE (\w+)", answer.read().decode()))

    def test_every_metric_that_is_asked_for_exists(self):
        self.assertGreater(len(asked()), 10)
        self.assertEqual(asked() - self.names, set())

    def test_the_real_prometheus_scrapes_it_and_runs_every_rule(self):
        with tempfile.TemporaryDirectory() as folder:
            prometheus = Prometheus(Path(folder), self.address.removeprefix("http://"))
            try:
                found = prometheus.until_asked("up{job='fleet-coordinator'} == 1")
                self.assertEqual(len(found), 1)
                self.assertEqual(found[0]["metric"]["instance"],
                                 self.address.removeprefix("http://"))
                rules = prometheus.evaluated_rules()
                self.assertGreater(len(rules), 5)
                self.assertEqual({rule["health"] for rule in rules}, {"ok"}, rules)
                # What it scraped is what the dashboards ask for.
                names = set(prometheus.ask("label/__name__/values"))
                self.assertIn("drydock_sink_up", names)
                self.assertEqual(asked() - names, set())
            finally:
                prometheus.stop()

    def test_the_health_page_of_the_health_check_answers(self):
        with urllib.request.urlopen(f"{self.address}/health", timeout=READY_S) as answer:
            self.assertEqual(answer.status, 200)


if __name__ == "__main__":
    unittest.main()
