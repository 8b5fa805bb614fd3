"""Whole texts and dialogues: what is read of them, and what is said to be."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allez.bundle.reader import Bundle
from allez.tasks.whole import CHARACTERS, Reader, normal, read_text, read_turns
from allez.text import SentenceRules, Tokenizer

TINY = Bundle.read(Path(__file__).parents[3] / "spec" / "bundles" / "tiny")
TOKENIZER = Tokenizer(TINY.text("tokenizer"))
RULES = SentenceRules.from_json(TINY.text("sentences"))


def reader(tokens: int, separator: str = " | ", turns: int | None = None) -> Reader:
    return Reader(TOKENIZER, RULES, 2, tokens, separator, turns)


TEXTS = st.text(
    st.sampled_from("abé1 .!?|«»’\n\t\u00a0\u2009😀\u0301中\ud800")
    | st.characters(max_codepoint=0x2FF),
    max_size=120,
)


@given(text=TEXTS, tokens=st.integers(1, 30))
def test_of_any_text_the_beginning_is_read(text: str, tokens: int) -> None:
    whole = read_text(text, reader(tokens))
    start, end = whole.read
    assert 1 <= len(whole.tokens.ids) <= tokens + 1
    assert len(whole.tokens.ids) == len(whole.tokens.spans)
    assert whole.tokens.ids[-1] == 2
    assert whole.tokens.spans[-1] == (end, end)
    assert 0 <= start <= end <= len(text)
    assert normal(text[:start], RULES) == ""
    if not whole.cut:
        assert normal(text[end:], RULES) == ""
        assert list(whole.tokens.ids[:-1]) == TOKENIZER.encode(normal(text, RULES))
    for a, b in whole.tokens.spans:
        assert start <= a <= b <= end


def test_a_text_that_fits_is_read_to_its_end() -> None:
    text = " \n Je vois\u00a0 le chat.\r\nElle dort. \n"
    whole = read_text(text, reader(60))
    assert text[slice(*whole.read)] == "Je vois\u00a0 le chat.\r\nElle dort."
    assert not whole.cut


def test_it_is_cut_behind_a_sentence_if_that_is_half_or_else_behind_a_token() -> None:
    sentence = "Je vois le chat."
    size = len(TOKENIZER.encode(sentence))
    whole = read_text(f"{sentence} Un {'chien ' * 90}", reader(2 * size))
    assert whole.cut
    assert whole.read == (0, len(sentence))
    whole = read_text(f"{sentence} Un {'chien ' * 90}", reader(2 * size + 1))
    assert len(whole.tokens.ids) == 2 * size + 2
    assert whole.read[1] > len(sentence)


def test_nobody_looks_at_all_of_a_book(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    original = Tokenizer.encode_spans

    def counted(self: Tokenizer, text: str) -> object:
        seen.append(len(text))
        return original(self, text)

    monkeypatch.setattr(Tokenizer, "encode_spans", counted)
    book = "Je vois le chat noir. Elle dort !\n\n" * 30_000
    for text in (book, "a" * 1_000_000, "\n" * 1_000_000 + "Je dors.", ". " * 500_000):
        whole = read_text(text, reader(50))
        assert len(whole.tokens.ids) <= 51
    assert max(seen) <= 50 * CHARACTERS


def test_the_oldest_turns_are_left_out_first() -> None:
    turns = [f"Je vois le chat {n}." for n in range(9)]
    size = len(TOKENIZER.encode(turns[0]))
    read = read_turns(turns, reader(3 * size))
    assert read.cut
    assert [read.text[slice(*span)] for span in read.spans] == turns[-2:]
    read = read_turns(turns, reader(999, turns=3))
    assert not read.cut, "older ones would not have been read anyway"
    assert [read.text[slice(*span)] for span in read.spans] == turns[-3:]


def test_of_one_turn_that_is_too_long_the_end_is_read() -> None:
    last = "Elle voit le chien."
    size = len(TOKENIZER.encode(last))
    read = read_turns(["Oui.", f"{'chien ' * 90}noir. {last}"], reader(2 * size))
    assert read.cut
    assert read.text == last
    read = read_turns(["Oui.", "chien " * 90], reader(5))
    assert len(read.tokens.ids) == 6
    assert ("chien " * 90).strip().endswith(read.text)


@given(turns=st.lists(TEXTS, max_size=6), tokens=st.integers(1, 40), most=st.integers(1, 4))
def test_any_dialogue_is_read(turns: list[str], tokens: int, most: int) -> None:
    read = read_turns(turns, reader(tokens, turns=most))
    assert 1 <= len(read.tokens.ids) <= tokens + 1
    assert len(read.spans) <= min(most, len(turns))
    assert " | ".join(read.text[slice(*span)] for span in read.spans) == read.text
    for start, end in read.tokens.spans:
        assert 0 <= start <= end <= len(read.text)
    for span in read.spans:
        assert "|" not in read.text[slice(*span)], "nobody can type a turn of the other side"


def test_a_thousand_turns_are_as_quick_as_few(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[str] = []
    original = Tokenizer.encode
    monkeypatch.setattr(
        Tokenizer, "encode", lambda self, text: counted.append(text) or original(self, text)
    )
    turns = [f"Je vois le chat {n}. " * 4 for n in range(1000)]
    many = read_turns(turns, reader(60))
    asked = len(counted)
    assert asked <= 61
    assert many == read_turns(turns[-61:], reader(60))._replace(cut=True)


def test_the_same_text_is_the_same_tokens_whatever_came_before() -> None:
    generator = random.Random(3)
    texts = [" ".join(generator.choices(["chat", "chien", "Oui."], k=9)) for _ in range(40)]
    once = [read_text(text, reader(12)) for text in texts]
    assert once == [read_text(text, reader(12)) for text in reversed(texts)][::-1]
