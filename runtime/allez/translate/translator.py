"""`Translator`: text in, `Translation` out. The way of a text through all layers below.

text -> segments -> requests -> one queue for all callers -> hypotheses -> text
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Generator, Iterable, Sequence
from typing import TYPE_CHECKING

from allez.errors import CancelledError, InputError, OptionError
from allez.options import OptionChanges, SearchOptions, TranslateOptions
from allez.translate.deadline import TRANSLATOR
from allez.translate.loaded import Loaded

if TYPE_CHECKING:  # they take longest to load, and bundle and graphs can be read meanwhile
    from typing_extensions import Unpack

    from allez.bundle import Golden
    from allez.results import Translation
    from allez.search import RawHypothesis, Request
    from allez.text import Segment
    from allez.translate.deadline import Deadline
    from allez.translate.document import Document
    from allez.translate.masking import Asked
    from allez.translate.pipeline import Prepared


class Translator(Loaded):
    """A bundle, loaded and ready. Safe to share between threads, and usable after a fork.

    All callers share one queue of work: sentences of several calls are decoded together, which
    changes no answer. A child process reads the graphs again when it first needs them. To a process
    that is started afresh (spawn) a translator cannot be sent: make one there. In a
    sub-interpreter ONNX Runtime does not load; use processes there.

    Args:
        bundle: a folder or zip, a name that `models` lists (without the version, the newest), or a
            `Bundle`; None: the shipped one.
        threads: batches of sentences worked on at the same time at most, however many callers
            there are; None: one per core.
        providers: ONNX Runtime execution providers, best first, each a name or a name and its
            options; None: the CPU.

    Raises:
        BundleError: there is no such bundle, or it is damaged or foreign.
        OptionError: `threads` or a provider makes no sense here.
        SessionError: ONNX Runtime refuses the graphs.
    """

    _called = TRANSLATOR

    def _check_bundle(self) -> None:
        self._bundle.check_translates()

    def _read_words(self) -> None:
        from allez.translate.document import Words

        self._words = Words.of(self._bundle)
        self._target = self._words.target

    def _read_golden(self, golden: Golden) -> list[int]:
        """Return the ids of a golden sentence as it stands, without symbols."""
        from allez.text import as_read

        words = self._words
        return [*words.source.encode(as_read(golden.text, words.rules)), words.eos]

    @property
    def _languages(self) -> str:
        return f"{self.source_language} to {self.target_language}"

    @property
    def source_language(self) -> str:
        """The language that is translated, as `fr`."""
        return self._manifest.source.language

    @property
    def target_language(self) -> str:
        """The language of the translations, as `en`."""
        return self._manifest.target.language

    def __call__(self, text: str) -> str:
        """Return the translation of a text, with the bundle's own search options."""
        return self.translate(text).text

    def translate(
        self,
        text: str,
        *,
        options: TranslateOptions | None = None,
        **changes: Unpack[OptionChanges],
    ) -> Translation:
        """Translate a text of any length.

        Finding the sentences is not interrupted by `max_time`; it takes seconds for megabytes.

        Args:
            text: any text; what has no letters, or letters that the model never learnt, is kept.
                Tags in pairs (`<b>…</b>`) stand around the words that attend to theirs, `<br>` ends
                a line, and lines that were broken to fit are read as one.
            options: see `TranslateOptions`; None: what the bundle says.
            changes: fields of `TranslateOptions` by name, in place of those of `options`.

        Raises:
            OptionError: an option makes no sense; the prefix is too long, or types a symbol.
            CancelledError: `cancel` was set.
            SessionError: ONNX Runtime failed, or the translator is closed.
        """
        chosen, search, deadline = self._begin(options, changes)
        document, requests = self._prepare(text, chosen, deadline)
        found = self._workers.run(requests, search, deadline)
        return self._finish(document, found, chosen, search)

    def translate_batch(
        self,
        texts: Iterable[str],
        *,
        options: TranslateOptions | None = None,
        **changes: Unpack[OptionChanges],
    ) -> Generator[Translation, None, None]:
        """Translate many texts, on all threads; yield one `Translation` for each, in order.

        The answers are those of `translate`, each as soon as it and those before it are there.
        Reads some way ahead, never all: memory does not grow with the number of texts. A list or
        tuple is read here; any other iterable by one thread of its own, so that a queue that is
        still being filled holds up no answer. What it raises is raised after the answers to what it
        gave before. `max_time` is for all texts, counted from the call: no more is read then, and
        what was read (a list: all of it) is answered at once. Closing the iterator, or dropping it,
        stops the work within one step.

        Args:
            texts: any texts.
            options: as for `translate`.
            changes: as for `translate`; errors too.
        """
        if isinstance(texts, str):
            raise OptionError("translate_batch takes many texts, not one", hint="use translate")
        chosen, search, deadline = self._begin(options, changes)
        return self._in_order(
            texts,
            lambda text: self._prepare(text, chosen, deadline),
            lambda document, found: self._finish(document, found, chosen, search),
            search,
            deadline,
        )

    def stream(
        self,
        text: str,
        *,
        options: TranslateOptions | None = None,
        **changes: Unpack[OptionChanges],
    ) -> Generator[str, None, bool]:
        """Yield the greedy translation of a text piece by piece, as it is decoded.

        The pieces never change afterwards; joined, they are `translate(text, beam_size=1).text`.
        A character of several byte tokens comes when it is complete; a text with tags in pairs
        comes as a whole, since they wait for its end. When the time is over, the pieces end.
        Closing the iterator stops the work within one step.

        Args:
            text: as for `translate`.
            options: as for `translate`; but the search is greedy.
            changes: as for `translate`; errors too.

        Returns:
            Whether all sentences came to their end (the value of a `yield from`).
        """
        chosen, search, deadline = self._begin(options, changes, greedy=True)
        if chosen.markup:
            raise OptionError("a stream has no markup: tags wait for the end", hint="use translate")
        return self._stream(text, chosen, search, deadline)

    def score(
        self,
        source: str,
        target: str,
        *,
        options: TranslateOptions | None = None,
        **changes: Unpack[OptionChanges],
    ) -> float:
        """Return how likely `target` is as the translation of `source`, one sentence each.

        The score is that of `Sentence.score`: sum of log-probabilities / length ** length_penalty.
        Every word may follow, listed or not. Capitals are read as by `translate`.

        Args:
            source: one sentence.
            target: its translation.
            options: of these, `length_penalty`, `max_time` and `cancel` matter.
            changes: as for `translate`.

        Raises:
            InputError: the source is empty or longer than a sentence may be, or the target types a
                symbol of the bundle.
            CancelledError: `cancel` was set, or the time was over before the target was read.
        """
        from allez.translate.document import checked, read_sentence

        chosen, search, deadline = self._begin(options, changes, greedy=True)
        segment = read_sentence(checked(source), self._words, self._asked(chosen))
        ids = segment.source.ids
        if not 2 <= len(ids) <= self._manifest.input.tokens + 1:
            raise InputError(
                f"the source has {len(ids) - 1} tokens; "
                f"a sentence has 1 to {self._manifest.input.tokens}"
            )
        said = [*self._said(target, segment), self._manifest.target.eos]
        request = self._workers.model.request(ids, limit=len(said), prefix=said)
        ((raw,),) = self._workers.run([request], search, deadline)
        if not raw.finished:
            raise CancelledError("the time was over before the target was scored")
        return raw.score

    def _asked(self, options: TranslateOptions) -> Asked:
        """Return what is carried over by the caller's will."""
        from allez.translate.masking import Asked

        if self._words.masking is None and (options.keep or options.glossary):
            raise OptionError(
                f"{self.name} {self.version} has no symbols to carry anything over by",
                hint="keep and glossary need a bundle with entities",
            )
        return Asked(tuple(options.keep), options.terms)

    def _said(self, text: str, segment: Segment, *, begins: bool = False) -> list[int]:
        """Return the ids of a translation of a sentence, or of how one begins."""
        from allez.entities import mask_target
        from allez.text import in_small_letters, normalize_space
        from allez.translate.document import checked

        text = checked(text)
        masking = self._words.masking
        if segment.masked is not None and masking is not None:
            slots = segment.masked.slots
            try:
                text = mask_target(text, slots, prefix=begins, symbols=masking.ids)
            except InputError as error:
                raise (OptionError(f"the prefix: {error}") if begins else error) from None
        text = in_small_letters(text) if segment.casing == "capitals" and text.isupper() else text
        return self._words.target.encode(normalize_space(text, self._words.rules))

    def _read(self, text: str, options: TranslateOptions, deadline: Deadline) -> Document:
        from allez.translate.document import take_apart

        return take_apart(text, self._words, deadline.over, self._asked(options), options.markup)

    def _prepare(
        self, text: str, options: TranslateOptions, deadline: Deadline
    ) -> Prepared[Document]:
        """Take a text apart, and ask the model for each sentence."""
        document = self._read(text, options, deadline)
        prefix = "" if deadline.over() else options.prefix
        said = itertools.chain([prefix], itertools.repeat(""))
        return document, [self._sentence(s, options, next(said)) for s in document.sentences]

    def _sentence(self, segment: Segment, options: TranslateOptions, prefix: str) -> Request:
        """Return what is asked of the model about one sentence."""
        ids, masking = segment.source.ids, self._words.masking
        return self._request(
            ids,
            len(ids),
            options,
            prefix=self._said(prefix, segment, begins=True) if prefix else (),
            symbols=None if masking is None else masking.request(segment.masked),
            ended=masking is not None,
        )

    def _finish(
        self,
        document: Document,
        found: Sequence[Sequence[RawHypothesis]],
        options: TranslateOptions,
        search: SearchOptions,
    ) -> Translation:
        """Put a text together, and tell whoever listens what was cut."""
        from allez.translate.document import log_cut, put_together

        translation = put_together(document, found, self._words, search)
        if not translation.finished and "logging" in sys.modules:
            log_cut(translation, lambda length: self._limit(length, options))
        return document.fragment.translated(translation) if document.fragment else translation

    def _stream(
        self, text: str, options: TranslateOptions, search: SearchOptions, deadline: Deadline
    ) -> Generator[str, None, bool]:
        """Yield what is copied, and sentences as they grow."""
        from allez.translate.document import needs_space
        from allez.translate.streaming import stream_sentence, told

        before: Segment | None = None
        finished, prefix = True, options.prefix
        try:
            document = self._read(text, options, deadline)
            if document.fragment is not None and document.fragment.has_tags:
                document, requests = self._prepare(text, options, deadline)
                found = self._workers.run(requests, search, deadline)
                yield self._finish(document, found, options, search).text
                return all(hypotheses[0].finished for hypotheses in found)
            for segment in document.segments:
                asked = segment.kind == "sentence" and not segment.is_figure
                if asked and deadline.over():
                    return False
                if needs_space(before, segment):
                    yield " "
                before = segment
                if asked:
                    request = self._sentence(segment, options, prefix)
                    finished &= yield from stream_sentence(
                        request, segment, self._words, self._workers, search, deadline
                    )
                    prefix = ""
                else:
                    yield told(segment, self._words)
        finally:
            deadline.release()
        return finished
