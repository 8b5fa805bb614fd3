"""The numbers that a sentence holds, in figures or in words, as values that can be compared.

For checks, not for translation: what a number counts, and how it is written, does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from allez.entities import SPACES, digits, is_digit
from allez.spec import SPEC

if TYPE_CHECKING:
    from fractions import Fraction
    from typing import TypeAlias

    Exact: TypeAlias = int | Fraction


class Value(NamedTuple):
    """A number in a text: `text[start:end]`."""

    value: Exact
    start: int
    end: int


def exact(numerator: int, denominator: int) -> Exact:
    """Return a quotient; few have a fraction, whose module takes long to load."""
    whole, rest = divmod(numerator, denominator)
    if not rest:
        return whole
    from fractions import Fraction

    return Fraction(numerator, denominator)


def _numbered(*rows: tuple[str, int, int]) -> dict[str, int]:
    """Return words with their numbers: of each row the words, the first's number, and the step."""
    return {
        word: first + step * i for text, first, step in rows for i, word in enumerate(text.split())
    }


class _Words(NamedTuple):
    """How a language says numbers."""

    units: Mapping[str, int]
    hundreds: frozenset[str]
    powers: Mapping[str, int]
    """Of ten."""
    link: str


_RULES = SPEC["number_words"]
ORDINALS: Mapping[str, int] = _numbered(*_RULES["en"]["ordinals"])
"""What English counts with, which is often no number of French."""
ABOUT: Mapping[str, int] = _numbered(*_RULES["fr"]["about"])
"""About how many a word of French says, which may be said as a number: "une vingtaine"."""

_NO_WORDS = _Words({}, frozenset(), {}, "")
_LANGUAGES = {
    language: _Words(
        _numbered(*_RULES[language]["units"], *_RULES[language].get("ordinals", ())),
        frozenset(_RULES[language]["hundreds"].split()),
        _numbered(*_RULES[language]["powers"]),
        _RULES[language]["link"],
    )
    for language in ("fr", "en")
}
_DECIMAL = {"fr": ",", "en": "."}
_ROMAN = {"I": 1, "V": 5, "X": 10}


class _Word(NamedTuple):
    text: str
    start: int
    end: int


def values(text: str, language: str) -> list[Value]:
    """Return the numbers of a text in order, ones in words left out: they are articles.

    Args:
        text: a sentence.
        language: of the text; "fr" and "en" have number words.
    """
    words = _words(text)
    found: list[Value] = []
    index = 0
    while index < len(words):
        value, count = _read(words, index, language, text)
        if count:
            first, last = words[index], words[index + count - 1]
            spoken_one = value == 1 and not is_digit(first.text[0])
            if not spoken_one:
                found.append(Value(value, first.start, last.end))
        index += max(count, 1)
    return found


def _words(text: str) -> list[_Word]:
    """Return runs of letters and runs of digits, figures with their separators."""
    found: list[_Word] = []
    position = 0
    while position < len(text):
        end = position
        if is_digit(text[position]):
            end = _figures(text, position)
        else:
            while end < len(text) and text[end].isalpha():
                end += 1
        if end > position:
            found.append(_Word(text[position:end], position, end))
        position = max(end, position + 1)
    return found


def _figures(text: str, start: int) -> int:
    """Return where digits end: groups of three after a separator, then a fraction."""
    end = digits(text, start)
    while end < len(text) - 1 and text[end] in SPACES + ".," and is_digit(text[end + 1]):
        following = digits(text, end + 1)
        grouped = following - end == 4 and end - start <= 3 + 4 * ((end - start) // 4)
        if text[end] in SPACES and not (grouped and end - start != 4):
            break
        end = following
    return end


def _read(words: list[_Word], index: int, language: str, text: str) -> tuple[Exact, int]:
    """Return the value that begins at a word and how many words it takes, 0 if none does."""
    first = words[index].text
    powers = _LANGUAGES.get(language, _NO_WORDS).powers
    if is_digit(first[0]):
        value = _figure_value(first, language)
        used = 1
        if index + 1 < len(words) and (power := powers.get(words[index + 1].text.lower())):
            value, used = value * 10**power, 2
        return value, used
    if language == "fr" and (roman := _roman(first)):
        return roman, 1
    return _spoken(words, index, language, text)


def _figure_value(figures: str, language: str) -> Exact:
    """Return the value of figures with separators."""
    plain = "".join(c for c in figures if c not in SPACES)
    mark = _DECIMAL.get(language, ".")
    other = "." if mark == "," else ","
    parts = plain.split(other)
    if len(parts) > 1 and all(len(part) == 3 for part in parts[1:]) and mark != other:
        plain = "".join(parts)
    whole, found, fraction = plain.replace(other, mark, 1).rpartition(mark)
    if not found:
        whole, fraction = plain, ""
    whole, fraction = ("".join(filter(is_digit, part)) for part in (whole, fraction))
    return int(whole or "0") + (exact(int(fraction), 10 ** len(fraction)) if fraction else 0)


def _roman(word: str) -> int:
    """Return the century of `XIXe`, 0 if it is none."""
    numeral = word[:-1]
    if not word.endswith("e") or not numeral or any(c not in _ROMAN for c in numeral):
        return 0
    total = 0
    for here, after in zip(numeral, numeral[1:] + "I", strict=True):
        smaller = _ROMAN[here] < _ROMAN[after] and after != numeral[-1:] + "I"
        total += -_ROMAN[here] if smaller else _ROMAN[here]
    return total


def _may_begin(words: list[_Word], index: int, language: str) -> bool:
    """Tell whether a hundred or more begins a number: "cent", not "pour cent"; "a hundred"."""
    before = words[index - 1].text.lower() if index else ""
    return (
        before in ("a", "an")
        if language == "en"
        else words[index].text in ("cent", "Cent") and (before != "pour")
    )


def _spoken(words: list[_Word], index: int, language: str, text: str) -> tuple[Exact, int]:
    """Read number words: "quatre-vingt-dix-sept", "two hundred and five"."""
    units, hundreds, powers, link = _LANGUAGES.get(language, _NO_WORDS)
    total = current = used = taken = 0
    while index + used < len(words):
        word = words[index + used].text.lower()
        gap = text[words[index + used - 1].end : words[index + used].start] if used else ""
        if used and gap not in (" ", "-", "\u00a0", "\u2011"):
            break
        if word in units:
            unit = units[word]
            if language == "fr" and unit == 20 and current % 100 == 4:
                current += 76
            elif language == "en" and 10 < current <= 20 and unit >= 10 and not total:
                current = 100 * current + unit  # a year: "nineteen eighty-four"
            elif used and 0 < current % 10 < 10 and current % 100 not in (60, 80) and unit < 10:
                break  # "deux trois": two numbers
            elif used and unit >= 10 and current % 100 and current % 100 not in (60, 80):
                break
            else:
                current += unit
        elif word in hundreds and (used or _may_begin(words, index, language)):
            current = max(current, 1) * 100
        elif word in powers and (used or word == "mille" or _may_begin(words, index, language)):
            total += max(current, 1) * 10 ** powers[word]
            current = 0
        elif word == link and used:
            used += 1
            continue
        else:
            break
        used += 1
        taken = used
    following = words[index + taken].text if taken and index + taken < len(words) else ""
    if language == "fr" and following.endswith("ième"):
        return 1, taken + 1  # "soixante-septième" counts nothing
    return total + current, taken
