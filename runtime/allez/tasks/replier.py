"""`Replier`: a dialogue, turn by turn."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from allez.answers import Reply
from allez.bundle import Bundle
from allez.options import OptionChanges, Providers, TranslateOptions
from allez.tasks.blanks import Fill
from allez.tasks.whole import read_turns, without_separator
from allez.tasks.writer import Material, Said, TextWriter
from allez.translate.deadline import Called

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Replier(TextWriter):
    """A bundle that answers in a dialogue, and the turns of one; see `Writer` for how it is loaded.

    What only a program can know (a table that is free, its price) stands in a reply as a blank,
    `[phone number]`; `fill` gives the values. One dialogue is carried on by one thread at a time;
    any number of them may share a model: `another`.

    Args:
        bundle: as for `Writer`.
        turns: what was said before, by both sides in turn, the oldest first.
        threads: as for `Writer`.
        providers: likewise.
    """

    task = "reply"
    _called = Called("replier", "reply")
    _has_blanks = True

    def __init__(
        self,
        bundle: str | Path | Bundle | None = None,
        *,
        turns: Sequence[str] = (),
        threads: int | None = None,
        providers: Providers = None,
    ) -> None:
        self._turns = _checked(turns)
        self._cut = False
        super().__init__(bundle, threads=threads, providers=providers)

    def another(self, turns: Sequence[str] = ()) -> Replier:
        """Return another dialogue with the same model; whoever closes one closes all.

        Args:
            turns: what was said before.
        """
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._turns, other._cut = _checked(turns), False
        return other

    @property
    def turns(self) -> tuple[str, ...]:
        """What was said so far, by both sides in turn, the oldest first."""
        return self._turns

    @property
    def cut(self) -> bool:
        """Whether the last reply was made without some turns, since there was no room for them."""
        return self._cut

    def reset(self) -> None:
        """Begin a new dialogue."""
        self._turns, self._cut = (), False

    def __call__(self, text: str) -> str:
        """Return the reply to what is said next, with the bundle's own search options."""
        return self.reply(text).text

    def reply(
        self,
        text: str,
        fill: Fill | None = None,
        *,
        options: TranslateOptions | None = None,
        **changes: Unpack[OptionChanges],
    ) -> Reply:
        """Answer what is said next, and remember both.

        The bundle reads as many of the last turns as it was trained to, and as there is room for;
        `turns` and `cut` of the answer say which. A turn of white space gets an empty reply,
        and is not remembered; nor is one whose reply was cancelled.

        Args:
            text: what is said.
            fill: values of blanks, by name or by a function; a blank without one stays as it is,
                name and brackets.
            options: see `TranslateOptions`; None: what the bundle says. `keep`, `glossary` and
                `markup` go with translations alone.
            changes: fields of `TranslateOptions` by name, in place of those of `options`.

        Raises:
            OptionError: an option makes no sense, or the prefix is too long.
            CancelledError: `cancel` was set.
            SessionError: ONNX Runtime failed, or the replier is closed.
        """
        values = _asked_once(fill)
        reply = self._write(lambda over: self._material(text, values), options, changes)
        self._remember(text, reply.text)
        return reply

    def stream(
        self,
        text: str,
        fill: Fill | None = None,
        *,
        options: TranslateOptions | None = None,
        **changes: Unpack[OptionChanges],
    ) -> Generator[str, None, bool]:
        """Yield the greedy reply piece by piece; return whether it came to its end.

        The pieces never change afterwards; joined, they are `reply(text, beam_size=1).text`. A
        blank comes as a whole. Both turns are remembered when the last piece is there.

        Args:
            text: as for `reply`.
            fill: as for `reply`.
            options: as for `reply`; but the search is greedy.
            changes: as for `reply`; errors too.
        """
        values = _asked_once(fill)
        pieces = self._streamed(lambda over: self._material(text, values), options, changes)
        return self._remembered(text, pieces)

    def _remembered(
        self, text: str, pieces: Generator[str, None, bool]
    ) -> Generator[str, None, bool]:
        said = ""
        try:
            while True:
                piece = next(pieces)
                said += piece
                yield piece
        except StopIteration as end:
            self._remember(text, said)
            return bool(end.value)
        finally:
            pieces.close()

    def _remember(self, text: str, reply: str) -> None:
        if without_separator(text, self._reader):
            self._turns = (*self._turns, text, reply)

    def _material(self, text: str, values: Fill | None) -> Material[Reply]:
        (text,) = _checked([text])
        reader = self._reader
        asked = without_separator(text, reader)
        read = read_turns((*self._turns, text) if asked else (), reader)
        ids, spans = read.tokens
        self._cut = read.cut
        turns = tuple(read.text[slice(*span)] for span in read.spans)

        def answer(said: Said) -> Reply:
            return Reply(
                hypotheses=said.hypotheses,
                rate=said.rate,
                turns=turns,
                cut=read.cut,
                blanks=said.blanks,
                source=read.text,
                source_tokens=reader.tokenizer.pieces(ids),
                source_spans=spans,
                source_turns=tuple(_turn_at(span, read.spans) for span in spans),
            )

        return Material(ids if asked else (), read.text, answer, values)


def _asked_once(values: Fill | None) -> Fill | None:
    """Return values of which a function is asked for each name once only."""
    return values if values is None or isinstance(values, Mapping) else cache(values)


def _turn_at(span: tuple[int, int], turns: Sequence[tuple[int, int]]) -> int:
    """Return the last turn that begins where a token does, or before."""
    begun = [index for index, (start, _) in enumerate(turns) if start <= span[0]]
    return begun[-1] if begun else 0


def _checked(turns: Sequence[str]) -> tuple[str, ...]:
    """Return turns as they are; TypeError if one is no text."""
    if isinstance(turns, str):
        raise TypeError("turns must be several texts, not one")
    for turn in turns:
        if not isinstance(turn, str):
            raise TypeError(f"a turn must be str, not {type(turn).__name__}")
    return tuple(turns)
