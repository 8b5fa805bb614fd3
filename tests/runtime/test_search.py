"""Search against brute force on small tables: no model, no tolerance."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allez.arrays import FloatArray, IntArray
from allez.errors import OptionError
from allez.model.encoder import TextSource
from allez.options import SearchOptions
from allez.search.beam import beam_search
from allez.search.constraints import most_repeats
from allez.search.step import RawHypothesis, Request, StepResult
from allez.spec import SPEC

BOS, EOS = 0, 1

RULES: list[dict[str, Any]] = [
    {"early_stopping": stopping, "finished": finished}
    for stopping in SPEC["search"]["early_stopping"]
    for finished in SPEC["search"]["finished"]
]
"""Of all toolkits; the first are our own."""


class TableStep:
    """A language model as a table: log-probabilities depend on the last two tokens.

    Attention is a function of the history, so that a wrong backtrace shows.
    """

    def __init__(self, tables: FloatArray) -> None:
        self.tables = tables  # [B, V, V, V]
        self.last = np.zeros((len(tables), 2), dtype=np.int64)  # [N, 2]
        self.kept: list[int] = list(range(len(tables)))
        self.calls = 0
        self.rows = 0

    def __call__(
        self, token: IntArray, parent: IntArray, k: int, *, full: bool = False
    ) -> StepResult:
        assert len(token) % len(self.tables) == 0
        self.calls += 1
        self.rows += len(token)
        self.last = np.stack([self.last[parent][:, 1], token], axis=1)
        each = len(token) // len(self.tables)
        sentence = np.repeat(np.arange(len(self.tables)), each)
        log_probs = self.tables[sentence, self.last[:, 0], self.last[:, 1]]  # [N, V]
        order = np.argsort(-log_probs, axis=1, kind="stable")[:, :k]
        weights = np.zeros((len(token), 5), dtype=np.float32)
        weights[np.arange(len(token)), token % 5] = 1
        return StepResult(
            np.take_along_axis(log_probs, order, axis=1),
            order,
            weights,
            log_probs if full else None,
        )

    def keep(self, sentences: IntArray) -> None:
        self.tables = self.tables[sentences]
        self.kept = [self.kept[i] for i in sentences]


def tables(seed: int, batch: int = 1, vocabulary: int = 4) -> FloatArray:
    generator = np.random.default_rng(seed)
    scores = generator.normal(scale=1.5, size=(batch, vocabulary, vocabulary, vocabulary))
    scores[..., BOS] = -1e9
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def brute_force(table: FloatArray, limit: int, options: SearchOptions) -> list[tuple]:
    """Every sequence that ends within the limit, best first."""
    found = []
    vocabulary = table.shape[-1]
    words = [w for w in range(vocabulary) if w not in (BOS, EOS)]
    for length in range(options.min_length, limit + 1):
        for sequence in itertools.product(words, repeat=length):
            if options.no_repeat_ngram_size and repeats(sequence, options.no_repeat_ngram_size):
                continue
            total, before, last = 0.0, 0, BOS
            for word in (*sequence, EOS):
                total += float(table[before, last, word])
                before, last = last, word
            offset = options.length_offset
            norm = ((offset + length + 1) / (offset + 1)) ** options.length_penalty
            found.append((sequence, total / norm))
    return sorted(found, key=lambda item: -item[1])


def repeats(sequence: tuple[int, ...], size: int) -> bool:
    grams = [sequence[i : i + size] for i in range(len(sequence) - size + 1)]
    return len(grams) != len(set(grams))


def request(
    limit: int, repeats: int | None = None, prefix: tuple[int, ...] = (), positions: int = 5
) -> Request:
    return Request(TextSource((2,) * positions), limit, repeats, prefix)


def search(
    step: TableStep, limits: list[int], options: SearchOptions, prefix: tuple[int, ...] = ()
) -> list[list[RawHypothesis]]:
    requests = [request(limit, prefix=prefix) for limit in limits]
    return beam_search(step, requests, bos=BOS, eos=EOS, options=options)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(
    "extra",
    [
        {},
        {"length_penalty": 0.0},
        {"length_penalty": 0.6},
        {"min_length": 2},
        {"no_repeat_ngram_size": 1},
        {"no_repeat_ngram_size": 2, "min_length": 3},
        {"length_offset": 5.0},
        {"length_penalty": 0.6, "length_offset": 1.0},
    ],
    ids=str,
)
def test_wide_beam_equals_brute_force(seed: int, extra: dict) -> None:
    table = tables(seed)
    options = SearchOptions(beam_size=100, n_best=3, **extra)
    expected = brute_force(table[0], 4, options)[:3]
    found = search(TableStep(table), [4], options)[0]
    finished = [f for f in found if f.finished]
    assert [f.tokens for f in finished] == [tokens for tokens, _ in expected]
    np.testing.assert_allclose([f.score for f in finished], [s for _, s in expected], atol=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_greedy_takes_the_best_word_each_time(seed: int) -> None:
    table = tables(seed, vocabulary=6)
    found = search(TableStep(table), [12], SearchOptions(beam_size=1, min_length=0))[0][0]
    before, last, expected, total = 0, BOS, [], 0.0
    while len(expected) < 12:
        word = int(table[0, before, last].argmax())
        total += float(table[0, before, last, word])
        if word == EOS:
            break
        expected.append(word)
        before, last = last, word
    assert found.tokens == tuple(expected)
    assert found.finished == (len(expected) < 12 or table[0, before, last].argmax() == EOS)
    length = len(expected) + found.finished
    if not found.finished:
        assert found.score == pytest.approx(total / length)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    batch=st.integers(1, 9),
    beam=st.integers(1, 5),
    extra=st.sampled_from([{}, {"min_length": 2}, {"no_repeat_ngram_size": 2}]),
    rules=st.sampled_from(RULES),
    data=st.data(),
)
def test_a_sentence_does_not_depend_on_its_batch(
    seed: int, batch: int, beam: int, extra: dict, rules: dict, data: st.DataObject
) -> None:
    limits = data.draw(st.lists(st.integers(1, 9), min_size=batch, max_size=batch))
    all_tables = tables(seed, batch, vocabulary=7)
    n_best = data.draw(st.integers(1, beam))
    options = SearchOptions(beam_size=beam, n_best=n_best, **extra, **rules)
    together = search(TableStep(all_tables), limits, options)
    for index in range(batch):
        alone = search(TableStep(all_tables[index : index + 1]), [limits[index]], options)[0]
        assert [f.tokens for f in together[index]] == [f.tokens for f in alone]
        assert [f.score for f in together[index]] == [f.score for f in alone]
        for one, other in zip(together[index], alone, strict=True):
            np.testing.assert_array_equal(one.attention, other.attention)


def test_attention_follows_the_hypothesis() -> None:
    options = SearchOptions(beam_size=5, n_best=5)
    for found in search(TableStep(tables(3, vocabulary=6)), [8], options)[0]:
        fed = (BOS, *found.tokens[:-1])
        assert found.attention.shape == (len(found.tokens), 5)
        assert [int(row.argmax()) for row in found.attention] == [t % 5 for t in fed][
            : len(found.tokens)
        ]


def test_finished_sentences_leave_the_batch() -> None:
    table = tables(0, 8, vocabulary=5)
    step = TableStep(table)
    search(step, [1, 1, 1, 1, 1, 1, 30, 30], SearchOptions(beam_size=4, min_length=1))
    assert set(step.kept) <= {6, 7}
    assert step.rows < 8 * 4 * step.calls


def test_prefix_is_kept_and_scored() -> None:
    table = tables(5, vocabulary=5)
    options = SearchOptions(beam_size=100, n_best=1)
    found = search(TableStep(table), [4], options, prefix=(3, 2))[0][0]
    expected = next(
        item for item in brute_force(table[0], 4, SearchOptions()) if item[0][:2] == (3, 2)
    )
    assert found.tokens == expected[0]
    assert found.score == pytest.approx(expected[1])


def test_the_limit_cuts_and_says_so() -> None:
    table = np.full((1, 4, 4, 4), -50.0)
    table[..., 2] = -0.1  # never ends by itself
    found = search(TableStep(table), [6], SearchOptions(beam_size=1))[0][0]
    assert found == RawHypothesis((2,) * 6, pytest.approx(-0.1), found.attention, False)
    finished = search(TableStep(table), [6], SearchOptions(beam_size=4))[0][0]
    assert len(finished.tokens) <= 6


def test_more_hypotheses_than_words_is_no_error() -> None:
    found = search(
        TableStep(tables(1, vocabulary=3)),
        [3],
        SearchOptions(beam_size=50, n_best=50, min_length=0),
    )
    texts = [f.tokens for f in found[0] if f.finished]
    assert texts == list(dict.fromkeys(texts))
    assert {len(t) for t in texts} == {0, 1, 2, 3}


def test_equal_scores_go_to_the_lower_row_then_rank() -> None:
    table = np.full((1, 5, 5, 5), math.log(0.25))
    table[..., BOS] = -1e9
    found = search(TableStep(table), [2], SearchOptions(beam_size=2, n_best=2, min_length=0))[0]
    assert found[0].tokens == ()


def test_each_token_of_greedy_search_is_told() -> None:
    table = tables(2, vocabulary=6)
    options = SearchOptions(beam_size=1)
    told: list[int] = []

    def on_step(requests: IntArray, tokens: IntArray) -> tuple[()]:
        assert requests.tolist() == [0]
        told.append(int(tokens[0]))
        return ()

    ((found,),) = beam_search(
        TableStep(table), [request(9)], bos=BOS, eos=EOS, options=options, on_step=on_step
    )
    assert tuple(told) == found.tokens


@pytest.mark.parametrize("beam_size", [1, 3])
def test_those_who_leave_are_told_once_and_with_what_is_returned(beam_size: int) -> None:
    """Each before the search goes on without them; those of the last step are returned alone."""
    options = SearchOptions(beam_size=beam_size, min_length=0)
    limits = [2, 2, 9, 4, 4, 12, 12, 7]
    step = TableStep(tables(5, len(limits), 9))
    told: list[tuple[int, Mapping[int, list[RawHypothesis]]]] = []
    found = beam_search(
        step,
        [request(limit) for limit in limits],
        bos=BOS,
        eos=EOS,
        options=options,
        on_found=lambda some: told.append((step.calls, some)),
    )
    early = [(index, ways) for _, some in told for index, ways in some.items()]
    assert 0 < len(early) == len({index for index, _ in early}) < len(limits)
    assert all(ways is found[index] for index, ways in early)
    assert all(calls < step.calls for calls, _ in told)
    assert [answer[0].tokens for answer in found] == [
        search(TableStep(tables(5, len(limits), 9)[at : at + 1]), [limit], options)[0][0].tokens
        for at, limit in enumerate(limits)
    ]


@pytest.mark.parametrize(
    "options",
    [
        {"beam_size": 0},
        {"beam_size": 2.5},
        {"beam_size": True},
        {"n_best": 5, "beam_size": 4},
        {"n_best": 0},
        {"min_length": -1},
        {"length_penalty": float("nan")},
        {"length_penalty": -1.0},
        {"no_repeat_ngram_size": -1},
        {"length_offset": -1.0},
        {"length_offset": 10.5},
        {"early_stopping": True},
        {"finished": "lost"},
    ],
    ids=str,
)
def test_nonsense_options_are_refused(options: dict) -> None:
    with pytest.raises(OptionError):
        SearchOptions(**options)


@pytest.mark.parametrize("beam_size", [1, 3])
def test_a_model_without_a_finite_score_finds_nothing(beam_size: int) -> None:
    table = np.full((2, 4, 4, 4), np.nan)
    table[1] = tables(1)[0]
    nothing, something = search(TableStep(table), [5, 5], SearchOptions(beam_size=beam_size))
    assert nothing == []
    assert something


def looping(words: int, cycle: list[int]) -> FloatArray:
    """A table that goes round and round: each word of the cycle strongly wants the next."""
    table = np.full((1, words, words, words), -8.0)
    table[..., BOS] = -1e9
    table[..., EOS] = -6.0
    for one, two in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
        table[:, :, one, two] = -0.01
    table[:, :, BOS, cycle[0]] = -0.01
    return table


@pytest.mark.parametrize("beam_size", [1, 4])
@pytest.mark.parametrize(
    ("cycle", "source", "allowed"),
    [
        ([2], [5, 6, 7], 4),
        ([2, 3], [5, 6, 7], 4),
        ([2, 3, 4], [5, 6, 7], 3),
        ([2, 3, 4, 5, 6, 7, 8], [5, 6, 7], 3),
        ([2, 3, 4, 5, 6, 7, 8, 9, 10], [5, 6, 7], 2),
        ([2], [9] * 7, 7),
        ([2, 3, 4], [5, 6] * 5, 5),
    ],
)
def test_nothing_goes_round_more_often_than_it_may(
    beam_size: int, cycle: list[int], source: list[int], allowed: int
) -> None:
    table, options = looping(12, cycle), SearchOptions(beam_size=beam_size)
    plain, guarded = (
        beam_search(TableStep(table), [wanted], bos=BOS, eos=EOS, options=options)[0][0]
        for wanted in (request(60), request(60, most_repeats(source)))
    )
    assert most_repeats(plain.tokens) > allowed
    assert most_repeats(guarded.tokens) == allowed
    assert guarded.finished


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(2, 4), max_size=30))
def test_repeats_are_counted_as_a_reader_would(ids: list[int]) -> None:
    most = 1
    for size, start in itertools.product(range(1, 25), range(len(ids))):
        block, times = ids[start : start + size], 1
        while len(block) == size and ids[start + times * size :][:size] == block:
            times += 1
        most = max(most, times)
    assert most_repeats(ids) == most


def test_a_guarded_sentence_does_not_change_its_neighbours() -> None:
    table = np.concatenate([tables(3, 1, 12), looping(12, [2, 3]), tables(4, 1, 12)])
    requests = [request(40, repeats) for repeats in (1, 1, None)]
    options = SearchOptions(beam_size=3)
    together = beam_search(TableStep(table), requests, bos=BOS, eos=EOS, options=options)
    for index, wanted in enumerate(requests):
        step = TableStep(table[index : index + 1])
        (alone,) = beam_search(step, [wanted], bos=BOS, eos=EOS, options=options)
        assert [f.tokens for f in alone] == [f.tokens for f in together[index]]


@pytest.mark.parametrize("repeats", [(1, 1, 1, 10), (1, 10, 1, 1)])
def test_what_a_source_repeats_stays_with_its_sentence(repeats: tuple[int, ...]) -> None:
    """The beam opens, and half of the batch is done: as many rows as before, of other sentences."""
    ending = np.full((1, 12, 12, 12), -20.0)
    ending[..., EOS] = -1e-6
    around = looping(12, [10])
    table = np.concatenate([ending, around, ending, around])
    requests = [request(40, most) for most in repeats]
    options = SearchOptions(beam_size=2, min_length=0)
    found = beam_search(TableStep(table), requests, bos=BOS, eos=EOS, options=options)
    for index in (1, 3):
        assert most_repeats(found[index][0].tokens) == max(4, repeats[index])


@pytest.mark.parametrize("beam_size", [1, 3])
def test_where_all_that_could_follow_is_banned_the_row_is_returned_as_it_is(beam_size: int) -> None:
    # Five words, none twice, and no end before the ninth: there is no sixth.
    both = np.concatenate([tables(1, 1, 6), tables(2, 1, 6)])
    options = SearchOptions(beam_size=beam_size, min_length=9, no_repeat_ngram_size=1)
    (first,), (second,) = search(TableStep(both), [12, 12], options)
    for found in (first, second):
        assert sorted(found.tokens) == [0, 2, 3, 4, 5]
        assert not found.finished
        assert np.isfinite(found.score)


def by_last_word(rows: list[list[float]]) -> FloatArray:
    """A table of probabilities that depend on the last word alone; of log-probabilities."""
    with np.errstate(divide="ignore"):
        logs = np.log(np.array(rows))
    return np.broadcast_to(logs, (1, len(rows), *logs.shape)).copy()


LIKELY_TO_END = by_last_word(
    [[0, 0.5, 0.3, 0.2], [0, 1, 0, 0], [0, 0.4, 0.5, 0.1], [0, 0.9, 0.05, 0.05]]
)
"""0 begins, 1 ends, 2 and 3 are words: ending at once is likely, and going on is worth it."""


def ended(**options: Any) -> list[tuple[int, ...]]:
    found = search(TableStep(LIKELY_TO_END), [30], SearchOptions(**options))[0]
    assert all(one.finished for one in found)
    return [one.tokens for one in found]


def test_a_beam_stops_by_the_rules_of_a_toolkit() -> None:
    full: dict[str, Any] = {"beam_size": 2, "early_stopping": "full"}
    assert ended(**full, length_penalty=0.0, min_length=0) == [()]  # 0.5; going on gives less
    assert ended(**full, length_penalty=0.0) == [(3,)]  # 0.2 x 0.9 > 0.3 x 0.4
    assert ended(**full, length_penalty=2.0) == [(2, 2)]  # log 0.06 / 9 > log 0.18 / 4
    best: dict[str, Any] = {"beam_size": 2, "early_stopping": "best"}
    # The end of (3) is the best continuation of its step, and (2) is not waited for ...
    assert ended(**best, length_penalty=3.0) == [(3,)]
    # ... unless two are asked for: log 0.06 / 27 > log 0.18 / 8.
    assert ended(**best, length_penalty=3.0, n_best=2, finished="dropped") == [(2, 2), (3,)]
    # An offset makes lengths more alike.
    offset = ended(**best, length_penalty=3.0, length_offset=10.0, n_best=2, finished="dropped")
    assert offset == [(3,), (2, 2)]


def test_what_becomes_of_the_place_of_a_hypothesis_that_ended() -> None:
    # At the second step (3) ends with 0.36, before (2, 2) and (2, 3) with 0.21 each.
    table = by_last_word([[0, 0, 0.6, 0.4], [0, 1, 0, 0], [0, 0.3, 0.35, 0.35], [0, 0.9, 0.1, 0.0]])
    found = {}
    for finished in SPEC["search"]["finished"]:
        options = SearchOptions(beam_size=2, n_best=2, length_penalty=0.0, finished=finished)
        found[finished] = [one.tokens for one in search(TableStep(table), [4], options)[0]]
    assert found == {
        "replaced": [(3,), (2, 3)],  # it had the place
        "dropped": [(3,), (2, 2, 3)],  # (2, 2) alone goes on, in two ways
        "kept": [(3,), (2, 2, 2, 2)],  # and always in one way, until it is cut
    }


@pytest.mark.parametrize("rules", RULES, ids=str)
@pytest.mark.parametrize("seed", range(5))
def test_greedy_search_is_the_same_by_all_rules(seed: int, rules: dict) -> None:
    table = tables(seed, vocabulary=6)
    one, other = (
        search(TableStep(table), [12], SearchOptions(beam_size=1, min_length=0, **how))[0]
        for how in ({}, rules)
    )
    assert [found.tokens for found in one] == [found.tokens for found in other]
    assert [found.score for found in one] == [found.score for found in other]


def test_no_more_than_a_full_beam_ends() -> None:
    options = SearchOptions(beam_size=5, n_best=5, early_stopping="full", min_length=0)
    request = Request(TextSource((2,) * 5), 30, ended=True)
    for seed in range(30):
        step = TableStep(tables(seed, vocabulary=7))
        ((*found,),) = beam_search(step, [request], bos=BOS, eos=EOS, options=options)
        assert len(found) == 5
