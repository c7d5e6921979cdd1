"""Two thousand appliances on one real coordinator over mutual TLS: it must come to the very counts
that the simulation of the same scenario comes to."""

import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "deploy/sinks"))

from centre import BIN, Centre, run  # noqa: E402
from servers import until  # noqa: E402

DRIVER = BIN.parent / "load/load-driver"
SCENARIO = HERE / "load.yaml"
APPLIANCES = int(os.environ.get("DRYDOCK_LOAD_APPLIANCES", "2000"))
ROLLOUT_LIMIT_S = 300.0
VERSION = "1.1.0"


def cpu_s(process: subprocess.Popen) -> float:
    fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Load(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dd-load-")
        self.addCleanup(folder.cleanup)
        self.here = Path(folder.name)
        self.pki = self.here / "pki"
        run(BIN / "drydock", "pki", "init", self.pki)
        self.centre = Centre(self.here, "centre", self.pki, "log_level: warning\n")
        self.addCleanup(lambda: self.centre.stop(kill=True))
        self.centre.start()

    def provision(self) -> Path:
        identities = self.here / "identities"
        identities.mkdir()
        fleet = run(DRIVER, SCENARIO, "--appliances", str(APPLIANCES), "--list").decode()

        def one(line: str) -> None:
            number, its_id, client, site, model = line.split()
            self.centre.drydock("appliance", "provision", "--pki", self.pki, "--id", its_id,
                                "--client", client, "--site", site, "--hardware", model,
                                "--out", identities / number)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(one, fleet.splitlines()))
        return identities

    def roll_out(self) -> str:
        image, signed, policy = (self.here / name for name in ("image", "manifest", "policy.yaml"))
        image.write_bytes(b"never downloaded\n" * 1000)
        self.centre.drydock("release", "sign", "--key", self.pki / "release.key", "--image", image,
                            "--version", VERSION, "--hardware", "*", "--out", signed)
        self.centre.drydock("release", "publish", "--manifest", signed, "--image", image)
        said = yaml.safe_load(SCENARIO.read_text(encoding="utf-8"))["rollouts"][0]["policy"]
        policy.write_text(yaml.safe_dump({"name": "load"} | said), encoding="utf-8")
        made = self.centre.drydock("rollout", "create", "--version", VERSION, "--policy", policy)
        self.centre.drydock("rollout", "start", str(made["rollout"]))
        return str(made["rollout"])

    def counts(self, rollout: str) -> dict:
        return self.centre.drydock("rollout", "status", rollout)["tally"]

    def test_the_real_centre_counts_what_the_simulated_one_counts(self):
        simulated = json.loads(run(BIN / "fleet-sim", "run", SCENARIO, "--appliances",
                                   str(APPLIANCES), "--json").splitlines()[-1])
        self.assertGreater(simulated["rolled_back"], 0)
        identities = self.provision()
        driver = subprocess.Popen(
            [str(DRIVER), str(SCENARIO), "--appliances", str(APPLIANCES), "--identities",
             str(identities), "--server", f"https://127.0.0.1:{self.centre.ports['edge']}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(driver.kill)
        began = time.monotonic()
        answered = 'drydock_check_ins_total{result="answered"}'
        until("as many check-ins as appliances are answered",
              lambda: self.centre.metric(answered) >= APPLIANCES, 120.0)
        rollout = self.roll_out()
        until("everybody has the release, or has fallen back",
              lambda: (lambda t: t["committed"] + t["rolled_back"] >= APPLIANCES)(
                  self.counts(rollout)), ROLLOUT_LIMIT_S)
        took, centre_cpu_s = time.monotonic() - began, cpu_s(self.centre.process)
        tally = self.counts(rollout)
        said, _ = driver.communicate()
        played = json.loads(said.splitlines()[-1])
        print(json.dumps({"appliances": APPLIANCES, "seconds": round(took, 1),
                          "check_ins": played["answered"], "unanswered": played["unanswered"],
                          "coordinator_cpu_s": round(centre_cpu_s, 1),
                          "driver_cpu_s": round(played["cpu_s"], 1)}))
        self.assertEqual(driver.returncode, 0)
        real = {name: tally[name] for name in ("committed", "exposed", "rolled_back", "silent")}
        self.assertEqual(real, {name: simulated[name] for name in real})
        self.assertEqual(played["running"][VERSION], simulated["committed"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
