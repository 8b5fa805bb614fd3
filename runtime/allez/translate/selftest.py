"""A bundle's golden examples, answered on this machine and compared with what is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from allez.answers import SelfTest
from allez.arrays import FloatArray
from allez.bundle import Bundle, Golden
from allez.model import Model
from allez.options import SearchOptions
from allez.search import RawHypothesis, Request
from allez.spec import SPEC
from allez.translate.workers import Workers

SCORE_TOLERANCE: float = SPEC["golden"]["tolerance"]
"""First-step scores of golden sentences may differ by so much between processors."""


def selftest(
    bundle: Bundle,
    workers: Workers,
    options: SearchOptions,
    read: Callable[[Golden], Sequence[int] | FloatArray],
    spell: Callable[[Sequence[int]], str],
) -> Iterator[SelfTest]:
    """Answer the golden examples greedily, as they were recorded, shortlists and all.

    Args:
        bundle: has them.
        workers: do the work.
        options: greedy.
        read: what the encoder is given of one: ids, eos last, or pixels.
        spell: the text of some ids.
    """
    for golden in bundle.golden():
        given = read(golden)
        request = workers.model.request(given, shortlist=True)
        ((raw,),) = workers.run([request], options, workers.deadline(None, None))
        translation = spell(raw.tokens)
        yield SelfTest(
            text=golden.text,
            expected=golden.translation,
            translation=translation,
            problem=_problem(golden, given, request, raw, translation, workers.model),
        )


def _problem(
    golden: Golden,
    given: Sequence[int] | FloatArray,
    request: Request,
    raw: RawHypothesis,
    translation: str,
    model: Model,
) -> str | None:
    """Tell in what the answer to a golden example differs from what was recorded."""
    if golden.picture is None and tuple(given) != golden.source_ids:
        return "the source is tokenized differently"
    shortlists = None if request.shortlist is None else [request.shortlist]
    step = model.start([model.encode(request.source)], shortlists)
    first, row = np.array([model.bos]), np.zeros(1, dtype=np.int64)
    scores = step(first, row, len(golden.first_scores)).top_log_probs[0]
    if len(scores) != len(golden.first_scores):
        return "more scores are recorded than there are words"
    worst = float(np.abs(scores - np.array(golden.first_scores)).max(initial=0.0))
    if not worst <= SCORE_TOLERANCE:
        return f"scores of the first step differ by {worst:.3f}"
    if raw.tokens != golden.target_ids:
        return "other tokens were chosen"
    if translation != golden.translation:
        return "the tokens spell another text"
    return None
