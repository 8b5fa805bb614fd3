"""`Writer`: something is read, and a text is written. What summaries, replies and captions share.

what is read -> a request -> one queue for all callers -> hypotheses -> text
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NoReturn, TypeAlias, TypeVar

import numpy as np

from allez.bundle import Bundle, Golden, find
from allez.errors import BundleError, BundleFormatError, OptionError
from allez.options import OptionChanges, Providers, SearchOptions, TranslateOptions, merged, whole
from allez.parallel import cores, run_both
from allez.results import Answer, Hypothesis
from allez.tasks.whole import Reader, normal
from allez.tasks.written import Written, write_out
from allez.text import Tokenizer
from allez.translate.confidence import Evidence, confidence, features
from allez.translate.deadline import Called, Deadline
from allez.translate.workers import Workers

if TYPE_CHECKING:
    from typing_extensions import Self

    from allez.arrays import FloatArray
    from allez.bundle import SourceSide, TargetSide
    from allez.results import Blank, SelfTest
    from allez.search import RawHypothesis, Request
    from allez.tasks.blanks import Fill

    Read = Sequence[int] | FloatArray
    """Ids [S], eos last, or the pixels [1, channels, height, width] of a picture."""

A = TypeVar("A", bound=Answer)
T = TypeVar("T")

Over: TypeAlias = "Callable[[], bool]"
"""Tells what takes long to read whether it still matters: once it says so, nobody looks at it."""

_OF_TRANSLATIONS = {"keep": (), "glossary": (), "markup": None}
"""Options that go with translations alone, and what they are if nobody gives them."""

_CALLED = {
    "summarize": Called("summarizer", "summary"),
    "reply": Called("replier", "reply"),
    "caption": Called("captioner", "caption"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """What was written, as far as it is the same for all tasks."""

    hypotheses: tuple[Hypothesis, ...]
    rate: Callable[[], float | None]
    blanks: tuple[Blank, ...] = ()
    """Of the best one."""


@dataclass(frozen=True, slots=True)
class Material(Generic[A]):
    """What is read for one answer, and what becomes of the words."""

    read: Read
    """An empty sequence: there is nothing to read, and nothing is said."""
    text: str
    """Of which it was made, if any."""
    answer: Callable[[Said], A]
    values: Fill | None = None
    """Of the blanks of what is said about it."""


class Writer:
    """A bundle for another task than to translate, loaded and ready.

    Safe to share between threads, and usable after a fork; to a process that is started afresh
    (spawn) it cannot be sent. Make one of its kinds: `Summarizer`, `Replier`, `Captioner`.

    Args:
        bundle: a folder or zip, a name that `models` lists (without the version, the newest), or a
            `Bundle`; None: the newest one for this task.
        threads: batches of answers worked on at the same time at most, however many callers there
            are; None: one per core.
        providers: ONNX Runtime execution providers, best first, each a name or a name and its
            options; None: the CPU.

    Raises:
        BundleError: there is no such bundle, or it is damaged, foreign, or for another task.
        OptionError: `threads` or a provider makes no sense here.
        SessionError: ONNX Runtime refuses the graphs.
    """

    task: ClassVar[str]
    """Of the bundles that it takes."""

    def __init__(
        self,
        bundle: str | Path | Bundle | None = None,
        *,
        threads: int | None = None,
        providers: Providers = None,
    ) -> None:
        started = time.monotonic()
        self._threads = cores() if threads is None else whole("threads", threads, 1, 1024)
        self._bundle = bundle if isinstance(bundle, Bundle) else Bundle.read(self._find(bundle))
        manifest = self._manifest = self._bundle.manifest
        self._bundle.check_task(self.task, "image" if self.task == "caption" else "text")
        self._default = manifest.search
        self._workers, self._target = run_both(
            lambda: self._start_workers(providers), lambda: self._tokenizer(manifest.target)
        )
        self._reader = self._make_reader()
        if not isinstance(bundle, Bundle):  # nobody else has it, and ONNX Runtime has its own copy
            self._bundle.let_go("encoder", "decoder")
        if "logging" in sys.modules:  # otherwise nobody listens, and it takes long to load
            import logging

            logging.getLogger(__name__).info(
                "%s %s (%s) from %s, loaded in %.2f s, %d thread(s)",
                *(manifest.name, manifest.version, manifest.precision, self._bundle.path),
                time.monotonic() - started,
                self._threads,
            )

    def _find(self, bundle: str | Path | None) -> Path:
        from allez.bundle import for_task

        return find(bundle) if bundle is not None else for_task(self.task).path

    def _start_workers(self, providers: Providers) -> Workers:
        try:
            return Workers(self._bundle, self._threads, providers, _CALLED[self.task])
        except BundleError as error:
            raise BundleFormatError(f"{self._bundle.path}: {error}", hint=error.hint) from None

    def _tokenizer(self, side: SourceSide | TargetSide) -> Tokenizer:
        tokenizer = Tokenizer(self._bundle.text(side.tokenizer))
        if tokenizer.size != side.size:
            raise BundleFormatError(
                f"{self._bundle.path}: the tokenizer has {tokenizer.size} subwords, "
                f"the manifest says {side.size}"
            )
        return tokenizer

    def _make_reader(self) -> Reader | None:
        """Return how texts are read; None where pictures are."""
        manifest = self._manifest
        if manifest.input.kind != "text":
            return None
        joint = manifest.source.tokenizer == manifest.target.tokenizer
        return Reader.of(self._bundle, self._target if joint else self._tokenizer(manifest.source))

    @property
    def bundle(self) -> Bundle:
        """What was loaded."""
        return self._bundle

    @property
    def threads(self) -> int:
        """How many batches are worked on at the same time at most."""
        return self._threads

    @property
    def answered(self) -> int:
        """How many answers there have been so far, for all callers."""
        return self._workers.answered

    @property
    def name(self) -> str:
        """The bundle's name, as `summary-en`."""
        return self._manifest.name

    @property
    def version(self) -> str:
        """The bundle's version."""
        return self._manifest.version

    @property
    def language(self) -> str:
        """The language that is written, as `en`."""
        return self._manifest.target.language

    def __repr__(self) -> str:
        state = ", closed" if self._workers.is_closed() else ""
        return (
            f"<{type(self).__name__} {self.name} {self.version}: {self.language}, "
            f"{self._threads} thread(s){state}>"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        kind = type(self).__name__
        raise TypeError(f"a {kind} cannot be sent to another process; make one there")

    def close(self) -> None:
        """Let model and threads go; further calls raise SessionError. May be called twice.

        Work in hand stops within one step of the decoder.
        """
        self._workers.close()

    def selftest(self) -> Iterator[SelfTest]:
        """Answer the bundle's golden examples and compare everything recorded of them."""
        from allez.translate.selftest import selftest

        _, search, _ = self._begin(None, {}, greedy=True)
        return selftest(self._bundle, self._workers, search, self._read_golden, self._target.decode)

    # --- what its kinds use ---------------------------------------------------------------------

    def _read_golden(self, golden: Golden) -> Read:
        """Return what is read of a golden example."""
        reader = self._text_reader
        return [*reader.tokenizer.encode(normal(golden.text, reader.rules)), reader.eos]

    @property
    def _text_reader(self) -> Reader:
        assert self._reader is not None  # the task and its kind of input were checked
        return self._reader

    def _write(
        self,
        take: Callable[[Over], Material[A]],
        options: TranslateOptions | None,
        changes: OptionChanges,
    ) -> A:
        """Read one thing, and write about it; errors as of `Summarizer.summarize`."""
        chosen, search, deadline = self._begin(options, changes)
        material = take(deadline.over)
        found = self._workers.run(self._requests(material, chosen), search, deadline)
        return self._finish(material, found, search)

    def _write_all(
        self,
        things: Iterable[T],
        take: Callable[[T, Over], Material[A]],
        options: TranslateOptions | None,
        changes: OptionChanges,
    ) -> Generator[A, None, None]:
        """Read many things; yield what is written about each, in order."""
        return self._answers(things, take, *self._begin(options, changes))

    def _answers(
        self,
        things: Iterable[T],
        take: Callable[[T, Over], Material[A]],
        options: TranslateOptions,
        search: SearchOptions,
        deadline: Deadline,
    ) -> Generator[A, None, None]:
        from allez.translate.pipeline import Pipeline, ahead
        from allez.translate.reading import read

        def prepare(thing: T) -> tuple[Material[A] | Exception, list[Request]]:
            try:
                material = take(thing, deadline.over)
                return material, self._requests(material, options)
            except Exception as error:  # raised when its turn has come
                return error, []

        source = read(things, ahead(self._threads), self._workers.wake)
        pipeline = Pipeline(source, prepare, self._workers, self._threads, search, deadline)
        try:
            for material, found in pipeline.answers():
                if isinstance(material, Exception):
                    raise material
                yield self._finish(material, found, search)
        finally:
            deadline.release()
            source.stop()

    def _streamed(
        self,
        take: Callable[[Over], Material[Any]],
        options: TranslateOptions | None,
        changes: OptionChanges,
    ) -> Generator[str, None, bool]:
        """Yield the greedy answer as it grows; return whether it came to its end."""
        return self._pieces(take, *self._begin(options, changes, greedy=True))

    def _pieces(
        self,
        take: Callable[[Over], Material[Any]],
        options: TranslateOptions,
        search: SearchOptions,
        deadline: Deadline,
    ) -> Generator[str, None, bool]:
        from allez.translate.streaming import stream

        target = self._target
        try:
            material = take(deadline.over)

            def growing(tokens: list[int]) -> str:
                return self._written(target.decode_stable(tokens), material, grows=True).text

            def whole(raw: RawHypothesis) -> str:
                return self._written(target.decode(raw.tokens), material).text

            for request in self._requests(material, options):
                return (yield from stream(request, growing, whole, self._workers, search, deadline))
        finally:
            deadline.release()
        return True

    def _begin(
        self, options: TranslateOptions | None, changes: OptionChanges, *, greedy: bool = False
    ) -> tuple[TranslateOptions, SearchOptions, Deadline]:
        """Check what a call asks for, and start its clock."""
        self._workers.check_open()
        if greedy:
            changes = {**changes, "beam_size": 1, "n_best": 1}
        chosen = merged(options, changes)
        for name, usual in _OF_TRANSLATIONS.items():
            if getattr(chosen, name) != usual:
                raise OptionError(f"{name} goes with translations alone")
        deadline = self._workers.deadline(chosen.cancel, chosen.max_time)
        return chosen, chosen.search(self._default), deadline

    def _requests(self, material: Material[Any], options: TranslateOptions) -> list[Request]:
        """Return what is asked of the model: one request, or none if there is nothing to read."""
        if not len(material.read):
            return []
        model = self._workers.model
        limit = options.max_length
        if limit is None:
            limit = model.limit(model.source(material.read).length)
        request = model.request(
            material.read,
            limit=max(limit, options.min_length),
            prefix=self._target.encode(self._in_one_line(options.prefix)),
            shortlist=options.shortlist,
        )
        if len(request.prefix) >= request.limit:
            raise OptionError(
                f"the prefix has {len(request.prefix)} tokens, "
                f"the {_CALLED[self.task].work} may have {request.limit}"
            )
        return [request]

    def _in_one_line(self, text: str) -> str:
        if self._reader is not None:
            return normal(text, self._reader.rules)
        return " ".join(word for word in text.replace("\n", " ").split(" ") if word)

    def _finish(
        self, material: Material[A], found: Sequence[Sequence[RawHypothesis]], search: SearchOptions
    ) -> A:
        if not found:
            return material.answer(Said((_SILENCE,), lambda: None))
        (raws,) = found
        spelled = [self._spelled(raw, material) for raw in raws[: search.n_best]]
        hypotheses = tuple(hypothesis for hypothesis, _ in spelled)
        image = self._manifest.input.image
        positions = len(material.read) if image is None else image.positions
        told = Evidence(material.text, positions, hypotheses[0].text, raws, 0, search)
        weights = self._manifest.confidence
        blanks = spelled[0][1]
        return material.answer(
            Said(hypotheses, lambda: confidence(weights, features(told, 0)), blanks)
        )

    def _spelled(
        self, raw: RawHypothesis, material: Material[Any]
    ) -> tuple[Hypothesis, tuple[Blank, ...]]:
        """Return a hypothesis as it is handed out, and its blanks."""
        said, spans = self._target.decode_spans(raw.tokens)
        written = self._written(said, material)
        hypothesis = Hypothesis(
            text=written.text,
            tokens=self._target.pieces(raw.tokens),
            spans=tuple(written.moved(*span) for span in spans),
            score=raw.score,
            attention=raw.attention,
            finished=raw.finished,
        )
        return hypothesis, written.blanks

    def _written(self, said: str, material: Material[Any], *, grows: bool = False) -> Written:
        return write_out(
            said,
            self._manifest.target.typography,
            has_blanks=self.task == "reply",
            values=material.values,
            grows=grows,
        )


_SILENCE = Hypothesis(
    text="",
    tokens=(),
    spans=(),
    score=0.0,
    attention=np.zeros((0, 1), dtype=np.float32),
    finished=True,
)
"""What is said about nothing."""
