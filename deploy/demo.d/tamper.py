"""The control: bytes of the published image are changed on the coordinator's disk. Every box must
refuse them, nothing may be installed, and the rollout must halt with the reason."""

import json
from pathlib import Path

import plan
from plan import Failed, Place
from story import Story

FLIPPED_BYTES = 64
LIMIT_S = 90.0
REASONS = ("hash_mismatch", "read_back_mismatch")


def flip(stored: Path) -> None:
    """Changes some bytes in the middle, in place."""
    with open(stored, "r+b") as file:
        middle = stored.stat().st_size // 2
        file.seek(middle)
        bytes_there = file.read(FLIPPED_BYTES)
        file.seek(middle)
        file.write(bytes(byte ^ 0xFF for byte in bytes_there))


def stored_image(place: Place) -> Path:
    """Where the coordinator keeps the image: the one file there of its size."""
    size = place.image(plan.GOOD).stat().st_size
    found = [path for path in place.centre.rglob("*")
             if path.is_file() and path.stat().st_size == size]
    if len(found) != 1:
        raise Failed(f"{len(found)} files below {place.centre} have the image's size, not one")
    return found[0]


def show(story: Story, place: Place) -> int:
    story.publish(plan.GOOD)
    flip(stored_image(place))
    watch = story.roll_out(plan.GOOD, "the same release with other bytes")
    story.screen.goes_on("rolling out")
    story.bench.until(lambda: watch.phase() == "halted", LIMIT_S, lambda: story.turn(watch))
    story.turn(watch)
    story.screen.freeze()
    reasons = {one.get("reason") for one in watch.appliances.values()} & set(REASONS)
    told = {"tampered": True, "committed": watch.tally("committed"),
            "booted": sum(box.has_booted(plan.GOOD) for box in story.fleet.boxes),
            "on_first": story.on_disk(plan.FIRST), "halted": watch.phase() == "halted",
            "reasons": sorted(reasons)}
    print(json.dumps(told), flush=True)
    refused = (told["committed"] == told["booted"] == 0 and told["halted"] and reasons
               and told["on_first"] == len(story.fleet.boxes))
    if not refused:
        raise Failed(f"changed bytes were not refused: {told}", story.centre.log)
    return 0
