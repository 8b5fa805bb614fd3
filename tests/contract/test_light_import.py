"""What importing and using allez brings along, seen in fresh processes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HEAVY = {"torch", "onnx", "transformers", "huggingface_hub", "matplotlib", "allez_export"}


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


def test_import_alone_loads_not_even_numpy() -> None:
    code = "import sys, allez.cli; print({'numpy', 'onnxruntime', 'tokenizers'} & set(sys.modules))"
    done = run(code)
    assert (done.stdout, done.stderr) == ("set()\n", "")


def test_import_pulls_in_nothing_heavy() -> None:
    code = "import sys, json, allez; print(json.dumps([m.split('.')[0] for m in sys.modules]))"
    done = run(code)
    assert done.returncode == 0, done.stderr
    assert not set(json.loads(done.stdout)) & HEAVY
    assert done.stderr == ""


def test_translating_pulls_in_nothing_heavy(tiny_bundle: Path) -> None:
    code = (
        "import sys, json, allez\n"
        f"allez.Translator({str(tiny_bundle)!r})('Je vois le chat.')\n"
        "print(json.dumps([m.split('.')[0] for m in sys.modules]))"
    )
    done = run(code)
    assert done.returncode == 0, done.stderr
    assert not set(json.loads(done.stdout)) & HEAVY
    assert done.stderr == ""


def test_telemetry_is_switched_off_before_onnxruntime_loads() -> None:
    code = (
        "import sys, os\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'onnxruntime':\n"
        "            print(os.environ.get('ORT_DISABLE_TELEMETRY'))\n"
        "sys.meta_path.insert(0, Finder())\n"
        "import allez\n"
        "allez.Translator\n"
    )
    assert run(code, ORT_DISABLE_TELEMETRY="0").stdout.split() == ["1"]


def test_a_host_that_was_first_is_warned_once() -> None:
    code = "import os; os.environ.pop('ORT_DISABLE_TELEMETRY', 0); import onnxruntime, allez"
    done = run(code)
    assert done.returncode == 0
    assert done.stderr.count("telemetry may be on") == 1
    quiet = run("import onnxruntime, allez", ORT_DISABLE_TELEMETRY="1")
    assert quiet.stderr == ""


def without_network() -> list[str]:
    """Return a command prefix under which the kernel refuses every network, if there is one."""
    prefix = ["unshare", "--map-root-user", "--net"]
    if shutil.which("unshare") is None:
        return []
    tried = subprocess.run([*prefix, "true"], capture_output=True, check=False)
    return prefix if tried.returncode == 0 else []


def test_a_whole_run_leaves_no_trace(tiny_bundle: Path, tmp_path: Path) -> None:
    """With an empty home, no CI variable and no network: no file is written, no socket opened.

    Python's sockets are refused here, and where the kernel can be asked to, everybody's.
    """
    home = tmp_path / "home"
    home.mkdir()
    code = (
        "import socket\n"
        "class Refused(socket.socket):\n"
        "    def __init__(self, *a, **k): raise SystemExit('a socket was opened')\n"
        "socket.socket = Refused\n"
        "import allez\n"
        f"print(allez.Translator({str(tiny_bundle)!r})('Je vois le chat.'))"
    )
    kept = {k: os.environ[k] for k in ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH") if k in os.environ}
    folders = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "TMPDIR")
    environment = {**kept, **{name: str(home) for name in folders}}
    done = subprocess.run(
        [*without_network(), sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=environment,
        cwd=home,
        check=False,
    )
    assert done.stdout == "I see the cat.\n", done.stderr
    assert list(home.rglob("*")) == []
