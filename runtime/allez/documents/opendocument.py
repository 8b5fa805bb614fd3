"""OpenDocument: the text of .odt, .odp and .ods, everything else as it was."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from allez.documents.compared import Compared
from allez.documents.document import Builder, Document
from allez.documents.mixed import Profile, add_segments
from allez.documents.package import Package, read_package
from allez.documents.proofing import with_open_language
from allez.documents.reading import Reading
from allez.documents.sheet_names import names_of_open_sheets
from allez.documents.xml import read_xml
from allez.errors import InputError
from allez.text.elements import names
from allez.text.references import unescape
from allez.text.tags import Token, value_of

_READ = names(
    "office:title table:title style:num-prefix style:num-suffix form:label "
    "text:string-value-if-true text:string-value-if-false"
)
"""Attributes that are shown: tooltips, prompts, what stands around the number of a chapter."""
TEXT = Profile(
    inline=names(
        "text:span text:a text:ruby text:ruby-base text:meta text:meta-field text:hidden-text "
        "text:conditional-text text:drop-down text:label"
    ),
    words=names(
        "text:date text:time text:author-name text:author-initials text:sequence text:title "
        "text:subject text:chapter text:file-name text:reference-ref text:bookmark-ref "
        "text:note-ref text:sequence-ref text:user-field-get text:variable-get text:placeholder "
        "text:bibliography-mark text:creation-date text:modification-date text:user-defined "
        "text:variable-set text:expression text:sheet-name text:creator text:initial-creator"
    ),
    points=names(
        "text:bookmark text:bookmark-start text:bookmark-end text:reference-mark text:toc-mark "
        "text:reference-mark-start text:reference-mark-end text:change text:change-start "
        "text:change-end text:soft-page-break text:page-number text:page-count text:ruby-text "
        "text:alphabetical-index-mark text:alphabetical-index-mark-start "
        "text:alphabetical-index-mark-end office:annotation-end"
    ),
    nested=names(
        "text:note office:annotation draw:frame draw:custom-shape draw:rect draw:line draw:g "
        "draw:a draw:text-box draw:connector draw:ellipse draw:polygon draw:path"
    ),
    breaks=names("text:s text:tab text:line-break"),
    skipped=names(
        "text:tracked-changes office:event-listeners table:label-ranges text:note-citation"
    ),
    only=names(
        "text:p text:h svg:title svg:desc text:outline-style text:list-style form:form "
        "table:content-validations"
    ),
    is_text=lambda text, tag, name: name in _READ,
    is_kept=lambda text, tag: value_of(text, tag, "presentation:placeholder") == "true",
)
"""What the elements of a document mean."""
_META = "meta.xml"
_ABOUT = Profile(only=names("dc:title dc:subject dc:description"))
"""What a document says of itself: windows and fields show its title."""
_PARTS = re.compile(r"(?:Object \d+/)?(?:content|styles)\.xml")
"""The document, and the charts in it."""


def parse(data: bytes, reading: Reading = Reading()) -> Package:  # noqa: B008  (frozen)
    """Take a document apart: its text, the headers and footers of its pages, and charts.

    Args:
        data: the file.
        reading: `source` and `target`: the language that its text is said to be in is changed.

    Raises:
        InputError: it is none, or broken; the part is named.
    """
    read_package(data, "OpenDocument file", "content.xml", _refuse_encrypted)
    read = partial(_read, reading)
    return read_package(data, "OpenDocument file", "content.xml", read)


def _refuse_encrypted(name: str, part: bytes) -> None:
    if name == "META-INF/manifest.xml" and b"encryption-data" in part:
        raise InputError("it is encrypted", hint="save it without a password")


def _read(reading: Reading, name: str, part: bytes) -> Document | None:
    if name != _META and not _PARTS.fullmatch(name):
        return None
    text, encode = read_xml(part)
    builder = Builder(with_open_language(text, reading))
    add_segments(builder, _ABOUT if name == _META else _with_kept(builder.text))
    return builder.build(encode)


def _with_kept(text: str) -> Profile:
    """Return how a part is read: cells stay that hold names, or what others are compared with."""
    compared = Compared()
    compared.read(text)
    named = names_of_open_sheets(text)
    if not compared and not named:
        return TEXT

    def is_kept(text: str, tag: Token) -> bool:
        if tag.name != "text:p" or tag.kind != "open":
            return TEXT.is_kept(text, tag)
        end = text.find("<", tag.end)
        return tag.start in named or (
            text.startswith("</", end) and unescape(text[tag.end : end]) in compared
        )

    return replace(TEXT, is_kept=is_kept)
