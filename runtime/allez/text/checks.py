"""Cheap checks of a sentence against its translation: which facts are not accounted for.

They see words, not meanings: a doubt is a reason to look, no verdict. Numbers, things that must not
change, repetition and length are compared in any language; negation, limits and number words where
both languages have their words here, or in `negation`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from allez.entities import FORMS, SPACES, THING, Entity, find, is_digit, is_word, on_the_line, words
from allez.entities.units import ALIKE, SIGNS, sign_at, unit_behind
from allez.results import Doubt
from allez.spec import SPEC
from allez.text import english
from allez.text.aligned import Aligned
from allez.text.negation import negation
from allez.text.number_words import ABOUT, ORDINALS, Value, values
from allez.text.short import shortened

if TYPE_CHECKING:
    from allez.text.number_words import Exact


def doubts(source: str, target: str, languages: tuple[str, str]) -> tuple[Doubt, ...]:
    """Return what a translation leaves in doubt, in the order of kinds; places are in `source`.

    Args:
        source: a sentence.
        target: its translation.
        languages: of the two.
    """
    if source == target:
        return ()
    source = on_the_line(source) if languages[0] == "fr" else source
    if not target.strip():
        return (Doubt("length", source, 0, len(source)),)
    entities = [e for e in find(source, FORMS.get(languages[0]), None) if e.kind == THING]
    length = len(target)
    found = _things(source, target, entities)
    hidden = source
    for entity in entities:
        size = entity.end - entity.start
        hidden = hidden[: entity.start] + "\ue000" * size + hidden[entity.end :]
        target = target.replace(entity.value, " \ue000 ", 1)
    here, said = lexemes(hidden.lower()), lexemes(target.lower())
    doubted = {figures for doubt in found for figures in lexemes(doubt.text)}
    found += _numbers(hidden, target, here, said, languages, doubted)
    if languages == ("fr", "en"):
        found += _limits(hidden, target, here, said)
        found += negation(hidden, target, here, said)
        found += _names(hidden, target)
    elif languages == ("en", "fr"):
        found += english.limits(hidden, target, said)
        found += english.negation(hidden, target, here, said)
        found += english.names(hidden, target, _capitalized)
    found += _repetition(here, said)
    if len(source) >= 20 and not 0.4 <= length / len(source) <= 2.2:
        found.append(Doubt("length", source, 0, len(source)))
    if "\ufffd" in target:
        found.append(Doubt("characters", "\ufffd", None, None))
    return tuple(found)


_RUNS = re.compile(r"\w+")


def lexemes(text: str) -> list[str]:
    """Return the words of a text: runs of letters, digits and underscores."""
    found = _RUNS.findall(text)
    if all(run.isascii() or run.isalpha() for run in found):
        return found
    found = []  # there are other digits and numerals, which part words
    position = 0
    while position < len(text):
        end = position
        while end < len(text) and is_word(text[end]):
            end += 1
        if end > position:
            found.append(text[position:end])
        position = max(end, position + 1)
    return found


def _things(source: str, target: str, entities: Sequence[Entity]) -> list[Doubt]:
    """Find things of the source that do not stand in the translation as often, or do more often."""
    found = []
    plain, here = _one_space(target), _one_space(source)
    for entity in entities:
        value = _one_space(entity.value)
        lost, more = here.count(value) > plain.count(value), here.count(value) < plain.count(value)
        if lost:
            found.append(Doubt("thing", entity.value, entity.start, entity.end))
        elif more and all(doubt.text != entity.value for doubt in found):
            found.append(Doubt("thing", entity.value, None, None))
    return found


def _one_space(text: str) -> str:
    return "".join(" " if c in SPACES else c for c in text)


_SAME: dict[str, list[int]] = SPEC["number_words"]["same"]
"""Numbers that are said by others: a fortnight is "quinze jours", noon is "midi"."""


def _numbers(
    source: str,
    target: str,
    lexemes_here: Sequence[str],
    said: Sequence[str],
    languages: tuple[str, str],
    doubted: Collection[str],
) -> list[Doubt]:
    """Find numbers that were lost, and such as nobody said; `doubted` is of things lost already."""
    here, there = _counted_as_read(source, languages[0]), _counted(target, languages[1])
    about = {ABOUT[word] for word in lexemes_here if word in ABOUT}
    if languages[1] == "en":
        there = [v for v in there if not _is_ordinal_word(target, v)] + [
            v for v in there if _is_ordinal_word(target, v)
        ]
    to_french = languages == ("en", "fr")
    later = to_french and english.tells_hours(said)
    left = Counter(value.value for value in there)
    found = []
    missing: list[Value] = []
    for value in here:
        if left[value.value]:
            left[value.value] -= 1
        else:
            missing.append(value)
    for value in missing:
        same = next((v for v in _alternatives(value.value, later=later) if left[v]), None)
        if same is not None:
            left[same] -= 1
        elif to_french and (
            _is_ordinal_word(source, value)
            or (value.value.denominator == 1 and english.says(int(value.value), said))
        ):
            continue
        elif not _is_said_otherwise(source, said, value):
            found.append(Doubt("number", source[value.start : value.end], value.start, value.end))
    if languages[1] == "en" and not found:
        found += _in_another_form(source, target, here, there)
    if not found:
        found += _in_another_unit(source, target, here, there, rates=languages[0] == "fr")
    for value in there:
        if left[value.value] > 0 and not found and not _is_ordinal_word(target, value):
            left[value.value] -= 1
            if _is_word_of(target, value) and value.value in (1, 2, 12, *about):
                continue
            text = target[value.start : value.end]
            if to_french and english.is_no_number(text):
                continue
            if all(figures in doubted for figures in lexemes(text)):
                continue  # what is left of a thing
            if not any(value.value in _alternatives(v.value, later=later) for v in here):
                found.append(Doubt("number", text, None, None))
    return found


def _counted(text: str, language: str) -> list[Value]:
    """Return the numbers of a text, but for the minutes of full hours: "15 h" is "15:00"."""
    return [value for value in values(text, language) if not _are_no_minutes(text, value)]


def _counted_as_read(source: str, language: str) -> list[Value]:
    """Return the numbers of a source as it is read, with their places in the source itself."""
    read = Aligned.of(source).edited(shortened(source, language))
    return [
        value._replace(start=read.starts[value.start], end=read.ends[value.end - 1])
        for value in _counted(read.text, language)
    ]


def _are_no_minutes(text: str, value: Value) -> bool:
    mark = value.start - 1
    mark -= mark > 0 and text[mark] in SPACES
    return text[value.start : value.end] == "00" and mark > 0 and text[mark] in ":hH"


def _in_another_form(
    source: str, target: str, here: Sequence[Value], there: Sequence[Value]
) -> list[Doubt]:
    """Find a number that an English translation has as French writes it: "3,5", "5 590", "10h53".

    Who reads it may take it for another one: "3,410" for thousands.
    """
    for said in there:
        text = target[said.start : said.end]
        text = text[: max((i + 1 for i, c in enumerate(text) if is_digit(c)), default=0)]
        parts = text.split(",")
        grouped = len(parts[0]) <= 3 and all(len(part.split(".")[0]) == 3 for part in parts[1:])
        clock = target[said.end : said.end + 1] == "h" and is_digit(target[said.end + 1 :][:1])
        if not text or (
            (len(parts) == 1 or grouped) and not clock and not any(c in SPACES for c in text)
        ):
            continue
        for value in here:
            same = source[value.start : value.end]
            if list(filter(is_digit, same)) == list(filter(is_digit, text)):
                return [Doubt("number", same, value.start, value.end)]
    return []


def _in_another_unit(
    source: str, target: str, here: Sequence[Value], there: Sequence[Value], *, rates: bool
) -> list[Doubt]:
    """Find a number that has another unit than in the source: "205 m" said as "205 ml"."""
    for said in there:
        start, end = unit_behind(target, said.end, ALIKE)
        same = [value for value in here if start < end and value.value == said.value]
        places = [unit_behind(source, value.end, SIGNS, rates=rates) for value in same]
        units = [place for place in places if place[0] < place[1]]
        if units and all(
            SIGNS[sign_at(source, *place)] != sign_at(target, start, end) for place in units
        ):
            start, end = units[0]
            return [Doubt("number", source[start:end], start, end)]
    return []


def _is_word_of(text: str, value: Value) -> bool:
    """Tell whether a number is written in words."""
    return text[value.start].isalpha()


def _is_ordinal_word(text: str, value: Value) -> bool:
    return text[value.start : value.end].lower() in ORDINALS


_PAIRS = words(SPEC["number_words"]["pairs"])


def _alternatives(value: Exact, *, later: bool) -> list[Exact]:
    """Return what may be said for a number: the hour of a half day, a fortnight.

    Args:
        value: the number.
        later: whether it may be an hour of the afternoon that is said as one of 24.
    """
    other: list[Exact] = []
    if value.denominator == 1:
        other += _SAME.get(str(value), ())
    if 13 <= value <= 24:
        other.append(value - 12)
    if later and 1 <= value <= 11:
        other.append(value + 12)
    return other


def _is_said_otherwise(source: str, said: Sequence[str], value: Value) -> bool:
    """Tell whether a small number may be within a word: "deuxième", "une paire", "un couple"."""
    if value.value > 3 or not _is_word_of(source, value):
        return False
    return not _PAIRS.isdisjoint(said)


_LIMITS = SPEC["limits"]["fr"]
_FEWER, _MORE = words(_LIMITS["fewer"]), words(_LIMITS["more"])
_ONES, _APART = words(_LIMITS["ones"]), words(_LIMITS["apart"])
_PHRASES: dict[str, list[str]] = _LIMITS["phrases"]


def _limits(
    source: str, target: str, here: Sequence[str], words_said: Sequence[str]
) -> list[Doubt]:
    """Find limits whose direction is not in the translation, or turned round."""
    said = set(words_said)
    found = []
    for index, word in enumerate(here[:-2]):
        if word not in ("moins", "plus") or here[index + 1] not in ("de", "d"):
            continue
        if here[index + 2] not in _ONES and not values(" ".join(here[index + 2 : index + 4]), "fr"):
            continue
        before = here[index - 1] if index else ""
        if before in _APART or here[index + 2 : index + 3] == ["plus"]:
            continue
        wanted, other = (_FEWER, _MORE) if word == "moins" else (_MORE, _FEWER)
        opposite = bool(said & other) or (word == "moins" and "least" in said)
        if not said & wanted and (opposite or values(target, "en")):
            found.append(_at(source, f"{word} {here[index + 1]}"))
    small, small_target = source.lower(), target.lower()
    for phrase, sayings in _PHRASES.items():
        if phrase not in small or any(saying in small_target for saying in sayings):
            continue
        if any(value.start > small.find(phrase) for value in values(source, "fr")):
            found.append(_at(source, phrase))
    return found[:1]


def _at(source: str, phrase: str) -> Doubt:
    start = max(source.lower().find(phrase), 0)
    return Doubt("limit", source[start : start + len(phrase)], start, start + len(phrase))


_NO_NAMES = frozenset(SPEC["ordinals"]["first"]) | frozenset(SPEC["prices"]["multiples"])
"""What has a capital and small letters, and is read otherwise: "François Ier", "10 Mds €"."""


def _names(source: str, target: str) -> list[Doubt]:
    """Find names within a sentence of which the translation has fewer than the source."""
    here = [(word, start) for word, start in _capitalized(source) if word not in _NO_NAMES]
    if not here:
        return []
    there = {word for word, _ in _capitalized(target, first=True)}
    lost = [(word, start) for word, start in here if word not in there and word not in target]
    kept = {word for word, _ in here} & there
    if len({word for word, _ in here}) - len(kept) > len(there - kept):
        return [Doubt("name", word, start, start + len(word)) for word, start in lost[:1]]
    return []


_BEGINS: str = SPEC["names"]["begins"]
"""Marks behind which a sentence begins, whose first word is no name."""


def _capitalized(text: str, *, first: bool = False) -> list[tuple[str, int]]:
    """Return words with a capital and small letters, but for the first one of a sentence."""
    if not first and text[1:] == text[1:].lower():
        return []
    found = []
    position = 0
    begins = True
    while position < len(text):
        end = position
        while end < len(text) and (is_word(text[end]) or (text[end] == "-" and end > position)):
            end += 1
        word = text[position:end].rstrip("-")
        if len(word) > 2 and word[0].isupper() and word[1:2].islower() and (first or not begins):
            found.append((word, position))
        if word:
            begins = False
        elif text[position] in _BEGINS:
            begins = True
        position = max(end, position + 1)
    return found


def _repetition(here: Sequence[str], said: Sequence[str]) -> list[Doubt]:
    """Find a word twice running, or several words twice, unless the source does the like."""
    if _repeats(here):
        return []
    word = _repeats(said)
    return [Doubt("repetition", word, None, None)] if word else []


_REPEATABLE = words(SPEC["repeatable"])


def _repeats(said: Sequence[str]) -> str:
    for before, word in pairwise(said):
        if before == word and len(word) > 1 and word not in _REPEATABLE:
            return word
    seen: set[tuple[str, ...]] = set()
    size = 3 if len(said) < 20 else 4
    for index in range(len(said) - size + 1):
        some = tuple(said[index : index + size])
        if some in seen and any(len(word) > 3 for word in some):
            return " ".join(some)
        seen.add(some)
    return ""
