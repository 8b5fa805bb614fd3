"""Symbols in training: the same ones on both sides, and lists counted from pairs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allez.entities.names import Names
from allez_export.config import DataConfig
from allez_export.data import names as name_list
from allez_export.data import terms as term_list
from allez_export.data.masking import NAMES, NUMBERS, SYMBOLS, TERMS, THINGS, mask, masker, shared
from allez_export.data.named import measure

COMMON = Names(frozenset(("le", "la", "un", "londres")))


def masked(source: str, target: str, seed: int = 0, **options: float) -> tuple[str, str]:
    generator = np.random.default_rng(seed)
    terms = {"bail": frozenset(("lease",))}
    settings = {"share": 1.0, "term_share": 0.0, **options}
    return mask((source, target), generator, names=COMMON, terms=terms, **settings)


@pytest.mark.parametrize(
    ("source", "target", "kinds"),
    [
        ("Il y a 5 590 gens.", "There are 5,590 people.", [NUMBERS]),
        ("un taux de 4,2 %", "a rate of 4.2 percent", [NUMBERS]),
        ("à 17 h 30", "at 5:30 p.m.", [NUMBERS]),
        ("les années 1990", "the 1990s", [NUMBERS]),
        ("un prix de 10 €", "a price of €10", [NUMBERS]),
        ("voir a@b.fr et {x}", "see {x} and a@b.fr", [THINGS, THINGS]),
        ("la lettre d'Élodie Traoré", "Élodie Traoré's letter", [NAMES]),
        ("un 5 590 et un 5 590", "a 5,590 and a 5,590", []),
        ("un 5 590", "a 5,591", []),
        ("à Londres", "in Londres", []),
        ("un chat", "a cat", []),
        ("du 3 mars au 12 juin 2025", "from March 3 to June 12, 2025", [NUMBERS, NUMBERS]),
        ("du 3 mars au 12 juin", "from March 3 to June 12", [NUMBERS, NUMBERS]),
    ],
)
def test_what_both_sides_hold_once_is_masked(
    source: str, target: str, kinds: list[tuple[str, ...]]
) -> None:
    pair = masked(source, target)
    found = [c for c in pair[0] if c in SYMBOLS]
    assert sorted(found) == sorted(c for c in pair[1] if c in SYMBOLS)
    assert [next(k for k in (NUMBERS, NAMES, THINGS) if c in k) for c in found] == kinds


def test_only_a_share_is_masked() -> None:
    pairs = [masked("un 5 590", "a 5,590", seed, share=0.5) for seed in range(200)]
    changed = sum(pair != ("un 5 590", "a 5,590") for pair in pairs)
    assert 70 < changed < 130


def test_any_symbol_of_a_kind_may_stand_for_a_value() -> None:
    seen = {masked("un 5 590", "a 5,590", seed)[0][-1] for seed in range(200)}
    assert seen == set(NUMBERS)


def test_a_term_is_masked_with_its_translation() -> None:
    source, target = masked("le bail", "the lease", term_share=1.0)
    assert source[-1] in TERMS
    assert target == f"the {source[-1]}"


def test_the_symbols_are_those_of_the_vocabulary() -> None:
    assert len(SYMBOLS) == len(set(SYMBOLS)) == 56
    assert max(SYMBOLS) < "\uf900"


@given(st.text(max_size=40), st.text(max_size=40), st.integers(0, 9))
def test_both_sides_always_have_the_same_symbols(source: str, target: str, seed: int) -> None:
    pair = masked(source, target, seed)
    for symbol in SYMBOLS:
        typed = source.count(symbol) + target.count(symbol)
        assert typed or pair[0].count(symbol) == pair[1].count(symbol) <= 1


def test_a_run_masks_what_its_configuration_says(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text(COMMON.to_text(), encoding="utf-8")
    (tmp_path / "terms.tsv").write_text("bail\tlease rent\n", encoding="utf-8")
    config = DataConfig(mask=1.0, names="names.txt", terms="terms.tsv")
    masks = masker(config, tmp_path, ("fr", "en"))
    source, target = masks(("la lettre d'Élodie", "Élodie's letter"), np.random.default_rng(0))
    assert source[-1] == target[0]
    assert source[-1] in NAMES


@pytest.mark.parametrize(
    ("source", "target", "read"),
    [
        ("Non", "No", ("non", "no")),
        ("Trier par", "Sort by", ("trier par", "sort by")),
        ("Rechercher", "Search", ("rechercher", "search")),
        ("Lundi", "Monday", ("lundi", "Monday")),
        ("Anglais", "English", ("anglais", "English")),
        ("Moi", "I", ("moi", "I")),
        ("Ordinateur", "PC", ("ordinateur", "PC")),
        ("Non.", "No.", ("Non.", "No.")),
        ("Élodie", "Elodie", ("Élodie", "Elodie")),
    ],
)
def test_what_a_label_says_has_its_capital_from_it_in_training_as_in_use(
    source: str, target: str, read: tuple[str, str], tmp_path: Path
) -> None:
    listed = ("non", "trier", "rechercher", "lundi", "anglais", "moi", "ordinateur")
    text = Names(frozenset(listed)).to_text()
    (tmp_path / "names.txt").write_text(text, encoding="utf-8")
    masks = masker(DataConfig(mask=0.0, names="names.txt"), tmp_path, ("fr", "en"))
    assert masks((source, target), np.random.default_rng(0)) == read


def test_names_are_counted() -> None:
    pairs = [("Le chat de Tom dort.", "Tom's cat sleeps.")] * 4
    pairs += [("On va à Londres.", "We go to London.")] * 4
    pairs += [("un chat", "a cat"), ("on dort", "one sleeps")] * 10
    common = name_list.learn(pairs)
    assert common.carried("Tom")
    assert common.carried("Zorglub")
    assert not common.carried("Londres")
    assert not common.carried("Chat")
    assert not common.carried("Chats")


def test_a_name_without_its_accents_is_the_same_unless_it_is_always_so() -> None:
    said = [("à Épinal", "in Epinal")] * 5 + [("à Montréal", "in Montreal")] * 25
    said += [("à Foix", "in Foxtown")] * 5
    common = name_list.learn(said)
    assert common.carried("Épinal")
    assert not common.carried("Montréal")
    assert not common.carried("Foix")


def test_of_a_name_that_is_seldom_seen_half_is_enough() -> None:
    said = [("à Foix", "in Foix")] * 3 + [("à Foix", "there")] * 2
    assert name_list.learn(said).carried("Foix")
    assert not name_list.learn(said * 4).carried("Foix")


def test_the_rule_is_told_right_wrong_and_missed() -> None:
    words = [("hier une rose", "yesterday a rose"), ("à Londres", "in London")]
    names = name_list.learn(words * 20)
    told = measure(
        names,
        [
            ("Rose a vu Zorglub à Londres.", "Rose saw Zorglub in London."),
            ("Hier, Rose et Ivo.", "Yesterday, Rose and Ian."),
            ("À LONDRES", "IN LONDON"),
        ],
    )
    assert told == (1, 1, 1)
    assert (told.precision, told.recall) == (0.5, 0.5)


def test_terms_are_counted() -> None:
    pairs = [("le chat dort", "the cat sleeps"), ("le bail court", "the lease runs")] * 20
    assert term_list.learn(pairs)["bail"] == frozenset(("lease",))
    assert "dort" not in term_list.learn(pairs)


def test_the_dates_of_a_period_are_symbols_as_in_use() -> None:
    pair = ("Du 3 mars au 12 avril 2025, on est 12.", "From March 3 to April 12, 2025, we are 12.")
    spans = [(s.said, pair[1][t.start : t.end]) for s, t in shared(pair, None, ("fr", "en"))]
    assert spans == [("March 3", "March 3"), ("April 12, 2025", "April 12, 2025")]
    british = ("Du 3 mars au 12 avril.", "From 3 March to 12 April.")
    assert shared(british, None, ("fr", "en")) == []
    assert shared(british[::-1], None, ("en", "fr")) == []


def test_a_time_of_english_is_that_of_french_without_minutes() -> None:
    pair = ("Open from 8 a.m. until 5:30 p.m.", "Ouvert de 8 heures à 17 h 30, sauf 8 h.")
    spans = [
        (pair[0][s.start : s.end], pair[1][t.start : t.end])
        for s, t in shared(pair, None, ("en", "fr"))
    ]
    assert spans == [("8 a.m.", "8 h"), ("5:30 p.m", "17 h 30")]
    turned = shared(pair[::-1], None, ("fr", "en"))
    assert [s.value for s, _ in turned] == ["17:30"]
