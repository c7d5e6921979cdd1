"""The folder that is one appliance: its ESP, its two slots, its data partition, its volatile files.

    esp/            ab_state, ab_state2, ab_tries
    slot-a.img      a plain, sparse file of the slot's size; likewise slot-b.img
    data/           MSP-DATA, which is /var/lib/msp on a real box; identity/ lies in it
    run/            what a reboot wipes: boot_id, cmdline, reboot-requested, ready, root-helper.sock
    run/root/       the booted slot, unpacked
    log/            what each program printed
    agent.yaml      the configuration of agent and gate, with these paths
    environment     SITE_ID, MCP_URL and POLL_INTERVAL, as a service's unit sets them
"""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import boot_state

PROGRAMS = ("compliance-agent", "health-gate", "root-helper")
UNPACK_LIMIT_S = 120.0
OS_RELEASE = "etc/os-release"
OS_RELEASE_BYTES_MAX = 64 * 1024
SOCKET_PATH_MAX = 107  # bytes; what sockaddr_un holds


class Refused(Exception):
    """A person's input cannot be used; the text says what, where and what to do."""


@dataclass(frozen=True)
class Folder:
    path: Path

    @property
    def esp(self) -> Path:
        return self.path / "esp"

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def identity(self) -> Path:
        return self.data / "identity"

    @property
    def volatile(self) -> Path:
        return self.path / "run"

    @property
    def root(self) -> Path:
        return self.volatile / "root"

    @property
    def logs(self) -> Path:
        return self.path / "log"

    @property
    def configuration(self) -> Path:
        return self.path / "agent.yaml"

    @property
    def environment(self) -> Path:
        return self.path / "environment"

    @property
    def reboot_request(self) -> Path:
        return self.volatile / "reboot-requested"

    @property
    def ready(self) -> Path:
        return self.volatile / "ready"

    @property
    def helper_socket(self) -> Path:
        return self.volatile / "root-helper.sock"

    def slot(self, name: str) -> Path:
        return self.path / f"slot-{name.lower()}.img"

    def program(self, name: str) -> Path:
        return self.root / "usr" / "bin" / name


def version_in(text: str) -> str:
    """VERSION_ID of an os-release text; empty when it names none."""
    for line in text.splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "VERSION_ID":
            return value.strip().strip("\"'")
    return ""


def version_of_image(image: Path) -> str:
    shown = subprocess.run(["unsquashfs", "-cat", str(image), OS_RELEASE], capture_output=True,
                           timeout=UNPACK_LIMIT_S)
    if shown.returncode != 0:
        reason = shown.stderr.decode(errors="replace").strip().splitlines()
        raise Refused(f"{image}: no readable slot image: {reason[0] if reason else 'no reason'}")
    return version_in(shown.stdout[:OS_RELEASE_BYTES_MAX].decode("utf-8", errors="replace"))


def unpack_command(image: Path, target: Path) -> list[str]:
    return ["unsquashfs", "-quiet", "-no-progress", "-no-xattrs", "-processors", "1",
            "-d", str(target), str(image)]


def make(folder: Folder, image: Path, version: str | None, slot_bytes: int, identity: Path,
         configuration: str, environment: str) -> str:
    """Makes the folder as imaging would: `image` in slot A, slot B empty. Answers the version."""
    if folder.path.exists() and any(folder.path.iterdir()):
        raise Refused(f"{folder.path} is not empty; name a new folder, or remove this one")
    if not image.is_file():
        raise Refused(f"{image}: there is no such image; make one with deploy/demo-image")
    size = image.stat().st_size
    if size > slot_bytes:
        raise Refused(f"{image} has {size} bytes and the slot {slot_bytes}; raise --slot-size")
    if not identity.is_dir():
        raise Refused(f"{identity}: no identity folder; make one with drydock appliance provision")
    found = version_of_image(image)
    if version is not None and found != version:
        raise Refused(f"{image} says version '{found}', not '{version}'; name the right image")
    for made in (folder.esp, folder.data, folder.volatile, folder.logs):
        made.mkdir(parents=True, exist_ok=True)
    for name in ("A", "B"):
        with open(folder.slot(name), "wb") as slot:
            if name == "A":
                with open(image, "rb") as source:
                    shutil.copyfileobj(source, slot, 1024 * 1024)
            slot.truncate(slot_bytes)
    shutil.copytree(identity, folder.identity)
    folder.identity.chmod(0o700)
    (folder.data / "update").mkdir(mode=0o700)
    folder.configuration.write_text(configuration, encoding="utf-8")
    folder.environment.write_text(environment, encoding="utf-8")
    boot_state.make(folder.esp)
    return found
