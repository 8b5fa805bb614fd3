"""Numbers as one language writes them, and as another does: thousands, decimals, prices, times.

A number is read into an `Amount`, which any `form` can write again; two sides of a pair hold the
same number if their amounts have the same `value`. Small whole numbers are no entities: the model
translates them with the words around them.
"""

from __future__ import annotations

from typing import NamedTuple

from allez.entities.characters import (
    EN_DASH,
    SPACES,
    at,
    digits,
    is_digit,
    is_negative,
    is_shared,
    number_begins,
    number_ends,
    run,
    word_before,
)
from allez.entities.english import behind_hyphen, decade, factor, moment
from allez.entities.forms import NO_BREAK, Form
from allez.entities.hours import hours_end, is_duration, is_moment
from allez.entities.numerals import groups
from allez.entities.units import is_over, sign_at, unit_behind
from allez.entities.wordlike import UNITS
from allez.spec import SPEC

_BEFORE = SPACES + "°."
"""What may stand between a number and the word before it that says what it is: `n° 3`, `p. 3`."""


_PRICES = SPEC["prices"]
_CURRENCIES: list[str] = _PRICES["currencies"].split()
CURRENCY_SIGNS = "".join(name for name in _CURRENCIES if len(name) == 1)
_CURRENCY_BEHIND: dict[str, str] = _PRICES["behind"]
_CURRENCY_BEFORE: dict[str, str] = _PRICES["before"]
"""How a currency is known that stands there in English alone: in French, `A$1` is a cell."""
_WRITTEN_BEHIND: dict[str, str] = _PRICES["written"]
_MULTIPLES: dict[str, str] = _PRICES["multiples"]
"""What stands before a currency behind its number, and how it is known: `Mds`."""
_ALONE = "k"
"""The one of them that has a number without a currency, too: `1,2 k`."""


_DASHES = "-\u2013"


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
    """"", "k", "M" or "Md" before the currency, or "k" without one."""
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
    position, sign, currency = lead(text, start, form)
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
    marked = amount.grouped or amount.fraction or amount.percent or amount.currency
    marked = marked or amount.unit or amount.multiple
    if text[start] == EN_DASH and not (marked or is_shared(text, end)):  # "–3 œufs"
        return None
    carried = marked or amount.sign

    def time_end(place: int) -> int:
        time = _time(text, place, form) if is_digit(at(text, place)) else None
        return time[0] if time else 0

    if not carried and amount.hours and is_moment(text, start, end, form, time_end):
        amount = amount._replace(hours=False, minutes="00")
    return (end, amount) if carried or _has_hours(amount) or len(amount.whole) >= 4 else None


def name_end(text: str, start: int, form: Form) -> int:
    """Return where thousands end that are no amount of anything; the position, if none are."""
    end, amount = plain(text, start, form)
    bare = amount.grouped and not amount.fraction and number_ends(text, end)
    bare = bare and at(text, end) not in tuple(_DASHES)
    return end if bare and behind(text, end, amount, form)[0] == end else start


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
        multiple = amount.multiple and (NO_BREAK if form.hours else "") + amount.multiple
        return f"{amount.sign}{number}{multiple}{unit}"
    if form.currency_first:
        multiple = "bn" if amount.multiple == "Md" else amount.multiple
        return f"{amount.sign}{amount.currency}{number}{multiple}"
    behind = _WRITTEN_BEHIND.get(amount.currency, amount.currency)
    return f"{amount.sign}{number}{NO_BREAK}{amount.multiple}{behind}"


def _sign(unit: str, form: Form) -> str:
    """Return how a language writes a unit that is known by its English sign."""
    if not form.hours:
        return unit
    return next((sign for sign, known in form.units.items() if known == unit != sign), unit)


def lead(text: str, start: int, form: Form) -> tuple[int, str, str]:
    """Return where the digits begin, and the sign and the currency before them."""
    position, sign, currency = start, "", ""
    negative = is_negative(text, position)
    if negative or text[position] in "+\u00b1":
        sign = "-" if negative else text[position]
        position += 1
    for name in (*_CURRENCIES, *(_CURRENCY_BEFORE if form.currency_first else ())):
        if text.startswith(name, position):
            currency = _CURRENCY_BEFORE.get(name, name)
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
    if at(text, mark) != ":" and is_duration(text, start, stop, form):
        return None
    return stop, Amount("", text[start:end], False, "", minutes=text[minute:stop])


def _moment(text: str, start: int) -> tuple[int, Amount] | None:
    """Read a time of day as English writes it."""
    time = moment(text, start)
    return time and (time.end, Amount("", time.hours, False, "", minutes=time.minutes))


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
    for name, known in _MULTIPLES.items():
        stop = position + len(name)
        stop += at(text, stop) != "" and at(text, stop) in SPACES
        if text.startswith(name, position) and at(text, stop) in _CURRENCIES:
            multiple, position = known, stop
            break
    for name in (*_CURRENCY_BEHIND, *_CURRENCIES):
        if not text.startswith(name, position):
            continue
        cents = position + len(name)
        stop = digits(text, cents)
        if stop == cents + 2 and form.hours and not (amount.fraction or multiple):  # "5€50"
            return stop, amount._replace(fraction=text[cents:stop], currency=name)
        if number_ends(text, cents):
            currency = _CURRENCY_BEHIND.get(name, name)
            return position + len(name), amount._replace(currency=currency, multiple=multiple)
    stop = hours_end(text, end) if form.hours else 0
    if stop:
        return stop, amount._replace(hours=True)
    stop = position + len(_ALONE)
    lettered = at(text, stop) == ")"  # "alinéa 43k)"
    if form.hours and text.startswith(_ALONE, position) and is_over(text, stop) and not lettered:
        return stop, amount._replace(multiple=_ALONE)
    begin, stop = unit_behind(text, end, form.units, rates=form.hours)
    return stop, amount._replace(unit=form.units.get(sign_at(text, begin, stop), ""))


def _has_hours(amount: Amount) -> bool:
    return amount.hours or amount.minutes != ""


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
