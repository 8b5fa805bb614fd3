"""The steps of deploy/Containerfile, and a sentence by the server that they make.

    python -m hosts.container

In a builder, where podman or docker is there and works; otherwise in a folder, where each absolute
path of the steps is one below it. Fetches what the steps fetch.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE = ROOT / "deploy" / "Containerfile"
PLACES = ("/build", "/wheel", "/opt/allez", "/models")
"""What the steps write to."""


def main() -> int:
    """Run the steps; return 0 if what they make translates."""
    for builder in ("podman", "docker"):
        if _works(builder):
            done = subprocess.run([builder, "build", "-f", str(FILE), str(ROOT)], check=False)
            return done.returncode
    with tempfile.TemporaryDirectory() as folder:
        _run_steps(Path(folder))
        said = _ask(Path(folder))
    sys.stdout.write(f"the steps of {FILE.name} make a server that says {said!r}\n")
    return 0 if said == "It's raining." else 1


def _works(builder: str) -> bool:
    """Tell whether a builder can build: a client alone, whose daemon does not run, cannot."""
    if not shutil.which(builder):
        return False
    return subprocess.run([builder, "info"], capture_output=True, check=False).returncode == 0


def _moved(text: str, folder: Path) -> str:
    """Return a step with its absolute paths below a folder."""
    places = "|".join(map(re.escape, PLACES))
    text = re.sub(rf"(?<![\w./-])(?={places})", str(folder), text)
    return re.sub(r"^python ", f"{sys.executable} ", text)


def _run_steps(folder: Path) -> None:
    (folder / "opt").mkdir()
    for step in re.findall(r"^RUN (.*)$", FILE.read_text(encoding="utf-8"), re.M):
        subprocess.run(_moved(step, folder), shell=True, cwd=ROOT, check=True)


def _ask(folder: Path) -> str:
    """Start the server as the container does, on a free port, and have a sentence translated."""
    text = FILE.read_text(encoding="utf-8")
    entry = re.search(r"^ENTRYPOINT (.*)$", text, re.M)
    assert entry
    program, *arguments = json.loads(entry[1])
    arguments[arguments.index("--host") + 1] = "127.0.0.1"
    with subprocess.Popen(
        [_moved(program, folder), *arguments, "--port", "0"],
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=folder,
        env={**os.environ, "ALLEZ_MODELS": str(folder / "models")},
    ) as server:
        assert server.stderr is not None
        place = json.loads(server.stderr.readline())["event"].removeprefix("listening on ")
        data = json.dumps({"q": "Il pleut.", "source": "fr", "target": "en"}).encode()
        request = urllib.request.Request(
            f"{place}translate", data, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as answer:
            said = str(json.load(answer)["translatedText"])
        server.terminate()
        server.stderr.read()
    return said


if __name__ == "__main__":
    sys.exit(main())
