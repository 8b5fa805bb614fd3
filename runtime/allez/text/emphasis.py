"""Emphasis typed as plain text: `**mot**`, `_mot_`, `~~mot~~`, whose marks are pairs as tags are.

And stars that refer to a note (`10 €*`, `*hors taxes`), which are points. To a model they are
letters of the word that they stand at. Knows nothing of Markdown but this.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from allez.entities import at, code, is_digit, run
from allez.spec import SPEC
from allez.text.tags import Token

_MARKS = frozenset(SPEC["emphasis"]["marks"].split())
_SIGNS = frozenset("".join(_MARKS))
_NOTES = frozenset(SPEC["emphasis"]["notes"].split())
_NOTED = frozenset(SPEC["emphasis"]["noted"])
_BEFORE = frozenset(SPEC["emphasis"]["before"])
_BEHIND = frozenset(SPEC["emphasis"]["behind"])


class _Sign(NamedTuple):
    """A run of one sign in a line that opens or closes emphasis, or refers to a note."""

    start: int
    end: int
    kind: Literal["open", "close", "single"]


def emphasized(text: str, start: int, end: int) -> Iterator[Token]:
    """Yield the tokens of `text[start:end]`: text, the marks of emphasis as tags in pairs, notes.

    A mark opens behind an edge, white space or one of `before`, and before a letter, a digit or one
    of `before`. The next same mark of the line closes it, behind no white space, and before an
    edge, white space or one of `behind`; several marks may stand together. What is within has a
    letter or a digit, and is no name as programmers write it (`__init__`). One or two stars
    alone that have no other refer to a note: where they might open, before a letter or a digit, and
    where they might close, behind a letter, a digit or one of `noted`. Code between backticks is
    left alone.
    """
    done = begin = start
    while begin < end:
        feed = text.find("\n", begin, end)
        line_end = end if feed < 0 else feed
        for first, last, kind in _signs(text[begin:line_end]):
            first, last = first + begin, last + begin
            if done < first:
                yield Token("text", done, first)
            yield Token(kind, first, last, text[first:last])
            done = last
        begin = line_end + 1
    if done < end:
        yield Token("text", done, end)


def _signs(line: str) -> list[_Sign]:
    """Return the marks of emphasis in a line, which nest, and of notes, in order."""
    found: list[_Sign] = []
    notes: list[tuple[int, int]] = []
    opened: list[tuple[int, int]] = []
    waiting: dict[str, int] = {}
    position = 0
    while position < len(line):
        if line[position] not in _SIGNS:
            stop = code(line, position) if line[position] == "`" else position
            position = max(stop, position + 1)
            continue
        stop = run(line, position, _SIGNS.__contains__)
        before, behind = at(line, position - 1), at(line, stop)
        opens, closes = _sides(before, behind)
        if line[position:stop] in _NOTES and (
            (opens and _is_part(behind)) or (closes and (_is_part(before) or before in _NOTED))
        ):
            notes.append((position, stop))
        while position < stop:
            end = run(line, position, line[position].__eq__)
            mark = line[position:end]
            if closes and waiting.get(mark):
                first, last = _last_opened(line, mark, opened, waiting)
                if _is_emphasized(line[last:position], mark):
                    found += [_Sign(first, last, "open"), _Sign(position, end, "close")]
            elif opens and mark in _MARKS:
                opened.append((position, end))
                waiting[mark] = waiting.get(mark, 0) + 1
            position = end
    paired = {sign.start for sign in found}
    found += [_Sign(*note, "single") for note in notes if note[0] not in paired]
    return sorted(found)


def _sides(before: str, behind: str) -> tuple[bool, bool]:
    """Tell whether marks open between two characters, and whether they close; "" is an edge."""
    is_outside = before == "" or before.isspace() or before in _BEFORE
    opens = is_outside and (_is_part(behind) or behind in _BEFORE)
    is_over = behind == "" or behind.isspace() or behind in _BEHIND
    return opens, is_over and before != "" and not before.isspace()


def _last_opened(
    line: str, mark: str, opened: list[tuple[int, int]], waiting: dict[str, int]
) -> tuple[int, int]:
    """Return where a mark was opened last; it and those opened behind it are open no more."""
    while True:
        first, last = opened.pop()
        waiting[line[first:last]] -= 1
        if line[first:last] == mark:
            return first, last


def _is_emphasized(inner: str, mark: str) -> bool:
    """Tell whether marks stand around words, and not around a name of code."""
    is_name = mark == "__" and all(c == "_" or _is_plain(c) for c in inner)
    return not is_name and any(map(_is_part, inner))


def _is_part(character: str) -> bool:
    """Tell whether words are made of this: a letter or a digit."""
    return character.isalpha() or is_digit(character)


def _is_plain(character: str) -> bool:
    """Tell whether names of code are made of this: a small ASCII letter or a digit."""
    return is_digit(character) or "a" <= character <= "z"
