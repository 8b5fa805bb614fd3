"""CSV and TSV: cells of the columns with prose are translated, all others and the header stay."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from allez.documents.document import Builder, Template, TextDocument
from allez.documents.encoding import decode
from allez.documents.reading import Reading
from allez.documents.values import Value, is_prose
from allez.errors import InputError, OptionError
from allez.text.markup import Marked

_SEPARATORS = ",;\t|"
_SAMPLE = 200
"""Rows that are looked at to find out which columns have prose."""


class _Cell(NamedTuple):
    """`text[start:end]`, quotation marks included."""

    start: int
    end: int
    content: str


def parse_csv(data: bytes, reading: Reading = Reading()) -> TextDocument:  # noqa: B008  (frozen)
    """Take a table apart.

    Args:
        data: the file; commas, semicolons, tabs or bars separate its cells.
        reading: `columns`: which are translated; none: those in which most cells are prose.

    Raises:
        InputError: a quotation mark is never closed; its line is named.
        OptionError: there is no such column.
    """
    text, encode = decode(data)
    first = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=lambda s: (_count(first, s), -_SEPARATORS.index(s)))
    return _parse(text, separator, reading).build(encode)


def parse_tsv(data: bytes, reading: Reading = Reading()) -> TextDocument:  # noqa: B008  (frozen)
    """Take a table apart whose cells are separated by tabs; see `parse_csv`."""
    text, encode = decode(data)
    return _parse(text, "\t", reading).build(encode)


def read_rows(text: str, separator: str) -> Iterator[list[str]]:
    """Yield the cells of each row; InputError: a quotation mark is never closed."""
    for row in _rows(text, separator):
        yield [cell.content for cell in row]


def _count(line: str, separator: str) -> int:
    """Return how often a separator stands outside of quotation marks."""
    return "".join(line.split('"')[::2]).count(separator)


def _parse(text: str, separator: str, reading: Reading) -> Builder:
    builder = Builder(text)
    rows = _rows(text, separator)
    first = list(itertools.islice(rows, _SAMPLE + 1))
    header = _header(first)
    chosen = _columns(first, header, reading.columns)
    for row in itertools.chain(first[header:], rows):
        for column in chosen:
            if column >= len(row):
                continue
            cell = row[column]
            value = Value(cell.content)
            if value.has_letters:
                quoted = text[cell.start] == '"'
                writer = _Writer(cell.content, separator, quoted)
                builder.add(cell.start, cell.end, value.marked, writer)
    return builder


def _rows(text: str, separator: str) -> Iterator[list[_Cell]]:
    """Yield the cells of each row; a quoted cell may go over several lines."""
    position = 0
    row: list[_Cell] = []
    while position < len(text):
        start = position
        if text[position] == '"':
            position = _closing(text, position) + 1
            content = text[start + 1 : position - 1].replace('""', '"')
        else:
            content = ""
        while position < len(text) and text[position] not in (separator, "\n"):
            position += 1
        end = position - text.endswith("\r", start, position)
        if not content:
            content = text[start:end]
        row.append(_Cell(start, end, content))
        if position == len(text) or text[position] == "\n":
            yield row
            row = []
        position += 1
    if row:
        yield row


def _closing(text: str, start: int) -> int:
    position = text.find('"', start + 1)
    while position >= 0 and text.startswith('"', position + 1):
        position = text.find('"', position + 2)
    if position < 0:
        line = text.count("\n", 0, start) + 1
        raise InputError(f"line {line}: a quotation mark is never closed")
    return position


def _header(rows: Sequence[Sequence[_Cell]]) -> int:
    """Return how many rows are names of columns: 1 or 0.

    Names have no digits at their beginning, and below them some column has nothing but numbers, or
    all names are single words.
    """
    if len(rows) < 2:
        return 0
    names = [cell.content.strip() for cell in rows[0]]
    if not all(name and not name[0].isdigit() for name in names):
        return 0
    below = rows[1:_SAMPLE]
    numbers = any(
        all(
            len(row) <= i or _is_number(row[i].content)
            for row in below
            if any(c.content for c in row)
        )
        for i in range(len(names))
    )
    return int(numbers or all(len(name.split()) == 1 for name in names))


def _is_number(text: str) -> bool:
    return any(map(str.isdigit, text)) and not any(map(str.isalpha, text))


def _columns(rows: Sequence[Sequence[_Cell]], header: int, wanted: Sequence[str]) -> list[int]:
    names = [cell.content.strip() for cell in rows[0]] if rows else []
    if wanted:
        return sorted(
            {_column(name.strip(), names if header else [], len(names)) for name in wanted}
        )
    chosen: list[int] = []
    below = rows[header : header + _SAMPLE]
    for column in range(max(map(len, below), default=0)):
        cells = [row[column].content for row in below if column < len(row)]
        cells = [cell for cell in cells if cell.strip()]
        if cells and 2 * sum(map(is_prose, cells)) > len(cells):
            chosen.append(column)
    return chosen


def _column(name: str, names: Sequence[str], count: int) -> int:
    if name in names:
        return names.index(name)
    if name.isdecimal() and 1 <= int(name) <= count:
        return int(name) - 1
    known = ", ".join(names) if names else f"1 to {count}"
    raise OptionError(f"there is no column {name!r}", hint=f"known are {known}")


class _Writer:
    """Writes a cell; what is set apart in it is found anew, since a table may have millions."""

    __slots__ = ("_content", "_quoted", "_separator")

    def __init__(self, content: str, separator: str, quoted: bool) -> None:
        self._content, self._separator, self._quoted = content, separator, quoted

    def __call__(self, translated: Marked) -> Template:
        text = Value(self._content).write(translated)
        if self._quoted or any(c in text for c in (self._separator, '"', "\n", "\r")):
            return ('"' + text.replace('"', '""') + '"',)
        return (text,)
