"""Numbers: greedy and beam search over a `Step`, and what restrains it. Knows no model."""

from allez.search.batching import fitting, kind_of, make_batches, most_together, padded
from allez.search.beam import Found, beam_search, keep_quiet
from allez.search.constraints import most_repeats, repeats_allowed
from allez.search.step import RawHypothesis, Request, Source, Step, StepResult, Symbols

__all__ = [
    "Found",
    "RawHypothesis",
    "Request",
    "Source",
    "Step",
    "StepResult",
    "Symbols",
    "beam_search",
    "fitting",
    "keep_quiet",
    "kind_of",
    "make_batches",
    "most_repeats",
    "most_together",
    "padded",
    "repeats_allowed",
]
