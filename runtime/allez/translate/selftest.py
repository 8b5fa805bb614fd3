"""A bundle's golden sentences, translated on this machine and compared with what is recorded."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from allez.bundle import Bundle, Golden
from allez.model import Model
from allez.options import SearchOptions
from allez.results import SelfTest
from allez.search import RawHypothesis, Request
from allez.spec import SPEC
from allez.text import as_read
from allez.translate.deadline import Deadline
from allez.translate.document import Words
from allez.translate.workers import Workers

SCORE_TOLERANCE: float = SPEC["golden"]["tolerance"]
"""First-step scores of golden sentences may differ by so much between processors."""


def selftest(
    bundle: Bundle, words: Words, workers: Workers, options: SearchOptions
) -> Iterator[SelfTest]:
    """Translate the golden sentences greedily, as they were recorded, shortlists and all."""
    for golden in bundle.golden():
        ids = [*words.source.encode(as_read(golden.text, words.rules)), words.eos]
        request = workers.model.request(ids, shortlist=True)
        ((raw,),) = workers.run([request], options, Deadline(closed=workers.is_closed))
        translation = words.target.decode(raw.tokens)
        yield SelfTest(
            text=golden.text,
            expected=golden.translation,
            translation=translation,
            problem=_problem(golden, ids, request, raw, translation, workers.model),
        )


def _problem(
    golden: Golden,
    ids: list[int],
    request: Request,
    raw: RawHypothesis,
    translation: str,
    model: Model,
) -> str | None:
    """Tell in what the answer to a golden sentence differs from what was recorded."""
    if tuple(ids) != golden.source_ids:
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
