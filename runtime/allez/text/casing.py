"""White space and capitals: a sentence as the model knows it, and back."""

from __future__ import annotations

from typing import Literal

from allez.entities import Names, is_digit, is_private
from allez.spec import SPEC
from allez.text.rules import SentenceRules

_CAPITALS: dict[str, int] = SPEC["casing"]

Casing = Literal["usual", "capitals", "label"]
"""Small letters and capitals as one writes, nothing but capitals, or a capital on a few words."""


def normalize_space(text: str, rules: SentenceRules) -> str:
    """Return a sentence with every run of white space as one space, as the model knows it."""
    for space in rules.spaces:
        if space != " " and space in text:
            text = text.replace(space, " ")
    if "  " in text or text[:1] == " " or text[-1:] == " ":
        return " ".join(word for word in text.split(" ") if word)
    return text


def places(text: str, rules: SentenceRules) -> list[int]:
    """Return where each character of the normalized text stands in the text, and where it ends."""
    found: list[int] = []
    spaced = False
    for position, character in enumerate(text):
        if character in rules.spaces:
            spaced = True
            continue
        if spaced and found:
            found.append(position - 1)  # the last one of the run
        found.append(position)
        spaced = False
    return [*found, found[-1] + 1 if found else 0]


def casing_of(sentence: str, rules: SentenceRules) -> Casing:
    """Return how a sentence is written."""
    return "capitals" if in_capitals(sentence, rules) else "usual"


def as_read(sentence: str, rules: SentenceRules) -> str:
    """Return a sentence as the model knows it: spaces normalized, and no longer in capitals."""
    return recased(normalize_space(sentence, rules), casing_of(sentence, rules))


def recased(sentence: str, casing: Casing) -> str:
    """Return a sentence as the model knows its letters; as long as it was."""
    if casing == "label":
        return _small(sentence[0]) + sentence[1:]
    return in_small_letters(sentence) if casing == "capitals" else sentence


def is_label(sentence: str, names: Names) -> bool:
    """Tell whether a sentence is an ordinary word with a capital, and few others behind it.

    Of a word alone, a model that has seen it in sentences knows the small letters: "Pommes" has
    other subwords than "pommes". What ends in a mark is a sentence, however short; what is listed
    with its capital ("Italie") keeps it.

    Args:
        sentence: symbols stand in it for what is hidden.
        names: tell which words are no names, and which have a capital.
    """
    if not sentence[:1].isupper() or any(map(str.isupper, sentence[1:])):
        return False
    end = 0
    while sentence[end : end + 1].isalpha() or (
        end > 0 and sentence[end : end + 1] == "-" and sentence[end + 1 : end + 2].isalpha()
    ):
        end += 1
    last = sentence[-1]
    ends = last.isalpha() or is_digit(last) or is_private(last)
    is_short = sentence.count(" ") < _CAPITALS["label"]
    word = sentence[:end]
    ordinary = word != "" and not names.carried(word) and not names.lists_with_capital(word)
    return ends and is_short and ordinary


def in_capitals(text: str, rules: SentenceRules) -> bool:
    """Tell whether a sentence is written in nothing but capitals.

    All its letters are, five at least, and two words have two: no abbreviation, code or address.
    Subwords are learnt from small letters; of capitals a model understands next to nothing. So such
    a sentence is read in small letters, and its translation put into capitals.
    """
    if not text.isupper() or not all(map(str.isupper, filter(str.isalpha, text))):
        return False
    words = [sum(map(str.isupper, word)) for word in normalize_space(text, rules).split(" ")]
    letters, least, in_word = (_CAPITALS[key] for key in ("letters", "words", "word_letters"))
    return sum(words) >= letters and sum(count >= in_word for count in words) >= least


def in_small_letters(text: str) -> str:
    """Return a text with none but its first capital, and not that one if it is within a word."""
    first = next((i for i, character in enumerate(text) if character.isupper()), len(text))
    within = first > 0 and (text[first - 1].isalpha() or text[first - 1].isdecimal())
    kept = first if within else first + 1
    return text[:kept] + "".join(map(_small, text[kept:]))


def to_capitals(text: str) -> str:
    """Return a text in capitals, as long as it was: what has no capital of its own is kept."""
    return "".join(map(_capital, text))


def capitalized_alike(text: str, source: str, *, grows: bool = False) -> str:
    """Return a translation with a capital at its beginning, if its source begins with one.

    It is as long as it was. What begins with a digit, a value or a word that has a capital further
    on ("iPhone") stays as it is: only an ordinary word follows the source.

    Args:
        text: what the model said, symbols and all.
        source: the sentence.
        grows: whether more will follow: nothing is returned before the second letter is known.
    """
    start = _beginning(text)
    if grows and start + 1 >= len(text):
        return ""
    begins = source[_beginning(source) :][:1].isupper()
    if not begins or text[start + 1 : start + 2].isupper():
        return text
    return text[:start] + to_capitals(text[start : start + 1]) + text[start + 1 :]


def _beginning(text: str) -> int:
    """Return where the first letter, digit or character of private use stands; else its end."""
    found = (i for i, c in enumerate(text) if c.isalpha() or is_digit(c) or is_private(c))
    return next(found, len(text))


def _small(character: str) -> str:
    lower = character.lower()
    return lower if len(lower) == 1 else character


def _capital(character: str) -> str:
    upper = character.upper()
    return upper if len(upper) == 1 else character
