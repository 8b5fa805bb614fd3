"""A document: segments to translate, and between them a skeleton that nobody touches.

A format takes a file apart (`Builder`), and says of each segment how a translation is written in
its place. A segment that comes back as it was is written as it stood, byte for byte.
Knows nothing of any format, nor of translation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from allez.text.markup import Marked, check

Template = tuple["str | int", ...]
"""What is written in some place: strings, and the numbers of segments that stand between them."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a document that is translated as a whole: a paragraph, a cell, a label."""

    source: Marked
    """What is translated."""
    raw: Template
    """How it stands in the document. Segments within it (a picture's description in the middle of
    a paragraph) come before it in the document's list."""
    write: Callable[[Marked], Template]
    """Makes of a translation with as many marks what stands in its place."""
    line: int
    """Of the text that it stands in, from 1."""


class Document(Protocol):
    """What a format makes of a file."""

    @property
    def segments(self) -> Sequence[Segment]:
        """What can be translated, in order."""

    @property
    def notes(self) -> Sequence[str]:
        """What may be a slip, with its place: what was left alone, what stands twice."""

    def place(self, number: int) -> str:
        """Say where in the file the segment of that number, from 0, is found."""

    def render(self, translations: Sequence[Marked]) -> bytes:
        """Return the file with each segment's translation in its place.

        Args:
            translations: one for each segment, with as many marks as it has.
        """


@dataclass(frozen=True, slots=True)
class TextDocument:
    """A document that is one text in some encoding."""

    segments: Sequence[Segment]
    skeleton: Template
    """The whole; each segment that is not within another stands in it once."""
    encode: Callable[[str], bytes]
    notes: Sequence[str] = ()

    def place(self, number: int) -> str:
        """See `Document`."""
        return f"line {self.segments[number].line}"

    def render(self, translations: Sequence[Marked]) -> bytes:
        """See `Document`."""
        return self.encode(render_text(self.segments, self.skeleton, translations))


def render_text(
    segments: Sequence[Segment], skeleton: Template, translations: Sequence[Marked]
) -> str:
    """Return a skeleton with all translations in their places.

    Raises:
        ValueError: a translation has other marks than its segment, or they do not nest.
    """
    written: list[str] = []

    def fill(template: Template) -> str:
        return "".join(part if isinstance(part, str) else written[part] for part in template)

    for segment, translation in zip(segments, translations, strict=True):
        if translation == segment.source:
            written.append(fill(segment.raw))
            continue
        if len(translation.marks) != len(segment.source.marks):
            raise ValueError("a translation has other marks than its segment")
        check(translation)
        written.append(fill(segment.write(translation)))
    return fill(skeleton)


class Builder:
    """Collects the segments of one text; what is between them becomes the skeleton."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.notes: list[str] = []
        self._segments: list[Segment] = []
        self._spans: list[tuple[int, int, int]] = []
        self._looked = 0, 1

    def add(self, start: int, end: int, source: Marked, write: Callable[[Marked], Template]) -> int:
        """Add the segment at `text[start:end]`; return its number.

        Those added before that lie in `text[start:end]` become parts of it: `write` may name them.
        None may lie across its edges.
        """
        raw = self.template(start, end)
        behind: list[tuple[int, int, int]] = []
        while self._spans and self._spans[-1][0] >= start:
            span = self._spans.pop()
            if span[0] >= end:
                behind.append(span)
        self._spans += [(start, end, len(self._segments)), *reversed(behind)]
        self._segments.append(Segment(source, raw, write, self._line(start)))
        return len(self._segments) - 1

    def note(self, position: int, what: str) -> None:
        """Remember what is to be said of a place of the text, with its line."""
        self.notes.append(f"line {self._line(position)}: {what}")

    def _line(self, position: int) -> int:
        """Return the line of a place, counted from the place that was asked for before."""
        before, line = self._looked
        line += self.text.count("\n", before, position)
        line -= self.text.count("\n", position, before)
        self._looked = position, line
        return line

    def template(self, start: int, end: int) -> Template:
        """Return a stretch of the text with the numbers of the segments that stand in it so far."""
        parts: list[str | int] = []
        position = start
        first = len(self._spans)
        while first and self._spans[first - 1][1] > start:
            first -= 1
        for low, high, number in self._spans[first:]:
            if low >= end:
                break
            if low < position or high > end:
                raise ValueError("segments must be added in order, and lie within each other")
            parts += [self.text[position:low], number]
            position = high
        parts.append(self.text[position:end])
        return tuple(part for part in parts if part != "")

    def build(self, encode: Callable[[str], bytes]) -> TextDocument:
        """Return the document."""
        skeleton = self.template(0, len(self.text))
        return TextDocument(tuple(self._segments), skeleton, encode, tuple(self.notes))
