"""`Pivot`: from one language to another by way of a third, with two translators."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from allez.errors import OptionError
from allez.options import Cancel, OptionChanges, TranslateOptions, merged
from allez.results import Translation
from allez.translate.deadline import Deadline
from allez.translate.loaded import Closing
from allez.translate.pipeline import ahead
from allez.translate.translator import Translator

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Pivot(Closing):
    """Two translators one behind the other, used as one is; `open` makes it.

    Each `Translation` says in `pivot` what stands between. `keep` and `glossary` hold for the whole
    way: a term is kept as it is up to the second translator, which has its translation. What is
    said of the answer itself (`n_best`, `prefix`, the lengths) is for the second one.

    Args:
        first: from the source language to the one between; closed with this.
        second: from there to the target language; likewise.

    Raises:
        OptionError: the second does not read what the first writes.
    """

    def __init__(self, first: Translator, second: Translator) -> None:
        self.first = first
        self.second = second
        if _base(first.target_language) != _base(second.source_language):
            raise OptionError(
                f"{first.name} writes {first.target_language!r}, "
                f"{second.name} reads {second.source_language!r}"
            )

    @property
    def name(self) -> str:
        """The names of both bundles, as `es-en, en-fr`."""
        return f"{self.first.name}, {self.second.name}"

    @property
    def version(self) -> str:
        """The versions of both bundles."""
        return f"{self.first.version}, {self.second.version}"

    @property
    def source_language(self) -> str:
        """The language that is translated."""
        return self.first.source_language

    @property
    def target_language(self) -> str:
        """The language of the translations."""
        return self.second.target_language

    @property
    def threads(self) -> int:
        """How many batches each of both works on at the same time at most."""
        return self.second.threads

    def __repr__(self) -> str:
        return f"<Pivot {self.first!r}, {self.second!r}>"

    def close(self) -> None:
        """Close both translators."""
        self.first.close()
        self.second.close()

    def __call__(self, text: str) -> str:
        """Return the translation of a text, with the bundles' own search options."""
        return self.translate(text).text

    def translate(
        self,
        text: str,
        *,
        options: TranslateOptions | None = None,
        **changes: Unpack[OptionChanges],
    ) -> Translation:
        """Translate a text of any length; `max_time` is for both steps.

        Args:
            text: as for `Translator.translate`.
            options: likewise.
            changes: likewise; errors too.
        """
        (translation,) = self.translate_batch([text], options=options, **changes)
        return translation

    def translate_batch(
        self,
        texts: Iterable[str],
        *,
        options: TranslateOptions | None = None,
        **changes: Unpack[OptionChanges],
    ) -> Generator[Translation, None, None]:
        """Translate many texts; yield one `Translation` for each, in order.

        Args:
            texts: as for `Translator.translate_batch`.
            options: likewise.
            changes: likewise; errors too.
        """
        if isinstance(texts, str):
            raise OptionError("translate_batch takes many texts, not one", hint="use translate")
        stop = _Stop((chosen := merged(options, changes)).cancel)
        first, second = divided(replace(chosen, cancel=stop))
        if isinstance(texts, (list, tuple)):
            return self._translate_list(texts, first, second, stop)
        between: deque[Translation] = deque()

        def through(found: Iterator[Translation]) -> Iterator[str]:
            for translation in found:
                between.append(translation)
                yield translation.text

        answers = self.second.translate_batch(
            through(self.first.translate_batch(texts, options=first)), options=second
        )
        return self._joined(answers, between, stop)

    def _translate_list(
        self,
        texts: Sequence[str],
        first: TranslateOptions,
        second: TranslateOptions,
        stop: _Stop,
    ) -> Generator[Translation, None, None]:
        """Take some texts all the way, then the next; when the time is over, the rest at once."""
        deadline = Deadline(max_time=first.max_time)
        count = ahead(self.threads)
        try:
            for start in range(0, len(texts), count):
                some = texts[start : start + count]
                first = replace(first, max_time=deadline.left())
                between = list(self.first.translate_batch(some, options=first))
                second = replace(second, max_time=deadline.left())
                answers = self.second.translate_batch([p.text for p in between], options=second)
                for pivot, translation in zip(between, answers, strict=True):
                    yield replace(translation, source=pivot.source, pivot=pivot)
        finally:
            stop.set()

    def _joined(
        self,
        answers: Generator[Translation, None, None],
        between: deque[Translation],
        stop: _Stop,
    ) -> Generator[Translation, None, None]:
        try:
            for translation in answers:
                pivot = between.popleft()
                yield replace(translation, source=pivot.source, pivot=pivot)
        finally:
            stop.set()
            answers.close()

    def stream(
        self,
        text: str,
        *,
        options: TranslateOptions | None = None,
        **changes: Unpack[OptionChanges],
    ) -> Generator[str, None, bool]:
        """Yield the greedy translation of a text piece by piece, once it is read in between.

        Args:
            text: as for `Translator.stream`.
            options: likewise.
            changes: likewise; errors and what it returns, too.
        """
        chosen = merged(options, changes)
        first, second = divided(replace(chosen, beam_size=1, n_best=1))
        if chosen.markup:
            raise OptionError("a stream has no markup: tags wait for the end", hint="use translate")
        return self._stream(text, first, second)

    def _stream(
        self, text: str, first: TranslateOptions, second: TranslateOptions
    ) -> Generator[str, None, bool]:
        deadline = Deadline(max_time=first.max_time)
        pivot = self.first.translate(text, options=first)
        second = replace(second, max_time=deadline.left())
        finished = yield from self.second.stream(pivot.text, options=second)
        return finished and pivot.finished


class _Stop:
    """The caller's `cancel`, and that nobody wants the answers any more."""

    def __init__(self, cancel: Cancel | None) -> None:
        self._cancel = cancel
        self._stopped = False

    def set(self) -> None:
        """Nobody wants them any more."""
        self._stopped = True

    def is_set(self) -> bool:
        """See `Cancel`."""
        return self._stopped or (self._cancel is not None and self._cancel.is_set())


def _base(language: str) -> str:
    return language.lower().partition("-")[0]


def divided(options: TranslateOptions) -> tuple[TranslateOptions, TranslateOptions]:
    """Return what the first translator is asked, and what the second."""
    kept = [term for term, _ in options.terms]
    first = replace(
        options,
        n_best=1,
        max_length=None,
        min_length=1,
        prefix="",
        keep=(*options.keep, *kept),
        glossary=(),
    )
    return first, options
