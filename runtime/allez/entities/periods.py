"""The two dates of a period in French: `du 3 mars au 12 juin 2025`; each is one number.

English says the month first, "from March 3 to June 12, 2025", and a model that reads days and
months apart says one month for both.
"""

from __future__ import annotations

from typing import NamedTuple

from allez.entities.characters import SPACES, at, digits, number_ends, run, word_before, words
from allez.spec import SPEC

_DAYS = 7
"""How many words of `calendar` are days of the week; the months follow."""
_MONTHS: list[str] = SPEC["calendar"]["en"].split()[_DAYS:]
_NUMBERS = {word: i for i, word in enumerate(SPEC["calendar"]["fr"].split()[_DAYS:], start=1)}
_SHORT: dict[str, str] = SPEC["months"]["fr"]
"""What stands before a full stop for the name of a month."""
_WEEKDAYS = words(SPEC["calendar"]["fr"]) - _NUMBERS.keys()
_LONGEST = 50
"""The most characters from one date of a period to the other."""


class Date(NamedTuple):
    """A day of a month, and where it ends."""

    end: int
    year: str
    """Four digits, "" if none is told."""
    month: int
    """From 1."""
    day: int
    capitals: bool
    """Whether its month is in capitals."""

    @property
    def value(self) -> str:
        """What is the same in every language: `06-12`, `2025-06-12`."""
        return f"{self.year}{self.year and '-'}{self.month:02}-{self.day:02}"

    def written(self) -> str:
        """Return how English writes it."""
        name = _MONTHS[self.month - 1]
        month = name.upper() if self.capitals else name
        return f"{month} {self.day}{self.year and ', '}{self.year}"


def period(text: str, start: int) -> Date | None:
    """Return the date that begins at a position, None if it is none of the two of a period."""
    date = _date(text, start)
    if date is None or _other(text, start):
        return date
    firsts = range(max(0, start - _LONGEST), start)
    return date if any(_other(text, first) == start for first in firsts) else None


def _other(text: str, start: int) -> int:
    """Return where the second date of a period begins whose first does here; 0: there is none."""
    if not _is_space(text, start - 1):
        return 0
    before = word_before(text, start, SPACES)
    if before in _WEEKDAYS:
        before = word_before(text, start - 1 - len(before), SPACES)
    date = _date(text, start) if before == "du" else None
    joint = 0 if date is None else _behind(text, date.end + 1, ("au",))
    if date is None or not _is_space(text, date.end) or not joint:
        return 0
    other = _behind(text, joint, _WEEKDAYS) or joint
    return other if _date(text, other) else 0


def _behind(text: str, start: int, known: frozenset[str] | tuple[str, ...]) -> int:
    """Return where the next word begins if one of some stands at a position, 0 if none does."""
    end = run(text, start, str.isalpha)
    return end + 1 if text[start:end].lower() in known and _is_space(text, end) else 0


def _date(text: str, start: int) -> Date | None:
    """Read a date: `3 mars`, `1er avril 2025`, `12 févr. 2025`."""
    end = digits(text, start)
    if not 1 <= end - start <= 2 or not 1 <= int(text[start:end]) <= 31:
        return None
    day = int(text[start:end])
    end += 2 * (day == 1 and text[end : end + 2].lower() == "er")
    stop = run(text, end + 1, str.isalpha)
    word = text[end + 1 : stop]
    name = word.lower()
    if at(text, stop) == "." and name in _SHORT:
        name = _SHORT[name]
        stop += not _begins_sentence(text, stop + 1)
    if name not in _NUMBERS or not _is_space(text, end):
        return None
    if not number_ends(text, stop) or at(text, stop) == "-":
        return None
    last = digits(text, stop + 1)
    year = text[stop + 1 : last]
    told = len(year) == 4 and year[0] in "12" and number_ends(text, last) and _is_space(text, stop)
    if not told:
        last, year = stop, ""
    return Date(last, year, _NUMBERS[name], day, word.isupper())


def _begins_sentence(text: str, start: int) -> bool:
    """Tell whether the full stop before a position may be a sentence's, too."""
    first = at(text, start + _is_space(text, start))
    return first == "" or first.isupper()


def _is_space(text: str, position: int) -> bool:
    return at(text, position) in tuple(SPACES)
