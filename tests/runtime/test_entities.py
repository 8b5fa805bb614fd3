"""Entities: which spans are found, and that symbols give back every value."""

from __future__ import annotations

import json
import re
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allez.entities.find import KINDS, Entity, find
from allez.entities.forms import FORMS
from allez.entities.names import Names, find_names
from allez.entities.numbers import read, write
from allez.entities.symbols import Symbols, excess, fill, mask, mask_target
from allez.errors import BundleFormatError

VECTORS = Path(__file__).parents[2] / "spec" / "vectors"
FRENCH, ENGLISH = FORMS["fr"], FORMS["en"]
SYMBOLS: Symbols = {
    kind: tuple(map(chr, range(first, first + count)))
    for kind, first, count in zip(
        KINDS, (0xE000, 0xE010, 0xE020, 0xE030), (10, 10, 12, 10), strict=True
    )
}


def vectors(name: str) -> list[dict[str, Any]]:
    lines = (VECTORS / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def found(case: dict[str, Any]) -> list[Entity]:
    source, target = case.get("forms", ("fr", "en"))
    return find(
        case["text"],
        FORMS.get(source),
        FORMS.get(target),
        keep=[tuple(span) for span in case.get("keep", ())],
        glossary=[tuple(term) for term in case.get("glossary", ())],
    )


def test_the_spans_of_the_specification() -> None:
    for case in vectors("entities.jsonl"):
        spans = [[e.start, e.end, e.kind, e.said] for e in found(case)]
        assert spans == case["entities"], case["text"]


def test_every_kind_is_in_the_vectors() -> None:
    kinds = {entity[2] for case in vectors("entities.jsonl") for entity in case["entities"]}
    assert kinds == {"number", "thing", "term"}


@pytest.mark.parametrize("case", vectors("entities_fill.jsonl"), ids=lambda case: case["filled"])
def test_values_are_filled_in_as_the_specification_says(case: dict[str, Any]) -> None:
    entities = found({"text": case["source"], **case})
    masked = mask(case["source"], entities, SYMBOLS)
    translation = re.sub(
        r"\{([a-z]+)(\d)\}", lambda m: SYMBOLS[m[1]][int(m[2])], case["translation"]
    )
    assert (
        fill(translation, masked.slots, language=case.get("forms", ("fr", "en"))[1]).text
        == case["filled"]
    )


@pytest.mark.parametrize("text", ["du 3 mars au 12 juin 2025", "DU LUNDI 3 MARS AU 12 JUIN 2025"])
def test_the_dates_of_a_period_are_the_same_however_they_are_written(text: str) -> None:
    assert [e.value for e in found({"text": text})] == ["03-03", "2025-06-12"]


# Pieces of what people write, put together at random: values side by side, within each other, cut.
PIECES = st.sampled_from(
    """a@b.fr|06 12 34 56 78|FR76 3000 4000 0100 1234 5678 943|https://a.fr/b|{x}|{|}|%s|%|<b>|<|>|
    |`|``|5 590|12,5|4 %|€|$|17 h 30|h|h30|:|::|20/05/2023|/|//|C:\\|\\|\\\\|--|-|−|+|(|)|0|00|1|
    123|1 000|é|Ł|ж|漢|\u0301|\ufe0f|\u200d|👩|🏽|🇫|1️⃣|#|@|&|;|_|__|.|..|,|'|’|«|»|années |année|
    9 am|5pm| p.m.|7.30pm|9:00|24| to |'90s|80s|$3.2bn|$5m| million|U.S.|U.S.A.|section |3.4|
    US$|$US|k€|Md|\ue000|\uf8ff|\U0010fffd|x|X|Mot|mot|A320|()|~|[[|]]|\n|\t|\u00a0|\u202f|
    """.replace("\n    ", "").split("|")
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=14).map("".join))
SPANS = st.lists(st.tuples(st.integers(-2, 70), st.integers(-2, 70)), max_size=4)
TERMS = st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=3)


@given(TEXTS, SPANS, TERMS)
def test_spans_are_ordered_disjoint_and_within_lines(
    text: str, keep: list[tuple[int, int]], glossary: list[tuple[str, str]]
) -> None:
    for source, target in ((FRENCH, ENGLISH), (ENGLISH, FRENCH)):
        done = 0
        for entity in find(text, source, target, keep=keep, glossary=glossary):
            assert done <= entity.start < entity.end <= len(text)
            assert entity.kind in KINDS
            kept = (entity.start, entity.end) in keep
            assert kept or "\n" not in text[entity.start : entity.end]
            done = entity.end


@given(TEXTS)
def test_what_copies_symbols_gives_every_value_back(text: str) -> None:
    text = text.replace("\n", " ")
    entities = find(text, FRENCH, None)
    masked = mask(text, entities, SYMBOLS)
    filled = fill(masked.text, masked.slots, language="")
    for entity, (start, end) in zip(masked.entities, filled.spans, strict=True):
        assert filled.text[start:end] == entity.said
    for slot in masked.slots:
        assert masked.text.count(slot.symbol) == slot.times


@given(TEXTS)
def test_no_symbol_is_typed(text: str) -> None:
    masked = mask(text, find(text, FRENCH, ENGLISH), SYMBOLS)
    raw = masked.text
    if excess(find(text, FRENCH, ENGLISH), SYMBOLS) is None:
        for slot in masked.slots:
            raw = raw.replace(slot.symbol, "")
        assert not any("\ue000" <= character <= "\uf8ff" for character in raw)


@given(st.text(alphabet="abcdé 'l", max_size=30))
def test_plain_words_are_no_entities(text: str) -> None:
    assert find(text, FRENCH, ENGLISH) == []


@given(st.integers(1000, 10**12), st.sampled_from((" ", "\u00a0", "\u202f", ".")))
def test_thousands_are_rewritten(number: int, mark: str) -> None:
    text = f"{number:,}".replace(",", mark)
    if mark == "." and number < 10**6:
        return  # could be a fraction: stays raw
    (entity,) = find(text, FRENCH, ENGLISH)
    assert entity.said == f"{number:,}"


@given(st.integers(0, 10**7), st.integers(0, 99), st.booleans())
def test_a_price_goes_there_and_back(whole: int, cents: int, grouped: bool) -> None:
    written = f"{whole:,}" if grouped else str(whole)
    there = read(f"€{written}.{cents:02d}", 0, ENGLISH)
    assert there is not None
    french = write(there[1], FRENCH)
    back = read(french, 0, FRENCH)
    assert back is not None
    assert back[0] == len(french)
    assert back[1].value == there[1].value


def test_a_hundred_thousand_characters_take_seconds_at_most() -> None:
    for unit in (
        "a-",
        "1 ",
        "1.",
        "{",
        "`a",
        "<a",
        "a@",
        "a.b",
        "%(",
        "_a",
        "\\",
        "FR76 ",
        "é",
        ": a",
        "1h à 2h à ",
        "1 - ",
        ".",
        "…",
    ):
        begin = time.process_time()
        find(unit * (100_000 // len(unit)), FRENCH, ENGLISH)
        assert time.process_time() - begin < 10, unit


def test_more_values_than_symbols_are_noticed() -> None:
    text = " ".join(f"a{i}@b.fr" for i in range(13))
    entities = find(text, FRENCH, ENGLISH)
    assert excess(entities, SYMBOLS) == 12
    assert excess(entities[:12], SYMBOLS) is None
    assert len(mask(text, entities, SYMBOLS).slots) == 12


def test_the_same_value_has_one_symbol() -> None:
    text = "12,5 et 12,5 et 3,5"
    masked = mask(text, find(text, FRENCH, ENGLISH), SYMBOLS)
    assert masked.text == "\ue000 et \ue000 et \ue001"
    assert [slot.times for slot in masked.slots] == [2, 1]


@pytest.mark.parametrize(
    ("prefix", "masked"),
    [
        ("The 8,000 people", "The \ue000 people"),
        ("The 8 000 people", "The \ue000 people"),
        ("The 8,0", "The \ue000"),
        ("The 80", "The 80"),
        ("8,000 8,000", "\ue000 8,000"),
        ("18,000", "18,000"),
        ("write to a@", "write to \ue020"),
        ("write to a", "write to a"),
    ],
)
def test_a_prefix_is_masked_by_the_source(prefix: str, masked: str) -> None:
    source = "Les 8 000 écrivent à a@b.fr."
    slots = mask(source, find(source, FRENCH, ENGLISH), SYMBOLS).slots
    assert mask_target(prefix, slots, prefix=True) == masked


def test_a_value_amid_a_target_must_be_whole() -> None:
    source = "Les 8 000 écrivent."
    slots = mask(source, find(source, FRENCH, ENGLISH), SYMBOLS).slots
    assert mask_target("The 8,0", slots) == "The 8,0"


COMMON = Names(
    frozenset(("chat", "le", "la", "hier", "monsieur", "londres", "rose", "saint", "président"))
)


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("Élodie dort.", ["Élodie"]),
        ("Hier, Le Chat a vu Élodie Traoré.", ["Élodie Traoré"]),
        ("Monsieur Keller vit à Londres.", ["Keller"]),
        ("M. Keller et J. R. R. Tolkien", ["Keller", "J. R. R. Tolkien"]),
        ("L'ami d'Élodie et d’Angus", ["Élodie", "Angus"]),
        ("Jean-Luc van der Berg", ["Jean-Luc van der Berg"]),
        ("O'Brien et D’Artagnan", ["O'Brien", "D’Artagnan"]),
        ("Rose-Chat et Saint-Malo", ["Saint-Malo"]),
        ("Le président Lula, Vinci", ["Lula", "Vinci"]),
        ("Des chats, des Roses", []),
        ("X et Y", []),
        ("", []),
    ],
)
def test_names_are_what_the_list_does_not_have(sentence: str, names: list[str]) -> None:
    known = Names(COMMON.words | {"des"})
    assert [e.value for e in find_names(sentence, [], known)] == names


def test_names_keep_clear_of_other_entities() -> None:
    text = "chez Élodie@b.fr et Élodie"
    entities = find(text, FRENCH, ENGLISH)
    (name,) = find_names(text, entities, COMMON)
    assert (name.start, name.end) == (20, 26)


@given(st.frozensets(st.text(alphabet="abcé-", min_size=1, max_size=40), max_size=30))
def test_the_list_of_names_reads_as_it_was_written(words: frozenset[str]) -> None:
    assert Names.from_text(Names(words).to_text()).words == words


@pytest.mark.parametrize(
    "content", ["", "names 2\n", "names 1", "names 1\n0b\n0a\n", "names 1\n3a\n", "names 1\n\n"]
)
def test_a_malformed_list_of_names_is_refused(content: str) -> None:
    with pytest.raises(BundleFormatError):
        Names.from_text(content)


@pytest.mark.parametrize(
    ("content", "before"),
    [
        ("names 1\n0ab\n1a\n0c\n", "ab"),
        ("names 1\n0ab\n3c\n0c\n", "ab"),
        ("names 1\n0ab\n\n0c\n", "ab"),
        ("names 1\n0ab\n1d\n0ac\n", "ad"),
    ],
)
def test_words_out_of_order_are_refused_when_one_beside_them_is_asked_for(
    content: str, before: str
) -> None:
    names = Names.from_text(content)
    assert names.lists("c") == content.endswith("0c\n")
    for ask in (lambda: names.lists("ab"), lambda: names.words):
        with pytest.raises(BundleFormatError, match=f"out of order after '{before}'"):
            ask()


@given(st.frozensets(st.text(alphabet="abcé-", min_size=1, max_size=6), max_size=30), st.data())
def test_a_list_of_names_has_the_words_that_were_written(
    words: frozenset[str], data: st.DataObject
) -> None:
    whole, read = Names(words), Names.from_text(Names(words).to_text())
    some = st.text(alphabet="abcé-esx", max_size=7)
    for word in data.draw(st.lists(st.sampled_from(sorted(words)) | some if words else some)):
        assert read.lists(word) == whole.lists(word)
        assert read.carried(word) == whole.carried(word)


def test_of_a_list_of_names_only_the_stretch_is_read_that_a_word_could_be_in() -> None:
    names = Names.from_text("names 1\n0ab\n1a\n0cd\n1e\n")  # "aa" is out of order
    assert names.lists("ce")
    assert not names.lists("cf")
    assert not names.lists("d")


@given(TEXTS)
def test_names_are_ordered_and_clear_of_entities(text: str) -> None:
    entities = find(text, FRENCH, ENGLISH)
    spans = sorted([*entities, *find_names(text, entities, COMMON)])
    for before, after in pairwise(spans):
        assert before.end <= after.start
