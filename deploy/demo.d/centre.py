"""The coordinator, and the operator in front of it: `drydock` to act, plain GETs to watch."""

import http.client
import json
import ssl
import time
from pathlib import Path

import plan
from bench import Workbench, kill, last_lines
from plan import Failed, Place
from processes import Child

HOST = "127.0.0.1"
RESTARTS_MAX = 5      # of a coordinator that ends by itself
GET_LIMIT_S = 5.0
LISTENERS = ("edge", "operator", "http")


class Centre:
    def __init__(self, bench: Workbench, place: Place):
        self.bench = bench
        self.place = place
        self.log = place.logs / "fleet-coordinator.log"
        self.ports: dict[str, int] = {}
        self.child: Child | None = None
        self.killing = False       # we sent SIGKILL; its end has not been seen
        self.kills_seen = 0        # coordinators that we killed and that ended by it
        self.restarts = 0
        self.line: http.client.HTTPSConnection | None = None

    # --- the process ------------------------------------------------------------------------
    def start(self) -> None:
        """The first time on free ports, which it tells; afterwards on the same ones."""
        told = self.place.centre / "ports.json"
        command = [self.place.program("fleet-coordinator"), "--data", self.place.centre,
                   "--pki", self.place.pki, "--download-rate", str(plan.RATE_BYTES_S)]
        for name in LISTENERS:
            command += [f"--{name}", f"{HOST}:{self.ports.get(name, 0)}"]
        self.child = self.bench.start(command, self.log)
        if not self.ports:
            if not self.bench.until(told.is_file, plan.CENTRE_LIMIT_S, self.must_run):
                raise Failed("the coordinator did not tell its ports", self.log)
            self.ports = read_ports(json.loads(told.read_text(encoding="utf-8")))

    def await_answer(self) -> None:
        answers = self.bench.until(lambda: self.get("/v1/rollouts") is not None,
                                   plan.CENTRE_LIMIT_S, self.must_run)
        if not answers:
            raise Failed("the coordinator does not answer its operators", self.log)

    def must_run(self) -> None:
        if self.child.exit_code() is not None:
            raise Failed(f"the coordinator ended with {self.child.exit_code()}: "
                         f"{last_lines(self.log)}", self.log)

    def keep(self) -> bool:
        """Starts it again when it has ended, as a service manager would; True when it did."""
        code = self.child.exit_code()
        if code is None:
            return False
        if self.killing and code < 0:
            self.kills_seen += 1
        elif self.restarts >= RESTARTS_MAX:
            raise Failed(f"the coordinator ended by itself {self.restarts + 1} times, last with "
                         f"{code}: {last_lines(self.log)}", self.log)
        else:
            self.restarts += 1
        self.killing = False
        self.bench.end(self.child)
        self.hang_up()
        self.start()
        return True

    def kill(self) -> int:
        """SIGKILL; answers the process it was sent to, 0 when there was none."""
        pid = self.child.pid
        self.killing = kill(self.child)
        return pid if self.killing else 0

    # --- asking -----------------------------------------------------------------------------
    def get(self, path: str) -> dict | None:
        """None when no answer came: it may be starting. Any other trouble is Failed."""
        try:
            if self.line is None:
                self.line = http.client.HTTPSConnection(
                    HOST, self.ports["operator"], timeout=GET_LIMIT_S, context=self.trust())
            self.line.request("GET", path)
            answer = self.line.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            self.hang_up()
            return None
        if answer.status == 503:
            return None
        if answer.status != 200:
            raise Failed(f"GET {path} was answered {answer.status}: "
                         f"{body.decode(errors='replace')[:200]}", self.log)
        return json.loads(body)

    def trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.place.pki / "operator-ca.crt"))
        context.load_cert_chain(self.place.pki / "admin.crt", self.place.pki / "admin.key")
        return context

    def hang_up(self) -> None:
        if self.line is not None:
            self.line.close()
            self.line = None

    # --- acting -----------------------------------------------------------------------------
    def identity_flags(self) -> list[str]:
        return ["--server", f"https://{HOST}:{self.ports['operator']}",
                "--cert", str(self.place.pki / "admin.crt"),
                "--key", str(self.place.pki / "admin.key"),
                "--ca", str(self.place.pki / "operator-ca.crt")]

    def drydock(self, *words: str | Path, online: bool = True) -> dict:
        """`drydock WORDS --json`, as an operator would type it; what it told."""
        flags = self.identity_flags() if online else []
        command = [self.place.program("drydock"), *flags, "--json", *words]
        told = self.bench.run(command, self.place.logs / "drydock.log", plan.COMMAND_LIMIT_S)
        try:
            return json.loads(told)
        except ValueError as error:
            raise Failed(f"'drydock {' '.join(map(str, words[:2]))}' told no JSON: {told[:200]}",
                         self.place.logs / "drydock.log") from error


def read_ports(told: dict) -> dict[str, int]:
    """{"edge": 8443, ...}; an address such as "127.0.0.1:8443" counts by its port."""
    ports = {name: int(str(told[name]).rpartition(":")[2]) for name in LISTENERS}
    if not all(ports.values()):
        raise Failed(f"the coordinator told ports {told}")
    return ports


class Watch:
    """The newest answer of the coordinator about appliances and one rollout."""

    def __init__(self, centre: Centre, rollout: int):
        self.centre = centre
        self.rollout = rollout
        self.asked = 0.0                       # time.monotonic() seconds
        self.answers = True                    # did it answer the last time?
        self.appliances: dict[str, dict] = {}  # by identity
        self.state: dict = {}                  # of the rollout

    def ask(self) -> bool:
        """At most every half second; True when there is something new."""
        now = time.monotonic()
        if now - self.asked < plan.ASK_EVERY_S:
            return False
        self.asked = now
        listed = self.centre.get("/v1/appliances")
        state = self.centre.get(f"/v1/rollouts/{self.rollout}") if self.rollout else {}
        self.answers = listed is not None and state is not None
        if not self.answers:
            return False
        self.appliances = {one["appliance"]: one for one in listed["appliances"]}
        self.state = state
        return True

    def tally(self, name: str) -> int:
        return int(self.state.get("tally", {}).get(name, 0))

    def phase(self) -> str:
        return self.state.get("phase", "")
