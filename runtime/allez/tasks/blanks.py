"""Blanks of a reply: names in brackets, for what only a program can know. Knows strings alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from allez.answers import Blank
from allez.spec import SPEC
from allez.text import Span

_RULES = SPEC["blanks"]

LONGEST: int = _RULES["characters"]
"""Of a name."""

_DIGITS = frozenset("0123456789")
_BETWEEN = frozenset(_RULES["between"])
"""What may stand between the letters of a name, one at a time."""

Fill: TypeAlias = "Mapping[str, str] | Callable[[str], str | None]"
"""Values by name, or what finds one; None, or no such name: the blank stays."""


class Filled(NamedTuple):
    """A text whose blanks have their values."""

    text: str
    blanks: tuple[Blank, ...]
    """All of them, in order."""
    before: tuple[Span, ...]
    """Where each stood before."""

    def moved(self, start: int, end: int) -> Span:
        """Return where a stretch of the text as it was stands now; part of a blank is all of it."""
        return self._place(start, ends=False), self._place(end, ends=True)

    def _place(self, position: int, *, ends: bool) -> int:
        shift = 0
        for blank, (start, end) in zip(self.blanks, self.before, strict=True):
            if position < start + ends:
                break
            if position < end + ends:
                return blank.end if ends else blank.start
            shift = blank.end - end
        return position + shift


def blanks_of(text: str) -> Iterator[Span]:
    """Yield where each blank of a text stands, brackets and all."""
    position = 0
    while (start := text.find("[", position)) >= 0:
        end = _name_end(text, start + 1)
        is_blank = end > start + 1 and text[end : end + 1] == "]" and _is_sign(text[end - 1])
        position = end + 1 if is_blank else start + 1
        if is_blank:
            yield start, end + 1


def settled(text: str) -> str:
    """Return as much of a text that grows as has no blank that may still be growing."""
    start = text.rfind("[")
    open_at_end = start >= 0 and _name_end(text, start + 1) == len(text)
    return text[:start] if open_at_end else text


def fill(text: str, values: Fill | None) -> Filled:
    """Put values in the place of blanks.

    Args:
        text: any.
        values: looked up by the name as it stands, or else in small letters.

    Raises:
        TypeError: a value is no text.
    """
    parts: list[str] = []
    blanks: list[Blank] = []
    before: list[Span] = []
    done = length = 0
    for start, end in blanks_of(text):
        name = text[start + 1 : end - 1]
        value = _value(name, values)
        written = text[start:end] if value is None else value
        length += start - done
        blanks.append(Blank(name, value, length, length + len(written)))
        before.append((start, end))
        parts += [text[done:start], written]
        length += len(written)
        done = end
    return Filled("".join([*parts, text[done:]]), tuple(blanks), tuple(before))


def _value(name: str, values: Fill | None) -> str | None:
    value: object = None
    for key in dict.fromkeys((name, name.lower())):
        if value is None and values is not None:
            value = values.get(key) if isinstance(values, Mapping) else values(key)
    if value is not None and not isinstance(value, str):
        raise TypeError(f"the value of a blank must be str, not {type(value).__name__}")
    return value


def _name_end(text: str, start: int) -> int:
    """Return where what may be the beginning of a name ends; `start` if there is none."""
    end = start
    while end < min(len(text), start + LONGEST):
        sign = _is_sign(text[end]) if end > start else text[end].isalpha()
        if not sign and (end == start or text[end] not in _BETWEEN or not _is_sign(text[end - 1])):
            break
        end += 1
    return end


def _is_sign(character: str) -> bool:
    return character.isalpha() or character in _DIGITS
