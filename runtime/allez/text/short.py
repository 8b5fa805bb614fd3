"""Words that are cut short are read whole: `env. 30 €`, `p. ex.`, `3 av. Foch`, `29 juil. 2026`.

A model knows "environ"; of "env." it makes a word and a full stop. So are words before a colon
(`Tél :`), behind a number (`3 j`), rates (`250 €/mois`), and ordinals. Knows nothing of numbers.
"""

from __future__ import annotations

from collections.abc import Iterator

from allez.entities import (
    SPACES,
    around,
    at,
    is_digit,
    is_private,
    is_word,
    number_begins,
    rate,
    run,
    word_before,
    words,
)
from allez.spec import SPEC
from allez.text.aligned import Edit
from allez.text.dates import months
from allez.text.ordinals import ordinals

_SHORTENED: dict[str, dict[str, dict[str, str]]] = SPEC["shortened"]
_ANYWHERE, _AMID = _SHORTENED["anywhere"], _SHORTENED["amid"]
_FIRST, _STREETS = _SHORTENED["first"], _SHORTENED["streets"]
"""By language, what stands before a full stop, in small letters, and the whole word."""
_ERAS = tuple(SPEC["shortened"]["eras"].split())
"""What stands behind "av." where it is no street: "av. J.-C."."""
_LABELS, _BEHIND, _NUMBERS = (_SHORTENED[key] for key in ("labels", "behind", "numbers"))
"""By language: what stands before a colon, in small letters; behind a number; and "n°"."""
_APOSTROPHES = "'\u2019"
_STOPS = tuple(f".{space}" for space in SPACES)
"""What stands behind a word that is cut short within a sentence."""
_DAYS = words(SPEC["hours"]["days"])
_ARTICLES, _JOINTS = words(SPEC["shortened"]["articles"]), tuple(SPEC["shortened"]["joints"])
"""What stands before a noun ("la mer."), and between two days."""
_FOLLOWED = words(SPEC["shortened"]["followed"])
"""What ends no sentence but its own: of "Il porte un bât." it is a word."""
_POINTS = words(SPEC["shortened"]["points"])
"""What has letters behind its number: "point 3 j"."""


def shortened(text: str, language: str) -> list[Edit]:
    """Return where words stand that are cut short, with their full stop, and the whole words.

    Those of `first` begin the sentence; within one a model knows them. Those of `amid`
    are days that are words, too: a number or another day follows, or they are all of the text,
    in small letters. Those of streets stand behind a number, with a comma or without, and before a
    space and none of `eras`, nor, without a comma, a symbol: "av. JC" has one.
    Months are those of `months`. At the end of the text the full stop is the sentence's, too, and
    is left out.

    Args:
        text: a sentence; numbers in it may be hidden.
        language: of the text.
    """
    found = [
        *_before_stops(text, language),
        *months(text, language),
        *ordinals(text, language),
        *_before_colons(text, language),
        *_behind_numbers(text, language),
        *_before_numbers(text, language),
        *_rates(text, language),
    ]
    disjoint: list[Edit] = []
    for edit in sorted(found, key=lambda edit: (edit[0], -edit[1])):
        if not disjoint or edit[0] >= disjoint[-1][1]:
            disjoint.append(edit)
    return disjoint


def _before_stops(text: str, language: str) -> Iterator[Edit]:
    first, streets = _FIRST.get(language, {}), _STREETS.get(language, {})
    amid = _AMID.get(language, {})
    known = {**_ANYWHERE.get(language, {}), **amid, **first, **streets}
    dot = text.find(".") if known else -1
    end = len(text.rstrip())
    while dot >= 0:
        last = dot + 1 >= end
        for short, whole in known.items():
            start = dot - len(short)
            if start < 0 or text[start:dot].lower() != short or _goes_on(text, start):
                continue
            if (
                is_word(at(text, dot + 1))
                or is_private(at(text, dot + 1))
                or at(text, dot + 1) == "."
            ):
                continue
            alone = start == 0 and last and text[:dot] == short
            if (
                (short in first and start > 0)
                or (short in _FOLLOWED and last and start > 0)
                or (short in amid and not (alone or _is_day(text, start, dot + 1, language)))
                or (short in streets and not _is_street(text, start, dot + 1))
            ):
                continue
            yield start, dot + (not last), _counted(text, start, _cased(text[start:dot], whole))
        dot = text.find(".", dot + 1)


def _goes_on(text: str, start: int) -> bool:
    """Tell whether a word or a name of parts goes on at a position: `functions.Trim`."""
    return is_word(at(text, start - 1)) or at(text, start - 1) == "."


def _is_day(text: str, start: int, end: int, language: str) -> bool:
    """Tell whether a number, or "au" and another, follows a day that no article leads."""
    if word_before(text, start) in _ARTICLES:
        return False
    joint = next((joint for joint in _JOINTS if text.startswith(joint, end)), "")
    if not joint:
        number = at(text, end + 1)
        return at(text, end) in tuple(SPACES) and number != "" and _is_number(number)
    other = end + len(joint)
    word = text[other : run(text, other, str.isalpha)].lower()
    whole = _ANYWHERE.get(language, {}).get(word) or _AMID[language].get(word, word)
    return whole in _DAYS


def _cased(short: str, whole: str) -> str:
    """Return a word with the capitals of what it stands for."""
    if len(short) > 1 and short.isupper():
        return whole.upper()
    return (whole[0].upper() if short[0].isupper() else whole[0]) + whole[1:]


def _counted(text: str, start: int, words: str) -> str:
    """Return words behind a number as they are, behind "1" the first of them without its `s`."""
    before = start - (at(text, start - 1) in tuple(SPACES))
    if at(text, before - 1) != "1" or not number_begins(text, before - 1):
        return words
    first, space, rest = words.partition(" ")
    return f"{first.removesuffix('s')}{space}{rest}"


def _is_street(text: str, start: int, end: int) -> bool:
    """Tell whether the number of a house stands before, and a name may stand behind."""
    before = start - 1
    if at(text, before) not in tuple(SPACES) or at(text, end) not in tuple(SPACES):
        return False
    comma = at(text, before - 1) == ","
    number, behind = at(text, before - 1 - comma), at(text, end + 1)
    if not number or not _is_number(number):
        return False
    return (comma or not behind or not is_private(behind)) and not text.startswith(_ERAS, end + 1)


def _is_number(character: str) -> bool:
    return is_digit(character) or is_private(character)


def _places(text: str, short: str) -> Iterator[int]:
    """Yield where a short word stands at which no word goes on."""
    at_first = text.find(short)
    while at_first >= 0:
        end = at_first + len(short)
        whole = not short[-1].isalpha() or not is_word(at(text, end))
        if whole and not at(text, at_first - 1).isalpha():
            yield at_first
        at_first = text.find(short, at_first + 1)


def _before_colons(text: str, language: str) -> Iterator[Edit]:
    """Yield labels: `Tél :`, `Réf. :`, or nothing but one."""
    if ":" not in text and " " in text.strip():
        return
    small = text.lower()
    begin, last = len(text) - len(text.lstrip()), len(text.rstrip())
    for short, whole in _LABELS.get(language, {}).items():
        for start in _places(small, short) if len(small) == len(text) else ():
            end = start + len(short)
            stop = end + (short[-1] != "." and at(text, end) == ".")
            colon = stop + (at(text, stop) in tuple(SPACES))
            first = start <= begin
            begins = first or text[start].isupper()
            if (at(text, colon) == ":" and begins) or (first and stop >= last):
                word = text[start : end - (short[-1] == ".")]
                yield start, stop, _cased(word, whole)


def _behind_numbers(text: str, language: str) -> Iterator[Edit]:
    """Yield what is cut short behind a number: `3 j`, `10 mn`, `2 M d'euros`, `6 ft. tall`."""
    last = len(text.rstrip()) - 1
    for short, whole in _BEHIND.get(language, {}).items():
        for start in _places(text, short):
            end = start + len(short)
            spaced = at(text, start - 1) in tuple(SPACES)
            number = at(text, start - 1 - spaced)
            open_ = short[-1].isalpha() and at(text, end) in tuple(_APOSTROPHES + "-")
            lettered = len(short) == 1 and _is_lettered(text, start - spaced, end)
            if number and _is_number(number) and not open_ and not lettered:
                stopped = short[-1].isalpha() and text.startswith(_STOPS, end) and end < last
                said = ("" if spaced else " ") + _counted(text, start, whole)
                yield start, end + stopped, said


def _is_lettered(text: str, end: int, stop: int) -> bool:
    """Tell whether one letter belongs to what ends before it: "article 3 j", "3 j)", "log4j"."""
    start = end
    while start > 0 and _is_number(text[start - 1]):
        start -= 1
    joined = at(text, stop) == ")" or is_word(at(text, start - 1))
    return joined or word_before(text, start) in _POINTS


def _before_numbers(text: str, language: str) -> Iterator[Edit]:
    """Yield `n°` right before a number, which is read apart, and "n° de", which is a word."""
    if "°" not in text:
        return
    small = text.lower()
    for short, whole in _NUMBERS.get(language, {}).items():
        for start in _places(small, short) if len(small) == len(text) else ():
            end = start + len(short)
            following = at(text, end)
            if short[-1].isalpha() or (following and _is_number(following)):
                yield start, end, _cased(text[start:end], whole)


def _rates(text: str, language: str) -> Iterator[Edit]:
    """Yield what `rates` knows: `/mois`, `24 h/24`."""
    if language not in SPEC["rates"] or ("/" not in text and " sur " not in text):
        return
    for position, character in enumerate(text):
        if character == "/":
            words = rate(text, position)
        elif is_digit(character):
            words = around(text, position)
        else:
            continue
        if words is not None:
            yield position, *words
