"""The centre's container image, built of its Dockerfile by buildah and run as the image says. A
minimal Debian 12 stands for debian:bookworm-slim, which no registry could be asked for. Needs root,
a network for apt, and built programs."""

import json
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "packaged"))

from machine import APT_LIMIT_S, BIN, ROOT, base_root, run  # noqa: E402

BASE, IMAGE = "docker.io/library/debian:bookworm-slim", "mcp-server"
CONTAINER_USER = 10001
# In namespaces of their own, which end with the shell: the health check fails, the coordinator is
# started as the image says and with the compose file's privileges, the check passes.
PROOF = """set -e
ip link set lo up
container=$({buildah} from --pull-never {image})
inside() {{ {buildah} run --isolation chroot --cap-drop ALL "$@"; }}
inside "$container" -- sh -c {check} 2>/dev/null && echo "healthy before it runs"
inside -v {pki}:/etc/drydock/pki:ro "$container" -- {command} &
n=0
until inside "$container" -- sh -c {check} 2>/dev/null; do
  n=$((n + 1))
  [ $n -lt 30 ] || {{ echo "never healthy"; exit 1; }}
  sleep 0.2
done
echo "healthy"
echo "runs as $(ps -o uid= -C fleet-coordinator | sort -u | tr -d ' ' | tr '\\n' ' ')"
inside "$container" -- sh -c 'id -u; ldd /usr/bin/* 2>/dev/null | grep "not found"
  for tool in gcc make python3; do command -v $tool; done; true' | sed 's/^/inside: /'
"""


class Container(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="drydock-container-")
        cls.addClassCleanup(folder.cleanup)
        cls.here = Path(folder.name)
        cls.buildah = ["buildah", "--root", f"{cls.here}/images", "--runroot", f"{cls.here}/run",
                       "--storage-driver", "overlay"]
        base = run(*cls.buildah, "from", "scratch").strip()
        run(*cls.buildah, "add", "-q", base, base_root(), "/")
        run(*cls.buildah, "commit", "-q", base, BASE)
        run(*cls.buildah, "rm", base)
        context = cls.here / "mcp-server"
        shutil.copytree(ROOT / "mcp-server", context, ignore=shutil.ignore_patterns("bin"))
        run(context / "prepare", BIN)
        run(*cls.buildah, "bud", "--isolation", "chroot", "--pull-never", "--network", "host",
            "--format", "docker", "-t", IMAGE, context, limit_s=APT_LIMIT_S)
        told = json.loads(run(*cls.buildah, "inspect", "--type", "image", IMAGE))
        cls.config = told["Docker"]["config"]
        cls.said = cls.proof()

    @classmethod
    def proof(cls) -> str:
        run(BIN / "drydock", "pki", "init", cls.here / "pki")
        run(ROOT / "deploy/compose/first-start", "--pki", cls.here / "pki", "--into", cls.here)
        words = {"buildah": cls.buildah, "command": cls.config["Cmd"], "image": [IMAGE],
                 "check": [cls.config["Healthcheck"]["Test"][1]],
                 "pki": [f"{cls.here}/secrets/centre"]}
        script = PROOF.format(**{name: shlex.join(value) for name, value in words.items()})
        ran = subprocess.run(
            ["unshare", "--net", "--pid", "--mount", "--mount-proc", "--fork", "--kill-child",
             "bash", "-c", script], capture_output=True, text=True, timeout=APT_LIMIT_S)
        return f"{ran.stdout}\nexit {ran.returncode}\n{ran.stderr[-2000:]}"

    def test_the_image_is_what_the_dockerfile_says(self):
        self.assertEqual(self.config["User"], "drydock")
        self.assertEqual(set(self.config["ExposedPorts"]), {"8000/tcp", "8443/tcp", "9443/tcp"})
        self.assertEqual(self.config["Healthcheck"]["Test"],
                         ["CMD-SHELL", "curl -f http://localhost:8000/health || exit 1"])

    def test_its_coordinator_starts_and_the_health_check_passes_then_and_not_before(self):
        self.assertRegex(self.said, "(?m)^healthy$")
        self.assertNotIn("healthy before it runs", self.said)
        self.assertRegex(self.said, "(?m)^exit 0$")
        self.assertIn("ready: edge 8443, operator 9443, http 8000", self.said)

    def test_it_is_not_root_and_reads_the_keys_that_first_start_placed_for_it(self):
        self.assertRegex(self.said, f"(?m)^runs as {CONTAINER_USER} $")
        self.assertRegex(self.said, f"(?m)^inside: {CONTAINER_USER}$")

    def test_every_library_is_there_and_nothing_to_build_with(self):
        inside = [line for line in self.said.splitlines() if line.startswith("inside: ")]
        self.assertEqual(inside, [f"inside: {CONTAINER_USER}"])


if __name__ == "__main__":
    unittest.main()
