"""Writes docs/api.md: every public name of the package, from its signature and docstring.

    python tools/api_page.py > docs/api.md

Reads the sources and imports nothing of them, so the page says what stands there.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
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


def definition(name: str, module: str) -> ast.ClassDef | ast.FunctionDef:
    """Return what defines a name.

    Raises:
        LookupError: the module only hands it on, or has no such class or function.
    """
    path = RUNTIME / module.replace(".", "/")
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    for node in ast.parse(source.read_text(encoding="utf-8")).body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name == name:
            return node
    raise LookupError(f"{module} does not define {name}")


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


def fields(node: ast.ClassDef) -> Iterator[str]:
    """Yield the annotated attributes, each with the text that stands below it."""
    entries = []
    for statement, after in zip(node.body, [*node.body[1:], None], strict=True):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        if statement.target.id.startswith("_"):
            continue
        default = f" = {ast.unparse(statement.value)}" if statement.value else ""
        text = f"- `{statement.target.id}: {ast.unparse(statement.annotation)}{default}`"
        said = text_of(after)
        entries.append(f"{text}: {said}" if said else text)
    if entries:
        yield "Fields:"
        yield ""
        yield from entries
        yield ""


def text_of(node: ast.stmt | None) -> str:
    """Return what a bare string says, on one line."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return " ".join(str(node.value.value).split())
    return ""


def methods(node: ast.ClassDef) -> Iterator[str]:
    """Yield the public methods and properties."""
    for item in node.body:
        if not isinstance(item, ast.FunctionDef):
            continue
        called = item.name == "__call__" and ast.get_docstring(item) is not None
        if item.name.startswith("_") and not called:
            continue
        kinds = [ast.unparse(decorator) for decorator in item.decorator_list]
        if "property" in kinds or "cached_property" in kinds:
            returns = f": {ast.unparse(item.returns)}" if item.returns else ""
            yield f"### `{node.name}.{item.name}{returns}`"
        else:
            name = node.name if item.name == "__call__" else f"{node.name}.{item.name}"
            yield f"### `{name}{signature(item, bound='staticmethod' not in kinds)}`"
        yield ""
        yield from prose(ast.get_docstring(item))


def entry(name: str, module: str) -> Iterator[str]:
    """Yield the part of the page for one name."""
    node = definition(name, module)
    if isinstance(node, ast.ClassDef):
        bases = ", ".join(ast.unparse(base) for base in node.bases)
        made = next((f for f in node.body if getattr(f, "name", "") == "__init__"), None)
        call = signature(made, bound=True) if isinstance(made, ast.FunctionDef) else ""
        yield f"## `{name}{call.removesuffix(' -> None')}`"
        yield ""
        if bases.endswith("Error") or bases == "Exception":
            yield f"An error, derived from `{bases}`."
            yield ""
        yield from prose(ast.get_docstring(node))
        yield from fields(node)
        yield from methods(node)
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
        lines += entry(name, names[name])
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
