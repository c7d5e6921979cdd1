"""REDIS_URL: what coordinators share through Redis, and what they do while that is gone."""

import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from centre import BIN, Appliance, Centre, run  # noqa: E402
from servers import ESCAPED, PASSWORD, Redis, until  # noqa: E402

LIMIT = 12


class Cache(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dd-sinks-")
        self.addCleanup(folder.cleanup)
        self.here = Path(folder.name)
        self.redis = Redis(self.here)
        self.addCleanup(self.redis.stop)
        self.pki = self.here / "pki"
        run(BIN / "drydock", "pki", "init", self.pki)

    def centre(self, name: str, settings: str = "", shared: bool = True) -> Centre:
        urls = {"REDIS_URL": self.redis.url()} if shared else {}
        made = Centre(self.here, name, self.pki, settings, **urls)
        self.addCleanup(lambda: made.stop(kill=True))
        made.start()
        return made

    def last_seen(self, centre: Centre, box: Appliance) -> int | None:
        return centre.drydock("appliance", "show", box.id)["last_seen_ms"]

    def test_who_was_seen_is_still_known_after_a_restart(self):
        centre = self.centre("centre")
        box = Appliance(self.here, centre, "box")
        self.assertEqual(box.check_in(centre), "200")
        key = f"drydock:seen:{box.id}"
        until("Redis knows it", lambda: self.redis.ask("GET", key) != "")
        self.assertGreater(int(self.redis.ask("TTL", key)), 600_000)
        before = self.last_seen(centre, box)
        self.assertEqual(int(self.redis.ask("GET", key)), before)
        centre.stop(kill=True)
        centre.start()
        until("it is known again", lambda: self.last_seen(centre, box) == before)
        centre.stop()
        alone = Centre(self.here, "centre", self.pki)
        self.addCleanup(lambda: alone.stop(kill=True))
        alone.start()
        self.assertIsNone(self.last_seen(alone, box))

    def test_who_was_seen_at_one_coordinator_is_known_at_the_other(self):
        one, other = self.centre("one"), self.centre("other")
        alone = self.centre("alone", shared=False)
        box = Appliance(self.here, one, "box")
        box.register(other)
        box.register(alone)
        self.assertIsNone(self.last_seen(other, box))
        self.assertEqual(box.check_in(one), "200")
        seen = self.last_seen(one, box)
        until("the other one knows it", lambda: self.last_seen(other, box) == seen)
        self.assertIsNone(self.last_seen(alone, box))

    def test_a_server_that_is_gone_stops_nobody_and_hears_of_it_later(self):
        centre = self.centre("centre")
        box = Appliance(self.here, centre, "box")
        self.redis.stop()
        self.assertEqual({box.check_in(centre) for _ in range(3)}, {"200"})
        until("the coordinator has noticed",
              lambda: centre.metric('drydock_sink_up{sink="cache"}') == 0)
        self.redis.start()
        until("Redis knows it", lambda: self.redis.ask("GET", f"drydock:seen:{box.id}") != "")
        for secret in (PASSWORD, ESCAPED):
            self.assertNotIn(secret, centre.said())

    def test_a_wrong_password_is_told_without_it(self):
        wrong = Centre(self.here, "wrong", self.pki,
                       REDIS_URL=self.redis.url().replace(ESCAPED, "hunter2"))
        self.addCleanup(lambda: wrong.stop(kill=True))
        wrong.start()
        until("it says so", lambda: "cache: WRONGPASS" in wrong.said())
        self.assertNotIn("hunter2", wrong.said())

    def test_one_limit_holds_over_two_coordinators(self):
        limit = f"check_ins_per_minute: {LIMIT}\n"
        one, other = self.centre("one", limit), self.centre("other", limit)
        for attempt in range(3):
            box = Appliance(self.here, one, f"box-{attempt}")
            minute = time.time() // 60
            at_one = [box.check_in(one) for _ in range(LIMIT)]
            key = f"drydock:rate:{box.id}:{int(minute)}"
            until("Redis has counted, or the minute is over", lambda: time.time() // 60 != minute
                  or self.redis.ask("GET", key) == str(LIMIT))
            first = box.check_in(other)
            until("the other one turns it away, or the minute is over",
                  lambda: time.time() // 60 != minute or box.check_in(other) == "429")
            again = box.check_in(one)
            until("Redis has counted the other one's too, or the minute is over",
                  lambda: time.time() // 60 != minute
                  or int(self.redis.ask("GET", key) or 0) > LIMIT)
            if time.time() // 60 == minute:
                break
        else:
            self.fail("three times a minute ended in the middle")
        self.assertEqual(set(at_one), {"200"})
        self.assertEqual((first, again), ("200", "429"))
        self.assertLess(int(self.redis.ask("GET", key)), 2 * LIMIT)


if __name__ == "__main__":
    unittest.main()
