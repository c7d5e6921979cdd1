"""agent.yaml of a demo appliance, read by compliance-agent, health-gate and root-helper."""

import json

from folder import OS_RELEASE, Folder


def text(folder: Folder, site: str, url: str, poll_seconds: int, more: list[str]) -> str:
    """`more` holds 'key=value' lines that are added, or that replace a line of the same key."""
    root = folder.root.absolute()
    values: dict[str, object] = {
        "site_id": site,
        "mcp_url": url,
        "poll_interval": poll_seconds,
        "data": str(folder.data.absolute()),
        "identity": str((folder.data / "identity").absolute()),
        "esp": str(folder.esp.absolute()),
        "slot_a": str(folder.slot("A").absolute()),
        "slot_b": str(folder.slot("B").absolute()),
        "cmdline": str((folder.volatile / "cmdline").absolute()),
        "boot_id": str((folder.volatile / "boot_id").absolute()),
        "ready": str(folder.ready.absolute()),
        "helper_socket": str(folder.helper_socket.absolute()),
        "os_release": str(root / OS_RELEASE),
        "health_dir": str(root / "etc/msp/health.d"),
    }
    for line in more:
        key, _, value = line.partition("=")
        values[key] = int(value) if value.isdigit() else value
    # A JSON scalar is a YAML scalar, with all its quoting.
    return "".join(f"{key}: {json.dumps(value)}\n" for key, value in values.items())
