"""EPUB: the pages of a book, its table of contents and its title."""

from __future__ import annotations

import re
from collections.abc import Callable

from allez.documents import html
from allez.documents.document import Builder, Document
from allez.documents.mixed import Profile, add_segments
from allez.documents.package import Package, read_package
from allez.documents.reading import Reading
from allez.documents.xml import read_xml
from allez.errors import InputError
from allez.text.elements import names

_CONTENTS = Profile(only=names("text"), skipped=names("docAuthor"))
_ABOUT = Profile(
    only=names("dc:title dc:description guide"),
    is_text=lambda text, tag, name: tag.name == "reference" and name == "title",
)
_PAGE = re.compile(rb"\bURI\s*=\s*[\"'][^\"']+\.(?:xhtml|html?|ncx|opf)[\"']", re.IGNORECASE)
_LANGUAGE = re.compile(r"(<dc:language\b[^>]*>\s*)([A-Za-z]+)[\w-]*(\s*</dc:language>)")


def parse(data: bytes, reading: Reading = Reading()) -> Package:  # noqa: B008  (frozen)
    """Take a book apart.

    Args:
        data: the file.
        reading: `source` and `target`: the language of the book and its pages is changed.

    Raises:
        InputError: it is none, encrypted, or broken; the part is named.
    """
    read_package(data, "EPUB", "META-INF/container.xml", _refuse_encrypted)
    return read_package(data, "EPUB", "META-INF/container.xml", _reader(reading))


def _refuse_encrypted(name: str, part: bytes) -> None:
    """Refuse a book whose pages nobody can read; typefaces may be encrypted."""
    if name == "META-INF/encryption.xml" and _PAGE.search(part):
        raise InputError("it is encrypted", hint="take a copy without copy protection")


def _reader(reading: Reading) -> Callable[[str, bytes], Document | None]:
    def read(name: str, part: bytes) -> Document | None:
        ending = name.rpartition(".")[2].lower()
        if ending in ("xhtml", "html", "htm", "svg"):
            return html.parse(part, reading)
        if ending not in ("ncx", "opf"):
            return None
        text, encode = read_xml(part)
        text, _ = html.with_language(text, reading)
        builder = Builder(_with_language(text, reading))
        add_segments(builder, _CONTENTS if ending == "ncx" else _ABOUT)
        return builder.build(encode)

    return read


def _with_language(text: str, reading: Reading) -> str:
    def told(found: re.Match[str]) -> str:
        same = reading.target is not None and found[2].lower() == reading.source
        return f"{found[1]}{reading.target}{found[3]}" if same else found[0]

    return _LANGUAGE.sub(told, text)
