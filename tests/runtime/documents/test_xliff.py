"""XLIFF 1.2 and 2.0: what is written keeps the rules of the specifications.

`support.xliff_rules` has those that a translation could break; `test_opens` asks the schemas, too.
"""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from allez.documents.formats import FORMATS
from allez.documents.reading import Reading
from allez.documents.translation import translate_document
from support.documents import SAMPLES, WordByWord, upper, uppercased
from support.publications import XLIFF_1, XLIFF_2
from support.xliff_rules import slips

READING = Reading(source="fr", target="en")
_FIRST = XLIFF_1.decode()
_SECOND = XLIFF_2.decode()


def capitals(text: str) -> str:
    return uppercased(FORMATS["xliff"].parse(text.encode(), READING)).decode()


@pytest.mark.parametrize("sample", [XLIFF_1, XLIFF_2], ids=["1.2", "2.0"])
@pytest.mark.parametrize("backwards", [False, True])
def test_what_is_written_keeps_the_rules(sample: bytes, backwards: bool) -> None:
    assert slips(sample) == []
    translate = WordByWord(backwards=backwards).translate_batch
    result = translate_document(FORMATS["xliff"].parse(sample, READING), translate)
    assert slips(result) == []
    assert result.count(b"<target") > sample.count(b"<target")


@pytest.mark.parametrize(
    ("text", "old", "new", "slip"),
    [
        (_FIRST, "<source>Fermer</source>", "", "<trans-unit> lacks <source>"),
        (_FIRST, 'original="a.html" ', "", "<file> lacks original"),
        (_FIRST, '<trans-unit id="2">', "<trans-unit>", "<trans-unit> lacks id"),
        (_FIRST, 'id="2"><source>Il', 'id="1"><source>Il', "two units have one id"),
        (_FIRST, '"new"', '"ready"', "<target> has the state 'ready'"),
        (_FIRST, "<target/>", "<target/><target/>", "twice"),
        (_FIRST, "<note>un bouton</note>", "<note/><target/>", "<trans-unit> holds source note"),
        (_FIRST, '<source xml:lang="fr">', '<source xml:lang="de">', "another xml:lang"),
        (_FIRST, '<ept id="1">', '<ept id="2">', "<bpt> ['1'] and <ept> ['2']"),
        (_FIRST, "document:1.2", "document:1.1", "no known version"),
        (_SECOND, ' trgLang="en"', "", "no trgLang"),
        (_SECOND, "<target/>", '<target xml:lang="de"/>', "another xml:lang than trgLang"),
        (_SECOND, "<target/>", '<target><ph id="9"/></target>', "['9'] stand in targets alone"),
        (_SECOND, '<pc id="1">', "<pc>", "<pc> lacks id"),
        (_SECOND, 'startRef="3"', 'startRef="4"', "startRef ['4'] begins nowhere"),
        (_SECOND, '"initial"', '"translated"', "without a target has a state"),
        (_SECOND, "<source> </source>", "", "<ignorable> lacks <source>"),
    ],
)
def test_the_rules_find_what_breaks_them(text: str, old: str, new: str, slip: str) -> None:
    assert old in text
    found = slips(text.replace(old, new, 1).encode())
    assert any(slip in each for each in found)


@pytest.mark.parametrize("sample", [XLIFF_1, XLIFF_2, SAMPLES["xliff"]], ids=["1.2", "2.0", "bare"])
def test_each_unit_has_a_target_with_the_same_elements(sample: bytes) -> None:
    result = ElementTree.fromstring(capitals(sample.decode()))
    units = [e for e in result.iter() if e.tag.rpartition("}")[2] in ("trans-unit", "segment")]
    for unit in units:
        named = {child.tag.rpartition("}")[2]: child for child in unit}
        source, target = named.get("seg-source", named["source"]), named["target"]
        inline = [
            sorted((e.tag, tuple(sorted(e.attrib.items()))) for e in side.iter() if e is not side)
            for side in (source, target)
        ]
        assert inline[0] == inline[1]
        done = upper("".join(target.itertext()))
        assert done in ("YES", upper("".join(source.itertext())))


@pytest.mark.parametrize("target", ["", "<target/>", '<target state="new"></target>'])
def test_messages_that_choose_are_translated(target: str) -> None:
    said = "{VAR, plural, =1 {un &amp; deux} other {{{n}} mots}}"
    text = f'<xliff><trans-unit id="a"><source>{said}</source>{target}</trans-unit></xliff>'
    result = capitals(text)
    assert f">{said}</source><target" in result
    assert ">{VAR, plural, =1 {UN &amp; DEUX} other {{{n}} MOTS}}</target>" in result


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (
            '{N, plural, =1 {un <x id="a" text="{{n}}"/>} other {<g id="b">deux</g> mots}}',
            '{N, plural, =1 {UN <x id="a" text="{{n}}"/>} other {MOTS <g id="b">DEUX</g>}}',
        ),
        (
            '{N, plural, other {un <ph id="1">{n}</ph> <bpt id="2">a</bpt>mot<ept id="2">b</ept>}}',
            '{N, plural, other {<ph id="1">{n}</ph> <bpt id="2">a</bpt>MOT<ept id="2">b</ept> UN}}',
        ),
        (
            '{N, plural, =0 {un <it id="1">a</it>mot} other {&lt;b&gt;deux&lt;/b&gt; <g>mots}}</g>',
            '{N, plural, =0 {<it id="1">a</it>MOT UN} other {<g>MOTS &lt;b&gt;DEUX&lt;/b&gt;}}</g>',
        ),
        (
            "<![CDATA[{n, plural, one {un <b>mot</b> bleu} other {# mots}}]]>",
            "{n, plural, one {BLEU &lt;b&gt;MOT&lt;/b&gt; UN} other {# MOTS}}",
        ),
        (
            'il a <mrk translate="no">{n, plural, a {un}}</mrk> {n, select, a {un ami} other {}}',
            'A IL <mrk translate="no">{n, plural, a {un}}</mrk> {n, select, a {AMI UN} other {}}',
        ),
    ],
)
def test_messages_that_choose_may_have_elements_in_them(said: str, written: str) -> None:
    text = f"<xliff><trans-unit><source>{said}</source></trans-unit></xliff>"
    document = FORMATS["xliff"].parse(text.encode(), READING)
    result = translate_document(document, WordByWord(backwards=True).translate_batch).decode()
    assert result == text.replace("</source>", f"</source><target>{written}</target>")


def test_a_proposal_is_no_target() -> None:
    other = "<alt-trans><source>un mot</source><target>a word</target></alt-trans>"
    text = f"<xliff><trans-unit><source>un mot ici</source>{other}</trans-unit></xliff>"
    assert capitals(text) == text.replace(other, f"<target>UN MOT ICI</target>{other}")


@pytest.mark.parametrize("quote", "'\"")
def test_a_segment_that_waited_does_so_no_more(quote: str) -> None:
    head = f"<segment id='a' state={quote}initial{quote}>"
    text = f"<xliff><unit>{head}\n <source>un</source></segment></unit></xliff>"
    done = text.replace("initial", "translated")
    assert capitals(text) == done.replace("</source>", "</source>\n <target>UN</target>")
    kept = text.replace(">un<", ">12<")
    assert capitals(kept) == kept


@pytest.mark.parametrize("place", ["xliff", "file", "trans-unit", "source"])
def test_white_space_that_is_meant_stays(place: str) -> None:
    text = "<xliff><file><trans-unit><source>un\n  deux</source></trans-unit></file></xliff>"
    assert "<target>UN DEUX</target>" in capitals(text)
    told = text.replace(f"<{place}>", f'<{place} xml:space="preserve">')
    assert "<target>UN\n  DEUX</target>" in capitals(told)
