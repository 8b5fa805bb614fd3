"""The layers of ARCHITECTURE.md: a module imports only what lies below it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUNTIME = ROOT / "runtime" / "allez"
MODULES = sorted(path for path in RUNTIME.glob("*.py") if path.stem != "__init__")

LAYERS = [
    {"errors", "telemetry", "together"},
    {"types", "contract", "checked"},
    {"text", "tokenizer", "search", "bundle", "outline", "output", "shortlist", "brake"},
    {"session", "plan"},
    {"decoding"},
    {"engine"},
    {"translator"},
    {"files", "heatmap", "arguments"},
    {"cli"},
    {"__main__"},
]
LEVEL = {name: depth for depth, names in enumerate(LAYERS) for name in names}

HEAVY = {"torch", "onnx", "transformers", "huggingface_hub", "matplotlib", "allez_export"}


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Yield each imported module's name, and whether it is imported at the top of the file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) in top
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} has a relative import"
            yield node.module or "", id(node) in top


def test_every_module_has_a_layer() -> None:
    assert {path.stem for path in MODULES} == set(LEVEL)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_imports_point_down(path: Path) -> None:
    for name, _ in imports(path):
        if name.startswith("allez."):
            assert LEVEL[name.split(".")[1]] < LEVEL[path.stem], name


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_only_the_session_knows_onnxruntime(path: Path) -> None:
    names = {name.split(".")[0] for name, _ in imports(path)}
    assert ("onnxruntime" in names) == (path.stem == "session")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_nothing_heavy_is_imported_at_the_top(path: Path) -> None:
    assert not {name.split(".")[0] for name, top in imports(path) if top} & HEAVY


def test_the_model_imports_nothing_of_ours() -> None:
    model = ROOT / "export" / "allez_export" / "model.py"
    assert not [name for name, _ in imports(model) if name.startswith("allez")]


def test_the_exporter_imports_nothing_private() -> None:
    for path in (ROOT / "export" / "allez_export").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("allez."):
                assert not [a.name for a in node.names if a.name.startswith("_")], path.name
