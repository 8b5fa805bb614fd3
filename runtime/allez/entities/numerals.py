"""Entities of digits that are copied as they stand: dates, clocks, versions, telephone numbers.

Each scanner is as `characters` says, and is asked only where a number begins. What a language
writes in its own way (thousands, decimals, prices) is `numbers`' affair.
"""

from __future__ import annotations

from typing import NamedTuple

from allez.entities.characters import (
    SPACES,
    at,
    digits,
    is_digit,
    is_word,
    number_ends,
    run,
)
from allez.spec import SPEC

_FRACTIONS: str = SPEC["fractions"]
"""Signs of fractions."""
_FEET, _INCHES = "'\u2019\u2032", '"\u201d\u2033'


class Group(NamedTuple):
    """Some digits `text[start:end]`."""

    start: int
    end: int

    @property
    def size(self) -> int:
        """How many digits."""
        return self.end - self.start


def groups(text: str, start: int, marks: str, most: int = 20) -> list[Group]:
    """Return the groups of digits from `start` on that single marks of the same kind part.

    The spaces are one kind, any other mark is its own.
    """
    found: list[Group] = []
    between = ""
    end = digits(text, start)
    while end > start and len(found) < most:
        found.append(Group(start, end))
        mark = at(text, end)
        kind = " " if mark and mark in SPACES else mark
        if not kind or kind not in marks or (between and kind != between):
            break
        between = kind
        start, end = end + 1, digits(text, end + 1)
    return found


def date(text: str, start: int) -> int:
    """`20/05/2023`, `20.05.23`, `2023-05-20`, with a time behind it if there is one."""
    for mark in "/-.":
        parts = groups(text, start, mark, 3)
        sizes = [part.size for part in parts]
        if len(parts) == 3 and _is_date(sizes, [int(text[p.start : p.end]) for p in parts]):
            end = parts[2].end
            if at(text, end) in ("T", " ") and sizes[0] == 4:
                time = clock(text, end + 1)
                end = time if time > end + 1 else end
                end += at(text, end) == "Z" and at(text, end - 1) != "Z"
            if number_ends(text, end):
                return end
    return start


def _is_date(sizes: list[int], values: list[int]) -> bool:
    if sizes[0] == 4:
        return max(sizes[1:]) <= 2 and 1 <= values[1] <= 12 and 1 <= values[2] <= 31
    in_range = min(values[:2]) >= 1 and max(values[:2]) <= 31 and min(values[:2]) <= 12
    return max(sizes[:2]) <= 2 and sizes[2] in (2, 4) and in_range


def clock(text: str, start: int) -> int:
    """`09:14:02`, `09:14:02,331`, `00:14.167`, `16:9`; a time of day is a number: see there."""
    parts = groups(text, start, ":", 8)
    if len(parts) < 2:
        return start
    end = parts[-1].end
    if at(text, end) in (".", ",") and is_digit(at(text, end + 1)) and parts[-1].size == 2:
        end = digits(text, end + 1)
    if at(text, end) == "Z":
        end += 1
    elif at(text, end) in ("+", "-") and len(parts) == 3 and is_digit(at(text, end + 1)):
        end = groups(text, end + 1, ":", 2)[-1].end
    return end if number_ends(text, end) else start


def lapse(text: str, start: int) -> int:
    """`5 h 10 min`, `2 h 1 min 39 s`: a length of time, of two units or three."""
    position = stop = start
    count = 0
    for unit in ("h", "min", "s"):
        end = digits(text, position)
        mark = end + (at(text, end) != "" and at(text, end) in SPACES)
        if (
            position < end
            and text.startswith(unit, mark)
            and not at(text, mark + len(unit)).isalpha()
        ):
            stop = mark + len(unit)
            position = stop + (at(text, stop) != "" and at(text, stop) in SPACES)
            count += 1
    return stop if count > 1 and number_ends(text, stop) else start


def house(text: str, start: int) -> int:
    """`12 bis`, `4ter`, `7 QUATER`: a number in a street or a law, and one that came between."""
    end = digits(text, start)
    mark = end + (at(text, end) != "" and at(text, end) in SPACES)
    for word in ("bis", "ter", "quater"):
        stop = mark + len(word)
        if text[mark:stop] in (word, word.upper()) and number_ends(text, stop):
            return stop
    return start


def mixed(text: str, start: int) -> int:
    """`1½`, `2 ¾`: a number and a fraction."""
    end = digits(text, start)
    mark = end + (at(text, end) != "" and at(text, end) in SPACES)
    fraction = at(text, mark) != "" and at(text, mark) in _FRACTIONS
    return mark + 1 if fraction and number_ends(text, mark + 1) else start


def feet(text: str, start: int) -> int:
    """`5'10"`, `6′2″`: two lengths, each with its mark."""
    end = digits(text, start)
    stop = digits(text, end + 1)
    measured = at(text, end) in tuple(_FEET) and 0 < stop - end - 1 <= 2
    marked = at(text, stop) in tuple(_INCHES)
    return stop + 1 if measured and marked and number_ends(text, stop + 1) else start


def version(text: str, start: int) -> int:
    """`1.2.3`, `3.11.4-rc1`, `10.0.0.12:8080`, `10.0.0.0/8`; thousands with points are none."""
    parts = groups(text, start, ".")
    address = len(parts) == 4 and all(
        int(text[p.start : p.end]) < 256 and (text[p.start] != "0" or p.size == 1) for p in parts
    )
    thousands = parts and parts[0].size <= 3 and all(part.size == 3 for part in parts[1:])
    if len(parts) < 3 or (thousands and not address):
        return start
    end = parts[-1].end
    if len(parts) == 4 and at(text, end) in (":", "/") and is_digit(at(text, end + 1)):
        end = digits(text, end + 1)
    elif at(text, end) in ("-", "+") or at(text, end).isalpha():
        end = run(text, end, lambda c: is_word(c) or c in "-+.")
        while text[end - 1] in "-+.":
            end -= 1
    return end if number_ends(text, end) else start


_COUNTRY_DIGITS: dict[str, int] = SPEC["things"]["telephones"]
"""How many digits a telephone number has at most, its country's code counted."""


def telephone(text: str, start: int) -> int:
    """`06 12 34 56 78`, `+33 6 12 34 56 78`, `0612345678`, `(514) 555-0199`, `0800 12 34 56`."""
    if text[start] == "+" or text.startswith("00", start):
        return _international(text, start)
    if text[start] == "(":
        area = digits(text, start + 1)
        if area - start != 4 or at(text, area) != ")":
            return start
        begin = area + 1 + (at(text, area + 1) == " ")
        for mark in "- ":
            parts = groups(text, begin, mark, 2)
            if [part.size for part in parts] == [3, 4] and number_ends(text, parts[-1].end):
                return parts[-1].end
        return start
    if text[start] == "0":
        return _national(text, start)
    for marks in ("-", ".", " "):
        parts = groups(text, start, marks, 4)
        sizes = [part.size for part in parts]
        for shape in ([3, 3, 4], [1, 3, 3, 4]):
            if sizes[: len(shape)] == shape and number_ends(text, parts[len(shape) - 1].end):
                return parts[len(shape) - 1].end
    return start


def _international(text: str, start: int) -> int:
    end = start + (1 if text[start] == "+" else 2)
    number = ""
    best = start
    while True:
        following = digits(text, end)
        if following == end or len(number) + following - end > 15:
            break
        number += text[end:following]
        end = following
        most = max(
            (n for code, n in _COUNTRY_DIGITS.items() if number.startswith(code)), default=13
        )
        if len(number) > most:
            break
        if len(number) >= 8 and number_ends(text, end):
            best = end
        if text.startswith("(0)", end + 1) and at(text, end) in SPACES:
            end += 4
        elif text.startswith("(0)", end):
            end += 3
        if at(text, end) and at(text, end) in SPACES + ".-" and is_digit(at(text, end + 1)):
            end += 1
    return best


def _national(text: str, start: int) -> int:
    """Return where a number that begins with 0 ends: of 10 digits, else 9, else 11."""
    found: dict[int, int] = {}
    for marks in (" ", ".", "-", "/"):
        count = 0
        parts = groups(text, start, marks, 7)
        if any(part.size > 4 for part in parts) and len(parts) > 1:
            parts = parts[:1]
        for part in parts:
            count += part.size
            if number_ends(text, part.end) and (count == 10 or part != parts[0]):
                found.setdefault(count, part.end)
    return found.get(10) or found.get(9) or found.get(11) or start


def joined(text: str, start: int) -> int:
    """Digits joined by hyphens, slashes or several commas: `7204-5518`, `2023/145`, `1,2,3`."""
    for mark in "-/,":
        parts = groups(text, start, mark)
        if len(parts) >= (3 if mark == "," else 2) and number_ends(text, parts[-1].end):
            return parts[-1].end
    return start


def spaced(text: str, start: int) -> int:
    """Three groups of digits and more that are no thousands: `4111 1111 1111 1111`."""
    parts = groups(text, start, " ")
    thousands = parts[0].size <= 3 and all(part.size == 3 for part in parts[1:])
    several = len(parts) >= 3 and not thousands and number_ends(text, parts[-1].end)
    return parts[-1].end if several else start


def noughts(text: str, start: int) -> int:
    """Three digits and more that begin with a nought: a code, no amount."""
    end = digits(text, start)
    coded = end - start >= 3 and text[start] == "0" and number_ends(text, end)
    return end if coded else start
