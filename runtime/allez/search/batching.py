"""Which requests are decoded together: those that cannot change each other's last digits.

A product of matrices rounds differently in other sizes, so only sources whose memory is equally
long once it is padded share a step; see `contract.MEMORY_STEP`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

from allez.bundle import MEMORY_STEP
from allez.search.step import Request

BATCH_SENTENCES = 64
"""The most sentences decoded together."""

BATCH_ROWS = 256
"""The most rows decoded together, a beam for each sentence; one sentence may have as many as it
asks for."""

BATCH_TOKENS = 2048
"""The most source tokens decoded together, padding counted."""


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


def make_batches(requests: Sequence[Request], beam_size: int) -> Iterable[list[int]]:
    """Yield the indices of requests batch by batch, long sources first."""
    kinds: dict[Hashable, list[int]] = {}
    for index in sorted(range(len(requests)), key=lambda i: -requests[i].source.length):
        kinds.setdefault(kind_of(requests[index]), []).append(index)
    for indices in kinds.values():
        size = most_together(requests[indices[0]], beam_size)
        for start in range(0, len(indices), size):
            yield indices[start : start + size]
