"""What restrains a search: words that must not follow, and words that must.

Each restraint is a `Constraint`: asked before every step, and told which rows go on afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from allez.arrays import BoolArray, IntArray
from allez.options import SearchOptions
from allez.search.step import Request

Banned = tuple[IntArray, BoolArray]
"""Tokens [N, w], and which of them must not follow [N, w]."""

BLOCK_REPEATS = np.array([4, 4, *[3] * 5, *[2] * 25])
"""How often a block of 1, 2, ... tokens may stand in a row, unless the source repeats more."""


class Constraint(Protocol):
    """What restrains the N rows of a search."""

    def required(self) -> IntArray | None:
        """Return the token [N] that must follow each row; None: nothing must."""

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
        self._all: list[Constraint] = [Loops(requests, eos)]
        if requests[0].prefix:
            self._all.append(Prefix(requests))
        if options.min_length:
            self._all.append(MinimumLength(rows, options.min_length, eos))
        if options.no_repeat_ngram_size:
            self._all.append(NoRepeat(rows, options.no_repeat_ngram_size, eos))

    def required(self) -> IntArray | None:
        """Return the token [N] that must follow each row; None: nothing must."""
        return next((t for c in self._all if (t := c.required()) is not None), None)

    def banned(self) -> Banned | None:
        """Return tokens [N, w], and which of them must not follow [N, w]; None: none."""
        lists = [banned for c in self._all if (banned := c.banned()) is not None]
        if len(lists) <= 1:
            return lists[0] if lists else None
        tokens, meant = zip(*lists, strict=True)
        return np.concatenate(tokens, axis=1), np.concatenate(meant, axis=1)

    def advance(self, parent: IntArray, token: IntArray) -> None:
        """Go on to rows that continue rows `parent` [N] with `token` [N]."""
        for constraint in self._all:
            constraint.advance(parent, token)


class Prefix:
    """The translation begins as the caller said."""

    def __init__(self, requests: Sequence[Request]) -> None:
        self._left = list(reversed(requests[0].prefix))
        self._rows = len(requests)

    def required(self) -> IntArray | None:
        """See `Constraint`."""
        return np.full(self._rows, self._left[-1], dtype=np.int64) if self._left else None

    def banned(self) -> Banned | None:
        """See `Constraint`: nothing is."""
        return None

    def advance(self, parent: IntArray, token: IntArray) -> None:
        """See `Constraint`."""
        self._rows = len(token)
        if self._left:
            self._left.pop()


class MinimumLength:
    """No end before so many tokens."""

    def __init__(self, rows: int, length: int, eos: int) -> None:
        self._rows = rows
        self._missing = length
        self._eos = eos

    def required(self) -> IntArray | None:
        """See `Constraint`: nothing is."""
        return None

    def banned(self) -> Banned | None:
        """See `Constraint`."""
        if self._missing <= 0:
            return None
        shape = (self._rows, 1)
        return np.full(shape, self._eos, dtype=np.int64), np.ones(shape, dtype=bool)

    def advance(self, parent: IntArray, token: IntArray) -> None:
        """See `Constraint`."""
        self._rows = len(token)
        self._missing -= 1


class NoRepeat:
    """No sequence of `size` tokens occurs twice."""

    def __init__(self, rows: int, size: int, eos: int) -> None:
        self._size = size
        self._eos = eos
        self._history = np.zeros((rows, 0), dtype=np.int64)  # [N, t]

    def required(self) -> IntArray | None:
        """See `Constraint`: nothing is."""
        return None

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


def most_repeats(ids: Sequence[int]) -> int:
    """Return how often, at most, the same 1 to 32 ids stand in a row; 1 if nothing is repeated."""
    most = 1
    for size in range(1, len(BLOCK_REPEATS) + 1):
        same = 0
        for before, following in zip(ids, ids[size:], strict=False):
            same = same + 1 if before == following else 0
            most = max(most, same // size + 1)
    return most


class Loops:
    """Which token would let a row go round once more: the first of the block it repeats.

    Letters: L longest block, 32.
    """

    def __init__(self, requests: Sequence[Request], eos: int) -> None:
        self._eos = eos
        sizes = np.arange(1, len(BLOCK_REPEATS) + 1)
        source = np.array([[2**31 if r.repeats is None else r.repeats] for r in requests])
        self._allowed = (np.maximum(source, BLOCK_REPEATS) - 1) * sizes  # [N, L] in tokens
        self._recent = np.full_like(self._allowed, -1)  # [N, L] the last tokens, newest first
        self._same = np.zeros_like(self._allowed)  # [N, L] tokens that equal the one n before

    def required(self) -> IntArray | None:
        """See `Constraint`: nothing is."""
        return None

    def banned(self) -> Banned | None:
        """See `Constraint`: w is L."""
        meant = self._same >= self._allowed
        if not meant.any():
            return None
        meant &= self._recent[:, :1] != self._eos  # sentences that are done are fed nothing else
        return (self._recent, meant) if meant.any() else None

    def advance(self, parent: IntArray, token: IntArray) -> None:
        """See `Constraint`."""
        recent = self._recent.take(parent, axis=0)
        self._same = self._same.take(parent, axis=0)
        self._same += 1
        self._same *= recent == token[:, None]
        self._recent = np.empty_like(recent)
        self._recent[:, 0], self._recent[:, 1:] = token, recent[:, :-1]
        self._allowed = self._allowed.take(parent, axis=0)
