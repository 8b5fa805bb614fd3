"""Cheap checks of an English sentence against its French translation: what these languages ask.

As `checks`, they see words, not meanings; what both directions share is there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from allez.entities import at, is_word, words
from allez.results import Doubt
from allez.spec import SPEC
from allez.text.number_words import values

_LIMITS = SPEC["limits"]["en"]
_FEWER, _MORE = _LIMITS["fewer"], _LIMITS["more"]
_SAID_FEWER, _SAID_MORE = words(_LIMITS["said_fewer"]), words(_LIMITS["said_more"])
_PHRASES: list[tuple[str, list[str]]] = [
    *((phrase, _LIMITS["said_least"]) for phrase in _LIMITS["least"]),
    *((phrase, _LIMITS["said_most"]) for phrase in _LIMITS["most"]),
]


def limits(source: str, target: str, said: Sequence[str]) -> list[Doubt]:
    """Find a limit whose direction is not in the translation, or turned round."""
    small, small_target = source.lower(), target.lower()
    for phrase, sayings in _PHRASES:
        place = _place(small, phrase)
        if place < 0 or any(saying in small_target for saying in sayings):
            continue
        if _number_follows(source, place + len(phrase)):
            return [Doubt("limit", source[place : place + len(phrase)], place, place + len(phrase))]
    spoken = set(said)
    for phrases, wanted, other in (
        (_FEWER, _SAID_FEWER, _SAID_MORE),
        (_MORE, _SAID_MORE, _SAID_FEWER),
    ):
        for phrase in phrases:
            place = _place(small, phrase)
            if place < 0 or small[:place].endswith(("no ", "not ", "n't ")):
                continue
            end = place + len(phrase)
            if not _number_follows(source, end) or spoken & wanted:
                continue
            if spoken & other or " " in phrase:
                return [Doubt("limit", source[place:end], place, end)]
    return []


def _place(text: str, phrase: str) -> int:
    """Return where a phrase stands apart from other words, -1 if it does not."""
    place = text.find(phrase)
    while place >= 0:
        if not is_word(at(text, place - 1)) and not is_word(at(text, place + len(phrase))):
            return place
        place = text.find(phrase, place + 1)
    return -1


def _number_follows(text: str, end: int) -> bool:
    """Tell whether a number begins behind a position, or behind one word there."""
    found = next((value for value in values(text[end:], "en") if value.value), None)
    return found is not None and len(text[end : end + found.start].split()) <= 1


_RULES = SPEC["negation"]["en"]
_NOT, _HIDDEN = words(_RULES["no"]), words(_RULES["hidden"])
"""What denies in English, and what may."""
_HIDDEN_PREFIXES = tuple(_RULES["hidden_prefixes"].split())
_IDIOMS: list[str] = _RULES["idioms"]
_DENIED, _CLEAR = words(_RULES["not"]), words(_RULES["clear"])
"""What denies in French, and what does so without a doubt."""
_PREFIXES = tuple(_RULES["prefixes"].split())
_STEPS = words(SPEC["negation"]["steps"])


def negation(source: str, target: str, here: Sequence[str], said: Sequence[str]) -> list[Doubt]:
    """Find a negation that was lost, or one that nobody said; none in questions."""
    if "?" in source or "?" in target:
        return []
    small = source.lower()
    strong = [
        word for before, word in zip(("", *here), here, strict=False) if _denies(before, word)
    ]
    if strong and not any(word in _DENIED for word in said):
        hinted = any(len(word) > 5 and word.startswith(_PREFIXES) for word in said)
        if not hinted and not any(idiom in small for idiom in _IDIOMS):
            word = "n't" if strong[0] == "t" else strong[0]
            start = small.find(word) if word == "n't" else _place(small, word)
            start = max(start, 0)
            return [Doubt("negation", source[start : start + len(word)], start, start + len(word))]
    spoken = [
        word
        for before, word in zip(("", *said), said, strict=False)
        if word in _CLEAR and not (word == "pas" and before in _STEPS)
    ]
    hidden = any(word in _HIDDEN or word.startswith(_HIDDEN_PREFIXES) for word in here)
    if spoken and not strong and not hidden and "n'est-ce pas" not in target.lower():
        return [Doubt("negation", spoken[0], None, None)]
    return []


def _denies(before: str, word: str) -> bool:
    """Tell whether a word denies; "t" does behind "don", "isn"."""
    return word in _NOT and (word != "t" or before.endswith("n"))


_SMALL_IN_FRENCH = words(SPEC["calendar"]["en"]) | words(SPEC["names"]["en"]["common"])
_PEOPLES = tuple(SPEC["names"]["en"]["peoples"].split())


def names(
    source: str, target: str, capitalized: Callable[[str], list[tuple[str, int]]]
) -> list[Doubt]:
    """Find a name within a sentence of which the translation has nothing.

    English writes much with a capital that French does not: a word counts if it stands alone
    ("School of Medicine" is translated), if no word of the translation begins as it does
    ("Soviet", "soviétique"), and if that has no name in its place.
    """
    here = [(word, start) for word, start in capitalized(source) if word not in _SMALL_IN_FRENCH]
    there = {word for word, _ in capitalized(target)}
    if there - {word for word, _ in here}:
        return []
    said = target.lower()
    for word, start in here:
        alone = not _capital_beside(source, start, start + len(word))
        if alone and word[:3].lower() not in said and not word.endswith(_PEOPLES):
            return [Doubt("name", word, start, start + len(word))]
    return []


def _capital_beside(text: str, start: int, end: int) -> bool:
    """Tell whether the word before or behind has a capital, too, or is "of"."""
    if text.startswith(" of ", end) or text.endswith(" of ", 0, start):
        return True
    if at(text, end) in (" ", "-") and at(text, end + 1).isupper():
        return True
    first = start - 1
    if at(text, first) not in (" ", "-"):
        return False
    while first > 0 and text[first - 1].isalpha():
        first -= 1
    return at(text, first).isupper()


_NUMBERS = SPEC["number_words"]["in_french"]
_SAID_FOR = {int(number): words(said) for number, said in _NUMBERS["said"].items()}
"""What French says for a number of English."""

_NO_NUMBERS = words(_NUMBERS["no_numbers"])
"""Words of French that are not only numbers."""

_HOURS = words(_NUMBERS["hours"])


def says(number: int, said: Sequence[str]) -> bool:
    """Tell whether a French translation says a whole number of English in another way."""
    return not _SAID_FOR.get(number, frozenset()).isdisjoint(said)


def tells_hours(said: Sequence[str]) -> bool:
    """Tell whether a French translation has hours, which may be those of the afternoon."""
    return any(word in _HOURS or "h" in word[1:3] for word in said)


def is_no_number(text: str) -> bool:
    """Tell whether a number of a French translation may be none: "neuf", "un cent", "XIXe"."""
    return text.lower().rpartition(" ")[2] in _NO_NUMBERS or text[0] in "IVX"
