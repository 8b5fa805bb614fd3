"""Office Open XML: the text of .docx, .pptx and .xlsx, everything else as it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from dataclasses import replace

from allez.documents.compared import Compared
from allez.documents.document import Builder, Document
from allez.documents.mixed import Profile, add_segments
from allez.documents.office_values import add_levels
from allez.documents.package import Package, read_package
from allez.documents.proofing import with_office_language
from allez.documents.reading import Reading
from allez.documents.run_names import Runs
from allez.documents.runs import add_paragraphs
from allez.documents.sheet_headings import add_headings
from allez.documents.sheet_names import names_of_workbook
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
        "w:hyperlink w:ins w:smartTag w:sdt w:sdtContent w:fldSimple w:moveTo w:customXml w:bdo "
        "w:dir"
    ),
    breaks=names("w:tab w:ptab w:br w:cr"),
    spelled=(("w:softHyphen", ""), ("w:noBreakHyphen", "-")),
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
_MASTER = replace(_SLIDE, shape=names("p:sp"), prompt=names("p:ph"))
"""What stands on every slide; its placeholders say what a slide may be filled with."""
_SHEET = Runs(
    paragraph=names("si is text"),
    run="r",
    style="rPr",
    text="t",
    spaced=True,
    head=names("rPh phoneticPr"),
    namespaces=(("", "http://schemas.openxmlformats.org/spreadsheetml/2006/main"),),
)
_WORD_PARTS = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml")
_SLIDE_PARTS = re.compile(
    r"ppt/(?:slides/slide\d+|notesSlides/notesSlide\d+|comments/modernComment\w*)\.xml"
)
_MASTER_PARTS = re.compile(
    r"ppt/(?:slideMasters/slideMaster|slideLayouts/slideLayout|handoutMasters/handoutMaster)\d+\.xml"
)
_SHEET_PARTS = re.compile(r"xl/(?:sharedStrings|worksheets/sheet\d+|comments\d*)\.xml")
_STRINGS = "xl/sharedStrings.xml"
_SHEETS = re.compile(r"xl/worksheets/sheet\d+\.xml")
_DRAWN_PARTS = re.compile(r"(?:word|ppt|xl)/(?:diagrams/(?:data|drawing)|drawings/drawing)\d+\.xml")
"""Diagrams, and what is drawn over the cells of a sheet."""
_CHART_PARTS = re.compile(r"(?:word|ppt|xl)/charts/chart(?:Ex)?\d+\.xml")
_COMMENT_PARTS = re.compile(
    r"ppt/comments/comment\d+\.xml|xl/threadedComments/threadedComment\d+\.xml"
)
_LEVELS = "word/numbering.xml"
_STYLES = "word/styles.xml"
"""In which language a text is that does not say it itself."""
_CHART = Profile(only=names("a:t c:v cx:v cx:pt"), skipped=names("c:numCache c:numLit cx:numDim"))
"""Headings, and the names of rows and columns that a chart keeps of its table; not its numbers."""
_COMMENT = Profile(only=names("p:text text"))
"""Comments that are no paragraphs."""
_ABOUT_PARTS = re.compile(r"docProps/core\.xml")
_ABOUT = Profile(only=names("dc:title dc:subject dc:description"))
"""What a document says of itself: windows and fields show its title."""
_PROFILES = (
    (_CHART_PARTS, _CHART),
    (_COMMENT_PARTS, _COMMENT),
    (_ABOUT_PARTS, _ABOUT),
)
_RUNS = ((_DRAWN_PARTS, _SLIDE), (_MASTER_PARTS, _MASTER))
"""How parts are read that several kinds of files have, or that are not like the others."""
_TABLE_COLUMN = re.compile(r"<(?:\w+:)?(?:tableColumn|cacheField)\b[^>]*?\bname=\"([^\"]*)\"")


def parse_docx(data: bytes, reading: Reading = Reading()) -> Package:  # noqa: B008  (frozen)
    """Take a Word document apart: text, headers, footers, notes, comments, diagrams and charts.

    Args:
        data: the file.
        reading: `source` and `target`: the language that its text is said to be in is changed.

    Raises:
        InputError: it is none, or broken; the part is named.
    """
    reader = _reader(_WORD_PARTS, _WORD, reading)
    return read_package(data, "Word document", "word/document.xml", reader)


def parse_pptx(data: bytes, reading: Reading = Reading()) -> Package:  # noqa: B008  (frozen)
    """Take a presentation apart: slides, notes, diagrams, charts; all else as of a document."""
    reader = _reader(_SLIDE_PARTS, _SLIDE, reading)
    return read_package(data, "presentation", "ppt/presentation.xml", reader)


def parse_xlsx(data: bytes, reading: Reading = Reading()) -> Package:  # noqa: B008  (frozen)
    """Take a workbook apart: cells of text, comments, headings, drawings, charts.

    Errors are those of a document. Names of sheets and the headings of tables are left alone:
    formulas and pivot tables call them by name. So is what cells are compared with, and those that
    hold it, and so are columns of names.
    """
    keep = Compared()

    def collect(name: str, part: bytes) -> Document | None:
        if name.startswith(("xl/tables/", "xl/pivotCache/pivotCacheDefinition")):
            columns = _TABLE_COLUMN.findall(read_xml(part)[0])
            for column in columns:
                keep.add(unescape(column))
        if name.startswith(("xl/tables/", "xl/worksheets/sheet", "xl/workbook")):
            keep.read(read_xml(part)[0])
        return None

    whole = read_package(data, "workbook", "xl/workbook.xml", collect)
    for name in _names(whole):
        keep.add(name)
    reader = _reader(_SHEET_PARTS, _SHEET, reading, keep)
    return read_package(data, "workbook", "xl/workbook.xml", reader)


def _names(workbook: Package) -> set[str]:
    """Return the texts of columns that are called after names."""
    strings, sheets = "", []
    for info, part in zip(workbook.infos, workbook.parts, strict=True):
        if info.filename == _STRINGS:
            strings = read_xml(part)[0]
        elif _SHEETS.fullmatch(info.filename):
            sheets.append(read_xml(part)[0])
    return names_of_workbook(strings, sheets)


def _reader(
    parts: re.Pattern[str], runs: Runs, reading: Reading, keep: Container[str] = frozenset()
) -> Callable[[str, bytes], Document | None]:
    def read(name: str, part: bytes) -> Document | None:
        profile = next((p for found, p in _PROFILES if found.fullmatch(name)), None)
        used = next((r for found, r in _RUNS if found.fullmatch(name)), None)
        used = runs if parts.fullmatch(name) else used
        if not profile and not used and name not in (_LEVELS, _STYLES):
            return None
        text, encode = read_xml(part)
        builder = Builder(with_office_language(text, reading))
        if profile:
            add_segments(builder, profile)
        elif used:
            add_paragraphs(builder, used, keep)
        elif name == _LEVELS:
            add_levels(builder)
        if name.startswith("xl/worksheets/"):
            add_headings(builder)
        return builder.build(encode)

    return read
