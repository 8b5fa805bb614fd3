r"""Java's `.properties`: values are translated; keys, comments and `\u00e9` stay."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from allez.documents.document import Builder, Template, TextDocument
from allez.documents.encoding import decode
from allez.documents.inline import SET_APART
from allez.documents.reading import Reading
from allez.documents.repeated import Repeated
from allez.documents.values import Value, is_prose
from allez.documents.wrapping import balanced
from allez.errors import InputError
from allez.text.markup import Marked

_LINE = re.compile(r"(?:[^\r\n\\]|\\(?:\r\n|.|\Z))*", re.DOTALL)
_BROKEN = re.compile(r"(?<!\\)(?:\\\\)*\\u(?![0-9a-fA-F]{4})")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(\r\n|\r|\n)[ \t\f]*|(.))", re.DOTALL)
_BREAK = re.compile(r"(?<!\\)(?:\\\\)*(\\(?:\r\n|\r|\n)[ \t\f]*)")
"""Where a value goes on in the next line, and the white space before the rest of it."""
_APOSTROPHES = re.compile(r"''|'(?P<literal>[{}][^'\n]*)'")
"""Of formats: one apostrophe, or braces that are no argument's."""
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f"}
_ESCAPED = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\f": "\\f"}


def parse(data: bytes, reading: Reading = Reading()) -> TextDocument:  # noqa: B008  (frozen)
    """Take a file apart.

    Args:
        data: the file, in UTF-8 or, as of old, in ISO 8859-1 (what that has not is written as an
            escape).
        reading: nothing of it matters here.

    Raises:
        InputError: an escape is none, and named.
    """
    try:
        text, encode = decode(data, escape=_unicode)
    except InputError:
        text, encode = decode(data, declared="iso8859-1", escape=_unicode)
    builder = Builder(text)
    only_ascii = text.isascii()
    repeated = Repeated(builder)
    for place, start, end in _values(text):
        key = _read(text[place])[0]
        repeated.see(place.start, "key", repr(key), key)
        if start == end:
            continue
        if broken := _BROKEN.search(text, start, end):
            line = text.count("\n", 0, broken.start()) + 1
            raise InputError(f"line {line}: four hexadecimal digits are missing behind \\u")
        content, formatted = _read(text[start:end])
        value = Value(content, mnemonics=True, named=True)
        if is_prose(content) and value.has_words:
            line_ends = _BREAK.findall(text, start, end)
            builder.add(start, end, value.marked, _Writer(value, formatted, only_ascii, line_ends))
    repeated.end()
    return builder.build(encode)


def _values(text: str) -> Iterator[tuple[slice, int, int]]:
    """Yield where each key stands, and its value without white space before it."""
    position = 0
    while position < len(text):
        found = _LINE.match(text, position)
        assert found is not None  # it matches anything, if only nothing
        line = found[0]
        position = found.end() + 1
        start = len(line) - len(line.lstrip(" \t\f"))
        if line[start : start + 1] in ("#", "!", ""):
            if "\n" in line or "\r" in line:  # a comment goes on in no further line
                position = found.start() + re.search(r"[\r\n]", line).start() + 1  # type: ignore[union-attr]
            continue
        begin = start
        while start < len(line) and line[start] not in " \t\f=:":
            start += 2 if line[start] == "\\" else 1
        key = slice(found.start() + begin, found.start() + start)
        sign = re.compile(r"[ \t\f]*[=:]?[ \t\f]*").match(line, start)
        start = sign.end() if sign else start
        yield key, found.start() + min(start, len(line)), found.end()


def _read(raw: str) -> tuple[str, bool]:
    """Return a value without its escapes, and whether it doubles apostrophes as formats do."""

    def resolve(found: re.Match[str]) -> str:
        code, line_end, letter = found.groups()
        if code is not None:
            return chr(int(code, 16))
        return "" if line_end is not None else _LETTERS.get(letter, letter)

    units = _ESCAPE.sub(resolve, raw).encode("utf-16", "surrogatepass")
    text = units.decode("utf-16", "replace")  # two escapes make one character beyond U+FFFF
    formatted = "''" in text
    return _APOSTROPHES.sub(_apostrophe, text) if formatted else text, formatted


def _apostrophe(found: re.Match[str]) -> str:
    return f"{SET_APART}{found['literal']}{SET_APART}" if found["literal"] else "'"


def _unicode(character: str) -> str:
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


class _Writer:
    """Writes a value, over as many lines as it had.

    Args:
        value: what is written.
        formatted: whether apostrophes are doubled.
        only_ascii: whether all else is escaped.
        broken: what stands at each line end within the value.
    """

    def __init__(
        self, value: Value, formatted: bool, only_ascii: bool, broken: Sequence[str]
    ) -> None:
        self._value, self._formatted, self._only_ascii = value, formatted, only_ascii
        self._broken = broken

    def __call__(self, translated: Marked) -> Template:
        text = self._value.write(translated)
        if self._formatted:
            text = text.replace("'", "''").replace(SET_APART, "'")
        escaped = "".join(_ESCAPED.get(c, c) for c in text)
        if self._only_ascii:
            escaped = "".join(c if c.isascii() else _unicode(c) for c in escaped)
        if escaped.startswith(" "):
            escaped = "\\" + escaped
        lines = balanced(escaped, len(self._broken) + 1)
        if " ".join(lines) != escaped:  # white space that is meant would be lost
            return (escaped,)
        ends = [f" {end}" for end in self._broken[: len(lines) - 1]]
        return tuple(part for pair in zip(lines, [*ends, ""], strict=True) for part in pair)
