"""Rates of French: `3 h/jour`, `250 €/mois`, and what never closes: `24 h/24`, `7 j sur 7`.

They are no entities but for their number: the model reads them in words, "par jour".
"""

from __future__ import annotations

from typing import Any

from allez.entities.characters import (
    REACH,
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
from allez.entities.marks import is_private
from allez.spec import SPEC

_RATES: dict[str, Any] = SPEC["rates"]["fr"]
_PER: dict[str, str] = _RATES["per"]
"""What stands behind the slash of a rate, and the word for it."""
_ROUND: dict[str, list[str]] = _RATES["round"]
"""What a whole day or week has so many of, and how that is said."""
_COUNTED = words(_RATES["counted"])
"""Numbers in words, whose word may stand before the slash."""
_SIGNS: str = _RATES["signs"]
"""What a number may have behind it before the slash."""

Words = tuple[int, str]
"""Where something ends, and what is read in its place."""


def rate(text: str, start: int) -> Words | None:
    """Return the words for the rate whose slash stands at a position: `/mois` is " par mois".

    A number stands before the slash, also with a word or a unit behind it: `5 jours/semaine`, "un
    repas/jour".
    """
    if at(text, start) != "/":
        return None
    stop = run(text, start + 1, str.isalpha)
    short = text[start + 1 : stop].lower()
    word = _PER.get(short)
    if word is None or not number_ends(text, stop) or not _is_of_number(text, start):
        return None
    if at(text, stop) == "/" and rate(text, stop) is None:
        return None
    dotted = short != word and at(text, stop) == "." and text[stop + 1 :].strip() != ""
    return stop + dotted, _RATES["joint"] + word


def _is_of_number(text: str, end: int) -> bool:
    """Tell whether a number ends here, or the word or the signs behind one do."""
    start = end
    while start > 0 and end - start < REACH and _is_inner(text[start - 1]):
        start -= 1
    if start == end:
        return False
    if any(map(_is_number, text[start:end])) and not text[start].isalpha():
        return True
    before = start - (at(text, start - 1) in tuple(SPACES))
    if before == start:
        return False
    counted = word_before(text, before) in _COUNTED
    return counted or (before > 0 and _is_number(text[before - 1]))


def _is_inner(character: str) -> bool:
    return is_word(character) or character in _SIGNS or is_private(character)


def _is_number(character: str) -> bool:
    return is_digit(character) or is_private(character)


def around(text: str, start: int) -> Words | None:
    """Return the words for what never closes, whose number begins at a position: `24 h/24`."""
    end = digits(text, start)
    if end == start or end > start + 2 or is_word(at(text, start - 1)):
        return None
    begin = end + (at(text, end) in tuple(SPACES))
    unit = run(text, begin, str.isalpha)
    whole, said = _ROUND.get(text[begin:unit].lower(), ("", ""))
    joint = next((j for j in _RATES["of"] if whole and text.startswith(j, unit)), None)
    if joint is None or not text.startswith(whole, unit + len(joint)):
        return None
    stop = unit + len(joint) + len(whole)
    stop += at(text, stop) != "" and text[begin:unit] == at(text, stop)
    return (stop, f"{text[start:end]} {said}") if number_ends(text, stop) else None


def passed(text: str, start: int) -> int:
    """Return where ends what begins here and is read in words; the position, if nothing is."""
    first = at(text, start)
    words = around(text, start) if is_digit(first) else None
    words = rate(text, start) if first == "/" else words
    return start if words is None else words[0]
