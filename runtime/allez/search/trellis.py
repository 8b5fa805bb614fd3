"""Where hypotheses ended, and the way back from there to their first token."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from allez.arrays import FloatArray, IntArray
from allez.search.step import RawHypothesis


class End(NamedTuple):
    """Where a hypothesis ended: the row of a step that fed its last token."""

    score: float
    step: int
    row: int
    finished: bool


class Trellis:
    """All rows of all steps, linked backwards."""

    def __init__(self) -> None:
        self.parents: list[IntArray] = []
        self.tokens: list[IntArray] = []
        self.attention: list[FloatArray] = []

    def trace(self, end: End, positions: int) -> RawHypothesis:
        """Walk back from an end to the first token; `positions` are those of its source alone."""
        tokens: list[int] = []
        if self.attention:  # a model may have less memory than its source has positions
            positions = min(positions, self.attention[0].shape[1])
        weights = np.zeros((end.step, positions), dtype=np.float32)  # [T, M]
        row = end.row
        for step in reversed(range(end.step)):
            tokens.append(int(self.tokens[step][row]))
            row = int(self.parents[step][row])
            weights[step] = self.attention[step][row, :positions]
        return RawHypothesis(tuple(reversed(tokens)), end.score, weights, end.finished)
