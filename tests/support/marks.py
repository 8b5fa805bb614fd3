"""Marks that nest, drawn anywhere in a text: by chance, or by what looks for the least failure."""

from __future__ import annotations

from collections.abc import Callable

from allez.text.markup import OUTSIDE, Mark


def nested(
    text: str,
    *,
    place: Callable[[int, int], int],
    goes_on: Callable[[], bool],
    is_point: Callable[[], bool],
    deepest: int,
) -> list[Mark]:
    """Return pairs and points, and `{0}` as a word if the text has it and no edge is within.

    Args:
        text: what they stand in.
        place: draws a place between two, both included.
        goes_on: whether there is one more mark here.
        is_point: whether one that could be a pair is none.
        deepest: how deep pairs stand in pairs.
    """
    marks: list[Mark] = []

    def fill(parent: int, low: int, high: int, depth: int) -> None:
        position = low
        while position <= high and goes_on():
            start = place(position, high)
            end = place(start, high)
            if start == end or is_point():
                marks.append(Mark("point", start, start, parent))
                position = start
                continue
            marks.append(Mark("pair", start, end, parent))
            if depth < deepest:
                fill(len(marks) - 1, start, end, depth + 1)
            position = end

    fill(OUTSIDE, 0, len(text), 0)
    at = text.find("{0}")
    if at >= 0 and not any(at < edge < at + 3 for m in marks for edge in (m.start, m.end)):
        around = [i for i, m in enumerate(marks) if m.start <= at and at + 3 <= m.end]
        marks.append(Mark("word", at, at + 3, around[-1] if around else OUTSIDE))
    return marks
