"""The two graphs at work: source ids in, hypotheses out, on as many threads as are wanted.

Stops within one step of the decoder when it is told to, and outlives a fork. Knows no text.
"""

from __future__ import annotations

import math
import os
import threading
import weakref
from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from allez.arrays import IntArray
from allez.bundle.reader import Bundle
from allez.errors import BundleFormatError, OptionError, SessionError
from allez.model.decoder import Decoding
from allez.model.session import DecoderStep, Encoded, Encoder
from allez.model.shortlist import Shortlist
from allez.options import SearchOptions
from allez.parallel import together
from allez.search.beam import beam_search, beam_steps
from allez.search.constraints import most_repeats
from allez.search.step import Found, Job
from allez.translate.deadline import Brake

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

Ids = list[int]
Results = list[list[Found]]


class Engine:
    """Encoder, decoder and the threads that work with them. Safe to share between threads.

    Args:
        bundle: which graphs.
        threads: searches at the same time at most.
        providers: ONNX Runtime execution providers, best first; None: the CPU.

    Raises:
        BundleFormatError: the graphs are not what the format or the manifest says.
        SessionError: ONNX Runtime refuses them.
    """

    def __init__(self, bundle: Bundle, threads: int, providers: Sequence[str] | None) -> None:
        self._bundle = bundle
        self._manifest = bundle.manifest
        self._threads = threads
        self._providers = providers
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._closed = False
        self._left_behind: list[object] = []
        self._graphs: tuple[Encoder, DecoderStep] | None = self._load()
        self._shortlist = _shortlist(bundle)
        self._take_one_step()
        _ENGINES.add(self)

    def _load(self) -> tuple[Encoder, DecoderStep]:
        manifest, providers = self._manifest, self._providers
        decoder, encoder = together(
            lambda: DecoderStep(self._bundle.data("decoder"), manifest, providers=providers),
            lambda: Encoder(self._bundle.data("encoder"), manifest, providers=providers),
        )
        return encoder, decoder

    def _take_one_step(self) -> None:
        """Read and write the last word of the vocabulary: graphs for another one are noticed."""
        last, row = self._manifest.vocabulary - 1, np.zeros(1, dtype=np.int64)
        try:
            step = self.start([self.encode([last, self._manifest.eos])])
            step(np.array([last], dtype=np.int64), row, 1, full=True)
        except SessionError as error:
            raise BundleFormatError(
                f"the graphs do not fit a vocabulary of {last + 1}: {error}"
            ) from None

    def after_fork(self) -> None:
        """Start afresh in the child of a fork, where only the thread that forked goes on.

        Another one may have held a lock, of ours or of ONNX Runtime, which nobody will release.
        So the graphs are loaded once more when they are asked for; the old ones are kept, since
        taking them down could wait for such a lock too.
        """
        self._lock = threading.Lock()
        self._left_behind.append((self._graphs, self._pool))
        self._graphs = self._pool = None

    def close(self) -> None:
        """Let the threads go; further calls raise SessionError. May be called twice."""
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(cancel_futures=True)

    def check_open(self) -> None:
        """Raise SessionError if `close` has been called."""
        if self._closed:
            raise SessionError("the translator is closed")

    def _opened(self) -> tuple[Encoder, DecoderStep]:
        self.check_open()
        graphs = self._graphs
        if graphs is None:
            with self._lock:
                graphs = self._graphs = self._graphs or self._load()
        return graphs

    def encode(self, ids: Ids) -> Encoded:
        """Read one sentence's ids, eos last."""
        return self._opened()[0](ids)

    def start(self, encoded: Sequence[Encoded], sentences: Sequence[Ids] | None = None) -> Decoding:
        """Return a fresh `search.Step` over encoded sentences, a row for each.

        Args:
            encoded: what `encode` made of them.
            sentences: their ids, so that only their candidates are scored, if the bundle lists
                any; None: the whole vocabulary is.
        """
        lists = None
        if self._shortlist is not None and sentences is not None:
            lists = [self._shortlist(ids) for ids in sentences]
        return Decoding(self._opened()[1], encoded, lists)

    def search(
        self, sentences: Sequence[Ids], options: SearchOptions, prefix: Sequence[int], brake: Brake
    ) -> Results:
        """Encode sentences one by one and decode them together.

        Where the time is up before a sentence is read, it gets one empty hypothesis, unfinished.

        Args:
            sentences: source ids, eos last.
            options: how to search.
            prefix: ids that every hypothesis begins with.
            brake: asked before each sentence and after each step.

        Raises:
            OptionError: the prefix is too long.
            CancelledError: the caller has given up.
            SessionError: ONNX Runtime failed, or `close` has been called.
        """

        def stop() -> bool:
            self.check_open()
            return brake.over()

        if stop():
            return [[_unread(ids)] for ids in sentences]
        limits = [self._limit(ids, options) for ids in sentences]
        if len(prefix) >= min(limits):
            raise OptionError(
                f"the prefix has {len(prefix)} tokens, the translation may have {min(limits)}"
            )
        encoded = []
        for ids in sentences:
            if stop():
                return [[_unread(ids)] for ids in sentences]
            encoded.append(self.encode(ids))
        found = beam_search(
            self.start(encoded, sentences if options.candidates else None),
            [
                Job(e.length, limit, most_repeats(ids))
                for e, limit, ids in zip(encoded, limits, sentences, strict=True)
            ],
            bos=self._manifest.bos,
            eos=self._manifest.eos,
            options=options,
            prefix=prefix,
            stop=stop,
        )
        if not all(found):
            raise SessionError("the decoder gave no finite score")
        return found

    def steps(self, ids: Ids, options: SearchOptions) -> Generator[IntArray, bool | None, Results]:
        """Search for one sentence's translation step by step; see `beam_steps`."""
        encoded = self.encode(ids)
        return beam_steps(
            self.start([encoded], [ids] if options.candidates else None),
            [Job(encoded.length, self._limit(ids, options), most_repeats(ids))],
            bos=self._manifest.bos,
            eos=self._manifest.eos,
            options=options,
        )

    def submit(
        self, sentences: Sequence[Ids], options: SearchOptions, prefix: Sequence[int], brake: Brake
    ) -> Callable[[], Results]:
        """Search on another thread; return what waits for the answers."""
        from concurrent.futures import CancelledError as NeverBegun
        from concurrent.futures import ThreadPoolExecutor  # not needed for one sentence

        with self._lock:  # it keeps `close` from coming in between
            self.check_open()
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="allez")
            future = self._pool.submit(self.search, sentences, options, prefix, brake)

        def wait() -> Results:
            try:
                return future.result()
            except NeverBegun:
                raise SessionError("the translator is closed") from None

        return wait

    def _limit(self, ids: Ids, options: SearchOptions) -> int:
        """Return the most tokens that a sentence's translation may have."""
        manifest = self._manifest
        limit = int(manifest.target_per_source * len(ids)) + manifest.target_extra
        if options.max_length is not None:
            limit = options.max_length
        return max(limit, options.min_length)


def _shortlist(bundle: Bundle) -> Shortlist | None:
    manifest = bundle.manifest
    if "shortlist" not in manifest.files:
        return None
    return Shortlist(bundle.data("shortlist"), manifest.vocabulary, manifest.eos)


def _unread(ids: Ids) -> Found:
    weights = np.zeros((0, len(ids)), dtype=np.float32)
    return Found(tokens=(), score=-math.inf, attention=weights, finished=False)


_ENGINES: weakref.WeakSet[Engine] = weakref.WeakSet()
"""What a fork must reach; the only state that a module here keeps."""


def _after_fork() -> None:
    for engine in list(_ENGINES):
        engine.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
