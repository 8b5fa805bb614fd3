"""One queue of work for all callers: requests in, hypotheses out, on as many threads as are wanted.

Whoever is free takes requests that may share a batch, so a batch fills across calls: the oldest
and its like, or where many callers wait, the most; no answer depends on that. A thread ends when
nothing waits. Knows no text.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections import deque
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from allez.arrays import IntArray
from allez.bundle import Bundle
from allez.errors import SessionError
from allez.model import Model, decode_batch, unread
from allez.options import Cancel, Providers, SearchOptions
from allez.search import Found, RawHypothesis, Request, fitting, most_together
from allez.translate.callers import CROWD, Callers
from allez.translate.deadline import TRANSLATOR, Called, Cancellation, Deadline
from allez.translate.future import Future, Outcome

if TYPE_CHECKING:
    from queue import SimpleQueue

SHARED_SENTENCES = 8
"""The fewest that are worth a thread of their own; smaller batches cost more per sentence."""

LATER = 2
"""How many requests for each caller that waits may come before an older one is taken. Until then
those come first of which most can be decoded together: long sentences, of which there are few,
wait until there are some."""


class Workers:
    """The model, and the threads that work with it. Safe to share between threads.

    Args:
        bundle: which graphs.
        threads: batches worked on at the same time at most, whoever has asked for them.
        providers: ONNX Runtime execution providers, best first; None: the CPU.
        called: what errors call all of it.

    Raises:
        BundleFormatError: the graphs are not what the format or the manifest says.
        SessionError: ONNX Runtime refuses them.
    """

    def __init__(
        self, bundle: Bundle, threads: int, providers: Providers, called: Called = TRANSLATOR
    ) -> None:
        self._called = called
        self._bundle = bundle
        self._providers = providers
        self._most = threads
        self._closed = False
        self._left_behind: list[object] = []
        self.answered = 0
        """Requests that have been worked on, whoever they were for."""
        self._model: Model | None = Model(bundle, providers=providers)
        self._begin()
        _ALL.add(self)

    def _begin(self) -> None:
        """Nothing waits, nobody works."""
        self._loading = threading.Lock()
        self._lock = threading.Lock()
        """Guards all that follows."""
        self._callers = Callers(self._lock)
        self._queue: dict[Hashable, deque[Future]] = {}
        self._numbers = 0
        self._waiting = 0
        self._in_hand = 0
        self._working = 0
        self._threads: set[threading.Thread] = set()

    @property
    def model(self) -> Model:
        """The model; in the child of a fork, loaded once more.

        Raises:
            SessionError: `close` has been called.
        """
        self.check_open()
        model = self._model
        if model is None:
            with self._loading:
                model = self._model = self._model or Model(self._bundle, providers=self._providers)
            if self._closed:  # meanwhile: then nobody else lets the model go
                self._model = None
                self.check_open()
        return model

    def after_fork(self) -> None:
        """Start afresh in the child of a fork, where only the thread that forked goes on.

        Another one may have held a lock, of ours or of ONNX Runtime, which nobody will release.
        So the graphs are loaded once more when they are asked for; the old ones are kept, since
        taking them down could wait for such a lock too.
        """
        self._left_behind.append((self._model, self._threads, self._queue))
        self._model = None
        self._begin()

    def close(self) -> None:
        """Let model and threads go; further calls raise SessionError. May be called twice."""
        with self._lock:
            self._closed = True
            self._model = None
            threads = self._threads - {threading.current_thread()}
            self._callers.wake_all()
        for thread in threads:
            thread.join()

    def is_closed(self) -> bool:
        """Tell whether `close` has been called."""
        return self._closed

    def check_open(self) -> None:
        """Raise SessionError if `close` has been called."""
        if self._closed:
            raise SessionError(f"the {self._called.worker} is closed")

    def deadline(self, cancel: Cancel | None, max_time: float | None) -> Deadline:
        """Return when the work for one call must stop; its clock starts now."""
        if isinstance(cancel, Cancellation):
            cancel.tell(self.wake)
        return Deadline(cancel, max_time, closed=self.is_closed, called=self._called)

    # --- what callers do ------------------------------------------------------------------------

    def run(
        self, requests: Sequence[Request], options: SearchOptions, deadline: Deadline
    ) -> list[list[RawHypothesis]]:
        """Return the hypotheses of each request; this thread works too.

        If it is interrupted, nobody works on any of them any more.
        """
        try:
            futures = self.submit(requests, options, deadline, here=True)
            for future in futures:
                self.wait(lambda future=future: future.done, deadline, here=True)  # type: ignore[misc]
            return [future.result() for future in futures]
        except BaseException:
            deadline.release()
            with self._lock:
                self._drop(deadline)
            raise

    def submit(
        self,
        requests: Sequence[Request],
        options: SearchOptions,
        deadline: Deadline,
        *,
        here: bool = False,
        tokens: SimpleQueue[int | None] | None = None,
    ) -> list[Future]:
        """Let requests wait for a free thread, and start threads if there are too few.

        Args:
            requests: what is wanted.
            options: how to search.
            deadline: asked before each is read and after each step.
            here: the caller will work on them too, see `wait`.
            tokens: gets each token of a greedy search as it is found, and None when that is done.
        """
        with self._lock:
            self.check_open()
            futures = []
            for request in requests:
                future = Future(request, options, deadline, self._numbers, tokens)
                self._numbers += 1
                self._queue.setdefault(future.kind, deque()).append(future)
                futures.append(future)
            self._waiting += len(futures)
            self._start_threads(here=here)
            self._offer()
        return futures

    def wait(self, until: Callable[[], bool], deadline: Deadline, *, here: bool) -> None:
        """Return when `until` holds.

        Meanwhile this thread works on what waits, whoever it is for, if it may (`here`) or nobody
        else will, and fewer than `threads` do.

        Raises:
            CancelledError, SessionError: as `Deadline.over` does.
        """
        if until():
            return
        try:
            while not until():
                over = deadline.over()  # the caller's own code: not under the lock of all callers
                with self._lock:
                    if not until() and not self._look(deadline, over, here=here):
                        self._callers.sleep(deadline, works=here, soon=self._closed)
        finally:
            with self._lock:
                self._offer()  # what this caller may have been offered, and did not take

    def look(self, deadline: Deadline) -> None:
        """See to it that a request which waits is not forgotten; raises as `wait` does."""
        over = deadline.over()
        with self._lock:
            self._look(deadline, over, here=False)

    def wake(self) -> None:
        """Let all who wait look whether what they wait for has come."""
        with self._lock:
            self._callers.wake_all()

    # --- what threads do; the lock is held ------------------------------------------------------

    def _offer(self) -> None:
        """Have somebody work, if there is work and room for one more.

        Where many callers wait, that is a thread which stays: from one of them to the next, each
        batch would wait until the other one runs.
        """
        if not self._queue or self._working >= self._most or self._closed:
            return
        if len(self._callers) >= CROWD:
            self._start_threads(here=False)
        if self._working < self._most:
            self._callers.wake_one(anybody=not self._threads)

    def _look(self, deadline: Deadline, over: bool, *, here: bool) -> bool:
        """Do what there is to do for a caller; return whether there was anything."""
        if over:
            return self._drop(deadline)
        if not self._queue or self._working >= self._most or (self._threads and not here):
            return False
        self._working += 1
        try:
            self._work()
        finally:
            self._working -= 1
            self._offer()
        return True

    def _start_threads(self, *, here: bool) -> None:
        """Start as many threads as there are batches waiting for one."""
        batches = sum(-(-len(q) // self._most_of(q[0])) for q in self._queue.values())
        for _ in range(min(self._most - self._working, batches) - here):
            thread = threading.Thread(target=self._serve, name="allez")
            try:
                thread.start()
            except RuntimeError:  # there may be no more threads: those who wait do the work
                return
            self._working += 1
            self._threads.add(thread)

    def _serve(self) -> None:
        """Work while something waits: what a thread does."""
        with self._lock:
            try:
                while self._queue and not self._closed:
                    self._work()
            finally:
                self._working -= 1
                self._threads.discard(threading.current_thread())
                self._offer()

    def _most_of(self, first: Future) -> int:
        """Return how many requests make a batch; few are shared out among the threads."""
        share = -(-(self._waiting + self._in_hand) // self._most)
        most = most_together(first.request, first.options.beam_size)
        return min(most, max(SHARED_SENTENCES, share))

    def _next_kind(self) -> Hashable:
        """Return the kind of the oldest request, or while it can wait, of the most."""
        oldest = min(self._queue, key=lambda kind: self._queue[kind][0].number)
        later = self._numbers - self._queue[oldest][0].number
        if later > LATER * len(self._callers):
            return oldest
        return max(self._queue, key=lambda kind: len(self._queue[kind]))

    def _work(self) -> None:
        """Take requests of one kind, the oldest first, and see to them without the lock."""
        kind = self._next_kind()
        waiting = self._queue[kind]
        count = min(len(waiting), self._most_of(waiting[0]))
        requests = [future.request for future in islice(waiting, count)]
        count = fitting(requests, waiting[0].options.beam_size)
        batch = [waiting.popleft() for _ in range(count)]
        if not waiting:
            del self._queue[kind]
        self._waiting -= count
        self._in_hand += count
        self._lock.release()
        outcomes: Sequence[Outcome] | None = None
        try:
            outcomes = self._decode(batch)
        except Exception as error:
            outcomes = [error] * count
        finally:
            self._lock.acquire()
            if outcomes is None:  # this thread was interrupted; others may wait for the rest
                left = [future for future in batch if not future.done]
                if left:
                    self._queue.setdefault(kind, deque()).extendleft(reversed(left))
                self._waiting += len(left)
                self._in_hand -= len(left)
            else:
                self._hand_out(zip(batch, outcomes, strict=True))

    def _hand_out(self, found: Iterable[tuple[Future, Outcome]]) -> None:
        """Say what has become of some requests, and let those look who wait for it."""
        resolved = []
        for future, outcome in found:
            if not future.done:
                future.resolve(outcome)
                self._in_hand -= 1
                self.answered += 1
                resolved.append(future.deadline)
        self._callers.wake(resolved)

    def _drop(self, deadline: Deadline) -> bool:
        """Answer what still waits, and whose time is up, unread; return whether anything does."""
        before = self._waiting
        for kind, waiting in list(self._queue.items()):
            kept = deque(future for future in waiting if future.deadline is not deadline)
            for future in waiting:
                if future.deadline is deadline:
                    future.resolve([unread(future.request)])
                    self._waiting -= 1
            if kept:
                self._queue[kind] = kept
            else:
                del self._queue[kind]
        return self._waiting < before

    def _decode(self, batch: Sequence[Future]) -> list[Outcome]:
        """Return for each request of a batch its hypotheses, or why there are none.

        Those that are done before others are handed out at once: who asked for them may ask for
        more, which is there when the next batch is put together.
        """
        errors: dict[int, Exception] = {}
        deadlines = [future.deadline for future in batch]

        def given_up(indices: Sequence[int]) -> Collection[int]:
            asked = {deadlines[index] for index in indices}
            verdicts = {d: verdict for d in asked if (verdict := _verdict(d))}
            if not verdicts:  # as nearly always
                return ()
            leaving = [index for index in indices if deadlines[index] in verdicts]
            for index in leaving:
                verdict = verdicts[deadlines[index]]
                if isinstance(verdict, Exception):
                    errors[index] = verdict
            return leaving

        def on_tokens(left: Sequence[int], tokens: IntArray) -> None:
            for index, token in zip(left, tokens.tolist(), strict=True):
                stream = batch[index].tokens
                if stream is not None and token != model.eos:
                    stream.put(token)

        def outcome(index: int, hypotheses: list[RawHypothesis]) -> Outcome:
            return (
                errors.get(index) or hypotheses or SessionError("the decoder gave no finite score")
            )

        def on_found(done: Found) -> None:
            with self._lock:
                self._hand_out((batch[index], outcome(index, done[index])) for index in done)

        model = self.model
        told = any(future.tokens is not None for future in batch)
        found = decode_batch(
            model,
            [future.request for future in batch],
            batch[0].options,
            given_up=given_up,
            on_tokens=on_tokens if told else None,
            on_found=on_found,
        )
        return [outcome(index, hypotheses) for index, hypotheses in enumerate(found)]


def _verdict(deadline: Deadline) -> bool | Exception:
    """Return whether a deadline is over, or why its call has failed."""
    try:
        return deadline.over()
    except Exception as error:  # the caller's own `cancel` may raise anything
        return error


_ALL: weakref.WeakSet[Workers] = weakref.WeakSet()
"""What a fork must reach; the only state that a module here keeps."""


def _after_fork() -> None:
    for workers in list(_ALL):
        workers.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
