"""Advice to install something names packages that the project depends on, and never itself.

Who imports what others trained is told what to do about all that can be wrong with it.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = [
    path
    for folder in ("runtime", "export", "benchmarks", "android_demo")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".py", ".kt") and not {"build", "target"} & set(path.parts)
]

ADVICE = re.compile(r"pip3? install ((?:[^\s;:`\"]+ ?)+)")


def dependencies() -> set[str]:
    """Return what pyproject.toml names, extras and all."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    pattern = r'"([A-Za-z][\w-]*)(?:\[\w+\])?[<>=!~]=?[^"]*"'
    return {name.lower() for name in re.findall(pattern, text)}


def advised(text: str) -> list[str]:
    """Return which packages a text says to install, by name or with a version, an extra or '."""
    words = [word for found in ADVICE.findall(text) for word in found.split()]
    return [re.split(r"[\[<>=]", word.strip("'"))[0] for word in words if word[0] not in "-{."]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nobody_is_sent_to_a_name_that_is_not_ours(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = advised(text)
    if path.suffix == ".py":  # MissingExtraError makes the advice of what it is given
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "MissingExtraError":
                named += advised(f"pip install {ast.literal_eval(node.args[1])}")
    assert set(named) <= dependencies(), path


def test_the_rule_knows_what_it_forbids() -> None:
    assert advised("hint: pip install 'allez[plot]'") == ["allez"]
    assert advised("pip install --upgrade allez") == ["allez"]
    assert advised("pip install torch onnx; then") == ["torch", "onnx"]
    assert "matplotlib" in dependencies()
    assert "allez" not in dependencies()


EXPORT = ROOT / "export" / "allez_export"
IMPORTING = [
    *sorted((EXPORT / "toolkits").glob("*.py")),
    *sorted((EXPORT / "families").rglob("*.py")),
    *(EXPORT / name for name in ("importing.py", "reference.py", "folders.py")),
]


def without_hint(source: str) -> list[int]:
    """Return the lines of errors for users that are made without a hint."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("InputError", "OptionError", "OutputError")
        and "hint" not in {keyword.arg for keyword in node.keywords}
    ]


@pytest.mark.parametrize("path", IMPORTING, ids=lambda path: str(path.relative_to(EXPORT)))
def test_what_an_import_refuses_comes_with_a_hint(path: Path) -> None:
    assert without_hint(path.read_text(encoding="utf-8")) == []


def test_an_error_without_a_hint_is_found() -> None:
    assert without_hint("x = 1\nraise InputError(f'{x} is wrong')") == [2]
    assert without_hint("raise InputError('wrong', hint='right')") == []
