"""Names of months that are cut short, alone or beside a number, are read whole: `29 juil. 2026`.

A model knows "juillet"; of "juil." it makes a word and a full stop. Knows nothing of numbers.
"""

from __future__ import annotations

from collections.abc import Iterator

from allez.entities import SPACES, at, is_digit, is_private, words
from allez.spec import SPEC

_MONTHS: dict[str, dict[str, str]] = SPEC["months"]
_WORDS = words(SPEC["shortened"]["words"])
_ORDINAL = "er"
"""What stands behind the first of a month: "1er janv."."""


def months(text: str, language: str) -> Iterator[tuple[int, int, str]]:
    """Yield where names of months stand that are cut short, with their full stop, and the names.

    Such a name has a number before it, or behind its full stop, one space between, or is all of the
    text: then one that is a word as well ("sept.") has small letters. At the end of the text its
    full stop is the sentence's, too, and is left out.

    Args:
        text: a sentence; numbers in it may be hidden.
        language: of the text.
    """
    known = _MONTHS.get(language, {})
    dot = text.find(".") if known else -1
    last = len(text.rstrip())
    while dot >= 0:
        start = dot
        while start > 0 and text[start - 1].isalpha():
            start -= 1
        word = text[start:dot]
        name = known.get(word.lower())
        alone = start == 0 and dot + 1 == last and (word.islower() or word.lower() not in _WORDS)
        beside = _behind_number(text, start) or _before_number(text, dot + 1)
        if name is not None and (alone or beside):
            end = dot + 1 if dot + 1 < last else dot
            yield start, end, name.upper() if word.isupper() else word[0] + name[1:]
        dot = text.find(".", dot + 1)


def _behind_number(text: str, start: int) -> bool:
    if at(text, start - 1) not in tuple(SPACES):
        return False
    end = start - 1
    end -= len(_ORDINAL) * text.endswith(_ORDINAL, 0, end)
    return _is_number(at(text, end - 1))


def _before_number(text: str, end: int) -> bool:
    return at(text, end) in tuple(SPACES) and _is_number(at(text, end + 1))


def _is_number(character: str) -> bool:
    return character != "" and (is_digit(character) or is_private(character))
