"""How far a sentence's translation may be trusted, 0 to 1: a logistic regression.

Over what search and the checks already know; the weights are in the bundle, fitted by
`allez-export evaluate`. What is meant by a good translation, and how often this tells it from
others, is in the bundle's card.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from allez.bundle import Confidence
from allez.options import SearchOptions
from allez.search import RawHypothesis
from allez.text import lexemes
from allez.translate.choice import coverage, worth

MOST_DOUBTS = 3
"""More doubts count as so many."""


class Evidence(NamedTuple):
    """What is known of a sentence and its translation."""

    source: str
    positions: int
    """Tokens of the source, its end among them."""
    target: str
    found: Sequence[RawHypothesis]
    """The hypotheses that search handed out."""
    chosen: int
    """Which of them `target` is."""
    search: SearchOptions
    """By which their scores were made."""


def features(told: Evidence, doubts: int) -> dict[str, float]:
    """Return what the regression may look at, by name; nothing if the sentence was not read.

    Args:
        told: of the translation.
        doubts: how many the checks have found.
    """
    raw = told.found[told.chosen]
    if not math.isfinite(raw.score):
        return {}
    others = [other for i, other in enumerate(told.found) if i != told.chosen and other.finished]
    tokens = len(raw.tokens)
    length = tokens + 1 if raw.finished else max(tokens, 1)
    words = lexemes(told.target)
    best = max((worth(other) for other in others), default=None)
    return {
        "mean_score": raw.score * told.search.norm(length) / length,
        "length": math.log(max(len(told.source), 1)),
        "ratio": math.log(length / told.positions),
        "coverage": coverage(raw.attention) / told.positions,
        "agreement": sum(_shared(raw, other) for other in others) / max(len(others), 1),
        "margin": 0.0 if best is None else worth(raw) - best,
        "alone": float(not others),
        "letters": sum(map(len, words)) / max(len(words), 1),
        "pieces": math.log(length / (len(words) + 1)),
        "doubts": float(min(doubts, MOST_DOUBTS)),
    }


def confidence(weights: Confidence | None, known: Mapping[str, float]) -> float | None:
    """Return the probability of a good translation.

    None where the bundle has no weights, or weighs what is not known here; 0 if nothing was read.

    Args:
        weights: of the bundle.
        known: the features.
    """
    if weights is None:
        return None
    if not known:
        return 0.0
    if not weights.weights.keys() <= known.keys():
        return None
    total = weights.intercept + math.fsum(
        weight * known[name] for name, weight in weights.weights.items()
    )
    return 1 / (1 + math.exp(-total)) if total > -700 else 0.0


def _shared(one: RawHypothesis, other: RawHypothesis) -> float:
    """Return which share of their tokens two hypotheses have in common, in any order."""
    both = sum((Counter(one.tokens) & Counter(other.tokens)).values())
    return 2 * both / max(len(one.tokens) + len(other.tokens), 1)
