"""Greedy and beam search over any step function. NumPy only.

A step is asked for the best continuations of its rows; which model answers, and how, search does
not know. Scores are sums of log-probabilities in float64. The rules are the same on every host:

- Each step takes the 2K best continuations of a sentence, ordered by score, then row, then rank.
- An eos among the first K finishes a hypothesis; the others fill the K rows.
- Where places of finished hypotheses are not replaced, K continuations are taken, not 2K; where
  they are kept, K less the hypotheses that have ended.
- A finished hypothesis scores sum / ((offset + length) / (offset + 1)) ** length_penalty, eos
  counted (Wu et al. 2016; the offset is 0 unless the model says otherwise).
- A sentence stops at its length limit; when all that could follow is banned; when even the longest
  continuation of its best row could not beat the worst hypothesis that would be returned; or when K
  are finished and its best row, were it to end with the next word at no cost, would not beat it
  either. (K finished ones alone are no reason: a model that is sure of itself fills the beam with
  hypotheses cut short.) By the rules of other toolkits it stops as soon as K are finished, and no
  more than K are noted ("full"), or as soon as the best continuation of a step was an eos and
  n_best are finished ("best").
- Symbols of entities: one that the source does not have, or that was said as often as it occurs, is
  banned; each must be said so often. A row's first 2K continuations that nothing else bans are
  looked at, and as many more as its source has different symbols.
- A row whose best continuation is eos, but that has not said all its symbols, is noted as
  incomplete. It goes on as usual if one of them is among its K best continuations, else by them
  alone. No other row may end either before it has said all.
- With K > 1, if no continuation among the 2K has said as many different symbols as some other one
  of the same rows, the best of those takes the last of the 2K places; and if none of the K rows
  has, the last of them.
- If nothing complete has ended at 1.5 times the length of the best incomplete one, and two tokens
  more for each different symbol of the source, that one is it. With K = 1 none is noted: what was
  said may have been handed out.
- Rows left empty repeat a live one with score minus infinity.
- No loops: a block of one or two tokens stands at most 4 times in a row, one of 3 to 7 at most 3
  times, one of 8 to 32 twice, or as often as anything does in the source; see `most_repeats`.

Greedy search is K = 1; it stops with its first finished hypothesis.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from math import isfinite

import numpy as np

from allez.arrays import BoolArray, FloatArray, IntArray
from allez.options import SearchOptions
from allez.search.constraints import (
    Banned,
    Constraints,
    SaidSymbols,
    most_said,
    with_most_said,
)
from allez.search.step import RawHypothesis, Request, Step, StepResult
from allez.search.trellis import End, Trellis

REVISION = 6
"""Of these rules, and of how a text is read: what was translated or scored by others is not gone on
with. 2: loops are stopped. 3: capitals are read as small letters. 4: what is
in a script that was never learnt is copied, and blocks of up to 32 tokens are loops, 24 before.
5: entities are said by symbols, if the bundle has them. 6: of what ended, the text decides."""

_PATIENCE = 1.5
"""How many times as long as the best incomplete hypothesis a complete one may be."""


OnStep = Callable[[IntArray, IntArray], Collection[int]]
"""Told after each step which requests [B] are left and the tokens [N] of their rows; returns those
for which no further step is wanted."""

Found = Mapping[int, list[RawHypothesis]]
"""Hypotheses by the index of their request."""


def carry_on(requests: IntArray, tokens: IntArray) -> Collection[int]:
    """Give up none, whatever happens."""
    return ()


def keep_quiet(found: Found) -> None:
    """Wait for the end of the search."""


def beam_search(
    step: Step,
    requests: Sequence[Request],
    *,
    bos: int,
    eos: int,
    options: SearchOptions,
    on_step: OnStep = carry_on,
    on_found: Callable[[Found], None] = keep_quiet,
) -> list[list[RawHypothesis]]:
    """Return for each request its `n_best` hypotheses, best first, those that were cut last.

    One that asks for all that came to an end gets them behind these.

    A request that is given up gets what there is, unfinished; where all are, no step is taken.

    Args:
        step: the model, fresh.
        requests: one for each of the step's B sentences, with one prefix for all.
        bos: id that is fed first.
        eos: id that ends a hypothesis.
        options: see `SearchOptions`.
        on_step: asked after each step which requests to give up.
        on_found: told what those are given that leave the batch while others stay.
    """
    search = _Search(step, requests, eos, options, on_found)
    token = np.full(len(requests), bos, dtype=np.int64)
    parent = np.arange(len(requests), dtype=np.int64)
    while (extended := search.advance(token, parent)) is not None:
        token, parent = extended
        given_up = on_step(search.requests, token)
        if given_up and search.give_up(given_up):
            break
    return search.results()


def _allowed(result: StepResult, banned: Banned | None) -> FloatArray:
    """Return log-probabilities [N, k]; what is banned gets minus infinity."""
    logs = result.top_log_probs.astype(np.float64)
    if banned is not None:
        tokens, meant = banned
        same = result.top_tokens[:, :, None] == tokens[:, None, :]  # [N, k, w]
        logs = np.where((same & meant[:, None, :]).any(axis=2), -np.inf, logs)
    return logs


class _Search:
    """The beams of one batch. Arrays run over the sentences still in it, [B, ...]."""

    def __init__(
        self,
        step: Step,
        requests: Sequence[Request],
        eos: int,
        options: SearchOptions,
        on_found: Callable[[Found], None],
    ) -> None:
        count = len(requests)
        self.requests = np.arange(count)
        """[B] which request each sentence is."""
        self._step = step
        self._all = requests
        self._eos = eos
        self._options = options
        self._on_found = on_found
        self._found: dict[int, list[RawHypothesis]] = {}
        """Of the requests that have left the batch."""
        self._looked_at = options.beam_size * (2 if options.finished == "replaced" else 1)
        self._topped: set[int] = set()
        """Requests of which a hypothesis ended as the best continuation of its step."""
        self._trellis = Trellis()
        self._ends: list[list[End]] = [[] for _ in requests]
        self._limit = np.array([request.limit for request in requests])  # [B]
        self._soonest = min(request.limit for request in requests)
        self._done = np.zeros(count, dtype=bool)  # [B]
        self._enough = np.zeros(count, dtype=bool)  # [B] n_best hypotheses have ended
        self._given_up: set[int] = set()
        self._scores: FloatArray = np.zeros((count, 1))  # [B, K]
        self._constraints = Constraints(requests, eos, options)
        self._symbols = self._constraints.symbols
        self._incomplete: dict[int, End] = {}
        """Of each request, the best row that would end without having said all its symbols."""
        self._extra = 0

    def advance(self, token: IntArray, parent: IntArray) -> tuple[IntArray, IntArray] | None:
        """Feed the rows and choose the next ones; None when all sentences are done."""
        required = self._constraints.required()
        if required is not None:
            return self._force(token, parent, required)
        width = self._options.beam_size
        time = len(self._trellis.tokens)  # tokens each row has so far
        symbols = self._symbols
        full = symbols is not None and symbols.waits
        result, logs = self._feed(token, parent, full=full)
        total = self._scores[:, :, None] + logs.reshape(*self._scores.shape, -1)  # [B, K, k]
        # All by flat indices: `take` costs a fiftieth of what `take_along_axis` does.
        batch, rows, k = total.shape
        order = (-total.reshape(batch, -1)).argsort(axis=1, kind="stable")[:, : self._looked_at]
        if symbols is not None and full and width > 1:
            order = with_most_said(symbols, order, total, result.top_tokens)
        if batch > 1:  # [B, 2K] of all B x rows x k
            order += np.arange(0, batch * rows * k, rows * k)[:, None]
        best, tokens = total.take(order), result.top_tokens.take(order)
        if self._options.finished == "kept":
            self._keep_places(best)
        row = order // k  # [B, 2K] rows of this step
        alive = (tokens != self._eos) & np.isfinite(best)  # [B, 2K]
        simple = alive[:, :width].all()
        if not simple:
            self._finish(tokens[:, :width], best, row, time)
        kept = None if symbols is None else most_said(symbols, row, tokens, alive, width)
        simple = simple and kept is None
        if time >= self._soonest:
            at_limit = ~self._done & (time >= self._limit)
            self._cut(at_limit, rows, time)
            self._done |= at_limit
        if simple:  # as in most steps; what follows would choose the same
            self._scores, parent, token = best[:, :width], row[:, :width], tokens[:, :width]
        else:
            count = alive.shape[1]
            chosen = (~alive).argsort(axis=1, kind="stable")[:, :width]  # [B, K], live ones first
            if kept is not None:
                chosen[:, -1] = np.where(kept < 0, chosen[:, -1], kept)
            if batch > 1:
                chosen += np.arange(0, batch * count, count)[:, None]
            lives = alive.take(chosen)
            if not lives[:, 0].all():
                self._cut(self._dead_ends(lives[:, 0], result), rows, time)
            chosen = np.where(lives, chosen, chosen[:, :1])
            self._scores = np.where(lives, best.take(chosen), -np.inf)
            parent, token = row.take(chosen), tokens.take(chosen)
            self._done |= ~lives[:, 0]
        if self._incomplete:
            self._lose_patience(time)
        if self._enough.any():
            self._stop(time)
        done = np.count_nonzero(self._done)
        if done == batch:
            return None
        if done:
            token = np.where(self._done[:, None], self._eos, token)
        if 4 * done >= batch:
            parent, token = self._compact(parent, token)
        return self._link(parent.ravel(), token.ravel(), result.attention)

    def _feed(
        self, token: IntArray, parent: IntArray, *, full: bool
    ) -> tuple[StepResult, FloatArray]:
        """Feed the rows; return what may follow, and log-probabilities [N, k] by all the rules."""
        banned = self._constraints.banned()
        if banned is not None:  # never fewer again: the same number binds nothing anew
            self._extra = max(self._extra, int(banned[1].sum(axis=1).max()))
        room = 0 if self._symbols is None else self._symbols.room
        k = 2 * self._options.beam_size + self._extra + room
        result = self._step(token, parent, k, full=full)
        logs = _allowed(result, banned)
        if self._symbols is None:
            return result, logs
        return self._restrain(self._symbols, result, logs)

    def _force(
        self, token: IntArray, parent: IntArray, required: IntArray
    ) -> tuple[IntArray, IntArray] | None:
        """Feed the rows and continue each with a given token; None when that is the end of all."""
        time = len(self._trellis.tokens)
        result = self._step(token, parent, 1, full=True)
        assert result.log_probs is not None
        rows = np.arange(len(token), dtype=np.int64)
        logs = result.log_probs[rows, required].astype(np.float64)
        self._scores += logs.reshape(self._scores.shape)
        if (required == self._eos).all():
            first = required.reshape(self._scores.shape)[:, :1]
            self._finish(first, self._scores, rows.reshape(self._scores.shape), time)
            return None
        return self._link(rows, required, result.attention)

    def give_up(self, requests: Collection[int]) -> bool:
        """End the search for some requests; return whether it has ended for all.

        Rows that would go on become hypotheses. They rank by their score alone: what ended early
        in a search that was not done is seldom better.
        """
        leaving = np.isin(self.requests, list(requests)) & ~self._done
        self._cut(leaving, self._scores.shape[1], len(self._trellis.tokens))
        self._given_up.update(self.requests[leaving].tolist())
        self._done |= leaving
        return bool(self._done.all())

    def results(self) -> list[list[RawHypothesis]]:
        """Return the best hypotheses of every request."""
        return [
            self._found[index] if index in self._found else self._best(index)
            for index in range(len(self._all))
        ]

    def _best(self, index: int) -> list[RawHypothesis]:
        """Return the best hypotheses of a request that is done."""
        ends, request = self._ends[index], self._all[index]
        if index in self._incomplete and not any(end.finished for end in ends):
            ends = [self._incomplete[index], *ends]
        best = sorted(ends, key=lambda end: -end.score)
        if index not in self._given_up:
            best.sort(key=lambda end: not end.finished)
        count = self._options.n_best
        kept = best[:count]
        if request.ended:
            kept += [end for end in best[count:] if end.finished]
        return [self._trellis.trace(end, request.source.length) for end in kept]

    def _link(
        self, parent: IntArray, token: IntArray, attention: FloatArray
    ) -> tuple[IntArray, IntArray]:
        """Record the rows of the next step."""
        self._trellis.parents.append(parent)
        self._trellis.tokens.append(token)
        self._trellis.attention.append(attention)
        self._constraints.advance(parent, token)
        return token, parent

    def _restrain(
        self, symbols: SaidSymbols, result: StepResult, logs: FloatArray
    ) -> tuple[StepResult, FloatArray]:
        """Apply the rules on symbols; return continuations [N, k] and their log-probabilities."""
        width = self._options.beam_size
        tokens = result.top_tokens
        logs = symbols.forbid(tokens, logs, 2 * width)
        if not symbols.waits:
            return result, logs
        missing = symbols.missing
        may = np.isfinite(logs)
        best = np.arange(len(may)), may.argmax(axis=1)  # [N] the best that may follow
        ending = missing & may[best] & (tokens[best] == self._eos)
        among = may & (may.cumsum(axis=1) <= width)
        helped = (symbols.unsaid(tokens) & among).any(axis=1)
        ended = (tokens == self._eos) & missing[:, None]
        if width > 1:  # what a greedy search has said stands: it may have been handed out
            self._note_incomplete(ending, np.where(ended, logs, -np.inf).max(axis=1))
        logs = np.where(ended, -np.inf, logs)
        alone = np.flatnonzero(ending & ~helped)
        if alone.size:
            assert result.log_probs is not None
            tokens, logs = tokens.copy(), logs.copy()
            logs[alone] = -np.inf
            for row in alone.tolist():
                ids, scores = symbols.best_missing(row, result.log_probs)
                tokens[row, : len(ids)], logs[row, : len(ids)] = ids, scores
            result = result._replace(top_tokens=tokens)
        return result, logs

    def _note_incomplete(self, ending: BoolArray, logs: FloatArray) -> None:
        """Keep the best row [N] of each sentence that would end without all its symbols."""
        time = len(self._trellis.tokens)
        rows = self._scores.shape[1]
        totals = self._scores.ravel() + logs
        norm = self._options.norm(time + 1)
        for row in np.flatnonzero(ending & np.isfinite(totals)).tolist():
            b = row // rows
            if self._done[b]:
                continue
            end = End(float(totals[row]) / norm, time, row, True)
            known = self._incomplete.get(int(self.requests[b]))
            if known is None or end.score > known.score:
                self._incomplete[int(self.requests[b])] = end

    def _lose_patience(self, time: int) -> None:
        """Mark sentences done whose rows are much longer than an incomplete hypothesis."""
        for b in np.flatnonzero(~self._done).tolist():
            request = int(self.requests[b])
            end = self._incomplete.get(request)
            if end is None or self._ends[request]:
                continue
            asked = self._all[request].symbols
            symbols = 0 if asked is None else sum(times > 0 for times in asked.times)
            self._done[b] = time >= _PATIENCE * (end.step + 1) + 2 * symbols

    def _finish(
        self,
        tokens: IntArray,
        best: FloatArray,
        row: IntArray,
        time: int,
    ) -> None:
        """Note the hypotheses that end here: eos among a sentence's first K tokens [B, K]."""
        norm = self._options.norm(time + 1)
        most = self._options.beam_size if self._options.early_stopping == "full" else None
        sentences, places = (tokens == self._eos).nonzero()
        for b, j in zip(sentences.tolist(), places.tolist(), strict=True):
            if self._done[b] or not isfinite(score := float(best[b, j])):
                continue
            if j == 0:
                self._topped.add(int(self.requests[b]))
            if most is None or len(self._ends[self.requests[b]]) < most:
                self._end(b, End(score / norm, time, int(row[b, j]), True))

    def _cut(self, ended: BoolArray, rows: int, time: int) -> None:
        """Note the rows of sentences that go no further; they rank after finished ones."""
        norm = self._options.norm(max(time, 1))
        for b in ended.nonzero()[0].tolist():
            for r in np.isfinite(self._scores[b]).nonzero()[0].tolist():
                self._end(b, End(float(self._scores[b, r]) / norm, time, int(b * rows + r), False))

    def _end(self, b: int, end: End) -> None:
        ends = self._ends[self.requests[b]]
        ends.append(end)
        self._enough[b] = len(ends) >= self._options.n_best

    def _dead_ends(self, lives: BoolArray, result: StepResult) -> BoolArray:
        """Return which sentences [B] end here with nothing in hand: all that follows is banned.

        Where no score is finite the model has failed, and there is nothing to return.
        """
        scored = np.isfinite(result.top_log_probs).reshape(len(lives), -1).any(axis=1)
        ended: BoolArray = scored & ~lives & ~self._done
        for b in np.flatnonzero(ended):
            ended[b] = not self._ends[self.requests[b]]
        return ended

    def _keep_places(self, best: FloatArray) -> None:
        """Put minus infinity into scores [B, K] where hypotheses that ended have the places."""
        ended = np.array([len(self._ends[request]) for request in self.requests])
        places = np.arange(best.shape[1]) + ended[:, None]
        best[places >= self._options.beam_size] = -np.inf

    def _stop(self, time: int) -> None:
        """Mark sentences done of which enough is known, or whose rows can hardly win any more."""
        options = self._options
        for b in (self._enough & ~self._done).nonzero()[0]:
            ends = self._ends[self.requests[b]]
            if options.early_stopping != "hopeless":
                full = len(ends) >= options.beam_size
                topped = int(self.requests[b]) in self._topped
                self._done[b] = full if options.early_stopping == "full" else topped
                continue
            scores = sorted((end.score for end in ends), reverse=True)
            # Sums only fall, so the most that a row can reach is its sum over the most tokens.
            # With K finished ones in hand, its sum over the fewest is hope enough.
            most = time + 2 if len(scores) >= options.beam_size else int(self._limit[b]) + 1
            reach = self._scores[b, 0] / options.norm(most)
            self._done[b] = options.beam_size == 1 or reach <= scores[options.n_best - 1]

    def _compact(self, parent: IntArray, token: IntArray) -> tuple[IntArray, IntArray]:
        """Drop done sentences from the batch, which are a quarter of it or more."""
        found = {index: self._best(index) for index in self.requests[self._done].tolist()}
        self._found |= found
        self._on_found(found)
        kept = np.flatnonzero(~self._done)
        self._step.keep(kept)
        self.requests, self._limit = self.requests[kept], self._limit[kept]
        self._done, self._enough = self._done[kept], self._enough[kept]
        self._scores = self._scores[kept]
        return parent[kept], token[kept]
