"""Plain text: each line by itself, or paragraphs whose lines were broken to fit a width."""

from __future__ import annotations

from collections.abc import Iterator

from allez.documents.document import Builder, Template, TextDocument
from allez.documents.encoding import decode
from allez.documents.inline import has_words
from allez.documents.reading import Reading
from allez.documents.stamps import stamp_of
from allez.documents.wrapping import continues, joined, wrap
from allez.text.markup import Marked

_BULLETS = "-*•–—·"


def parse(data: bytes, reading: Reading = Reading()) -> TextDocument:  # noqa: B008  (frozen)
    """Take a text apart.

    Args:
        data: the file.
        reading: `wrapped`: lines that go on with the one before are read as one with it, and the
            translation is broken to the same width. Otherwise each line is read by itself, or each
            of its columns, if tabs part them.

    Raises:
        InputError: it is not UTF-8, and has no byte order mark of UTF-16.
    """
    text, encode = decode(data)
    builder = Builder(text)
    lines = list(_lines(text, stamped=not reading.wrapped))
    if not reading.wrapped:
        for line in lines:
            _add_columns(builder, line)
        return builder.build(encode)
    for first, last in _paragraphs(lines):
        start, end = lines[first].start, lines[last].end
        contents = [line.text for line in lines[first : last + 1]]
        if not has_words("".join(contents)):
            continue
        width = max(len(line.before) + len(line.text) for line in lines[first : last + 1])
        following = lines[min(first + 1, last)].before if first < last else ""
        end_of_line = text[lines[first].end : lines[first].next]

        def write(
            translated: Marked,
            count: int = len(contents),
            first_width: int = len(lines[first].before),
            separator: str = end_of_line + following,
            width: int = width,
        ) -> Template:
            if count == 1:
                return _on_one_line(translated)
            return (separator.join(_broken(translated.text, first_width, width)),)

        builder.add(start, end, Marked(joined(contents)), write)
    return builder.build(encode)


def _add_columns(builder: Builder, line: _Line) -> None:
    position = line.start
    for column in line.text.split("\t"):
        said = column.strip()
        if has_words(said):
            start = position + column.index(said)
            builder.add(start, start + len(said), Marked(said), _on_one_line)
        position += len(column) + 1


def _on_one_line(translated: Marked) -> Template:
    return (" ".join(translated.text.split("\n")),)


def _broken(text: str, indent: int, width: int) -> list[str]:
    words = [word for word in text.split(" ") if word]
    return [" ".join(line) for line in wrap(words, max(width - indent, 10))]


class _Line:
    """A line of the text, and what of it is set before the words."""

    def __init__(
        self, text: str, start: int, end: int, following: int, *, stamped: bool = False
    ) -> None:
        content = text[start:end].rstrip()
        self.before = content[: len(content) - len(content.lstrip(" \t>"))]
        if stamped:
            self.before = stamp_of(content) or self.before
        self.text = content[len(self.before) :]
        self.start, self.end, self.next = start + len(self.before), start + len(content), following
        self.is_item = self.text[:1] in _BULLETS and self.text[1:2] in (" ", "\t")
        number = self.text.split(maxsplit=1)[0] if self.text else ""
        self.is_item |= number[:-1].isdecimal() and number[-1:] in ".)"


def _lines(text: str, *, stamped: bool) -> Iterator[_Line]:
    start = 0
    while start < len(text):
        following = text.find("\n", start) + 1 or len(text)
        yield _Line(
            text,
            start,
            following - text.endswith("\n", start, following),
            following,
            stamped=stamped,
        )
        start = following


def _paragraphs(lines: list[_Line]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last line of each paragraph."""
    first = 0
    while first < len(lines):
        last = first
        while last + 1 < len(lines) and lines[last + 1].text and lines[first].text:
            last += 1
        width = max(len(line.text) for line in lines[first : last + 1])
        begun = first
        for index in range(first, last + 1):
            if index == last or not _goes_on(lines[index], lines[index + 1], width):
                yield begun, index
                begun = index + 1
        first = last + 1


def _goes_on(line: _Line, following: _Line, width: int) -> bool:
    quoted = line.before.count(">") == following.before.count(">")
    return quoted and not following.is_item and continues(line.text, following.text, width)
