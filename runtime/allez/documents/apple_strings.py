"""Apple's `.strings`: values are translated, keys and comments stay."""

from __future__ import annotations

import re

from allez.documents.document import Builder, Template, TextDocument
from allez.documents.encoding import decode
from allez.documents.reading import Reading
from allez.documents.repeated import Repeated
from allez.documents.values import Value, is_prose
from allez.errors import InputError
from allez.text.markup import Marked

_STRING = r'"((?:[^"\\]|\\.)*)"'
_ENTRY = re.compile(rf"(?:{_STRING}|[\w.$-]+)\s*=\s*{_STRING}\s*;", re.DOTALL)
_SKIP = re.compile(r"(?:\s+|/\*.*?\*/|//[^\n]*)*", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:[Uu]([0-9a-fA-F]{4})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r"}
_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def parse(data: bytes, reading: Reading = Reading()) -> TextDocument:  # noqa: B008  (frozen)
    """Take a file apart.

    Args:
        data: the file.
        reading: nothing of it matters here.

    Raises:
        InputError: an entry is not what it should be; its line is named.
    """
    text, encode = decode(data)
    builder = Builder(text)
    repeated = Repeated(builder)
    position = _skip(text, 0)
    while position < len(text):
        entry = _ENTRY.match(text, position)
        if entry is None:
            line = text.count("\n", 0, position) + 1
            raise InputError(f'line {line}: not an entry, "key" = "value";')
        key = entry[0].split("=")[0].strip() if entry[1] is None else f'"{entry[1]}"'
        repeated.see(entry.start(), "key", key, key.strip('"'))
        content = _read(entry[2])
        value = Value(content, named=True)
        if is_prose(content) and value.has_words:
            builder.add(entry.start(2), entry.end(2), value.marked, _Writer(value))
        position = _skip(text, entry.end())
    repeated.end()
    return builder.build(encode)


def _skip(text: str, position: int) -> int:
    found = _SKIP.match(text, position)
    return found.end() if found else position


def _read(raw: str) -> str:
    return _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else _LETTERS.get(m[2], m[2]), raw)


class _Writer:
    def __init__(self, value: Value) -> None:
        self._value = value

    def __call__(self, translated: Marked) -> Template:
        return ("".join(_ESCAPED.get(c, c) for c in self._value.write(translated)),)
