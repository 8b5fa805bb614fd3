"""Gettext's PO: each `msgid` is translated into its `msgstr`, if that is empty.

The first plural form is made of `msgid`, the others of `msgid_plural`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from allez.documents.document import Builder, Template, TextDocument
from allez.documents.encoding import decode
from allez.documents.reading import Reading
from allez.documents.repeated import Repeated
from allez.documents.values import Value
from allez.errors import InputError
from allez.text.markup import Marked

_LINE = re.compile(r"[ \t]*(?:(msgctxt|msgid_plural|msgid|msgstr)(\[\d+\])?[ \t]*)?(\".*\")?[ \t]*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|(.))")
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_ESCAPED = {value: f"\\{key}" for key, value in _LETTERS.items()} | {"\\": "\\\\", '"': '\\"'}
_CHARSET = re.compile(rb"charset=([\w.:-]+)", re.IGNORECASE)


_FOLLOWING = {
    "msgctxt": ("msgid",),
    "msgid": ("msgid_plural", "msgstr"),
    "msgid_plural": ("msgstr",),
    "msgstr": ("msgctxt", "msgid", "msgstr"),
}
"""Which keywords may come after each; a catalogue begins as after `msgstr`."""


class _String(NamedTuple):
    """A keyword's string: `text[start:end]` is its quoted parts."""

    keyword: str
    form: int
    text: str
    start: int
    end: int


def parse(data: bytes, reading: Reading = Reading()) -> TextDocument:  # noqa: B008  (frozen)
    """Take a catalogue apart.

    Args:
        data: the file, in the encoding that its header names, else UTF-8.
        reading: nothing of it matters here.

    Raises:
        InputError: a line is not what it should be, and named.
    """
    found = _CHARSET.search(data[:4096])
    declared = found[1].decode("ascii") if found and found[1].upper() != b"CHARSET" else None
    text, encode = decode(data, declared=declared)
    builder = Builder(text)
    sources: dict[str, str] = {}
    repeated = Repeated(builder)
    before = "msgstr"
    for string in _strings(text):
        if string.keyword not in _FOLLOWING[before]:
            line = text.count("\n", 0, string.start) + 1
            raise InputError(f"line {line}: {string.keyword} cannot follow {before}")
        before = string.keyword
        if string.keyword != "msgstr":
            if string.keyword == "msgctxt" or (string.keyword == "msgid" and "msgid" in sources):
                sources = {}
            sources[string.keyword] = string.text
            if string.keyword == "msgid":
                entry = sources.get("msgctxt"), string.text
                repeated.see(string.start, "msgid", "", entry)
            continue
        source = sources.get("msgid_plural" if string.form > 0 else "msgid", "")
        value = Value(source, mnemonics=True)
        if not string.text and source and value.has_words:
            builder.add(string.start, string.end, value.marked, _Writer(value, text))
    if before != "msgstr":
        raise InputError(f"it ends behind a {before}: the msgstr is missing")
    repeated.end()
    return builder.build(encode)


def _strings(text: str) -> Iterator[_String]:
    """Yield all strings in order; a comment ends one."""
    current: _String | None = None
    position = 0
    for number, line in enumerate(text.split("\n"), start=1):
        start, position = position, position + len(line) + 1
        line = line.rstrip("\r")
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        quoted = _QUOTED.fullmatch(found[3]) if found and found[3] else None
        if found is None or quoted is None or not (found[1] or current):
            raise InputError(f'line {number}: not a keyword and a "string"')
        place = start + found.start(3), start + found.end(3)
        if found[1]:
            if current is not None:
                yield current
            form = int(found[2][1:-1]) if found[2] else 0
            current = _String(found[1], form, _read(quoted[1]), *place)
        elif current is not None:
            current = current._replace(text=current.text + _read(quoted[1]), end=place[1])
    if current is not None:
        yield current


def _read(raw: str) -> str:
    def resolve(found: re.Match[str]) -> str:
        octal, hexadecimal, letter = found.groups()
        if letter is None:
            return chr(int(octal, 8) if octal else int(hexadecimal, 16))
        return _LETTERS.get(letter, letter)

    return _ESCAPE.sub(resolve, raw)


class _Writer:
    def __init__(self, value: Value, text: str) -> None:
        self._value = value
        self._newline = "\r\n" if "\r\n" in text else "\n"

    def __call__(self, translated: Marked) -> Template:
        """Write one string, or one for each line below an empty one, as the tools do."""
        lines = re.findall(r"[^\n]*\n|[^\n]+", self._value.write(translated))
        quoted = ['"' + "".join(_ESCAPED.get(c, c) for c in line) + '"' for line in lines]
        return (self._newline.join(quoted if len(quoted) < 2 else ['""', *quoted]),)
