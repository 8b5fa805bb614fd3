"""Numbers as one language writes them, and as another does: thousands, decimals, prices, times.

A number is read into an `Amount`, which any `form` can write again; two sides of a pair hold the
same number if their amounts have the same `value`. Small whole numbers are no entities: the model
translates them with the words around them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from allez.entities.characters import (
    MINUS,
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
from allez.entities.english import behind_hyphen, decade, factor, moment
from allez.entities.numerals import groups
from allez.entities.rates import rate
from allez.entities.units import ENGLISH, SIGNS, unit_behind
from allez.entities.wordlike import UNITS
from allez.spec import SPEC

NO_BREAK = "\u00a0"

_BEFORE = SPACES + "°."
"""What may stand between a number and the word before it that says what it is: `n° 3`, `p. 3`."""


class Form(NamedTuple):
    """How a language writes numbers."""

    thousands: str
    """The marks between groups of three digits; " " stands for any space within a number."""
    group: str
    """What is written there."""
    decimal: str
    """The mark before a fraction."""
    percent: tuple[str, ...]
    """What stands for per cent behind a number; the first is written."""
    currency_first: bool
    """Whether a price begins with its currency."""
    hours: bool
    """Whether `17 h 30` is a time."""
    designators: frozenset[str]
    """Words in small letters after which two groups of digits may be two numbers ("bus")."""
    durations: frozenset[str]
    """Words before hours and minutes that are no time of day."""
    moments: frozenset[str]
    """Words before whole hours that are a time of day: "à 15 h"."""
    units: Mapping[str, str]
    """Signs of units, and what they are in English."""
    until: str
    """What joins two hours between which something is."""


FORMS = {
    "fr": Form(
        " .",
        NO_BREAK,
        ",",
        (NO_BREAK + "%", " %", "%", "\u202f%"),
        False,
        True,
        words(SPEC["numbers"]["fr"]["designators"]),
        words(SPEC["hours"]["durations"]),
        words(SPEC["hours"]["moments"]),
        SIGNS,
        " à ",
    ),
    "en": Form(
        ", ",
        ",",
        ".",
        ("%", " %", " percent", " per cent"),
        True,
        False,
        words(SPEC["numbers"]["en"]["designators"]),
        frozenset(),
        frozenset(),
        ENGLISH,
        " to ",
    ),
}
"""The number forms that every host has, by language."""

_PRICES = SPEC["prices"]
_CURRENCIES: list[str] = _PRICES["currencies"].split()
_CURRENCY_BEHIND: dict[str, str] = _PRICES["behind"]
_MULTIPLES: list[str] = _PRICES["multiples"].split()
_OF_DAY, _LENGTHS = tuple(SPEC["hours"]["of_day"]), tuple(SPEC["hours"]["lengths"])
"""What stands behind hours of a day, and behind hours that are a length of time."""
_EARLIEST: int = SPEC["hours"]["earliest"]
"""The first hour of what goes on by day."""
_BEFORE_LENGTHS, _BEHIND_LENGTHS = words(SPEC["hours"]["before"]), words(SPEC["hours"]["behind"])
"""Words around two hours between which a length of time is."""


class Amount(NamedTuple):
    """A number apart from how it is written."""

    sign: str
    """"", "-", "+" or "±"."""
    whole: str
    """Digits."""
    grouped: bool
    """Whether the digits were parted into thousands."""
    fraction: str
    """Digits, "" if there are none."""
    percent: bool = False
    currency: str = ""
    multiple: str = ""
    """"", "k", "M" or "Md" before the currency."""
    minutes: str = ""
    """Two digits: then `whole` are hours."""
    decade: bool = False
    hours: bool = False
    """Whether `h` stands behind it: "48 h"."""
    unit: str = ""
    """Sign of the unit behind it, as in English."""

    @property
    def value(self) -> str:
        """What is the same in every language."""
        if self.minutes:
            return f"{int(self.whole)}:{self.minutes}"
        fraction = f".{self.fraction}" if self.fraction else ""
        tail = "%" if self.percent else "s" if self.decade else self.multiple
        tail = " h" if self.hours else f" {self.unit}" if self.unit else tail
        return f"{self.sign}{self.currency}{self.whole}{fraction}{tail}"


def read(text: str, start: int, form: Form) -> tuple[int, Amount] | None:
    """Return where the number at `start` ends and what it is; None if there is none to carry."""
    if form.hours and text.startswith("années ", start) and number_begins(text, start):
        return _decade(text, start + 7)
    if not begins_number(text, start, form):
        return None
    if not form.hours and (stop := decade(text, start)) > start:
        return stop, Amount("", "".join(filter(is_digit, text[start:stop])), False, "", decade=True)
    position, sign, currency = _lead(text, start)
    if not is_digit(at(text, position)) or (sign and currency and position - start > 4):
        return None
    if not sign and not currency:
        time = _time(text, position, form) if form.hours else _moment(text, position)
        if time is not None:
            return time
    end, amount = plain(text, position, form)
    if not form.hours and at(text, end) == "s" and number_ends(text, end + 1):
        return None
    end, amount = behind(text, end, amount._replace(sign=sign, currency=currency), form)
    if end == 0 or not (amount.unit or closed(text, end)):
        return None
    if _ambiguous(text, start, position, amount, form):
        return None
    marked = amount.sign or amount.grouped or amount.fraction or amount.percent or amount.currency
    carried = marked or amount.unit
    if not carried and amount.hours and _is_moment(text, start, end, form):
        amount = amount._replace(hours=False, minutes="00")
    return (end, amount) if carried or _has_hours(amount) or len(amount.whole) >= 4 else None


def begins_number(text: str, start: int, form: Form | None) -> bool:
    """Tell whether neither a word nor a number goes on at `start`, but a range that ends there."""
    english = form is not None and not form.hours
    return number_begins(text, start) or (english and behind_hyphen(text, start))


def write(amount: Amount, form: Form) -> str:
    """Return how a language writes an amount."""
    if amount.minutes:
        if form.hours and amount.minutes == "00":
            return f"{int(amount.whole)}{NO_BREAK}h"
        if form.hours:
            return f"{int(amount.whole)}{NO_BREAK}h{NO_BREAK}{amount.minutes}"
        return f"{amount.whole}:{amount.minutes}"
    if amount.decade:
        return f"années {amount.whole}" if form.hours else f"{amount.whole}s"
    whole = amount.whole
    if amount.grouped:
        first = (len(whole) - 1) % 3 + 1
        parts = [whole[:first], *(whole[i : i + 3] for i in range(first, len(whole), 3))]
        whole = form.group.join(parts)
    number = whole + (form.decimal + amount.fraction if amount.fraction else "")
    if amount.percent:
        return f"{amount.sign}{number}{form.percent[0]}"
    if not amount.currency:
        sign = "h" if amount.hours else amount.unit and _sign(amount.unit, form)
        unit = (NO_BREAK if form.hours else " ") + sign if sign else ""
        return f"{amount.sign}{number}{unit}"
    if form.currency_first:
        multiple = "bn" if amount.multiple == "Md" else amount.multiple
        return f"{amount.sign}{amount.currency}{number}{multiple}"
    behind = {"US$": "$ US", "CA$": "$ CA"}.get(amount.currency, amount.currency)
    return f"{amount.sign}{number}{NO_BREAK}{amount.multiple}{behind}"


def _sign(unit: str, form: Form) -> str:
    """Return how a language writes a unit that is known by its English sign."""
    if not form.hours:
        return unit
    return next((sign for sign, known in form.units.items() if known == unit != sign), unit)


def _lead(text: str, start: int) -> tuple[int, str, str]:
    """Return where the digits begin, and the sign and the currency before them."""
    position, sign, currency = start, "", ""
    if text[position] in MINUS + "+\u00b1":
        sign = "-" if text[position] in MINUS else text[position]
        position += 1
    for name in _CURRENCIES:
        if text.startswith(name, position):
            currency = name
            position += len(name)
            position += at(text, position) != "" and at(text, position) in SPACES
            break
    return position, sign, currency


def _time(text: str, start: int, form: Form) -> tuple[int, Amount] | None:
    """Read a time of day as French writes it: `17:30`, `17 h 30`."""
    end = digits(text, start)
    if end - start > 2 or int(text[start:end]) > 24:
        return None
    mark = end + (at(text, end) != "" and at(text, end) in SPACES)
    if at(text, mark) == ":":
        if mark != end:
            return None
    elif at(text, mark) not in ("h", "H"):
        return None
    minute = mark + 1
    if at(text, mark) != ":":
        minute += at(text, minute) != "" and at(text, minute) in SPACES
    stop = digits(text, minute)
    if stop - minute != 2 or text[minute] > "5" or not number_ends(text, stop):
        return None
    if at(text, mark) != ":" and _is_duration(text, start, stop, form):
        return None
    return stop, Amount("", text[start:end], False, "", minutes=text[minute:stop])


def _moment(text: str, start: int) -> tuple[int, Amount] | None:
    """Read a time of day as English writes it."""
    time = moment(text, start)
    return time and (time.end, Amount("", time.hours, False, "", minutes=time.minutes))


def _is_duration(text: str, start: int, stop: int, form: Form) -> bool:
    """Tell whether hours and minutes are a length of time."""
    behind = stop + (at(text, stop) != "" and at(text, stop) in SPACES)
    length = text.startswith(("min", "de ", "d'", "d\u2019"), behind)
    return length or word_before(text, start, _BEFORE) in form.durations


def _decade(text: str, start: int) -> tuple[int, Amount] | None:
    """Read the decade of `années 1990`, `années 80`."""
    end = digits(text, start)
    year = text[start:end]
    if len(year) not in (2, 4) or not year.endswith("0") or not number_ends(text, end):
        return None
    return end, Amount("", year, False, "", decade=True)


def plain(text: str, start: int, form: Form) -> tuple[int, Amount]:
    """Read digits, thousands and fraction."""
    end = digits(text, start)
    whole, grouped = text[start:end], False
    for mark in form.thousands:
        parts = groups(text, start, mark)
        count = 1
        while count < len(parts) and parts[count].size == 3:
            count += 1
        several = count > (2 if mark == "." and not _has_fraction(text, parts[-1].end, form) else 1)
        complete = several and count == len(parts)
        if complete and parts[0].size <= 3 and whole[0] != "0":
            end, grouped = parts[-1].end, True
            whole = "".join(text[part.start : part.end] for part in parts)
            break
    fraction = ""
    mark = at(text, end)
    if is_digit(at(text, end + 1)) and mark and (mark == form.decimal or mark == "."):
        stop = digits(text, end + 1)
        if mark == form.decimal or (not grouped and stop - end != 4):
            fraction, end = text[end + 1 : stop], stop
    return end, Amount("", whole, grouped, fraction)


def _has_fraction(text: str, end: int, form: Form) -> bool:
    """Tell whether the decimal mark and a digit stand here: then points parted thousands."""
    return at(text, end) == form.decimal and is_digit(at(text, end + 1))


def behind(text: str, end: int, amount: Amount, form: Form) -> tuple[int, Amount]:
    """Read what belongs to a number behind it; the end is 0 where it contradicts itself."""
    for sign in form.percent:
        if text.startswith(sign, end) and number_ends(text, end + len(sign)):
            return (0 if amount.currency else end + len(sign)), amount._replace(percent=True)
    if amount.currency:
        if not form.currency_first:
            return end, amount
        times = factor(text, end)
        return (0, amount) if times is None else (times[0], amount._replace(multiple=times[1]))
    position = end + (at(text, end) != "" and at(text, end) in SPACES)
    multiple = ""
    for name in _MULTIPLES:
        if text.startswith(name, position) and text[position + len(name) :][:1] in _CURRENCIES:
            multiple, position = name, position + len(name)
            break
    for name in (*_CURRENCY_BEHIND, *_CURRENCIES):
        if text.startswith(name, position) and number_ends(text, position + len(name)):
            currency = _CURRENCY_BEHIND.get(name, name)
            return position + len(name), amount._replace(currency=currency, multiple=multiple)
    stop = _hours_end(text, end) if form.hours else 0
    if stop:
        return stop, amount._replace(hours=True)
    begin, stop = unit_behind(text, end, form.units, rates=form.hours)
    return stop, amount._replace(unit=form.units.get(text[begin:stop], ""))


def _hours_end(text: str, end: int) -> int:
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


def _has_hours(amount: Amount) -> bool:
    return amount.hours or amount.minutes != ""


def _is_moment(text: str, start: int, end: int, form: Form) -> bool:
    """Tell whether whole hours are a time of day: `à 15 h`, `de 9 h à 12 h`, `2 h du matin`."""
    if not _is_hour(text, start) or text.startswith(_OF_DAY, end):
        return _is_hour(text, start)
    if text.startswith(_LENGTHS, end) or rate(text, end):
        return False
    before = word_before(text, start, _BEFORE)
    if before in ("de", "entre"):
        joint = next((joint for joint in (" à ", " et ") if text.startswith(joint, end)), "")
        other = end + len(joint)
        time = _time(text, other, form) if joint and is_digit(at(text, other)) else None
        stop = time[0] if time else _hours_end(text, digits(text, other)) if joint else 0
        return stop > 0 and _is_hour(text, other) and not text.startswith(_LENGTHS, stop)
    if before == "et":
        hour = start - len(" et ")
        if hour > 2 and is_digit(text[hour - 1]) and is_digit(text[hour - 2]):
            hour -= 2 + (text[hour - 3] in SPACES)  # minutes
        hour -= 1
        joined = hour > 0 and text[hour] in "hH" and text.startswith(" et ", start - len(" et "))
        return joined and _behind_digit(text, hour)
    if before == "à" and (joined_to := _hour_before(text, start)):
        return _is_moment(text, *joined_to, form)
    if before not in form.moments and text.startswith(" à ", end):
        other = end + len(" à ")
        time = _time(text, other, form) if is_digit(at(text, other)) else None
        stop = time[0] if time else _hours_end(text, digits(text, other))
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


def closed(text: str, end: int) -> bool:
    """Tell whether a number is over here; a unit may stand right behind it."""
    if number_ends(text, end):
        return True
    unit = run(text, end, str.isalpha)
    return text[end:unit] in UNITS and number_ends(text, unit)


def _ambiguous(text: str, start: int, position: int, amount: Amount, form: Form) -> bool:
    """Tell whether `bus 38 300 personnes` may hold two numbers."""
    spaced = amount.grouped and at(text, digits(text, position)) in tuple(SPACES)
    two = spaced and len(amount.whole) <= 6
    return two and word_before(text, start, _BEFORE) in form.designators
