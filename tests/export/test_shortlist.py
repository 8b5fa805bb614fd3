"""Candidates are learnt: what is credited, continued, chosen and written."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allez import Translator
from allez.bundle.manifest import TargetSide
from allez.bundle.reader import Bundle
from allez.model.shortlist import Shortlist
from allez.text.tokenizer import Tokenizer
from allez_export.config import ConfigError, ShortlistConfig
from allez_export.package import NAMES
from allez_export.shortlist import (
    Evidence,
    choose,
    compare,
    comparison,
    continuations,
    learn,
    pack,
    watch,
)

SIZE, EOS = 12, 2


@given(
    lists=st.lists(st.sets(st.integers(0, SIZE - 1)).map(sorted), min_size=SIZE, max_size=SIZE),
    source=st.lists(st.integers(0, SIZE - 1), max_size=5),
)
def test_what_is_packed_is_read(lists: list[list[int]], source: list[int]) -> None:
    found = Shortlist(pack(lists), SIZE, EOS)([*source, EOS]).tolist()
    assert found == sorted({*source, EOS}.union(*(lists[i] for i in (*source, EOS))))


def evidence(expected: dict[tuple[int, int], float], read: int = 10) -> Evidence:
    table = np.zeros((SIZE, SIZE), dtype=np.float32)
    for place, value in expected.items():
        table[place] = value
    return Evidence(table, np.full(SIZE, read), 1)


NONE = np.zeros((SIZE, SIZE), dtype=np.float32)
SETTINGS = ShortlistConfig(common=0, least=0.1, most_bytes=1000)


def chosen(found: Evidence, continued: np.ndarray = NONE, **changes: object) -> list[list[int]]:
    settings = dataclasses.replace(SETTINGS, **changes)
    return [ids.tolist() for ids in choose(found, continued, settings)]


def test_what_is_expected_often_enough_is_listed() -> None:
    lists = chosen(evidence({(5, 7): 1.0, (5, 8): 0.9, (6, 7): 5.0, (5, 5): 9.0, (6, 2): 9.0}))
    assert {i: ids for i, ids in enumerate(lists) if ids} == {5: [7], 6: [7]}


def test_common_words_are_listed_for_eos_alone() -> None:
    lists = chosen(evidence({(5, 7): 9.0, (6, 7): 9.0, (6, 8): 2.0, (EOS, 9): 3.0}), common=1)
    assert {i: ids for i, ids in enumerate(lists) if ids} == {EOS: [7, 9], 6: [8]}


def test_a_word_brings_what_continues_it() -> None:
    continued = NONE.copy()
    continued[7, 8], continued[8, 9], continued[9, 10] = 0.5, 0.5, 1.0
    assert chosen(evidence({(5, 7): 8.0}), continued)[5] == [7, 8, 9]
    assert chosen(evidence({(5, 7): 8.0}), continued, least=0.3)[5] == [7, 8]


def test_the_most_probable_are_kept_when_there_is_no_room() -> None:
    found = evidence({(5, 7): 2.0, (5, 8): 9.0, (6, 7): 5.0, (7, 3): 1.5})
    for room in range(5):
        lists = chosen(found, most_bytes=8 + 2 * SIZE + 2 * room)
        assert len(pack(lists)) == min(8 + 2 * SIZE + 2 * room, 8 + 2 * SIZE + 8)
        kept = [(s, t) for s, ids in enumerate(lists) for t in ids]
        assert kept == sorted([(5, 8), (6, 7), (5, 7), (7, 3)][:room])


def test_continuations_are_counted_within_words(tokenizer: Tokenizer) -> None:
    targets = tokenizer.encode_batch(["the cat zzz", "the cat"])
    continued = continuations(tokenizer, targets)
    pieces = tokenizer.pieces(range(tokenizer.size))
    rows, columns = np.nonzero(continued)
    assert len(rows) > 0
    assert all(not pieces[i].startswith("▁") for i in columns)
    assert EOS not in columns
    assert (continued.sum(axis=1) <= 1 + 1e-6).all()
    for ids in targets:
        for before, after in pairwise(ids):
            assert (continued[before, after] > 0) == (not pieces[after].startswith("▁"))


@pytest.fixture(scope="module")
def tiny_listed(root: Path) -> Bundle:
    return Bundle.read(root / "spec" / "bundles" / "tiny_shortlist")


SOURCES = ["Je vois le chat noir.", "Elle n'aime pas les fleurs.", "Tu vends dix livres."]


def test_what_the_model_says_is_credited(tiny_listed: Bundle) -> None:
    tokenizer = Tokenizer(tiny_listed.text("tokenizer"))
    sentences = [[*tokenizer.encode(source), EOS] for source in SOURCES]
    found = watch(tiny_listed, sentences)
    assert found.sentences == 3
    assert found.source[EOS] == 3
    assert found.source.sum() == sum(map(len, sentences))
    assert not found.expected[found.source == 0].any()
    with Translator(tiny_listed) as translator:
        texts = [t.text for t in translator.translate_batch(SOURCES, beam_size=1, shortlist=False)]
    steps = sum(len(ids) + 1 for ids in tokenizer.encode_batch(texts))
    assert 0.8 * steps < found.expected.sum() <= steps * 1.0001
    for ids in tokenizer.encode_batch(texts):
        assert (found.frequency[ids] > 0.3).all()
    chat, cat = (tokenizer.encode(word) for word in ("chat", "cat"))
    assert found.expected[chat[-1], cat[-1]] > 0.5


def test_learning_is_compared_with_all_words(tiny_listed: Bundle) -> None:
    settings = ShortlistConfig(sentences=3, common=5, least=0.01)
    pairs = [(source, "The black cat sees.") for source in SOURCES]
    data, learnt = learn(tiny_listed, pairs, settings)
    shortlist = Shortlist(data, tiny_listed.manifest.target.size, EOS)
    assert learnt["bytes"] == len(data)
    assert learnt["sentences"] == 3
    assert len(shortlist([EOS])) >= learnt["common"]
    report = compare(tiny_listed, [("three", pairs)])
    assert report["three"]["sentences"] == 3
    assert 0.5 < report["three"]["recall"] <= 1
    difference = report["three"]["bleu_shortlist"] - report["three"]["bleu_whole"]
    assert report["three"]["bleu_difference"] == pytest.approx(difference, abs=0.011)
    (row,) = comparison(report).split("\n")[2:]
    assert row.startswith("| three | 3 | ")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"target": TargetSide("en", "tokenizer", 24_001, 1, EOS)}, "24,000 subwords at most"),
        ({"attention": "none"}, "attention"),
    ],
)
def test_what_cannot_have_candidates_is_told(
    tiny_listed: Bundle, change: dict[str, object], problem: str
) -> None:
    manifest = tiny_listed.manifest._replace(**change)
    with pytest.raises(ConfigError, match=problem):
        watch(dataclasses.replace(tiny_listed, manifest=manifest), [[5, EOS]])


def test_the_file_has_its_name() -> None:
    assert NAMES["shortlist"] == "shortlist.bin"
