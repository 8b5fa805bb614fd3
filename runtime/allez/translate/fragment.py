"""A text with HTML tags in it: read without them, and written with them.

Tags that nobody closes or opens stand where they belong, as points, and so do whole elements that
are not to be translated. What is not within a sentence ends a line. Spans of the results are places
in the text as it was given, tags included.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace

from allez.results import Sentence, Translation
from allez.text.elements import INLINE, POINTS, SIGNS, SKIPPED, VOID, WORDS, is_kept
from allez.text.markup import OUTSIDE, Kind, Mark, Marked, weave
from allez.text.tags import Token, ends, scan
from allez.translate.markup import transfer

_REFERENCE = re.compile(r"&(?:[a-zA-Z]\w*|#\d+|#[xX][0-9a-fA-F]+);")
_SPACES = " \t\n\r\f"
_WITHIN = INLINE | WORDS | POINTS | SIGNS
"""Every other element ends a line."""
_WHOLE = WORDS | POINTS | SKIPPED
"""What is in these elements is not read."""


class Fragment:
    """A piece of HTML.

    Args:
        given: the piece.
    """

    def __init__(self, given: str) -> None:
        self.given = given
        self._characters: list[str] = []
        self._places: list[tuple[int, int]] = []
        """Where in what was given each character of the text stands."""
        self._marks: list[Mark] = []
        self._tags: list[list[str]] = []
        self._open: list[tuple[str, int]] = []
        self._spaces: dict[int, tuple[bool, bool]] = {}
        """Of the elements that are not read: whether white space is before and behind them."""
        self._waiting: dict[str, int] = {}
        """How many pairs of each name are open."""
        self._read(list(scan(given, xml=False)))
        while self._open:
            self._give_up()
        for index, mark in enumerate(self._marks):  # what an open end seemed to enclose
            if mark.parent != OUTSIDE and self._marks[mark.parent].kind == "point":
                parent = self._marks[mark.parent].parent
                self._marks[index] = mark._replace(parent=parent)
        self.marked = Marked("".join(self._characters), tuple(self._marks))
        """What is translated."""

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
                self._spaces[len(self._marks)] = spaces
                self._add_tag("single", token.name, token.start, end)
                index = last
            else:
                self._add_tag(token.kind, token.name, token.start, token.end)
            index += 1

    def _add_text(self, start: int, end: int) -> None:
        position = start
        for found in [*_REFERENCE.finditer(self.given, start, end), None]:
            stop = end if found is None else found.start()
            for at in range(position, stop):
                character = self.given[at]
                self._add(" " if character in _SPACES else character, at, at + 1)
            if found is not None:
                for character in html.unescape(found[0]):
                    self._add(character, found.start(), found.end())
                position = found.end()

    def _add(self, character: str, start: int, end: int) -> None:
        self._characters.append(character)
        self._places.append((start, end))

    def _add_tag(self, kind: str, name: str, start: int, end: int) -> None:
        raw = self.given[start:end]
        if kind == "open" and name not in VOID:
            self._open.append((name, len(self._marks)))
            self._waiting[name] = self._waiting.get(name, 0) + 1
            self._mark("pair", raw)
        elif kind == "close" and self._waiting.get(name):
            while self._open[-1][0] != name:
                self._give_up()
            index = self._pop()
            self._tags[index].append(raw)
            self._marks[index] = self._marks[index]._replace(end=len(self._characters))
        else:
            self._mark("point", raw)
        ends_line = name and name not in _WITHIN
        if ends_line and self._characters and self._characters[-1] != "\n":
            self._add("\n", end, end)

    def _mark(self, kind: Kind, raw: str) -> None:
        depth = len(self._open) - (kind == "pair")
        place = len(self._characters)
        parent = self._open[depth - 1][1] if depth else OUTSIDE
        self._marks.append(Mark(kind, place, place, parent))
        self._tags.append([raw])

    def _pop(self) -> int:
        """Return the mark of the last tag that is open, which is open no more."""
        name, index = self._open.pop()
        self._waiting[name] -= 1
        return index

    def _give_up(self) -> None:
        """Make a point of the last tag that is open."""
        index = self._pop()
        mark = self._marks[index]
        self._marks[index] = mark._replace(kind="point", end=mark.start)

    def translated(self, translation: Translation) -> Translation:
        """Return the translation of `marked.text` as one of what was given."""
        parts = [""]
        apart = False
        for event in weave(transfer(self.marked, translation)):
            if event.kind == "text":
                text = html.escape(event.text.replace("\n", ""), quote=False)
                parts.append(" " + text if apart and text[:1].isalnum() else text)
                apart = apart and not text
            else:
                before, behind = self._spaces.get(event.mark, (False, False))
                if before and parts[-1] and not parts[-1][-1].isspace():
                    parts.append(" ")
                apart = apart or behind
                parts.append(self._tags[event.mark][event.kind == "close"])
        return Translation(
            source=self.given,
            texts=("".join(parts),),
            sentences=tuple(self._placed(sentence) for sentence in translation.sentences),
        )

    def _placed(self, sentence: Sentence) -> Sentence:
        start, end = self._span(sentence.start, sentence.end)
        return replace(
            sentence,
            source=self.given[start:end],
            start=start,
            end=end,
            source_spans=tuple(self._span(*span) for span in sentence.source_spans),
        )

    def _span(self, start: int, end: int) -> tuple[int, int]:
        if start < end:
            return self._places[start][0], self._places[end - 1][1]
        place = self._places[start - 1][1] if start else 0
        return place, place
