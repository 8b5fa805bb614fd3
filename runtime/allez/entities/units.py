"""Signs of units behind a number, carried over with it: a model takes "m" for "ml".

Words ("litres", "ans") are no signs: the model translates them. The signs are those of
`contract.json`.
"""

from __future__ import annotations

from collections.abc import Mapping

from allez.entities.characters import SPACES, at, is_digit, is_shared, is_word, number_ends, run
from allez.entities.rates import rate
from allez.spec import SPEC

ALIKE: Mapping[str, str] = {sign: sign for sign in SPEC["units"]["alike"].split()}
"""Signs that any language writes alike."""

FRENCH: Mapping[str, str] = SPEC["units"]["fr"]
"""Signs that French has of its own, and what English writes."""

ENGLISH: Mapping[str, str] = {**ALIKE, **SPEC["units"]["en"]}
"""The signs of an English text, and how they are written otherwise."""

SIGNS: Mapping[str, str] = {**ALIKE, **FRENCH}
"""The signs of a French text, and what they are in English."""

_OPEN = "'\u2019-\u2013\u00d7\u00b7"
"""What goes on with a word or with a product: "5 m'en", "3 l-bas"."""


_MILLIONS = tuple(short for short in SPEC["shortened"]["behind"]["en"] if short.startswith("m "))
"""Where "m" is a million: "1.7m people"."""

_SPACED = " / "


def sign_at(text: str, start: int, end: int) -> str:
    """Return the sign that stands in a stretch: `km / h` is `km/h`."""
    return text[start:end].replace(_SPACED, "/")


def unit_behind(
    text: str, end: int, signs: Mapping[str, str], *, rates: bool = False
) -> tuple[int, int]:
    """Return where the sign of a unit stands behind a number or the space behind it.

    If none does, both places are the end of the number. A number behind the sign ("1 m 80") is one
    with it, which is no amount of one unit. `rates`: one of French may follow, "5 mg/jour"; else a
    hyphen may stand before a sign of two characters and more, as in English: "a 35-mm film", and
    "m" right behind a number is none where it is a million.
    """
    joined = not rates and at(text, end) == "-"
    start = end + (joined or (at(text, end) != "" and at(text, end) in SPACES))
    stop = run(text, start, lambda c: is_word(c) or c in "°/²³")
    stop -= is_shared(text, stop - 1)  # "3 °C/+5 °C"
    if rates and text[start:stop] not in signs:
        slashes = (i for i in range(start, stop) if text[i] == "/" and text[start:i] in signs)
        stop = next((slash for slash in slashes if rate(text, slash)), stop)
    spaced = run(text, stop + len(_SPACED), is_word) if text.startswith(_SPACED, stop) else stop
    if sign_at(text, start, spaced) in signs:
        stop = spaced
    over = sign_at(text, start, stop) in signs and is_over(text, stop)
    over = over and not (joined and stop - start < 2)
    over = over and (rates or start > end or not text.startswith(_MILLIONS, start))
    return (start, stop) if over else (end, end)


def is_over(text: str, end: int) -> bool:
    """Tell whether nothing goes on behind the sign of a unit: no word, product or second number."""
    following = at(text, end)
    behind = end + (following != "" and following in SPACES)
    goes_on = following != "" and following in _OPEN
    return not goes_on and number_ends(text, end) and not is_digit(at(text, behind))
