"""Android's `strings.xml`: strings, plurals and arrays, with escapes, tags and placeholders."""

from __future__ import annotations

import re

from allez.documents.document import Builder, TextDocument
from allez.documents.mixed import Profile, add_segments
from allez.documents.reading import Reading
from allez.documents.repeated import Repeated
from allez.documents.values import escape_text
from allez.documents.xml import read_xml
from allez.text.elements import names
from allez.text.references import unescape
from allez.text.tags import Token, scan, value_of

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_SPACE = re.compile(r"[ \t\r\n]+")
_LETTERS = {"n": "\n", "t": "\t"}
_INLINE = names(
    "a annotation b big cite dfn em font i li s small span strike strong sub sup tt u "
    "ul ol br div p"
)
_STRINGS = names("string item")
_REFERENCE = re.compile(r"\s*(?:@(?:null|empty|[\w+*.:]+/[\w.:]+)|\?[\w.:]+(?:/[\w.]+)?)\s*<")
"""A value that stands elsewhere: of another resource, or of a theme."""
_NAMED = names("string plurals string-array")


def parse(data: bytes, reading: Reading = Reading()) -> TextDocument:  # noqa: B008  (frozen)
    """Take a resource file apart.

    Args:
        data: the file.
        reading: nothing of it matters here.

    Raises:
        InputError: it is not well-formed, or declares entities.
    """
    text, encode = read_xml(data)
    builder = Builder(text)
    add_segments(builder, RESOURCES)
    _note_repeated(builder)
    return builder.build(encode)


def _note_repeated(builder: Builder) -> None:
    repeated = Repeated(builder)
    for token in scan(builder.text, xml=True):
        if token.kind == "open" and token.name in _NAMED:
            name = value_of(builder.text, token, "name") or ""
            repeated.see(token.start, token.name, repr(name), (token.name, name))
    repeated.end()


def _is_kept(text: str, tag: Token) -> bool:
    if value_of(text, tag, "translatable") == "false" or tag.name == "xliff:g":
        return True
    return tag.name in _STRINGS and _REFERENCE.match(text, tag.end) is not None


def _read(raw: str) -> str:
    return _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else _LETTERS.get(m[2], m[2]), raw)


def _write(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"')
    escaped = escaped.replace("\n", "\\n").replace("\t", "\\t")
    if escaped.startswith(("@", "?")):
        escaped = "\\" + escaped
    return escaped


def _write_cdata(text: str, raw: str) -> str:
    """Return what stands within CDATA; quotes of tags are escaped if they were."""
    if '\\"' in "".join(_TAG.findall(raw)):
        return _write(text)
    position = 0
    parts: list[str] = []
    for tag in _TAG.finditer(text):
        parts += [_write(text[position : tag.start()]), tag[0]]
        position = tag.end()
    return "".join([*parts, _write(text[position:])])


RESOURCES = Profile(
    inline=_INLINE,
    words=names("xliff:g"),
    only=_STRINGS,
    skipped=names("skip eat-comment"),
    is_kept=_is_kept,
    unescape=lambda raw: _read(_SPACE.sub(" ", unescape(raw))),
    spaced=True,
    escape=lambda text: escape_text(_write(text)),
    edge=re.compile(r"(?:\s|(?<!\\)\\(?:u00(?:20|a0|A0)|[nt]))+"),
    read_cdata=_read,
    write_cdata=_write_cdata,
    percent=True,
    quoted=True,
)
"""What the elements of a resource file mean."""
