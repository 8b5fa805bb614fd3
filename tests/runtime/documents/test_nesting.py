"""Whatever a model makes of a sentence: its tags nest, and each is there as often as before."""

from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allez.documents.formats import FORMATS
from allez.documents.reading import Reading
from allez.documents.translation import translate_document
from support.documents import WordByWord, unzipped, uppercased, zipped
from support.drafts import ODF, WORD

WORDS = ["un", "deux ", "Le chat", " à ", "l'eau", "12", ". ", "{0}", "&amp;", "&lt;b>", "I", "%s"]
INLINE = {
    "html": (
        ["b", 'a href="#" title="un mot"', "span", "code", "sup", "i translate='no'", "svg"],
        ["<br/>", '<img alt="un mot"/>', "<!-- non -->", "<wbr/>", '<a id="x"/>'],
        '<html xmlns="http://www.w3.org/1999/xhtml"><body>{}</body></html>',
        "<p>{}</p>",
    ),
    "opendocument": (
        ["text:span", 'text:a office:title="un mot"', "text:date", "text:other"],
        [
            *("<text:s/>", "<text:tab/>", "<text:line-break/>", "<text:bookmark/>"),
            "<text:note><text:note-body><text:p>la note</text:p></text:note-body></text:note>",
        ],
        f"<office:text {ODF}>{{}}</office:text>",
        "<text:p>{}</text:p>",
    ),
    "xliff": (
        ['g id="1"', 'mrk mtype="x"', 'mrk mtype="protected"'],
        [
            *('<x id="3"/>', '<bx id="4" rid="1"/>', '<ex id="5" rid="1"/>'),
            *('<ph id="6">{0}</ph>', '<bpt id="7">a</bpt>', '<ept id="7">b</ept>'),
        ],
        '<xliff><file source-language="fr"><body>{}</body></file></xliff>',
        "<trans-unit><source>{}</source></trans-unit>",
    ),
    "android": (
        ["b", 'a href="x"', 'xliff:g id="n"'],
        ["<br/>", "\\n", "\\u0020", "\\'"],
        '<resources xmlns:xliff="u">{}</resources>',
        "<string>{}</string>",
    ),
    "docx": (
        ['w:hyperlink w:tooltip="un mot"', 'w:ins w:id="1"', "w:sdtContent"],
        [
            *(f"<w:r><w:rPr><w:b/></w:rPr><w:t>{word}</w:t></w:r>" for word in ("un", "", " à ")),
            *(f"<w:r><w:t>{word}</w:t></w:r>" for word in ("deux", "{0}", "Le chat ", "&lt;b>")),
            "<w:r><w:br/><w:t>Un</w:t><w:tab/></w:r>",
            '<w:r><w:drawing><wp:docPr id="1" name="a" descr="un mot"/></w:drawing></w:r>',
            '<w:bookmarkStart w:id="1" w:name="a"/>',
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r>',
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>',
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
        ],
        f"<w:document {WORD}><w:body>{{}}</w:body></w:document>",
        '<w:p><w:pPr><w:framePr w:dropCap="drop"/></w:pPr>{}</w:p>',
    ),
}
PARTS = {"opendocument": "content.xml", "docx": "word/document.xml"}
"""Of formats that are zips, the part with the text."""
RUNS = ("}r", "}t", "}rPr", "}b")
"""Elements of Word that are made anew."""
"""Of each format: elements with two tags and with one, and what is around paragraphs and texts."""


def content(name: str) -> st.SearchStrategy[str]:
    elements, singles, whole, paragraph = INLINE[name]
    leaf = st.sampled_from(singles if name == "docx" else [*WORDS, *singles])
    inline = st.recursive(
        leaf,
        lambda inside: st.builds(
            lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag.split()[0]}>",
            st.sampled_from(elements),
            st.lists(inside, max_size=3),
        ),
        max_leaves=12,
    )
    one = st.lists(inline, max_size=5).map(lambda parts: paragraph.format("".join(parts)))
    return st.lists(one, min_size=1, max_size=3).map(lambda parts: whole.format("".join(parts)))


def tags(text: str) -> Counter[str]:
    found = (element.tag for element in ElementTree.fromstring(text).iter())
    return Counter(tag for tag in found if not tag.endswith(RUNS) or "word" not in tag)


TRANSLATE = [WordByWord(backwards=True), WordByWord(backwards=True, dropped=["{"])]


def check(name: str, source: str) -> None:
    """Translate in every way, and look at the tags."""
    part = PARTS.get(name)
    raw = zipped({part: source}) if part else source.encode()
    document = FORMATS[name].parse(raw, Reading())
    results = [uppercased(document)]
    results += [translate_document(document, one.translate_batch) for one in TRANSLATE]
    for result in results:
        text = (unzipped(result)[part] if part else result).decode()
        if name == "docx":  # texts and styles stand in runs
            around = (e for e in ElementTree.fromstring(text).iter() if not e.tag.endswith("}r"))
            assert not any(child.tag.endswith(("}t", "}rPr")) for e in around for child in e)
        before, after = tags(source), tags(text)
        if name != "xliff":
            assert after == before
            continue
        for unit in ElementTree.fromstring(text).iter("trans-unit"):  # its target has the same
            said, target = unit.find("source"), unit.find("target")
            if said is not None and target is not None:
                inside = [[e.tag for e in part.iter()][1:] for part in (said, target)]
                assert sorted(inside[1]) == sorted(inside[0])


@pytest.mark.parametrize("name", INLINE)
@settings(max_examples=60)
@given(data=st.data())
def test_tags_nest_and_none_is_lost(name: str, data: st.DataObject) -> None:
    check(name, data.draw(content(name)))


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("html", "<b><sup><br/>L</sup> et </b>à"),
        ("opendocument", "<text:span>un <text:a>deux<text:line-break/>L</text:a> et</text:span> à"),
        ("xliff", '<g id="1"><x id="3"/> deux<bx id="4"/></g>'),
        ("xliff", '<g id="1"><x id="3"/>L<bx id="4"/></g><x id="5"/>un'),
        (
            "xliff",
            '<g id="1"><g id="2"><x id="3"/> un<bx id="4"/></g><x id="5"/>deux</g><bx id="6"/>',
        ),
    ],
)
def test_halves_and_words_that_were_lost_stay_within_theirs(name: str, inside: str) -> None:
    *_, whole, paragraph = INLINE[name]
    check(name, whole.format(paragraph.format(inside)))
