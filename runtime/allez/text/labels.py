"""Labels that signs part: `Réglages → Compte`, `Fichier > Exporter`, `Oui / Non`, `Nom | Prix`.

A model that reads them as one sentence leaves some out; each is a sentence of its own, and the
signs stay where they are. A sign is a word by itself: white space or an edge is on both sides. A
tab parts the cells of a row, whatever is in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from allez.spec import SPEC

_RULES: dict[str, str] = SPEC["labels"]
_SIGNS = frozenset(_RULES["signs"].split())
_PATHS = dict(pair.split(":") for pair in _RULES["paths"].split())
_SLASH = _RULES["slash"]
_MOST: int = SPEC["labels"]["words"]
_TAB = "\t"
_ALL = frozenset("".join([*_SIGNS, *_PATHS, _SLASH, _TAB]))

Span = tuple[int, int]


def is_divider(word: str) -> bool:
    """Tell whether this parts labels, whatever stands around it."""
    return word in _SIGNS


def labels(text: str, start: int, end: int, spaces: frozenset[str]) -> Iterator[Span]:
    """Yield what is a sentence of its own in `text[start:end]`: all of it, if no sign parts it.

    Of a text that is parted, what has no word of two letters is left out.

    Args:
        text: any text.
        start: where a sentence begins in it.
        end: where it ends.
        spaces: what parts words.
    """
    if _ALL.isdisjoint(text[start:end]):
        yield start, end
        return
    while start < end and text[start] in spaces:
        start += 1
    while start < end and text[end - 1] in spaces:
        end -= 1
    cells = text[start:end].split(_TAB)
    position = start
    for cell in cells:
        yield from _labels(text, position, position + len(cell), spaces, whole=len(cells) == 1)
        position += len(cell) + 1


def _labels(
    text: str, start: int, end: int, spaces: frozenset[str], *, whole: bool
) -> Iterator[Span]:
    """Yield those of a cell; `whole`: it is all of its row."""
    words = list(_words(text, start, end, spaces))
    cuts = _cuts(text, words)
    if whole and not cuts:
        yield start, end
        return
    for before, behind in pairwise([-1, *cuts, len(words)]):
        if behind - before > 1:
            first, last = words[before + 1][0], words[behind - 1][1]
            if any(a.isalpha() and b.isalpha() for a, b in pairwise(text[first:last])):
                yield first, last


def _words(text: str, start: int, end: int, spaces: frozenset[str]) -> Iterator[Span]:
    position = start
    while position < end:
        first = position
        while position < end and text[position] not in spaces:
            position += 1
        if first < position:
            yield first, position
        position += 1


def _cuts(text: str, words: list[Span]) -> list[int]:
    """Return which words are signs between labels."""
    signs: list[int] = []
    slashes: list[int] = []
    opened = dict.fromkeys(_PATHS, 0)
    for index, (start, end) in enumerate(words):
        word = text[start:end]
        inner = 0 < index < len(words) - 1
        if word in _SIGNS or (
            word in _PATHS and not opened[word] and inner and _leads(text, words[index + 1])
        ):
            signs.append(index)
        elif word == _SLASH and inner and not _within_fraction(text, words, index):
            slashes.append(index)
        for closer, opener in _PATHS.items():
            opened[closer] = max(0, opened[closer] + word.count(opener) - word.count(closer))
    both = sorted([*signs, *slashes])
    short = all(b - a - 1 <= _MOST for a, b in pairwise([-1, *both, len(words)]))
    return both if short else signs


def _leads(text: str, word: Span) -> bool:
    """Tell whether a word is a label's first one: a capital, and a letter behind it."""
    start, end = word
    return end > start + 1 and text[start].isupper() and text[start + 1].isalpha()


def _within_fraction(text: str, words: list[Span], index: int) -> bool:
    before, behind = text[words[index - 1][1] - 1], text[words[index + 1][0]]
    return before in _DIGITS and behind in _DIGITS


_DIGITS = frozenset("0123456789")
