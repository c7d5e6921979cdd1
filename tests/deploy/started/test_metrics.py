"""What dashboards and alerts ask for, against what a running coordinator and a running agent say to
the real Prometheus."""

import json
import re
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from scraped import DASHBOARDS, READY_S, Box, Prometheus, start_centre  # noqa: E402


def panels() -> list[tuple[str, str]]:
    """Title and query of each."""
    found = []
    for path in sorted((DASHBOARDS / "json").glob("*.json")):
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
            found += [(panel["title"], target["expr"]) for target in panel["targets"]]
    return found


def asked() -> set[str]:
    texts = [(DASHBOARDS / "alerts.yml").read_text(encoding="utf-8")]
    texts += [expression for _, expression in panels()]
    return set(re.findall(r"\bdrydock_[a-z_]+\b", " ".join(texts)))


class Metrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="dd-")
        cls.addClassCleanup(folder.cleanup)
        here = Path(folder.name)
        centre = start_centre(here)
        cls.addClassCleanup(centre.stop)
        box = Box(here, centre)
        cls.addClassCleanup(box.stop)
        cls.address, cls.box = f"127.0.0.1:{centre.ports['http']}", box.address
        (here / "prometheus").mkdir()
        cls.prometheus = Prometheus(here / "prometheus", cls.address, cls.box)
        cls.addClassCleanup(cls.prometheus.stop)
        cls.prometheus.until_found("drydock_agent_check_good")  # the agent has looked once

    def test_it_scrapes_the_coordinator_and_the_agent_that_is_listed_for_it(self):
        for job, address in (("fleet-coordinator", self.address), ("compliance-agent", self.box)):
            found = self.prometheus.until_found(f"up{{job='{job}'}} == 1")
            self.assertEqual([one["metric"]["instance"] for one in found], [address])

    def test_every_metric_that_is_asked_for_exists(self):
        self.prometheus.until_found("drydock_rollout_waiting")
        names = set(self.prometheus.ask("label/__name__/values"))
        self.assertGreater(len(asked()), 30)
        self.assertEqual(asked() - names, set())

    def test_it_evaluates_every_rule(self):
        rules = self.prometheus.evaluated_rules()
        self.assertGreater(len(rules), 5)
        self.assertEqual({rule["health"] for rule in rules}, {"ok"}, rules)

    def test_every_panel_s_query_finds_something(self):
        self.assertGreater(len(panels()), 25)
        for title, expression in panels():
            with self.subTest(title):
                self.assertTrue(self.prometheus.until_found(expression))

    def test_a_rollout_shows_whom_it_has_exposed_what_it_knows_and_whom_it_holds_back(self):
        for expression, value in (
                ('drydock_rollout_phase{rollout="1", version="1.1.0", phase="running"}', "1"),
                ('drydock_rollout_reached{rollout="1", stage="exposed"}', "0"),
                ('drydock_rollout_reached{rollout="1", stage="committed"}', "0"),
                ('sum(drydock_rollout_verdicts{rollout="1"})', "0"),
                ('drydock_rollout_accepted{rollout="1"}', "0"),
                ('drydock_rollout_reached{rollout="1", stage="granted"}', "1"),
                ('drydock_rollout_waiting{rollout="1", reason="in_progress"}', "1"),
                ('drydock_rollout_waiting{rollout="1", reason="site_busy"}', "1")):
            found = self.prometheus.until_found(expression)
            self.assertEqual([one["value"][1] for one in found], [value], expression)

    def test_the_health_page_of_the_health_check_answers(self):
        with urllib.request.urlopen(f"http://{self.address}/health", timeout=READY_S) as answer:
            self.assertEqual(answer.status, 200)


if __name__ == "__main__":
    unittest.main()
