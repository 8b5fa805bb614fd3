"""What search asks of a model, and what it is asked for."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from allez.arrays import FloatArray, IntArray


class StepResult(NamedTuple):
    """What one step answers for its N rows."""

    top_log_probs: FloatArray
    """[N, k] descending; fewer columns than asked for when there are fewer words."""
    top_tokens: IntArray
    """[N, k] vocabulary ids."""
    attention: FloatArray
    """[N, M] weights over the memory positions."""
    log_probs: FloatArray | None
    """[N, V], only when asked for."""


class Step(Protocol):
    """A batch of B sentences in the course of being decoded, K rows for each."""

    def __call__(
        self, token: IntArray, parent: IntArray, k: int, *, full: bool = False
    ) -> StepResult:
        """Feed one token per row.

        Args:
            token: [N] the tokens to feed, rows grouped by sentence.
            parent: [N] for each row, the row of the previous call that it continues.
            k: how many continuations to return.
            full: whether to return the log-probabilities of all words too.
        """

    def keep(self, sentences: IntArray) -> None:
        """Forget all sentences but these [B'] (positions in the present batch)."""


class Job(NamedTuple):
    """What search must know of one sentence."""

    memory_length: int
    """M of this sentence alone, without the padding of its batch."""
    limit: int
    """The most tokens its translation may have, eos not counted; at least 1."""
    repeats: int | None = None
    """How often the source says the same in a row, see `most_repeats`; None: loops are let be."""


class Found(NamedTuple):
    """A hypothesis as search leaves it."""

    tokens: tuple[int, ...]
    """Ids, eos not among them."""
    score: float
    attention: FloatArray
    """[T, M]"""
    finished: bool
    """False: cut at the length limit, or because the caller wanted no further step."""
