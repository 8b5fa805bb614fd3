"""Beam search as the two peers with the same weights do it on the host: bookkeeping, no model.

The rules are those of spec/README.md ("Search"), so that all take the same steps and the times
can be compared. Knows neither torch nor ONNX.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

Tokens = tuple[int, ...]


class Rows(NamedTuple):
    """What to feed next."""

    parent: list[int]
    """[N] the row of the last step that each row continues."""
    token: list[int]
    """[N]"""
    score: list[float]
    """[N]"""
    kept: list[int] | None
    """Which sentences are left, if some have been dropped."""


@dataclass(slots=True)
class _Sentence:
    index: int
    limit: int
    rows: list[tuple[float, Tokens]]
    finished: list[tuple[float, Tokens]] = field(default_factory=list)
    done: bool = False


class Beams:
    """The hypotheses of B sentences, K rows each.

    Args:
        limits: the most tokens of each sentence's translation.
        size: K.
        eos: id that ends a hypothesis.
        penalty: exponent of the length that sums are divided by.
    """

    def __init__(self, limits: Sequence[int], size: int, eos: int, penalty: float) -> None:
        self._penalty = penalty
        self._size = size
        self._eos = eos
        self._time = 0
        self._width = 1  # rows of each sentence in the step that was taken last
        self._open = [_Sentence(b, limit, [(0.0, ())]) for b, limit in enumerate(limits)]
        self.best: list[Tokens] = [()] * len(limits)
        """The best hypothesis of each sentence that is done."""

    def advance(
        self, scores: list[list[float]], rows: list[list[int]], tokens: list[list[int]]
    ) -> Rows | None:
        """Take each sentence's best continuations, best first, each [B, 2K] (or [B, 1], greedy).

        Args:
            scores: sums of log-probabilities.
            rows: which of the sentence's own rows is continued.
            tokens: by which token.

        Returns:
            The next rows; None when all sentences are done.
        """
        next_rows = Rows([], [], [], None)
        for b, sentence in enumerate(self._open):
            found = list(zip(scores[b], rows[b], tokens[b], strict=True))
            chosen = self._choose(sentence, found) if not sentence.done else []
            for score, row, token in chosen or [(0.0, 0, self._eos)] * self._size:
                next_rows.parent.append(b * self._width + row)
                next_rows.token.append(token)
                next_rows.score.append(score)
        self._time += 1
        self._width = self._size
        return self._drop(next_rows)

    def _choose(
        self, sentence: _Sentence, found: list[tuple[float, int, int]]
    ) -> list[tuple[float, int, int]]:
        """Finish what ends, and return the K continuations to go on with; none when done."""
        for score, row, token in found[: self._size]:
            if token == self._eos:
                end = (score / (self._time + 1) ** self._penalty, sentence.rows[row][1])
                sentence.finished.append(end)
        chosen = [c for c in found if c[2] != self._eos][: self._size]
        at_limit = self._time >= sentence.limit
        sentence.done = at_limit or not chosen
        if not sentence.done and sentence.finished:
            full = len(sentence.finished) >= self._size
            most = self._time + 2 if full else sentence.limit + 1
            best = max(sentence.finished)[0]
            sentence.done = self._size == 1 or chosen[0][0] / most**self._penalty <= best
        if sentence.done:
            ends = sentence.finished or sentence.rows
            self.best[sentence.index] = max(ends, key=lambda end: end[0])[1]
            return []
        chosen += [(float("-inf"), *chosen[0][1:])] * (self._size - len(chosen))
        sentence.rows = [(s, (*sentence.rows[r][1], t)) for s, r, t in chosen]
        return chosen

    def _drop(self, rows: Rows) -> Rows | None:
        """Forget the sentences that are done once they are a quarter."""
        kept = [b for b, sentence in enumerate(self._open) if not sentence.done]
        if not kept:
            return None
        if len(kept) > 0.75 * len(self._open):
            return rows
        self._open = [self._open[b] for b in kept]
        size = self._size
        places = [b * size + r for b in kept for r in range(size)]
        return Rows(
            [rows.parent[p] for p in places],
            [rows.token[p] for p in places],
            [rows.score[p] for p in places],
            kept,
        )
