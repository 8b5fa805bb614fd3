"""Checks of a sentence against its translation, and the values of numbers in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allez.results import Doubt
from allez.text.checks import doubts
from allez.text.number_words import values

VECTORS = Path(__file__).parents[2] / "spec" / "vectors"
LINES = [
    line
    for name in ("doubts", "doubts_en")
    for line in (VECTORS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize(
    "case", [json.loads(line) for line in LINES], ids=lambda case: case["target"][:40]
)
def test_doubts_are_those_of_the_specification(case: dict[str, Any]) -> None:
    found = doubts(case["source"], case["target"], tuple(case.get("languages", ("fr", "en"))))
    assert sorted({doubt.kind for doubt in found}) == sorted(set(case["kinds"]))
    for doubt in found:
        if doubt.start is not None:
            assert case["source"][doubt.start : doubt.end] == doubt.text


@pytest.mark.parametrize(
    ("text", "language", "numbers"),
    [
        ("soixante et onze", "fr", [71]),
        ("nineteen eighty-four, twenty twenty, eighteen twelve", "en", [1984, 2020, 1812]),
        ("nineteen to twenty-five, ten twenty, thirty nineteen", "en", [19, 25, 10, 20, 30, 19]),
        ("quatre-vingts, quatre-vingt-un", "fr", [80, 81]),
        ("quatre-vingt-dix-neuf mille neuf cent seize", "fr", [99916]),
        ("deux cents, mille, un million", "fr", [200, 1000, 1000000]),
        ("nonante-sept et septante", "fr", [97, 70]),
        ("un chat, une table", "fr", []),
        ("deux trois", "fr", [2, 3]),
        ("cent pour cent", "fr", [100]),
        ("le soixante-septième", "fr", []),
        ("XVIIIe, IVe, Xe, Le", "fr", [18, 4, 10]),
        ("5 590, 3.410.225 et 12", "fr", [5590, 3410225, 12]),
        ("one hundred and twenty-three thousand", "en", [123000]),
        ("a hundred, two million, twelve", "en", [100, 2000000, 12]),
        ("5,590 and 1,234,567", "en", [5590, 1234567]),
        ("sechs 6", "de", [6]),
        ("1,2,3 and 1,234,56", "en", [1, 1]),
        ("1.2.3", "fr", [1]),
    ],
)
def test_numbers_have_values(text: str, language: str, numbers: list[int]) -> None:
    assert [int(value.value) for value in values(text, language)] == numbers


def test_fractions_are_exact() -> None:
    (french,), (english,) = values("42,195 km", "fr"), values("42.195 km", "en")
    assert french.value == english.value
    assert values("42,195 km", "en")[0].value == 42195


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_is_too_strange(source: str, target: str) -> None:
    for languages in (("fr", "en"), ("en", "fr"), ("xx", "yy")):
        for doubt in doubts(source, target, languages):
            if doubt.start is None or doubt.end is None:
                assert doubt.start is doubt.end
            else:
                assert 0 <= doubt.start <= doubt.end <= len(source)


def test_what_is_left_of_a_thing_is_no_number_that_nobody_said() -> None:
    found = doubts("Appelez le 01 23 45 67 89.", "Call on 01 23 45 67 67 89.", ("fr", "en"))
    assert found == (
        Doubt("thing", "01 23 45 67 89", 11, 25),
        Doubt("repetition", "67", None, None),
    )
    (_, other) = doubts("Appelez le 01 23 45 67 89.", "Call 01 23 45 67 88.", ("fr", "en"))
    assert other == Doubt("number", "88", None, None)


@given(st.text(max_size=60))
def test_what_is_copied_is_not_doubted(text: str) -> None:
    assert doubts(text, text, ("fr", "en")) == ()
