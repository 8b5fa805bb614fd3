"""Office, OpenDocument and EPUB: parts and runs stay, bombs and broken zips are refused."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from allez.documents import package
from allez.documents.document import Document
from allez.documents.formats import FORMATS, recognise
from allez.documents.reading import Reading
from allez.documents.translation import translate_document
from allez.errors import InputError
from support.documents import (
    DOCX,
    EPUB,
    ODT,
    PACKAGES,
    PPTX,
    SAMPLES,
    XLSX,
    WordByWord,
    unzipped,
    uppercased,
    zipped,
)

_BOLD = "<w:rPr><w:b/></w:rPr>"
READING = Reading(source="fr", target="en")


def parse(name: str, parts: dict[str, str]) -> Document:
    return FORMATS[name].parse(zipped(parts), READING)


def capitals(name: str, part: str) -> str:
    return unzipped(uppercased(parse(name, PACKAGES[name])))[part].decode()


def texts(name: str) -> list[str]:
    return [segment.source.text for segment in parse(name, PACKAGES[name]).segments]


@pytest.mark.parametrize("name", PACKAGES)
def test_parts_and_their_order_stay(name: str) -> None:
    before, after = unzipped(SAMPLES[name]), unzipped(uppercased(parse(name, PACKAGES[name])))
    assert list(after) == list(before)
    with zipfile.ZipFile(io.BytesIO(SAMPLES[name])) as old:
        kinds = [(i.compress_type, i.date_time, i.external_attr) for i in old.infolist()]
    with zipfile.ZipFile(io.BytesIO(uppercased(parse(name, PACKAGES[name])))) as new:
        assert [(i.compress_type, i.date_time, i.external_attr) for i in new.infolist()] == kinds


@pytest.mark.parametrize("name", PACKAGES)
@pytest.mark.parametrize("backwards", [False, True])
def test_what_comes_out_is_well_formed(name: str, backwards: bool) -> None:
    translate = WordByWord(backwards=backwards, dropped=["{"]).translate_batch
    result = translate_document(parse(name, PACKAGES[name]), translate)
    for part, content in unzipped(result).items():
        if part.endswith((".xml", ".opf", ".ncx", ".xhtml")):
            ElementTree.fromstring(content)


@pytest.mark.parametrize("name", PACKAGES)
def test_a_file_without_its_name_is_recognised(name: str) -> None:
    assert recognise("file", SAMPLES[name]).name == name


def test_runs_of_word_are_joined_and_styles_kept() -> None:
    assert texts("docx") == [
        "Bonjour et bienvenue à tous.",
        "Le musée est & fermé ici",
        "dans la boîte",
        "autour",
        "En-tête",
    ]
    document = capitals("docx", "word/document.xml")
    assert '<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">BIENVENUE</w:t></w:r>' in document
    assert re.findall(r"<w:t\b[^>]*>([^<]*)</w:t>", document) == [
        "BONJOUR ET ",
        *(
            "BIENVENUE",
            " À TOUS.",
            "LE MUSÉE",
            "EST &amp; FERMÉ",
            " ICI",
            "DANS LA BOÎTE",
            "AUTOUR",
        ),
    ]
    for kept in ('<w:hyperlink w:id="r1">', "<w:tab/>", "<w:footnoteReference/>", "<w:proofErr/>"):
        assert document.count(kept) == 1
    assert document.count("<w:p>") + document.count("<w:p ") == DOCX["word/document.xml"].count(
        "<w:p>"
    ) + DOCX["word/document.xml"].count("<w:p ")


def paragraph(inside: str) -> tuple[list[str], str]:
    """Return what is read of a paragraph of Word, and what it is in capitals."""
    parts = {**DOCX, "word/document.xml": f"<w:body><w:p>{inside}</w:p></w:body>"}
    document = parse("docx", parts)
    body = unzipped(uppercased(document))["word/document.xml"].decode()
    ElementTree.fromstring(body.replace("<w:body>", '<w:body xmlns:w="w">'))
    read = [segment.source.text for segment in document.segments]
    return [text for text in read if text != "En-tête"], body.removeprefix("<w:body><w:p>")


@pytest.mark.parametrize(
    ("inside", "read", "capitals"),
    [
        (
            "<w:r><w:t>Un.</w:t><w:br/><w:t>Deux</w:t><w:br/></w:r>",
            ["Un.", "Deux"],
            '<w:r><w:t xml:space="preserve">UN.</w:t></w:r><w:r><w:br/></w:r>'
            '<w:r><w:t xml:space="preserve">DEUX</w:t></w:r><w:r><w:br/></w:r>',
        ),
        (
            f"<w:r>{_BOLD}<w:tab/><w:t>Un</w:t><w:br/><w:t>12</w:t><w:tab/><w:t>Deux</w:t></w:r>",
            ["Un", "Deux"],
            f'<w:r>{_BOLD}<w:tab/></w:r><w:r>{_BOLD}<w:t xml:space="preserve">UN</w:t></w:r>'
            f"<w:r>{_BOLD}<w:br/><w:t>12</w:t><w:tab/></w:r>"
            f'<w:r>{_BOLD}<w:t xml:space="preserve">DEUX</w:t></w:r>',
        ),
        ("<w:r><w:t>il est</w:t><w:br/><w:t>tard</w:t></w:r>", ["il est tard"], "IL EST"),
        (
            '<w:hyperlink r:id="a"><w:r><w:t>Un</w:t><w:br/><w:t>Deux</w:t></w:r></w:hyperlink>',
            ["Un Deux"],
            "UN",
        ),
    ],
)
def test_lines_of_a_paragraph(inside: str, read: list[str], capitals: str) -> None:
    inside = inside.replace(' r:id="a"', "")
    found, written = paragraph(inside)
    assert found == read
    assert capitals in written
    for tag in ("<w:br/>", "<w:tab/>"):
        assert written.count(tag) == inside.count(tag)


FIELD = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>{}</w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>{}</w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
)
BEGIN, _, END = FIELD.format("PAGE", "12").partition("<w:r><w:t>12</w:t></w:r>")


@pytest.mark.parametrize(
    ("instruction", "shown", "moved"),
    [("HYPERLINK", "le musée", "MUSÉE LE"), ("PAGE", "12", "12"), ("REF", "", "")],
)
@pytest.mark.parametrize("in_one_run", [False, True])
def test_parts_of_a_field_stay_in_order(
    instruction: str, shown: str, moved: str, in_one_run: bool
) -> None:
    field = FIELD.format(instruction, shown)
    body = f"<w:r><w:t>voir ici </w:t></w:r>{field}<w:r><w:t> et puis là</w:t></w:r>"
    body = body.replace("</w:r><w:r>", "") if in_one_run else body
    parts = {**DOCX, "word/document.xml": f'<w:d xmlns:w="w"><w:p>{body}</w:p></w:d>'}
    translate = WordByWord(backwards=True).translate_batch
    result = unzipped(translate_document(parse("docx", parts), translate))["word/document.xml"]
    ElementTree.fromstring(result)
    found = re.findall(r'fldCharType="(\w+)"|<w:t\b[^>]*>([^<]*)<', result.decode())
    inside = [part or text for part, text in found if part or text]
    begin, end = inside.index("begin"), inside.index("end")
    assert inside[begin + 1 : end] == ["separate", *([moved] if moved else [])]
    assert result.decode().count("<w:instrText>") == 1


def test_a_field_that_ends_in_another_paragraph_is_let_alone() -> None:
    begin, end = FIELD.format("TOC", "un").split("<w:r><w:t>un</w:t></w:r>")
    parts = {
        **DOCX,
        "word/document.xml": (
            f'<w:d xmlns:w="w"><w:p>{begin}<w:r><w:t>un titre</w:t></w:r></w:p>'
            f"<w:p><w:r><w:t>la fin</w:t></w:r>{end}</w:p></w:d>"
        ),
    }
    document = parse("docx", parts)
    assert [s.source.text for s in document.segments][:2] == ["un titre", "la fin"]
    result = unzipped(uppercased(document))["word/document.xml"].decode()
    order = [result.index(part) for part in ("begin", "separate", "UN TITRE", "LA FIN", '"end"')]
    assert order == sorted(order)


@pytest.mark.parametrize(
    "body",
    [
        f'<w:ins w:id="1"><w:r><w:t>un mot</w:t></w:r>{BEGIN}</w:ins>{END}',
        f'{BEGIN}<w:ins w:id="1"><w:r><w:t>un mot</w:t></w:r>{END}</w:ins>',
        f'<w:ins w:id="1"><w:r><w:t>un mot</w:t></w:r>{BEGIN}</w:ins><w:ins w:id="2">{END}</w:ins>',
    ],
)
def test_a_field_across_elements_is_left_alone_and_named(body: str) -> None:
    part = f'<w:d xmlns:w="w"><w:p>{body}</w:p><w:p><w:r><w:t>la fin</w:t></w:r></w:p></w:d>'
    document = parse("docx", DOCX | {"word/document.xml": part})
    note = "word/document.xml: line 1: a paragraph with a field across elements is left alone"
    assert list(document.notes) == [note]
    result = unzipped(uppercased(document))["word/document.xml"].decode()
    assert f"<w:p>{body}</w:p>" in result
    assert "LA FIN" in result


@pytest.mark.parametrize(
    ("name", "part", "usual", "namespace"),
    [
        ("docx", "word/document.xml", "w:", "wordprocessingml"),
        ("pptx", "ppt/slides/slide1.xml", "a:", "drawingml"),
        ("xlsx", "xl/sharedStrings.xml", "", "spreadsheetml"),
    ],
)
def test_a_namespace_may_have_any_prefix(name: str, part: str, usual: str, namespace: str) -> None:
    address = f"http://schemas.openxmlformats.org/{namespace}/2006/main"
    text = re.sub(r' xmlns:[wa]="[^"]*"', "", PACKAGES[name][part])
    text = (
        re.sub(rf"(</?){usual}(?=[a-zA-Z])", r"\1x:", text)
        if usual
        else re.sub(r"(</?)(?=[a-zA-Z])", r"\1x:", text)
    )
    root = re.search(r"<x:\w+|<p:\w+", text)
    assert root
    text = f'{text[: root.end()]} xmlns:x="{address}"{text[root.end() :]}'
    other = parse(name, {**PACKAGES[name], part: text})
    count = len(texts(name))
    assert len(other.segments) == count
    assert "<x:" in unzipped(uppercased(other))[part].decode()


@pytest.mark.parametrize(
    ("name", "part"), [("docx", "docProps/core.xml"), ("opendocument", "meta.xml")]
)
def test_a_document_s_title_is_read(name: str, part: str) -> None:
    about = (
        '<a:b xmlns:a="a" xmlns:dc="dc"><dc:title>Un titre</dc:title><dc:creator>Jean</dc:creator>'
        "<dc:subject>un sujet</dc:subject><a:keywords>un</a:keywords></a:b>"
    )
    document = parse(name, {**PACKAGES[name], part: about})
    assert [s.source.text for s in document.segments][-2:] == ["Un titre", "un sujet"]
    written = unzipped(uppercased(document))[part].decode()
    assert written == about.replace("Un titre", "UN TITRE").replace("un sujet", "UN SUJET")


def test_an_encrypted_document_is_named() -> None:
    manifest = "<m:manifest><m:encryption-data/></m:manifest>"
    parts = {"content.xml": "\1\2", "META-INF/manifest.xml": manifest}
    with pytest.raises(InputError, match="it is encrypted"):
        FORMATS["opendocument"].parse(zipped(parts), READING)


@pytest.mark.parametrize(("page", "refused"), [("OEBPS/c1.xhtml", True), ("OEBPS/a.otf", False)])
def test_a_book_with_copy_protection_is_named(page: str, refused: bool) -> None:
    told = (
        '<encryption xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:CipherData>'
        f'<enc:CipherReference URI="{page}"/></enc:CipherData></enc:EncryptedData></encryption>'
    )
    data = zipped({**EPUB, "META-INF/encryption.xml": told})
    if not refused:
        assert FORMATS["epub"].parse(data, READING).segments
        return
    with pytest.raises(InputError, match=r"META-INF/encryption\.xml: it is encrypted") as caught:
        FORMATS["epub"].parse(data, READING)
    assert caught.value.hint == "take a copy without copy protection"


def test_a_paragraph_of_thousands_of_runs_is_left_alone() -> None:
    run = f"<w:r>{_BOLD}<w:t>un</w:t></w:r><w:r><w:t>deux</w:t></w:r>"
    document = parse("docx", {**DOCX, "word/document.xml": f"<w:p>{run * 1000}</w:p>"})
    assert list(document.notes) == [
        "word/document.xml: line 1: a paragraph of 2000 runs is left alone"
    ]


def test_bold_goes_with_its_word() -> None:
    translate = WordByWord(backwards=True).translate_batch
    result = unzipped(translate_document(parse("docx", DOCX), translate))[
        "word/document.xml"
    ].decode()
    assert re.findall(r"<w:b/></w:rPr><w:t[^>]*>([^<]*)<", result) == ["BIENVENUE"]


def test_macros_are_only_copied() -> None:
    assert capitals("docx", "word/vbaProject.bin") == "Bonjour"


def test_slides() -> None:
    assert texts("pptx") == ["Un titre ici"]
    slide = capitals("pptx", "ppt/slides/slide1.xml")
    assert '<a:r><a:rPr lang="en-US" b="1"/><a:t>TITRE</a:t></a:r>' in slide
    assert slide.count("<a:br/>") == 1
    assert slide.endswith("<a:endParaRPr/></a:p></p:sld>")
    assert slide.startswith(PPTX["ppt/slides/slide1.xml"][:20])


def test_cells_but_no_headings_of_tables() -> None:
    assert texts("xlsx") == ["Chaise pliante", "Un mot", "direct"]
    strings = capitals("xlsx", "xl/sharedStrings.xml")
    assert '<si><t xml:space="preserve">CHAISE PLIANTE</t></si>' in strings
    assert "<si><t>Nom</t></si><si><t>12</t></si>" in strings
    assert XLSX["xl/sharedStrings.xml"].count("<si>") == strings.count("<si>")


@pytest.mark.parametrize(
    "compares",
    [
        '<c><f>COUNTIF(A:A,"oui")+COUNTIF(A:A,"&lt;&gt;Non")</f><v>1</v></c>',
        '<c><f t="shared">IF(A1="Oui",IF(A2=&quot;Non&quot;,1))</f><v>1</v></c>',
        '<dataValidation type="list" sqref="A1"><formula1>"Oui, Non"</formula1></dataValidation>',
        '<x14:cf><xm:f>"Oui"</xm:f><xm:f>"Non"</xm:f></x14:cf>',
        '<cfRule type="containsText" text="Oui"><formula>A1="NON"</formula></cfRule>',
        '<autoFilter><filters><filter val="Oui"/><filter val="Non"/></filters></autoFilter>',
    ],
)
def test_cells_that_a_sheet_compares_with_something_stay(compares: str) -> None:
    strings = "<si><t>Oui</t></si><si><t>Non</t></si><si><t>Oui et non</t></si>"
    sheet = f"<s><c><is><t>Non</t></is></c>{compares}</s>"
    parts = XLSX | {"xl/sharedStrings.xml": f"<sst>{strings}</sst>"}
    document = parse("xlsx", parts | {"xl/worksheets/sheet1.xml": sheet})
    assert [segment.source.text for segment in document.segments] == ["Oui et non"]
    assert unzipped(uppercased(document))["xl/worksheets/sheet1.xml"].decode() == sheet


@pytest.mark.parametrize(
    "compares",
    [
        '<table:table-cell table:formula="of:=IF([.A1]=&quot;Oui&quot;;&quot;non&quot;)"/>',
        '<t:v table:condition="of:cell-content-is-in-list(&quot;Oui&quot;;&quot;Non&quot;)"/>',
        '<calcext:condition calcext:value="=&quot;Oui&quot;" style:condition="&quot;Non&quot;"/>',
        '<table:filter-condition table:operator="=" table:value="Oui"><table:filter-set-item '
        'table:value="Non"/></table:filter-condition>',
        '<c table:formula="of:=COUNTIF([.A1];&quot;?ui&quot;)+COUNTIF([.A1];&quot;no*&quot;)"/>',
    ],
)
def test_cells_of_opendocument_that_a_sheet_compares_with_something_stay(compares: str) -> None:
    cells = (
        "<text:p>Oui</text:p><text:p>Non</text:p><text:p>Oui et <text:span>non</text:span></text:p>"
    )
    content = f"<o>{compares}{cells}</o>"
    document = parse("opendocument", ODT | {"content.xml": content, "styles.xml": "<o/>"})
    assert [segment.source.text for segment in document.segments] == ["Oui et non"]


@pytest.mark.parametrize(
    ("compares", "kept"),
    [
        ('<f>COUNTIF(A:A,"oui*")</f>', "Oui, Oui merci, Oui*"),
        ('<f>COUNTIFS(A:A,"&lt;&gt;*MERCI")</f>', "Oui merci, Dis merci"),
        ('<f>SUMIF(A:A,"*i*i*",B:B)</f>', "Oui merci, Dis merci"),
        ('<f>MATCH("d?s*i",A:A,0)</f>', "Dis merci"),
        ('<f>VLOOKUP("?ui",A:A,1)</f>', "Oui"),
        ('<customFilters><customFilter val="Oui*"/></customFilters>', "Oui, Oui merci, Oui*"),
        ('<f>COUNTIF(A:A,"Oui~*")+COUNTIF(A:A,"~**dis~?")</f>', "Oui*, *mot dis?"),
        ('<f>COUNTIF(A:A,"*")+COUNTIF(A:A,"?*")+COUNTIF(A:A,"o*")</f>', ""),
        ('<f>IF(A1="oui*",1)</f><filter val="oui*"/>', "Oui*"),
        ('<f>COUNTIF(A:A,"merci*merci")+COUNTIF(A:A,"oui m?rci ")</f>', "Oui merci"),
    ],
)
def test_cells_that_a_pattern_names_stay(compares: str, kept: str) -> None:
    cells = ["Oui", "Oui merci", "Dis merci", "Oui*", "*mot dis?"]
    strings = "".join(f"<si><t>{cell}</t></si>" for cell in cells)
    parts = XLSX | {"xl/sharedStrings.xml": f"<sst>{strings}</sst>"}
    document = parse("xlsx", parts | {"xl/worksheets/sheet1.xml": f"<s>{compares}</s>"})
    said = [segment.source.text for segment in document.segments]
    assert ", ".join(cell for cell in cells if cell not in said) == kept


def test_notes_fields_and_headers_of_opendocument() -> None:
    assert texts("opendocument") == [
        "Un titre",
        "La note",
        "Bonjour à tous et merci {0}.",
        "En-tête",
    ]
    content = capitals("opendocument", "content.xml")
    assert '<text:span text:style-name="b">À TOUS</text:span><text:note>' in content
    assert "<text:p>LA NOTE</text:p>" in content
    assert "<text:date>le 4 mai</text:date>" in content
    assert ODT["mimetype"] == capitals("opendocument", "mimetype")


def test_a_book_has_pages_contents_and_a_title() -> None:
    assert texts("epub") == [
        *("Mon livre", "La fin", "Chapitre un", "Une carte", "Un", "Il était une fois."),
    ]
    page = capitals("epub", "OEBPS/c1.xhtml")
    assert '<p>IL <em>ÉTAIT</em> UNE FOIS<a id="b"/>.</p>' in page
    assert 'xml:lang="en"' in page
    about = capitals("epub", "OEBPS/content.opf")
    assert "<dc:language>en</dc:language>" in about
    assert '<reference title="LA FIN" href="c1.xhtml"/>' in about
    assert 'xml:lang="en"' in about
    assert '<ncx xml:lang="en">' in capitals("epub", "OEBPS/toc.ncx")
    assert next(iter(unzipped(SAMPLES["epub"]))) == next(iter(EPUB))


def broken(change: Callable[[dict[str, str]], None]) -> bytes:
    parts = dict(DOCX)
    change(parts)
    return zipped(parts)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PK\3\4 nothing", "it is no Word document"),
        (SAMPLES["docx"][:-30], "it is no Word document"),
        (SAMPLES["epub"], "it has no word/document.xml"),
        (
            broken(lambda parts: parts.update({"word/document.xml": "<w:p>"})),
            "word/document.xml: line 1",
        ),
        (
            broken(
                lambda parts: parts.update(
                    {"word/header1.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a/>'}
                )
            ),
            "word/header1.xml: it declares entities",
        ),
        (broken(lambda parts: parts.update({"x.xml": "0" * 3_000_000})), "x.xml: 3,000,000 bytes"),
    ],
)
def test_broken_files_and_bombs_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)):
        FORMATS["docx"].parse(data, READING)


def test_two_parts_of_one_name_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("word/document.xml", "<a/>")
        with pytest.warns(UserWarning, match="Duplicate"):
            made.writestr("word/document.xml", "<b/>")
    with pytest.raises(InputError, match="the same name"):
        FORMATS["docx"].parse(out.getvalue(), READING)


@pytest.mark.parametrize(
    ("limit", "value", "message"),
    [("MOST_ENTRIES", 2, "parts, at most 2"), ("MOST_BYTES", 100, "MB unpacked")],
)
def test_limits_of_a_zip(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: int, message: str
) -> None:
    monkeypatch.setattr(package, limit, value)
    with pytest.raises(InputError, match=message):
        FORMATS["docx"].parse(SAMPLES["docx"], READING)


def test_a_damaged_part_is_refused() -> None:
    data = bytearray(SAMPLES["docx"])
    at = data.index(b"word/document.xml") + 40
    data[at : at + 20] = bytes(20)
    with pytest.raises(InputError, match="it is no Word document"):
        FORMATS["docx"].parse(bytes(data), READING)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_part_packed_in_another_way_is_refused(method: int) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as packed:
        for name, content in DOCX.items():
            packed.writestr(name, content)
    damaged = made.getvalue().replace(b"BZh9", b"BZx9")  # which is not noticed before it is read
    with pytest.raises(InputError, match="packed as no"):
        FORMATS["docx"].parse(damaged, READING)
