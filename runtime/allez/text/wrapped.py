"""Lines that a mail program, a scan or a subtitle broke to fit: which line ends divide a sentence.

Nothing here depends on a locale or a regular expression; `spec/README.md` has the rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from allez.spec import SPEC

_RULE = SPEC["wrapped"]
_SPACES = frozenset(" \t\r\f\v\u00a0\u202f")
_BEHIND = frozenset(_RULE["behind"])
_KEY_SIGNS = frozenset(_RULE["key_signs"])


class Joint(NamedTuple):
    """`text[start:end]`, white space with a line feed in it, and what is read in its place."""

    start: int
    end: int
    read: str


def joints(text: str) -> list[Joint]:
    """Return which line ends of a text are no ends, in order.

    The next line goes on if it begins with a small letter and the line before ends with a letter, a
    digit or a mark that ends no sentence, and is about as long as the others around it. A word
    divided by a hyphen is whole again.
    """
    if "\n" not in text:
        return []
    return [joint for block in _blocks(text) for joint in _within(text, block)]


Line = tuple[int, int]
"""Where a line begins and ends, white space around it left out."""


def _blocks(text: str) -> Iterator[list[Line]]:
    """Yield the lines between two blank ones."""
    block: list[Line] = []
    start = 0
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        low, high = start, end
        while low < high and text[low] in _SPACES:
            low += 1
        while low < high and text[high - 1] in _SPACES:
            high -= 1
        if low < high:
            block.append((low, high))
        elif block:
            yield block
            block = []
        start = end + 1
    if block:
        yield block


def _within(text: str, block: list[Line]) -> Iterator[Joint]:
    """Yield the joints of lines that follow each other."""
    share, whole = _RULE["share"]
    widest = max(end - start for start, end in block)
    for (start, end), (begin, stop) in pairwise(block):
        if not text[begin].islower() or _begins_with_key(text[begin:stop]):
            continue
        if (
            text[end - 1] == "-"
            and text[max(end - 3, start) : end - 1].isalpha()
            and end > start + 2
        ):
            yield Joint(end - 1, begin, "")
        elif (
            (text[end - 1].isalpha() or text[end - 1] in _BEHIND)
            and end - start >= _RULE["least"]
            and whole * (end - start) >= share * widest
        ):
            yield Joint(end, begin, " ")


def _begins_with_key(line: str) -> bool:
    """Tell whether a line begins with a name and a value: `port: 80`, `size = 3`."""
    words = line.split(None, 2)
    return any(sign in words[0] for sign in _KEY_SIGNS) or (
        len(words) > 1 and words[1][0] in _KEY_SIGNS
    )
