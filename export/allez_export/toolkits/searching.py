"""How toolkits search with a beam: their rules, to tell what of a difference is only the search.

A bundle is searched by the runtime's own rules, which go on where these stop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from allez.model.encoder import TextSource
from allez.model.model import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRules:
    """A toolkit's rules. A score is divided by (T + offset) ** alpha, T tokens, the end counted."""

    alpha: float
    offset: float = 0.0
    wide: bool = False
    """Whether 2K continuations are looked at, so that K go on whichever end (fairseq), and the
    search stops with K finished. Else K are looked at, those that end leave the beam, and it stops
    when K have ended and the best of a step was among them (JoeyNMT, OpenNMT-py)."""
    empty: bool = False
    """Whether a sentence may end at once."""
    limit: int = 200


Rows = list[tuple[float, tuple[int, ...]]]
"""Sums of log-probabilities, and the tokens so far."""


def search(model: Model, source: Sequence[int], width: int, rules: SearchRules) -> tuple[int, ...]:
    """Return the best hypothesis by a toolkit's rules, its end not among its tokens.

    Args:
        model: the bundle's.
        source: ids, their end last.
        width: K.
        rules: see there.
    """
    step = model.start([model.encode(TextSource(tuple(source)))])
    rows: Rows = [(0.0, ())]
    ended: Rows = []
    token, parent = np.array([model.bos]), np.zeros(1, dtype=np.int64)
    stopped = False
    for time in range(1, rules.limit + 1):
        result = step(token, parent, 2 * width)
        logs = result.top_log_probs.astype(np.float64)
        if time == 1 and not rules.empty:
            logs = np.where(result.top_tokens == model.eos, -np.inf, logs)
        sums = np.array([score for score, _ in rows])[:, None] + logs  # [K, 2K]
        places = np.argsort(-sums.ravel(), kind="stable")[: 2 * width if rules.wide else width]
        after: list[tuple[float, int, int]] = []
        for rank, place in enumerate(places.tolist()):
            row, column = divmod(place, sums.shape[1])
            word, score = int(result.top_tokens[row, column]), float(sums[row, column])
            if word != model.eos:
                after.append((score, row, word))
            elif rank < width and np.isfinite(score):
                ended.append((score / (time + rules.offset) ** rules.alpha, rows[row][1]))
                stopped |= rank == 0
        if (len(ended) >= width and (stopped or rules.wide)) or not after:
            break
        after = after[:width]
        rows = [(score, (*rows[row][1], word)) for score, row, word in after]
        token, parent = np.array([a[2] for a in after]), np.array([a[1] for a in after])
    best = max(ended[:width] if rules.wide else ended, key=lambda end: end[0], default=rows[0])
    return best[1]
