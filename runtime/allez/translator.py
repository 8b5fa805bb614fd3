"""`Translator`: text in, `Translation` out. The way of a text through all layers below.

    text -> sentences -> tokens -> encoder -> step, step, step -> tokens -> text

One call works on one thread per batch of sentences; many sentences keep all threads busy.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np

from allez.bundle import Bundle, Golden, find
from allez.errors import BundleFormatError, InputError, OptionError, SessionError
from allez.plan import (
    BATCH_SENTENCES,
    Plan,
    make_batches,
    needs_space,
    put_together,
    take_apart,
)
from allez.search import Found, Job, beam_search, beam_steps
from allez.session import DecoderStep, Encoded, Encoder
from allez.text import Piece, SentenceRules, squeeze
from allez.tokenizer import Tokenizer
from allez.types import SearchOptions, SelfTest, Translation

log = logging.getLogger(__name__)

FIRST_SENTENCES = 16
"""How many sentences are taken up before the first are answered."""

WINDOW_TEXTS = 10_000
"""The most texts taken up together, however little there is in them to translate."""

SCORE_TOLERANCE = 0.1
"""First-step scores of golden sentences may differ by so much between processors."""

_Ids = list[int]
_Results = list[list[Found]]


@dataclass(frozen=True, slots=True)
class _Window:
    """Texts that are worked on together."""

    plans: list[Plan]
    batches: list[list[int]]
    """Which sentences, counted over all plans, are decoded together."""
    results: list[Future[_Results] | _Results]
    """Of each batch: ready, or to come."""


class Translator:
    """A bundle, loaded and ready. Safe to share between threads.

    Args:
        bundle: a folder or zip, the name of a shipped bundle, or a `Bundle`; None: the shipped one.
        threads: batches of sentences worked on at the same time at most; None: one per core.
        providers: ONNX Runtime execution providers, best first; None: the CPU.

    Raises:
        BundleError: there is no such bundle, or it is damaged or foreign.
        OptionError: `threads` or a provider makes no sense here.
        SessionError: ONNX Runtime refuses the graphs.
    """

    def __init__(
        self,
        bundle: str | Path | Bundle | None = None,
        *,
        threads: int | None = None,
        providers: Sequence[str] | None = None,
    ) -> None:
        if threads is not None and not (isinstance(threads, int) and 1 <= threads <= 1024):
            raise OptionError(f"threads must be 1 to 1024, not {threads!r}")
        started = time.monotonic()
        self.threads = threads or _cores()
        """How many batches are worked on at the same time at most."""
        self.bundle = bundle if isinstance(bundle, Bundle) else Bundle.read(find(bundle))
        """What was loaded."""
        manifest = self.bundle.manifest
        self._manifest = manifest
        self._tokenizer = Tokenizer(self.bundle.text("tokenizer"))
        if self._tokenizer.size != manifest.vocabulary:
            raise BundleFormatError(
                f"{self.bundle.path}: the tokenizer has {self._tokenizer.size} subwords, "
                f"the manifest says {manifest.vocabulary}"
            )
        self._rules = SentenceRules.from_json(self.bundle.text("sentences"))
        if self._rules.max_tokens > manifest.source_tokens:
            raise BundleFormatError(
                f"{self.bundle.path}: sentences may have {self._rules.max_tokens} tokens, "
                f"the encoder takes {manifest.source_tokens}"
            )
        self._encoder = Encoder(self.bundle.data("encoder"), manifest, providers=providers)
        self._decoder = DecoderStep(self.bundle.data("decoder"), manifest, providers=providers)
        log.info(
            "%s %s (%s) from %s, loaded in %.2f s, %d thread(s)",
            manifest.name,
            manifest.version,
            manifest.precision,
            self.bundle.path,
            time.monotonic() - started,
            self.threads,
        )
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self._closed = False

    def __enter__(self) -> Translator:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the threads go; further calls raise SessionError. May be called twice."""
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(cancel_futures=True)

    def __call__(self, text: str) -> str:
        """Return the translation of a text, with the bundle's own search options."""
        return self.translate(text).text

    def translate(
        self,
        text: str,
        *,
        beam_size: int | None = None,
        n_best: int = 1,
        max_length: int | None = None,
        min_length: int = 0,
        length_penalty: float | None = None,
        no_repeat_ngram_size: int = 0,
        prefix: str = "",
    ) -> Translation:
        """Translate a text of any length.

        Args:
            text: any text; white space, blank lines and what has no letters are kept as they are.
            beam_size: see `SearchOptions`, as all that follow; None: what the bundle says.
            n_best: translations returned per sentence.
            max_length: most tokens per sentence.
            min_length: fewest tokens per sentence.
            length_penalty: exponent of the length; None: what the bundle says.
            no_repeat_ngram_size: no sequence of so many tokens twice in a sentence; 0 allows it.
            prefix: how the translation of the first sentence must begin.

        Raises:
            OptionError: an option makes no sense, or the prefix is too long.
            SessionError: ONNX Runtime failed, or the translator is closed.
        """
        options = self._options(
            beam_size, n_best, max_length, min_length, length_penalty, no_repeat_ngram_size
        )
        return next(self._translate([text], options, prefix))

    def translate_batch(
        self,
        texts: Iterable[str],
        *,
        beam_size: int | None = None,
        n_best: int = 1,
        max_length: int | None = None,
        min_length: int = 0,
        length_penalty: float | None = None,
        no_repeat_ngram_size: int = 0,
    ) -> Iterator[Translation]:
        """Translate many texts, on all threads; yield one `Translation` for each, in order.

        Reads some way ahead, never all: memory does not grow with the number of texts. The answers
        are those of `translate`. Options and errors as there.
        """
        if isinstance(texts, str):
            raise OptionError("translate_batch takes many texts, not one", hint="use translate")
        options = self._options(
            beam_size, n_best, max_length, min_length, length_penalty, no_repeat_ngram_size
        )
        return self._translate(texts, options, "")

    def stream(self, text: str) -> Iterator[str]:
        """Yield the greedy translation of a text piece by piece, as it is decoded.

        The pieces never change afterwards; joined, they are `translate(text, beam_size=1).text`.
        A character of several byte tokens comes when it is complete.
        """
        options = self._options(1, 1, None, 0, None, 0)
        plan = self._plan(text)
        ids = iter(plan.ids)
        before: Piece | None = None
        for piece in plan.pieces:
            if not piece.translate:
                yield piece.text
            else:
                if needs_space(before, piece):
                    yield " "
                yield from self._stream_sentence(next(ids), options)
            before = piece

    def score(self, source: str, target: str, *, length_penalty: float | None = None) -> float:
        """Return how likely `target` is as the translation of `source`, one sentence each.

        The score is that of `Sentence.score`: sum of log-probabilities / length ** length_penalty.

        Raises:
            InputError: the source is empty or longer than a sentence may be.
        """
        alpha = self._options(None, 1, None, 0, length_penalty, 0).length_penalty
        ids = self._tokenizer.encode(squeeze(source, self._rules))
        if not 1 <= len(ids) <= self._manifest.source_tokens:
            raise InputError(
                f"the source has {len(ids)} tokens; "
                f"a sentence has 1 to {self._manifest.source_tokens}"
            )
        wanted = [*self._tokenizer.encode(squeeze(target, self._rules)), self._manifest.eos]
        step = self._decoder.start([self._encode([*ids, self._manifest.eos])])
        row = np.zeros(1, dtype=np.int64)
        token, total = self._manifest.bos, 0.0
        for following in wanted:
            result = step(np.array([token], dtype=np.int64), row, 1, full=True)
            assert result.log_probs is not None
            total += float(result.log_probs[0, following])
            token = following
        return float(total / float(len(wanted)) ** alpha)

    def selftest(self) -> Iterator[SelfTest]:
        """Translate the bundle's golden sentences and compare everything recorded of them."""
        options = self._options(1, 1, None, 0, None, 0)
        for golden in self.bundle.golden():
            text = squeeze(golden.text, self._rules)
            ids = [*self._tokenizer.encode(text), self._manifest.eos]
            (found,) = self._search([ids], options)[0]
            yield SelfTest(
                text=golden.text,
                expected=golden.translation,
                translation=self._tokenizer.decode(found.tokens),
                problem=self._problem(golden, ids, found),
            )

    def _problem(self, golden: Golden, ids: _Ids, found: Found) -> str | None:
        """Tell in what the answer to a golden sentence differs from what was recorded."""
        if tuple(ids) != golden.source_ids:
            return "the source is tokenized differently"
        step = self._decoder.start([self._encode(ids)])
        first, row = np.array([self._manifest.bos]), np.zeros(1, dtype=np.int64)
        scores = step(first, row, len(golden.first_scores)).top_log_probs[0]
        if len(scores) != len(golden.first_scores):
            return "more scores are recorded than there are words"
        worst = float(np.abs(scores - np.array(golden.first_scores)).max(initial=0.0))
        if not worst <= SCORE_TOLERANCE:
            return f"scores of the first step differ by {worst:.3f}"
        if found.tokens != golden.target_ids:
            return "other tokens were chosen"
        if self._tokenizer.decode(found.tokens) != golden.translation:
            return "the tokens spell another text"
        return None

    def _options(
        self,
        beam_size: int | None,
        n_best: int,
        max_length: int | None,
        min_length: int,
        length_penalty: float | None,
        no_repeat_ngram_size: int,
    ) -> SearchOptions:
        """Fill in what the bundle decides, and check everything."""
        if self._closed:
            raise SessionError("the translator is closed")
        manifest = self._manifest
        # More answers than rows cannot be had: asking for them alone widens the default beam.
        default = max(manifest.beam_size, n_best if isinstance(n_best, int) else 1)
        return SearchOptions(
            beam_size=default if beam_size is None else beam_size,
            n_best=n_best,
            max_length=max_length,
            min_length=min_length,
            length_penalty=manifest.length_penalty if length_penalty is None else length_penalty,
            no_repeat_ngram_size=no_repeat_ngram_size,
        )

    def _plan(self, text: str) -> Plan:
        if not isinstance(text, str):
            raise TypeError(f"a text must be str, not {type(text).__name__}")
        return take_apart(text, self._rules, self._tokenizer, self._manifest.eos)

    def _translate(
        self, texts: Iterable[str], options: SearchOptions, prefix: str
    ) -> Iterator[Translation]:
        """Yield translations in order; with threads, the next window is begun meanwhile."""
        forced = self._tokenizer.encode(squeeze(prefix, self._rules))
        begun: _Window | None = None
        for plans in self._windows(texts):
            if begun is not None and self.threads == 1:  # nobody to work while we wait
                yield from self._finish(begun)
                begun = None
            following = self._begin(plans, options, forced)
            if begun is not None:
                yield from self._finish(begun)
            begun = following
        if begun is not None:
            yield from self._finish(begun)

    def _windows(self, texts: Iterable[str]) -> Iterator[list[Plan]]:
        """Group texts until there is a batch for every thread.

        The first groups are smaller, so that the first answers come soon.
        """
        plans: list[Plan] = []
        sentences, wanted = 0, FIRST_SENTENCES
        for text in texts:
            plans.append(self._plan(text))
            sentences += len(plans[-1].ids)
            if sentences >= wanted or len(plans) >= WINDOW_TEXTS:
                yield plans
                plans, sentences = [], 0
                wanted = min(2 * wanted, BATCH_SENTENCES * self.threads)
        if plans:
            yield plans

    def _begin(self, plans: list[Plan], options: SearchOptions, forced: _Ids) -> _Window:
        """Put the sentences of a window to work."""
        sentences = [ids for plan in plans for ids in plan.ids]
        prefixed = [0] if forced and sentences else []
        batches = [prefixed] if prefixed else []
        batches += make_batches(sentences, start=len(prefixed))
        results: list[Future[_Results] | _Results] = []
        for batch in batches:
            members = [sentences[i] for i in batch]
            prefix = forced if batch is prefixed else []
            if len(batches) == 1 or self.threads == 1:
                results.append(self._search(members, options, prefix))
            else:
                results.append(self._submit(members, options, prefix))
        return _Window(plans, batches, results)

    def _finish(self, window: _Window) -> Iterator[Translation]:
        """Wait for a window's batches and yield its translations."""
        found: dict[int, list[Found]] = {}
        for batch, result in zip(window.batches, window.results, strict=True):
            try:
                answers = result.result() if isinstance(result, Future) else result
            except CancelledError:
                raise SessionError("the translator is closed") from None
            found.update(zip(batch, answers, strict=True))
        position = 0
        for plan in window.plans:
            count = len(plan.ids)
            hypotheses = [found.pop(position + i) for i in range(count)]
            yield put_together(plan, hypotheses, self._tokenizer)
            position += count

    def _submit(
        self, sentences: Sequence[_Ids], options: SearchOptions, prefix: Sequence[int]
    ) -> Future[_Results]:
        """Search on another thread; the lock keeps `close` from coming in between."""
        with self._lock:
            if self._closed:
                raise SessionError("the translator is closed")
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="allez")
            return self._pool.submit(self._search, sentences, options, prefix)

    def _encode(self, ids: _Ids) -> Encoded:
        if self._closed:
            raise SessionError("the translator is closed")
        return self._encoder(ids)

    def _job(self, ids: _Ids, encoded: Encoded, options: SearchOptions) -> Job:
        manifest = self._manifest
        limit = int(manifest.target_per_source * len(ids)) + manifest.target_extra
        if options.max_length is not None:
            limit = options.max_length
        return Job(memory_length=encoded.length, limit=max(limit, options.min_length))

    def _search(
        self, sentences: Sequence[_Ids], options: SearchOptions, prefix: Sequence[int] = ()
    ) -> _Results:
        """Encode sentences one by one and decode them together."""
        encoded = [self._encode(ids) for ids in sentences]
        jobs = [self._job(ids, e, options) for ids, e in zip(sentences, encoded, strict=True)]
        if any(len(prefix) >= job.limit for job in jobs):
            raise OptionError(
                f"the prefix has {len(prefix)} tokens, the translation may have {jobs[0].limit}"
            )
        found = beam_search(
            self._decoder.start(encoded),
            jobs,
            bos=self._manifest.bos,
            eos=self._manifest.eos,
            options=options,
            prefix=prefix,
        )
        if not all(found):
            raise SessionError("the decoder gave no finite score")
        return found

    def _stream_sentence(self, ids: _Ids, options: SearchOptions) -> Iterator[str]:
        """Yield the greedy translation of one sentence as it grows."""
        encoded = self._encode(ids)
        steps = beam_steps(
            self._decoder.start([encoded]),
            [self._job(ids, encoded, options)],
            bos=self._manifest.bos,
            eos=self._manifest.eos,
            options=options,
        )
        tokens: _Ids = []
        sent = 0
        for token in steps:
            tokens.append(int(token[0]))
            text = self._tokenizer.decode_stable(tokens)
            if len(text) > sent:
                yield text[sent:]
                sent = len(text)
        text = self._tokenizer.decode(tokens)
        if len(text) > sent:
            yield text[sent:]


def _cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
