"""Rates of French: `3 h/jour`, `250 €/mois`, and what never closes: `24 h/24`, `7 j sur 7`.

They are no entities but for their number: the model reads them in words, "par jour".
"""

from __future__ import annotations

from typing import Any

from allez.entities.characters import (
    SPACES,
    at,
    digits,
    ends,
    is_digit,
    is_word,
    number_begins,
    number_ends,
    run,
    word_before,
    words,
)
from allez.entities.marks import is_private
from allez.spec import SPEC

_RATES: dict[str, Any] = SPEC["rates"]["fr"]
_PER: dict[str, str] = _RATES["per"]
"""What stands behind the slash of a rate, and the word for it."""
_ROUND: dict[str, list[str]] = _RATES["round"]
"""What a whole day or week has so many of, and how that is said."""
_COUNTED = words(_RATES["counted"])
"""Numbers in words, whose noun may stand before the slash."""
_SIGNS: str = _RATES["signs"]
"""Signs of currencies and the like."""
_MULTIPLES = {"", *SPEC["prices"]["multiples"]}
_UNITS = words(SPEC["units"]["alike"]) | frozenset(SPEC["units"]["fr"]) | words(_RATES["nouns"])
"""What a number may have behind it before the slash, beside those."""
_APART = words(SPEC["numbers"]["fr"]["designators"])
"""Words whose number counts nothing: "page 2/an"."""
_GOES_ON: str = _RATES["goes_on"]
"""What is no end of a rate right before a word: `2/jour.txt`."""
_LONGEST = 20
"""The most characters between the slash and the space before it, and of the number there."""

Words = tuple[int, str]
"""Where something ends, and what is read in its place."""


def rate(text: str, start: int) -> Words | None:
    """Return the words for the rate whose slash stands at a position: `/mois` is " par mois".

    A number stands before the slash, also with a unit, a currency or one of `nouns` behind it:
    `5 jours/semaine`, "un repas/jour". A second slash with a word is left: `15 €/h/personne`.
    """
    stop, word = _per(text, start)
    if not word or not _is_of_number(text, start):
        return None
    if at(text, stop) == "/":
        behind, second = _per(text, stop)
        if not second or at(text, behind) == "/":
            return None
    short = text[start + 1 : stop].lower()
    dotted = short != word and at(text, stop) == "."
    dotted = dotted and run(text, stop + 1, str.isspace) < len(text)
    return stop + dotted, _RATES["joint"] + word


def _per(text: str, start: int) -> Words:
    """Return where the word of `per` behind a slash ends, and what is said for it, "" for none."""
    if at(text, start) != "/":
        return start, ""
    stop = run(text, start + 1, str.isalpha)
    following = at(text, stop)
    goes_on = following != "" and following in _GOES_ON and is_word(at(text, stop + 1))
    over = number_ends(text, stop) and not goes_on
    return stop, _PER.get(text[start + 1 : stop].lower(), "") if over else ""


def _is_of_number(text: str, end: int) -> bool:
    """Tell whether a number ends here, or the unit or the noun behind one does."""
    start = end
    while start > 0 and end - start <= _LONGEST and _is_inner(text[start - 1]):
        start -= 1
    if end - start > _LONGEST:
        return False
    before = start - (at(text, start - 1) in tuple(SPACES))
    if before < start and _is_unit(text[start:end]):
        return word_before(text, before) in _COUNTED or _is_number(at(text, before - 1))
    unit = start
    while unit < end and _is_number(text[unit]):
        unit += 1
    if unit == start:
        return False
    begin = _number_begin(text, start)
    if not number_begins(text, begin):
        return False
    if unit < end:
        return _is_unit(text[unit:end])
    marked = at(text, begin - 1 - (at(text, begin - 1) in tuple(SPACES))) in (".", "\u00b0")
    return not marked and word_before(text, begin) not in _APART


def _number_begin(text: str, start: int) -> int:
    """Return where the number begins whose last digits begin at a position: `1 000,50`."""
    begin = start
    while begin > 0 and start - begin < _LONGEST:
        marked = text[begin - 1] in SPACES + ".," and is_digit(at(text, begin - 2))
        if not is_digit(text[begin - 1]) and not marked:
            break
        begin -= 1
    return begin


def _is_unit(word: str) -> bool:
    return word in _UNITS or (word[-1:] in tuple(_SIGNS) and word[:-1] in _MULTIPLES)


def _is_inner(character: str) -> bool:
    return (
        is_word(character) or character in _SIGNS + "\u00b0\u00b2\u00b3/" or is_private(character)
    )


def _is_number(character: str) -> bool:
    return character != "" and (is_digit(character) or is_private(character))


def around(text: str, start: int) -> Words | None:
    """Return the words for what never closes, whose number begins at a position: `24 h/24`."""
    end = digits(text, start)
    if end == start or end > start + 2 or is_word(at(text, start - 1)):
        return None
    begin = end + (at(text, end) in tuple(SPACES))
    unit = run(text, begin, str.isalpha)
    name = text[begin:unit]
    whole, said = _ROUND.get(name.lower(), ("", ""))
    joint = next((j for j in _RATES["of"] if whole and text.startswith(j, unit)), None)
    if joint is None or not text.startswith(whole, unit + len(joint)):
        return None
    stop = unit + len(joint) + len(whole)
    again = stop + (at(text, stop) in tuple(SPACES))
    if text.startswith(name, again) and ends(text, again + len(name)):  # "24 h/24 h"
        stop = again + len(name)
    return (stop, f"{text[start:end]} {said}") if number_ends(text, stop) else None


def passed(text: str, start: int) -> int:
    """Return where ends what begins here and is read in words; the position, if nothing is."""
    first = at(text, start)
    words = around(text, start) if is_digit(first) else None
    words = rate(text, start) if first == "/" else words
    return start if words is None else words[0]
