"""Words that are cut short are read whole: `env. 30 €`, `p. ex.`, `3 av. Foch`, `29 juil. 2026`.

A model knows "environ"; of "env." it makes a word and a full stop. Knows nothing of numbers.
"""

from __future__ import annotations

from allez.entities import SPACES, at, is_digit, is_private, is_word
from allez.spec import SPEC
from allez.text.aligned import Edit
from allez.text.dates import months

_ANYWHERE: dict[str, dict[str, str]] = SPEC["shortened"]["anywhere"]
_FIRST: dict[str, dict[str, str]] = SPEC["shortened"]["first"]
_STREETS: dict[str, dict[str, str]] = SPEC["shortened"]["streets"]
"""By language, what stands before a full stop, in small letters, and the whole word."""
_ERAS = tuple(SPEC["shortened"]["eras"].split())
"""What stands behind "av." where it is no street: "av. J.-C."."""


def shortened(text: str, language: str) -> list[Edit]:
    """Return where words stand that are cut short, with their full stop, and the whole words.

    Those of `first` begin the sentence; within one a model knows them. Those of streets stand
    behind a number, with a comma or without, and before a space and none of `eras`,
    nor, without a comma, a symbol: "av. JC" has one.
    Months are those of `months`. At the end of the text the full stop is the sentence's, too, and
    is left out.

    Args:
        text: a sentence; numbers in it may be hidden.
        language: of the text.
    """
    found = list(months(text, language))
    first, streets = _FIRST.get(language, {}), _STREETS.get(language, {})
    known = {**_ANYWHERE.get(language, {}), **first, **streets}
    dot = text.find(".") if known else -1
    while dot >= 0:
        for short, whole in known.items():
            start = dot - len(short)
            if start < 0 or text[start:dot].lower() != short or is_word(at(text, start - 1)):
                continue
            if is_word(at(text, dot + 1)) or is_private(at(text, dot + 1)):
                continue
            if (short in first and start > 0) or (
                short in streets and not _is_street(text, start, dot + 1)
            ):
                continue
            end = dot + 1 if text[dot + 1 :].strip() else dot
            written = whole.upper() if text[start:dot].isupper() else text[start] + whole[1:]
            found.append((start, end, written))
        dot = text.find(".", dot + 1)
    return sorted(found)


def _is_street(text: str, start: int, end: int) -> bool:
    """Tell whether the number of a house stands before, and a name may stand behind."""
    before = start - 1
    if at(text, before) not in tuple(SPACES) or at(text, end) not in tuple(SPACES):
        return False
    comma = at(text, before - 1) == ","
    number, behind = at(text, before - 1 - comma), at(text, end + 1)
    if not number or not (is_digit(number) or is_private(number)):
        return False
    return (comma or not behind or not is_private(behind)) and not text.startswith(_ERAS, end + 1)
