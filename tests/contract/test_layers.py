"""The folders of ARCHITECTURE.md: a module imports only from folders before its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUNTIME = ROOT / "runtime" / "allez"
MODULES = sorted(path for path in RUNTIME.rglob("*.py") if path != RUNTIME / "__init__.py")

FLOORS = [
    "",
    "bundle",
    "entities",
    "text",
    "search",
    "model",
    "translate",
    "tasks",
    "documents",
    "bulk",
    "cli",
    "server",
]
"""From the ground up; "" is the package's own records, which know of no folder."""

HEAVY = {
    *("torch", "onnx", "transformers", "huggingface_hub", "matplotlib", "allez_export"),
    *("pyarrow", "pyspark", "ray"),
}


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
            for alias in node.names:  # a module of a package, or a name of a module
                module = f"{node.module}.{alias.name}"
                if not is_module(module):
                    module = node.module or ""
                    module += ".__init__" if is_module(f"{module}.__init__") else ""
                yield module, id(node) in top


def is_module(name: str) -> bool:
    """Return whether the runtime has a module of this name."""
    return (RUNTIME.parent / name.replace(".", "/")).with_suffix(".py").is_file()


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(RUNTIME).with_suffix("").parts)


def floor(module: str) -> int:
    """Return how high a module stands, given its name within the package."""
    if module == "__main__":
        return len(FLOORS)
    folder, _, _ = module.rpartition(".")
    return FLOORS.index(folder)


def arrows() -> Iterator[tuple[str, str]]:
    """Yield which module imports which, by their names within the package."""
    known = {name_of(path) for path in MODULES}
    for path in MODULES:
        for name, _ in imports(path):
            if name.startswith("allez.") and name != "allez.__init__":
                target = name.removeprefix("allez.")
                assert target in known, f"{name_of(path)} imports {name}, which is no module"
                yield name_of(path), target


def test_every_module_has_a_floor() -> None:
    assert all(floor(name_of(path)) >= 0 for path in MODULES)


def test_no_arrow_goes_up() -> None:
    up = [f"{a} -> {b}" for a, b in arrows() if floor(a) < floor(b)]
    assert not up, up


def test_nobody_imports_the_server() -> None:
    """The command finds it by name, when it is asked to serve; its libraries are an extra."""
    assert [f"{a} -> {b}" for a, b in arrows() if folder_of(b) == "server" != folder_of(a)] == []


def test_no_circle() -> None:
    below: dict[str, set[str]] = {}
    for a, b in arrows():
        below.setdefault(a, set()).add(b)
    done: set[str] = set()

    def visit(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " -> ".join((*way, module))
        if module not in done:
            for target in sorted(below.get(module, ())):
                visit(target, (*way, module))
            done.add(module)

    for module in sorted(below):
        visit(module, ())


def folder_of(module: str) -> str:
    return module.rpartition(".")[0]


LONGEST = 6
"""Arrows from folder to folder, at most, whatever way one goes down."""

MOST_ARROWS = 45
"""From modules of the heart to modules of its other rooms; more cannot be drawn."""

DRAWING = {
    "text": {"bundle", "entities"},
    "search": {"bundle"},
    "model": {"bundle", "search"},
    "translate": {"bundle", "entities", "text", "search", "model"},
}
"""Which rooms of the heart know of which others."""


def test_the_way_down_is_short() -> None:
    below: dict[str, set[str]] = {}
    for a, b in arrows():
        below.setdefault(a, set()).add(b)
    known: dict[str, int] = {}

    def way(module: str) -> int:
        if module not in known:
            steps = (way(b) + (folder_of(b) != folder_of(module)) for b in below.get(module, ()))
            known[module] = max(steps, default=0)
        return known[module]

    assert max(map(way, below)) <= LONGEST


def test_the_heart_is_drawn_as_it_is() -> None:
    drawn: dict[str, set[str]] = {}
    for a, b in arrows():
        room, other = folder_of(a), folder_of(b)
        if room in DRAWING and other not in ("", room):
            drawn.setdefault(room, set()).add(other)
    assert drawn == DRAWING


def test_rooms_of_the_heart_are_entered_by_their_doors() -> None:
    heart = {"bundle", *DRAWING}
    between = {(a, b) for a, b in arrows() if len({folder_of(a), folder_of(b)} & heart) == 2}
    assert {b for _, b in between} <= {f"{room}.__init__" for room in heart}
    assert len(between) <= MOST_ARROWS


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_the_session_knows_onnxruntime(path: Path) -> None:
    names = {name.split(".")[0] for name, _ in imports(path)}
    assert ("onnxruntime" in names) == (name_of(path) == "model.session")


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_heavy_is_imported_at_the_top(path: Path) -> None:
    assert not {name.split(".")[0] for name, top in imports(path) if top} & HEAVY


def test_the_model_imports_nothing_of_ours() -> None:
    model = ROOT / "export" / "allez_export" / "families" / "recurrent" / "model.py"
    assert not [name for name, _ in imports(model) if name.startswith("allez")]


def test_the_exporter_imports_nothing_private() -> None:
    for path in (ROOT / "export" / "allez_export").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("allez."):
                assert not [a.name for a in node.names if a.name.startswith("_")], path.name
