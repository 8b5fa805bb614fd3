"""Small is the product, so small is asserted. Ceilings catch a leap and ignore a step."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNTIME = sorted((ROOT / "runtime" / "allez").glob("*.py"))
PYTHON = [*RUNTIME, *sorted((ROOT / "export" / "allez_export").glob("*.py"))]


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


def test_the_runtime_is_small() -> None:
    # 4,300 for translating; 550 more for reading what strangers wrote, stopping early, processes;
    # 170 for candidates, 70 for loading side by side and sharing a little work out among threads,
    # 90 against loops, 100 for binding what steps read and write, 50 for text in capitals, 30 for
    # scripts that were never learnt, 15 for what is another run's or no text.
    assert sum(map(lines, RUNTIME)) <= 5375


def test_the_shipped_bundle_is_small(shipped_bundle: Path) -> None:
    total = sum(path.stat().st_size for path in shipped_bundle.rglob("*") if path.is_file())
    assert 1_000_000 < total <= 12_000_000
