"""The bundle's golden sentences with the oldest and the newest ONNX Runtime.

    python -m hosts.versions

The oldest is the one that pyproject.toml allows, the newest what pip finds today. A version that
this Python cannot get is named. Exit code 0: all that was tried passed.
"""

from __future__ import annotations

import os
import re
import sys
from functools import partial
from importlib.metadata import distributions
from pathlib import Path

from hosts.compare import ROOT, SHIPPED, say, skip
from hosts.downloads import BUILD, Missing, made, run, wheels

VERSION = "from allez.model.session import environment as e; print(e()['onnxruntime'])"
OLDEST = re.compile(r'^  "onnxruntime>=([0-9.]+)",', re.MULTILINE)


def try_version(folder: Path) -> bool:
    """Return whether the ONNX Runtime in a folder passes, and report it."""
    (package,) = distributions(name="onnxruntime", path=[str(folder)])
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": path}
    selftest = [sys.executable, "-m", "allez", "selftest", "--model", str(SHIPPED)]
    loaded = run(sys.executable, "-c", VERSION, environment=environment)
    golden = run(*selftest, environment=environment)
    say(f"onnxruntime {package.version}\n{golden.stdout}{golden.stderr}".rstrip())
    if loaded.stdout.strip() != package.version:
        say(f"FAILED: Python loads {loaded.stdout}{loaded.stderr}")
        return False
    return golden.returncode == 0


def main() -> int:
    """Try both, and return the exit code."""
    oldest = OLDEST.search((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert oldest, "pyproject.toml allows any onnxruntime"
    passed = True
    for name, wanted in (("oldest", f"onnxruntime=={oldest[1]}"), ("newest", "onnxruntime")):
        try:
            folder = made(
                BUILD / "versions" / name,
                f"{wanted}\nPython {sys.version}",
                partial(wheels, requirements=[wanted]),
                reuse=name != "newest",  # there may be a newer one today
            )
        except Missing as missing:
            skip(f"the {name} onnxruntime: {missing}")
            continue
        passed = try_version(folder) and passed
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
