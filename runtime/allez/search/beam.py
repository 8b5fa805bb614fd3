"""Greedy and beam search over any step function. NumPy only.

A step is asked for the best continuations of its rows; which model answers, and how, search does
not know. Scores are sums of log-probabilities in float64. The rules are the same on every host:

- Each step takes the 2K best continuations of a sentence, ordered by score, then row, then rank.
- An eos among the first K finishes a hypothesis; the others fill the K rows.
- A finished hypothesis scores sum / length ** length_penalty, eos counted (Wu et al. 2016).
- A sentence stops at its length limit; when all that could follow is banned; when even the longest
  continuation of its best row could not beat the worst hypothesis that would be returned; or when K
  are finished and its best row, were it to end with the next word at no cost, would not beat it
  either. (K finished ones alone are no reason: a model that is sure of itself fills the beam with
  hypotheses cut short.)
- Rows left empty repeat a live one with score minus infinity.
- No loops: a block of one or two tokens stands at most 4 times in a row, one of 3 to 7 at most 3
  times, one of 8 to 32 twice, or as often as anything does in the source; see `most_repeats`.

Greedy search is K = 1; it stops with its first finished hypothesis.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Sequence
from typing import NamedTuple

import numpy as np

from allez.arrays import BoolArray, FloatArray, IntArray
from allez.options import SearchOptions
from allez.search.constraints import Banned, Loops, both
from allez.search.step import Found, Job, Step, StepResult

REVISION = 4
"""Of these rules, and of how a text is read (text.py, plan.py): what was translated or scored by
others is not gone on with. 2: loops are stopped. 3: capitals are read as small letters. 4: what is
in a script that was never learnt is copied, and blocks of up to 32 tokens are loops, 24 before."""


class _End(NamedTuple):
    """Where a hypothesis ended: the row of a step that fed its last token."""

    score: float
    step: int
    row: int
    finished: bool


class _Trellis:
    """All rows of all steps, linked backwards."""

    def __init__(self) -> None:
        self.parents: list[IntArray] = []
        self.tokens: list[IntArray] = []
        self.attention: list[FloatArray] = []

    def trace(self, end: _End, memory_length: int) -> Found:
        """Walk back from an end to the first token."""
        tokens: list[int] = []
        weights = np.zeros((end.step, memory_length), dtype=np.float32)  # [T, M]
        row = end.row
        for step in reversed(range(end.step)):
            tokens.append(int(self.tokens[step][row]))
            row = int(self.parents[step][row])
            weights[step] = self.attention[step][row, :memory_length]
        return Found(tuple(reversed(tokens)), end.score, weights, end.finished)


def beam_search(
    step: Step,
    jobs: Sequence[Job],
    *,
    bos: int,
    eos: int,
    options: SearchOptions,
    prefix: Sequence[int] = (),
    stop: Callable[[], bool] = lambda: False,
) -> list[list[Found]]:
    """Return for each job its `n_best` hypotheses, best first, those that were cut last.

    Args:
        step: as for `beam_steps`, with all that follow.
        jobs: one for each sentence.
        bos: id that is fed first.
        eos: id that ends a hypothesis.
        options: see `SearchOptions`.
        prefix: ids that every hypothesis begins with.
        stop: asked after each step; once it says so, what there is is returned.
    """
    steps = beam_steps(step, jobs, bos=bos, eos=eos, options=options, prefix=prefix)
    try:
        next(steps)
        while True:
            steps.send(stop())
    except StopIteration as end:
        found: list[list[Found]] = end.value
        return found


def beam_steps(
    step: Step,
    jobs: Sequence[Job],
    *,
    bos: int,
    eos: int,
    options: SearchOptions,
    prefix: Sequence[int] = (),
) -> Generator[IntArray, bool | None, list[list[Found]]]:
    """Search step by step: yield the tokens [N] of the rows after each, return all hypotheses.

    Sent True, it takes no further step: the rows as they are become hypotheses, unfinished.

    Args:
        step: the model, fresh.
        jobs: one for each of the step's B sentences.
        bos: id that is fed first.
        eos: id that ends a hypothesis.
        options: see `SearchOptions`.
        prefix: ids that every hypothesis begins with; shorter than every limit.
    """
    search = _Search(step, jobs, eos, options)
    token = np.full(len(jobs), bos, dtype=np.int64)
    parent = np.arange(len(jobs), dtype=np.int64)
    for forced in prefix:
        token, parent = search.force(token, parent, forced)
        if (yield token):
            return search.cut_short()
    while True:
        extended = search.advance(token, parent)
        if extended is None:
            return search.results()
        token, parent = extended
        if (yield token):
            return search.cut_short()


class _Search:
    """The beams of one batch. Arrays run over the sentences still in it, [B, ...]."""

    def __init__(self, step: Step, jobs: Sequence[Job], eos: int, options: SearchOptions) -> None:
        self._step = step
        self._jobs = jobs
        self._eos = eos
        self._options = options
        self._trellis = _Trellis()
        self._ends: list[list[_End]] = [[] for _ in jobs]
        self._sentence = np.arange(len(jobs))  # [B] which job each sentence is
        self._limit = np.array([job.limit for job in jobs])  # [B]
        self._soonest = min(job.limit for job in jobs)
        self._done = np.zeros(len(jobs), dtype=bool)  # [B]
        self._enough = np.zeros(len(jobs), dtype=bool)  # [B] n_best hypotheses have ended
        self._scores: FloatArray = np.zeros((len(jobs), 1))  # [B, K]
        self._history = np.zeros((len(jobs), 0), dtype=np.int64)  # [N, t], for n-grams only
        self._loops = Loops(jobs, eos)

    def force(self, token: IntArray, parent: IntArray, forced: int) -> tuple[IntArray, IntArray]:
        """Feed the rows and continue each with the same given token."""
        result = self._step(token, parent, 1, full=True)
        assert result.log_probs is not None
        self._scores += result.log_probs[:, forced].astype(np.float64)[:, None]
        rows = np.arange(len(token), dtype=np.int64)
        return self._link(rows, np.full(len(token), forced, dtype=np.int64), result.attention)

    def advance(self, token: IntArray, parent: IntArray) -> tuple[IntArray, IntArray] | None:
        """Feed the rows and choose the next ones; None when all sentences are done."""
        width = self._options.beam_size
        time = len(self._trellis.tokens)  # tokens each row has so far
        banned = both(self._repeats(time), self._loops.banned())
        extra = int(banned[1].sum(axis=1).max()) if banned else 0
        extra += self._options.min_length > 0  # in all steps: the same number binds nothing anew
        result = self._step(token, parent, 2 * width + extra)
        total = self._totals(result, banned, time)  # [B, K, k]
        # All by flat indices: `take` costs a fiftieth of what `take_along_axis` does.
        batch, rows, k = total.shape
        order = np.argsort(-total.reshape(batch, -1), axis=1, kind="stable")[:, : 2 * width]
        order += np.arange(0, batch * rows * k, rows * k)[:, None]  # [B, 2K] of all B x rows x k
        best, tokens = total.take(order), result.top_tokens.take(order)
        row = order // k  # [B, 2K] rows of this step
        alive = (tokens != self._eos) & np.isfinite(best)  # [B, 2K]
        simple = alive[:, :width].all()
        if not simple:
            self._finish(tokens[:, :width], best, row, time)
        if time >= self._soonest:
            at_limit = ~self._done & (time >= self._limit)
            self._cut(at_limit, rows, time)
            self._done |= at_limit
        if simple:  # as in most steps; what follows would choose the same
            self._scores, parent, token = best[:, :width], row[:, :width], tokens[:, :width]
        else:
            count = alive.shape[1]
            chosen = np.argsort(~alive, axis=1, kind="stable")[:, :width]  # [B, K], live ones first
            chosen += np.arange(0, batch * count, count)[:, None]
            lives = alive.take(chosen)
            if not lives[:, 0].all():
                self._cut(self._dead_ends(lives[:, 0], result), rows, time)
            chosen = np.where(lives, chosen, chosen[:, :1])
            self._scores = np.where(lives, best.take(chosen), -np.inf)
            parent, token = row.take(chosen), tokens.take(chosen)
            self._done |= ~lives[:, 0]
        if self._enough.any():
            self._stop_hopeless(time)
        done = np.count_nonzero(self._done)
        if done == batch:
            return None
        if done:
            token = np.where(self._done[:, None], self._eos, token)
        if 4 * done >= batch:
            parent, token = self._compact(parent, token)
        return self._link(parent.ravel(), token.ravel(), result.attention)

    def cut_short(self) -> list[list[Found]]:
        """Return the best hypotheses of every job, rows that would go on among them.

        These rank by their score alone: what ended early in a search that was not done is seldom
        better.
        """
        live = ~self._done
        self._cut(live, self._scores.shape[1], len(self._trellis.tokens))
        return self.results(set(self._sentence[live].tolist()))

    def results(self, cut: Collection[int] = ()) -> list[list[Found]]:
        """Return the best hypotheses of every job; of those in `cut`, whatever scores best."""
        found = []
        for index, (ends, job) in enumerate(zip(self._ends, self._jobs, strict=True)):
            best = sorted(ends, key=lambda end: -end.score)
            if index not in cut:
                best.sort(key=lambda end: not end.finished)
            kept = best[: self._options.n_best]
            found.append([self._trellis.trace(end, job.memory_length) for end in kept])
        return found

    def _link(
        self, parent: IntArray, token: IntArray, attention: FloatArray
    ) -> tuple[IntArray, IntArray]:
        """Record the rows of the next step."""
        self._trellis.parents.append(parent)
        self._trellis.tokens.append(token)
        self._trellis.attention.append(attention)
        self._loops.extend(parent, token)
        if self._options.no_repeat_ngram_size:
            self._history = np.concatenate([self._history[parent], token[:, None]], axis=1)
        return token, parent

    def _repeats(self, time: int) -> Banned | None:
        """Return tokens [N, w] that would repeat an n-gram, and which of them are meant [N, w]."""
        size = self._options.no_repeat_ngram_size
        if not size or time < size:
            return None
        windows = np.lib.stride_tricks.sliding_window_view(self._history, size, axis=1)  # [N, w, n]
        recent = self._history[:, None, time - size + 1 :]  # [N, 1, n-1]
        return windows[:, :, -1], (windows[:, :, :-1] == recent).all(axis=2)

    def _totals(
        self,
        result: StepResult,
        banned: Banned | None,
        time: int,
    ) -> FloatArray:
        """Add up scores [B, K, k]; what is not allowed gets minus infinity."""
        batch, rows = self._scores.shape
        logs = result.top_log_probs.astype(np.float64)
        if time < self._options.min_length:
            logs = np.where(result.top_tokens == self._eos, -np.inf, logs)
        if banned is not None:
            tokens, meant = banned
            same = result.top_tokens[:, :, None] == tokens[:, None, :]  # [N, k, w]
            logs = np.where((same & meant[:, None, :]).any(axis=2), -np.inf, logs)
        totals: FloatArray = self._scores[:, :, None] + logs.reshape(batch, rows, -1)
        return totals

    def _finish(
        self,
        tokens: IntArray,
        best: FloatArray,
        row: IntArray,
        time: int,
    ) -> None:
        """Note the hypotheses that end here: eos among a sentence's first K tokens [B, K]."""
        norm = float(time + 1) ** self._options.length_penalty
        for b, j in np.argwhere(tokens == self._eos).tolist():
            if not self._done[b] and np.isfinite(best[b, j]):
                self._end(b, _End(float(best[b, j]) / norm, time, int(row[b, j]), True))

    def _cut(self, ended: BoolArray, rows: int, time: int) -> None:
        """Note the rows of sentences that go no further; they rank after finished ones."""
        norm = float(max(time, 1)) ** self._options.length_penalty
        for b in ended.nonzero()[0].tolist():
            for r in np.isfinite(self._scores[b]).nonzero()[0].tolist():
                self._end(b, _End(float(self._scores[b, r]) / norm, time, int(b * rows + r), False))

    def _end(self, b: int, end: _End) -> None:
        ends = self._ends[self._sentence[b]]
        ends.append(end)
        self._enough[b] = len(ends) >= self._options.n_best

    def _dead_ends(self, lives: BoolArray, result: StepResult) -> BoolArray:
        """Return which sentences [B] end here with nothing in hand: all that follows is banned.

        Where no score is finite the model has failed, and there is nothing to return.
        """
        scored = np.isfinite(result.top_log_probs).reshape(len(lives), -1).any(axis=1)
        ended: BoolArray = scored & ~lives & ~self._done
        for b in np.flatnonzero(ended):
            ended[b] = not self._ends[self._sentence[b]]
        return ended

    def _stop_hopeless(self, time: int) -> None:
        """Mark sentences done whose rows can no longer win, or hardly."""
        options = self._options
        for b in (self._enough & ~self._done).nonzero()[0]:
            scores = sorted((e.score for e in self._ends[self._sentence[b]]), reverse=True)
            # Sums only fall, so the most that a row can reach is its sum over the most tokens.
            # With K finished ones in hand, its sum over the fewest is hope enough.
            most = time + 2 if len(scores) >= options.beam_size else int(self._limit[b]) + 1
            reach = self._scores[b, 0] / float(most) ** options.length_penalty
            self._done[b] = options.beam_size == 1 or reach <= scores[options.n_best - 1]

    def _compact(self, parent: IntArray, token: IntArray) -> tuple[IntArray, IntArray]:
        """Drop done sentences from the batch, which are a quarter of it or more."""
        kept = np.flatnonzero(~self._done)
        self._step.keep(kept)
        self._sentence, self._limit = self._sentence[kept], self._limit[kept]
        self._done, self._enough = self._done[kept], self._enough[kept]
        self._scores = self._scores[kept]
        return parent[kept], token[kept]
