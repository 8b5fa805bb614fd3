"""Which requests are decoded together: those that cannot change each other's last digits.

A product of matrices rounds differently in other sizes, so only sources whose memory is equally
long once it is padded share a step; see `contract.MEMORY_STEP`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

import numpy as np

from allez.arrays import IntArray
from allez.bundle import MEMORY_STEP
from allez.search.step import Request

BATCH_SENTENCES = 64
"""The most sentences decoded together."""

BATCH_ROWS = 256
"""The most rows decoded together, a beam for each sentence; one sentence may have as many as it
asks for."""

BATCH_TOKENS = 2048
"""The most source tokens decoded together, padding counted."""

BATCH_LISTED = 8192
"""The most words that the shortlists of a batch have together: each is gathered in every step, and
scored for every row. One sentence may list as many as it does."""


def padded(length: int) -> int:
    """Return how many positions a source takes in the memory of a batch."""
    return length if length <= 1 else length + -length % MEMORY_STEP


def kind_of(request: Request) -> Hashable:
    """Return what must be equal in requests that are decoded together, options apart."""
    says = request.symbols is not None and any(request.symbols.times)
    return padded(request.source.length), request.prefix, request.shortlist is None, says


def most_together(request: Request, beam_size: int) -> int:
    """Return how many requests of one kind are decoded together at most."""
    by_tokens = BATCH_TOKENS // padded(request.source.length)
    return max(1, min(BATCH_SENTENCES, BATCH_ROWS // beam_size, by_tokens))


def fitting(requests: Sequence[Request], beam_size: int) -> int:
    """Return how many of some requests of one kind, from the first on, are decoded together."""
    members = requests[: most_together(requests[0], beam_size)]
    lists = [request.shortlist for request in members if request.shortlist is not None]
    if sum(map(len, lists)) <= BATCH_LISTED:  # as always where there are none
        return len(members)
    return max(1, _listing_few(lists))


def _listing_few(lists: Sequence[IntArray]) -> int:
    """Return how many lists of words, from the first on, have few enough together."""
    listed = np.zeros(1 + max(int(ids.max(initial=0)) for ids in lists), dtype=bool)  # [V]
    for count, ids in enumerate(lists):
        listed[ids] = True
        if np.count_nonzero(listed) > BATCH_LISTED:
            return count
    return len(lists)


def make_batches(requests: Sequence[Request], beam_size: int) -> Iterable[list[int]]:
    """Yield the indices of requests batch by batch, long sources first."""
    kinds: dict[Hashable, list[int]] = {}
    for index in sorted(range(len(requests)), key=lambda i: -requests[i].source.length):
        kinds.setdefault(kind_of(requests[index]), []).append(index)
    for indices in kinds.values():
        while indices:
            size = fitting([requests[i] for i in indices[:BATCH_SENTENCES]], beam_size)
            yield indices[:size]
            indices = indices[size:]
