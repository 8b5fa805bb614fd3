"""Strings of several messages: ICU's that choose, and those that tabs, forms or elements part.

What is chosen from, `{count, plural, one {# file} other {# files}}`, is translated, each message by
itself, and so are the columns of a line and the paragraphs of a piece of HTML; all else stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from allez.text.elements import BLOCKS
from allez.text.tags import scan

_CHOICE = re.compile(
    r"\{\s*\w+\s*,\s*(?P<kind>plural|select|selectordinal|choice)\s*,(?:\s*offset:\d+)?"
)
_SELECTOR = re.compile(r"\s*(?:=\d+|\w+)\s*\{")
_BRACE = re.compile(r"[{}]")
_END = re.compile(r"\s*\}")
_LIMIT = re.compile(r"\s*-?(?:\d+(?:\.\d+)?|∞)\s*[#<≤]")
_FORMS = re.compile(
    r"(?<=\S)[ \t]+\|[ \t]+(?=\S)|(?<=[^\s|])\|(?=[^\s|])|\t|\n[ \t\r]*\n"
    r"|(?<!\\)(?:\\r|(?<!(?<!\\)\\n))(?:\\n)+(?=[ \t]*(?:[^\s\\a-zß-öø-ÿ]|\Z))"
)
"""What parts the forms of a message, a title from the name of the place it stands in, columns,
paragraphs, and lines whose ends are spelled, `\\n`."""
_OTHER = re.compile(r"\{\s*\w+\s*,\s*(?:plural|select|selectordinal|choice)\s*,")


class Choice(NamedTuple):
    """`text[start:end]` is an argument that chooses; `messages` are what it chooses from."""

    start: int
    end: int
    messages: tuple[tuple[int, int], ...]
    """Where they stand, without their braces; none: it is none of ICU's, and stays."""


def choices(text: str, start: int, end: int) -> Iterator[Choice]:
    """Yield the arguments of a message that choose, in order; those within others are left out.

    A message in several forms (`{n} file | {n} files`), columns or paragraphs is one of these as a
    whole.
    """
    if (found := _OTHER.search(text, start, end)) is None:
        parts = _parted(text, start, end)
        edges = ((start, parts[0][0]), (parts[0][1], end)) if len(parts) == 1 else ()
        if len(parts) > 1 or any("\\n" in text[low:high] for low, high in edges):
            yield Choice(start, end, tuple(parts))
        return
    position = start
    while found:
        choice = _read(text, found.start(), end)
        if choice is None:
            closed = _balanced(text, found.start(), end)
            if closed < 0:
                return
            choice = Choice(found.start(), closed, ())
        yield choice
        position = choice.end
        found = _OTHER.search(text, position, end)


def _parted(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the stretches with letters that forms, tabs and elements part; one: nothing does.

    Blank lines do so where anything else does: they would not be told from what parts messages.
    """
    forms = [found.span() for found in _FORMS.finditer(text, start, end)]
    blocks = list(_blocks(text, start, end))
    if not blocks and all("\n" in text[low:high] for low, high in forms):
        return []
    parts: list[tuple[int, int]] = []
    position = start
    for low, high in [*sorted(forms + blocks), (end, end)]:
        if any(map(str.isalpha, text[position:low])):
            stretch = text[position:low]
            begin = position + len(stretch) - len(stretch.lstrip())
            parts.append((begin, begin + len(stretch.strip())))
        position = max(position, high)
    return parts


def _blocks(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the tags of HTML that end a sentence; a line may break before a small letter."""
    if text.find("<", start, end) < 0:
        return
    for token in scan(text[start:end], xml=False):
        if token.kind in ("text", "other") or token.name not in BLOCKS:
            continue
        behind = text[token.end + start : end].lstrip()
        if token.name != "br" or not behind[:1].islower():
            yield token.start + start, token.end + start


def _read(text: str, start: int, end: int) -> Choice | None:
    found = _CHOICE.match(text, start, end)
    if found is None:
        return None
    messages: list[tuple[int, int]] = []
    position = found.end()
    if found["kind"] == "choice":
        return _read_limits(text, start, position, end)
    while selector := _SELECTOR.match(text, position, end):
        position = _balanced(text, selector.end() - 1, end)
        if position < 0:
            return None
        messages.append((selector.end(), position - 1))
    closing = _END.match(text, position, end)
    return Choice(start, closing.end(), tuple(messages)) if closing and messages else None


def _read_limits(text: str, start: int, position: int, end: int) -> Choice | None:
    """Read what Java's choice formats choose from: `0#none|1#one|1<many`."""
    last = _balanced(text, start, end) - 1
    messages: list[tuple[int, int]] = []
    while position < last:
        limit = _LIMIT.match(text, position, last)
        if limit is None:
            return None
        position = limit.end()
        while position < last and text[position] != "|":
            position = _balanced(text, position, last) if text[position] == "{" else position + 1
            if position < 0:
                return None
        messages.append((limit.end(), position))
        position += 1
    return Choice(start, last + 1, tuple(messages)) if messages else None


def _balanced(text: str, start: int, end: int) -> int:
    """Return the position behind the brace that closes the one at `start`; -1 if none does."""
    closed = _closed(text).get(start, -1)
    return closed if closed <= end else -1


@lru_cache(1)
def _closed(text: str) -> dict[int, int]:
    """Return for each brace that is closed the position behind the one that closes it."""
    opened: list[int] = []
    closed: dict[int, int] = {}
    for found in _BRACE.finditer(text):
        if found[0] == "{":
            opened.append(found.start())
        elif opened:
            closed[opened.pop()] = found.end()
    return closed
