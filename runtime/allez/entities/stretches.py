"""Stretches of a day in French, `8h-12h`, `9 h 30 - 12 h`: two times and a dash, one number.

What may as well be a length of time (`2h-3h`) is none. Knows hours, and no other numbers.
"""

from __future__ import annotations

from typing import NamedTuple

from allez.entities.characters import SPACES, at, digits, is_digit, is_word, number_ends
from allez.entities.numbers import Amount, Form, are_of_day

_DASHES = ("-", "\u2013", "\u2014")


class Stretch(NamedTuple):
    """Two times, where the second one ends, and what stands between them."""

    end: int
    first: Amount
    dash: str
    last: Amount


class _Time(NamedTuple):
    end: int
    amount: Amount
    mark: str
    """":" or "h"."""


def stretch(text: str, start: int, form: Form) -> Stretch | None:
    """Return the stretch of a day that begins where a number does, None if there is none."""
    first = _time(text, start)
    dash = _behind_space(text, first.end) if first else 0
    if first is None or at(text, dash) not in _DASHES:
        return None
    begin = _behind_space(text, dash + 1)
    last = _time(text, begin)
    if last is None or last.mark != first.mark or not number_ends(text, last.end):
        return None
    if _goes_on(text, start, last.end):
        return None
    if int(first.amount.whole) > 23 or (last.amount.whole == "24" and last.amount.minutes != "00"):
        return None
    if first.mark == "h" and not are_of_day(text, (start, begin), last.end, form):
        return None
    return Stretch(last.end, first.amount, text[first.end : begin], last.amount)


def _goes_on(text: str, start: int, end: int) -> bool:
    """Tell whether another dash joins one more time: `8h - 12h - 14h`."""
    dash = _behind_space(text, end)
    if at(text, dash) in _DASHES and is_digit(at(text, _behind_space(text, dash + 1))):
        return True
    dash = _before_space(text, start) - 1
    mark = at(text, _before_space(text, dash) - 1)
    return at(text, dash) in _DASHES and (mark in ("h", "H") or is_digit(mark))


def _time(text: str, start: int) -> _Time | None:
    """Read a time: `8h`, `17 h 30`, `8:00`."""
    end = digits(text, start)
    if not 1 <= end - start <= 2 or int(text[start:end]) > 24:
        return None
    mark = _behind_space(text, end)
    minute = mark + 1
    if at(text, mark) in ("h", "H"):
        spaced = _behind_space(text, minute)
        if not is_digit(at(text, spaced)):
            whole = Amount("", text[start:end], False, "", minutes="00")
            return None if is_word(at(text, minute)) else _Time(minute, whole, "h")
        minute = spaced
    elif at(text, mark) != ":" or mark != end:
        return None
    stop = digits(text, minute)
    if stop - minute != 2 or text[minute] > "5" or is_word(at(text, stop)):
        return None
    amount = Amount("", text[start:end], False, "", minutes=text[minute:stop])
    return _Time(stop, amount, ":" if text[mark] == ":" else "h")


def _behind_space(text: str, position: int) -> int:
    return position + (at(text, position) in tuple(SPACES))


def _before_space(text: str, position: int) -> int:
    return position - (at(text, position - 1) in tuple(SPACES))
