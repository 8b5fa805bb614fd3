"""A text with HTML tags in it: read without them, and written with them.

Tags that nobody closes or opens stand where they belong, as points. Block elements and `<br>` end
a line. Spans of the results are places in the text as it was given, tags included.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace

from allez.results import Sentence, Translation
from allez.text.markup import OUTSIDE, Kind, Mark, Marked, weave
from allez.text.tags import scan
from allez.translate.markup import transfer

_REFERENCE = re.compile(r"&(?:[a-zA-Z]\w*|#\d+|#[xX][0-9a-fA-F]+);")
_SPACES = " \t\n\r\f"
_LINES = frozenset(
    (
        *(
            "br",
            "p",
            "div",
            "li",
            "ul",
            "ol",
            "dl",
            "dt",
            "dd",
            "table",
            "tr",
            "td",
            "th",
            "hr",
            "h1",
        ),
        *(
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "section",
            "article",
            "blockquote",
            "header",
            "footer",
            "body",
        ),
    )
)
"""Elements that end a line."""


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
        for token in scan(given, xml=False):
            if token.kind == "text":
                self._add_text(token.start, token.end)
            else:
                self._add_tag(token.kind, token.name, token.start, token.end)
        while self._open:
            self._give_up()
        self.marked = Marked("".join(self._characters), tuple(self._marks))
        """What is translated."""

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
        opened = [i for i, (other, _) in enumerate(self._open) if other == name]
        if kind == "open" and name not in ("br", "hr", "img", "wbr", "input"):
            self._open.append((name, len(self._marks)))
            self._mark("pair", raw)
        elif kind == "close" and opened:
            while len(self._open) > opened[-1] + 1:
                self._give_up()
            _, index = self._open.pop()
            self._tags[index].append(raw)
            self._marks[index] = self._marks[index]._replace(end=len(self._characters))
        else:
            self._mark("point", raw)
        if name in _LINES and self._characters and self._characters[-1] != "\n":
            self._add("\n", end, end)

    def _mark(self, kind: Kind, raw: str) -> None:
        parents = self._open[:-1] if kind == "pair" else self._open
        place = len(self._characters)
        self._marks.append(Mark(kind, place, place, parents[-1][1] if parents else OUTSIDE))
        self._tags.append([raw])

    def _give_up(self) -> None:
        """Make a point of the last tag that is open; what it seemed to enclose is its parent's."""
        _, index = self._open.pop()
        mark = self._marks[index]
        self._marks[index] = mark._replace(kind="point", end=mark.start)
        for other in range(index + 1, len(self._marks)):
            if self._marks[other].parent == index:
                self._marks[other] = self._marks[other]._replace(parent=mark.parent)

    def translated(self, translation: Translation) -> Translation:
        """Return the translation of `marked.text` as one of what was given."""
        parts: list[str] = []
        for event in weave(transfer(self.marked, translation)):
            if event.kind == "text":
                parts.append(html.escape(event.text.replace("\n", ""), quote=False))
            else:
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
