"""A coordinator as a process, and appliances that check in over mutual TLS."""

import json
import os
import subprocess
from pathlib import Path

from servers import READY_S, until

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(os.environ.get("DRYDOCK_BIN", ROOT / "build/release/bin"))
MASK = (1 << 64) - 1


def run(*words: str | Path, body: bytes | None = None) -> bytes:
    ran = subprocess.run([str(word) for word in words], input=body, capture_output=True)
    if ran.returncode != 0:
        raise AssertionError(f"{words[0]} {words[1]}: {ran.stderr.decode()}")
    return ran.stdout


def number(name: str) -> int:
    """A name as its number: messages/ids.hpp, name_number."""
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = (h ^ byte) * 0x100000001B3 & MASK
    h = (h ^ h >> 30) * 0xBF58476D1CE4E5B9 & MASK
    h = (h ^ h >> 27) * 0x94D049BB133111EB & MASK
    return (h ^ h >> 31) | 1


class Centre:
    def __init__(self, folder: Path, name: str, pki: Path, settings: str = "", **urls: str):
        self.pki, self.data = pki, folder / name
        self.log = folder / f"{name}.log"
        self.settings = folder / f"{name}.yaml"
        self.settings.write_text(settings or "log_level: info\n", encoding="utf-8")
        self.environment = {key: value for key, value in os.environ.items()
                            if key not in ("DATABASE_URL", "REDIS_URL")} | urls
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        ports = self.data / "ports.json"
        ports.unlink(missing_ok=True)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [str(BIN / "fleet-coordinator"), "--data", str(self.data), "--pki", str(self.pki),
                 "--config", str(self.settings), "--edge", "127.0.0.1:0", "--operator",
                 "127.0.0.1:0", "--http", "127.0.0.1:0"], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, env=self.environment)
        until("the coordinator is ready",
              lambda: ports.is_file() or self.process.poll() is not None)
        if not ports.is_file():
            raise AssertionError(f"the coordinator ended: {self.said()}")
        self.ports = json.loads(ports.read_text(encoding="utf-8"))

    def stop(self, kill: bool = False) -> None:
        if self.process is not None:
            (self.process.kill if kill else self.process.terminate)()
            self.process.wait(timeout=READY_S)
        self.process = None

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def drydock(self, *words: str | Path) -> dict:
        return json.loads(run(
            BIN / "drydock", "--server", f"https://127.0.0.1:{self.ports['operator']}", "--cert",
            self.pki / "admin.crt", "--key", self.pki / "admin.key", "--ca",
            self.pki / "operator-ca.crt", "--json", *words))

    def decisions(self) -> int:
        return int(self.metric("drydock_journal_decisions"))

    def metric(self, series: str) -> float:
        text = run("curl", "-sf", f"http://127.0.0.1:{self.ports['http']}/metrics").decode()
        found = [line for line in text.splitlines() if line.startswith(series + " ")]
        return float(found[0].split()[-1]) if found else -1.0


class Appliance:
    """Speaks as an appliance does, and installs nothing."""

    def __init__(self, folder: Path, centre: Centre, name: str):
        self.identity = folder / name
        centre.drydock("appliance", "provision", "--pki", centre.pki, "--client", "acme", "--site",
                       "north", "--hardware", "box", "--out", self.identity)
        told = json.loads((self.identity / "identity.json").read_text(encoding="utf-8"))
        self.id = told["appliance"]
        self.serial = 0

    def register(self, centre: Centre) -> None:
        """At another coordinator, too."""
        centre.drydock("appliance", "provision", "--pki", centre.pki, "--client", "acme", "--site",
                       "north", "--hardware", "box", "--out", self.identity.with_suffix(".again"),
                       "--id", self.id)

    def check_in(self, centre: Centre, reports: str = "") -> str:
        """The status of the answer."""
        self.serial += 1
        text = (f"facts {{ appliance: {int(self.id, 16)} client: {number('acme')} "
                f"site_claim: {number('acme/north')} hardware: {number('box')} boot: 77 "
                f"serial: {self.serial} active: SLOT_A running: {1 << 40} wall: 1790000000000 "
                "wall_trust: WALL_TRUST_SYNCHRONISED } "
                f"journal_head: {40 + self.serial} {reports}")
        message = run("protoc", f"-I{ROOT}", "--encode=drydock.v1.CheckIn",
                      "messages/proto/check_in.proto", body=text.encode())
        return run("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--cacert",
                   self.identity / "appliance-ca.crt", "--cert", self.identity / "appliance.crt",
                   "--key", self.identity / "appliance.key", "--data-binary", "@-",
                   f"https://127.0.0.1:{centre.ports['edge']}/v1/check-in", body=message).decode()
