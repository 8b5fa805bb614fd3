"""Which format a file has, by its name and what is in it. Each format is a module of its own."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from allez.documents.binary import refuse_what_is_no_utf8
from allez.documents.document import Document
from allez.documents.reading import Reading
from allez.errors import InputError, OptionError

if TYPE_CHECKING:
    from allez.documents.rows import TableFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One kind of file."""

    name: str
    """As `--as` calls it."""
    suffixes: tuple[str, ...]
    """How names of such files end, in small letters."""
    function: str
    """What takes one apart, `module.function` within this folder."""
    rows: str = ""
    """What opens one that may be of any size, since its rows can be translated one by one."""

    def parse(self, data: bytes, reading: Reading) -> Document:
        """Take a file apart.

        Raises:
            InputError: it is broken, or not of this format.
            MissingExtraError: a library that reads it is not installed.
        """
        function: Callable[[bytes, Reading], Document] = _imported(self.function)
        return function(data, reading)

    def open_rows(self, path: Path, reading: Reading) -> TableFile:
        """Open a file of a format that has `rows`; errors as those of `parse`."""
        function: Callable[[Path, Reading], TableFile] = _imported(self.rows)
        return function(path, reading)


def _imported(function: str) -> Any:
    module, _, name = function.rpartition(".")
    return getattr(importlib.import_module(f"allez.documents.{module}"), name)


FORMATS = {
    format_.name: format_
    for format_ in (
        Format(name="text", suffixes=(".txt", ".text", ".log"), function="plain.parse"),
        Format(name="srt", suffixes=(".srt",), function="subtitles.parse_srt"),
        Format(name="vtt", suffixes=(".vtt",), function="subtitles.parse_vtt"),
        Format(name="html", suffixes=(".html", ".htm", ".xhtml"), function="html.parse"),
        Format(name="markdown", suffixes=(".md", ".markdown"), function="markdown.parse"),
        Format(name="json", suffixes=(".json", ".arb"), function="json_strings.parse"),
        Format(name="properties", suffixes=(".properties",), function="properties.parse"),
        Format(name="strings", suffixes=(".strings",), function="apple_strings.parse"),
        Format(name="po", suffixes=(".po", ".pot"), function="gettext.parse"),
        Format(name="android", suffixes=(), function="android.parse"),
        Format(name="xliff", suffixes=(".xlf", ".xliff"), function="xliff.parse"),
        Format(name="docx", suffixes=(".docx", ".docm", ".dotx"), function="office.parse_docx"),
        Format(name="pptx", suffixes=(".pptx", ".pptm"), function="office.parse_pptx"),
        Format(name="xlsx", suffixes=(".xlsx", ".xlsm"), function="office.parse_xlsx"),
        Format(
            name="opendocument",
            suffixes=(".odt", ".ott", ".odp", ".otp", ".ods"),
            function="opendocument.parse",
        ),
        Format(name="epub", suffixes=(".epub",), function="epub.parse"),
        Format(name="csv", suffixes=(".csv",), function="tables.parse_csv", rows="rows.open_csv"),
        Format(
            name="tsv", suffixes=(".tsv", ".tab"), function="tables.parse_tsv", rows="rows.open_tsv"
        ),
    )
}
"""All of them, by name."""

_REFUSED = (
    (b"%PDF", "a PDF", "convert it to text or .docx first: pdftotext, or LibreOffice"),
    (b"{\\rtf", "an RTF file", "save it as .docx or .odt first"),
    (
        b"\xd0\xcf\x11\xe0",
        "an old or encrypted Office file",
        "save it as .docx, .pptx or .xlsx, without a password",
    ),
)
"""What begins so has no reader: its name, and what can be done about it."""

REFUSED_SUFFIXES = (".pdf", ".rtf", ".doc", ".ppt", ".xls")
"""How names of such files end; in a folder they are opened, so that each is named."""

_AS_TEXT = "--as text takes its lines for sentences, signs and all"
_OTHERS = (
    (
        "subtitles of another kind",
        ".ass .ssa .sbv .sub .ttml .dfxp",
        "convert them to .srt first: ffmpeg -i film.ass film.srt",
    ),
    ("a file of settings", ".yml .yaml .toml .ini .cfg .conf", _AS_TEXT),
    ("markup of another kind", ".tex .rst .adoc .org .textile .mediawiki", _AS_TEXT),
    (
        "a program",
        ".py .js .mjs .ts .tsx .jsx .vue .css .scss .java .kt .c .h .cc .cpp .cs .go .rs .php .rb "
        ".pl .sh .bat .ps1 .sql .swift .lua",
        _AS_TEXT,
    ),
)
"""Text whose signs would be translated or moved: what it is, how names end, what can be done."""

_PROLOGUE = r"(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*|<!DOCTYPE (?!html)[^>\[]*(?:\[.*?\]\s*)?>\s*)*"
"""What may stand before the first element of XML."""

_BEGINNINGS = (
    (r"WEBVTT\b", "vtt"),
    (r"\d+\s+\d+:\d{2}:\d{2},\d{3} *-->", "srt"),
    (_PROLOGUE + r"(?:<!DOCTYPE html|<html\b)", "html"),
    (_PROLOGUE + r"<resources\b", "android"),
    (_PROLOGUE + r"<(?:\w+:)?xliff\b", "xliff"),
    (r'(?:#[^\n]*\n\s*)*msgid\s+"', "po"),
)
"""How a text begins that says by itself what it is."""


def recognise(name: str, data: bytes) -> Format:
    """Return the format of a file.

    Args:
        name: of the file; how it ends decides, unless the content contradicts.
        data: all of it.

    Raises:
        InputError: there is no reader for it.
    """
    for beginning, kind, hint in _REFUSED:
        if data[:1024].lstrip().startswith(beginning):
            raise InputError(f"{kind} cannot be read", hint=hint)
    return by_name(name) or _by_content(data, PurePath(name).suffix.lower())


def by_name(name: str) -> Format | None:
    """Return the format that the name of a file tells; None: its content does."""
    ending = PurePath(name).suffix.lower()
    return next((form for form in FORMATS.values() if ending in form.suffixes), None)


def by_beginning(path: Path) -> Format | None:
    """Return the format of a file of XML by how it begins, if it is one that is known."""
    if path.suffix.lower() != ".xml":
        return None
    try:
        with open(path, "rb") as stream:
            return _by_content(stream.read(4096), ".xml")
    except (InputError, OSError):  # none that is known, or one that nobody can read
        return None


def named(name: str) -> Format:
    """Return the format that a caller names; OptionError if there is none."""
    if name not in FORMATS:
        raise OptionError(f"there is no format {name!r}", hint=_known())
    return FORMATS[name]


def _known() -> str:
    return "known are " + ", ".join(FORMATS)


_ZIPPED = (
    (b"application/epub+zip", "epub"),
    (b"application/vnd.oasis.opendocument", "opendocument"),
    (b"word/", "docx"),
    (b"ppt/", "pptx"),
    (b"xl/", "xlsx"),
)
"""What stands near the beginning of documents that are zips."""


def _by_content(data: bytes, suffix: str) -> Format:
    if data.startswith(b"PK"):
        for content, name in _ZIPPED:
            if content in data[:65536]:
                return FORMATS[name]
    refuse_what_is_no_utf8(data, "it")
    head = data[:4096].decode("utf-8-sig", "ignore").lstrip()
    for pattern, name in _BEGINNINGS:
        if re.match(pattern, head, re.IGNORECASE | re.DOTALL):
            return FORMATS[name]
    if suffix == ".xml" or re.match(r"<\?xml\b|<!DOCTYPE\b", head, re.IGNORECASE):
        raise InputError(
            "it is XML of no kind that is known",
            hint="--as html, xliff or android if it is one of these, --as text if it is text",
        )
    for what, suffixes, hint in _OTHERS:
        if suffix and suffix in suffixes.split():
            raise InputError(f"there is no reader for {what}", hint=hint)
    return FORMATS["text"]
