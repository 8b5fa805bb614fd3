"""Hours: when they are a time of day, and when a length of time. Knows no numbers but hours."""

from __future__ import annotations

from collections.abc import Callable

from allez.entities.characters import (
    REACH,
    SPACES,
    at,
    digits,
    is_digit,
    number_begins,
    number_ends,
    run,
    word_before,
    words,
)
from allez.entities.forms import Form
from allez.entities.rates import rate
from allez.spec import SPEC

_BEFORE = SPACES + "°."
"""What may stand between a number and the word before it."""
_OF_DAY, _LENGTHS = tuple(SPEC["hours"]["of_day"]), tuple(SPEC["hours"]["lengths"])
"""What stands behind hours of a day, and behind hours that are a length of time."""
_EARLIEST: int = SPEC["hours"]["earliest"]
"""The first hour of what goes on by day."""
_BEFORE_LENGTHS, _BEHIND_LENGTHS = words(SPEC["hours"]["before"]), words(SPEC["hours"]["behind"])
"""Words around two hours between which a length of time is."""
_SINCE, _DAYS = words(SPEC["hours"]["since"]), words(SPEC["hours"]["days"])
"""What stands before "de" and an hour of a day; and days, behind which a number is a date."""


def is_duration(text: str, start: int, stop: int, form: Form) -> bool:
    """Tell whether hours and minutes are a length of time."""
    behind = stop + (at(text, stop) != "" and at(text, stop) in SPACES)
    length = text.startswith(("min", "de ", "d'", "d\u2019"), behind)
    return length or word_before(text, start, _BEFORE) in form.durations


def hours_end(text: str, end: int) -> int:
    """Return where the `h` of whole hours ends behind a number; 0: there is none."""
    mark = end + (at(text, end) != "" and at(text, end) in SPACES)
    behind = mark + 1 + (at(text, mark + 1) != "" and at(text, mark + 1) in SPACES)
    following = at(text, mark + 1)
    goes_on = following in ("-", "\u2013", "\u2019") or (
        following == "/" and rate(text, mark + 1) is None
    )
    alone = number_ends(text, mark + 1) and not goes_on
    is_hours = at(text, mark) in ("h", "H") and alone and not is_digit(at(text, behind))
    return mark + 1 if is_hours else 0


def is_moment(text: str, start: int, end: int, form: Form, time_end: Callable[[int], int]) -> bool:
    """Tell whether whole hours are a time of day: `à 15 h`, `de 9 h à 12 h`, `2 h du matin`.

    `time_end` tells where hours and minutes end that begin at a position, 0 if none do.
    """
    if not _is_hour(text, start) or text.startswith(_OF_DAY, end):
        return _is_hour(text, start)
    if text.startswith(_LENGTHS, end) or rate(text, end):
        return False
    last = start  # hours that "à" joins are what the first of them is
    while last - start < REACH and (joined_to := _hour_before(text, start)):
        start, end = joined_to
        if not _is_hour(text, start):
            return False
    before = word_before(text, start, _BEFORE)
    if before in ("de", "entre"):
        joint = next((joint for joint in (" à ", " et ") if text.startswith(joint, end)), "")
        other = end + len(joint)
        if not joint:
            return before == "de" and word_before(text, start - len("de ")) in _SINCE
        stop = time_end(other) or hours_end(text, digits(text, other))
        return stop > 0 and _is_hour(text, other) and not text.startswith(_LENGTHS, stop)
    if before == "et":
        hour = start - len(" et ")
        if hour > 2 and is_digit(text[hour - 1]) and is_digit(text[hour - 2]):
            hour -= 2 + (text[hour - 3] in SPACES)  # minutes
        hour -= 1
        joined = hour > 0 and text[hour] in "hH" and text.startswith(" et ", start - len(" et "))
        return joined and _behind_digit(text, hour)
    if before == "à" and (bare := _bare_before(text, start)) is not None:
        return word_before(text, bare, _BEFORE) in form.designators | _DAYS
    if before not in form.moments and text.startswith(" à ", end):
        other = end + len(" à ")
        stop = time_end(other) or hours_end(text, digits(text, other))
        return stop > 0 and _is_hour(text, other) and are_of_day(text, (start, other), stop, form)
    return before in form.moments


def _hour_before(text: str, start: int) -> tuple[int, int] | None:
    """Return where the whole hour is that "à" joins to the one at `start`: `2h à 3h`."""
    end = start - len(" à ")
    stop = end - 1 - (at(text, end - 2) != "" and at(text, end - 2) in SPACES)
    begin = stop
    while begin > 0 and is_digit(text[begin - 1]):
        begin -= 1
    found = 0 < begin + 1 <= stop and at(text, end - 1) in ("h", "H")
    return (begin, end) if found and text.startswith(" à ", end) else None


def _bare_before(text: str, start: int) -> int | None:
    """Return where the number begins that "à" joins to an hour and that has no `h`: `9 à 18 h`."""
    end = start - len(" à ")
    begin = end
    while begin > 0 and is_digit(text[begin - 1]):
        begin -= 1
    found = 0 <= begin < end and text.startswith(" à ", end)
    return begin if found and number_begins(text, begin) else None


def are_of_day(text: str, hours: tuple[int, int], end: int, form: Form) -> bool:
    """Tell whether two hours, joined by "à" or a dash, are times of a day: `9h à 12h`, `9h-12h`.

    If they are not, a length of time lies between them: `laisser reposer 8h-12h`, `2h à 3h`.

    Args:
        text: of both.
        hours: where each begins.
        end: where the second ends.
        form: of the language.
    """
    first, second = (int(text[hour : digits(text, hour)]) for hour in hours)
    before = word_before(text, hours[0], _BEFORE)
    behind = (
        text[end + 1 : run(text, end + 1, str.isalpha)] if at(text, end) in tuple(SPACES) else ""
    )
    if before in form.durations or before in _BEFORE_LENGTHS or behind.lower() in _BEHIND_LENGTHS:
        return False
    by_day = first == 0 or first >= _EARLIEST or first > second
    return by_day or before in form.moments


def _is_hour(text: str, start: int) -> bool:
    """Tell whether a number is an hour of a day."""
    end = digits(text, start)
    return start < end <= start + 2 and int(text[start:end]) < 24


def _behind_digit(text: str, position: int) -> bool:
    """Tell whether a digit stands before a position, or before the space there."""
    position -= text[position - 1] in SPACES
    return position > 0 and is_digit(text[position - 1])
