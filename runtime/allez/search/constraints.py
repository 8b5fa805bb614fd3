"""What restrains a search: words that must not follow, and words that must.

What forbids is a `Constraint`: asked before every step, and told which rows go on afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from operator import eq
from typing import Protocol

import numpy as np

from allez.arrays import BoolArray, FloatArray, IntArray
from allez.options import SearchOptions
from allez.search.step import Request
from allez.spec import SPEC

Banned = tuple[IntArray, BoolArray]
"""Tokens [N, w], and which of them must not follow [N, w]."""

BLOCK_REPEATS = np.concatenate(
    [
        np.full(size - before, times)
        for (before, _), (size, times) in pairwise([(0, 0), *SPEC["search"]["loops"]])
    ]
)
"""How often a block of 1, 2, ... tokens may stand in a row, unless the source repeats more."""


class Constraint(Protocol):
    """What forbids the N rows of a search some words."""

    over: bool
    """Whether it will never forbid anything any more."""

    def banned(self) -> Banned | None:
        """Return tokens [N, w], and which of them must not follow [N, w]; None: none."""

    def advance(self, parent: IntArray, token: IntArray) -> None:
        """Go on to rows that continue rows `parent` [N] with `token` [N]."""


class Constraints:
    """All that restrains the rows of one batch.

    Args:
        requests: one for each sentence; their prefixes are equal.
        eos: id that ends a hypothesis.
        options: shortest length and n-grams.
    """

    def __init__(self, requests: Sequence[Request], eos: int, options: SearchOptions) -> None:
        rows = len(requests)
        self.symbols = None if all(r.symbols is None for r in requests) else SaidSymbols(requests)
        """What must and may be said of entities; None: nothing is asked."""
        self._all: list[Constraint] = [Loops(requests, eos)]
        self._prefix = Prefix(requests) if requests[0].prefix else None
        if options.min_length:
            self._all.append(MinimumLength(rows, options.min_length, eos))
        if options.no_repeat_ngram_size:
            self._all.append(NoRepeat(rows, options.no_repeat_ngram_size, eos))

    def required(self) -> IntArray | None:
        """Return the token [N] that must follow each row; None: nothing must."""
        return None if self._prefix is None else self._prefix.required()

    def banned(self) -> Banned | None:
        """Return tokens [N, w], and which of them must not follow [N, w]; None: none."""
        lists = [banned for c in self._all if (banned := c.banned()) is not None]
        if len(lists) <= 1:
            return lists[0] if lists else None
        tokens, meant = zip(*lists, strict=True)
        return np.concatenate(tokens, axis=1), np.concatenate(meant, axis=1)

    def advance(self, parent: IntArray, token: IntArray) -> None:
        """Go on to rows that continue rows `parent` [N] with `token` [N]."""
        over = False
        for constraint in self._all:
            constraint.advance(parent, token)
            over |= constraint.over
        if over:
            self._all = [constraint for constraint in self._all if not constraint.over]
        if self._prefix is not None:
            self._prefix.advance(token)
        if self.symbols is not None:
            self.symbols.advance(parent, token)


class Prefix:
    """The translation begins as the caller said."""

    def __init__(self, requests: Sequence[Request]) -> None:
        self._left = list(reversed(requests[0].prefix))
        self._rows = len(requests)

    def required(self) -> IntArray | None:
        """Return the token [N] that must follow each row; None: the prefix has been said."""
        return np.full(self._rows, self._left[-1], dtype=np.int64) if self._left else None

    def advance(self, token: IntArray) -> None:
        """Go on to rows that end with `token` [N]."""
        self._rows = len(token)
        if self._left:
            self._left.pop()


class MinimumLength:
    """No end before so many tokens."""

    def __init__(self, rows: int, length: int, eos: int) -> None:
        self._rows = rows
        self._missing = length
        self._eos = eos
        self.over = False

    def banned(self) -> Banned | None:
        """See `Constraint`."""
        shape = (self._rows, 1)
        return np.full(shape, self._eos, dtype=np.int64), np.ones(shape, dtype=bool)

    def advance(self, parent: IntArray, token: IntArray) -> None:
        """See `Constraint`."""
        self._rows = len(token)
        self._missing -= 1
        self.over = self._missing <= 0


class NoRepeat:
    """No sequence of `size` tokens occurs twice."""

    over = False

    def __init__(self, rows: int, size: int, eos: int) -> None:
        self._size = size
        self._eos = eos
        self._history = np.zeros((rows, 0), dtype=np.int64)  # [N, t]

    def banned(self) -> Banned | None:
        """See `Constraint`: w is the number of sequences so far."""
        size, time = self._size, self._history.shape[1]
        if time < size:
            return None
        windows = np.lib.stride_tricks.sliding_window_view(self._history, size, axis=1)  # [N, w, n]
        recent = self._history[:, None, time - size + 1 :]  # [N, 1, n-1]
        meant = (windows[:, :, :-1] == recent).all(axis=2)
        meant &= self._history[:, -1:] != self._eos  # sentences that are done are fed nothing else
        return windows[:, :, -1], meant

    def advance(self, parent: IntArray, token: IntArray) -> None:
        """See `Constraint`."""
        self._history = np.concatenate([self._history[parent], token[:, None]], axis=1)


class SaidSymbols:
    """Which symbols of entities each row may still say, and which it must.

    Not a `Constraint` like the others: where they only forbid, this also decides how a row goes on
    that would end too soon. Letters: Y symbols of the model.
    """

    def __init__(self, requests: Sequence[Request]) -> None:
        ids = next(request.symbols.ids for request in requests if request.symbols is not None)
        self._ids = np.array(ids, dtype=np.int64)  # [Y]
        self._index = np.full(int(self._ids.max()) + 2, -1, dtype=np.int64)
        self._index[self._ids] = np.arange(len(ids))
        free = [2**31] * len(ids)  # a request without symbols may say all of them
        times = [free if r.symbols is None else list(r.symbols.times) for r in requests]
        self._left = np.array(times, dtype=np.int64)  # [N, Y]
        self._missing = (self._left > 0) & (self._left < 2**31)  # [N, Y]
        self._said = np.zeros(len(requests), dtype=np.int64)  # [N] how many of those it must
        self._room = self._missing.sum(axis=1)  # [N] how many different ones its source has
        self._mute = not self._left.any()
        """Whether no row may say any, as with most texts: then nothing changes."""

    @property
    def room(self) -> int:
        """How many more continuations than otherwise are asked for."""
        return 0 if self._mute else int(self._room.max())

    @property
    def waits(self) -> bool:
        """Whether a row has not said all it must."""
        return not self._mute and bool(self._missing.any())

    @property
    def missing(self) -> BoolArray:
        """[N] which rows have not said all they must."""
        return np.asarray(self._missing.any(axis=1))

    def forbid(self, tokens: IntArray, logs: FloatArray, width: int) -> FloatArray:
        """Return logs [N, k] with minus infinity for what the source does not have.

        Of each row the first `width` continuations that nothing else forbids are looked at, and as
        many more as its source has symbols: so a row is not the poorer for its own symbols, and
        does not get others by what its neighbours have.
        """
        which = self._which(tokens)
        banned = which >= 0
        if banned.any() and not self._mute:
            banned &= self._left[_places(which)] <= 0
        if not banned.any() and not self.waits:
            return logs  # what is beyond the first is not among the best either
        room = 0 if self._mute else self._room[:, None]
        beyond = np.isfinite(logs).cumsum(axis=1) > width + room
        return np.where(banned | beyond, -np.inf, logs)

    def unsaid(self, tokens: IntArray) -> BoolArray:
        """Return which continuations [N, k] say something that the row must still say."""
        which = self._which(tokens)
        return (which >= 0) & self._missing[_places(which)]

    def unsaid_by(self, rows: IntArray, tokens: IntArray) -> BoolArray:
        """Return whether token i [n] says something that row i [n] must still say."""
        which = self._which(tokens)
        return (which >= 0) & self._missing[rows, np.maximum(which, 0)]

    def said(self, rows: IntArray, unsaid: BoolArray) -> IntArray:
        """Return how many symbols that they must continuations of `rows` say, the last one too."""
        return np.asarray(self._said[rows] + unsaid)

    def best_missing(self, row: int, log_probs: FloatArray) -> tuple[IntArray, FloatArray]:
        """Return what a row must still say and how likely each is, [m] the best first."""
        ids = np.sort(self._ids[self._missing[row]])
        logs = log_probs[row, ids].astype(np.float64)
        order = np.argsort(-logs, kind="stable")
        return ids[order], logs[order]

    def advance(self, parent: IntArray, token: IntArray) -> None:
        """Go on to rows that continue rows `parent` [N] with `token` [N]."""
        if self._mute:
            return
        which = self._which(token)
        rows = np.flatnonzero(which >= 0)
        self._left, self._missing = self._left[parent], self._missing[parent]
        self._said, self._room = self._said[parent], self._room[parent]
        self._said[rows] += self._missing[rows, which[rows]]
        self._left[rows, which[rows]] -= 1
        self._missing[rows, which[rows]] &= self._left[rows, which[rows]] > 0

    def _which(self, tokens: IntArray) -> IntArray:
        """Return the place of each token among the symbols, -1 if it is none."""
        return self._index.take(tokens, mode="clip")


def _places(which: IntArray) -> tuple[IntArray, IntArray]:
    """Return where symbols [N, k] of rows are in a table [N, Y]; -1 is taken for the first."""
    return np.arange(len(which))[:, None], np.maximum(which, 0)


def with_most_said(
    symbols: SaidSymbols, order: IntArray, total: FloatArray, tokens: IntArray
) -> IntArray:
    """Return order [B, 2K] of continuations, the one with most symbols said among them.

    Args:
        symbols: of the rows of this step.
        order: the best continuations, as places in [K, k].
        total: [B, K, k] their sums.
        tokens: [N, k] what they say.
    """
    said = symbols.said(np.arange(len(tokens))[:, None], symbols.unsaid(tokens))  # [N, k]
    sums = total.reshape(len(order), -1)
    each = np.where(np.isfinite(sums), said.reshape(sums.shape), -1)  # [B, K x k]
    most = each.max(axis=1)
    best = np.where(each == most[:, None], sums, -np.inf).argmax(axis=1)
    lacking = each[np.arange(len(order))[:, None], order].max(axis=1) < most
    order = order.copy()
    order[lacking, -1] = best[lacking]
    return order


def most_said(
    symbols: SaidSymbols, row: IntArray, tokens: IntArray, alive: BoolArray, width: int
) -> IntArray | None:
    """Return which of the 2K continuations takes each sentence's last place, -1: none; or None.

    Args:
        symbols: of the rows of this step.
        row: [B, 2K] the rows that are continued.
        tokens: [B, 2K] by what.
        alive: [B, 2K] which go on.
        width: K.
    """
    if width == 1 or not symbols.room:
        return None
    flat = row.ravel()
    unsaid = symbols.unsaid_by(flat, tokens.ravel())
    said = np.where(alive, symbols.said(flat, unsaid).reshape(row.shape), -1)  # [B, 2K]
    in_rows = alive & (alive.cumsum(axis=1) <= width)
    most = said.max(axis=1)
    kept = np.where(np.where(in_rows, said, -1).max(axis=1) < most, said.argmax(axis=1), -1)
    return kept if (kept >= 0).any() else None


def most_repeats(ids: Sequence[int]) -> int:
    """Return how often, at most, the same 1 to 32 ids stand in a row; 1 if nothing is repeated."""
    most = 1
    if len(set(ids)) == len(ids):
        return most
    for size in range(1, len(BLOCK_REPEATS) + 1):
        equal = list(map(eq, ids, ids[size:]))
        if sum(equal) < size * most:  # as nearly always
            continue
        same = 0
        for each in equal:
            same = same + 1 if each else 0
            most = max(most, same // size + 1)
    return most


def repeats_allowed(rule: str, source: Sequence[int]) -> int | None:
    """Return what a request says of loops: how often its source repeats; None: they are let be.

    Args:
        rule: what the bundle says of `repeats`, see `SearchOptions`.
        source: ids.
    """
    return most_repeats(source) if rule == "few" else None


class Loops:
    """Which token would let a row go round once more: the first of the block it repeats.

    Letters: L longest block, 32.
    """

    over = False

    def __init__(self, requests: Sequence[Request], eos: int) -> None:
        self._eos = eos
        sizes = np.arange(1, len(BLOCK_REPEATS) + 1)
        source = np.array([[2**31 if r.repeats is None else r.repeats] for r in requests])
        allowed = (np.maximum(source, BLOCK_REPEATS) - 1) * sizes  # [N, L] in tokens
        self._rows = np.zeros((len(requests), 2, len(sizes)), dtype=np.int64)
        """[N, 2, L] the last tokens, newest first; how many in a row equal the one n before."""
        self._rows[:, 0] = -1
        self._alike = bool((allowed == allowed[:1]).all())
        self._allowed = allowed[:1] if self._alike else allowed  # [1, L] if all rows are alike

    def banned(self) -> Banned | None:
        """See `Constraint`: w is L."""
        recent, same = self._rows[:, 0], self._rows[:, 1]
        meant = same >= self._allowed
        if not meant.any():
            return None
        meant &= recent[:, :1] != self._eos  # sentences that are done are fed nothing else
        return (recent, meant) if meant.any() else None

    def advance(self, parent: IntArray, token: IntArray) -> None:
        """See `Constraint`."""
        self._rows = rows = self._rows.take(parent, axis=0)
        recent, same = rows[:, 0], rows[:, 1]
        same += 1
        same *= recent == token[:, None]
        recent[:, 1:] = recent[:, :-1]
        recent[:, 0] = token
        if not self._alike:
            self._allowed = self._allowed.take(parent, axis=0)
