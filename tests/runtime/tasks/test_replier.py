"""`Replier` with a tiny bundle: turns, blanks, streams, and inputs that mean no good."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import allez
from allez.bundle.reader import Bundle
from allez.errors import CancelledError, SessionError
from support import hostile

TINY = Path(__file__).parents[3] / "spec" / "bundles" / "tiny_reply"
DATED = "Nous n'achetons pas dix livres le 13 octobre 2015."
"""Its reply has a blank, `[day]`."""


@pytest.fixture(scope="module")
def model() -> Iterator[allez.Replier]:
    with allez.Replier(TINY, threads=1) as replier:
        yield replier


@pytest.fixture
def replier(model: allez.Replier) -> allez.Replier:
    return model.another()


def test_it_remembers_what_was_said(replier: allez.Replier) -> None:
    first = replier.reply("Je vois le chat.")
    assert replier.turns == ("Je vois le chat.", first.text)
    assert first.turns == ("Je vois le chat.",)
    second = replier.reply(" Elle |  dort.\n")
    assert second.turns == ("Je vois le chat.", first.text, "Elle dort.")
    assert second.source == " | ".join(second.turns)
    assert replier.turns[-2:] == (" Elle |  dort.\n", second.text)
    third = replier.reply("Tu dors ?")
    assert third.turns == (second.text, "Tu dors ?")[-3:] or len(third.turns) == 3
    assert third.turns[-1] == "Tu dors ?"
    assert not third.cut


def test_each_token_belongs_to_a_turn(replier: allez.Replier) -> None:
    replier.reply("Je vois le chat.")
    reply = replier.reply("Elle dort.")
    assert len(reply.source_turns) == len(reply.source_tokens) == reply.attention.shape[1]
    assert list(reply.source_turns) == sorted(reply.source_turns)
    assert set(reply.source_turns) == {0, 1, 2}
    for turn, (start, end) in zip(reply.source_turns, reply.source_spans, strict=True):
        piece = reply.source[start:end]
        assert piece in reply.turns[turn] or piece == "|"


def test_a_dialogue_begins_anew(replier: allez.Replier) -> None:
    first = replier("Je vois le chat.")
    replier("Elle dort.")
    replier.reset()
    assert replier.turns == ()
    assert replier("Je vois le chat.") == first


def test_turns_can_be_given(model: allez.Replier) -> None:
    said = model.another()
    said.reply("Je vois le chat.")
    given = model.another(said.turns)
    assert given.turns == said.turns
    assert given.reply("Elle dort.").source == said.reply("Elle dort.").source
    assert model.turns == ()
    for turns in ("Oui.", ["Oui.", 3]):
        with pytest.raises(TypeError, match="turn"):
            model.another(turns)  # type: ignore[arg-type]


def test_blanks_are_filled_or_stay(replier: allez.Replier) -> None:
    reply = replier.reply(DATED)
    (blank,) = reply.blanks
    assert (blank.name, blank.value) == ("day", None)
    assert reply.text[blank.start : blank.end] == "[day]"
    replier.reset()
    filled = replier.reply(DATED, fill={"day": "twenty-second"}, n_best=2)
    (blank,) = filled.blanks
    assert blank.value == filled.text[blank.start : blank.end] == "twenty-second"
    assert filled.text == reply.text.replace("[day]", "twenty-second")
    assert replier.turns[-1] == filled.text
    best = filled.hypotheses[0]
    spans = dict(zip(best.tokens, best.spans, strict=True))
    assert best.text[slice(*spans["[day]"])] == "twenty-second"
    assert list(best.spans) == sorted(best.spans)
    assert best.spans[-1][1] == len(best.text)


def test_typography_changes_no_value() -> None:
    bundle = Bundle.read(TINY)
    target = bundle.manifest.target._replace(typography="fr")
    told = bundle.manifest._replace(target=target)
    with allez.Replier(replace(bundle, manifest=told), threads=1) as replier:
        given = {"day": 'a "b" ! c'}
        reply = replier.reply(DATED, given, beam_size=1)
        (blank,) = reply.blanks
        assert reply.text[blank.start : blank.end] == given["day"]
        replier.reset()
        assert "".join(replier.stream(DATED, given)) == reply.text


def test_a_function_is_asked_once_for_each_name(replier: allez.Replier) -> None:
    asked: list[str] = []
    text = "".join(replier.stream(DATED, fill=lambda name: asked.append(name) or "2nd"))
    assert asked == ["day"]
    assert "2nd" in text


def test_a_stream_is_the_greedy_reply_and_gives_a_blank_whole(replier: allez.Replier) -> None:
    pieces = list(replier.stream(DATED))
    assert any("[day]" in piece for piece in pieces)
    assert not any(piece.endswith(("[", "[day")) for piece in pieces)
    turns = replier.turns
    replier.reset()
    assert replier.reply(DATED, beam_size=1).text == "".join(pieces)
    assert replier.turns == turns


def test_what_is_broken_off_is_not_remembered(replier: allez.Replier) -> None:
    stream = replier.stream("Je vois le chat.")
    next(stream)
    stream.close()
    assert replier.turns == ()
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(CancelledError, match="the reply was cancelled"):
        replier.reply("Je vois le chat.", cancel=cancel)
    with pytest.raises(CancelledError):
        list(replier.stream("Je vois le chat.", cancel=cancel))
    assert replier.turns == ()


def test_to_nothing_nothing_is_said(replier: allez.Replier) -> None:
    replier.reply("Je vois le chat.")
    turns = replier.turns
    for text in ("", " \n ", " | ", "\ufeff"):
        assert replier.reply(text).text == ""
        assert "".join(replier.stream(text)) == ""
    assert replier.turns == turns


def test_a_thousand_turns_and_one_without_end(replier: allez.Replier) -> None:
    other = replier.another(["Je vois le chat noir."] * 1000)
    reply = other.reply("Elle dort.")
    assert len(reply.turns) == 3
    assert len(other.turns) == 1002
    long = other.reply("Je vois le chien noir. " * 50_000)
    assert long.cut
    assert other.cut
    assert len(long.turns) == 1
    assert len(long.source_tokens) <= 61
    other.reset()
    assert not other.cut


def inputs() -> Iterator[str]:
    """Yield two hundred things that somebody may type who means no good."""
    generator = random.Random(200)
    yield from hostile.texts(5, 120)
    words = ["chat", "ha", "[day]", "</s>", "▁", "a", "1", "|", "\ud800", "répète cela"]
    for index in range(80):
        word = words[index % len(words)]
        joined = generator.choice([" ", "", " | ", "\n"])
        yield joined.join([word] * generator.randint(9, 400))


def rows(tokens: Sequence[str], size: int) -> int:
    """Return how often a block of `size` tokens stands in a row at most."""
    most = 1
    for start in range(len(tokens)):
        times = 1
        while tokens[start : start + size] == tokens[
            start + times * size : start + (times + 1) * size
        ] and start + (times + 1) * size <= len(tokens):
            times += 1
        most = max(most, times)
    return most


def test_nothing_that_is_typed_raises_or_goes_on_for_ever(replier: allez.Replier) -> None:
    """A loop is one whatever was typed, so what is said does not repeat it."""
    typed = list(inputs())
    assert len(typed) == 200
    for text in typed:
        reply = replier.reply(text, beam_size=1)
        assert len(reply.tokens) <= 1.8 * 61 + 10
        assert max(rows(reply.tokens, size) for size in (1, 2)) <= 4
        assert max(rows(reply.tokens, size) for size in range(3, 8)) <= 3


def test_when_the_model_is_closed_all_dialogues_are() -> None:
    replier = allez.Replier(TINY, threads=1)
    other = replier.another()
    replier.close()
    with pytest.raises(SessionError, match="the replier is closed"):
        other.reply("Je dors.")


def test_it_passes_its_self_test(model: allez.Replier) -> None:
    assert [test.problem for test in model.selftest()] == [None] * 12
