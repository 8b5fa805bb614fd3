"""Writes docs/api.md: every public name of the package, from its signature and docstring.

    python tools/api_page.py > docs/api.md

Reads the sources and imports nothing of them, so the page says what stands there.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

RUNTIME = Path(__file__).parents[1] / "runtime"

OPENING = """# The Python API

Made from the docstrings by `make docs`; a test compares. Everything here is imported from `allez`
itself: `from allez import Translator`. What other modules hold may change at any time.
"""

SECTION = re.compile(r"^(Args|Returns|Yields|Raises):$")
ENTRY = re.compile(r"^    (\S[^:]*): (.*)$")


def public_names() -> dict[str, str]:
    """Return each name of `allez.__all__`, and the module that defines it."""
    tree = ast.parse((RUNTIME / "allez" / "__init__.py").read_text(encoding="utf-8"))
    homes: dict[str, str] = {}
    listed: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            homes |= {alias.name: node.module for alias in node.names}
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            listed = ast.literal_eval(node.value)
    return {name: homes.get(name, "allez") for name in listed}


def source_of(module: str) -> ast.Module:
    """Return a module of the package, read."""
    path = RUNTIME / module.replace(".", "/")
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ast.parse(source.read_text(encoding="utf-8"))


def definition(name: str, module: str) -> ast.ClassDef | ast.FunctionDef:
    """Return what defines a name.

    Raises:
        LookupError: the module only hands it on, or has no such class or function.
    """
    for node in source_of(module).body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name == name:
            return node
    raise LookupError(f"{module} does not define {name}")


def lineage(node: ast.ClassDef, module: str, names: dict[str, str]) -> Iterator[ast.ClassDef]:
    """Yield a class and those of its bases that have no entry of their own, nearest first."""
    yield node
    homes = {
        alias.name: found.module
        for found in ast.walk(source_of(module))
        if isinstance(found, ast.ImportFrom) and (found.module or "").startswith("allez.")
        for alias in found.names
    }
    here = {found.name for found in source_of(module).body if isinstance(found, ast.ClassDef)}
    for name in (ast.unparse(base) for base in node.bases):
        home = homes.get(name) or (module if name in here else None)
        if name in names or home is None:
            continue
        if isinstance(base := definition(name, home), ast.ClassDef):
            yield from lineage(base, home, names)


def signature(function: ast.FunctionDef, *, bound: bool) -> str:
    """Return the parameters and what comes back, as they stand in the source."""
    arguments = function.args
    if bound and arguments.args:
        arguments = ast.arguments(**{**vars(arguments), "args": arguments.args[1:]})
    returns = f" -> {ast.unparse(function.returns)}" if function.returns else ""
    return f"({ast.unparse(arguments)}){returns}"


def prose(docstring: str | None) -> Iterator[str]:
    """Yield the lines of a docstring as Markdown: sections become lists."""
    inside = False
    for line in inspect.cleandoc(docstring or "").splitlines():
        section = SECTION.match(line)
        entry = ENTRY.match(line) if inside else None
        if section:
            inside = True
            yield f"{section[1]}:"
            yield ""
        elif entry:
            yield f"- `{entry[1]}`: {entry[2]}"
        elif inside and line.startswith("    "):
            yield "  " + line.strip()
        else:
            yield line
    yield ""


def fields(kin: Iterable[ast.ClassDef]) -> Iterator[str]:
    """Yield the annotated attributes, each with the text that stands below it."""
    entries: dict[str, str] = {}
    for node in kin:
        for statement, after in zip(node.body, [*node.body[1:], None], strict=True):
            if not isinstance(statement, ast.AnnAssign):
                continue
            name = ast.unparse(statement.target)
            if name.startswith("_") or name in entries:
                continue
            default = f" = {ast.unparse(statement.value)}" if statement.value else ""
            text = f"- `{name}: {ast.unparse(statement.annotation)}{default}`"
            said = text_of(after)
            entries[name] = f"{text}: {said}" if said else text
    if entries:
        yield "Fields:"
        yield ""
        yield from entries.values()
        yield ""


def text_of(node: ast.stmt | None) -> str:
    """Return what a bare string says, on one line."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return " ".join(str(node.value.value).split())
    return ""


def methods(kin: Iterable[ast.ClassDef], owner: str) -> Iterator[str]:
    """Yield the public methods and properties of a class; of those of one name the nearest."""
    found: dict[str, ast.FunctionDef] = {}
    for node in kin:
        for item in node.body:
            if isinstance(item, ast.FunctionDef):
                found.setdefault(item.name, item)
    for item in found.values():
        called = item.name == "__call__" and ast.get_docstring(item) is not None
        if item.name.startswith("_") and not called:
            continue
        kinds = [ast.unparse(decorator) for decorator in item.decorator_list]
        if "property" in kinds or "cached_property" in kinds:
            returns = f": {ast.unparse(item.returns)}" if item.returns else ""
            yield f"### `{owner}.{item.name}{returns}`"
        else:
            name = owner if item.name == "__call__" else f"{owner}.{item.name}"
            yield f"### `{name}{signature(item, bound='staticmethod' not in kinds)}`"
        yield ""
        yield from prose(ast.get_docstring(item))


def entry(name: str, names: dict[str, str]) -> Iterator[str]:
    """Yield the part of the page for one name."""
    node = definition(name, names[name])
    if isinstance(node, ast.ClassDef):
        kin = list(lineage(node, names[name], names))
        bases = [ast.unparse(base) for each in kin for base in each.bases]
        made = (f for each in kin for f in each.body if getattr(f, "name", "") == "__init__")
        first = next(made, None)
        call = signature(first, bound=True) if isinstance(first, ast.FunctionDef) else ""
        yield f"## `{name}{call.removesuffix(' -> None')}`"
        yield ""
        if bases[:1] == ["Exception"] or (bases and bases[0].endswith("Error")):
            yield f"An error, derived from `{', '.join(bases)}`."
            yield ""
        yield from prose(ast.get_docstring(node))
        for base in (base for base in bases if base in names and not base.endswith("Error")):
            yield f"It has all that `{base}` has."
            yield ""
        yield from fields(kin)
        yield from methods(kin, name)
    else:
        yield f"## `{name}{signature(node, bound=False)}`"
        yield ""
        yield from prose(ast.get_docstring(node))


def page() -> str:
    """Return the whole page; errors stand last."""
    names = public_names()
    order = sorted(names, key=lambda name: (name.endswith("Error"), name != "Translator", name))
    lines = [OPENING]
    for name in order:
        lines += entry(name, names)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
