"""`Translator`: text in, `Translation` out. The way of a text through all layers below.

    text -> sentences -> tokens -> encoder -> step, step, step -> tokens -> text

One call works on one thread per batch of sentences; many sentences keep all threads busy.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import numpy as np

from allez.bundle.reader import Bundle, Golden, find
from allez.errors import BundleError, BundleFormatError, InputError, OptionError, SessionError
from allez.options import SearchOptions
from allez.parallel import cores, together
from allez.results import SelfTest, Translation
from allez.search.step import Found
from allez.text.casing import as_read, in_capitals, in_small_letters, squeeze
from allez.text.segmentation import Piece
from allez.translate.deadline import Brake
from allez.translate.document import (
    BATCH_SENTENCES,
    Plan,
    checked,
    make_batches,
    needs_space,
    put_together,
    read_words,
    spelling,
    take_apart,
)

if TYPE_CHECKING:  # it takes longest to load, and the bundle can be read meanwhile
    from allez.translate.workers import Engine, Ids, Results

FIRST_SENTENCES = 64
"""How many sentences are taken up before the first are answered."""
WINDOW_BATCHES = 4
"""Batches per thread in what is worked on together: among more sentences, more are equally long."""
WINDOW_TEXTS = 10_000
"""The most texts taken up together, however little there is in them to translate."""

SCORE_TOLERANCE = 0.1
"""First-step scores of golden sentences may differ by so much between processors."""


class _Window(NamedTuple):
    """Texts that are worked on together."""

    plans: list[Plan]
    batches: list[list[int]]
    """Which sentences, counted over all plans, are decoded together."""
    answers: list[Callable[[], Results] | Results]
    """Of each batch: ready, or what waits for them."""


class Translator:
    """A bundle, loaded and ready. Safe to share between threads, and usable after a fork.

    A child process loads the graphs again when it first needs them. To a process that is started
    afresh (spawn) a translator cannot be sent: make one there.

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
        self.threads = threads or cores()
        """How many batches are worked on at the same time at most."""
        self.bundle = bundle if isinstance(bundle, Bundle) else self._read(bundle)
        """What was loaded."""
        manifest = self.bundle.manifest
        self._manifest = manifest
        self._engine, (self._tokenizer, self._rules) = together(
            lambda: self._load_engine(providers), lambda: read_words(self.bundle)
        )
        if "logging" in sys.modules:  # otherwise nobody listens, and it takes long to load
            import logging

            logging.getLogger(__name__).info(
                "%s %s (%s) from %s, loaded in %.2f s, %d thread(s)",
                manifest.name,
                manifest.version,
                manifest.precision,
                self.bundle.path,
                time.monotonic() - started,
                self.threads,
            )

    def _read(self, bundle: str | Path | None) -> Bundle:
        """Read a bundle, and meanwhile what takes longest to import."""
        return together(
            lambda: Bundle.read(find(bundle)), lambda: import_module("allez.translate.workers")
        )[0]

    def _load_engine(self, providers: Sequence[str] | None) -> Engine:
        from allez.translate.workers import Engine

        try:
            return Engine(self.bundle, self.threads, providers)
        except BundleError as error:
            raise BundleFormatError(f"{self.bundle.path}: {error}", hint=error.hint) from None

    def __enter__(self) -> Translator:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Translator cannot be sent to another process; make one there")

    def close(self) -> None:
        """Let the threads go; further calls raise SessionError. May be called twice.

        Work in hand stops within one step of the decoder.
        """
        self._engine.close()

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
        min_length: int = 1,
        length_penalty: float | None = None,
        no_repeat_ngram_size: int = 0,
        candidates: bool = False,
        prefix: str = "",
        max_time: float | None = None,
        cancel: threading.Event | None = None,
    ) -> Translation:
        """Translate a text of any length.

        Args:
            text: any text; what has no letters, or letters that the model never learnt, is kept.
            beam_size: see `SearchOptions`, as all that follow; None: what the bundle says.
            n_best: translations returned per sentence.
            max_length: most tokens per sentence.
            min_length: fewest tokens per sentence.
            length_penalty: exponent of the length; None: what the bundle says.
            no_repeat_ngram_size: no sequence of so many tokens twice in a sentence; 0 allows it.
            candidates: score only the words that the bundle lists for the source, if it does.
            prefix: how the translation of the first sentence must begin, but for its capitals.
            max_time: seconds; when they are over, no further step of the decoder is taken, and
                the best that there is is returned: `finished` is false for every sentence that
                was cut or not begun, and for the `Translation`. Finding the sentences is not
                interrupted; it takes seconds for megabytes of text.
            cancel: set it, from another thread, to give up within one step.

        Raises:
            OptionError: an option makes no sense, or the prefix is too long.
            CancelledError: `cancel` was set.
            SessionError: ONNX Runtime failed, or the translator is closed.
        """
        options = self._options(
            beam_size=beam_size,
            n_best=n_best,
            max_length=max_length,
            min_length=min_length,
            length_penalty=length_penalty,
            no_repeat_ngram_size=no_repeat_ngram_size,
            candidates=candidates,
        )
        return next(self._translate([text], options, prefix, Brake(cancel, max_time)))

    def translate_batch(
        self,
        texts: Iterable[str],
        *,
        beam_size: int | None = None,
        n_best: int = 1,
        max_length: int | None = None,
        min_length: int = 1,
        length_penalty: float | None = None,
        no_repeat_ngram_size: int = 0,
        candidates: bool = False,
        max_time: float | None = None,
        cancel: threading.Event | None = None,
    ) -> Generator[Translation, None, None]:
        """Translate many texts, on all threads; yield one `Translation` for each, in order.

        Reads some way ahead, never all: memory does not grow with the number of texts. The answers
        are those of `translate`. Options and errors as there; `max_time` is for all texts, counted
        from the call. Closing the iterator, or dropping it, stops the work within one step.
        """
        if isinstance(texts, str):
            raise OptionError("translate_batch takes many texts, not one", hint="use translate")
        options = self._options(
            beam_size=beam_size,
            n_best=n_best,
            max_length=max_length,
            min_length=min_length,
            length_penalty=length_penalty,
            no_repeat_ngram_size=no_repeat_ngram_size,
            candidates=candidates,
        )
        return self._translate(texts, options, "", Brake(cancel, max_time))

    def stream(
        self,
        text: str,
        *,
        candidates: bool = False,
        max_time: float | None = None,
        cancel: threading.Event | None = None,
    ) -> Generator[str, None, bool]:
        """Yield the greedy translation of a text piece by piece, as it is decoded.

        The pieces never change afterwards; joined, they are `translate(text, beam_size=1).text`.
        A character of several byte tokens comes when it is complete. When the time is over, the
        pieces end. Closing the iterator stops the work at once.

        Args:
            text: as for `translate`.
            candidates: as for `translate`.
            max_time: as for `translate`.
            cancel: as for `translate`; errors too.

        Returns:
            Whether all sentences came to their end (the value of a `yield from`).
        """
        options = self._options(beam_size=1, candidates=candidates)
        return self._stream(text, options, Brake(cancel, max_time))

    def _stream(
        self, text: str, options: SearchOptions, brake: Brake
    ) -> Generator[str, None, bool]:
        plan = self._plan(text, brake)
        ids = iter(plan.ids)
        before: Piece | None = None
        finished = True
        for piece in plan.pieces:
            if not piece.translate:
                yield piece.text
            else:
                if brake.over():
                    return False
                if needs_space(before, piece):
                    yield " "
                spell = spelling(piece, self._rules)
                finished &= yield from self._stream_sentence(next(ids), options, brake, spell)
            before = piece
        return finished

    def score(self, source: str, target: str, *, length_penalty: float | None = None) -> float:
        """Return how likely `target` is as the translation of `source`, one sentence each.

        The score is that of `Sentence.score`: sum of log-probabilities / length ** length_penalty.
        Every word may follow, candidate or not. Capitals are read as by `translate`.

        Raises:
            InputError: the source is empty or longer than a sentence may be.
        """
        alpha = self._options(length_penalty=length_penalty).length_penalty
        ids = self._tokenizer.encode(as_read(checked(source), self._rules))
        if not 1 <= len(ids) <= self._manifest.source_tokens:
            raise InputError(
                f"the source has {len(ids)} tokens; "
                f"a sentence has 1 to {self._manifest.source_tokens}"
            )
        wanted = [*self._said(target, in_capitals(source, self._rules)), self._manifest.eos]
        step = self._engine.start([self._engine.encode([*ids, self._manifest.eos])])
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
        options = self._options(beam_size=1, candidates=True)  # as recorded; it tries the lists too
        for golden in self.bundle.golden():
            text = as_read(golden.text, self._rules)
            ids = [*self._tokenizer.encode(text), self._manifest.eos]
            (found,) = self._engine.search([ids], options, [], Brake(None, None))[0]
            yield SelfTest(
                text=golden.text,
                expected=golden.translation,
                translation=self._tokenizer.decode(found.tokens),
                problem=self._problem(golden, ids, found),
            )

    def _problem(self, golden: Golden, ids: Ids, found: Found) -> str | None:
        """Tell in what the answer to a golden sentence differs from what was recorded."""
        if tuple(ids) != golden.source_ids:
            return "the source is tokenized differently"
        step = self._engine.start([self._engine.encode(ids)], [ids])
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

    def _options(self, **options: Any) -> SearchOptions:
        """Fill in what the bundle decides, and check everything; see `SearchOptions`."""
        self._engine.check_open()
        n_best = options.get("n_best", 1)
        # More answers than rows cannot be had: asking for them alone widens the default beam.
        beam_size = max(self._manifest.beam_size, n_best if isinstance(n_best, int) else 1)
        decided = {"beam_size": beam_size, "length_penalty": self._manifest.length_penalty}
        chosen = {name: default for name, default in decided.items() if options.get(name) is None}
        return SearchOptions(**{**options, **chosen})

    def _said(self, text: str, capitals: bool) -> Ids:
        """Return the ids of a translation or its beginning; `capitals`: its source is in them."""
        text = in_small_letters(text) if capitals and checked(text).isupper() else text
        return self._tokenizer.encode(squeeze(checked(text), self._rules))

    def _plan(self, text: str, brake: Brake) -> Plan:
        return take_apart(
            checked(text), self._rules, self._tokenizer, self._manifest.eos, brake.over
        )

    def _translate(
        self, texts: Iterable[str], options: SearchOptions, prefix: str, brake: Brake
    ) -> Generator[Translation, None, None]:
        """Yield translations in order; with threads, the next window is begun meanwhile."""
        begun: _Window | None = None
        try:
            for plans in self._windows(texts, brake):
                if begun is not None and self.threads == 1:  # nobody to work while we wait
                    yield from self._finish(begun, brake)
                    begun = None
                following = self._begin(plans, options, prefix, brake)
                if begun is not None:
                    yield from self._finish(begun, brake)
                begun = following
            if begun is not None:
                yield from self._finish(begun, brake)
        finally:
            brake.release()

    def _windows(self, texts: Iterable[str], brake: Brake) -> Iterator[list[Plan]]:
        """Group texts until there are some batches for every thread.

        The first groups are smaller, so that the first answers come soon.
        """
        plans: list[Plan] = []
        sentences, wanted = 0, FIRST_SENTENCES
        for text in texts:
            plans.append(self._plan(text, brake))
            sentences += len(plans[-1].ids)
            if sentences >= wanted or len(plans) >= WINDOW_TEXTS:
                yield plans
                plans, sentences = [], 0
                wanted = min(2 * wanted, WINDOW_BATCHES * BATCH_SENTENCES * self.threads)
        if plans:
            yield plans

    def _begin(
        self, plans: list[Plan], options: SearchOptions, prefix: str, brake: Brake
    ) -> _Window:
        """Put the sentences of a window to work."""
        first = next((piece for piece in plans[0].pieces if piece.translate), None)
        forced = self._said(prefix, first is not None and in_capitals(first.text, self._rules))
        sentences = [ids for plan in plans for ids in plan.ids]
        prefixed = [0] if forced and sentences else []
        batches = [prefixed] if prefixed else []
        batches += make_batches(sentences, start=len(prefixed), threads=self.threads)
        answers: list[Callable[[], Results] | Results] = []
        for batch in batches:
            members = [sentences[i] for i in batch]
            start = forced if batch is prefixed else []
            here = len(batches) == 1 or self.threads == 1
            work = self._engine.search if here else self._engine.submit
            answers.append(work(members, options, start, brake))
        return _Window(plans, batches, answers)

    def _finish(self, window: _Window, brake: Brake) -> Iterator[Translation]:
        """Wait for a window's batches and yield its translations."""
        brake.over()  # in a fork nobody works on them
        found: dict[int, list[Found]] = {}
        for batch, answer in zip(window.batches, window.answers, strict=True):
            ready = answer() if callable(answer) else answer
            found.update(zip(batch, ready, strict=True))
        position = 0
        for plan in window.plans:
            count = len(plan.ids)
            hypotheses = [found.pop(position + i) for i in range(count)]
            yield put_together(plan, hypotheses, self._tokenizer)
            position += count

    def _stream_sentence(
        self, ids: Ids, options: SearchOptions, brake: Brake, spell: Callable[[str], str]
    ) -> Generator[str, None, bool]:
        """Yield the greedy translation of one sentence as it grows; return whether it is whole."""
        steps = self._engine.steps(ids, options)
        tokens: Ids = []
        sent = 0
        try:
            tokens.append(int(next(steps)[0]))
            while True:
                text = self._tokenizer.decode_stable(tokens)
                if len(text) > sent:
                    yield spell(text[sent:])
                    sent = len(text)
                self._engine.check_open()
                tokens.append(int(steps.send(brake.over())[0]))
        except StopIteration as end:
            found: Results = end.value
        if not all(found):
            raise SessionError("the decoder gave no finite score")
        text = self._tokenizer.decode(tokens)
        if len(text) > sent:
            yield spell(text[sent:])
        return found[0][0].finished
