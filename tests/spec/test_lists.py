"""Lists that several hosts look words up in are the contract's: none holds a copy in its code."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from allez.entities import words
from allez.spec import SPEC
from support.literals import LETTER, listed

ROOT = Path(__file__).parents[2]
JAVASCRIPT = ROOT / "web_demo" / "engine" / "src"
WRITTEN = {"spec.js", "spec_later.js", "spec_french.js", "named_references.js"}
"""What tools have written."""

SOURCES = {
    "python": sorted((ROOT / "runtime" / "allez").rglob("*.py")),
    "kotlin": sorted((ROOT / "android_demo/translator/src/main/kotlin").rglob("*.kt")),
    "javascript": sorted(path for path in JAVASCRIPT.rglob("*.js") if path.name not in WRITTEN),
}
"""All code of each host."""

FEWEST, FEWEST_MARKS = 5, 8
"""Words of a list, and marks; fewer stand together by chance."""

ON_PURPOSE = {
    ("manifest.unprintable", "Fields.kt"): "each category of Unicode with Java's name for it",
}
"""Lists of the contract that a file has to spell out."""

IN_SEVERAL = {
    words("choice list number numbers object pattern patterns records symbols text texts whole"): (
        "each kind of a field, and what reads it"
    ),
    words("agreement alone coverage doubts length letters margin mean_score pieces ratio"): (
        "each feature, and what measures it"
    ),
    words("n ne pas plus qu que"): "words that a rule of grammar names one by one",
    words("a an fraction list object"): "each kind of JSON, and what it is called",
    words("bytes from is key to whole"): "a record, and its keys",
    frozenset("()*:<>?[]^{|}\\"): "a pattern in several pieces",
    frozenset(".,;:!?\u2026)«»\"“”'\u2019\xa0\u202f"): "what saves time: the scanners decide",
    frozenset('«»"“”(\xa0\u202f'): "what saves time: the scanners decide",
    frozenset("_@.-:/\\(+%"): "what saves time: the scanners decide",
}
"""Words that several hosts have for other reasons than to look them up."""


def _is_list(words: frozenset[str]) -> bool:
    """Tell whether words, or marks, are so many that they are a list."""
    return len(words) >= (FEWEST if any(map(LETTER.search, words)) else FEWEST_MARKS)


def lists(value: Any, name: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """Yield what the contract lists: words of a string, strings of a list, keys of an object."""
    found: list[str] = []
    if isinstance(value, str):
        found = value.split() if LETTER.search(value) else list(value.replace(" ", ""))
    elif isinstance(value, dict):
        found = list(value)
        for key, part in value.items():
            yield from lists(part, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        found = [word for part in value if isinstance(part, str) for word in part.split()]
        for part in value:
            if not isinstance(part, str):
                yield from lists(part, name)
    if _is_list(frozenset(found)):
        yield name, frozenset(found)


held = cache(listed)

LISTS = list(lists({key: part for key, part in SPEC.items() if key != "about"}))


def _is_copy(words: frozenset[str], of: frozenset[str]) -> bool:
    """Tell whether words are those of a list, or nearly; marks are such as others have, too."""
    if not any(map(LETTER.search, of)):
        return words == of
    return len(words & of) >= max(FEWEST, 0.75 * len(of))


def retyped(path: Path) -> set[str]:
    """Return which lists of the contract a file has in one place, or nearly."""
    return {
        name for found in held(path) for name, content in LISTS if _is_copy(found.words, content)
    }


def test_there_is_something_to_find() -> None:
    names = {name for name, _ in LISTS}
    assert {"negation.fr.no", "elements.inline", "months.fr", "limits.en.most"} <= names
    assert all(len(paths) > 40 for paths in SOURCES.values())


@pytest.mark.parametrize(
    "path", [path for paths in SOURCES.values() for path in paths], ids=lambda path: path.name
)
def test_no_host_retypes_a_list(path: Path) -> None:
    assert not {name for name in retyped(path) if (name, path.name) not in ON_PURPOSE}


def test_no_two_hosts_hold_the_same_list() -> None:
    holders: dict[frozenset[str], dict[str, str]] = {}
    for host, paths in SOURCES.items():
        for path in paths:
            for found in held(path):
                if found.sure and _is_list(found.words):
                    holders.setdefault(found.words, {})[host] = f"{path.name}:{found.line}"
    shared = {content: places for content, places in holders.items() if len(places) > 1}
    assert not {content: at for content, at in shared.items() if content not in IN_SEVERAL}
    assert shared.keys() >= IN_SEVERAL.keys(), "an exception that is none any more"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("a.py", '_NO = words(\n "pas jamais rien aucun"\n " aucune ni nul nulle guère"\n)'),
        ("a.py", "_NO = {'pas', 'jamais', 'rien', 'aucun', 'aucune', 'ni', 'nul', 'nulle'}"),
        ("a.kt", 'val no = words("pas jamais rien aucun " +\n "aucune ni nul nulle") // no'),
        ("a.kt", 'listOf("pas", "jamais", "rien", "aucun", "aucune", "ni", "nul", "nulle")'),
        ("a.js", "words('pas jamais rien aucun aucune ' +\n 'ni nul nulle gu\\u00e8re')"),
        ("a.js", "const NO = /^(pas|jamais|rien|aucun|aucune|ni|nul|nulle|guère)$/"),
    ],
)
def test_a_list_that_is_retyped_is_found(tmp_path: Path, name: str, code: str) -> None:
    path = tmp_path / name
    path.write_text(code, encoding="utf-8")
    assert "negation.fr.no" in retyped(path)
    assert [found.words > {"pas", "jamais", "rien"} for found in listed(path) if found.sure] == [
        True
    ]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("a.py", '"""{0}"""\n# words("{0}")'),
        ("a.kt", '/* words("{0}") */ // words("{0}")'),
        ("a.js", "/** words('{0}') */ // words('{0}')"),
    ],
)
def test_what_a_comment_says_is_no_list(tmp_path: Path, name: str, code: str) -> None:
    path = tmp_path / name
    path.write_text(code.format("pas jamais rien aucun aucune ni nul nulle"), encoding="utf-8")
    assert listed(path) == []


def test_a_message_is_no_list(tmp_path: Path) -> None:
    path = tmp_path / "a.kt"
    path.write_text('throw BundleFormatError("the list must not be empty")', encoding="utf-8")
    assert [found.sure for found in listed(path)] == [False]
