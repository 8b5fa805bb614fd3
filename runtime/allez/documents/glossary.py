"""Glossaries: terms and what they are in the other language, from TSV, CSV or TBX."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from allez.documents.encoding import decode
from allez.documents.tables import read_rows
from allez.documents.tbx import base, read_tbx
from allez.errors import InputError
from allez.files import reason


def read_glossary(path: Path, languages: tuple[str, str]) -> list[tuple[str, str]]:
    """Return the terms of a file with their translations.

    A table has the term in its first column and the translation in its second, unless its first
    row names the columns by their languages; lines without a term and lines that begin with `#` are
    left out.

    Args:
        path: a table (`.tsv`, `.csv`) or TBX (`.tbx`).
        languages: of the terms, and of their translations.

    Raises:
        InputError: it cannot be read, a line has one column only, or there is nothing in it.
    """
    data = _read(path)
    try:
        is_tbx = path.suffix.lower() == ".tbx"
        terms = list(read_tbx(data, languages) if is_tbx else _table(data, path, languages))
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


def _table(data: bytes, path: Path, languages: tuple[str, str]) -> Iterator[tuple[str, str]]:
    text = decode(data)[0]
    first = next((line for line in text.split("\n") if line.strip() and line[0] != "#"), "")
    separator = "\t" if "\t" in first or path.suffix.lower() != ".csv" else ","
    if separator == "," and ";" in first and "," not in first:
        separator = ";"
    here, there, begun = 0, 1, False
    for number, row in enumerate(read_rows(text, separator), start=1):
        cells = [cell.strip() for cell in row]
        if cells[0].startswith("#"):
            continue
        if not begun:
            begun = any(cells)
            heads = [base(cell) for cell in cells]
            if all(base(language) in heads for language in languages):
                here, there = (heads.index(base(language)) for language in languages)
                continue
            if tuple(cell.lower() for cell in cells[:2]) in _HEADS:
                continue
        term, said = (cells[index] if index < len(cells) else "" for index in (here, there))
        if not term:
            continue
        if not said:
            raise InputError(
                f"row {number}: {term!r} has no translation",
                hint="a term, a tab and its translation on a line",
            )
        yield term, said
