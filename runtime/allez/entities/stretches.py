"""Two numbers that are one: of French a stretch of a day, `8h-12h`, `9h à 12h`; a span, `10-15 €`.

Of hours, what may as well be a length of time (`2h-3h`) is no stretch.
"""

from __future__ import annotations

from typing import NamedTuple

from allez.entities.characters import (
    MINUS,
    SPACES,
    at,
    digits,
    is_digit,
    is_word,
    number_ends,
    run,
    word_before,
)
from allez.entities.forms import Form
from allez.entities.hours import are_of_day
from allez.entities.numbers import Amount, behind, closed, lead, plain, write

_DASHES = ("-", "\u2013", "\u2014")
_OPEN = {"de": " à ", "entre": " et "}
"""What opens two numbers, and what joins them; of hours each is a number then."""


class Stretch(NamedTuple):
    """Two numbers, where the second one ends, and what stands between them."""

    end: int
    first: Amount
    joint: str
    last: Amount

    @property
    def value(self) -> str:
        """What is the same in every language."""
        return f"{self.first.value}-{self.last.value}"

    def written(self, source: Form, target: Form) -> str:
        """Return how the other language writes it: a currency that stands first does so once."""
        joint = target.until if self.joint == source.until else self.joint
        last, currency = write(self.last, target), ""
        if target.currency_first:
            currency = self.last.currency
        return currency + write(self.first, target) + joint + last[len(currency) :]


def shared(text: str, start: int, form: Form) -> tuple[int, Amount] | None:
    """Return a number that has the currency of the one it is joined to: "entre 10 et 15 €".

    "De 10 à 15 €" is one, too, where it begins the text; else that may be ten things at €15.
    """
    before = word_before(text, start)
    if before not in _OPEN or (before == "de" and start != len("de ")):
        return None
    end, first = plain(text, start, form)
    joint = _OPEN[before]
    other = end + len(joint)
    if not text.startswith(joint, end) or not is_digit(at(text, other)):
        return None
    stop, last = plain(text, other, form)
    stop, last = behind(text, stop, last, form)
    led = len(first.whole) > 1 and first.whole[0] == "0"
    rises = _value(first) < _value(last) and len(last.whole) <= len(first.whole) + 1
    if led or not last.currency or not rises or not closed(text, stop):
        return None
    return end, first._replace(currency=last.currency, multiple=last.multiple)


def _value(amount: Amount) -> float:
    return float(f"{amount.whole}.{amount.fraction or 0}")


class _Time(NamedTuple):
    end: int
    amount: Amount
    mark: str
    """":" or "h"."""


def stretch(text: str, start: int, form: Form) -> Stretch | None:
    """Return the stretch or span that begins where a number does, None if there is none."""
    return _of_day(text, start, form) or span(text, start, form)


def span(text: str, start: int, form: Form) -> Stretch | None:
    """Return two numbers and a dash with what belongs to both: `10-15 €`, `2–3 kg`, `$10-15`.

    Per cent may stand behind either: `40%-50%`.
    Spaces may be around the dash at the beginning of a line alone: "iPhone 12 - 500 €" is none.
    """
    position, sign, currency = lead(text, start, form) if form.currency_first else (start, "", "")
    if sign or not is_digit(at(text, position)):
        return None
    end, first = plain(text, position, form)
    percent = next((sign for sign in form.percent if text.startswith(sign, end)), "")
    end, first = end + len(percent), first._replace(percent=percent != "")
    dash = _behind_space(text, end)
    begin = _behind_space(text, dash + 1)
    slash = at(text, dash) == "/" and end == dash and begin - 1 == dash
    if (at(text, dash) not in _DASHES and not slash) or not is_digit(at(text, begin)):
        return None
    if (dash > end) != (begin > dash + 1) or (dash > end and run(text, 0, str.isspace) < start):
        return None
    if at(text, start - 1) in (*_DASHES, *MINUS):
        return None
    stop, last = plain(text, begin, form)
    stop, last = behind(text, stop, last._replace(currency=currency), form)
    told = last.percent or last.currency or last.unit or last.hours
    if not told or not stop or not (last.unit or closed(text, stop)):
        return None
    if first.percent and not last.percent:
        return None
    if slash and not (last.hours and len(first.whole) == len(last.whole) == 2):
        return None
    led = any(len(each.whole) > 1 and each.whole[0] == "0" for each in (first, last))
    return None if led else Stretch(stop, first, text[end:begin], last)


def _of_day(text: str, start: int, form: Form) -> Stretch | None:
    """Return two times that a dash joins, or "à" where no word opens them: `9h-12h`, `9h à 12h`."""
    first = _time(text, start)
    if first is None:
        return None
    until = text.startswith(form.until, first.end) and first.mark == "h"
    if until and word_before(text, start) not in _OPEN:
        begin = first.end + len(form.until)
    else:
        dash = _behind_space(text, first.end)
        if at(text, dash) not in _DASHES:
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
