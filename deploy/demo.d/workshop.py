"""What is needed before the demo can begin: the programs, the PKI, the images."""

import hashlib
import json
import os
import re
import shutil
import sys
from pathlib import Path

import plan
from bench import Workbench
from plan import ROOT, Failed, Place

PROGRESS = re.compile(rb"\[(\d+)/(\d+)\]")
TAIL_BYTES = 4096
IMAGE_KEY = "key"  # beside the images: what they were made of


def build(bench: Workbench, folder: Path, log: Path, say) -> None:
    # A compiler cache then knows a file again in another checkout.
    variables = {"CCACHE_BASEDIR": str(ROOT), "CCACHE_NOHASHDIR": "1"}
    if shutil.which("cmake") is None:
        raise Failed("cmake is not there", None, "run deploy/dependencies")
    if not (folder / "build.ninja").is_file():
        bench.run(["cmake", "--preset", "release", "-B", str(folder)], log, plan.BUILD_LIMIT_S,
                  variables, lambda: say("configuring"))
    command = ["cmake", "--build", str(folder), "-j", str(os.cpu_count() or 1), "--target",
               *plan.PROGRAMS]
    bench.run(command, log, plan.BUILD_LIMIT_S, variables,
              lambda: say(progress(log.with_suffix(".out"))))


def progress(log: Path) -> str:
    try:
        with open(log, "rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL_BYTES))
            found = PROGRESS.findall(file.read())
    except OSError:
        return ""
    return f"{found[-1][0].decode()} of {found[-1][1].decode()} steps" if found else ""


def require_programs(place: Place) -> None:
    lacking = [name for name in plan.PROGRAMS if not place.program(name).is_file()]
    if lacking:
        raise Failed(f"{place.programs} lacks {', '.join(lacking)}", None,
                     "build them: cmake --build build/release")


def make_images(bench: Workbench, place: Place, log: Path) -> bool:
    """Three images of the same programs; False when those of an earlier run are still right."""
    images = place.image(plan.FIRST).parent
    images.mkdir(parents=True, exist_ok=True)
    key = image_key(place)
    known = images / IMAGE_KEY
    versions = (plan.FIRST, plan.GOOD, plan.BAD)
    there = all(place.image(version).is_file() for version in versions)
    if there and known.is_file() and known.read_text(encoding="utf-8") == key:
        return False
    known.unlink(missing_ok=True)
    for version in versions:
        command = [sys.executable, ROOT / "deploy/demo-image", place.image(version),
                   "--version", version, "--programs", place.programs,
                   "--ballast-mib", str(plan.BALLAST_MIB)]
        bench.run(command + (["--bad"] if version == plan.BAD else []), log, plan.BUILD_LIMIT_S)
    known.write_text(key, encoding="utf-8")
    return True


def image_key(place: Place) -> str:
    sources = [place.program(name) for name in plan.PROGRAMS[:3]]
    sources += [ROOT / "deploy/demo-image", Path(plan.__file__)]
    return json.dumps({path.name: digest(path) for path in sources}, sort_keys=True)


def digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
