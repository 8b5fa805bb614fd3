"""Batches of sentences that are equally long in the source language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from allez_export.vocabulary import BOS, EOS, PAD

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Batch:
    """Sentences of one source length, S; targets of any length, padded to T - 1."""

    source: Ids
    """[B, S] ids, eos last."""
    target: Ids
    """[B, T] ids: bos, the sentence, eos, pad."""

    @property
    def tokens(self) -> int:
        """Target tokens to predict, eos counted."""
        return int((self.target[:, 1:] != PAD).sum())


def make_batches(examples: Sequence[tuple[list[int], list[int]]], tokens: int) -> list[Batch]:
    """Sort examples (ids without bos and eos) into batches of about `tokens` target tokens."""
    order = sorted(range(len(examples)), key=lambda i: (len(examples[i][0]), len(examples[i][1])))
    batches: list[Batch] = []
    group: list[int] = []

    def flush() -> None:
        if not group:
            return
        longest = max(len(examples[i][1]) for i in group)
        source = np.array([[*examples[i][0], EOS] for i in group], dtype=np.int64)
        target = np.full((len(group), longest + 2), PAD, dtype=np.int64)
        for row, i in enumerate(group):
            ids = examples[i][1]
            target[row, : len(ids) + 2] = [BOS, *ids, EOS]
        batches.append(Batch(source, target))
        group.clear()

    for i in order:
        width = len(examples[i][1]) + 1  # the longest so far: targets are sorted within a length
        same = not group or len(examples[group[0]][0]) == len(examples[i][0])
        if not same or (len(group) + 1) * width > tokens:
            flush()
        group.append(i)
    flush()
    return batches
