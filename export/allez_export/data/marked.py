"""The mark of pairs whose source a model has made: a sign before the source, which use never sees.

Models learn more from made sources when they can tell them from written ones (Caswell et al. 2019,
Tagged back-translation). The mark is text: one token where the vocabulary has a symbol for it
(`vocabulary.symbols`), three bytes where it has none. It is taken off before a pair is judged,
changed or counted, and put back before what the model reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from allez_export.data.read import Pair

MARK = "\ue03a"
"""The sign; a space parts it from the source, whose tokens stay what they are."""


def put_mark(source: str) -> str:
    """Return a source as one that was made."""
    return f"{MARK} {source}"


def take_mark(pair: Pair) -> tuple[bool, Pair]:
    """Return whether the source of a pair was made, and the pair without the mark."""
    source, target = pair
    if not source.startswith(MARK):
        return False, pair
    return True, (source[len(MARK) :].lstrip(" "), target)


def unmarked(pair: Pair) -> Pair:
    """Return the pair without the mark."""
    return take_mark(pair)[1]
