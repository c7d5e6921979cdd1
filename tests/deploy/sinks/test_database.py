"""DATABASE_URL: what the coordinator tells PostgreSQL, and what it does while that is gone."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from centre import BIN, ROOT, Appliance, Centre, run  # noqa: E402
from servers import ESCAPED, PASSWORD, Postgres, until  # noqa: E402

POLICY = ROOT / "deploy/demo-policy.yaml"
STAGED = ("reports { seq: 1 kind: REPORT_KIND_STAGED rollout: 1 version: %d boot: 77 "
          "wall: 1790000000000 detail: \"it's there\" }" % ((1 << 40) | (1 << 20)))
# What a sane appliance never says, and one in wrong hands may.
ODD = ("reports { seq: 1 kind: REPORT_KIND_DRIFTED rollout: 4294967295 boot: 77 "
       "wall: 9223372036854775807 detail: \"a\\001b\" }")


class Database(unittest.TestCase):
    """One coordinator through a life with its database: there, gone, there again, killed."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="dd-sinks-")
        cls.addClassCleanup(folder.cleanup)
        cls.here = Path(folder.name)
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.stop)
        cls.pki = cls.here / "pki"
        run(BIN / "drydock", "pki", "init", cls.pki)
        cls.centre = Centre(cls.here, "centre", cls.pki, DATABASE_URL=cls.postgres.url())
        cls.addClassCleanup(lambda: cls.centre.stop(kill=True))
        cls.centre.start()
        cls.boxes = [Appliance(cls.here, cls.centre, f"box-{n}") for n in range(3)]
        cls.roll_out()
        cls.while_it_is_there()
        cls.while_it_is_gone()
        cls.after_a_kill()

    @classmethod
    def roll_out(cls):
        image = cls.here / "1.1.0.img"
        image.write_bytes(bytes(100_000))
        signed = cls.here / "1.1.0.manifest"
        cls.centre.drydock("release", "sign", "--key", cls.pki / "release.key", "--image", image,
                           "--version", "1.1.0", "--hardware", "box", "--out", signed)
        cls.centre.drydock("release", "publish", "--manifest", signed, "--image", image)
        cls.centre.drydock("rollout", "create", "--version", "1.1.0", "--policy", POLICY, "--why",
                           "for the auditors")
        cls.centre.drydock("rollout", "start", "1", "--why", "for the auditors")

    @classmethod
    def caught_up(cls) -> bool:
        return cls.postgres.count("decisions") == cls.centre.decisions() > 0

    @classmethod
    def while_it_is_there(cls):
        cls.statuses = {box.check_in(cls.centre) for box in cls.boxes}
        cls.statuses.add(cls.boxes[0].check_in(cls.centre, STAGED))
        until("the report is counted", lambda: cls.boxes[0].check_in(cls.centre, STAGED) == "200"
              and cls.postgres.count("verdicts") > 0)
        cls.statuses.add(cls.boxes[1].check_in(cls.centre, ODD))
        until("the odd report is there", lambda: cls.boxes[1].check_in(cls.centre) == "200"
              and cls.postgres.count("verdicts") == 2)
        until("the database has caught up", cls.caught_up)
        until("all appliances are there", lambda: cls.postgres.count("fleet") == 3)
        cls.up = cls.centre.metric('drydock_sink_up{sink="database"}')

    @classmethod
    def while_it_is_gone(cls):
        cls.postgres.stop()
        until("the coordinator has noticed",
              lambda: cls.centre.metric('drydock_sink_up{sink="database"}') == 0)
        before = cls.centre.decisions()
        for _ in range(3):
            cls.centre.drydock("rollout", "pause", "1", "--why", "meanwhile")
            cls.centre.drydock("rollout", "resume", "1", "--why", "meanwhile")
        cls.gone = {box.check_in(cls.centre) for box in cls.boxes}
        cls.missed = cls.centre.decisions() - before
        cls.postgres.start()
        until("the database has caught up again", cls.caught_up)

    @classmethod
    def after_a_kill(cls):
        cls.centre.drydock("rollout", "pause", "1", "--why", "before the kill")
        cls.centre.stop(kill=True)
        cls.centre.start()
        cls.centre.drydock("rollout", "resume", "1", "--why", "after the kill")
        until("the database has caught up after the kill", cls.caught_up)

    def test_each_decision_is_there_once_and_says_who_and_why(self):
        positions = [int(row[0]) for row in
                     self.postgres.ask("SELECT position FROM drydock.decisions ORDER BY 1")]
        self.assertEqual(positions, list(range(1, len(positions) + 1)))
        kinds = self.postgres.ask("SELECT kind, what, why, by_whom IS NOT NULL FROM "
                                  "drydock.decisions WHERE rollout = 1 AND kind = 'RolloutMoved'")
        self.assertIn(["RolloutMoved", "start", "for the auditors", "t"], kinds)
        self.assertEqual([row[2] for row in kinds].count("meanwhile"), 6)
        self.assertIn("GrantIssued", [row[0] for row in self.postgres.ask(
            "SELECT DISTINCT kind FROM drydock.decisions")])

    def test_a_verdict_is_there_once_with_what_the_appliance_said(self):
        self.assertEqual(self.postgres.ask(
            "SELECT appliance, seq, kind, version, rollout, detail FROM drydock.verdicts "
            "ORDER BY kind DESC"),
            [[self.boxes[0].id, "1", "staged", "1.1.0", "1", "it's there"],
             [self.boxes[1].id, "1", "drifted", "0.0.0", "4294967295", "a?b"]])

    def test_the_fleet_is_there_with_site_version_and_the_appliances_own_journal_heads(self):
        rows = self.postgres.ask("SELECT appliance, client, site, hardware, lifecycle, version, "
                                 "journal_head > 40, last_seen IS NOT NULL FROM drydock.fleet")
        self.assertEqual(sorted(rows), sorted(
            [box.id, "acme", "north", "box", "ACTIVE", "1.0.0", "t", "t"] for box in self.boxes))

    def test_the_rollout_stands_there_as_it_stands_here(self):
        phase = self.centre.drydock("rollout", "status", "1")["phase"]
        until("the phase is there", lambda: self.postgres.ask(
            "SELECT version, phase, granted >= 1 FROM drydock.rollouts")
            == [["1.1.0", phase, "t"]])

    def test_an_evidence_head_of_today_is_there(self):
        rows = self.postgres.ask("SELECT length(link), seq > 0, day = (at AT TIME ZONE 'UTC')::date"
                                 " FROM drydock.evidence_heads")
        self.assertTrue(rows)
        for row in rows:
            self.assertEqual(row, ["64", "t", "t"])

    def test_no_check_in_waits_for_a_database_that_is_gone(self):
        self.assertEqual((self.statuses, self.gone), ({"200"}, {"200"}))
        self.assertEqual(self.up, 1)
        self.assertGreaterEqual(self.missed, 6)

    def test_another_centre_s_tables_are_left_alone(self):
        before = self.postgres.ask("SELECT * FROM drydock.source")
        other = Centre(self.here, "other", self.pki, DATABASE_URL=self.postgres.url())
        self.addCleanup(lambda: other.stop(kill=True))
        other.start()
        until("it says so", lambda: "are of another centre's journal" in other.said())
        self.assertEqual(self.postgres.ask("SELECT * FROM drydock.source"), before)

    def test_a_wrong_password_is_told_and_no_password_is_in_any_log(self):
        wrong = Centre(self.here, "wrong", self.pki, DATABASE_URL=self.postgres.url("hunter2"))
        self.addCleanup(lambda: wrong.stop(kill=True))
        wrong.start()
        until("it says so", lambda: "password authentication failed" in wrong.said())
        odd = Centre(self.here, "odd", self.pki,
                     DATABASE_URL=f"postgresql://mcp:hunter2%zz@/mcp?host={self.here}")
        self.addCleanup(lambda: odd.stop(kill=True))
        odd.start()
        until("it says so", lambda: "is no connection URL" in odd.said())
        for centre in (self.centre, wrong, odd):
            for secret in (PASSWORD, ESCAPED, "hunter2"):
                self.assertNotIn(secret, centre.said())

    def test_an_url_of_another_kind_keeps_the_coordinator_from_starting(self):
        bad = Centre(self.here, "bad", self.pki, DATABASE_URL="mysql://mcp:hunter2@db/mcp")
        with self.assertRaises(AssertionError) as raised:
            bad.start()
        self.assertIn("DATABASE_URL", str(raised.exception))
        self.assertNotIn("hunter2", str(raised.exception))


if __name__ == "__main__":
    unittest.main()
