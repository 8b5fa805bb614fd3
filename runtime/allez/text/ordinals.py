"""Ordinals that a model misreads are written otherwise: `XXIe siècle` as `21e`, `1re` as a word.

Of Roman figures it makes another century, or none. Knows nothing of sentences.
"""

from __future__ import annotations

from collections.abc import Iterator

from allez.entities import SPACES, at, is_word, roman_ordinal, run, words
from allez.spec import SPEC
from allez.text.aligned import Edit

_FIRSTS: dict[str, dict[str, str]] = SPEC["shortened"]["ordinals"]
"""By language, ordinals that are read as words."""
_JOINED = ("-", ".", "@", "#")
_BEFORE = words(SPEC["ordinals"]["before"])
"""What follows an ordinal of one Roman figure, which else is a word: "Xe" is xenon."""
_FIGURES = "IVX1"
_BEGIN = "IVX12"
"""What one of them begins with."""


def ordinals(text: str, language: str) -> Iterator[Edit]:
    """Yield where ordinals stand that are read otherwise, and how.

    Args:
        text: a sentence; numbers in it may be hidden.
        language: of the text.
    """
    firsts = _FIRSTS.get(language)
    for start, first in enumerate(text if firsts is not None else ""):
        if first not in _BEGIN or (before := at(text, start - 1)) in _JOINED or is_word(before):
            continue
        end = start
        while end < len(text) and is_word(text[end]):
            end += 1
        word = text[start:end]
        said = (firsts or {}).get(word, "") or roman_ordinal(word)
        if said and (word in (firsts or {}) or _is_read(text, start, end)):
            yield start, end, said[0].upper() + said[1:] if start == 0 else said


def _is_read(text: str, start: int, end: int) -> bool:
    """Tell whether Roman figures are an ordinal there."""
    if at(text, start - 1) in ("(", "[") and at(text, end) in (")", "]"):
        return False
    if at(text, start + 1) in tuple(_FIGURES):
        return True
    begin = end + 1
    word = text[begin : run(text, begin, str.isalpha)].lower()
    return at(text, end) in tuple(SPACES) and word in _BEFORE
