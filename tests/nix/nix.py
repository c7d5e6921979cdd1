"""Asks Debian's nix, offline and without a daemon."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tests/nix"
EVALUATE_S_MAX = 60

# A box as an operator writes it, with everything of ours on.
BOX = """
  services.compliance-agent = { enable = true; siteId = "north"; };
  services.msp-firewall.enable = true;
  services.msp-ab-layout.enable = true;
  services.msp-timesync.enable = true;
  services.msp-ssh-hardening.enable = true;
"""


class Refused(Exception):
    pass


def ask(*arguments: str) -> str:
    with tempfile.TemporaryDirectory() as state:
        # A store of its own: nothing of this machine is read or written.
        own = {"NIX_STORE_DIR": "/nix/store", "NIX_STATE_DIR": f"{state}/var",
               "NIX_LOG_DIR": f"{state}/log", "NIX_CONF_DIR": state, "HOME": state}
        ran = subprocess.run(["nix-instantiate", *arguments], capture_output=True, text=True,
                             timeout=EVALUATE_S_MAX, env={**os.environ, **own})
    if ran.returncode != 0:
        raise Refused(ran.stderr)
    return ran.stdout


def value(expression: str):
    return json.loads(ask("--eval", "--strict", "--json", "--expr", expression))


def configuration(settings: str):
    """What the modules make of these settings."""
    return value(f"import {HERE}/evaluate.nix {{ of = lib: with lib; {{ {settings} }}; }}")
