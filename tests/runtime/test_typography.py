"""French punctuation of translations: nothing is lost, and a stream says what a call says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allez import Translator
from allez.text import stable, typeset
from support.bundles import make

VECTORS = Path(__file__).parents[2] / "spec" / "vectors" / "typography.jsonl"
CASES = [json.loads(line) for line in VECTORS.read_text(encoding="utf-8").splitlines()]
TEXTS = st.text(alphabet="a5é\"«»?!;:.,() \u00a0\u202f'😀", max_size=20)


def plain(text: str) -> str:
    """Return a text without what typography decides."""
    for quote in "«»":
        text = text.replace(quote, '"')
    return "".join(text.split())


def test_texts_are_typeset_as_the_specification_says() -> None:
    cases = [case for case in CASES if "written" in case]
    assert len(cases) > 150
    for case in cases:
        typed = typeset(case["text"], [tuple(span) for span in case["kept"]])
        assert typed.text == case["written"]
        places = [list(place) for place in zip(typed.starts, typed.ends, strict=True)]
        assert places == case["places"]
        assert stable(case["text"]) == case["stable"]


@given(TEXTS)
def test_words_and_marks_stay(text: str) -> None:
    typed = typeset(text)
    assert plain(typed.text) == plain(text)
    if '"' not in text:
        assert typeset(typed.text).text == typed.text


@given(TEXTS)
def test_what_is_stable_is_how_the_whole_begins(text: str) -> None:
    whole = typeset(text).text
    for end in range(len(text)):
        assert whole.startswith(typeset(stable(text[:end])).text)


@given(TEXTS, st.integers(0, 20), st.integers(0, 20))
def test_what_is_kept_stays(text: str, start: int, size: int) -> None:
    end = min(start + size, len(text))
    if start < end:
        typed = typeset(text, [(start, end)])
        low, high = typed.moved(start, end)
        assert typed.text[low:high] == text[start:end]


@pytest.mark.parametrize("case", [case for case in CASES if "stream" in case])
def test_a_bundle_that_asks_for_it_is_typeset(case: dict[str, Any], tmp_path: Path) -> None:
    edits = [{"set": "target.typography", "to": "fr"}]
    with Translator(make("tiny_entities", edits, tmp_path)) as translator:
        found = translator.translate(
            case["text"], prefix=case["prefix"], beam_size=case["beam_size"]
        )
        assert found.text == case["translation"]
        (sentence,) = found.sentences
        assert [list(span) for span in sentence.hypotheses[0].spans] == case["spans"]
        streamed = "".join(translator.stream(case["text"], prefix=case["prefix"]))
        assert streamed == case["stream"]
        greedy = translator.translate(case["text"], prefix=case["prefix"], beam_size=1)
        assert streamed == greedy.text
