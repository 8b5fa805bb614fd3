"""Which words translate which, learnt from the pairs alone, and what that says of a pair.

IBM model 1 (Brown et al. 1993, section 4.1) over subwords: every target word comes from one source
word, all of them equally likely beforehand; end of sentence serves as the word that stands for
none. It takes minutes, needs no model, and tells pairs that are no translations from those that
are. Knows nothing of torch.

Letters: V vocabulary, B sentences, S source length, T target length.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from allez_export.vocabulary import EOS, PAD

Ids = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Example = tuple[Sequence[int], Sequence[int]]

ROUNDS = 5
"""Of expectation maximisation; the likelihood hardly grows after that."""

FLOOR = 1e-7
"""Probability of a translation that was never seen."""

SURE = 5
"""Pairs with no more target words than this are never judged: one rare word would decide."""

_GROUP = 256
"""Sentences looked at together."""


def learn_lexicon(examples: Sequence[Example], vocabulary: int, rounds: int = ROUNDS) -> Floats:
    """Return t [V, V]: the probability of a target word (column) given a source word (row).

    Args:
        examples: source and target ids, without bos and eos; none empty.
        vocabulary: V; two tables of V x V numbers are held.
        rounds: of expectation maximisation.
    """
    lexicon = np.ones((vocabulary, vocabulary), dtype=np.float32)
    for _ in range(rounds):
        counts = np.zeros(vocabulary * vocabulary, dtype=np.float32)
        for _, source, target in _groups(examples):
            joint = lexicon[source[:, :, None], target[:, None, :]]  # [B, S, T]
            joint /= joint.sum(axis=1, keepdims=True) + FLOOR**2
            joint *= (target != PAD)[:, None, :]
            np.add.at(counts, source[:, :, None] * vocabulary + target[:, None, :], joint)
        lexicon = counts.reshape(vocabulary, vocabulary)
        lexicon /= lexicon.sum(axis=1, keepdims=True) + FLOOR**2
    return lexicon


def score_examples(examples: Sequence[Example], lexicon: Floats, frequency: Floats) -> Floats:
    """Return how much better each target is explained by its source than by chance.

    Args:
        examples: source and target ids, without bos and eos; none empty.
        lexicon: t [V, V].
        frequency: [V] probability of each target word by itself.

    Returns:
        Nats per target word, about 0 for two sentences that have nothing to do with each other.
    """
    scores = np.zeros(len(examples), dtype=np.float32)
    chance = np.log(np.maximum(frequency, FLOOR))
    for indices, source, target in _groups(examples):
        explained = lexicon[source[:, :, None], target[:, None, :]].mean(axis=1)  # [B, T]
        gain = np.log(explained + FLOOR) - chance[target]
        real = target != PAD
        scores[indices] = (gain * real).sum(axis=1) / real.sum(axis=1)
    return scores


def word_frequency(examples: Sequence[Example], vocabulary: int) -> Floats:
    """Return the probability of each target word [V] by itself."""
    ids = np.fromiter(itertools.chain.from_iterable(t for _, t in examples), dtype=np.int64)
    counts = np.bincount(ids, minlength=vocabulary)
    return (counts / max(counts.sum(), 1)).astype(np.float32)


def _groups(examples: Sequence[Example]) -> Iterator[tuple[list[int], Ids, Ids]]:
    """Yield indices, sources [B, S] with eos and targets [B, T], padded, a few at a time."""
    order = sorted(range(len(examples)), key=lambda i: (len(examples[i][0]), len(examples[i][1])))
    for length, same in itertools.groupby(order, key=lambda i: len(examples[i][0])):
        indices = list(same)
        for start in range(0, len(indices), _GROUP):
            some = indices[start : start + _GROUP]
            source = np.full((len(some), length + 1), EOS, dtype=np.int64)
            target = np.full((len(some), len(examples[some[-1]][1])), PAD, dtype=np.int64)
            for row, i in enumerate(some):
                source[row, :-1] = examples[i][0]
                target[row, : len(examples[i][1])] = examples[i][1]
            yield some, source, target
