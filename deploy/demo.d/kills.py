"""The loop over every write: agent number n gets SIGKILL at its n-th journal append of one rollout,
just before or just after the record is durable, before or after its trial boots. Every box must
commit all the same, and no report may be lost.
"""

import json

import plan
import proof
from boxes import Fleet
from plan import Failed, Place
from story import Story

BEFORE_REBOOT = 48     # appends of the agent that installs, and then some
AFTER_REBOOT = 16      # appends of the agent that proves itself and commits, and then some
HITS_MIN = 40          # fewer would mean that the faults did not reach the agents
LIMIT_S = 240.0
POLICY = plan.ROOT / "deploy/demo.d/kills-policy.yaml"
BOXES = BEFORE_REBOOT + AFTER_REBOOT


def faults(kind_first: str) -> list[tuple[str, str]]:
    """(file, fault) of each box, in order; the two kinds alternate."""
    kinds = ("kill-before", "kill-after")
    first = kinds.index(kind_first)
    planned = [("agent-fault", n) for n in range(1, BEFORE_REBOOT + 1)]
    planned += [("agent-fault.trial", n) for n in range(1, AFTER_REBOOT + 1)]
    return [(file, f"journal.append={n}:{kinds[(n + first) % 2]}") for file, n in planned]


def plant(fleet: Fleet, kind_first: str) -> None:
    """Before the boxes are switched on: what the firmware hands to one start of the agent."""
    for box, (file, fault) in zip(fleet.boxes, faults(kind_first)):
        (box.folder.path / file).write_text(fault + "\n", encoding="utf-8")


def show(story: Story, place: Place) -> int:
    story.publish(plan.GOOD)
    watch = story.roll_out(plan.GOOD, "one kill at each journal append", POLICY)
    wanted = len(story.fleet.boxes)

    def everywhere() -> bool:
        # In this order: looking at the disks of all boxes takes as long as some boots.
        return watch.tally("committed") == wanted and story.on_disk(plan.GOOD) == wanted
    story.bench.until(lambda: everywhere() or watch.phase() == "halted", LIMIT_S,
                      lambda: story.turn(watch))
    story.bench.until(lambda: proof.count_lost(story.centre, story.fleet, 0)[0] == 0,
                      plan.REPORTS_LIMIT_S, lambda: story.turn(watch))
    story.screen.freeze()
    hits = sum(box.faults_hit for box in story.fleet.boxes)
    lost, reports = proof.count_lost(story.centre, story.fleet, 0)
    told = {"boxes": wanted, "hits": hits, "committed": watch.tally("committed"),
            "on_disk": story.on_disk(plan.GOOD), "failed": watch.state.get("failures"),
            "granted": watch.tally("granted"), "reports": reports, "lost_reports": lost}
    print(json.dumps(told), flush=True)
    good = (told["committed"] == told["on_disk"] == wanted and lost == 0
            and told["failed"] == 0 and hits >= HITS_MIN)
    if not good:
        raise Failed(f"a kill at an append left something undone: {told}", story.centre.log)
    return 0
