"""Paragraphs made of runs, as Office has them: each run is a stretch of text in one style.

The style that most of a paragraph is in is no mark; every other one is a pair around its words.
What is no text (pictures, notes, bookmarks) is a point, links and the like are pairs.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace

from allez.documents.document import Builder, Template
from allez.documents.inline import Gatherer, Inline
from allez.documents.mixed import MOST_MARKS
from allez.documents.office_values import add_values
from allez.documents.run_names import Runs
from allez.documents.values import escape_text
from allez.documents.wrapping import ends_sentence
from allez.text.markup import Marked, weave
from allez.text.references import unescape
from allez.text.tags import Token, attributes, ends, scan


@dataclass(slots=True)
class _Piece:
    """What comes next in a paragraph."""

    kind: str  # "text", "open", "close", "point", "break"
    start: int
    end: int
    style: Template = ()
    text: str = ""
    name: str = ""
    markup: Template = ()
    run: int = -1
    """Which run it stands in; -1: beside them."""
    head: Template = ()
    """What begins that run, its style included."""
    enters: int | None = None
    """Which run its beginning stands in, if that is another one."""

    @property
    def first_run(self) -> int:
        """Which run its beginning stands in."""
        return self.run if self.enters is None else self.enters


_INITIAL = re.compile(r"\bdropCap\s*=\s*[\"'](?:drop|margin)[\"']")
_PLAIN: Template = ("-",)
"""The style of text that is in no run."""


def add_paragraphs(builder: Builder, names: Runs, keep: Container[str] = frozenset()) -> None:
    """Find the paragraphs of a part, and add those with letters to its builder.

    Args:
        builder: of the part's text.
        names: what its elements are called.
        keep: paragraphs with just this text are left alone.
    """
    names = names.in_words_of(builder.text)
    _Finder(builder, names, list(scan(builder.text, xml=True)), keep).find()


class _Finder:
    def __init__(
        self, builder: Builder, names: Runs, tokens: Sequence[Token], keep: Container[str]
    ) -> None:
        self.builder, self.names, self.tokens, self.keep = builder, names, tokens, keep
        self.ends = ends(tokens)

    def find(self) -> None:
        self.within(0, len(self.tokens))

    def within(self, first: int, last: int) -> None:
        """Add the paragraphs that begin in a stretch of tokens, innermost first."""
        index = first
        while index < last:
            token = self.tokens[index]
            add_values(self.builder, token)
            if token.name in self.names.shape and token.kind == "open" and self.is_prompt(index):
                index = self.ends[index]
            elif token.kind == "open" and token.name in self.names.paragraph:
                index = self.paragraph(index)
            index += 1

    def is_prompt(self, index: int) -> bool:
        """Tell whether what a shape says is said to who fills it in, and to nobody else."""
        inside = self.tokens[index : self.ends[index]]
        return any(token.name in self.names.prompt for token in inside)

    def paragraph(self, index: int) -> int:
        """Add a paragraph, and the next one if this is its large initial; return its last token."""
        pieces = self.pieces(index)
        end = self.ends[index]
        if (following := self.after_initial(index, pieces)) >= 0:
            rest = self.pieces(following)
            if pieces[0].style not in [p.style for p in rest if p.kind == "text"] and rest:
                span = pieces[-1].end, rest[0].start
                pieces += [_Piece("point", *span, markup=self.builder.template(*span)), *rest]
            else:
                self.add(pieces)
                pieces = rest
            end = self.ends[following]
        self.add(pieces)
        return end

    def after_initial(self, index: int, pieces: Sequence[_Piece]) -> int:
        """Return where the paragraph begins whose first letter is this one's text; -1: it is none.

        Word sets such a letter in a paragraph of its own.
        """
        if len(pieces) != 1 or sum(map(str.isalpha, pieces[0].text)) != 1:
            return -1
        start = self.tokens[index].start
        if not _INITIAL.search(self.builder.text, start, pieces[0].start):
            return -1
        following = self.ends[index] + 1
        while following < len(self.tokens) and self.tokens[following].kind == "text":
            following += 1
        token = self.tokens[following] if following < len(self.tokens) else None
        is_next = token and token.kind == "open" and token.name in self.names.paragraph
        return following if is_next else -1

    def pieces(self, index: int) -> list[_Piece]:
        """Return what is in the paragraph that begins with a token."""
        pieces: list[_Piece] = []
        index, last = index + 1, self.ends[index]
        while index < last:
            index = self.child(pieces, index)
        return pieces

    def child(self, pieces: list[_Piece], index: int) -> int:
        """Take a child of a paragraph; return the token behind it, or behind the tag that opens."""
        token, names = self.tokens[index], self.names
        end = self.ends.get(index, index)
        span = token.start, self.tokens[end].end
        if token.kind == "text" and not self.builder.text[slice(*span)].strip():
            return index + 1
        if token.name == names.run and token.kind == "open":
            self.run(pieces, index, end)
        elif token.name == names.text and token.kind == "open":  # a cell without runs
            self.content(pieces, index, end, _PLAIN)
        elif token.name in names.around and token.kind != "single":
            add_values(self.builder, token)
            markup = self.builder.template(token.start, token.end)
            pieces.append(
                _Piece(token.kind, token.start, token.end, name=token.name, markup=markup)
            )
            return index + 1
        elif token.name not in names.head:
            self.point(pieces, index, end, "break" if token.name in names.breaks else "point")
        return end + 1

    def run(self, pieces: list[_Piece], index: int, end: int) -> None:
        """Take the children of a run."""
        text, names = self.builder.text, self.names
        opening = text[self.tokens[index].start : self.tokens[index].end]
        spelled = dict(names.spelled)
        style: Template = ()
        begin = self.tokens[index].start
        for child in self.children(index, end):
            token, last = self.tokens[child], self.ends.get(child, child)
            if token.name == names.style:
                self.within(child + 1, last)
                style = self.builder.template(token.start, self.tokens[last].end)
                continue
            if token.name == names.text and token.kind == "open":
                self.content(pieces, child, last, style)
            elif (read := spelled.get(token.name)) is not None:
                span = token.start, self.tokens[last].end
                pieces.append(_Piece("text", *span, style=style, text=read))
            else:
                self.point(pieces, child, last, "break" if token.name in names.breaks else "point")
                pieces[-1].markup = (opening, *style, *pieces[-1].markup, f"</{names.run}>")
                if token.name == names.field:
                    pieces[-1].name = self.field_part(token)
            pieces[-1].run, pieces[-1].head = index, (opening, *style)
            pieces[-1].start, begin = begin, pieces[-1].end
        if pieces and pieces[-1].run == index:
            pieces[-1].end = self.tokens[end].end

    def children(self, index: int, end: int) -> list[int]:
        """Return the elements directly within another."""
        found: list[int] = []
        child = index + 1
        while child < end:
            if self.tokens[child].kind in ("open", "single"):
                found.append(child)
            child = self.ends.get(child, child) + 1
        return found

    def content(self, pieces: list[_Piece], index: int, end: int, style: Template) -> None:
        inside = self.builder.text[self.tokens[index].end : self.tokens[end].start]
        span = self.tokens[index].start, self.tokens[end].end
        pieces.append(_Piece("text", *span, style=style, text=unescape(inside)))

    def point(self, pieces: list[_Piece], index: int, end: int, kind: str) -> None:
        """Take an element as it is, but for paragraphs within it (in a text box)."""
        add_values(self.builder, self.tokens[index])
        self.within(index + 1, end)
        span = self.tokens[index].start, self.tokens[end].end
        pieces.append(_Piece(kind, *span, markup=self.builder.template(*span)))

    def field_part(self, token: Token) -> str:
        """Return what a field's character does: "begin", "separate" or "end"."""
        text = self.builder.text
        for attribute in attributes(text, token):
            if attribute.name.endswith("fldCharType"):
                return text[attribute.start : attribute.end]
        return ""

    def with_fields(self, pieces: list[_Piece]) -> list[_Piece]:
        """Return pieces with each field as one point, or as a pair around what it shows.

        Its parts stay in their order so, wherever the words around them go. Nothing is returned
        where one begins and ends within different elements.
        """
        result: list[_Piece] = []
        begun: list[tuple[int, int]] = []
        for piece in pieces:
            result.append(piece)
            if piece.name == "begin":
                begun.append((len(result) - 1, -1))
            elif piece.name == "separate" and begun:
                begun[-1] = (begun[-1][0], len(result) - 1)
            elif piece.name == "end" and begun:
                first, middle = begun.pop()
                if not _nests(result[first:]):
                    self.builder.note(
                        pieces[0].start, "a paragraph with a field across elements is left alone"
                    )
                    return []
                inside = result[middle + 1 : -1] if middle >= 0 else []
                shown = "".join(p.text for p in inside)
                if any(map(str.isalpha, shown)) and not begun:
                    opens = self.joined(result[first : middle + 1], "open", "field")
                    closes = self.joined([piece], "close", "field")
                    result[first:] = [opens, *inside, closes]
                else:
                    result[first:] = [self.joined(result[first:], "point", "")]
        return result

    def joined(self, pieces: Sequence[_Piece], kind: str, name: str) -> _Piece:
        """Return several pieces as one."""
        names = self.names
        markup: list[str | int] = []
        for piece in pieces:
            written = f"<{names.text}>{escape_text(piece.text)}</{names.text}>"
            whole = (*(piece.head or (f"<{names.run}>",)), f"{written}</{names.run}>")
            markup += piece.markup if piece.kind != "text" else whole
        first, last = pieces[0], pieces[-1]
        return replace(
            last,
            kind=kind,
            start=first.start,
            name=name,
            markup=tuple(markup),
            enters=first.first_run,
        )

    def add(self, pieces: list[_Piece]) -> None:
        """Add the segments of a paragraph: one, or several where line breaks divide it for good."""
        pieces = self.with_fields(pieces) if self.names.field else pieces
        depth = first = 0
        for index, piece in enumerate(pieces):
            depth += {"open": 1, "close": -1}.get(piece.kind, 0)
            if (
                piece.kind == "break"
                and not depth
                and _is_hard(pieces[first:index], itertools.islice(pieces, index, None))
            ):
                self.add_part(pieces, first, index)
                first = index + 1
        self.add_part(pieces, first, len(pieces))

    def add_part(self, pieces: list[_Piece], first: int, last: int) -> None:
        """Add the segment of some pieces of a paragraph, if they have letters."""
        while first < last and pieces[first].kind in ("point", "break"):
            first += 1
        while first < last and pieces[last - 1].kind in ("point", "break"):
            last -= 1
        part = pieces[first:last]
        texts = [piece for piece in part if piece.kind == "text"]
        if "".join(piece.text for piece in texts) in self.keep:
            return
        sizes: dict[Template, int] = {}
        for piece in texts:
            sizes[piece.style] = sizes.get(piece.style, 0) + len(piece.text)
        base = max(sizes, key=lambda style: sizes[style], default=())
        if len(part) > MOST_MARKS:
            self.builder.note(part[0].start, f"a paragraph of {len(part)} runs is left alone")
            return
        inline = _gathered(part, base)
        if not inline.has_words:
            return
        within = pieces[first - 1].run if first else -1
        following = pieces[last] if last < len(pieces) else None
        closing = (
            f"</{self.names.run}>" if part[0].first_run >= 0 and part[0].first_run == within else ""
        )
        same = following is not None and part[-1].run >= 0 and part[-1].run == following.first_run
        writer = _Writer(inline, self.names, base, closing, part[-1].head if same else ())
        self.builder.add(part[0].start, part[-1].end, inline.marked, writer)


def _nests(pieces: Sequence[_Piece]) -> bool:
    """Tell whether each element that is opened in a stretch is closed in it, and no other one."""
    depth = 0
    for piece in pieces:
        depth += {"open": 1, "close": -1}.get(piece.kind, 0)
        if depth < 0:
            return False
    return depth == 0


def _is_hard(before: Sequence[_Piece], after: Iterable[_Piece]) -> bool:
    """Tell whether a line break ends a sentence, rather than a line of one."""
    texts = (piece.text.strip() for piece in after if piece.kind == "text")
    following = next(filter(None, texts), "")
    return not following[:1].islower() or ends_sentence("".join(piece.text for piece in before))


def _gathered(pieces: Sequence[_Piece], base: Template) -> Inline:
    """Return a stretch of a paragraph; text in another style than `base` is a pair."""
    gatherer = Gatherer()
    current = base
    for piece in pieces:
        if piece.kind == "text" and not piece.text:
            continue
        style = piece.style if piece.kind == "text" else current
        if piece.kind in ("open", "close"):
            style = base
        if style != current and current != base:
            gatherer.close("style", ())
        if style != current and style != base:
            gatherer.open("style", style)
        current = style
        _gather(gatherer, piece)
    if current != base:
        gatherer.close("style", ())
    return gatherer.finish(spaced=True)


def _gather(gatherer: Gatherer, piece: _Piece) -> None:
    if piece.kind == "text":
        gatherer.text(piece.text)
    elif piece.kind == "open":
        gatherer.open(piece.name, piece.markup)
    elif piece.kind == "close":
        gatherer.close(piece.name, piece.markup)
    else:
        gatherer.point(piece.markup, space=piece.kind == "break")


class _Writer:
    """Writes a paragraph, or a line of it, as runs again.

    Args:
        inline: what is written.
        names: of the elements.
        base: the style of most of it.
        closing: closes the run that it begins in; "" if it begins with one.
        opening: opens the run that it ends in; nothing if it ends with one.
    """

    def __init__(
        self, inline: Inline, names: Runs, base: Template, closing: str, opening: Template
    ) -> None:
        self._inline, self._names, self._base = inline, names, base
        self._closing, self._opening = closing, opening

    def __call__(self, translated: Marked) -> Template:
        written = (self._closing, *self._runs(translated), *self._opening)
        return tuple(part for part in written if part != "")

    def _runs(self, translated: Marked) -> Template:
        parts: list[str | int] = []
        waiting, style, apart = "", self._base, True
        for event in weave(translated):
            if event.kind in ("text", "word"):
                word = (
                    "".join(map(str, self._inline.opens[event.mark]))
                    if event.kind == "word"
                    else ""
                )
                around = translated.marks[event.mark].parent if event.kind == "word" else event.mark
                own = self._style(translated, around)
                if own != style:
                    parts += self._run(waiting, style)
                    waiting = ""
                said = event.text if apart else event.text.removeprefix(" ")
                waiting, style, apart = waiting + said + word, own, True
                continue
            if not self._is_style(event.mark):
                if event.mark in self._inline.breaks:
                    apart = waiting.endswith(" ")
                    waiting = waiting.removesuffix(" ")
                parts += self._run(waiting, style)
                waiting = ""
                closes = event.kind == "close"
                parts += (self._inline.closes if closes else self._inline.opens)[event.mark]
        return (*parts, *self._run(waiting, style))

    def _is_style(self, mark: int) -> bool:
        """Tell whether a mark is a style: a pair that nothing is written for at its end."""
        return self._inline.marked.marks[mark].kind == "pair" and not self._inline.closes[mark]

    def _style(self, translated: Marked, mark: int) -> Template:
        """Return the style of what stands in a mark: that of the innermost pair that is one."""
        while mark >= 0:
            if self._is_style(mark):
                return self._inline.opens[mark]
            mark = translated.marks[mark].parent
        return self._base

    def _run(self, text: str, style: Template) -> Template:
        if not text:
            return ()
        names = self._names
        space = ' xml:space="preserve"' if names.spaced else ""
        written = f"<{names.text}{space}>{escape_text(text)}</{names.text}>"
        if style == _PLAIN:
            return (written,)
        return (f"<{names.run}>", *style, f"{written}</{names.run}>")
