"""Columns of sheets that are called after names: what stands in them.

Only the table that begins a sheet is looked at, up to its first empty row. Knows how Excel and
OpenDocument write cells, and nothing of what is translated.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from allez.documents.named_columns import hold_names_of_sheet, is_known, is_no_name
from allez.text.references import unescape

_SAMPLE = 200
"""Rows that are looked at to find out which columns hold names."""
_ROW = re.compile(r"<(?:\w+:)?row\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?row>)", re.DOTALL)
_CELL = re.compile(r"<(?:\w+:)?c(?=[\s>/])([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_PLACE = re.compile(r"\sr=[\"']([A-Z]+)(\d+)[\"']")
_KIND = re.compile(r"\st=[\"'](\w+)[\"']")
_VALUE = re.compile(r"<(?:\w+:)?v\b[^>]*>([^<]*)<")
_STRING = re.compile(r"<(?:\w+:)?si(?:\s[^>]*)?(?:/>|>(.*?)</(?:\w+:)?si>)", re.DOTALL)
_PHONETIC = re.compile(r"<(?:\w+:)?rPh\b.*?</(?:\w+:)?rPh>", re.DOTALL)
_TEXT = re.compile(r"<(?:\w+:)?t(?:\s[^>]*)?>([^<]*)<")

_TABLE = re.compile(r"<table:table(?=[\s>]).*?</table:table>", re.DOTALL)
_OPEN_ROW = re.compile(r"<table:table-row\b([^>]*?)(?:/>|>(.*?)</table:table-row>)", re.DOTALL)
_OPEN_CELL = re.compile(
    r"<table:(?:covered-)?table-cell\b([^>]*?)(?:/>|>(.*?)</table:(?:covered-)?table-cell>)",
    re.DOTALL,
)
_REPEATED = re.compile(r"\stable:number-(?:rows|columns)-repeated=\"(\d+)\"")
_OTHER_VALUE = re.compile(r"\soffice:value-type=\"(?!string\")")
_ASIDE = re.compile(r"<(office:annotation|draw:[\w-]+)\b[^>]*(?<!/)>.*?</\1>", re.DOTALL)
"""What lies over a cell, and is not its text."""
_PARAGRAPH = re.compile(r"<text:p(?=[\s>])[^>]*(?<!/)>(.*?)</text:p>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


class _Cell(NamedTuple):
    column: int
    text: str
    starts: tuple[int, ...] = ()
    """Of OpenDocument: where its paragraphs begin."""


class _Row(NamedTuple):
    first: int
    last: int
    """It stands for all rows up to this one."""
    cells: Sequence[_Cell]
    """Those with something in them."""


def names_of_workbook(strings: str, sheets: Sequence[str]) -> set[str]:
    """Return the texts that stand in columns of names.

    A text that several cells show is stored once: where one of them is a name, all are taken for
    it, since a name that is translated is worse than a word that is not. One that is no name by
    sight is translated if it stands in other columns too, and most of the names are no such text.

    Args:
        strings: the part with the texts that cells share.
        sheets: those with cells.
    """
    shared = [found[1] or "" for found in _STRING.finditer(strings)]
    kept: Counter[str] = Counter()
    for sheet in sheets:
        columns = _named(_rows(sheet, shared))
        for row in _below(_rows(sheet, shared)) if columns else ():
            kept.update(cell.text for cell in row.cells if cell.column in columns)
    unclear = set(filter(is_no_name, kept))
    if not unclear or 2 * len(unclear) > len(kept):
        return set(kept)
    rows = itertools.chain.from_iterable(_rows(sheet, shared) for sheet in sheets)
    shown = Counter(cell.text for row in rows for cell in row.cells if cell.text in unclear)
    return {text for text in kept if shown[text] <= kept[text]}


def names_of_open_sheets(text: str) -> set[int]:
    """Return where the paragraphs begin that stand in columns of names of OpenDocument's sheets."""
    kept: set[int] = set()
    others: set[int] = set()
    for table in _TABLE.finditer(text) if "<office:spreadsheet" in text else ():
        columns = _named(_open_rows(text, *table.span()))
        for row in _below(_open_rows(text, *table.span())) if columns else ():
            for cell in row.cells:  # one may be repeated in the next column
                (kept if cell.column in columns else others).update(cell.starts)
    return kept - others


def _named(rows: Iterator[_Row]) -> Collection[int]:
    """Return the columns of names of the table that begins a sheet."""
    first = list(itertools.islice(_connected(rows), _SAMPLE + 1))
    if not first or not any(is_known(cell.text) for cell in first[0].cells):
        return ()
    header = first[0].cells
    low = header[0].column
    if [cell.column for cell in header] != list(range(low, low + len(header))):
        return ()
    below = [{cell.column - low: cell.text for cell in row.cells} for row in first[1:]]
    found = hold_names_of_sheet([cell.text for cell in header], below)
    return frozenset(low + column for column in found)


def _connected(rows: Iterable[_Row]) -> Iterator[_Row]:
    """Yield rows up to the first gap."""
    last = None
    for row in rows:
        if last is not None and row.first > last + 1:
            return
        last = row.last
        yield row


def _below(rows: Iterator[_Row]) -> Iterator[_Row]:
    """Yield the rows below the header."""
    return itertools.islice(_connected(rows), 1, None)


def _rows(sheet: str, shared: Sequence[str]) -> Iterator[_Row]:
    """Yield the rows of Excel's sheet that have something in them."""
    for row in _ROW.finditer(sheet):
        cells: list[_Cell] = []
        number = 0
        for found in _CELL.finditer(row[2] or ""):
            place, kind = _PLACE.search(found[1]), _KIND.search(found[1])
            if place is None:  # few programs write so
                return
            number = int(place[2])
            cell = _excel_cell(_column(place[1]), kind[1] if kind else "n", found[2] or "", shared)
            if cell.text.strip():
                cells.append(cell)
        if cells:
            yield _Row(number, number, cells)


def _excel_cell(column: int, kind: str, inside: str, shared: Sequence[str]) -> _Cell:
    if kind == "inlineStr":
        return _Cell(column, _shown(inside))
    value = _VALUE.search(inside)
    text = unescape(value[1]) if value else ""
    if kind == "s" and text.isdecimal() and int(text) < len(shared):
        text = _shown(shared[int(text)])
    return _Cell(column, text)


def _column(letters: str) -> int:
    """Return the number of a column, from 0: `A`, `B`, ... `Z`, `AA`."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _shown(inside: str) -> str:
    """Return the text of a string, without how it is read."""
    return unescape("".join(_TEXT.findall(_PHONETIC.sub("", inside))))


def _open_rows(text: str, start: int, end: int) -> Iterator[_Row]:
    """Yield the rows of OpenDocument's sheet that have something in them."""
    number = 0
    for row in _OPEN_ROW.finditer(text, start, end):
        first, number = number, number + _times(row[1])
        column = 0
        cells: list[_Cell] = []
        for found in _OPEN_CELL.finditer(text, *row.span(2)) if row[2] else ():
            cell = _open_cell(column, found[1], found[2] or "", found.start(2))
            times = _times(found[1])
            if cell.text.strip():
                cells += [cell._replace(column=column + more) for more in range(times)]
            column += times
        if cells:
            yield _Row(first, number - 1, cells)


def _times(attributes: str) -> int:
    found = _REPEATED.search(attributes)
    return int(found[1]) if found else 1


def _open_cell(column: int, attributes: str, inside: str, start: int) -> _Cell:
    """Return a cell; what is no text shows nothing but that it is there."""
    if _OTHER_VALUE.search(attributes):
        return _Cell(column, "0")
    shown = list(_PARAGRAPH.finditer(_ASIDE.sub(lambda aside: " " * len(aside[0]), inside)))
    text = " ".join(unescape(_TAG.sub("", paragraph[1])) for paragraph in shown)
    return _Cell(column, text, tuple(start + paragraph.start() for paragraph in shown))
