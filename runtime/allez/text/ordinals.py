"""Ordinals that a model misreads are written otherwise: `XXIe siècle` as `21e`, `1re` as a word.

Of Roman figures it makes another century, or none. Knows nothing of sentences.
"""

from __future__ import annotations

from collections.abc import Iterator

from allez.entities import at, is_word, roman_ordinal
from allez.spec import SPEC
from allez.text.aligned import Edit

_FIRSTS: dict[str, dict[str, str]] = SPEC["shortened"]["ordinals"]
"""By language, ordinals that are read as words."""
_BEGIN = "IVX1"
"""What one of them begins with."""


def ordinals(text: str, language: str) -> Iterator[Edit]:
    """Yield where ordinals stand that are read otherwise, and how.

    Args:
        text: a sentence; numbers in it may be hidden.
        language: of the text.
    """
    firsts = _FIRSTS.get(language)
    if firsts is None or not any(first in text for first in _BEGIN):
        return
    position = 0
    while position < len(text):
        end = position
        while end < len(text) and is_word(text[end]):
            end += 1
        word = text[position:end]
        said = firsts.get(word, "") or roman_ordinal(word)
        if said and at(text, position - 1) not in ("-", ".", "@", "#"):
            yield position, end, said[0].upper() + said[1:] if position == 0 else said
        position = max(end, position + 1)
