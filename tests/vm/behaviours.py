"""How releases behave once they boot: what is done to the tree of a slot before it is packed, and
what it says in agent.yaml."""

import shutil
from collections.abc import Callable
from pathlib import Path

from claims import expect
from slot import write


def first_act(text: str) -> Callable[[Path], None]:
    """Changes a slot: its process 1 begins with this shell text."""
    def edit(tree: Path) -> None:
        init = tree / "usr/sbin/init"
        head, _, rest = init.read_text(encoding="utf-8").partition("\n")
        write(init, f"{head}\n{text}\n{rest}", 0o755)
    return edit


def without(*names: str) -> Callable[[Path], None]:
    def edit(tree: Path) -> None:
        for name in names:
            path = tree / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return edit


def agent_ends(tree: Path) -> None:
    write(tree / "usr/bin/compliance-agent", "#!/bin/sh\nexit 1\n", 0o755)
    write(tree / "etc/msp/boot-deadline", "25\n")


def edit_init(old: str, new: str) -> Callable[[Path], None]:
    """Changes a slot: another line in the place of one of its process 1's."""
    def edit(tree: Path) -> None:
        init = tree / "usr/sbin/init"
        text = init.read_text(encoding="utf-8")
        expect(text.count(old) == 1, f"process 1 says '{old}' once", text.count(old))
        write(init, text.replace(old, new), 0o755)
    return edit


def edit_menu(old: str, new: str) -> Callable[[Path], None]:
    """Changes a slot: other words in the place of some in the menu it brings along for GRUB."""
    def edit(tree: Path) -> None:
        menu = tree / "boot/slot.cfg"
        text = menu.read_text(encoding="utf-8")
        expect(text.count(old) == 1, f"the menu says '{old}' once", text)
        write(menu, text.replace(old, new))
    return edit


def without_module(name: str) -> Callable[[Path], None]:
    def edit(tree: Path) -> None:
        found = sorted(tree.rglob(f"{name}.ko*"))
        expect(bool(found), f"there is a {name} to be left out")
        for module in found:
            module.unlink()
    return edit


no_driver = without_module("virtio_net")


def after_agent(text: str) -> Callable[[Path], None]:
    """Changes a slot: this shell text runs once the agent was started."""
    return edit_init('    say "agent started"\n', f'    say "agent started"\n    {text}\n')


def both(*edits: Callable[[Path], None]) -> Callable[[Path], None]:
    def edit(tree: Path) -> None:
        for one in edits:
            one(tree)
    return edit


PROC = "mount -t proc proc /proc\n"
PANIC = "echo 1 >/proc/sys/kernel/sysrq; echo c >/proc/sysrq-trigger"
# How a release behaves once it boots: what is done to its slot's tree.
BEHAVIOURS = {
    "good": lambda tree: None,
    "panic": first_act(PROC + "echo panicking; " + PANIC),
    # Its kernel waits for a disk that never comes: nothing of userspace ever runs.
    "hang": both(edit_menu("root=PARTUUID=$ab_root", "root=/dev/absent"),
                 edit_menu(" quiet", " loglevel=7")),
    "init-ends": first_act("echo ending; exit 1"),
    # It cannot mount the ESP, so it could never commit.
    "no-fat": without_module("vfat"),
    "no-kernel": without("boot/vmlinuz"),
    "no-menu": without("boot/slot.cfg"),
    "agent-ends": agent_ends,
    "clock-at-1970": first_act("date -s @86400"),
    # Nobody tells it the time until it has long been committed.
    "clock-set-late": both(first_act("date -s @86400"),
                           after_agent("(sleep 20; hwclock -u -s; echo clock set) &")),
    "no-driver": no_driver,
    # Its agent is never ready, writes its journal, and then the kernel panics.
    "late-panic": both(no_driver, after_agent(f"(sleep 8; echo panicking; {PANIC}) &")),
    # A link, an address and a route, none of which lead anywhere: what a box can see is well.
    "deaf": edit_init('ip addr add "$address" dev eth0 && ip route add default via "$gateway"',
                      "ip addr add 10.0.99.15/24 dev eth0 && ip route add default via 10.0.99.2"),
    "hasty": lambda tree: None,
    # Once its agent has run for a while not a block is left on MSP-DATA, not even for root; with
    # the next boot there is room again.
    "full-data": both(
        edit_init("\nhealth-gate --verify\n", "\nrm -f $data/full\nhealth-gate --verify\n"),
        after_agent("[ -e $data/once ] || { touch $data/once; (sleep 15; dd if=/dev/zero "
                    "of=$data/full bs=4k 2>/dev/null; sync; echo filled) & }")),
    # Somebody reboots it while it is on trial, three times.
    "asked-to-reboot": edit_init("\nhealth-gate --verify\n", """
n=$(cat $data/asked 2>/dev/null || echo 0)
[ "$n" -ge 3 ] || { echo $((n + 1)) >$data/asked; sync; kill -TERM 1; }
health-gate --verify
"""),
    "esp-read-only": edit_init("mount -t vfat", "blockdev --setro /dev/disk/by-partlabel/ESP\n"
                               "mount -t vfat"),
    "esp-of-another-disk": edit_init("/dev/disk/by-partlabel/ESP /boot", "/dev/nvme1n1p1 /boot"),
}

# Once a stub is on trial, somebody reboots.
WAITS_FOR_A_STUB = after_agent("""(while ! grep -q 'trial_partition="[AB]"' /boot/stub_state; do
      sleep 1; done; sync; kill -TERM 1) &""")
BEHAVIOURS |= {name: WAITS_FOR_A_STUB for name in
               ("brings-a-stub", "brings-a-bad-stub", "brings-a-blind-stub", "brings-no-stub")}
# The boot stubs that releases bring along: None is what no firmware can load, "" ours with one more
# line, else a menu.
STUBS = {"brings-a-stub": "", "brings-a-bad-stub": "sleep 1\nreboot\n",
         "brings-a-blind-stub": "exit\n", "brings-no-stub": None}


def with_unit(name: str, text: str) -> Callable[[Path], None]:
    """Changes a full slot: this unit of /etc starts with multi-user.target."""
    def edit(tree: Path) -> None:
        folder = tree / "etc/systemd/system"
        write(folder / name, text)
        (folder / "multi-user.target.wants" / name).symlink_to(f"../{name}")
    return edit


EARLY = "[Unit]\nAfter=network-online.target\nBefore=msp-health-gate.service\n"
LATE = "[Unit]\nAfter=msp-health-gate.service\nBefore=compliance-agent.service\n"
ONCE = "[Service]\nType=oneshot\n"
# The same of a full slot: what is done to the tree of our own files in it.
FULL_BEHAVIOURS = {
    # After its commit it says what its programs and the whole system use.
    "tells-what-it-uses": with_unit("figures.service", f"""[Unit]
After=compliance-agent.service
[Service]
ExecStart=/bin/sh -c 'sleep 90; {{ journalctl -b --no-pager -o cat -u msp-health-gate | grep KiB; \
  for u in root-helper compliance-agent; do p=$$(systemctl show -p MainPID --value $$u); \
  echo $$u $$(grep -E "VmHWM|VmRSS|RssAnon" /proc/$$p/status) \
  $$(systemctl show -p CPUUsageNSec $$u); done; grep -E "MemTotal|MemAvailable" /proc/meminfo; \
  ls /sys/class/watchdog; cat /proc/mounts | grep /boot; echo figures end; }} >/dev/console'
"""),
    # Process 1 crashes and stays: systemd calls it frozen, and nobody feeds the watchdog.
    "freezes": with_unit("freezes.service", f"{EARLY}{ONCE}ExecStart=/bin/sh -c "
                         "'echo freezing >/dev/console; kill -SEGV 1; sleep infinity'\n"),
    "asked-to-reboot": with_unit("asked.service", f"{LATE}{ONCE}ExecStart=/bin/sh -c '"
                                 "n=$$(cat /var/lib/msp/asked || echo 0); [ $$n -lt 3 ] || exit 0; "
                                 "echo $$((n + 1)) >/var/lib/msp/asked; sync; "
                                 "echo somebody asks >/dev/console; systemctl reboot; "
                                 "sleep infinity'\n"),
}
# What it says in agent.yaml.
SETTINGS = {
    "no-driver": ("boot_deadline: 30s",),
    "deaf": ("return_after: 20s",),
    "hasty": ("boot_deadline: 40s",),
}
