"""Which of the hypotheses that search ended anyway is handed out: one more look, no further step.

Search knows sums of probabilities alone. What is worth most is looked at first: its score, and how
much of the source it attends to (the coverage of Wu et al. 2016). If something in it is in doubt,
one that leaves less in doubt and is worth hardly less takes its place.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from allez.arrays import FloatArray
from allez.search import RawHypothesis
from allez.spec import SPEC

_RULES = SPEC["search"]["choice"]


def coverage(attention: FloatArray) -> float:
    """Return how much of the source a translation attends to: 0 is all of it, below is less.

    The sum, over all positions but the end, of the logarithm of what the tokens pay to it together:
    1 at most, and `least` at least.

    Args:
        attention: [T, S] as search leaves it.
    """
    least = float(_RULES["least"])
    paid = attention[:, :-1].sum(axis=0, dtype="float64").tolist()
    return math.fsum(math.log(min(1.0, max(least, each))) for each in paid)


def worth(raw: RawHypothesis) -> float:
    """Return what a hypothesis is worth: its score, and what its coverage adds."""
    return raw.score + float(_RULES["coverage"]) * coverage(raw.attention)


def chosen(found: Sequence[RawHypothesis], doubts: Callable[[int], int]) -> int:
    """Return the index of the hypothesis that is handed out.

    Of those that came to an end and are worth at most `margin` less than the best of them, the one
    with fewest doubts; of equals the one that is worth most, and of those the first. The first one
    if that was cut.

    Args:
        found: hypotheses as search orders them; not empty.
        doubts: counts those of a hypothesis; asked for as few as decide.
    """
    if len(found) == 1 or not found[0].finished:
        return 0
    worths = list(map(worth, found))
    order = sorted(
        (i for i, raw in enumerate(found) if raw.finished), key=lambda index: -worths[index]
    )
    best, fewest = order[0], doubts(order[0])
    for index in order[1:]:
        if not fewest or worths[index] < worths[order[0]] - _RULES["margin"]:
            break
        if (count := doubts(index)) < fewest:
            best, fewest = index, count
    return best
