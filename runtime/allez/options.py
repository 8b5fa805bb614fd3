"""What a caller may ask of the search, checked as it is said."""

from __future__ import annotations

import math
from dataclasses import dataclass

from allez.errors import OptionError


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOptions:
    """How the best translation is looked for. Checks itself: OptionError on nonsense."""

    beam_size: int = 4
    """Hypotheses kept per sentence, K; 1 is greedy search."""
    n_best: int = 1
    """Finished hypotheses returned per sentence, at most `beam_size`."""
    max_length: int | None = None
    """Longest translation in tokens, eos not counted; None: what the bundle says for the source."""
    min_length: int = 1
    """Shortest translation in tokens, eos not counted."""
    length_penalty: float = 1.0
    """The exponent alpha in score = sum of log-probabilities / length ** alpha (Wu et al. 2016
    without the offset); eos counts."""
    no_repeat_ngram_size: int = 0
    """No sequence of so many tokens occurs twice in a translation; 0 allows it."""
    candidates: bool = False
    """Score only the words that the bundle lists for the source sentence, if it lists any: faster
    with some processors and batches, at the cost of a word at times."""

    def __post_init__(self) -> None:
        def demand(holds: bool, message: str) -> None:
            if not holds:
                raise OptionError(message)

        for name in ("beam_size", "n_best", "min_length", "no_repeat_ngram_size"):
            value = getattr(self, name)
            demand(
                isinstance(value, int) and not isinstance(value, bool),
                f"{name} must be a whole number, not {value!r}",
            )
        demand(
            isinstance(self.candidates, bool),
            f"candidates must be True or False, not {self.candidates!r}",
        )
        demand(1 <= self.beam_size <= 100, f"beam_size must be 1 to 100, not {self.beam_size}")
        demand(self.n_best >= 1, f"n_best must be at least 1, not {self.n_best}")
        demand(
            self.n_best <= self.beam_size,
            f"n_best ({self.n_best}) cannot exceed beam_size ({self.beam_size})",
        )
        demand(self.min_length >= 0, f"min_length must not be negative, not {self.min_length}")
        demand(
            self.no_repeat_ngram_size >= 0,
            f"no_repeat_ngram_size must not be negative, not {self.no_repeat_ngram_size}",
        )
        if self.max_length is not None:
            demand(
                isinstance(self.max_length, int) and self.max_length >= 1,
                f"max_length must be at least 1, not {self.max_length!r}",
            )
            demand(
                self.min_length <= self.max_length,
                f"min_length ({self.min_length}) exceeds max_length ({self.max_length})",
            )
        demand(
            isinstance(self.length_penalty, (int, float))
            and math.isfinite(self.length_penalty)
            and 0 <= self.length_penalty <= 10,
            f"length_penalty must be 0 to 10, not {self.length_penalty!r}",
        )
