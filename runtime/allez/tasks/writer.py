"""`Writer`: something is read, and a text is written. What summaries, replies and captions share.

what is read -> a request -> one queue for all callers -> hypotheses -> text
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeAlias, TypeVar

import numpy as np

from allez.answers import Answer
from allez.bundle import Golden, find, for_task
from allez.options import OptionChanges, SearchOptions, TranslateOptions
from allez.results import Hypothesis
from allez.tasks.whole import Reader, normal
from allez.tasks.written import Written, write_out
from allez.text import Tokenizer
from allez.translate.confidence import Evidence, confidence, features
from allez.translate.deadline import Deadline
from allez.translate.loaded import Loaded

if TYPE_CHECKING:
    from allez.answers import Blank
    from allez.search import RawHypothesis, Request
    from allez.tasks.blanks import Fill
    from allez.translate.loaded import Read

A = TypeVar("A", bound=Answer)
T = TypeVar("T")

Over: TypeAlias = "Callable[[], bool]"
"""Tells what takes long to read whether it still matters: once it says so, nobody looks at it."""


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


class Writer(Loaded):
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
    _has_blanks: ClassVar[bool] = False
    """Whether names in brackets, in what is written, are blanks."""

    _foreign: ClassVar[dict[str, object]] = {"keep": (), "glossary": (), "markup": None}

    def _find(self, bundle: str | Path | None) -> Path:
        return for_task(self.task).path if bundle is None else find(bundle)

    def _read_words(self) -> None:
        self._target = Tokenizer.of(self._bundle, self._manifest.target)

    @property
    def language(self) -> str:
        """The language that is written, as `en`."""
        return self._manifest.target.language

    @property
    def _languages(self) -> str:
        return self.language

    # --- what its kinds use ---------------------------------------------------------------------

    def _length(self, material: Material[Any]) -> int:
        """Return the tokens S, or positions M, of what is read."""
        return len(material.read)

    def _in_one_line(self, text: str) -> str:
        """Return how an answer is to begin, as the model writes it."""
        return " ".join(word for word in text.replace("\n", " ").split(" ") if word)

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
        chosen, search, deadline = self._begin(options, changes)

        def prepare(thing: T) -> tuple[Material[A] | Exception, list[Request]]:
            try:
                material = take(thing, deadline.over)
                return material, self._requests(material, chosen)
            except Exception as error:  # raised when its turn has come
                return error, []

        def finish(
            material: Material[A] | Exception, found: Sequence[Sequence[RawHypothesis]]
        ) -> A:
            if isinstance(material, Exception):
                raise material
            return self._finish(material, found, search)

        return self._in_order(things, prepare, finish, search, deadline)

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

    def _requests(self, material: Material[Any], options: TranslateOptions) -> list[Request]:
        """Return what is asked of the model: one request, or none if there is nothing to read."""
        if not len(material.read):
            return []
        prefix = self._target.encode(self._in_one_line(options.prefix))
        return [self._request(material.read, self._length(material), options, prefix=prefix)]

    def _finish(
        self, material: Material[A], found: Sequence[Sequence[RawHypothesis]], search: SearchOptions
    ) -> A:
        if not found:
            return material.answer(Said((_SILENCE,), lambda: None))
        (raws,) = found
        spelled = [self._spelled(raw, material) for raw in raws[: search.n_best]]
        hypotheses = tuple(hypothesis for hypothesis, _ in spelled)
        told = Evidence(material.text, self._length(material), hypotheses[0].text, raws, 0, search)
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
            has_blanks=self._has_blanks,
            values=material.values,
            grows=grows,
        )


class TextWriter(Writer):
    """A writer about texts, each of which is read as a whole."""

    def _check_bundle(self) -> None:
        self._bundle.check_task(self.task, "text")

    def _read_words(self) -> None:
        super()._read_words()
        source, target = self._manifest.source, self._manifest.target
        joint = source.tokenizer == target.tokenizer
        tokenizer = self._target if joint else Tokenizer.of(self._bundle, source)
        self._reader = Reader.of(self._bundle, tokenizer)

    def _read_golden(self, golden: Golden) -> list[int]:
        reader = self._reader
        return [*reader.tokenizer.encode(normal(golden.text, reader.rules)), reader.eos]

    def _in_one_line(self, text: str) -> str:
        return normal(text, self._reader.rules)


_SILENCE = Hypothesis(
    text="",
    tokens=(),
    spans=(),
    score=0.0,
    attention=np.zeros((0, 1), dtype=np.float32),
    finished=True,
)
"""What is said about nothing."""
