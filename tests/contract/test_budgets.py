"""Small is the product, so small is asserted. Ceilings catch a leap and ignore a step."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNTIME = sorted((ROOT / "runtime" / "allez").rglob("*.py"))
PYTHON = [*RUNTIME, *sorted((ROOT / "export" / "allez_export").rglob("*.py"))]


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_modules_are_short() -> None:
    assert {p.name: lines(p) for p in PYTHON if lines(p) > 450} == {}


def test_functions_are_short() -> None:
    long = {}
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
                length = node.end_lineno - node.lineno + 1
                if length > 60:
                    long[f"{path.name}:{node.name}"] = length
    assert long == {}


def test_the_shipped_bundle_is_small(shipped_bundle: Path) -> None:
    total = sum(path.stat().st_size for path in shipped_bundle.rglob("*") if path.is_file())
    assert 1_000_000 < total <= 16_000_000
