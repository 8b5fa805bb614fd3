"""Drafts of office files: what a reader sees is translated, what was deleted or is code stays."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from allez.documents.document import Document
from allez.documents.formats import FORMATS
from allez.documents.reading import Reading
from allez.documents.translation import translate_document
from support.documents import WordByWord, unchanged, unzipped, uppercased
from support.drafts import DRAFTS, FILES

UNTOUCHED = (
    *("delText", "moveFrom", "instrText", "f", "formula1", "author", "creator", "date", "deletion"),
    *("oMath", "fld", "note-citation", "numCache", "v"),
)
"""Elements whose text no reader of the result reads as such, but for names of rows in charts."""


def parse(name: str) -> Document:
    return FORMATS[name].parse(FILES[name], Reading(source="fr", target="en"))


def texts_of(part: bytes) -> tuple[list[str], list[str]]:
    """Return what is in elements that must stay, and in all others."""
    kept: list[str] = []
    shown: list[str] = []

    def walk(element: ElementTree.Element, stays: bool, around: str) -> None:
        name = element.tag.rpartition("}")[2]
        stays = stays or (name in UNTOUCHED and around != "pt")
        (kept if stays else shown).append(element.text or "")
        for child in element:
            walk(child, stays, name)
            (kept if stays else shown).append(child.tail or "")

    walk(ElementTree.fromstring(part), False, "")
    return [t for t in kept if t.strip()], [t for t in shown if t.strip()]


@pytest.mark.parametrize("name", DRAFTS)
def test_a_draft_comes_back_as_it_was(name: str) -> None:
    document = parse(name)
    assert not document.notes
    assert unchanged(document) == FILES[name]


@pytest.mark.parametrize("name", DRAFTS)
def test_what_a_reader_sees_is_read(name: str) -> None:
    read = [" ".join(s.source.text.split(" ")).strip() for s in parse(name).segments]
    assert [re.sub(" +", " ", text) for text in read] == DRAFTS[name][1]


def tags_of(part: bytes) -> set[str]:
    """Return the elements of a part, but for those that are written as characters."""
    tags = {element.tag for element in ElementTree.fromstring(part).iter()}
    return {tag for tag in tags if not tag.endswith(("Hyphen", "}r"))}


@pytest.mark.parametrize("name", DRAFTS)
@pytest.mark.parametrize("backwards", [False, True])
def test_what_is_no_text_stays(name: str, backwards: bool) -> None:
    translate = WordByWord(backwards=backwards).translate_batch
    before, after = unzipped(FILES[name]), unzipped(translate_document(parse(name), translate))
    assert list(after) == list(before)
    for part, content in before.items():
        if not content.startswith(b"<"):
            assert after[part] == content
            continue
        assert tags_of(after[part]) == tags_of(content)
        (kept, shown), (kept_now, shown_now) = texts_of(content), texts_of(after[part])
        assert kept_now == kept
        words, words_now = (sorted("".join(t).replace("-", "").upper()) for t in (shown, shown_now))
        assert [c for c in words_now if not c.isspace()] == [c for c in words if not c.isspace()]


def test_changes_stay_around_their_words() -> None:
    document = unzipped(uppercased(parse("docx")))["word/document.xml"].decode()
    assert re.search(r"<w:ins [^>]*><w:r><w:t[^>]*>NOIR </w:t></w:r><w:r><w:rPr><w:b/>", document)
    assert re.search(
        r"<w:del [^>]*><w:r><w:delText[^>]*>blanc </w:delText></w:r></w:del>", document
    )
    assert re.search(r"<w:moveFrom [^>]*><w:r><w:t[^>]*>ancien</w:t></w:r></w:moveFrom>", document)
    assert document.count(">DANS LA BOÎTE<") == 2
    assert document.count('"UNE ZONE"') == 2
    assert ">EXTRAORDINAIRE, MOT-CLÉ<" in document


def test_a_large_initial_is_the_first_letter_again() -> None:
    words = {"Il": "Once", "était": "there was", "une": "a", "fois": "time"}
    translated = translate_document(parse("docx"), WordByWord(words).translate_batch)
    document = unzipped(translated)["word/document.xml"].decode()
    assert re.search(r'w:val="88"/></w:rPr><w:t[^>]*>O</w:t></w:r></w:p><w:p><w:pr', document)
    assert re.search(r"<w:t[^>]*>nce there was </w:t>.*?<w:b/></w:rPr><w:t[^>]*>a time<", document)


def test_a_prompt_that_excel_would_refuse_stays() -> None:
    long = {"un": "a" * 20, "choix": "b" * 20, "choisir": "choose"}
    translated = translate_document(parse("xlsx"), WordByWord(long).translate_batch)
    sheet = unzipped(translated)["xl/worksheets/sheet1.xml"].decode()
    assert 'promptTitle="un choix" prompt="choose ici"' in sheet


def test_names_and_formulas_of_a_workbook_stay() -> None:
    after = unzipped(uppercased(parse("xlsx")))
    before = unzipped(FILES["xlsx"])
    assert after["xl/workbook.xml"] == before["xl/workbook.xml"]
    sheet = after["xl/worksheets/sheet1.xml"].decode()
    assert '<f>IF(A1="oui","bon","rien")</f><v>rien</v>' in sheet
    assert (
        "<oddHeader>&amp;L&amp;&quot;Arial,Gras&quot;MA SOCIÉTÉ&amp;CUN &amp;&amp; DEUX&amp;RPAGE "
        "&amp;P DE &amp;N</oddHeader><oddFooter>&amp;D</oddFooter>"
    ) in sheet
    assert "<si><t>Article</t></si>" in after["xl/sharedStrings.xml"].decode()


@pytest.mark.parametrize(
    ("name", "part", "told"),
    [
        ("docx", "word/styles.xml", '<w:lang w:val="en-US" w:eastAsia="ja-JP"/>'),
        ("pptx", "ppt/slides/slide1.xml", '<a:rPr lang="en-US" b="1"/>'),
        ("opendocument", "styles.xml", 'fo:language="en" fo:country="US"'),
    ],
)
def test_the_new_language_is_told(name: str, part: str, told: str) -> None:
    assert told in unzipped(uppercased(parse(name)))[part].decode()
    other = FORMATS[name].parse(FILES[name], Reading(source="es", target="en"))
    assert told not in unzipped(uppercased(other))[part].decode()
