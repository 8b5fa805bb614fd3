"""Numbers of French that name something, whose groups are no thousands: `n° 4 512 887`.

They are things, written as they are. Knows nothing of amounts: who asks says where the number ends.
"""

from __future__ import annotations

from allez.entities.characters import APOSTROPHES, SPACES, at, run, words
from allez.spec import SPEC

_RULES = SPEC["numbers"]["fr"]
_NAMED, _SIGNED = words(_RULES["named"]), words(_RULES["signed"])
"""Words whose number names something; those that have one of `_SIGNS` behind them: "n°"."""
_KINDS = words(_RULES["kinds"])
"""What may stand between, as names may: "n° de client 12 345 678", "RCS Paris"."""
_BARE, _COUNTING, _LITTLE = (words(_RULES[kind]) for kind in ("bare", "counting", "little"))
"""Words whose number may count something, if no name; kinds that are verbs right before figures;
words in s that are no plural of what is counted."""
_PLURAL = ("s", "x")
_SIGNS = "\u00b0."
_IS = ("est :", "est\u00a0:", ":", "est le", "est")
_OF = ("de", "d")
_LONGEST = 20
_BETWEEN = 2
"""So many words may stand between: "code de vérification PayPal"."""


def is_named(text: str, start: int, stop: int) -> bool:
    """Tell whether a number between two positions is the name of something.

    `n° 4 512`, `numéro de client : 4 512`, `Votre référence est le 4 512`, but not
    `Code : 3 200 lignes`.
    """
    end = _trimmed(text, start)
    said = next((said for said in _IS if text.endswith(said, 0, end)), "")
    end = _trimmed(text, end - len(said))
    begin, _, word = _word(text, end)
    counting = not said and word in _COUNTING and _word(text, begin)[2] not in _OF
    for _ in range(_BETWEEN + 1):
        begin, names, word = _word(text, end)
        before, _, of = _word(text, begin)
        if names and of != "de":  # "une valeur de référence 45 678" counts something
            return word not in _BARE or not _counts(_behind(text, stop), verb=counting)
        if word not in _KINDS and not at(text, begin).isupper():
            return False
        end = before if of in _OF else begin
    return False


def _counts(behind: str, *, verb: bool) -> bool:
    """Tell whether what stands behind a number is counted: "ce numéro compte 12 000 Français"."""
    plural = behind.endswith(_PLURAL) and behind == behind.lower() and behind not in _LITTLE
    return plural or (verb and behind != "")


def _behind(text: str, end: int) -> str:
    start = end + 1
    return text[start : run(text, start, str.isalpha)] if at(text, end) in tuple(SPACES) else ""


def _word(text: str, end: int) -> tuple[int, bool, str]:
    """Return where the word before a position begins, whether its number is a name, and the word.

    Spaces or an apostrophe may stand behind it.
    """
    end = _trimmed(text, end)
    end -= at(text, end - 1) in tuple(APOSTROPHES)
    sign = at(text, end - 1) in tuple(_SIGNS)
    start = stop = end - sign
    while start > 0 and stop - start < _LONGEST and text[start - 1].isalpha():
        start -= 1
    word = text[start:stop].lower()
    return start, word in (_SIGNED if sign else _NAMED), word


def _trimmed(text: str, end: int) -> int:
    while end > 0 and text[end - 1] in SPACES:
        end -= 1
    return end
