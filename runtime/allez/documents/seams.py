"""The parts of a run of text and tags, and where styles may set them apart.

Links of a menu, or a label and its value, stand in one block and are no sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from allez.entities.characters import is_digit
from allez.spec import SPEC

_OPENED, _ENDED = (frozenset(SPEC["elements"][key]) for key in ("opened", "ended"))
"""Marks behind which, and before which, a word or its sentence goes on."""
_DASHES = ("-", "\u2212")
"""Before a figure they are signs."""
_WORD = 3
"""Letters of a word that a number in a tag behind it is no part of: not `m` and `H`."""

_SHORT = 3
"""Words of a label, and of a link in a row."""
_MANY = 3
"""Links that are a row."""


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

    That is around each of several links with no words beside them but a label, where elements meet
    so that no word goes on, if no words are beside them ("Prix" and "12 €"), and before the number
    that ends a run in a tag of its own ("Avis" and "12").

    Args:
        items: the run.
        links: elements that are links.
        signs: elements that belong to a word, as exponents do.
        read: returns an item's text.
    """
    found: set[int] = set()
    if not _has_words_outside(items, read):
        found.update(_meeting(items, signs, read))
    alone = _alone(items, links, read)
    for start, end in alone if len(alone) > 1 else ():
        while start > 0 and items[start - 1].kind == "open":
            start -= 1
        while end < len(items) and items[end].kind == "close":
            end += 1
        found |= {start, end}
    if (counted := _counter(items, signs, read)) is not None:
        found.add(counted)
    return sorted(found - {0, len(items)})


def _is_said(item: Item, read: Callable[[Item], str]) -> bool:
    return item.kind == "word" or (item.kind == "text" and any(map(str.isalpha, read(item))))


def _has_words_outside(items: Sequence[Item], read: Callable[[Item], str]) -> bool:
    depth = 0
    for item in items:
        depth += (item.kind == "open") - (item.kind == "close")
        if depth <= 0 and _is_said(item, read):
            return True
    return False


def _alone(
    items: Sequence[Item], links: frozenset[str], read: Callable[[Item], str]
) -> list[tuple[int, int]]:
    """Return where the links of a run begin and end; none if there are words beside them.

    Before the first of them there may be a label, with a colon or before a row of short links.
    """
    found: list[tuple[int, int]] = []
    is_short = True
    start, label = -1, ""
    for index, item in enumerate(items):
        if start >= 0:
            if item.kind == "close" and item.name in links:
                found.append((start, index + 1))
                shown = "".join(read(i) for i in items[start:index] if i.kind == "text")
                is_short = is_short and len(shown.split()) <= _SHORT
                start = -1
        elif item.kind == "open" and item.name in links:
            start = index
        elif _is_said(item, read):
            if found:
                return []
            label += read(item)
    if label and not label.rstrip().endswith(":"):
        is_row = is_short and len(label.split()) <= _SHORT and len(found) >= _MANY
        return found if is_row and label.rstrip()[-1:].isalpha() else []
    return found


def _meeting(
    items: Sequence[Item], signs: frozenset[str], read: Callable[[Item], str]
) -> Iterator[int]:
    """Yield which items open an element right where another one ends, and are another text."""
    places = [
        (index, *_beside(items, index, read))
        for index, (closed, item) in enumerate(pairwise(items), 1)
        if (closed.kind, item.kind) == ("close", "open") and not {closed.name, item.name} & signs
    ]
    is_flowing = any(before[-1:].isspace() or after[:1].isspace() for _, before, after in places)
    for index, before, after in places:
        if before and after and _is_seam(before, after, is_flowing=is_flowing):
            yield index


def _beside(items: Sequence[Item], index: int, read: Callable[[Item], str]) -> tuple[str, str]:
    """Return the texts between which a tag closes and that of an item opens."""
    before, after = index - 1, index
    while before > 0 and items[before].kind == "close":
        before -= 1
    while after < len(items) - 1 and items[after].kind == "open":
        after += 1
    one, other = (read(i) if i.kind == "text" else "" for i in (items[before], items[after]))
    return one, other


def _is_seam(before: str, after: str, *, is_flowing: bool) -> bool:
    """Tell whether what tags part is two texts; `is_flowing`: elsewhere, spaces part the run."""
    last, first, second = before[-1], after[0], after[1:2]
    if last.isspace() or first.isspace() or last in _OPENED or first in _ENDED:
        return False
    if first in _DASHES:
        return is_digit(second)
    if last.isalpha() and first.isalpha():
        if first.islower():  # "bonjour" in two halves, and a large initial
            return not is_flowing and (last.islower() or before[-2:-1].isupper())
        return last.islower() or second.islower()
    return True


def _counter(
    items: Sequence[Item], signs: frozenset[str], read: Callable[[Item], str]
) -> int | None:
    """Return the item that opens a number at the end of a run, right behind a word."""
    if [item.kind for item in items[-4:]] != ["text", "open", "text", "close"]:
        return None
    word, shown = read(items[-4])[-_WORD:], read(items[-2])
    if len(word) < _WORD or not word.isalpha() or not all(map(is_digit, shown)):
        return None
    return None if items[-3].name in signs else len(items) - 3
