"""What dashboards and alerts ask for, against what a running coordinator says."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import unittest
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

    def test_the_health_page_of_the_health_check_answers(self):
        with urllib.request.urlopen(f"{self.address}/health", timeout=READY_S) as answer:
            self.assertEqual(answer.status, 200)


if __name__ == "__main__":
    unittest.main()
