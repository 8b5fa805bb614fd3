"""`spec/contract.json` is the one source: what is installed is a copy of it."""

from __future__ import annotations

import json
from pathlib import Path

from allez.spec import SPEC


def test_what_is_installed_is_what_the_project_says(root: Path) -> None:
    assert json.loads((root / "spec" / "contract.json").read_bytes()) == SPEC


def test_the_wheel_gets_a_copy(root: Path) -> None:
    project = (root / "pyproject.toml").read_text(encoding="utf-8")
    assert '"spec/contract.json" = "allez/_spec/contract.json"' in project
