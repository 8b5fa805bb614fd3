"""Elements with text and tags among each other: what HTML and the XML formats have in common.

Tokens between two block elements make a run. A run with letters is a segment; its inline tags are
marks, its attributes that people read are segments of their own. What a format calls what, its
`Profile` says.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from allez.documents.copied import ARROW, is_pointing, with_copied
from allez.documents.document import Builder, Template
from allez.documents.inline import Gatherer, Inline
from allez.documents.seams import Item, seams
from allez.documents.values import Value, escape_text, escape_value
from allez.documents.wrapping import ends_sentence
from allez.text.elements import PARAGRAPHS, VOID
from allez.text.markup import Marked
from allez.text.references import unescape
from allez.text.tags import Attribute, Kind, Token, attributes, ends, scan

_UNFINISHED = re.compile(r"</?[a-zA-Z]")
_REFERENCE = 4
"""Characters of a reference to a note: `1`, `[12]`."""

MOST_MARKS = 1000
"""A run with more is no paragraph of a text; it is left alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What the elements of one format mean; names as the scanner gives them."""

    xml: bool = True
    inline: frozenset[str] = frozenset()
    """Within a sentence; every other element ends one."""
    words: frozenset[str] = frozenset()
    """Within a sentence, their content untouched: code."""
    points: frozenset[str] = frozenset()
    """Within a sentence, and nothing in them is read: pictures, notes."""
    nested: frozenset[str] = frozenset()
    """Points with paragraphs of their own in them: notes, text boxes."""
    breaks: frozenset[str] = frozenset()
    """Line breaks and tabs: they keep words apart, and mostly sentences."""
    signs: frozenset[str] = frozenset()
    """Points if there is no letter in them: a number of a note, a square."""
    skipped: frozenset[str] = frozenset()
    """Their content is nothing to translate."""
    only: frozenset[str] = frozenset()
    """If there are any: nothing outside of these elements is translated."""
    is_text: Callable[[str, Token, str], bool] = lambda text, tag, name: False
    """Whether an attribute is read by people: of the text, a tag and the attribute's name."""
    is_kept: Callable[[str, Token], bool] = lambda text, tag: False
    """Whether a tag says that its element is not to be translated."""
    unescape: Callable[[str], str] = unescape
    escape: Callable[[str], str] = escape_text
    edge: re.Pattern[str] = re.compile(r"[ \t\r\n\f]+")
    """White space as it is spelled, which stays where it is around a run."""
    spaced: bool = False
    """White space that `unescape` returns is meant."""
    read_cdata: Callable[[str], str] = str
    write_cdata: Callable[[str, str], str] = lambda text, raw: text
    """Given what is written, and what stood there."""
    percent: bool = False
    """See `Gatherer`."""
    quoted: bool = False
    """Quotes around a run are no part of it."""
    references: frozenset[str] = frozenset()
    """Points if they stand right behind a word, and are a number or a sign: to a note."""
    links: frozenset[str] = frozenset()
    """If there are any, styles may set apart what tags part: links alone are read one by one, and
    so are elements that meet where no word goes on."""


def add_segments(
    builder: Builder, profile: Profile, *, start: int = 0, end: int | None = None
) -> None:
    """Find the segments of `text[start:end]` in the way of a profile; add them to its builder."""
    tokens = [
        token._replace(start=token.start + start, end=token.end + start)
        for token in _scanned(builder.text[start:end], xml=profile.xml)
    ]
    _Runs(builder, profile, tokens).find()


def _scanned(text: str, *, xml: bool) -> Iterator[Token]:
    """Yield the tokens of a text; a section of CDATA is one, also in HTML, which may be XML."""
    position = 0
    for token in scan(text, xml=xml):
        if token.end <= position:
            continue
        if token.start < position:
            kind: Kind = "text" if token.kind == "text" else "other"
            token = Token(kind, position, token.end)
        if token.kind == "other" and text.startswith("<![CDATA[", token.start):
            closing = text.find("]]>", token.start)
            token = token._replace(end=max(token.end, closing + len("]]>")))
        yield token
        position = token.end


class _Runs:
    def __init__(self, builder: Builder, profile: Profile, tokens: Sequence[Token]) -> None:
        self.builder, self.profile, self.tokens = builder, profile, tokens
        self.text = builder.text
        self.inline_names = (
            profile.inline
            | profile.words
            | profile.points
            | profile.breaks
            | profile.signs
            | profile.nested
        )
        self.ends = ends(tokens)
        self.paragraphs = [i for i, token in enumerate(tokens) if token.name in PARAGRAPHS]
        self.letters = [i for i, t in enumerate(tokens) if self.has_letters(t)]
        self.items: list[Item] = []
        self.depth = 0 if profile.only else 1

    def find(self) -> None:
        """Go through all tokens once."""
        index = 0
        while index < len(self.tokens):
            token = self.tokens[index]
            if token.kind == "text" and self.depth:
                self.add_text(token)
            elif token.kind == "cdata" and self.depth:
                self.flush()
                self.add_cdata(token)
            elif token.kind in ("open", "single"):
                index = self.opened(index)
            elif token.kind == "close":
                self.closed(token)
            elif token.kind == "other" and self.items:
                self.items.append(Item("point", token.start, token.end))
            index += 1
        self.flush()

    def add_text(self, token: Token) -> None:
        """Add text; from a tag on that never ends it is left alone."""
        unfinished = None
        if not self.profile.xml and not token.name:
            unfinished = _UNFINISHED.search(self.text, token.start, token.end)
        end = unfinished.start() if unfinished else token.end
        if token.start < end:
            self.items.append(Item("text", token.start, end))
        if unfinished:
            self.builder.note(end, "a tag that never ends is left alone")
            self.items.append(Item("point", end, token.end))

    def opened(self, index: int) -> int:
        """Take a tag that opens; return the last token that was taken."""
        profile, token = self.profile, self.tokens[index]
        name = token.name
        inline = name in self.inline_names
        kept = profile.is_kept(self.text, token)
        if (
            name in profile.nested
            and not kept
            and (last := self.element(index, inside_run=True)) is not None
        ):
            _Runs(self.builder, profile, self.tokens[index + 1 : last]).find()
            self.inside("point", token.start, self.tokens[last].end)
            return last
        if name in profile.references and (last := self.reference(index)) is not None:
            self.inside("point", token.start, self.tokens[last].end)
            return last
        if kept or name in profile.skipped | profile.words | profile.points | profile.signs:
            last = self.element(index, inside_run=inline)
            if last is not None and (name not in profile.signs or self.is_sign(index, last)):
                if not inline:
                    self.flush()
                if self.depth and (last == index or not kept):
                    add_attributes(self.builder, profile, token)
                kind = "point" if name in profile.points | profile.signs else "word"
                if inline:
                    self.inside(kind, token.start, self.tokens[last].end)
                return last
        if not inline:
            self.flush()
            self.depth += name in profile.only and token.kind == "open"
        if self.depth:
            add_attributes(self.builder, profile, token)
        if inline:
            kind = "break" if name in profile.breaks else token.kind
            self.inside("point" if kind == "single" else kind, token.start, token.end, name)
        return index

    def is_sign(self, first: int, last: int) -> bool:
        """Tell whether an element has no letters."""
        return not _has_between(self.letters, first, last)

    def reference(self, index: int) -> int | None:
        """Return the token that closes a reference to a note; None if this is none."""
        last, start = self.element(index, inside_run=True), self.tokens[index].start
        if last is None or not self.items or not self.is_sign(index, last):
            return None
        texts = [token for token in self.tokens[index + 1 : last] if token.kind == "text"]
        shown = "".join(self.text[token.start : token.end] for token in texts).strip()
        before = self.items[-1].kind == "text" and self.text[start - 1 : start].strip()
        return last if before and 0 < len(shown) <= _REFERENCE else None

    def has_letters(self, token: Token) -> bool:
        if token.kind != "text" or not self.profile.signs:
            return False
        return any(map(str.isalpha, self.text[token.start : token.end]))

    def closed(self, token: Token) -> None:
        if token.name in self.inline_names:
            self.inside("close", token.start, token.end, token.name)
            return
        self.flush()
        self.depth -= token.name in self.profile.only and self.depth > 0

    def inside(self, kind: str, start: int, end: int, name: str = "") -> None:
        if self.depth:
            self.items.append(Item(kind, start, end, name))

    def element(self, index: int, *, inside_run: bool) -> int | None:
        """Return the token that closes an element; None if nobody does (before its run ends)."""
        profile, token = self.profile, self.tokens[index]
        if token.kind == "single" or (not profile.xml and token.name in VOID):
            return index
        last = self.ends.get(index)
        if last is None or not inside_run or profile.xml:
            return last
        return None if _has_between(self.paragraphs, index, last) else last

    def add_cdata(self, token: Token) -> None:
        """Add what is marked as no XML; it often is HTML, or a string of a program."""
        start, end = token.start + len("<![CDATA["), token.end - len("]]>")
        if not self.text.endswith("]]>", start, token.end):
            return
        raw = self.text[start:end]
        value = Value(self.profile.read_cdata(raw))
        write = self.profile.write_cdata
        if value.has_words:
            self.builder.add(
                start,
                end,
                value.marked,
                lambda translated: (write(value.write(translated), raw).replace("]]>", "]]&gt;"),),
            )

    def flush(self) -> None:
        """End a run: make segments of it, one or, where its parts are set apart, several."""
        items, self.items = self.items, []
        apart: Sequence[int] = ()
        if self.profile.links:
            apart = seams(items, self.profile.links, self.profile.signs, self.read)
        for start, end in pairwise((0, *apart, len(items))):
            self.add_lines(items[start:end])

    def add_lines(self, items: list[Item]) -> None:
        """Make segments of a run, one or, where lines are broken for good, several."""
        part: list[Item] = []
        for position, item in enumerate(items):
            if item.kind == "break" and self.is_hard(part, items[position + 1 :]):
                self.add(part)
                part = []
            else:
                part.append(item)
        self.add(part)

    def is_hard(self, before: list[Item], after: list[Item]) -> bool:
        """Tell whether a line break ends a sentence, rather than a line of one."""
        texts = (self.read(item) for item in after if item.kind == "text")
        following = next((text.strip() for text in texts if text.strip()), "")
        read = "".join(self.read(item) for item in before if item.kind == "text")
        return not following[:1].islower() or ends_sentence(read)

    def read(self, item: Item) -> str:
        return self.profile.unescape(self.text[item.start : item.end])

    def add(self, items: list[Item]) -> None:
        """Add the segment of a run, if it has letters."""
        signs, links = bool(self.profile.signs), self.profile.links
        if len(items) <= MOST_MARKS:
            items = with_copied(items, self.text, signs=signs, links=links)
        items = self.trimmed(items)
        if items and self.profile.quoted:
            items = self.unquoted(items)
        if not items:
            return
        if len(items) > MOST_MARKS:
            self.builder.note(items[0].start, f"a paragraph of {len(items)} tags is left alone")
            return
        gatherer = Gatherer(percent=self.profile.percent)
        items = self.with_arrow(items)
        for item in items:
            self.gather(gatherer, item)
        inline = gatherer.finish(spaced=self.profile.spaced)
        if inline.has_words:
            escape = self.profile.escape
            self.builder.add(
                items[0].start,
                items[-1].end,
                inline.marked,
                lambda translated: inline.write(translated, escape),
            )

    def gather(self, gatherer: Gatherer, item: Item) -> None:
        if item.kind == "text":
            gatherer.text(self.read(item))
            return
        markup = self.builder.template(item.start, item.end)
        if item.kind == "open":
            gatherer.open(item.name, markup)
        elif item.kind == "close":
            gatherer.close(item.name, markup)
        elif item.kind == "word":
            gatherer.word(markup)
        else:
            gatherer.point(markup, space=item.kind == "break")

    def trimmed(self, items: list[Item]) -> list[Item]:
        """Leave out white space at the edges, and what is no text outside of it."""
        items = list(items)
        for edge in (0, -1):
            while items and items[edge].kind in ("text", "point", "break"):
                item = items[edge]
                low, high = self.without_edges(item)
                if item.kind == "text" and low < high:
                    start, end = (low, item.end) if edge == 0 else (item.start, high)
                    items[edge] = Item("text", start, end)
                    break
                items.pop(edge)
        return items

    def without_edges(self, item: Item) -> tuple[int, int]:
        """Return where an item begins and ends without white space at its edges."""
        low, high = item.start, item.end
        for found in self.profile.edge.finditer(self.text, low, high):
            low = found.end() if found.start() == low else low
            high = found.start() if found.end() == item.end else high
        return low, high

    def with_arrow(self, items: list[Item]) -> list[Item]:
        """Set apart a quote that points somewhere, as in `« Back`: it is not translated."""
        texts = [item for item in items if item.kind == "text"]
        if not self.profile.links or not is_pointing("".join(map(self.read, texts))):
            return items
        parts: list[Item] = []
        for item in items:
            start = item.start
            for found in ARROW.finditer(self.text, start, item.end) if item in texts else ():
                parts += [Item("text", start, found.start()), Item("point", *found.span())]
                start = found.end()
            parts.append(Item(item.kind, start, item.end, item.name))
        return self.trimmed([part for part in parts if part.start < part.end])

    def unquoted(self, items: list[Item]) -> list[Item]:
        """Leave out quotes around a run, and white space that they keep."""
        start, end = items[0].start, items[-1].end
        kinds = {items[0].kind, items[-1].kind}
        between = end - start > 2 and self.text[start] == self.text[end - 1] == '"'
        if kinds != {"text"} or not between or self.text[end - 2] == "\\":
            return items
        items = [Item(item.kind, item.start, item.end, item.name) for item in items]
        items[0].start += 1
        items[-1].end -= 1
        return self.trimmed(items)


def _has_between(positions: Sequence[int], first: int, last: int) -> bool:
    """Tell whether any of some positions, in order, is between two others."""
    following = bisect_right(positions, first)
    return following < len(positions) and positions[following] < last


def add_attributes(builder: Builder, profile: Profile, token: Token) -> None:
    """Add what a reader sees of the attributes of a tag."""
    for attribute in attributes(builder.text, token):
        if attribute.quote and profile.is_text(builder.text, token, attribute.name):
            add_value(builder, attribute, profile.unescape, profile.percent)


def add_value(
    builder: Builder,
    attribute: Attribute,
    read: Callable[[str], str] = unescape,
    percent: bool = False,
    most: int = 0,
) -> None:
    """Add the value of an attribute, if it has letters.

    Args:
        builder: of the text that it stands in.
        attribute: one between quotes.
        read: resolves what is escaped in it.
        percent: see `Gatherer`.
        most: a translation of more characters is left out; 0: none is too long.
    """
    gatherer = Gatherer(percent=percent)
    raw = builder.text[attribute.start : attribute.end]
    gatherer.text(read(raw))
    inline = gatherer.finish()
    if inline.has_words:
        write = _value_writer(inline, attribute.quote, raw, most)
        builder.add(attribute.start, attribute.end, inline.marked, write)


def _value_writer(inline: Inline, quote: str, raw: str, most: int) -> Callable[[Marked], Template]:
    def write(translated: Marked) -> Template:
        if 0 < most < len(translated.text):
            return (raw,)
        return inline.write(translated, lambda text: escape_value(text, quote))

    return write
