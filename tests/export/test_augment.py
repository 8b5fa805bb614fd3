"""What is made up for training: careless spelling, and what is carried over untouched."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allez_export.data.augment import (
    Pair,
    careless,
    carrying,
    made_up_name,
    made_up_token,
    other_names,
    other_numbers,
    untranslatable,
)


def many(change: Callable[..., Pair], pair: Pair, count: int = 200) -> set[Pair]:
    generator = np.random.default_rng(5)
    return {change(pair, generator) for _ in range(count)}


# --- careless typing ------------------------------------------------------------------------


@settings(deadline=None)
@given(st.text(max_size=20), st.integers(0, 2**32))
def test_careless_typing_loses_only_accents_case_and_the_final_stop(text: str, seed: int) -> None:
    typed = careless(text, np.random.default_rng(seed))
    if text.isascii():
        assert typed.lower().rstrip(" .!?…") == text.lower().rstrip(" .!?…")
    assert typed or all(unicodedata.combining(c) for c in text)


def test_careless_typing_repeats_itself_with_its_generator() -> None:
    one, again = (
        [careless("Où est-il ?", generator) for _ in range(50)]
        for generator in (np.random.default_rng(3), np.random.default_rng(3))
    )
    assert one == again
    assert len(set(one)) > 4


def test_every_way_of_careless_typing_occurs() -> None:
    generator = np.random.default_rng(0)
    typed = {careless("Où est-il allé, Rémi ?", generator) for _ in range(300)}
    assert {
        "Ou est-il alle, Remi ?",
        "où est-il allé, rémi ?",
        "Où EST-IL allé, Rémi ?",
        "Où Est-il Allé, Rémi ?",
        "Où est-il allé, Rémi",
        "ou est-il alle, remi ?",
    } <= typed


# --- what is not translated -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("pair", "kept"),
    [
        (("J'ai 12 chats.", "I have 12 cats."), r"J'ai (\d+) chats\.\|I have \1 cats\."),
        (("De 3 à 40.", "From 3 to 40."), r"De (\d+) à (\d+)\.\|From \1 to \2\."),
        (("40 ou 3 ?", "3 or 40?"), r"(\d+) ou (\d+) \?\|\2 or \1\?"),
    ],
)
def test_numbers_change_on_both_sides_alike(pair: Pair, kept: str) -> None:
    found = many(other_numbers, pair)
    assert len(found) > 100
    for source, target in found:
        assert re.fullmatch(kept, f"{source}|{target}")


@pytest.mark.parametrize(
    "pair",
    [
        ("Un chat.", "One cat."),
        ("J'ai 1 chat.", "I have 1 cat."),  # it would have to be cats
        ("J'ai 12 chats.", "I have a dozen cats."),
        ("Il est 12h30, 3 fois.", "It is 12:30, 13 times."),
        ("Le 3.14 ou 10 000 ou 5:30", "The 3.14 or 10,000 or 5:30"),
    ],
)
def test_numbers_that_are_not_the_same_on_both_sides_stay(pair: Pair) -> None:
    assert many(other_numbers, pair) == {pair}


def test_names_change_on_both_sides_alike() -> None:
    pair = ("Tom aime Marie, dit Tom.", "Tom loves Mary, says Tom.")
    found = many(other_names, pair)
    assert len(found) > 150
    for source, target in found:
        name = source.split()[0]
        assert source == f"{name} aime Marie, dit {name}."
        assert target == f"{name} loves Mary, says {name}."
    assert many(other_names, ("Jean dort.", "John sleeps.")) == {("Jean dort.", "John sleeps.")}


def test_what_is_carried_stands_on_both_sides() -> None:
    pair = ("Il pleut.", "It rains.")
    for source, target in many(carrying, pair):
        assert source != pair[0]
        rest = source.replace("Il pleut", "It rains")
        assert rest == target


def test_made_up_words_are_many_and_plain() -> None:
    generator = np.random.default_rng(1)
    names = [made_up_name(generator) for _ in range(500)]
    assert len(set(names)) > 450
    assert all(name[0].isupper() and name[1:].islower() for name in names)
    tokens = [made_up_token(generator) for _ in range(2000)]
    assert all(token.strip() == token and token for token in tokens)
    for sign in ("@", "https://", "www.", "#", "😀"):
        assert any(sign in token for token in tokens), sign
    assert any(token.isdigit() for token in tokens)
    assert any(unicodedata.name(token[0]).startswith("CYRILLIC") for token in tokens)


def test_something_is_always_found_to_change() -> None:
    pair = ("Tom a 12 chats.", "Tom has 12 cats.")
    found = many(untranslatable, pair, 400)
    assert pair not in found
    assert any(source.startswith("Tom ") and "12" not in source for source, _ in found)
    assert any(
        "12 chats" in s and not s.startswith("Tom") and s.endswith("chats.") for s, _ in found
    )
    assert any(s.startswith("Tom a 12 chats") and len(s) > len(pair[0]) for s, _ in found)
    assert pair not in many(untranslatable, ("Il dort.", "He sleeps."))
