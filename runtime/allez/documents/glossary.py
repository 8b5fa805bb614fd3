"""Glossaries: terms and what they are in the other language, from TSV, CSV or TBX."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from allez.documents.encoding import decode
from allez.documents.tables import read_rows
from allez.documents.xml import check_xml
from allez.errors import InputError
from allez.files import reason

_ENTRIES = ("termEntry", "conceptEntry")
_LANGUAGES = ("langSet", "langSec")
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def read_glossary(path: Path) -> list[tuple[str, str]]:
    """Return the terms of a file with their translations.

    A table has the term in its first column and the translation in its second; lines without a term
    and lines that begin with `#` are left out. Of a TBX entry the first term of its first language
    is translated into the first one of its second.

    Raises:
        InputError: it cannot be read, a line has one column only, or there is nothing in it.
    """
    data = _read(path)
    try:
        terms = list(_tbx(data) if path.suffix.lower() == ".tbx" else _table(data, path))
    except InputError as error:
        raise InputError(f"{path}: {error}", hint=error.hint) from None
    if not terms:
        raise InputError(f"{path} has no terms", hint="a term, a tab and its translation on a line")
    return terms


def read_kept(path: Path) -> list[str]:
    """Return the lines of a file that are neither empty nor begin with `#`.

    Raises:
        InputError: it cannot be read, or is not UTF-8.
    """
    try:
        lines = decode(_read(path))[0].splitlines()
    except InputError as error:
        raise InputError(f"{path}: {error}", hint=error.hint) from None
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {reason(error)}") from None


_HEADS = frozenset((("source", "target"), ("term", "translation"), ("terme", "traduction")))
"""What the first row of a table may say of its columns."""


def _table(data: bytes, path: Path) -> Iterator[tuple[str, str]]:
    text = decode(data)[0]
    first = next((line for line in text.split("\n") if line.strip() and line[0] != "#"), "")
    separator = "\t" if "\t" in first or path.suffix.lower() != ".csv" else ","
    if separator == "," and ";" in first and "," not in first:
        separator = ";"
    for number, row in enumerate(read_rows(text, separator), start=1):
        cells = [cell.strip() for cell in row]
        if not cells[0] or cells[0].startswith("#"):
            continue
        if number == 1 and tuple(cell.lower() for cell in cells[:2]) in _HEADS:
            continue
        if len(cells) < 2 or not cells[1]:
            raise InputError(
                f"row {number}: {cells[0]!r} has no translation",
                hint="a term, a tab and its translation on a line",
            )
        yield cells[0], cells[1]


def _tbx(data: bytes) -> Iterator[tuple[str, str]]:
    check_xml(data)
    for entry in ElementTree.fromstring(data).iter():
        if _name(entry) not in _ENTRIES:
            continue
        languages = [part for part in entry.iter() if _name(part) in _LANGUAGES and part.get(_LANG)]
        terms = [
            next((t.text or "" for t in part.iter() if _name(t) == "term"), "").strip()
            for part in languages
        ]
        if len(terms) >= 2 and terms[0] and terms[1]:
            yield terms[0], terms[1]


def _name(element: ElementTree.Element) -> str:
    """Return an element's name without its namespace."""
    return element.tag.rpartition("}")[2]
