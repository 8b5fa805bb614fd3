"""Messages of ICU that choose among others: `{count, plural, one {# file} other {# files}}`.

What is chosen from is translated, each by itself; names, selectors and numbers stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_CHOICE = re.compile(r"\{\s*\w+\s*,\s*(?:plural|select|selectordinal)\s*,(?:\s*offset:\d+)?")
_SELECTOR = re.compile(r"\s*(?:=\d+|\w+)\s*\{")
_END = re.compile(r"\s*\}")
_FORMS = re.compile(r"(?<=\S)[ \t]+\|[ \t]+(?=\S)")
"""What parts the forms of a message, or a title from the name of the place it stands in."""
_OTHER = re.compile(r"\{\s*\w+\s*,\s*(?:plural|select|selectordinal|choice)\s*,")


class Choice(NamedTuple):
    """`text[start:end]` is an argument that chooses; `messages` are what it chooses from."""

    start: int
    end: int
    messages: tuple[tuple[int, int], ...]
    """Where they stand, without their braces; none: it is none of ICU's, and stays."""


def choices(text: str, start: int, end: int) -> Iterator[Choice]:
    """Yield the arguments of a message that choose, in order; those within others are left out.

    A message in several forms (`{n} file | {n} files`) is one of these as a whole.
    """
    if parted := list(_FORMS.finditer(text, start, end)):
        begins = [start, *(found.end() for found in parted)]
        ends = [*(found.start() for found in parted), end]
        yield Choice(start, end, tuple(zip(begins, ends, strict=True)))
        return
    position = start
    while found := _OTHER.search(text, position, end):
        choice = _read(text, found.start(), end)
        if choice is None:
            closed = balanced(text, found.start(), end)
            if closed < 0:
                return
            choice = Choice(found.start(), closed, ())
        yield choice
        position = choice.end


def _read(text: str, start: int, end: int) -> Choice | None:
    found = _CHOICE.match(text, start, end)
    if found is None:
        return None
    messages: list[tuple[int, int]] = []
    position = found.end()
    while selector := _SELECTOR.match(text, position, end):
        position = balanced(text, selector.end() - 1, end)
        if position < 0:
            return None
        messages.append((selector.end(), position - 1))
    closing = _END.match(text, position, end)
    return Choice(start, closing.end(), tuple(messages)) if closing and messages else None


def balanced(text: str, start: int, end: int) -> int:
    """Return the position behind the brace that closes the one at `start`; -1 if none does."""
    depth = 0
    for position in range(start, end):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if depth == 0:
            return position + 1
    return -1
