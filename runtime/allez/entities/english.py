"""How English alone writes numbers: half days (`9 a.m.-5:30 pm`), decades (`the '90s`), `$3.2bn`.

Nothing here knows what becomes of them: places, and the digits that are meant, are all it gives.
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
    word_before,
    words,
)
from allez.entities.units import ENGLISH
from allez.spec import SPEC

QUOTES = "'\u2019\u2018"
"""What stands for the century that a decade leaves out."""

_RULES = SPEC["numbers"]["en"]
_HALVES: dict[str, int] = _RULES["halves"]
_JOINTS: list[str] = _RULES["joints"]
"""What stands between two times of which the second says which half of the day is meant."""

_LENGTHS, _LASTING = tuple(_RULES["lengths"]), words(_RULES["lasting"])
"""What stands behind hours and minutes that are a length of time, and before."""

_GOES_ON = words(SPEC["calendar"]["en"]) | words(_RULES["goes_on"])
"""Words with a capital behind `p.m.` that begin no sentence."""

_OPENERS: str = _RULES["openers"]
_CLOSERS: str = _RULES["closers"]

_AGES = words(_RULES["ages"])
"""Words before `80s` that are years of a life, or degrees."""

MULTIPLES: dict[str, str] = _RULES["multiples"]
"""Letters right behind the figures of a price, and what they are in an amount."""

_IN_WORDS = words(_RULES["in_words"])
"""Words behind the figures of a price, which are translated: "$5 million"."""

_NUMBERED = words(_RULES["versions"])
"""Words before `3.4` that is no fraction."""

_AMOUNTS = _IN_WORDS | words(_RULES["amounts"])
"""Words behind `3.4` that is one."""

_NO_NAMES = words(SPEC["calendar"]["en"]) | words(_RULES["money"])
"""Words with a capital before numbers that are amounts: "in June 3.5 were born", "EUR 4.20"."""

_DECADES = words(_RULES["decades"])
"""What stands before the decades `1990's`, and before a hyphen and one: `mid-1990s`."""

_BOOKS = words(_RULES["books"])
"""Words before a chapter and a verse: "John 3:16"."""

TRANSLATED = words(_RULES["initials"])
"""Initials that another language has of its own, without their full stops."""


class Moment(NamedTuple):
    """A time of day."""

    end: int
    hours: str
    """Of 24."""
    minutes: str
    """Two digits."""


class _Clock(NamedTuple):
    end: int
    hours: int
    minutes: str
    mark: str
    half: int | None
    """Hours that the half of the day begins with; None: it is not said."""


def moment(text: str, start: int) -> Moment | None:
    """Read `5:30 p.m.`, `9 am`, `7.30pm`, `17:30`, and the first of `9 to 5 p.m.`."""
    clock = _clock(text, start)
    if clock is None:
        return None
    if clock.half is not None:
        end = clock.end - _ends_sentence(text, start, clock.end)
        return Moment(end, _of_day(clock.hours, clock.half), clock.minutes or "00")
    if clock.mark == ".":
        return None
    joint = next((joint for joint in _JOINTS if text.startswith(joint, clock.end)), "")
    other = _clock(text, clock.end + len(joint)) if joint else None
    if other is not None and other.half is not None and 1 <= clock.hours <= 12:
        if joint == " and " and word_before(text, start) not in ("between", "at"):
            return _plain(text, start, clock)
        half = other.half if clock.hours % 12 <= other.hours % 12 else 12 - other.half
        return Moment(clock.end, _of_day(clock.hours, half), clock.minutes or "00")
    if other is not None and joint == "-" and other.mark == ":" and clock.mark == ":":
        return Moment(clock.end, str(clock.hours), clock.minutes)
    return _plain(text, start, clock)


def _plain(text: str, start: int, clock: _Clock) -> Moment | None:
    """Return a time of 24 hours, or of a half day that nobody says."""
    if clock.mark != ":" or not number_ends(text, clock.end):
        return None
    if text.startswith(_LENGTHS, clock.end) or word_before(text, start) in _LASTING | _BOOKS:
        return None
    return Moment(clock.end, str(clock.hours), clock.minutes)


def _of_day(hours: int, half: int) -> str:
    return str(hours % 12 + half)


def _clock(text: str, start: int) -> _Clock | None:
    """Read hours, minutes if there are some, and the half of the day if it is said."""
    end = digits(text, start)
    if not 0 < end - start <= 2 or int(text[start:end]) > 24:
        return None
    hours, minutes, mark = int(text[start:end]), "", at(text, end)
    if mark in (":", ".") and is_digit(at(text, end + 1)):
        stop = digits(text, end + 1)
        if stop - end != 3 or text[end + 1] > "5":
            return None
        minutes, end = text[end + 1 : stop], stop
    else:
        mark = ""
    half, stop = _half(text, end)
    if half is None or (not mark and not 1 <= hours <= 12):
        return _Clock(end, hours, minutes, mark, None)
    return _Clock(stop, hours, minutes, mark, half)


def _half(text: str, end: int) -> tuple[int | None, int]:
    """Return which half of the day stands behind a time, and where it ends."""
    mark = end + (at(text, end) != "" and at(text, end) in SPACES)
    for half, later in _HALVES.items():
        stop = mark + len(half)
        if text[mark:stop].lower() == half and not is_word(at(text, stop)):
            return later, stop
    return None, end


def _ends_sentence(text: str, start: int, end: int) -> bool:
    """Tell whether the full stop of `p.m.` before `end` ends a sentence, too.

    It does at the end of a line, and before a capital, but for days, months, zones and "I", and
    where a single word stands before the time: "At 5 p.m. Anna left."
    """
    if text[end - 1] != ".":
        return False
    place = end
    while at(text, place) != "" and at(text, place) in _CLOSERS:
        place += 1
    if place == len(text):
        return True
    while at(text, place) != "" and at(text, place) in SPACES + _OPENERS:
        place += 1
    if place == end or not at(text, place).isupper():
        return False
    last = place
    while last < len(text) and text[last].isalpha():
        last += 1
    return text[place:last] not in _GOES_ON and _words_before(text, start) != 1


def _words_before(text: str, start: int) -> int:
    """Return how many words of a sentence stand before a position, 2 for all that are more."""
    count, place = 0, start - 1
    while place >= 0 and count < 2 and start - place < 60:
        if text[place] in ".!?" and at(text, place + 1) in SPACES:
            return count
        if is_word(text[place]) and not is_word(at(text, place - 1)):
            count += 1
        place -= 1
    return count


def behind_hyphen(text: str, start: int) -> bool:
    """Tell whether the second of two times or prices that a hyphen joins begins here, or a decade.

    Of decades the first is a word: `mid-1990s`.
    """
    if at(text, start - 1) != "-" or start < 2:
        return False
    if word_before(text, start, "-") in _DECADES:
        return decade(text, start) > start
    if at(text, start) != "" and at(text, start) in "$\u20ac\u00a3":
        return is_digit(text[start - 2])
    if not is_digit(at(text, start)) or not (is_digit(text[start - 2]) or text[start - 2] in "mM."):
        return False
    first = start - 2
    while first > 0 and start - first < 12 and not _begins(text, first):
        first -= 1
    clock = _clock(text, start)
    before = moment(text, first) if _begins(text, first) else None
    told = clock is not None and (clock.mark == ":" or clock.half is not None)
    return told and before is not None and before.end == start - 1


def _begins(text: str, start: int) -> bool:
    """Tell whether a time may begin here: two digits at most, and nothing that goes on."""
    before = at(text, start - 1)
    return is_digit(text[start]) and not is_word(before) and (before == "" or before not in ":.,-/")


def decade(text: str, start: int) -> int:
    """Return where a decade ends, `1990s`, `'90s`, `80s`, `the 1990's`; `start` if none begins."""
    first = start + (at(text, start) != "" and at(text, start) in QUOTES)
    end = digits(text, first)
    short = end - first == 2
    year = text[first:end]
    if at(text, end) in tuple(QUOTES) and word_before(text, start, f"{SPACES}-") in _DECADES:
        end += 1
    tens = year.endswith("0") and at(text, end) == "s" and number_ends(text, end + 1)
    if not tens or not (short or (len(year) == 4 and first == start)):
        return start
    if year.endswith("00") and year != "2000":  # a century
        return start
    return start if short and word_before(text, start) in _AGES else end + 1


def factor(text: str, end: int) -> tuple[int, str] | None:
    """Read what multiplies a price behind its figures; None: it is in words, for a translator.

    Returns:
        Where it ends, and how an amount has it: "" if there is none.
    """
    stop = end
    while stop < len(text) and text[stop].isalpha():
        stop += 1
    if text[end:stop] in MULTIPLES and number_ends(text, stop):
        return stop, MULTIPLES[text[end:stop]]
    place = end + (at(text, end) == "-" or (at(text, end) != "" and at(text, end) in SPACES))
    in_words = place > end and any(
        text.startswith(word, place) and not is_word(at(text, place + len(word)))
        for word in _IN_WORDS
    )
    return None if in_words or text[end:stop] in ("tn", "T") else (end, "")


def numbered(text: str, start: int) -> int:
    """`3.4` behind "section", "fig." or a name ("USB 3.0"), or before a heading ("2.1 Scope")."""
    point = digits(text, start)
    end = digits(text, point + 1)
    alone = at(text, point) == "." and end > point + 1 and number_ends(text, end)
    if not alone or _is_amount(text, end):
        return start
    short = end - point <= len(".12") and end - start <= len("12.34")
    told = _is_numbered(text, start, short=short) or _is_second(text, start)
    return end if told or (short and _is_heading(text, start, end)) else start


def _is_numbered(text: str, start: int, *, short: bool) -> bool:
    """Tell whether the word before a number says that it is no amount."""
    known = word_before(text, start, f"{SPACES}.") in _NUMBERED
    return known or (short and _is_named(text, start))


def _is_second(text: str, start: int) -> bool:
    """Tell whether a number is joined to one that is no amount: "USB 2.0 or 3.0"."""
    for joint in _JOINTS:
        end = first = start - len(joint)
        while (
            first > 0 and end - first < 5 and (is_digit(text[first - 1]) or text[first - 1] == ".")
        ):
            first -= 1
        fraction = "." in text[first:end] and is_digit(text[first]) and is_digit(text[end - 1])
        if fraction and text.startswith(joint, end) and _is_numbered(text, first, short=True):
            return True
    return False


def _is_amount(text: str, end: int) -> bool:
    """Tell whether a word or a sign of a unit behind a fraction says that it is one."""
    if at(text, end) in tuple("%°"):
        return True
    start = end + (at(text, end) in tuple(f"{SPACES}-"))
    stop = run(text, start, lambda c: is_word(c) or c in "%°/²³")
    word = text[start:stop]
    return word in ENGLISH or word.startswith(("%", "°")) or word.lower() in _AMOUNTS


def _is_named(text: str, start: int) -> bool:
    """Tell whether a name stands before a number: capitals, or one capital within a sentence."""
    if at(text, start - 1) not in tuple(SPACES):
        return False
    first = start - 1
    while first > 0 and start - first < 20 and text[first - 1].isalpha():
        first -= 1
    word = text[first : start - 1]
    if len(word) < 2 or not word[0].isupper() or word in _NO_NAMES:
        return False
    before = at(text, first - 2)
    inside = at(text, first - 1) in tuple(SPACES) and (is_word(before) or before == ",")
    return word.isupper() or inside


def _is_heading(text: str, start: int, end: int) -> bool:
    """Tell whether a number stands at the beginning of a line, and a capital behind it."""
    begin = end + (at(text, end) == ".")
    spaced = at(text, begin) in tuple(SPACES) and at(text, begin + 1).isupper()
    return spaced and run(text, 0, str.isspace) == start


def singular(code: str) -> str:
    """Return what a code is called without the plural that English gives it: `F-16s`."""
    plural = len(code) > 2 and code[0].isupper() and code[-1] == "s" and is_digit(code[-2])
    return code[:-1] if plural else code


def is_translated(letters: str) -> bool:
    """Tell whether initials are translated: `U.S.`, `PhD`."""
    return letters.replace(".", "") in TRANSLATED
