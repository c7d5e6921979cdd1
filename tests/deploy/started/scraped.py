"""What Prometheus scrapes, and Prometheus: a coordinator with a rollout, an appliance's agent, and
the stack's own configuration with these two in it."""

import json
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "sinks"))

from centre import BIN, ROOT, Appliance, Centre, run  # noqa: E402

READY_S = 60.0
DASHBOARDS = ROOT / "deploy/dashboards"
POLICY = ROOT / "deploy/policies/standard.yaml"  # on evidence


def port_of(pid: int) -> str:
    """Where a program listens, which it has chosen itself."""
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        listening = subprocess.run(["ss", "-Hltnp"], capture_output=True, text=True).stdout
        found = re.search(rf"127\.0\.0\.1:(\d+) .*pid={pid},", listening)
        if found:
            return found[1]
        time.sleep(0.1)
    raise AssertionError(f"{pid} listens nowhere")


def start_centre(folder: Path) -> Centre:
    """With a rollout that runs on evidence, of two appliances at one site: one has its grant, the
    other waits."""
    pki = folder / "pki"
    run(BIN / "drydock", "pki", "init", pki)
    # Nobody listens there; only who has sinks speaks of them.
    centre = Centre(folder, "centre", pki, DATABASE_URL="postgresql://mcp@127.0.0.1:1/mcp")
    centre.start()
    boxes = [Appliance(folder, centre, f"box-{n}") for n in range(2)]
    statuses = [box.check_in(centre) for box in boxes]
    image, signed = folder / "1.1.0.img", folder / "1.1.0.manifest"
    image.write_bytes(bytes(100_000))
    centre.drydock("release", "sign", "--key", pki / "release.key", "--image", image, "--version",
                   "1.1.0", "--hardware", "box", "--out", signed)
    centre.drydock("release", "publish", "--manifest", signed, "--image", image)
    centre.drydock("rollout", "create", "--version", "1.1.0", "--policy", POLICY, "--why", "seen")
    centre.drydock("rollout", "start", "1", "--why", "seen")
    statuses.append(boxes[0].check_in(centre))
    if statuses != ["200"] * 3:
        raise AssertionError(f"{statuses}: {centre.said()}")
    return centre


class Box:
    """The demo appliance, whose agent serves metrics."""

    def __init__(self, folder: Path, centre: Centre):
        identity, image, box = folder / "identity", folder / "1.0.0.img", folder / "box"
        centre.drydock("appliance", "provision", "--pki", centre.pki, "--client", "acme", "--site",
                       "north", "--hardware", "other", "--out", identity)
        run(ROOT / "deploy/demo-image", image, "--version", "1.0.0", "--programs", BIN,
            "--ballast-mib", "0")
        player = ROOT / "deploy/demo-appliance"
        run(sys.executable, player, "init", box, "--image", image, "--identity", identity,
            "--site", "north", "--url", f"https://127.0.0.1:{centre.ports['edge']}", "--set",
            'metrics={listen: "127.0.0.1:0"}')
        self.firmware = subprocess.Popen([sys.executable, str(player), "run", str(box)],
                                         stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        for line in self.firmware.stdout:
            told = json.loads(line)
            if told["event"] == "started" and told["program"] == "compliance-agent":
                self.address = f"127.0.0.1:{port_of(told['pid'])}"
                return
        raise AssertionError("the appliance ended before its agent was started")

    def stop(self) -> None:
        self.firmware.terminate()
        self.firmware.communicate(timeout=READY_S)


class Prometheus:
    def __init__(self, folder: Path, centre: str, box: str):
        told = (ROOT / "prometheus.yml").read_text(encoding="utf-8")
        told = re.sub(r"interval: \d+s", "interval: 1s", told.replace("mcp-server:8000", centre))
        (folder / "prometheus.yml").write_text(told, encoding="utf-8")
        (folder / "alerts.yml").write_text((DASHBOARDS / "alerts.yml").read_text("utf-8"), "utf-8")
        (folder / "scraped").mkdir()
        (folder / "scraped/boxes.yml").write_text(f'- targets: ["{box}"]\n', encoding="utf-8")
        with open(folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={folder}/prometheus.yml",
                 f"--storage.tsdb.path={folder}/data", "--web.listen-address=127.0.0.1:0"],
                stdout=log, stderr=log)
        self.log = folder / "log"
        self.port = port_of(self.process.pid)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=READY_S)

    def ask(self, what: str):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1/{what}",
                                    timeout=READY_S) as answer:
            return json.load(answer)["data"]

    def evaluated_rules(self) -> list[dict]:
        until = time.monotonic() + READY_S
        while time.monotonic() < until:
            rules = [rule for group in self.ask("rules")["groups"] for rule in group["rules"]]
            if rules and all(rule["health"] != "unknown" for rule in rules):
                return rules
            time.sleep(0.1)
        raise AssertionError(f"never evaluated: {self.log.read_text()[-2000:]}")

    def query(self, expression: str) -> list[dict]:
        return self.ask("query?" + urllib.parse.urlencode({"query": expression}))["result"]

    def until_found(self, expression: str) -> list[dict]:
        """What the expression finds, once it finds something."""
        until = time.monotonic() + READY_S
        while time.monotonic() < until and self.process.poll() is None:
            try:
                found = self.query(expression)
                if found:
                    return found
            except OSError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"never: {expression}; its log: {self.log.read_text()[-2000:]}")
