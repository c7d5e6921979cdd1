"""The command line of deploy/vm."""

import argparse
import shutil
import sys
import time
from pathlib import Path

from fleet import POLICY, ROOT, Failed, Fleet

APPLIANCES_MAX = 16
FOLLOW_S, TICK_S = 3600.0, 2.0
OVER = ("halted", "expired")


def up(fleet: Fleet, options: argparse.Namespace) -> int:
    if not 1 <= options.appliances <= APPLIANCES_MAX:
        raise Failed(f"--appliances {options.appliances}: accepted: 1 to {APPLIANCES_MAX}")
    names = [f"box-{number}" for number in range(1, options.appliances + 1)]
    if options.dry_run:
        from machine import Machine
        fleet.start_centre(True)
        for name in names:
            Machine(fleet.folder, name).start(fleet.forward, options.kvm, True)
        return 0
    fleet.folder.mkdir(parents=True, exist_ok=True)
    fleet.make_keys()
    fleet.start_centre(False)
    image = fleet.image(options.version)
    for name in names:
        fleet.make_machine(name, image).start(fleet.forward, options.kvm, False)
    print(f"{len(names)} machines run; deploy/vm status --folder {fleet.folder}")
    return 0


def status(fleet: Fleet, options: argparse.Namespace) -> int:
    rows = fleet.rows()
    if not rows:
        raise Failed(f"{fleet.folder} holds no fleet; deploy/vm up makes one")
    print(f"coordinator {'on' if fleet.centre.pid() else 'off'}")
    for row in rows:
        print("{:8} {} {:3} {:10} {}".format(*row))
    return 0


def update(fleet: Fleet, options: argparse.Namespace) -> int:
    if not fleet.centre.pid():
        raise Failed("the coordinator does not run; deploy/vm up starts it")
    image = fleet.image(options.version, options.bad)
    signed = fleet.folder / f"{options.version}.manifest"
    if not signed.exists():
        fleet.drydock("release", "sign", "--key", fleet.pki / "release.key", "--image", image,
                      "--version", options.version, "--hardware", "vm-box", "--out", signed)
    fleet.drydock("release", "publish", "--manifest", signed, "--image", image)
    made = fleet.drydock("rollout", "create", "--version", options.version, "--policy", POLICY,
                         "--why", "deploy/vm update")
    rollout = str(made["rollout"])
    fleet.drydock("rollout", "start", rollout, "--why", "deploy/vm update")
    return follow(fleet, rollout)


def follow(fleet: Fleet, rollout: str) -> int:
    deadline, before = time.monotonic() + FOLLOW_S, ""
    while time.monotonic() < deadline:
        told = fleet.drydock("rollout", "status", rollout)
        tally = told["tally"]
        said = (f"{told['phase']}: {tally['granted']} granted, {tally['exposed']} exposed, "
                f"{tally['committed']} committed, {tally['rolled_back']} rolled back")
        if said != before:
            print(f"rollout {rollout} {said}", flush=True)
        before = said
        if told["phase"] in OVER:
            return 3
        if tally["committed"] >= len(fleet.machines()):
            return 0
        time.sleep(TICK_S)
    raise Failed(f"rollout {rollout} is not over after {FOLLOW_S:g} s; it goes on without us")


def down(fleet: Fleet, options: argparse.Namespace) -> int:
    for machine in fleet.machines():
        machine.process.end(options.dry_run)
    fleet.centre.end(options.dry_run)
    running = [one.name for one in fleet.machines() if one.process.pid()]
    if running and not options.dry_run:
        raise Failed(f"still running: {' '.join(running)}")
    if options.delete and not options.dry_run:
        if not fleet.pki.is_dir() or not fleet.forward.is_file():
            raise Failed(f"{fleet.folder} is no fleet of deploy/vm; it is left as it is")
        shutil.rmtree(fleet.folder)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="deploy/vm", description="A coordinator and N appliances "
                                     "as QEMU machines; the head of deploy/vm says more.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name, act in (("up", up), ("status", status), ("update", update), ("down", down)):
        verb = verbs.add_parser(name)
        verb.set_defaults(act=act, dry_run=False)
        verb.add_argument("--folder", type=Path, default=ROOT / "build/vm")
        verb.add_argument("--programs", type=Path, default=ROOT / "build/release/bin")
        if name in ("up", "update"):
            verb.add_argument("--version", default="1.0.0" if name == "up" else None,
                              required=name == "update")
        if name == "up":
            verb.add_argument("--appliances", type=int, default=2)
            verb.add_argument("--kvm", action="store_true", help="where KVM really works")
        if name == "update":
            verb.add_argument("--bad", action="store_true")
        if name == "down":
            verb.add_argument("--delete", action="store_true")
        if name in ("up", "down"):
            verb.add_argument("--dry-run", action="store_true")
    options = parser.parse_args()
    try:
        return options.act(Fleet(options.folder.absolute(), options.programs.absolute()), options)
    except (Failed, OSError, ValueError, RuntimeError) as problem:
        print(f"deploy/vm: {problem}", file=sys.stderr)
        return 1
