"""What search asks of a model, what it is asked for, and what it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from allez.arrays import FloatArray, Int32Array, IntArray


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


class Source(Protocol):
    """What an encoder reads of one sentence, or of whatever else is put into words."""

    @property
    def length(self) -> int:
        """How many positions of memory it has at most; equally padded ones share a batch."""

    def feeds(self) -> Mapping[str, FloatArray | IntArray | Int32Array]:
        """Return the encoder's inputs by name, for this source alone."""


class Symbols(NamedTuple):
    """What a translation must and may say of the entities of its source."""

    ids: tuple[int, ...]
    """[Y] all symbols that the model knows."""
    times: tuple[int, ...]
    """[Y] how often the source has each: as often it must be said, and no more often."""


class Request(NamedTuple):
    """What is wanted for one source; nothing in it depends on a neighbour."""

    source: Source
    limit: int
    """The most tokens its translation may have, eos not counted; at least 1."""
    repeats: int | None = None
    """How often the source says the same in a row, see `most_repeats`; None: loops are let be."""
    prefix: tuple[int, ...] = ()
    """Ids that every hypothesis begins with, fewer than `limit`; an eos as the last one ends it."""
    symbols: Symbols | None = None
    """None: the model has none, or may say them as it likes."""
    shortlist: IntArray | None = None
    """[C] the words that may be said, ascending ids; None: the whole vocabulary."""
    ended: bool = False
    """Whether all hypotheses that came to an end are handed out, whatever `n_best` says: the text
    decides among them."""


class RawHypothesis(NamedTuple):
    """A hypothesis as search leaves it: numbers."""

    tokens: tuple[int, ...]
    """Ids, eos not among them."""
    score: float
    """Sum of log-probabilities / length ** length_penalty."""
    attention: FloatArray
    """[T, M]"""
    finished: bool
    """False: cut at the length limit, or because the caller wanted no further step."""
