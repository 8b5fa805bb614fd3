"""What restrains a search: words that must not follow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from allez.arrays import BoolArray, IntArray
from allez.search.step import Job

Banned = tuple[IntArray, BoolArray]
"""Tokens [N, w], and which of them must not follow [N, w]."""

BLOCK_REPEATS = np.array([4, 4, *[3] * 5, *[2] * 25])
"""How often a block of 1, 2, ... tokens may stand in a row, unless the source repeats more."""


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

    def __init__(self, jobs: Sequence[Job], eos: int) -> None:
        self._eos = eos
        sizes = np.arange(1, len(BLOCK_REPEATS) + 1)
        source = np.array([[2**31 if job.repeats is None else job.repeats] for job in jobs])
        self._allowed = (np.maximum(source, BLOCK_REPEATS) - 1) * sizes  # [N, L] in tokens
        self._recent = np.full_like(self._allowed, -1)  # [N, L] the last tokens, newest first
        self._same = np.zeros_like(self._allowed)  # [N, L] tokens that equal the one n before

    def extend(self, parent: IntArray, token: IntArray) -> None:
        """Go on to rows that continue rows `parent` [N] with `token` [N]."""
        recent = self._recent.take(parent, axis=0)
        self._same = self._same.take(parent, axis=0)
        self._same += 1
        self._same *= recent == token[:, None]
        self._recent = np.empty_like(recent)
        self._recent[:, 0], self._recent[:, 1:] = token, recent[:, :-1]
        self._allowed = self._allowed.take(parent, axis=0)

    def banned(self) -> Banned | None:
        """Return tokens [N, L], and which of them must not follow [N, L]; None: none."""
        meant = self._same >= self._allowed
        if not meant.any():
            return None
        meant &= self._recent[:, :1] != self._eos  # sentences that are done are fed nothing else
        return (self._recent, meant) if meant.any() else None


def both(one: Banned | None, other: Banned | None) -> Banned | None:
    """Join two lists of banned tokens [N, w]."""
    if one is None or other is None:
        return other if one is None else one
    tokens, meant = zip(one, other, strict=True)
    return np.concatenate(tokens, axis=1), np.concatenate(meant, axis=1)
