"""The engine of one machine: a process per core, each with a model of its own."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import FIRST_EXCEPTION, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from allez.bulk.job import Job, make
from allez.errors import SessionError

TRIES = 3
"""Deaths of workers in a row without a new part, after which it is given up."""


def run(job: Job, workers: int) -> None:
    """Make all parts that are left, on so many processes.

    Who is killed is replaced, and its part made again.

    Raises:
        SessionError: workers die and die, for want of memory most likely.
        AllezError: what a worker raised; no further part is begun then.
    """
    deaths = 0
    while left := job.left():
        try:
            _run(job, workers)
        except BrokenProcessPool:
            deaths = deaths + 1 if len(job.left()) == len(left) else 1
            if deaths == TRIES:
                raise SessionError(
                    f"workers died {TRIES} times without finishing a part",
                    hint="fewer of them (--workers) need less memory",
                ) from None


def _run(job: Job, workers: int) -> None:
    context = multiprocessing.get_context("spawn")
    left = job.left()
    with ProcessPoolExecutor(
        min(workers, len(left)), mp_context=context, initializer=_begin
    ) as pool:
        futures = [pool.submit(make, job, part) for part in left]
        try:
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
        except BaseException:  # nobody waits for the parts in hand
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _begin() -> None:
    """Leave Ctrl-C to the parent, and end when it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
