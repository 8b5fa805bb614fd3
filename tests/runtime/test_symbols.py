"""Symbols of entities in search: none too many, none lost, whatever the model prefers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from allez.arrays import FloatArray, IntArray
from allez.model.encoder import TextSource
from allez.options import SearchOptions
from allez.search.batching import kind_of
from allez.search.beam import beam_search
from allez.search.step import RawHypothesis, Request, StepResult, Symbols

BOS, EOS = 0, 1
SYMBOLS = (4, 5, 6)
VECTORS = Path(__file__).parents[2] / "spec" / "vectors" / "search_symbols.jsonl"


class TableStep:
    """A language model as a table [B, V, V]: what follows depends on the last token."""

    def __init__(self, tables: FloatArray) -> None:
        self.tables = tables

    def __call__(
        self, token: IntArray, parent: IntArray, k: int, *, full: bool = False
    ) -> StepResult:
        sentence = np.repeat(np.arange(len(self.tables)), len(token) // len(self.tables))
        log_probs = self.tables[sentence, token]  # [N, V]
        order = np.argsort(-log_probs, axis=1, kind="stable")[:, :k]
        return StepResult(
            np.take_along_axis(log_probs, order, axis=1),
            order,
            np.ones((len(token), 3), dtype=np.float32) / 3,
            log_probs if full else None,
        )

    def keep(self, sentences: IntArray) -> None:
        self.tables = self.tables[sentences]


def table(seed: int, vocabulary: int = 9, end: float = 0.0) -> FloatArray:
    """Return one table [1, V, V]; `end` makes eos likelier."""
    scores = np.random.default_rng(seed).normal(scale=1.5, size=(1, vocabulary, vocabulary))
    scores[..., BOS] = -1e9
    scores[..., EOS] += end
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def search(
    tables: FloatArray, times: list[tuple[int, ...] | None], beam_size: int = 4, limit: int = 12
) -> list[list[RawHypothesis]]:
    requests = [
        Request(TextSource((2,) * 3), limit, symbols=None if t is None else Symbols(SYMBOLS, t))
        for t in times
    ]
    options = SearchOptions(beam_size=beam_size, n_best=beam_size)
    return beam_search(TableStep(tables), requests, bos=BOS, eos=EOS, options=options)


def counts(found: RawHypothesis) -> list[int]:
    return [found.tokens.count(symbol) for symbol in SYMBOLS]


@pytest.mark.parametrize("beam_size", [1, 2, 4])
@pytest.mark.parametrize("end", [-1.0, 2.0])
@pytest.mark.parametrize("times", [(0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 1, 1), (2, 1, 0)])
def test_no_symbol_too_often_and_none_of_another_sentence(
    times: tuple[int, ...], end: float, beam_size: int
) -> None:
    for seed in range(15):
        (found,) = search(table(seed, end=end), [times], beam_size)
        assert found
        for hypothesis in found:
            assert all(n <= most for n, most in zip(counts(hypothesis), times, strict=True))


@pytest.mark.parametrize("beam_size", [1, 2, 4])
def test_nearly_all_that_ends_has_said_everything(beam_size: int) -> None:
    complete = 0
    for seed in range(40):
        (found,) = search(table(seed, end=6.0), [(1, 1, 0)], beam_size)
        complete += counts(found[0])[:2] == [1, 1]
    assert complete >= 36  # of tables at random; in the others the symbol is far from likely


def test_a_row_that_would_end_goes_on_by_the_missing_symbol_alone() -> None:
    logs = np.full((1, 9, 9), -5.0)
    logs[..., BOS] = -1e9
    logs[..., EOS] = -0.1  # whatever was said, the end is likeliest
    logs[0, BOS, 2] = -0.05
    logs[..., 4] = -9.0  # the symbol is the least likely word of all
    ((found,),) = search(logs, [(1, 0, 0)], beam_size=1)
    assert found.tokens == (2, 4)
    assert found.finished


@pytest.mark.parametrize("beam_size", [1, 4])
def test_what_the_source_says_twice_is_said_twice(beam_size: int) -> None:
    logs = np.full((1, 9, 9), -5.0)
    logs[..., BOS] = -1e9
    logs[..., EOS] = -0.1  # whatever was said, the end is likeliest
    logs[0, BOS, 4] = -0.05  # behind the first of both, too
    ((found, *_),) = search(logs, [(2, 1, 0)], beam_size)
    assert sorted(found.tokens) == [4, 4, 5]
    assert found.finished


def test_where_nothing_complete_ends_the_incomplete_one_is_it() -> None:
    logs = np.full((1, 9, 9), -20.0)
    logs[..., BOS] = -1e9
    logs[0, BOS, 2] = logs[0, 2, EOS] = -0.1
    logs[0, 4, 3] = logs[0, 3, 3] = -0.1  # after the symbol it never ends
    logs[0, 3, EOS] = logs[0, 4, EOS] = -np.inf
    (found, *_) = search(logs, [(1, 0, 0)], beam_size=2)[0]
    assert found.tokens == (2,)
    assert found.finished


def test_what_a_greedy_search_has_said_is_not_taken_back() -> None:
    logs = np.full((1, 9, 9), -20.0)
    logs[..., BOS] = -1e9
    logs[0, BOS, 2] = logs[0, 2, EOS] = -0.1
    logs[0, 4, 3] = logs[0, 3, 3] = -0.1  # after the symbol it never ends
    logs[0, 3, EOS] = logs[0, 4, EOS] = -np.inf
    ((found,),) = search(logs, [(1, 0, 0)], beam_size=1)
    assert found.tokens[:2] == (2, 4)
    assert not found.finished


@pytest.mark.parametrize("beam_size", [1, 4])
def test_neighbours_change_nothing(beam_size: int) -> None:
    times: list[tuple[int, ...] | None] = [(0, 0, 0), (1, 0, 0), (1, 1, 1), (2, 0, 1), None]
    for seed in range(10):
        tables = np.concatenate([table(10 * seed + i, end=1.0) for i in range(len(times))])
        together = search(tables, times, beam_size)
        for index, time in enumerate(times):
            (alone,) = search(tables[index : index + 1], [time], beam_size)
            assert [(h.tokens, h.score) for h in together[index]] == [
                (h.tokens, h.score) for h in alone
            ]


def test_a_prefix_counts_what_it_says() -> None:
    for seed in range(20):
        request = Request(
            TextSource((2,) * 3), 12, prefix=(2, 4), symbols=Symbols(SYMBOLS, (1, 1, 0))
        )
        options = SearchOptions(beam_size=4)
        step = TableStep(table(seed, end=1.0))
        ((found,),) = beam_search(step, [request], bos=BOS, eos=EOS, options=options)
        assert found.tokens[:2] == (2, 4)
        assert found.tokens.count(4) == 1


def test_sentences_without_entities_are_batched_apart() -> None:
    with_some, without = (
        Request(TextSource((2,) * 3), 5, symbols=Symbols(SYMBOLS, times))
        for times in ((1, 0, 0), (0, 0, 0))
    )
    assert kind_of(with_some) != kind_of(without)


def test_the_searches_of_the_specification() -> None:
    lines = VECTORS.read_text(encoding="utf-8").splitlines()
    assert len(lines) >= 40
    for line in lines:
        case = json.loads(line)
        logs = np.array([case["table"]])
        (found,) = search(logs, [tuple(case["times"])], case["beam_size"], case["limit"])
        got = [[list(h.tokens), round(h.score, 9), h.finished] for h in found]
        assert got == case["hypotheses"]
