"""A text with tags in it: read without them, and written with them.

A piece of HTML: all tags are taken out, whole elements that are not to be translated are points,
and what is not within a sentence ends a line. A plain text: tags in pairs and the marks of emphasis
are taken out, `<br>` ends a line, and lines that were broken to fit are joined. Tags that nobody
closes or opens in the same line stand where they belong, as points. Spans of the results are places
in the text as it was given, and in its translation, tags included.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal, NamedTuple

from allez.results import Doubt, Hypothesis, Translation
from allez.text import (
    BLOCKS,
    INLINE,
    OUTSIDE,
    POINTS,
    SIGNS,
    SKIPPED,
    VOID,
    WORDS,
    Mark,
    Marked,
    MarkKind,
    Token,
    emphasized,
    ends,
    is_kept,
    joints,
    pairs,
    scan,
    unescape,
    weave,
)
from allez.translate.alignment import sentence_starts
from allez.translate.markup import lines, transfer

_REFERENCE = re.compile(r"&(?:[a-zA-Z]\w*|#\d+|#[xX][0-9a-fA-F]+);")
_SPACES = " \t\n\r\f"
_WITHIN = INLINE | WORDS | POINTS | SIGNS
"""Every other element ends a line of HTML."""
_WHOLE = WORDS | POINTS | SKIPPED
"""What is in these elements is not read."""
_KINDS: dict[str, Literal["open", "close"]] = {"open": "open", "close": "close"}


class _Tag(NamedTuple):
    """A tag, or an element that is not read, at a place of the text that is read."""

    kind: str
    name: str
    raw: str
    place: int
    spaces: tuple[bool, bool] = (False, False)
    """Of an element that is not read: whether white space is before and behind it."""


class _Line(NamedTuple):
    """A line of the text that is read, and what of each mark in it is written."""

    start: int
    marked: Marked
    tags: list[list[str]]
    spaces: list[tuple[bool, bool]]


class Fragment:
    """A piece of HTML, or a plain text.

    Args:
        given: the piece.
        plain: it is plain text, in which only tags in pairs, `<br>` and emphasis are markup.
    """

    def __init__(self, given: str, *, plain: bool = False) -> None:
        self.given = given
        self._plain = plain
        self._characters: list[str] = []
        self._places: list[tuple[int, int]] = []
        """Where in what was given each character of the text stands."""
        self._tags: list[_Tag] = []
        self._ours: set[int] = set()
        """Line ends that a tag has made, which are not written."""
        tokens = list(scan(given, xml=False))
        self._read(_in_pairs(tokens, given) if plain else tokens)
        if plain:
            self._join()
        self._lines = list(self._divided())
        self.marked = self._whole()
        """What is translated."""

    @property
    def has_tags(self) -> bool:
        """Whether anything is set again in the translation."""
        return bool(self._tags)

    # --- reading ------------------------------------------------------------------------------

    def _read(self, tokens: list[Token]) -> None:
        closing = ends(tokens)
        index = 0
        while index < len(tokens):
            token = tokens[index]
            last = closing.get(index, index)
            if token.kind == "text":
                self._add_text(token.start, token.end)
            elif last > index and (token.name in _WHOLE or is_kept(self.given, token)):
                end = tokens[last].end
                spaces = (self._characters[-1:] == [" "], self.given[end : end + 1] in (*_SPACES,))
                self._add_tag("single", token.name, token.start, end, spaces)
                index = last
            else:
                self._add_tag(token.kind, token.name, token.start, token.end)
            index += 1

    def _add_text(self, start: int, end: int) -> None:
        if self._tags and self._tags[-1][3:] == (len(self._characters), (True, True)):
            start += 1  # what is not read has a space on both sides, and one is read
        if self._plain:
            for at in range(start, end):
                self._add(self.given[at], at, at + 1)
            return
        position = start
        for found in [*_REFERENCE.finditer(self.given, start, end), None]:
            stop = end if found is None else found.start()
            for at in range(position, stop):
                character = self.given[at]
                self._add(" " if character in _SPACES else character, at, at + 1)
            if found is not None:
                for character in unescape(found[0]):
                    self._add(character, found.start(), found.end())
                position = found.end()

    def _add(self, character: str, start: int, end: int) -> None:
        self._characters.append(character)
        self._places.append((start, end))

    def _add_tag(
        self,
        kind: str,
        name: str,
        start: int,
        end: int,
        spaces: tuple[bool, bool] = (False, False),
    ) -> None:
        kind = kind if kind == "close" or (kind == "open" and name not in VOID) else "single"
        place = len(self._characters)
        self._tags.append(_Tag(kind, name, self.given[start:end], place, spaces))
        ends_line = name in BLOCKS if self._plain else name and name not in _WITHIN
        if ends_line and self._characters and self._characters[-1] != "\n":
            self._ours.add(place)
            self._add("\n", end, end)

    def _join(self) -> None:
        """Read lines as one that were broken to fit."""
        text = "".join(self._characters)
        found = [joint for joint in joints(text) if not self._ours & {*range(*joint[:2])}]
        if not found:
            return
        moved: list[int] = []
        characters: list[str] = []
        places: list[tuple[int, int]] = []
        position = 0
        for start, end, read in [*found, (len(text), len(text), "")]:
            moved += range(len(characters), len(characters) + start - position)
            characters += self._characters[position:start]
            places += self._places[position:start]
            moved += [len(characters)] * (end - start)
            characters += read
            places += [(self._places[start][0], self._places[end - 1][1])] if read else []
            position = end
        moved.append(len(characters))
        self._tags = [tag._replace(place=moved[tag.place]) for tag in self._tags]
        self._ours = {moved[place] for place in self._ours}
        self._characters, self._places = characters, places

    def _divided(self) -> list[_Line]:
        """Return all lines; a pair that reaches over several is two points."""
        text = "".join(self._characters)
        found: list[_Line] = []
        start, first = 0, 0
        while start <= len(text):
            end = text.find("\n", start)
            end = len(text) if end < 0 else end
            last = first
            while last < len(self._tags) and self._tags[last].place <= end:
                last += 1
            found.append(_line(start, text[start:end], self._tags[first:last]))
            start, first = end + 1, last
        return found

    def _whole(self) -> Marked:
        marks: list[Mark] = []
        for line in self._lines:
            base = len(marks)
            for kind, start, end, parent in line.marked.marks:
                parent = OUTSIDE if parent == OUTSIDE else parent + base
                marks.append(Mark(kind, start + line.start, end + line.start, parent))
        return Marked("".join(self._characters), tuple(marks))

    # --- writing ------------------------------------------------------------------------------

    def translated(self, translation: Translation) -> Translation:
        """Return the translation of `marked.text` as one of what was given."""
        ranks = [
            self._written(_ranked(translation, rank)) for rank in range(len(translation.texts))
        ]
        sentences = []
        for number, sentence in enumerate(translation.sentences):
            hypotheses = tuple(
                found[number] for (_, found), _ in zip(ranks, sentence.hypotheses, strict=False)
            )
            start, end = self._span(sentence.start, sentence.end)
            sentences.append(
                replace(
                    sentence,
                    source=self.given[start:end],
                    start=start,
                    end=end,
                    source_spans=tuple(self._span(*span) for span in sentence.source_spans),
                    hypotheses=hypotheses,
                    check=partial(self._doubts, sentence.check),
                )
            )
        return Translation(
            source=self.given,
            texts=tuple(text for text, _ in ranks),
            sentences=tuple(sentences),
        )

    def _doubts(self, check: Callable[[], tuple[Doubt, ...]]) -> tuple[Doubt, ...]:
        found = []
        for doubt in check():
            if doubt.start is not None and doubt.end is not None:
                start, end = self._span(doubt.start, doubt.end)
                doubt = doubt._replace(start=start, end=end)
            found.append(doubt)
        return tuple(found)

    def _span(self, start: int, end: int) -> tuple[int, int]:
        if start < end:
            return self._places[start][0], self._places[end - 1][1]
        place = self._places[start - 1][1] if start else 0
        return place, place

    def _written(self, translation: Translation) -> tuple[str, list[Hypothesis]]:
        """Return the text with its tags, and of each sentence what was said, with them too."""
        out = _Out(plain=self._plain)
        pairs_of_lines = zip(self._lines, lines(self.marked, translation), strict=True)
        for line, ((_, end), _, inner) in pairs_of_lines:
            out.line(line, transfer(line.marked, inner))
            if end < len(self.marked.text):
                out.text("" if end in self._ours else "\n", 1)
        starts = sentence_starts(translation)
        found = [
            out.moved(sentence.hypotheses[0], start)
            for sentence, start in zip(translation.sentences, starts, strict=True)
        ]
        return "".join(out.parts), found


def read_markup(text: str, markup: Literal["html"] | None) -> Fragment | None:
    """Return what is markup in a text; None: it is read as it stands."""
    if markup is not None:
        return Fragment(text)
    fragment = Fragment(text, plain=True)
    return fragment if fragment.has_tags or fragment.marked.text != text else None


class _Out:
    """What is written, and where in it each character of the translation without tags stands."""

    def __init__(self, *, plain: bool) -> None:
        self._plain = plain
        self.parts: list[str] = [""]
        self._length = 0
        self._starts: list[int] = []
        self._ends: list[int] = []

    def line(self, line: _Line, placed: Marked) -> None:
        """Write a line with its tags; what was not read has white space around it again."""
        apart = False
        for event in weave(placed):
            if event.kind == "text":
                if apart and event.text[:1].isalnum():
                    self._write(" ")
                for character in event.text:
                    written = character if self._plain else html.escape(character, quote=False)
                    self.text(written, 1)
                apart = apart and not event.text
                continue
            before, behind = line.spaces[event.mark]
            if before and self.parts[-1] and not self.parts[-1][-1].isspace():
                self._write(" ")
            apart = apart or behind
            self._write(line.tags[event.mark][event.kind == "close"])

    def text(self, written: str, count: int) -> None:
        """Write what stands for so many characters of the translation."""
        start = self._length
        self._write(written)
        self._starts += [start] * count
        self._ends += [self._length] * count

    def _write(self, text: str) -> None:
        self.parts.append(text)
        self._length += len(text)

    def moved(self, hypothesis: Hypothesis, start: int) -> Hypothesis:
        """Return what was said of a sentence whose translation begins at `start`, with its tags."""
        begin, end = self._span(start, start + len(hypothesis.text))
        text = "".join(self.parts)[begin:end]
        spans = (self._span(start + low, start + high) for low, high in hypothesis.spans)
        return replace(
            hypothesis,
            text=text,
            spans=tuple((max(low - begin, 0), max(high - begin, 0)) for low, high in spans),
        )

    def _span(self, start: int, end: int) -> tuple[int, int]:
        if start < end:
            return self._starts[start], self._ends[end - 1]
        place = self._ends[start - 1] if start else 0
        return place, place


def _in_pairs(tokens: Sequence[Token], text: str) -> list[Token]:
    """Return the tokens of a plain text: of its tags only those in pairs, and `<br>`; emphasis."""
    paired = pairs(tokens)
    found: list[Token] = []
    for index, token in enumerate(tokens):
        if index in paired or (token.name == "br" and token.kind in ("open", "single")):
            found.append(token)
        else:
            found += emphasized(text, token.start, token.end)
    return found


def _line(start: int, text: str, tags: Sequence[_Tag]) -> _Line:
    """Return a line with its marks; tags that nobody closes or opens in it are points."""
    paired = pairs([Token(_KINDS.get(tag.kind, "other"), 0, 0, tag.name) for tag in tags])
    marks: list[Mark] = []
    raws: list[list[str]] = []
    spaces: list[tuple[bool, bool]] = []
    waiting: list[int] = []
    for index, tag in enumerate(tags):
        place = tag.place - start
        other = paired.get(index)
        if other is not None and other < index:
            mark = waiting.pop()
            marks[mark] = marks[mark]._replace(end=place)
            raws[mark].append(tag.raw)
            continue
        kind: MarkKind = "point" if other is None else "pair"
        marks.append(Mark(kind, place, place, waiting[-1] if waiting else OUTSIDE))
        raws.append([tag.raw])
        spaces.append(tag.spaces)
        if kind == "pair":
            waiting.append(len(marks) - 1)
    return _Line(start, Marked(text, tuple(marks)), raws, spaces)


def _ranked(translation: Translation, rank: int) -> Translation:
    """Return a translation as if one of its answers were the best."""
    sentences = tuple(
        replace(s, hypotheses=(s.hypotheses[min(rank, len(s.hypotheses) - 1)],))
        for s in translation.sentences
    )
    return Translation(
        source=translation.source, texts=(translation.texts[rank],), sentences=sentences
    )
