"""Inline markup as places in a text: pairs around words, and single points.

A mark says where, never what: whoever took a text apart keeps the tags, in the order of the marks.
So no step in between can lose, double or change one. Knows nothing of HTML or any other format.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

OUTSIDE = -1
"""The parent of a mark that no pair encloses."""

MarkKind = Literal["pair", "point", "word"]
"""A pair stands around words, a point between two characters, and a word is markup that is read as
one (code, a placeholder): what stands at its place in the text is not to be translated."""


class Mark(NamedTuple):
    """One piece of inline markup: `text[start:end]` is what it stands around."""

    kind: MarkKind
    start: int
    end: int
    """Equal to `start` for a point."""
    parent: int = OUTSIDE
    """The index of the innermost pair around this mark; it comes before it."""


class Marked(NamedTuple):
    """A text and the marks in it, in the order in which they open."""

    text: str
    marks: tuple[Mark, ...] = ()


class Event(NamedTuple):
    """What comes next in a marked text that is written out."""

    kind: Literal["text", "open", "close", "point", "word"]
    text: str
    """The characters, if `kind` is "text"; else ""."""
    mark: int
    """Which mark opens, closes or stands here; of text, the innermost pair around it."""


def weave(marked: Marked) -> Iterator[Event]:
    """Yield texts and marks in the order in which they are written; every mark once, and nested.

    Marks with the same parent may have changed places; they must not overlap.
    """
    children: dict[int, list[int]] = {}
    for index, mark in enumerate(marked.marks):
        children.setdefault(mark.parent, []).append(index)
    yield from _inside(marked, children, OUTSIDE, 0, len(marked.text))


def _inside(
    marked: Marked, children: Mapping[int, Sequence[int]], parent: int, start: int, end: int
) -> Iterator[Event]:
    """Yield what stands in `text[start:end]`, which `parent` is around.

    Within `weave` this would name itself, and what it knows would be garbage to be looked for.
    """

    def order(index: int) -> tuple[int, int, int]:
        mark = marked.marks[index]
        return mark.start, mark.end, index

    position = start
    for index in sorted(children.get(parent, ()), key=order):
        mark = marked.marks[index]
        if position < mark.start:
            yield Event("text", marked.text[position : mark.start], parent)
        if mark.kind == "pair":
            yield Event("open", "", index)
            yield from _inside(marked, children, index, mark.start, mark.end)
            yield Event("close", "", index)
        else:
            yield Event(mark.kind, "", index)
        position = mark.end
    if position < end:
        yield Event("text", marked.text[position:end], parent)


def check(marked: Marked) -> None:
    """Raise ValueError unless every mark lies within its parent, and none across another."""
    for index, mark in enumerate(marked.marks):
        if not OUTSIDE <= mark.parent < index:
            raise ValueError(f"mark {index} has the parent {mark.parent}")
        around = marked.marks[mark.parent] if mark.parent >= 0 else None
        low, high = (around.start, around.end) if around else (0, len(marked.text))
        if around and around.kind != "pair":
            raise ValueError(f"mark {index} is within mark {mark.parent}, which is no pair")
        if not low <= mark.start <= mark.end <= high:
            raise ValueError(f"mark {index} reaches out of what is around it")
        if mark.kind == "point" and mark.start != mark.end:
            raise ValueError(f"mark {index} is a point of {mark.end - mark.start} characters")
    for parent in {mark.parent for mark in marked.marks}:
        _check_apart([m for m in marked.marks if m.parent == parent])


def _check_apart(marks: Sequence[Mark]) -> None:
    position = 0
    for mark in sorted(marks, key=lambda mark: (mark.start, mark.end)):
        if mark.start < position:
            raise ValueError("two marks overlap")
        position = mark.end
