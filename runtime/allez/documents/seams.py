"""The parts of a run of text and tags, and where styles may set them apart.

Links of a menu, or a label and its value, stand in one block and are no sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from allez.spec import SPEC

_ENDED = frozenset(SPEC["elements"]["ended"])
"""Marks behind which no word goes on."""


class Item:
    """A part of a run: a token, or several that are taken as one."""

    __slots__ = ("end", "kind", "name", "start")

    def __init__(self, kind: str, start: int, end: int, name: str = "") -> None:
        self.kind, self.start, self.end, self.name = kind, start, end, name


def seams(
    items: Sequence[Item],
    links: frozenset[str],
    signs: frozenset[str],
    read: Callable[[Item], str],
) -> list[int]:
    """Return before which items of a run another text begins, though no block does.

    That is around each of several links with no words beside them, and where elements meet so that
    no word goes on: "Prix" and "12 €".

    Args:
        items: the run.
        links: elements that are links.
        signs: elements that belong to a word, as exponents do.
        read: returns an item's text.
    """
    found = set()
    for index, (closed, item) in enumerate(pairwise(items), 1):
        meet = (closed.kind, item.kind) == ("close", "open")
        if meet and not {closed.name, item.name} & signs and _is_seam(*_beside(items, index, read)):
            found.add(index)
    alone = _alone(items, links, read)
    for start, end in alone if len(alone) > 1 else ():
        while start > 0 and items[start - 1].kind == "open":
            start -= 1
        while end < len(items) and items[end].kind == "close":
            end += 1
        found |= {start, end}
    return sorted(found - {0, len(items)})


def _alone(
    items: Sequence[Item], links: frozenset[str], read: Callable[[Item], str]
) -> list[tuple[int, int]]:
    """Return where the links of a run begin and end; none if there are words beside them."""
    found: list[tuple[int, int]] = []
    start = -1
    for index, item in enumerate(items):
        if start >= 0:
            if item.kind == "close" and item.name in links:
                found.append((start, index + 1))
                start = -1
        elif item.kind == "open" and item.name in links:
            start = index
        elif item.kind == "word" or (item.kind == "text" and any(map(str.isalpha, read(item)))):
            return []
    return found


def _beside(items: Sequence[Item], index: int, read: Callable[[Item], str]) -> tuple[str, str]:
    """Return the characters between which a tag closes and that of an item opens."""
    before, after = index - 1, index
    while before > 0 and items[before].kind == "close":
        before -= 1
    while after < len(items) - 1 and items[after].kind == "open":
        after += 1
    texts = [read(item) if item.kind == "text" else "" for item in (items[before], items[after])]
    return texts[0][-1:], texts[1][:1]


def _is_seam(before: str, after: str) -> bool:
    """Tell whether two characters that tags part belong to two texts."""
    ended = before.islower() or before.isdigit() or before in _ENDED
    return ended and (after.isupper() or after.isdigit() or after == "«")
