"""The unit and the Containerfile say what the command understands, and agree with its limits."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from allez.cli.arguments import parse_args
from allez.server.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"


def unit() -> configparser.SectionProxy:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(DEPLOY / "allez.service", encoding="utf-8")
    return parser["Service"]


def test_the_unit_starts_what_there_is_and_waits_for_its_answers() -> None:
    service = unit()
    program, *arguments = shlex.split(service["ExecStart"])
    assert program == "/opt/allez/bin/allez"
    args = parse_args(arguments)
    assert (args.command, args.host) == ("serve", None)
    assert int(service["TimeoutStopSec"]) > Settings().max_seconds + Settings().body_seconds
    models = re.search(r"ALLEZ_MODELS=(\S+)", service["Environment"])
    assert models
    assert models[1] == f"/var/lib/{service['StateDirectory']}/models"


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd-analyze")
    text = (DEPLOY / "allez.service").read_text(encoding="utf-8")
    (tmp_path / "allez.service").write_text(text.replace("/opt/allez/bin/allez", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / "allez.service")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_container_starts_what_there_is() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    entry = re.search(r"^ENTRYPOINT (.*)$", text, re.M)
    assert entry
    program, *arguments = json.loads(entry[1])
    args = parse_args(arguments)
    assert (program, args.command, args.host) == ("/opt/allez/bin/allez", "serve", "0.0.0.0")
    assert f"EXPOSE {Settings().port}\n" in text
    for name in re.findall(r"-r (\S+)", text):
        assert (DEPLOY.parent / name).is_file()
    for line in re.findall(r"^RUN \S*pip install (.*)$", text, re.M):
        assert "--require-hashes" in line or "--no-index" in line
