"""`Summarizer`: a text in, a line in few words out."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING

from allez.answers import Summary
from allez.errors import OptionError
from allez.options import OptionChanges, TranslateOptions
from allez.tasks.whole import read_text
from allez.tasks.writer import Material, Over, Said, TextWriter
from allez.translate.deadline import Called

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Summarizer(TextWriter):
    """A bundle that says in few words what a text is about; see `Writer` for how it is loaded."""

    task = "summarize"
    _called = Called("summarizer", "summary")

    def __call__(self, text: str) -> str:
        """Return the summary of a text, with the bundle's own search options."""
        return self.summarize(text).text

    def summarize(
        self,
        text: str,
        *,
        options: TranslateOptions | None = None,
        **changes: Unpack[OptionChanges],
    ) -> Summary:
        """Summarize a text, which is read as a whole.

        Args:
            text: any. Of one longer than the bundle reads, the beginning is read, and the answer
                says how much (`read`, `cut`); of one of white space nothing is said.
            options: see `TranslateOptions`; None: what the bundle says. `keep`, `glossary` and
                `markup` go with translations alone.
            changes: fields of `TranslateOptions` by name, in place of those of `options`.

        Raises:
            OptionError: an option makes no sense, or the prefix is too long.
            CancelledError: `cancel` was set.
            SessionError: ONNX Runtime failed, or the summarizer is closed.
        """
        return self._write(lambda over: self._material(text, over), options, changes)

    def summarize_batch(
        self,
        texts: Iterable[str],
        *,
        options: TranslateOptions | None = None,
        **changes: Unpack[OptionChanges],
    ) -> Generator[Summary, None, None]:
        """Summarize many texts, on all threads; yield one `Summary` for each, in order.

        Reads ahead, waits and stops as `Translator.translate_batch` does.

        Args:
            texts: any texts.
            options: as for `summarize`.
            changes: as for `summarize`; errors too.
        """
        if isinstance(texts, str):
            raise OptionError("summarize_batch takes many texts, not one", hint="use summarize")
        return self._write_all(texts, self._material, options, changes)

    def stream(
        self,
        text: str,
        *,
        options: TranslateOptions | None = None,
        **changes: Unpack[OptionChanges],
    ) -> Generator[str, None, bool]:
        """Yield the greedy summary of a text piece by piece; return whether it came to its end.

        The pieces never change afterwards; joined, they are `summarize(text, beam_size=1).text`.

        Args:
            text: as for `summarize`.
            options: as for `summarize`; but the search is greedy.
            changes: as for `summarize`; errors too.
        """
        return self._streamed(lambda over: self._material(text, over), options, changes)

    def _material(self, text: str, over: Over) -> Material[Summary]:
        """Read a text, which takes too little time to ask whether it is over."""
        if not isinstance(text, str):
            raise TypeError(f"a text must be str, not {type(text).__name__}")
        reader = self._reader
        whole = read_text(text, reader)
        ids, spans = whole.tokens

        def answer(said: Said) -> Summary:
            return Summary(
                hypotheses=said.hypotheses,
                rate=said.rate,
                source=text,
                read=whole.read,
                cut=whole.cut,
                source_tokens=reader.tokenizer.pieces(ids),
                source_spans=spans,
            )

        return Material(ids if len(ids) > 1 else (), text[slice(*whole.read)], answer)
