"""`spec/contract.json` is the one source: hosts hold copies of it, and none retypes it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

import allez
from allez.spec import SPEC

ROOT = Path(__file__).parents[2]
API = ROOT / "spec" / "api.json"
KOTLIN = ROOT / "android_demo" / "translator" / "src" / "main" / "kotlin"
JAVASCRIPT = ROOT / "web_demo" / "engine" / "src"
RUNTIME = ROOT / "runtime" / "allez"
FOLDERS = ("bundle", "text", "search", "model", "translate")
"""Of the runtime: what every host does too."""

COPIES = {"spec.js": [], "spec_later.js": ["later"], "spec_french.js": ["french"]}
"""Modules that `tools/web_contract.py` writes, and what it is told."""

HOSTS = sorted(
    [
        *RUNTIME.glob("*.py"),
        *(path for folder in FOLDERS for path in (RUNTIME / folder).rglob("*.py")),
        *KOTLIN.rglob("*.kt"),
        *(path for path in JAVASCRIPT.rglob("*.js") if path.name not in COPIES),
    ]
)

NUMBER = re.compile(r"(?<![\w.])\d[\d_]*(?![\w.])")
WORD = re.compile(r'"([^"\\]*)"')

LARGE = 4000
"""Numbers from here on are not written twice by chance, but for those below."""

OTHERWISE = {
    ("Json.kt", 4300): "the reader that reads the contract itself; SpecTest.kt compares it",
    ("tokenizer.py", 10_000): "words that are kept at hand",
    ("batching.py", 8192): "words that a batch lists; in the contract a code point",
    ("Zip.kt", 65_536): "bytes that are copied at a time",
    ("tokenizer.js", 10_000): "words that are kept at hand",
}
"""Large numbers of the contract that mean something else in a file."""


def numbers(value: Any) -> Iterator[int]:
    """Yield all large whole numbers of the contract."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from numbers(item)
    elif isinstance(value, (int, float)) and abs(value) >= LARGE and float(value).is_integer():
        yield abs(int(value))


def code(path: Path) -> str:
    """Return a source file without its comments and docstrings, which may name a number."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r'"""(?:.|\n)*?"""|/\*(?:.|\n)*?\*/', "", text)
    return re.sub(r"(?m)(#|//).*$", "", text)


def test_what_is_installed_is_what_the_project_says() -> None:
    assert json.loads((ROOT / "spec" / "contract.json").read_bytes()) == SPEC


def test_wheel_and_jar_get_a_copy() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert '"spec/contract.json" = "allez/_spec/contract.json"' in project
    maven = (ROOT / "android_demo" / "ci" / "translator" / "pom.xml").read_text(encoding="utf-8")
    assert "../../../spec</directory>" in maven
    assert "<include>contract.json</include>" in maven
    gradle = ROOT / "android_demo" / "translator" / "build.gradle.kts"
    assert 'resolveSibling("spec/contract.json")' in gradle.read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "told"), COPIES.items())
def test_the_javascript_modules_are_the_contract(name: str, told: list[str]) -> None:
    """Whoever changes the contract runs `make web_demo/engine/src/spec.js`."""
    tool = [sys.executable, str(ROOT / "tools" / "web_contract.py"), *told]
    written = subprocess.run(tool, capture_output=True, check=True).stdout
    assert (JAVASCRIPT / name).read_bytes() == written


def test_there_is_something_to_find() -> None:
    assert {65_536, 1_000_000, 200_000_000} <= set(numbers(SPEC))
    assert len(HOSTS) > 50


@pytest.mark.parametrize("path", HOSTS, ids=lambda path: path.name)
def test_no_host_retypes_a_limit(path: Path) -> None:
    limits = set(numbers(SPEC))
    typed = {int(found.replace("_", "")) for found in NUMBER.findall(code(path))} & limits
    assert not {number for number in typed if (path.name, number) not in OTHERWISE}


@pytest.mark.parametrize("path", HOSTS, ids=lambda path: path.name)
def test_no_host_retypes_the_operators_or_the_roles(path: Path) -> None:
    """A name or two may be needed in code; a list of them is the contract's."""
    words = set(WORD.findall(code(path)))
    operators = {name for names in SPEC["onnx"]["operators"].values() for name in names}
    assert len(words & operators) <= 2
    roles = SPEC["manifest"]["roles"]["1"]
    assert len(words & {*roles["required"], *roles["optional"]}) <= 6


OWN = {
    "Translator": {"answered"},
    "TranslateOptions": {"decisive", "search", "terms"},
    "Sentence": {"check", "measure", "rate"},
    "Translation": {"pivot"},
    "Answer": {"rate"},
}
"""What only Python has: how far a command has come, how options are written down and merged, how
answers are found late, and texts by way of a third language."""


@pytest.mark.parametrize(
    "name", [name for name in json.loads(API.read_bytes()) if name[0].isupper()]
)
def test_the_list_of_what_hosts_offer_is_what_python_offers(name: str) -> None:
    listed = json.loads(API.read_bytes())[name]
    kind = getattr(allez, name)
    # A base with a list of its own is a kind by itself.
    kin = [kind, *takewhile(lambda base: base.__name__ not in allez.__all__, kind.__mro__[1:])]
    ours = [vars(some) for some in kin if some.__module__.startswith("allez.")]
    fields = {name for some in ours for name in {*some, *some.get("__annotations__", ())}}
    public = {field for field in fields if not field.startswith("_")} - OWN.get(name, set())
    assert len(set(listed)) == len(listed)
    assert set(listed) == public - {"count", "index"}


def test_every_public_record_is_listed() -> None:
    """Bundles, and what finds them among the installed ones, are each host's own affair.

    So is what only Python has: models in a row, and what tells languages apart.
    """
    listed = {name for name in json.loads(API.read_bytes()) if name[0].isupper()}
    kinds = {name for name in allez.__all__ if name[0].isupper() and not name.endswith("Error")}
    assert listed == kinds - {"Bundle", "ModelInfo", "Pivot", "Detected", "Detector"}


def test_the_characters_that_browsers_load_are_those_of_the_project() -> None:
    tool = [sys.executable, str(ROOT / "tools" / "web_references.py")]
    written = subprocess.run(tool, capture_output=True, text=True, check=True).stdout
    known = JAVASCRIPT / "text" / "named_references.js"
    assert known.read_text(encoding="utf-8") == written
