"""What comes out where no sentence is translated: summaries, replies, captions, self-tests.

All frozen, nothing aware of ONNX. Apart from results.py, since a translation waits for none of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from allez.results import NBest


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer(NBest):
    """What was written about one thing that was read; summaries, replies and captions are such.

    About nothing it says nothing: its text is empty.
    """

    def __str__(self) -> str:
        return self.text

    @property
    def texts(self) -> tuple[str, ...]:
        """`n_best` texts, best first; never empty."""
        return tuple(hypothesis.text for hypothesis in self.hypotheses)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Summary(Answer):
    """What a text is about, in a line."""

    source: str
    """The text given."""
    read: tuple[int, int]
    """`source[start:end]` is what was read: all but white space at the ends, or less."""
    cut: bool
    """Whether it is less, since the text is longer than the bundle reads."""
    source_tokens: tuple[str, ...]
    """[S] subwords read by the encoder; the last one is the end, spelled `</s>`."""
    source_spans: tuple[tuple[int, int], ...]
    """[S]: where each stands in `source`, the space before it not counted; that of `</s>` is empty,
    at the end of what was read."""


class Blank(NamedTuple):
    """Something that only a program can know, and for which a reply has a place."""

    name: str
    """As `restaurant name`."""
    value: str | None
    """What was put there; None: nobody gave it, and the name stands there in brackets."""
    start: int
    """`text[start:end]` of the reply is the value, or name and brackets."""
    end: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reply(Answer):
    """What is said next in a dialogue."""

    turns: tuple[str, ...]
    """Those that were read, of both sides, the oldest first; of one too long alone, its end."""
    cut: bool
    """Whether a turn, or the beginning of one, was left out since there was no room for it."""
    blanks: tuple[Blank, ...]
    """Of the best reply, in order."""
    source: str
    """What was read: `turns`, with what the bundle puts between them."""
    source_tokens: tuple[str, ...]
    """[S] subwords read by the encoder; the last one is the end, spelled `</s>`."""
    source_spans: tuple[tuple[int, int], ...]
    """[S]: where each stands in `source`; that of `</s>` is empty, at its end."""
    source_turns: tuple[int, ...]
    """[S]: which of `turns` each belongs to; what stands between two, to the one before."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Caption(Answer):
    """What a picture shows."""

    grid: tuple[int, int]
    """Rows and columns: the M positions of `attention` lie over the picture, as it is fitted into
    the bundle's size, row by row; (1, 1) where there is no attention."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """How one example of `golden.jsonl` came out on this machine."""

    text: str
    expected: str
    translation: str
    problem: str | None
    """What differs; None if nothing does."""

    @property
    def passed(self) -> bool:
        """Whether everything is as recorded."""
        return self.problem is None
