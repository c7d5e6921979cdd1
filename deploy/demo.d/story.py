"""The two rollouts: a good release that meets killed processes, and a bad one that must stop."""

from pathlib import Path

import plan
from bench import Workbench
from boxes import Box, Fleet
from centre import Centre, Watch
from plan import ROOT, Failed, Place
from screen import Row, Screen

POLICY = ROOT / "deploy/demo-policy.yaml"
ENDED_BADLY = ("failed", "rolled_back", "silent", "failed_late")
WORDS = {"granted": "installing", "token": "on trial", "rolled_back": "rolled back",
         "failed_late": "failed late", "none": "waits", "": "waits"}


class Story:
    def __init__(self, bench: Workbench, place: Place, centre: Centre, fleet: Fleet,
                 screen: Screen):
        self.bench = bench
        self.place = place
        self.centre = centre
        self.fleet = fleet
        self.screen = screen
        self.havoc: Havoc | None = None

    # --- acts of an operator ------------------------------------------------------------------
    def publish(self, version: str) -> None:
        image, signed = self.place.image(version), self.place.home / f"{version}.manifest"
        self.centre.drydock("release", "sign", "--key", self.place.pki / "release.key",
                            "--image", image, "--version", version, "--hardware", plan.HARDWARE,
                            "--out", signed, online=False)
        self.centre.drydock("release", "publish", "--manifest", signed, "--image", image)

    def roll_out(self, version: str, why: str, policy: Path = POLICY) -> Watch:
        made = self.centre.drydock("rollout", "create", "--version", version,
                                   "--policy", policy, "--why", why)
        rollout = int(made["rollout"])
        self.centre.drydock("rollout", "start", str(rollout), "--why", why)
        self.say_evidence(rollout)
        return Watch(self.centre, rollout)

    def say_evidence(self, rollout: int) -> None:
        """A small fleet is told what its verdicts cannot show."""
        evidence = self.centre.drydock("rollout", "status", str(rollout)).get("evidence") or {}
        if evidence.get("insufficient"):
            self.screen.say(f"{evidence['fleet']} appliances: evidence insufficient to exclude "
                            f"twice the tolerated failures, {evidence['acceptance_needs']} "
                            "verdicts would do; failures halt it")

    # --- watching -----------------------------------------------------------------------------
    def turn(self, watch: Watch) -> None:
        self.fleet.watch()
        killed = self.centre.killing
        if self.centre.keep():
            self.screen.say("the coordinator was started again" if killed else
                            "the coordinator ended by itself and was started again")
        news = watch.ask()
        if self.havoc is not None:
            self.havoc.turn(watch)
        if news or self.screen.live:
            self.screen.show([self.row(box, watch) for box in self.fleet.boxes],
                             footer(watch, len(self.fleet.boxes)))

    def row(self, box: Box, watch: Watch) -> Row:
        known = watch.appliances.get(box.identity, {})
        version = known.get("version") or "?"
        stage = known.get("stage", "") if known.get("rollout") == watch.rollout else ""
        phase = WORDS.get(stage, stage)
        return Row(f"{box.name} {box.identity[:6]}", box.place, version, phase,
                   self.reason(box, stage, known))

    def reason(self, box: Box, stage: str, known: dict) -> str:
        if stage == "granted":
            size = self.place.image(plan.GOOD).stat().st_size
            return f"{box.standby_percent(size)} % written" if self.screen.live else ""
        if stage == "token":
            slot, booted, trial = box.boots[-1]
            return f"slot {slot} boots {booted}" if trial else "about to reboot"
        if stage in ("staged", "committed"):
            return ""
        if stage in ENDED_BADLY:
            return ": ".join(filter(None, (known.get("reason"), known.get("detail"))))
        return (known.get("wait") or {}).get("text", "")

    def seen_running(self, watch: Watch, version: str) -> int:
        """Appliances that checked in with this version, at the coordinator that runs now."""
        return sum(1 for one in watch.appliances.values()
                   if one.get("version") == version and one.get("last_seen_ms"))

    # --- the parts of the story ---------------------------------------------------------------
    def first_boot(self) -> None:
        watch = Watch(self.centre, 0)
        wanted = len(self.fleet.boxes)
        arrived = self.bench.until(lambda: self.seen_running(watch, plan.FIRST) == wanted,
                                   plan.FIRST_BOOT_LIMIT_S, lambda: self.turn_quietly(watch))
        if not arrived:
            raise Failed(f"{self.seen_running(watch, plan.FIRST)} of {wanted} appliances checked "
                         f"in with {plan.FIRST} within {plan.FIRST_BOOT_LIMIT_S:g} s",
                         self.fleet.boxes[0].folder.logs)

    def turn_quietly(self, watch: Watch) -> None:
        self.fleet.watch()
        self.centre.must_run()
        if watch.ask():
            self.screen.progress(f"{self.seen_running(watch, plan.FIRST)} of "
                                 f"{len(self.fleet.boxes)} have checked in")

    def good(self) -> tuple[int, int]:
        """(committed by the coordinator's count, by the appliances' disks)."""
        self.publish(plan.FIRST)  # so that there is something to roll back to
        self.publish(plan.GOOD)
        self.screen.say(f"{plan.GOOD} is signed and published")
        watch = self.roll_out(plan.GOOD, "the good release of the demo")
        self.havoc = Havoc(self)
        wanted = len(self.fleet.boxes)
        self.bench.until(lambda: watch.tally("committed") >= wanted or watch.phase() == "halted",
                         plan.GOOD_LIMIT_S, lambda: self.turn(watch))
        self.havoc = None
        # The boxes' own word may come a moment after the coordinator's, or before it.
        self.bench.until(lambda: self.on_disk(plan.GOOD) == wanted, plan.REPORTS_LIMIT_S,
                         lambda: self.turn(watch))
        counted, on_disk = watch.tally("committed"), self.on_disk(plan.GOOD)
        self.screen.freeze()
        if counted != wanted or on_disk != wanted:
            raise Failed(f"{plan.GOOD} is committed on {counted} of {wanted} appliances by the "
                         f"coordinator's count and on {on_disk} by their disks; the rollout is "
                         f"{watch.phase() or 'unknown'}", self.centre.log)
        return counted, on_disk

    def bad(self) -> dict:
        """What the bad rollout did: by the coordinator, and by the appliances' boots and disks."""
        self.publish(plan.BAD)
        self.screen.say(f"{plan.BAD} is signed and published; its check fails after boot")
        watch = self.roll_out(plan.BAD, "the bad release of the demo")

        def is_over() -> bool:
            return watch.phase() == "halted" and watch.state.get("in_flight") == 0
        self.bench.until(is_over, plan.BAD_LIMIT_S, lambda: self.turn(watch))
        wanted = len(self.fleet.boxes)
        self.bench.until(lambda: self.on_disk(plan.GOOD) == wanted
                         and self.seen_running(watch, plan.GOOD) == wanted,
                         plan.REPORTS_LIMIT_S, lambda: self.turn(watch))
        self.screen.freeze()
        exposed = [box for box in self.fleet.boxes if box.has_booted(plan.BAD)]
        back = [box for box in exposed if box.committed_version() == plan.GOOD]
        return {"exposed": watch.tally("exposed"), "exposed_by_boots": len(exposed),
                "rolled_back": watch.tally("rolled_back"), "rolled_back_by_disks": len(back),
                "halted": watch.phase() == "halted", "by_itself": not watch.state.get("moved_by"),
                "on_good": self.on_disk(plan.GOOD), "rollout": watch.rollout,
                "appliances": [box.identity for box in exposed]}

    def on_disk(self, version: str) -> int:
        return sum(box.committed_version() == version for box in self.fleet.boxes)


class Havoc:
    """Kills two agents in the middle of their installs, then the coordinator while some run."""

    def __init__(self, story: Story):
        self.story = story
        self.centre_hit = False

    def turn(self, watch: Watch) -> None:
        if watch.tally("committed") == 0:
            return  # the canary is left in peace: the more run at once, the more a kill hits
        fleet = self.story.fleet
        size = self.story.place.image(plan.GOOD).stat().st_size
        installing = [box for box in fleet.boxes if box.is_installing(plan.FIRST, size)]
        hit = [box for box in fleet.boxes if box.killed_pid or box.kills_seen]
        fresh = [box for box in installing if box not in hit]
        if fresh and len(hit) < plan.AGENT_KILLS:
            return self.kill_agent(fresh[0], size)
        enough = len(installing) >= plan.INSTALLING_AT_CENTRE_KILL
        if enough and not self.centre_hit and fleet.agent_kills() == plan.AGENT_KILLS:
            if pid := self.story.centre.kill():
                self.centre_hit = True
                self.story.screen.say(f"SIGKILL to the coordinator (process {pid}) while "
                                      f"{len(installing)} installs run")

    def kill_agent(self, box: Box, size: int) -> None:
        percent = box.standby_percent(size)
        if box.kill_agent():
            self.story.screen.say(f"SIGKILL to the agent of {box.name} (process {box.killed_pid}) "
                                  f"at {percent} % of its install")


def footer(watch: Watch, appliances: int) -> str:
    state = watch.state
    if not watch.answers:
        return "the coordinator does not answer just now"
    if not state:
        return ""
    return (f"rollout {watch.rollout} of {state['version']} {state['phase']}: "
            f"{watch.tally('committed')} of {appliances} committed, {state['in_flight']} in flight "
            f"({state['allowed']} allowed), {state['failures']} failed "
            f"(halts at {state['failure_limit']})")
