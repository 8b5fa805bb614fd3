"""Markdown (CommonMark with tables and strikethrough): prose is translated, all else stays.

Code, tags, addresses of links and the front matter but for its titles are skeleton; what stands
between the tags of HTML is read as on a page. markdown-it-py finds the blocks. Lines of a paragraph
are read as one, and broken to the same width again.
"""

from __future__ import annotations

import re
import string
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

from allez.documents.document import Builder, Template, TextDocument
from allez.documents.encoding import decode
from allez.documents.front_matter import add_titles
from allez.documents.html import PAGE
from allez.documents.inline import Gatherer, Inline
from allez.documents.markdown_anchors import has_anchors, headings_of, with_anchors
from allez.documents.markdown_inlines import (
    DEFINITION,
    Place,
    defined,
    parser,
    places_of,
    shown,
)
from allez.documents.markdown_lines import Lines
from allez.documents.mixed import add_attributes, add_segments
from allez.documents.reading import Reading
from allez.documents.wrapping import wrap
from allez.text.markup import Marked, weave
from allez.text.references import unescape
from allez.text.tags import scan

_TITLE = (
    r"""[ \t]+(?:"(?P<double>[^"\\&<\r\n]+)"|'(?P<single>[^'\\&<\r\n]+)'"""
    r"""|\((?P<round>[^()\\&<\r\n]+)\))[ \t]*"""
)
_ENDS = {"double": r'["\\]', "single": r"['\\]", "round": r"[()\\]"}
"""What would end each of these, and is written otherwise in it."""
_NAMED = re.compile(rf"{_TITLE}\)$")
"""The title of a link or a picture, if it is plain text."""
_ADDRESS = re.compile(rf"[ \t>]*\[[^\]\n]+\]:[ \t]*(?:<[^<>\n]*>|\S+){_TITLE}$")
"""Where links lead, and their title."""
_FENCE = re.compile(r"^(?::{3,}|!{3}|\?{3}|/{3,}|={3}[!+]?[ \t]+\")[^\n]*(?:\n|\Z)", re.MULTILINE)
"""What opens or closes a box around a text, as several generators of pages know it."""
_BOX = re.compile(
    r"(?:(?:[!?]{3}\+?[ \t]*[\w \t-]+|={3}[!+]?[ \t]+)\"(?P<quoted>[^\"«»“”\n]+)\"|:{3,}[ \t]*\w+"
    r"(?:\[(?P<braced>[^\]\n]+)\]|[ \t]+(?P<bare>[^\W\d_][^\n\"{}\[\]]*))"
    r"|/{3,}[ \t]*[\w-]+[ \t]*\|[ \t]*(?P<barred>[^\s|][^\n|]*))[ \t]*(?:\n|\Z)"
)
"""The same with a title."""
_TASK = re.compile(r"\[[ xX]\][ \t]+")
_ADMONITION = re.compile(r"\[!\w+\]")
_WORDS = re.compile(
    r"\[\^[^\]\s]{1,99}\]|(?<![\w:]):[a-z0-9_+-]+:(?![\w:])|(?<!\w)\w+(?:\^[^\s^]{1,9}\^|~\w{1,9}~)\w*"
    r"|(?<![=\w])==(?P<marked>[^\s=](?:[^=\n]*[^\s=])?)==(?![=\w])"
)
_HEADING = re.compile(r"[ \t]*(\*\*|__)(?=\S)(?:(?!\1).)+(?<=\S)\1[ \t]*:?[ \t]*")
"""A line in bold, which heads the lines behind it."""
_SYNTAX = re.compile(r"[\\`*]|(?<![^\W_])_|_(?![^\W_])|<(?=[a-zA-Z/!?])|&(?=#?\w+;)")
_ESCAPABLE = frozenset(string.punctuation)
_BLOCK_START = re.compile(r"(?:[-+*>]|#{1,6}|\d{1,9}[.)]|=+|-+|~{3,}.*|`{3,}.*|:?-+:?\|.*|\|.*)$")


def parse(data: bytes, reading: Reading = Reading()) -> TextDocument:  # noqa: B008  (frozen)
    """Take a document apart.

    Args:
        data: the file.
        reading: nothing of it matters here.

    Raises:
        InputError: it is not UTF-8.
        MissingExtraError: markdown-it-py is not installed.
    """
    text, encode = decode(data)
    builder = Builder(text)
    lines = Lines(text, add_titles(builder))
    env: dict[str, Any] = {}
    tokens = parser().parse(lines.normalized, env)
    blocks = [(t.map[0], t.type, t.content) for t in tokens if t.map and t.content]
    addresses = env.get("references", {})
    references = {**defined(text for _, kind, text in blocks if kind == "inline"), **addresses}
    blocks += [(place["map"][0], "address", "") for place in addresses.values()]
    for first, kind, content in sorted(blocks, key=lambda block: block[0]):
        if kind == "inline":
            _add_block(builder, lines, content, first, references)
        elif kind == "html_block":
            _add_html(builder, lines, content, first)
        elif kind == "address":
            _add_address(builder, lines, first)
    if not has_anchors(text):
        return builder.build(encode)
    headings = headings_of(tokens, shown)
    return builder.build(lambda text: encode(_linked(text, headings)))


def _linked(text: str, before: Sequence[str]) -> str:
    """Return a translated document whose links lead to its headings, which were others before."""
    lines = Lines(text, add_titles(Builder(text)))
    tokens = parser().parse(lines.normalized)
    code = [t.map for t in tokens if t.map and t.type in ("fence", "code_block")]
    spans = [(lines.start_of(first), lines.start_of(last)) for first, last in code]
    return with_anchors(text, before, headings_of(tokens, shown), spans)


# --- blocks -----------------------------------------------------------------------------------


def _add_html(builder: Builder, lines: Lines, content: str, first: int) -> None:
    """Add what is read of a block of HTML; line by line where signs of a quotation stand before."""
    if content.lstrip().startswith(("<?", "<![")):
        return
    shown = content.rstrip("\n").split("\n")
    spans: list[tuple[int, int]] = []
    is_quoted = False
    for number, line in enumerate(shown, first):
        start = lines.find(number, line)
        if start < 0:
            return
        before = builder.text[lines.start_of(number) : start]
        is_quoted |= number > first and bool(before.strip())
        spans.append((start, start + len(line)))
    for start, end in spans if is_quoted else [(spans[0][0], spans[-1][1])]:
        add_segments(builder, PAGE, start=start, end=end)


def _add_address(builder: Builder, lines: Lines, number: int) -> None:
    """Add the title of links that are told elsewhere where they lead, if it is on the same line."""
    found = _ADDRESS.match(lines.lines[number])
    if found and found.lastgroup:
        start = lines.start_of(number) + found.start(found.lastgroup)
        _add_title(builder, start, found)


def _add_title(builder: Builder, start: int, found: re.Match[str]) -> None:
    """Add a title, which is the last group of what was found."""
    kind = found.lastgroup or "double"
    _add_attribute(builder, start, found[kind], _ENDS[kind], r"\\\g<0>")


def _add_attribute(builder: Builder, start: int, text: str, special: str, instead: str) -> None:
    """Add text within a piece of syntax; what is special there is written otherwise."""
    gatherer = Gatherer()
    gatherer.text(text)
    inline = gatherer.finish(spaced=True)
    if inline.has_words:
        builder.add(
            start,
            start + len(text),
            inline.marked,
            lambda translated: inline.write(translated, lambda t: re.sub(special, instead, t)),
        )


def _add_block(
    builder: Builder, lines: Lines, content: str, first: int, references: dict[str, Any]
) -> None:
    """Add the segments of a paragraph, a heading or a cell."""
    starts: list[int] = []
    content = lines.spelled(first, content)
    for number, line in enumerate(content.split("\n")):
        start = lines.find(first + number, line)
        if start < 0:
            if any(map(str.isalpha, content)):
                builder.note(lines.start_of(first + number), "a paragraph is left alone")
            return
        starts.append(start)
    block = _Block(builder, content, starts, places_of(content, references))
    opened = _ADMONITION.match(content) or _TASK.match(content)
    begin = opened.end() if opened else 0
    for start, end in [*block.breaks(), (len(content), len(content))]:
        if start >= begin:
            block.add(begin, start)
            block.add_address(start, end)
            begin = end


class _Block:
    """The content of one block, and where its characters stand in the text."""

    def __init__(
        self, builder: Builder, content: str, starts: Sequence[int], places: Sequence[Place]
    ) -> None:
        self.builder, self.content, self.starts, self.places = builder, content, starts, places
        lengths = (len(line) + 1 for line in content.split("\n"))
        self.lines = list(accumulate(lengths, initial=0))[:-1]
        """Where the lines of the content begin."""

    def at(self, position: int) -> int:
        """Return where a character of the content stands in the text."""
        line = bisect_right(self.lines, position) - 1
        return self.starts[line] + position - self.lines[line]

    def breaks(self) -> list[tuple[int, int]]:
        """Return what ends one text of the block, up to where the next one begins, in order."""
        found = [(place.start, place.end) for place in self.places if self.is_hard(place)]
        for definition in DEFINITION.finditer(self.content):
            start, end = max(definition.start() - 1, 0), definition.end()
            if definition["label"]:  # its address is no text
                following = self.content.find("\n", end)
                end = len(self.content) if following < 0 else following
            found.append((start, end))
        for fence in _FENCE.finditer(self.content):
            start, end = max(fence.start() - 1, 0), fence.end()
            box = _BOX.fullmatch(self.content, fence.start(), end)
            if box and box.lastgroup:
                low, high = box.span(box.lastgroup)
                found.append((start, low))
                start = high
            found.append((start, end))
        return sorted(found)

    def is_hard(self, place: Place) -> bool:
        """Tell whether a piece of syntax is the end of a line that is meant."""
        if "\n" not in self.content[place.start : place.end]:
            return False
        if place.kind != "newline":
            return place.kind == "escape"
        line = self.content.rfind("\n", 0, place.start) + 1
        if _HEADING.fullmatch(self.content, line, place.start):
            return self.content[place.end : place.end + 1].isupper()
        return self.content.endswith("  ", 0, place.start)

    def markup(self, start: int, end: int) -> Template:
        """Return a stretch of the content as it stands in the text."""
        return self.builder.template(self.at(start), self.at(end))

    def add(self, start: int, end: int) -> None:
        """Add the segment of a stretch of the content."""
        content = self.content
        while start < end and content[start].isspace():
            start += 1
        while start < end and content[end - 1].isspace():
            end -= 1
        gatherer = Gatherer()
        position = start
        first, last = (bisect_left(self.places, at, key=lambda p: p.start) for at in (start, end))
        for place in self.places[first:last]:
            if place.end > end:
                continue
            self.text(gatherer, content[position : place.start])
            self.syntax(gatherer, place)
            position = place.end
        self.text(gatherer, content[position:end])
        inline = gatherer.finish()
        if start < end and inline.has_words:
            writer = _Writer(inline, *self.layout(start, end))
            self.builder.add(self.at(start), self.at(end), inline.marked, writer)

    def add_address(self, start: int, end: int) -> None:
        """Add the title of links that are told behind a paragraph's line where they lead."""
        start += self.content.startswith("\n", start)
        if found := _ADDRESS.match(self.content[start:end]):
            _add_title(self.builder, self.at(start + found.start(found.lastgroup or "")), found)

    def text(self, gatherer: Gatherer, text: str) -> None:
        """Gather text without syntax; footnotes, emoji, `x^2^` are words, `==this==` is marked."""
        position = 0
        for found in _WORDS.finditer(text):
            gatherer.text(text[position : found.start()])
            if found["marked"]:
                gatherer.open("==", ("==",))
                gatherer.text(found["marked"])
                gatherer.close("==", ("==",))
            elif found[0].startswith("[^") and gatherer.ends_in_word:
                gatherer.point((found[0],))  # it stands behind what it is a note to
            else:
                gatherer.word((found[0],))
            position = found.end()
        gatherer.text(text[position:])

    def syntax(self, gatherer: Gatherer, place: Place) -> None:
        """Gather one piece of syntax."""
        raw = self.content[place.start : place.end]
        if place.kind == "newline":
            gatherer.text(" ")
        elif raw == "\\|":  # in a cell of a table; without its sign it would end that
            gatherer.word((raw,))
        elif place.kind == "escape":  # before a letter it is a backslash
            gatherer.text(raw[1:] if raw[1:] in _ESCAPABLE else raw)
        elif place.kind == "entity":
            gatherer.text(unescape(raw))
        elif place.kind == "open":
            gatherer.open(place.name, (raw,))
        elif place.kind == "close":
            self.title(place)
            label = (f"][{place.label}]",) if place.label else ()
            gatherer.close(place.name, label or self.markup(place.start, place.end))
        elif place.kind == "image":
            self.alternative(place)
            self.title(place)
            gatherer.point(self.markup(place.start, place.end))
        elif place.kind == "sign":
            gatherer.point((raw,))
        elif place.kind == "html_inline":
            self.tag(gatherer, place)
        else:  # code and addresses
            gatherer.word(self.markup(place.start, place.end))

    def tag(self, gatherer: Gatherer, place: Place) -> None:
        start, end = self.at(place.start), self.at(place.end)
        raw = self.builder.text[start:end]
        (token, *_) = scan(raw, xml=True)
        if len(raw) == place.end - place.start and "\n" not in raw:
            add_attributes(self.builder, PAGE, token._replace(start=start, end=end))
        markup = self.builder.template(start, end)
        if token.kind == "open":
            gatherer.open(token.name, markup)
        elif token.kind == "close":
            gatherer.close(token.name, markup)
        else:
            gatherer.point(markup, space=token.name in ("br", "br/"))

    def alternative(self, place: Place) -> None:
        """Add what is said in place of a picture, if it is plain text."""
        raw = self.content[place.start : place.end]
        label = raw[2 : raw.find("]")]
        if "\n" in raw or not any(map(str.isalpha, label)) or any(c in label for c in "[]*_`<\\&"):
            return
        following = raw[len(label) + 2 :]
        if not following.startswith(("](", "][")) or following == "][]":
            return  # it is what tells where it lies
        _add_attribute(self.builder, self.at(place.start + 2), label, r"[\[\]]", "")

    def title(self, place: Place) -> None:
        """Add the title of a link or a picture, which is shown to who points at it."""
        found = _NAMED.search(self.content, place.start, place.end)
        if found and found.lastgroup and "](" in self.content[place.start : place.end]:
            start = self.at(found.start(found.lastgroup))
            _add_title(self.builder, start, found)

    def layout(self, start: int, end: int) -> tuple[int, str, bool]:
        """Return width and line end of a stretch of the content, and whether it begins a block."""
        text = self.builder.text
        first, last = self.at(start), self.at(end)
        raw = text[first:last]
        # a heading may begin with what would be a list elsewhere
        begins = start == 0 and not _BLOCK_START.fullmatch(self.content.split(maxsplit=1)[0])
        if "\n" not in raw:
            return 0, "", begins
        lines = raw.split("\n")
        indent = first - (text.rfind("\n", 0, first) + 1)
        width = max(indent + len(lines[0]), *(len(line.rstrip("\r")) for line in lines[1:]))
        second = self.content.index("\n", start) + 1
        separator = text[self.at(second - 1) : self.at(second)]
        return width - len(separator.rsplit("\n", 1)[1]), separator, begins


class _Writer:
    def __init__(self, inline: Inline, width: int, separator: str, begins: bool) -> None:
        self._inline, self._width = inline, width
        self._separator, self._begins = separator, begins

    def __call__(self, translated: Marked) -> Template:
        """Write a paragraph, its lines as wide as they were."""
        words: list[list[str | int]] = [[]]
        translated = self._inline.in_order(translated)
        for event in weave(translated):
            if event.kind == "text":
                first, *others = event.text.split(" ")
                words[-1].append(_SYNTAX.sub(r"\\\g<0>", first))
                words += [[_SYNTAX.sub(r"\\\g<0>", word)] for word in others]
            elif not self._is_nothing(translated, event.mark):
                chosen = self._inline.closes if event.kind == "close" else self._inline.opens
                words[-1] += chosen[event.mark]
        shown = ["".join(part for part in word if isinstance(part, str)) for word in words]
        if self._begins and _BLOCK_START.fullmatch(shown[0]) and words[0] and len(words) > 1:
            words[0] = _escaped(words[0])
        if not self._width:
            return tuple(_joined(words, " "))
        lines = wrap(shown, self._width, can_begin=lambda word: not _BLOCK_START.fullmatch(word))
        parts: list[str | int] = []
        position = 0
        for line in lines:
            parts += [self._separator] if position else []
            parts += _joined(words[position : position + len(line)], " ")
            position += len(line)
        return tuple(parts)

    def _is_nothing(self, translated: Marked, index: int) -> bool:
        """Tell whether a mark emphasizes nothing: its signs would be read as they stand."""
        mark = translated.marks[index]
        if mark.kind != "pair" or mark.start < mark.end:
            return False
        emphasizes = self._inline.opens[index] == self._inline.closes[index]
        return emphasizes and not any(other.parent == index for other in translated.marks)


def _escaped(word: list[str | int]) -> list[str | int]:
    """Return a word that would begin a block, so that it does not: of `1.` the sign is escaped."""
    last = word[-1]
    if isinstance(last, str) and last[-1:] in (".", ")") and len(last) > 1:
        return [*word[:-1], f"{last[:-1]}\\{last[-1]}"]
    return ["\\", *word]


def _joined(words: Sequence[Sequence[str | int]], separator: str) -> Iterator[str | int]:
    for number, word in enumerate(words):
        if number:
            yield separator
        yield from word
