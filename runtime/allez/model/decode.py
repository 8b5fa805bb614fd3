"""Requests in, hypotheses out: the one way from a model to its translations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Protocol, TypeVar

import numpy as np

from allez.arrays import IntArray
from allez.options import SearchOptions
from allez.search import (
    Found,
    RawHypothesis,
    Request,
    Source,
    Step,
    beam_search,
    keep_quiet,
    make_batches,
)

E = TypeVar("E")


class AnyModel(Protocol[E]):
    """What `decode` asks of a model; `Model` is one."""

    @property
    def bos(self) -> int:
        """Id that is fed first."""

    @property
    def eos(self) -> int:
        """Id that ends a hypothesis."""

    def encode(self, source: Source) -> E:
        """Read one source."""

    def start(self, encodings: Sequence[E], shortlists: Sequence[IntArray] | None = None) -> Step:
        """Return a fresh step over encoded sources, a row for each."""


def decode(
    model: AnyModel[E], requests: Sequence[Request], options: SearchOptions
) -> list[list[RawHypothesis]]:
    """Search for the translations of all requests; see `decode_batch`."""
    found: list[list[RawHypothesis]] = [[] for _ in requests]
    for batch in make_batches(requests, options.beam_size):
        answers = decode_batch(model, [requests[i] for i in batch], options)
        for index, answer in zip(batch, answers, strict=True):
            found[index] = answer
    return found


def decode_batch(
    model: AnyModel[E],
    requests: Sequence[Request],
    options: SearchOptions,
    *,
    given_up: Callable[[Sequence[int]], Collection[int]] = lambda live: (),
    on_tokens: Callable[[Sequence[int], IntArray], None] | None = None,
    on_found: Callable[[Found], None] = keep_quiet,
) -> list[list[RawHypothesis]]:
    """Encode requests of one kind one by one, and search for their translations together.

    Args:
        model: reads and speaks.
        requests: as `make_batches` puts them together.
        options: how to search.
        given_up: which of some requests (by index) nobody waits for any longer, or have no time
            left; asked of each before it is read, and of those left before every step. They get
            what there is, unfinished: where they were not even read, an empty hypothesis that
            scores minus infinity.
        on_tokens: told after each step of the requests [B] that are left and of the tokens [N] of
            their rows; eos where a request is done.
        on_found: told of the hypotheses of those, by index, that are done while others go on.

    Returns:
        The hypotheses of each request, best first; none where the model gave no finite score.
    """
    found: list[list[RawHypothesis]] = [[unread(request)] for request in requests]
    encodings: dict[int, E] = {}
    gone: set[int] = set()
    for index, request in enumerate(requests):
        gone.update(given_up([index]))
        if index not in gone:
            encodings[index] = model.encode(request.source)
    gone.update(given_up(list(encodings)))
    chosen = [index for index in encodings if index not in gone]
    if not chosen:
        return found

    def on_step(live: IntArray, tokens: IntArray) -> Collection[int]:
        left = [chosen[position] for position in live.tolist()]
        if on_tokens is not None:
            on_tokens(left, tokens)
        leaving = given_up(left)
        return [chosen.index(index) for index in leaving] if leaving else ()

    members = [requests[index] for index in chosen]
    shortlists = [r.shortlist for r in members if r.shortlist is not None]
    step = model.start([encodings[index] for index in chosen], shortlists or None)
    answers = beam_search(
        step,
        members,
        bos=model.bos,
        eos=model.eos,
        options=options,
        on_step=on_step,
        on_found=lambda done: on_found({chosen[at]: answer for at, answer in done.items()}),
    )
    for index, answer in zip(chosen, answers, strict=True):
        found[index] = answer
    return found


def unread(request: Request) -> RawHypothesis:
    """Return what a request gets that was never read: nothing said, unfinished."""
    weights = np.zeros((0, request.source.length), dtype=np.float32)
    return RawHypothesis(tokens=(), score=-np.inf, attention=weights, finished=False)
