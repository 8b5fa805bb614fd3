"""Marks through translation: the vectors, and that nothing is ever lost, doubled or crossed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allez.documents.records import render
from allez.text.markup import Mark, Marked, check, weave
from allez.translate.alignment import Alignment, units, word_links
from allez.translate.markup import place
from support.documents import WordByWord
from support.marks import nested

VECTORS = Path(__file__).parents[2] / "spec" / "vectors" / "markup.jsonl"
CASES = [json.loads(line) for line in VECTORS.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("case", CASES, ids=[case["source"] for case in CASES])
def test_vectors(case: dict[str, list]) -> None:
    source = Marked(str(case["source"]), tuple(Mark(*mark) for mark in case["marks"]))
    alignment = Alignment(
        source.text,
        str(case["target"]),
        tuple((start, end) for start, end in case["source_spans"]),
        tuple((start, end) for start, end in case["target_spans"]),
        np.array(case["weights"]),
    )
    placed = place(source, alignment)
    assert [list(mark) for mark in placed.marks] == case["placed"]


@st.composite
def marked(draw: st.DrawFn) -> Marked:
    """Any text with marks that nest."""
    words = draw(
        st.lists(st.sampled_from(["un", "deux", ",", ".", "l'eau", "{0}", "»"]), max_size=8)
    )
    text = " ".join(words)
    marks = nested(
        text,
        place=lambda low, high: draw(st.integers(low, high)),
        goes_on=lambda: draw(st.booleans()),
        is_point=lambda: draw(st.booleans()),
        deepest=3,
    )
    return Marked(text, tuple(marks))


@settings(max_examples=150)
@given(marked(), st.data())
def test_no_attention_can_lose_or_cross_a_mark(source: Marked, data: st.DataObject) -> None:
    words = st.lists(
        st.sampled_from(["one", "two", ",", "{0}", "don't", "\N{RIGHT DOUBLE QUOTATION MARK}"]),
        max_size=8,
    )
    target = " ".join(data.draw(words))
    sources, targets = [*units(source.text), (len(source.text),) * 2], units(target)
    rows = st.lists(st.floats(0, 1), min_size=len(sources), max_size=len(sources))
    drawn = data.draw(st.lists(rows, min_size=len(targets), max_size=len(targets)))
    weights = np.array(drawn).reshape(len(targets), len(sources))
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
    placed = place(source, Alignment(source.text, target, tuple(sources), tuple(targets), weights))
    check(placed)
    assert placed.text == target
    assert [mark.kind for mark in placed.marks] == [mark.kind for mark in source.marks]
    events = list(weave(placed))
    assert sorted(e.mark for e in events if e.kind in ("open", "point", "word")) == list(
        range(len(source.marks))
    )
    words_read = {target[m.start : m.end] for m in placed.marks if m.kind == "word"}
    shown = "".join(event.text for event in events)
    assert len(shown) + sum(map(len, words_read)) == len(target)


def test_a_word_that_is_said_once_is_found_once() -> None:
    text = "{0} {0}"
    source = Marked(text, (Mark("word", 0, 3), Mark("word", 4, 7)))
    alignment = Alignment(text, "{0} a", ((0, 3), (4, 7)), ((0, 3), (4, 5)), np.eye(2))
    placed = place(source, alignment)
    check(placed)
    assert placed.marks[0] == source.marks[0]


def test_weaving_gives_the_source_back() -> None:
    text = Marked("un deux", (Mark("pair", 0, 7), Mark("point", 2, 2, 0), Mark("pair", 3, 7, 0)))
    shown = {"open": "<{}>", "close": "</{}>", "point": "<{}/>"}
    assert "".join(e.text or shown[e.kind].format(e.mark) for e in weave(text)) == (
        "<0>un<1/> <2>deux</2></0>"
    )


@pytest.mark.parametrize(
    ("marks", "message"),
    [
        ((Mark("pair", 0, 3), Mark("pair", 2, 4)), "overlap"),
        ((Mark("pair", 0, 9),), "reaches out"),
        ((Mark("point", 0, 1),), "is a point"),
        ((Mark("point", 0, 0), Mark("point", 0, 0, 0)), "no pair"),
        ((Mark("pair", 0, 1, 5),), "has the parent 5"),
    ],
)
def test_marks_that_do_not_nest_are_noticed(marks: tuple[Mark, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check(Marked("un deux", marks))


def test_words_are_linked_by_attention() -> None:
    forwards = WordByWord().translate("le chat noir dort.")
    assert word_links(forwards)[:3] == [(0, 0), (1, 1), (2, 2)]
    backwards = WordByWord(backwards=True).translate("un deux trois")
    assert word_links(backwards) == [(2, 0), (1, 1), (0, 2)]
    assert render(backwards, "pharaoh") == "2-0 1-1 0-2\n"
    assert render(WordByWord().translate("12"), "pharaoh") == "0-0\n"
