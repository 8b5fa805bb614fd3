"""The vocabulary layer of most updates: a sample of the words instead of all of them."""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import Tensor

from allez_export.data.mix import Stream
from allez_export.vocabulary import PAD


class SampledSoftmax:
    """Which words the vocabulary layer scores in one update, and by how much to correct them.

    The most frequent words, the batch's own, and random others (Jean et al. 2015; Mi et al.
    2016). A random word stands for all that were not drawn: its score gains minus the logarithm
    of the probability with which it was drawn (L'Hostis et al. 2016).
    """

    FREQUENT = 600

    def __init__(self, counts: Tensor, size: int) -> None:
        self.size = size
        self._vocabulary = len(counts)
        self._frequent = counts.argsort(descending=True, stable=True)[: self.FREQUENT]

    def draw(self, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Return words [C] in order, all targets [R] among them, and their corrections [C]."""
        sure = torch.zeros(self._vocabulary, dtype=torch.bool)
        sure[self._frequent] = True
        sure[targets.cpu()] = True
        rest = (~sure).nonzero().squeeze(1)
        wanted = min(max(self.size - int(sure.sum()), 0), len(rest))
        correction = torch.zeros(self._vocabulary)
        if wanted:
            drawn = rest[torch.randperm(len(rest))[:wanted]]
            correction[drawn] = -float(np.log(wanted / len(rest)))
            sure[drawn] = True
        chosen = sure.nonzero().squeeze(1)
        return chosen.to(targets.device), correction[chosen].to(targets.device)


def count_targets(stream: Stream, vocabulary: int) -> Tensor:
    """Count target words [V] in the first chunk; the stream is left as it was."""
    before = copy.deepcopy(stream.state)
    targets = np.concatenate([batch.target.ravel() for batch in stream.chunk()])
    stream.state = before
    return torch.from_numpy(np.bincount(targets[targets != PAD], minlength=vocabulary))
