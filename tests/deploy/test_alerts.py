"""The alert rules: promtool runs them over made-up readings, and each has its runbook."""

import subprocess
import tempfile
import unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "deploy/dashboards/alerts.yml"
CASES = Path(__file__).with_name("alerts_test.yml")


def load(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def alerts() -> dict[str, dict]:
    return {rule["alert"]: rule for group in load(RULES)["groups"] for rule in group["rules"]}


def expected(alert: dict, rule: dict) -> dict:
    """promtool wants the annotations as well: the rule's own, with the labels filled in."""
    filled = {}
    for name, text in rule["annotations"].items():
        for label, value in alert["exp_labels"].items():
            text = text.replace("{{ $labels.%s }}" % label, value)
        filled[name] = text
    return {**alert, "exp_annotations": filled}


def run(cases: dict, rules: Path) -> subprocess.CompletedProcess:
    with tempfile.TemporaryDirectory() as folder:
        for test in cases["tests"]:
            for one in test["alert_rule_test"]:
                one["exp_alerts"] = [expected(alert, alerts()[one["alertname"]])
                                     for alert in one["exp_alerts"]]
        here = Path(folder) / "cases.yml"
        here.write_text(yaml.safe_dump({**cases, "rule_files": [str(rules)]}), encoding="utf-8")
        return subprocess.run(["promtool", "test", "rules", str(here)], capture_output=True,
                              text=True)


class Alerts(unittest.TestCase):
    def test_each_comes_when_it_should_and_not_before(self):
        ran = run(load(CASES), RULES)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)

    def test_each_is_tested_both_ways(self):
        quiet, loud = set(), set()
        for test in load(CASES)["tests"]:
            for one in test["alert_rule_test"]:
                (loud if one["exp_alerts"] else quiet).add(one["alertname"])
        self.assertEqual(quiet, set(alerts()))
        self.assertEqual(loud, set(alerts()))

    def test_a_rule_that_never_fires_is_found_out(self):
        with tempfile.TemporaryDirectory() as folder:
            mute = Path(folder) / "alerts.yml"
            mute.write_text(RULES.read_text(encoding="utf-8").replace("== 1", "== 2"),
                            encoding="utf-8")
            self.assertNotEqual(run(load(CASES), mute).returncode, 0)

    def test_each_has_a_runbook_that_names_it(self):
        for name, rule in alerts().items():
            page = ROOT / rule["annotations"]["runbook"]
            self.assertTrue(page.is_file(), page)
            self.assertIn(f"**Alert `{name}`.**", page.read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
