"""Office Open XML: the text of .docx, .pptx and .xlsx, everything else as it was."""

from __future__ import annotations

import re
from collections.abc import Callable

from allez.documents.document import Builder, Document
from allez.documents.package import Package, read_package
from allez.documents.reading import Reading
from allez.documents.runs import Runs, add_paragraphs
from allez.documents.xml import read_xml
from allez.text.elements import names
from allez.text.references import unescape

_WORD = Runs(
    paragraph=names("w:p"),
    run="w:r",
    style="w:rPr",
    text="w:t",
    spaced=True,
    head=names("w:pPr"),
    around=names(
        "w:hyperlink w:ins w:smartTag w:sdt w:sdtContent w:fldSimple w:moveTo w:customXml"
    ),
    breaks=names("w:tab w:br w:cr"),
    field="w:fldChar",
    namespaces=(("w:", "http://schemas.openxmlformats.org/wordprocessingml/2006/main"),),
)
_SLIDE = Runs(
    paragraph=names("a:p"),
    run="a:r",
    style="a:rPr",
    text="a:t",
    spaced=False,
    head=names("a:pPr a:endParaRPr"),
    breaks=names("a:br"),
    namespaces=(("a:", "http://schemas.openxmlformats.org/drawingml/2006/main"),),
)
_SHEET = Runs(
    paragraph=names("si is"),
    run="r",
    style="rPr",
    text="t",
    spaced=True,
    head=names("rPh phoneticPr"),
    namespaces=(("", "http://schemas.openxmlformats.org/spreadsheetml/2006/main"),),
)
_WORD_PARTS = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml")
_SLIDE_PARTS = re.compile(
    r"ppt/(?:slides/slide\d+|notesSlides/notesSlide\d+|diagrams/(?:data|drawing)\d+)\.xml"
)
_SHEET_PARTS = re.compile(r"xl/(?:sharedStrings|worksheets/sheet\d+)\.xml")
_TABLE_COLUMN = re.compile(r"<(?:\w+:)?tableColumn\b[^>]*?\bname=\"([^\"]*)\"")


def parse_docx(data: bytes, reading: Reading = Reading()) -> Package:  # noqa: B008  (frozen)
    """Take a Word document apart: its text, headers, footers, notes and comments.

    Args:
        data: the file.
        reading: nothing of it matters here.

    Raises:
        InputError: it is none, or broken; the part is named.
    """
    return read_package(data, "Word document", "word/document.xml", _reader(_WORD_PARTS, _WORD))


def parse_pptx(data: bytes, reading: Reading = Reading()) -> Package:  # noqa: B008  (frozen)
    """Take a presentation apart: slides, notes and diagrams; errors as those of a document."""
    reader = _reader(_SLIDE_PARTS, _SLIDE)
    return read_package(data, "presentation", "ppt/presentation.xml", reader)


def parse_xlsx(data: bytes, reading: Reading = Reading()) -> Package:  # noqa: B008  (frozen)
    """Take a workbook apart: its cells of text; errors as those of a document.

    Names of sheets and the headings of tables are left alone: formulas call them by name.
    """
    columns: set[str] = set()

    def collect(name: str, part: bytes) -> Document | None:
        if name.startswith("xl/tables/"):
            columns.update(unescape(c) for c in _TABLE_COLUMN.findall(read_xml(part)[0]))
        return None

    read_package(data, "workbook", "xl/workbook.xml", collect)
    reader = _reader(_SHEET_PARTS, _SHEET, frozenset(columns))
    return read_package(data, "workbook", "xl/workbook.xml", reader)


def _reader(
    parts: re.Pattern[str], runs: Runs, keep: frozenset[str] = frozenset()
) -> Callable[[str, bytes], Document | None]:
    def read(name: str, part: bytes) -> Document | None:
        if not parts.fullmatch(name):
            return None
        text, encode = read_xml(part)
        builder = Builder(text)
        add_paragraphs(builder, runs, keep)
        return builder.build(encode)

    return read
