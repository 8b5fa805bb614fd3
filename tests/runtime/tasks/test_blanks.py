"""Blanks in replies: found, filled, and held back while they grow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allez.tasks.blanks import blanks_of, fill, settled

TEXTS = st.text(st.sampled_from("[]ab -'1é\n😀"), max_size=60)


@given(text=TEXTS)
def test_without_values_nothing_changes(text: str) -> None:
    filled = fill(text, None)
    assert filled.text == text
    for blank, (start, end) in zip(filled.blanks, blanks_of(text), strict=True):
        assert (blank.start, blank.end) == (start, end)
        assert text[start:end] == f"[{blank.name}]"
    assert [filled.moved(at, at + 1) for at in range(len(text))] == [
        next(
            ((b.start, b.end) for b in filled.blanks if b.start <= at < b.end),
            (at, at + 1),
        )
        for at in range(len(text))
    ]


@given(text=TEXTS, values=st.dictionaries(st.sampled_from(["a", "b", "a b", "ab"]), TEXTS))
def test_values_take_the_place_of_their_names_and_of_nothing_else(
    text: str, values: dict[str, str]
) -> None:
    filled = fill(text, values)
    for blank in filled.blanks:
        written = filled.text[blank.start : blank.end]
        assert written == (f"[{blank.name}]" if blank.value is None else blank.value)
    rest = filled.text
    for blank in reversed(filled.blanks):
        rest = f"{rest[: blank.start]}[{blank.name}]{rest[blank.end :]}"
    assert rest == text


@given(text=TEXTS, values=st.dictionaries(st.sampled_from(["a", "b", "a b", "ab"]), TEXTS))
def test_what_a_stream_hands_out_never_changes(text: str, values: dict[str, str]) -> None:
    said = ""
    for size in range(len(text) + 1):
        now = fill(settled(text[:size]), values).text
        assert now.startswith(said)
        said = now
    assert fill(text, values).text.startswith(said)


def test_a_function_gives_values_too() -> None:
    filled = fill("[Day] or [time]", lambda name: {"day": "Monday"}.get(name))
    assert filled.text == "Monday or [time]"
    assert [blank.value for blank in filled.blanks] == ["Monday", None]


def test_a_value_that_is_no_text_is_an_error() -> None:
    with pytest.raises(TypeError, match="the value of a blank must be str, not int"):
        fill("[day]", lambda name: 3)  # type: ignore[arg-type,return-value]
