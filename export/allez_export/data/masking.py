"""Symbols in training: what both sides of a pair hold becomes one symbol on both.

The scanners are the runtime's own, so that a model meets in use what it has learnt. Only a part of
the spans is masked: the model also learns to read them raw. Numbers count as the same if their
value is, however each side writes it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from allez.entities import words
from allez.entities.characters import is_word
from allez.entities.find import KINDS, NAME, NUMBER, TERM, THING, Entity, find
from allez.entities.forms import FORMS
from allez.entities.names import Names, find_names
from allez.spec import SPEC
from allez.text.casing import is_label, recased
from allez_export.config import DataConfig
from allez_export.data.marked import MARK
from allez_export.data.mix import Mask
from allez_export.data.read import Pair, read_lines

NUMBERS = tuple(map(chr, range(0xE000, 0xE00A)))
NAMES = tuple(map(chr, range(0xE010, 0xE01A)))
THINGS = tuple(map(chr, range(0xE020, 0xE02C)))
TERMS = tuple(map(chr, range(0xE030, 0xE03A)))
SPARE = tuple(map(chr, range(0xE03B, 0xE048)))
SYMBOLS = (*NUMBERS, *NAMES, *THINGS, *TERMS, MARK, *SPARE)
"""All private-use characters of the vocabulary, in the order of their ids."""

SYMBOLS_OF = {NUMBER: NUMBERS, NAME: NAMES, THING: THINGS, TERM: TERMS}
"""The symbols of each kind."""
_FIRST, _LAST = SYMBOLS[0], SYMBOLS[-1]

_ALWAYS = words(SPEC["calendar"]["en"]) | words(SPEC["names"]["en"]["common"])
"""English words that have a capital wherever they stand."""
_DATE = re.compile(r"\bau \d|\bau (lun|mar|mer|jeu|ven|sam|dim)", re.IGNORECASE)
"""What every period has: most pairs have none, and need not be read again."""
_HOUR = re.compile(r"(1?\d|2[0-4]) h")
"""The value of a whole hour that French has."""
_DAY = re.compile(r"(\d{4}-)?\d\d-\d\d")
"""The value of a date (`periods.Date.value`)."""


def mask(
    pair: Pair,
    generator: np.random.Generator,
    *,
    names: Names | None = None,
    terms: dict[str, frozenset[str]] | None = None,
    languages: tuple[str, str] = ("fr", "en"),
    share: float = 0.6,
    term_share: float = 0.03,
) -> Pair:
    """Return the pair with some of its shared spans as symbols, at random.

    Args:
        pair: source and target.
        generator: seeded.
        names: the list of the bundle; None: names stay.
        terms: content words in small letters and their usual translations; masked where both
            sides have one of them once.
        languages: how each side writes numbers.
        share: how many of the spans are masked, as a share.
        term_share: in what share of the pairs a term is.
    """
    if not all(pair) or (max(pair[0] + pair[1]) >= _FIRST and _has_symbol(pair)):
        return pair
    hits = [hit for hit in shared(pair, names, languages) if generator.random() < share]
    if terms and generator.random() < term_share:
        hits += _terms(pair, terms, hits)
    if not hits:
        return pair
    order = {kind: generator.permutation(len(SYMBOLS_OF[kind])).tolist() for kind in KINDS}
    chosen = []
    for source, target in hits:
        left = order[source.kind]
        if left:
            chosen.append((source, target, SYMBOLS_OF[source.kind][left.pop()]))
    return _replaced(pair[0], [(s, symbol) for s, _, symbol in chosen]), _replaced(
        pair[1], [(t, symbol) for _, t, symbol in chosen]
    )


def _has_symbol(pair: Pair) -> bool:
    return any(_FIRST <= character <= _LAST for side in pair for character in side)


def masker(config: DataConfig, folder: Path, languages: tuple[str, str]) -> Mask:
    """Return what masks the pairs of a run, with the lists that its configuration names."""
    names, terms = None, None
    if config.names is not None:
        names = Names.from_text("".join(f"{line}\n" for line in read_lines(folder / config.names)))
    if config.terms is not None:
        lines = [line.split("\t") for line in read_lines(folder / config.terms)]
        terms = {word: frozenset(said.split(" ")) for word, said in lines}
    hide = partial(mask, names=names, terms=terms, languages=languages, share=config.mask)

    def read(pair: Pair, generator: np.random.Generator) -> Pair:
        pair = hide(pair, generator)
        return pair if names is None else _as_met(pair, names)

    return read


def _as_met(pair: Pair, names: Names) -> Pair:
    """Return a pair as the runtime reads and says it: labels without their capital.

    The capital of a translation is that of its source, put on afterwards. A model that learnt "No"
    beside "no" for the same "non" believes in neither, and said "not".
    """
    source, target = pair
    if not source or not is_label(source, names):
        return pair
    return recased(source, "label"), _without_capital(target)


def _without_capital(text: str) -> str:
    """Return a text without its first capital, but for a word that always has one."""
    first = re.match(r"[^\W\d_]+", text)
    if first is None or not first[0][1:].islower():  # "I", "PC", "iPhone"
        return text
    return text if first[0] in _ALWAYS else recased(text, "label")


def shared(
    pair: Pair, names: Names | None, languages: tuple[str, str]
) -> list[tuple[Entity, Entity]]:
    """Return the spans whose value stands once on either side, in the source's order."""
    sides = [
        find(text, FORMS.get(language), None)
        for text, language in zip(pair, languages, strict=True)
    ]
    once = [_once(side) for side in sides]
    if languages == ("en", "fr"):
        once[1] = {**_as_times(once[1]), **once[1]}
    hits = [(once[0][value], once[1][value]) for value in once[0] if value in once[1]]
    days = _days(pair, languages)
    hits = days + [hit for hit in hits if not _met(hit, days)]
    if names is not None:
        for name in find_names(pair[0], sides[0], names):
            at = _only_place(pair[1], name.value)
            clear = at >= 0 and not any(
                at < other.end and other.start < at + len(name.value) for other in sides[1]
            )
            if clear and _only_place(pair[0], name.value) >= 0:
                place = name._replace(start=at, end=at + len(name.value))
                hits.append((name, place))
    hits.sort()
    return hits


def _as_times(found: dict[str, Entity]) -> dict[str, Entity]:
    """Return whole hours that may be a length of time as times, as English tells them: `8 h`."""
    hours = {value: _HOUR.fullmatch(value) for value in found}
    return {f"{hour[1]}:00": found[value] for value, hour in hours.items() if hour}


def _days(pair: Pair, languages: tuple[str, str]) -> list[tuple[Entity, Entity]]:
    """Return the dates of periods, each a whole number to the runtime, said as the target does."""
    source, target = (FORMS.get(language) for language in languages)
    if target is None or _DATE.search(pair[0]) is None:
        return []
    hits = []
    for day in find(pair[0], source, target):
        place = _only_place(pair[1], day.said) if _DAY.fullmatch(day.value) else -1
        if place >= 0:
            hits.append((day, day._replace(start=place, end=place + len(day.said))))
    return hits


def _met(hit: tuple[Entity, Entity], others: Sequence[tuple[Entity, Entity]]) -> bool:
    return any(
        _overlap(mine, its) for other in others for mine, its in zip(hit, other, strict=True)
    )


def _once(entities: Sequence[Entity]) -> dict[str, Entity]:
    found: dict[str, list[Entity]] = {}
    for entity in entities:
        found.setdefault(entity.value, []).append(entity)
    return {value: same[0] for value, same in found.items() if len(same) == 1}


def _only_place(text: str, word: str) -> int:
    """Return where a word stands, -1 if it does not or more than once."""
    places = [i for i in _places(text, word) if _apart(text, i, i + len(word))]
    return places[0] if len(places) == 1 else -1


def _places(text: str, word: str) -> list[int]:
    places = []
    place = text.find(word)
    while place >= 0:
        places.append(place)
        place = text.find(word, place + 1)
    return places


def _apart(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before and is_word(before)) and not (after and (is_word(after) or after == "-"))


def _terms(
    pair: Pair, terms: dict[str, frozenset[str]], hits: Sequence[tuple[Entity, Entity]]
) -> list[tuple[Entity, Entity]]:
    """Return a word and its translation, if there is one clear of what is masked already."""
    for word in dict.fromkeys(_words(pair[0])):
        for translation in sorted(terms.get(word, ())):
            start, place = _only_place(pair[0], word), _only_place(pair[1], translation)
            if start < 0 or place < 0:
                continue
            source = Entity(start, start + len(word), TERM, word, word)
            target = Entity(place, place + len(translation), TERM, word, word)
            if not any(_overlap(source, s) or _overlap(target, t) for s, t in hits):
                return [(source, target)]
    return []


def _words(text: str) -> list[str]:
    return [word for word in text.replace("'", " ").replace("\u2019", " ").split(" ") if word]


def _overlap(one: Entity, other: Entity) -> bool:
    return one.start < other.end and other.start < one.end


def _replaced(text: str, chosen: Sequence[tuple[Entity, str]]) -> str:
    for entity, symbol in sorted(chosen, key=lambda item: -item[0].start):
        text = text[: entity.start] + symbol + text[entity.end :]
    return text
