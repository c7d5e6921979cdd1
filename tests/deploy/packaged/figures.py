"""What drydock-appliance costs on a clean Debian 12, measured on one boot of it."""

import re
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from machine import BIN, ROOT, Machine, run  # noqa: E402

IDLE_AFTER_S = 60.0  # from the first check-in
UNITS = ROOT / "deploy/systemd/units"
ANSWERED = 'drydock_check_ins_total{result="answered"}'
# Every process of the machine but the shell that counts.
PSS = """for f in /proc/[0-9]*/smaps_rollup; do
  [ "$f" != "/proc/$$/smaps_rollup" ] || continue
  sed -n "s|^Pss: *\\([0-9]*\\) kB|\\1 $(cat ${f%/*}/comm)|p" $f
done 2>/dev/null"""


def security() -> dict[str, float]:
    """systemd's overall exposure of each of our services."""
    found = {}
    for unit in sorted(UNITS.glob("*.service")):
        told = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager",
                               str(unit)], capture_output=True, text=True, check=True).stdout
        found[unit.stem] = float(re.search(r"Overall exposure level .*: (\d+\.\d)", told)[1])
    return found


def answered(machine: Machine) -> bool:
    ran = subprocess.run(["ip", "netns", "exec", machine.space, "curl", "-s", "--max-time", "5",
                          "http://127.0.0.1:8000/metrics"], capture_output=True, text=True)
    return re.search(rf"^{re.escape(ANSWERED)} [1-9]", ran.stdout, re.M) is not None


def listening(machine: Machine) -> bool:
    return subprocess.run(["ip", "netns", "exec", machine.space, "curl", "-sf", "--max-time", "5",
                           "http://127.0.0.1:8000/health"], capture_output=True).returncode == 0


def measure(packages: dict[str, Path]) -> dict:
    """Installs drydock-appliance, provisions it, boots it, and looks at it a minute later. The
    coordinator runs beside the machine and is not counted."""
    machine = Machine()
    try:
        pki = machine.folder / "pki"
        run(BIN / "drydock", "pki", "init", pki)
        added = machine.install(packages["drydock-appliance"])
        sizes = machine.installed()
        machine.become_box(4096)
        machine.write("etc/msp/agent.env", "SITE_ID=north\nMCP_URL=https://localhost\n")
        machine.beside(BIN / "fleet-coordinator", "--data", machine.folder / "centre", "--pki", pki,
                       "--edge", "127.0.0.1:443", "--operator", "127.0.0.1:9443", "--http",
                       "127.0.0.1:8000")
        machine.until("the coordinator listens", lambda: listening(machine))
        machine.provision(pki)
        began = time.monotonic()
        machine.boot()
        machine.until("the agent has started", lambda: machine.does(
            "journalctl -q -o cat -u compliance-agent | grep -q 'appliance .* runs 1.0.0'"))
        started = time.monotonic()
        machine.until("the appliance has checked in", lambda: answered(machine))
        checked_in = time.monotonic()
        # The figure is of a minute after that by definition; nothing else is waited for.
        time.sleep(max(0.0, checked_in + IDLE_AFTER_S - time.monotonic()))
        processes = {}
        for line in machine.must(PSS).splitlines():
            size, name = line.split(maxsplit=1)
            processes[name] = processes.get(name, 0) + int(size)
        return {
            "installed_mb": round(sum(sizes[name] for name in added) / 1024, 1),
            "installed_packages": len(added),
            "idle_memory_mb": round(sum(processes.values()) / 1024, 1),
            "idle_memory_mb_by_process": {name: round(size / 1024, 1) for name, size in
                                          sorted(processes.items(), key=lambda one: -one[1])},
            "boot_to_agent_s": round(started - began, 1),
            # The first check-in after a boot is spread over one poll interval, here 60 s.
            "boot_to_checkin_s": round(checked_in - began, 1),
            "security": security(),
        }
    finally:
        machine.close()
