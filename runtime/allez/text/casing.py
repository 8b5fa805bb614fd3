"""White space and capitals: a sentence as the model knows it, and back."""

from __future__ import annotations

from allez.text.rules import SentenceRules


def squeeze(text: str, rules: SentenceRules) -> str:
    """Return a sentence with every run of white space as one space, as the model knows it."""
    spaced = "".join(" " if character in rules.spaces else character for character in text)
    return " ".join(word for word in spaced.split(" ") if word)


def as_read(sentence: str, rules: SentenceRules) -> str:
    """Return a sentence as the model knows it: squeezed, and no longer in capitals."""
    squeezed = squeeze(sentence, rules)
    return in_small_letters(squeezed) if in_capitals(squeezed, rules) else squeezed


def in_capitals(text: str, rules: SentenceRules) -> bool:
    """Tell whether a sentence is written in nothing but capitals.

    All its letters are, five at least, and two words have two: no abbreviation, code or address.
    Subwords are learnt from small letters; of capitals a model understands next to nothing. So such
    a sentence is read in small letters, and its translation put into capitals.
    """
    if not text.isupper() or not all(map(str.isupper, filter(str.isalpha, text))):
        return False
    words = [sum(map(str.isupper, word)) for word in squeeze(text, rules).split(" ")]
    return sum(words) >= 5 and sum(count >= 2 for count in words) >= 2


def in_small_letters(text: str) -> str:
    """Return a text with none but its first capital, and not that one if it is within a word."""
    first = next((i for i, character in enumerate(text) if character.isupper()), len(text))
    within = first > 0 and (text[first - 1].isalpha() or text[first - 1].isdecimal())
    kept = first if within else first + 1
    return text[:kept] + "".join(map(_small, text[kept:]))


def to_capitals(text: str) -> str:
    """Return a text in capitals, as long as it was: what has no capital of its own is kept."""
    return "".join(map(_capital, text))


def _small(character: str) -> str:
    lower = character.lower()
    return lower if len(lower) == 1 else character


def _capital(character: str) -> str:
    upper = character.upper()
    return upper if len(upper) == 1 else character
