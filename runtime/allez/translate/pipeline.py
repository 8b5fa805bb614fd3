"""Many texts on their way at the same time: read, begun, answered in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from allez.options import SearchOptions
from allez.search import RawHypothesis, Request
from allez.translate.deadline import Deadline
from allez.translate.future import Future
from allez.translate.reading import Texts
from allez.translate.workers import Workers

CHUNK_SENTENCES = 64
"""Sentences per thread that are handed over at a time: a batch of everyday ones."""

AHEAD_CHUNKS = 4
"""How many chunks may wait for their turn or their reader: among more sentences, more are equally
long."""

T = TypeVar("T")
"""What is read."""

D = TypeVar("D")
"""What becomes of it once it is taken apart."""

Prepared = tuple[D, list[Request]]
"""A text taken apart, and what is asked of the model for each of its sentences."""


def ahead(threads: int) -> int:
    """Return how many sentences, or texts without one, are under way at the same time at most."""
    return AHEAD_CHUNKS * CHUNK_SENTENCES * threads


class _Begun(Generic[D]):
    """A text whose sentences are waiting or worked on.

    Args:
        document: the text, taken apart.
        futures: of its sentences, in order.
    """

    __slots__ = ("document", "futures")

    def __init__(self, document: D, futures: list[Future]) -> None:
        self.document = document
        self.futures = futures

    def done(self) -> bool:
        return all(future.done for future in self.futures)

    @property
    def load(self) -> int:
        """How much of what may be under way it is; a text without sentences counts too."""
        return max(1, len(self.futures))


class Pipeline(Generic[T, D]):
    """Begins texts while there is room, and hands out the answers in order.

    Args:
        texts: where they come from.
        prepare: takes one apart.
        workers: do the work.
        threads: of the workers; a single one is that of the caller.
        search: how to search.
        deadline: for all of them.
    """

    def __init__(
        self,
        texts: Texts[T],
        prepare: Callable[[T], Prepared[D]],
        workers: Workers,
        threads: int,
        search: SearchOptions,
        deadline: Deadline,
    ) -> None:
        self._texts = texts
        self._prepare = prepare
        self._workers = workers
        self._here = threads == 1
        self._chunk = CHUNK_SENTENCES * threads
        self._room = ahead(threads)
        self._search = search
        self._deadline = deadline
        self._begun: deque[_Begun[D]] = deque()
        self._reads = True

    def answers(self) -> Iterator[tuple[D, Sequence[Sequence[RawHypothesis]]]]:
        """Yield texts with their hypotheses, each as soon as it and those before it are there.

        When the time is up, no more are read.
        """
        while self._begun or not self._texts.ended():
            if self._deadline.over() and self._reads:  # raises in a fork: nobody works there
                self._texts.stop()
                self._reads = False
            elif self._ready():
                text = self._begun.popleft()
                self._room += text.load
                yield text.document, [future.result() for future in text.futures]
            elif self._can_begin():
                self._begin_some()
            else:
                self._workers.wait(self._something_to_do, self._deadline, here=self._here)

    def _ready(self) -> bool:
        return bool(self._begun) and self._begun[0].done()

    def _can_begin(self) -> bool:
        return self._room > 0 and self._texts.ready()

    def _something_to_do(self) -> bool:
        return (
            self._ready()
            or self._can_begin()
            or (not self._begun and self._texts.ended())
            or (self._reads and self._deadline.time_is_up())
        )

    def _begin_some(self) -> None:
        """Take texts apart until there are some sentences, and let those wait for a thread."""
        prepared: list[Prepared[D]] = []
        count = 0
        while count < self._chunk and self._texts.ready():
            prepared.append(self._prepare(self._texts.take()))
            count += max(1, len(prepared[-1][1]))
        requests = [request for _, some in prepared for request in some]
        futures = iter(
            self._workers.submit(requests, self._search, self._deadline, here=self._here)
        )
        for document, some in prepared:
            self._begun.append(_Begun(document, [next(futures) for _ in some]))
        self._room -= count
