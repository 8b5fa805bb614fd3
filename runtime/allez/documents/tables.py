"""CSV and TSV: cells of the columns with prose are translated, all others and the header stay."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from allez.documents.document import Builder, Template, TextDocument
from allez.documents.encoding import decode
from allez.documents.named_columns import hold_names, is_named, is_number
from allez.documents.reading import Reading
from allez.documents.values import Value, is_prose
from allez.errors import InputError, OptionError
from allez.text.markup import Marked

_SEPARATORS = ",;\t|"
_SAMPLE = 200
"""Rows that are looked at to find out which columns have prose."""
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[./:-][A-Za-z0-9_]+)*")
_CLEAR_KEY = re.compile(r"[A-Za-z0-9]+_\w+|[a-z]\w*\.[a-z]\w*.*|[a-z]{2,}[A-Z][a-z]\w*")
"""What only a program calls something so: `btn_ok`, `home.title`, `homeTitle`, but not `iPhone`."""
_CLEAR = 3
"""So many cells have one of these among them, if they are keys, and there are two at least."""
_KEYS = frozenset(("key", "keys", "id", "identifier", "clé", "cle", "clef", "identifiant", "slug"))
"""What a column of keys is called."""


class _Cell(NamedTuple):
    """`text[start:end]`, quotation marks included."""

    start: int
    end: int
    content: str


def parse_csv(data: bytes, reading: Reading = Reading()) -> TextDocument:  # noqa: B008  (frozen)
    """Take a table apart.

    Args:
        data: the file; commas, semicolons, tabs or bars separate its cells.
        reading: `columns`: which are translated; none: those in which most cells are prose, and
            neither names nor keys.

    Raises:
        InputError: a quotation mark is never closed; its line is named.
        OptionError: there is no such column.
    """
    text, encode = decode(data)
    return _parse(text, separator_of(text.split("\n", 1)[0]), reading).build(encode)


def parse_tsv(data: bytes, reading: Reading = Reading()) -> TextDocument:  # noqa: B008  (frozen)
    """Take a table apart whose cells are separated by tabs; see `parse_csv`."""
    text, encode = decode(data)
    return _parse(text, "\t", reading).build(encode)


def read_rows(text: str, separator: str) -> Iterator[list[str]]:
    """Yield the cells of each row; InputError: a quotation mark is never closed."""
    for row in _rows(text, separator):
        yield [cell.content for cell in row]


def separator_of(line: str) -> str:
    """Return what parts the cells of a table that has this first line."""
    unquoted = "".join(line.split('"')[::2])
    return max(_SEPARATORS, key=lambda s: (unquoted.count(s), -_SEPARATORS.index(s)))


def row_end(text: str, start: int, separator: str, *, last: bool) -> int:
    """Return the position behind the row at `start`, its line end included; 0: it is not over.

    Args:
        text: a table from some row on.
        start: where the row begins.
        separator: what parts its cells.
        last: there is no more text: what is there is a row, unless a quotation mark is open.
    """
    end: int | None = text.find("\n", start)
    if text.find('"', start, len(text) if end == -1 else end) >= 0:
        end = _quoted_row_end(text, start, separator)
    if end is None or (end < 0 and not last) or start == len(text):
        return 0
    return len(text) if end < 0 else end + 1


def _quoted_row_end(text: str, start: int, separator: str) -> int | None:
    """Return where the line of a row ends, -1 if nowhere; None: a quotation mark is open."""
    position = start
    end = text.find("\n", start)
    while True:
        if text.startswith('"', position):
            position = _find_closing(text, position) + 1
            if not position:
                return None
            if 0 <= end < position:
                end = text.find("\n", position)
        cell = text.find(separator, position, len(text) if end < 0 else end)
        if cell < 0:
            return end
        position = cell + 1


class Table:
    """What is known of a table whose rows come one by one.

    Args:
        sample: its first rows, as many as there are up to `Table.SAMPLE` and one.
        separator: what parts its cells.
        columns: which are translated; none: those in which most cells of the sample are prose,
            and no names.

    Raises:
        OptionError: there is no such column.
    """

    SAMPLE = _SAMPLE

    def __init__(self, sample: Sequence[str], separator: str, columns: Sequence[str]) -> None:
        self._separator = separator
        rows = [self._cells(row) for row in sample]
        self._header = _header(rows)
        self._chosen = _columns(rows, self._header, columns)

    def document(self, row: str, number: int, encode: Callable[[str], bytes]) -> TextDocument:
        """Return a row as a document; `number` counts from 0."""
        builder = Builder(row)
        if number >= self._header:
            _add(builder, self._cells(row), self._chosen, self._separator)
        return builder.build(encode)

    def _cells(self, row: str) -> Sequence[_Cell]:
        return next(_rows(row, self._separator), [])


def _parse(text: str, separator: str, reading: Reading) -> Builder:
    builder = Builder(text)
    rows = _rows(text, separator)
    first = list(itertools.islice(rows, _SAMPLE + 1))
    header = _header(first)
    chosen = _columns(first, header, reading.columns)
    for row in itertools.chain(first[header:], rows):
        _add(builder, row, chosen, separator)
    return builder


def _add(builder: Builder, row: Sequence[_Cell], chosen: Sequence[int], separator: str) -> None:
    for column in chosen:
        if column >= len(row):
            continue
        cell = row[column]
        value = Value(cell.content)
        if is_prose(cell.content) and value.has_words:
            quoted = builder.text[cell.start] == '"'
            writer = _Writer(cell.content, separator, quoted)
            builder.add(cell.start, cell.end, value.marked, writer)


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


def _find_closing(text: str, start: int) -> int:
    """Return where the quotation mark is that closes the one at `start`; -1 if there is none."""
    position = text.find('"', start + 1)
    while position >= 0 and text.startswith('"', position + 1):
        position = text.find('"', position + 2)
    return position


def _closing(text: str, start: int) -> int:
    position = _find_closing(text, start)
    if position < 0:
        line = text.count("\n", 0, start) + 1
        raise InputError(f"line {line}: a quotation mark is never closed")
    return position


def _header(rows: Sequence[Sequence[_Cell]]) -> int:
    """Return how many rows stand above the first one that is read: names of columns, if any.

    A row before them may tell Excel what parts the cells, `sep=;`. Names have no digits at
    their beginning, and below them some column has nothing but numbers, or all names are single
    words, or they say that names are below.
    """
    told = int(bool(rows) and _tells_separator(rows[0]))
    if len(rows) < told + 2:
        return told
    names = [cell.content.strip() for cell in rows[told]]
    if not all(name and not name[0].isdigit() for name in names):
        return told
    below = rows[told + 1 : _SAMPLE]
    numbers = any(
        all(
            len(row) <= i or is_number(row[i].content)
            for row in below
            if any(c.content for c in row)
        )
        for i in range(len(names))
    )
    single = all(len(name.split()) == 1 for name in names)
    return told + int(numbers or single or is_named(names))


def _tells_separator(row: Sequence[_Cell]) -> bool:
    return row[0].content.lower().startswith("sep=") and not any(cell.content for cell in row[1:])


def _columns(rows: Sequence[Sequence[_Cell]], header: int, wanted: Sequence[str]) -> list[int]:
    told = int(bool(rows) and _tells_separator(rows[0]))
    names = [cell.content.strip() for cell in rows[told]] if len(rows) > told else []
    if wanted:
        return sorted(
            {_column(name.strip(), names if header > told else [], len(names)) for name in wanted}
        )
    chosen: list[int] = []
    named: set[int] = set()
    below = rows[header : header + _SAMPLE]
    for column in range(max(map(len, below), default=0)):
        cells = [row[column].content for row in below if column < len(row)]
        cells = [cell for cell in cells if cell.strip()]
        if cells and 2 * sum(map(is_prose, cells)) > len(cells):
            chosen.append(column)
            if header > told and hold_names(column, names, cells):
                named.add(column)
    if len(chosen) > 1 and chosen[0] == 0:
        name = names[0].lower() if header > told and names else ""
        if _are_keys([row[0].content.strip() for row in below if row], name):
            named.add(0)
    return [column for column in chosen if column not in named]


def _are_keys(cells: Sequence[str], name: str) -> bool:
    """Tell whether cells below a name are what programs call the texts beside them."""
    given = [cell for cell in cells if cell]
    if len(set(given)) < len(given) or not all(map(_KEY.fullmatch, given)):
        return False
    clear = sum(map(bool, map(_CLEAR_KEY.fullmatch, given)))
    return name in _KEYS or (clear > 1 and _CLEAR * clear >= len(given))


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
