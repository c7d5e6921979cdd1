"""Plays the firmware of one appliance folder.

    python3 deploy/demo-appliance init DIR --image IMAGE --identity FOLDER --url URL --site SITE
    python3 deploy/demo-appliance run DIR

`run` prints one JSON line an event and ends, with all it started, on SIGTERM or SIGINT.
"""

import argparse
import sys
from pathlib import Path

import configuration
import firmware
import folder

MIB = 1024 * 1024
SIZES = {"k": 1024, "m": MIB, "g": 1024 * MIB}


def size(text: str) -> int:
    digits, unit = (text[:-1], text[-1].lower()) if text[-1:].isalpha() else (text, "")
    if not digits.isdigit() or int(digits) == 0 or (unit and unit not in SIZES):
        raise argparse.ArgumentTypeError(f"'{text}' is no size; write bytes, or 512K, 64M, 2G")
    return int(digits) * SIZES.get(unit, 1)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="demo-appliance", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    init = verbs.add_parser("init", help="make the folder of an appliance")
    init.add_argument("dir", type=Path)
    init.add_argument("--image", type=Path, required=True, help="what slot A holds")
    init.add_argument("--version", help="refuse an image of another version")
    init.add_argument("--slot-size", type=size, default=64 * MIB, help="default: 64M")
    init.add_argument("--identity", type=Path, required=True, help="copied to data/identity")
    init.add_argument("--site", required=True)
    init.add_argument("--url", required=True, help="the centre: https://127.0.0.1:8443")
    init.add_argument("--poll", type=int, default=1, help="seconds between check-ins; default: 1")
    init.add_argument("--set", action="append", default=[], metavar="KEY=VALUE",
                      help="one more setting of agent.yaml, such as soak=2s")
    run = verbs.add_parser("run", help="boot it, again and again, until told to stop")
    run.add_argument("dir", type=Path)
    run.add_argument("--boot-deadline", type=float, default=60, metavar="SECONDS",
                     help="a trial that is not ready by then is rebooted; default: 60")
    return parser.parse_args()


def init(options: argparse.Namespace) -> int:
    place = folder.Folder(options.dir.absolute())
    socket_bytes = len(str(place.helper_socket).encode())
    if socket_bytes > folder.SOCKET_PATH_MAX:
        raise folder.Refused(f"{place.helper_socket}: {socket_bytes} bytes are too long for a "
                             f"socket (at most {folder.SOCKET_PATH_MAX}); name a shorter folder")
    for setting in options.set:
        if not setting.partition("=")[1]:
            raise folder.Refused(f"--set {setting}: write KEY=VALUE, such as --set soak=2s")
    version = folder.make(place, options.image, options.version, options.slot_size,
                          options.identity, configuration.yaml_text(place, options.set),
                          configuration.environment_text(options.site, options.url, options.poll))
    print(f"{place.path}: slot A holds {version}, slot B is empty")
    return 0


def main() -> int:
    options = arguments()
    try:
        if options.verb == "init":
            return init(options)
        place = folder.Folder(options.dir.absolute())
        if not place.esp.is_dir():
            raise folder.Refused(f"{place.path} is no appliance folder; make it with init")
        return firmware.run(place, options.boot_deadline)
    except folder.Refused as refused:
        print(f"demo-appliance: {refused}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
