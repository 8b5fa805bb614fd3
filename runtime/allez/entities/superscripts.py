"""Small letters that are written above the line: `XXIᵉ`, `1ᵉʳ`, `Mᵐᵉ`, `nᵒ` are read as `XXIe`.

A model that never learnt them spells them out, byte by byte.
"""

from __future__ import annotations

from allez.entities.characters import is_digit, is_word, words
from allez.spec import SPEC

_RULES = SPEC["superscripts"]
_LETTERS: dict[str, str] = _RULES["letters"]
"""These letters, and what is read."""
_ENDS = words(_RULES["ends"])
"""What stands behind the figures of an ordinal, as it is read."""
_WORDS = words(_RULES["words"])
"""Words that are written so, as they are read."""
_FIGURES: str = _RULES["figures"]
"""Roman ones."""


def on_the_line(text: str) -> str:
    """Return a text with these letters as plain ones; as long as it was."""
    if not any(letter in text for letter in _LETTERS):
        return text
    out = list(text)
    end = len(text)
    while end > 0:
        start = end
        while start > 0 and is_word(text[start - 1]):
            start -= 1
        tail = end
        while tail > start and text[tail - 1] in _LETTERS:
            tail -= 1
        said = "".join(_LETTERS[letter] for letter in text[tail:end])
        head = text[start:tail]
        counts = head != "" and (all(map(is_digit, head)) or all(c in _FIGURES for c in head))
        if head + said in _WORDS or (counts and said in _ENDS):
            out[tail:end] = said
        end = min(start, end - 1)
    return "".join(out)
