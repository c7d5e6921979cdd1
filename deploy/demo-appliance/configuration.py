"""agent.yaml and the environment of a demo appliance, read by its agent and its gate.

On a real box the service's unit sets the three variables (SITE_ID, MCP_URL, POLL_INTERVAL), and
agent.yaml keeps its defaults; here the paths lead into the appliance's folder.
"""

import json

from folder import OS_RELEASE, Folder


def yaml_text(folder: Folder, settings: list[str]) -> str:
    """`settings` are 'key=value' lines of the file's top level, such as soak=2s."""
    root = folder.root.absolute()
    paths = {
        "slot_a": folder.slot("A"),
        "slot_b": folder.slot("B"),
        "esp": folder.esp,
        "data": folder.data,
        "identity": folder.identity,
        "cmdline": folder.volatile / "cmdline",
        "boot_id": folder.volatile / "boot_id",
        "root_helper": folder.helper_socket,
        "health_checks": root / "etc/msp/health.d",
        "os_release": root / OS_RELEASE,
    }
    lines = ["paths:"]
    # A JSON text is a YAML scalar, with all its quoting.
    lines += [f"  {key}: {json.dumps(str(path.absolute()))}" for key, path in paths.items()]
    lines += ["healer:", "  disk:", f"    path: {json.dumps(str(folder.data.absolute()))}"]
    for setting in settings:
        key, _, value = setting.partition("=")
        lines.append(f"{key}: {value}")
    return "\n".join(lines) + "\n"


def environment_text(site: str, url: str, poll_seconds: int) -> str:
    return f"SITE_ID={site}\nMCP_URL={url}\nPOLL_INTERVAL={poll_seconds}\n"


def environment_of(folder: Folder) -> dict[str, str]:
    lines = folder.environment.read_text(encoding="utf-8").splitlines()
    return {name: value for name, equals, value in (line.partition("=") for line in lines)
            if equals}
