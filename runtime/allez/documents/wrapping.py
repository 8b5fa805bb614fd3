"""Lines that were broken to fit a width: joined to be read, and broken again to be written."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from allez.spec import SPEC
from allez.text.markup import Mark, Marked

_ENDS, _CLOSERS = tuple(SPEC["wrapped"]["ends"]), SPEC["wrapped"]["closers"]


def continues(line: str, following: str, width: int) -> bool:
    """Tell whether a line was broken for want of room, and the next one goes on with it.

    It does if it begins with a small letter, or if its first word would not have fitted in.

    Args:
        line: without its line end.
        following: the next line, neither blank.
        width: of the longest line around them.
    """
    line, following = line.strip(), following.strip()
    first = following.split(maxsplit=1)[0]
    if following[0].islower():
        return True
    return len(line) + 1 + len(first) > width and len(line) * 2 > width


_LONG, _SEVERAL = 40, 3
"""Characters of a line that is long, and how many of them tell a wrapped text."""


def ends_sentence(text: str) -> bool:
    """Tell whether a text ends with a mark that ends a sentence, closing quotes aside."""
    text = text.rstrip(_CLOSERS + " \u00a0\u202f")
    return text.endswith(_ENDS)


def looks_wrapped(lines: Sequence[str]) -> bool:
    """Tell whether sentences seem to go on from line to line, behind long ones."""
    goes_on = parts = 0
    for line, following in pairwise(lines):
        if len(line) < _LONG or not following.strip():
            continue
        parts += 1
        goes_on += following[0].islower() and not ends_sentence(line)
    return goes_on >= _SEVERAL and 2 * goes_on >= parts


def joined(lines: Sequence[str]) -> str:
    """Return lines as one; a word that was divided at a line's end is whole again."""
    text = ""
    for line in (line.strip() for line in lines):
        divided = len(text) > 2 and text.endswith("-") and text[-2].isalpha() and text[-3].isalpha()
        if divided and line[:1].islower():
            text = text[:-1] + line
        else:
            text = f"{text} {line}" if text and line else text + line
    return text


def wrap(
    words: Sequence[str], width: int, *, can_begin: Callable[[str], bool] = lambda word: True
) -> list[list[str]]:
    """Return words in lines of at most `width` characters, where the words allow it.

    Args:
        words: none of them empty.
        width: of a line.
        can_begin: whether a word may be the first of a line.
    """
    lines: list[list[str]] = []
    length = 0
    for word in words:
        if lines and (length + 1 + len(word) <= width or not can_begin(word)):
            lines[-1].append(word)
            length += 1 + len(word)
        else:
            lines.append([word])
            length = len(word)
    return lines


def balanced(text: str, count: int) -> list[str]:
    """Return a text in `count` lines as equally long as words allow, fewer if it has fewer.

    Of two breaks that are as good, the one behind a mark wins.
    """
    words = text.split()
    if count <= 1 or len(words) <= 1:
        return [" ".join(words)] if words else []
    count = min(count, len(words))
    lines: list[str] = []
    for left in range(count, 1, -1):
        total = len(" ".join(words))
        goal = total / left

        def badness(cut: int, goal: float = goal, words: list[str] = words) -> float:
            line = " ".join(words[:cut])
            return abs(len(line) - goal) - (0.15 * goal if line[-1] in ",;:.!?…" else 0.0)

        cut = min(range(1, len(words) - left + 2), key=badness)
        lines.append(" ".join(words[:cut]))
        words = words[cut:]
    return [*lines, " ".join(words)]


_SPREAD = re.compile(r"[\t\n\r\f]|  ")


def collapse(marked: Marked) -> Marked:
    """Return a text with every run of white space as one space, its marks where they were.

    A no-break space is none: it stands where somebody wanted it.
    """
    if _SPREAD.search(marked.text) is None:
        return marked
    kept: list[str] = []
    places: list[int] = []
    for character in marked.text:
        places.append(len(kept))
        if character not in " \t\n\r\f":
            kept.append(character)
        elif not kept or kept[-1] != " ":
            kept.append(" ")
    places.append(len(kept))
    marks = tuple(
        mark._replace(start=min(places[mark.start], len(kept)), end=places[mark.end])
        for mark in marked.marks
    )
    return Marked("".join(kept), tuple(_in_order(mark) for mark in marks))


def _in_order(mark: Mark) -> Mark:
    return mark._replace(end=max(mark.start, mark.end))
