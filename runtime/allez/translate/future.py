"""What becomes of one request that waits for a thread. Knows no threads and no text."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

from allez.options import SearchOptions
from allez.search import RawHypothesis, Request, kind_of
from allez.translate.deadline import Deadline

if TYPE_CHECKING:
    from queue import SimpleQueue

Outcome = list[RawHypothesis] | Exception
"""The hypotheses of a request, best first, or why there are none."""


class Future:
    """What becomes of one request. `Workers` alone changes it, under its lock."""

    __slots__ = ("_error", "_found", "deadline", "number", "options", "request", "tokens")

    def __init__(
        self,
        request: Request,
        options: SearchOptions,
        deadline: Deadline,
        number: int,
        tokens: SimpleQueue[int | None] | None,
    ) -> None:
        self.request = request
        self.options = options
        self.deadline = deadline
        self.number = number
        self.tokens = tokens
        self._found: list[RawHypothesis] | None = None
        self._error: Exception | None = None

    @property
    def kind(self) -> Hashable:
        """What is equal in requests that share a batch."""
        return kind_of(self.request), self.options

    def resolve(self, outcome: Outcome) -> None:
        """Say what has become of it."""
        if isinstance(outcome, Exception):
            self._error = outcome
        else:
            self._found = outcome
        if self.tokens is not None:
            self.tokens.put(None)

    @property
    def done(self) -> bool:
        """Whether the answer is there, or will never be."""
        return self._found is not None or self._error is not None

    def result(self) -> list[RawHypothesis]:
        """Return the hypotheses, best first; raise what went wrong."""
        if self._error is not None:
            raise self._error
        assert self._found is not None
        return self._found
