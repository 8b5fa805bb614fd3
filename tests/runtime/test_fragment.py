"""`markup="html"`: tags of a text around the right words, places in the text as it was given."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import allez
from allez import OptionError, Translation, Translator
from allez.text.markup import check
from allez.translate.alignment import word_links
from allez.translate.fragment import Fragment
from support.documents import WordByWord

VECTORS = Path(__file__).parents[2] / "spec" / "vectors" / "plain.jsonl"
CASES = [json.loads(line) for line in VECTORS.read_text(encoding="utf-8").splitlines()]

PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "Bonjour",
                " le monde",
                " ",
                "\n",
                "<b>",
                "</b>",
                "<i class='x'>",
                "</i>",
                "<br/>",
                "<br>",
            ),
            *(
                "&amp;",
                "&nbsp;",
                "&",
                "<",
                ">",
                "<!-- x -->",
                '<a href="?a=1&amp;b">',
                "</a>",
                "<p>",
            ),
            *("</p>", "<img src=x>", "é", ".", "</", "<script>un</script>"),
            *("*", "**", "_", "~~", "`", "("),
        ]
    ),
    max_size=20,
).map("".join)


def reversed_words(given_text: str) -> allez.Translation:
    fragment = Fragment(given_text)
    return fragment.translated(WordByWord(backwards=True).translate(fragment.marked.text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("un <b>deux</b> trois", "TROIS <b>DEUX</b> UN"),
        ("<b>un</b>", "<b>UN</b>"),
        ("un <b>deux", "<b>DEUX UN"),
        ("un</b> deux", "DEUX UN</b>"),
        ("<b><i>un</b></i> deux", "DEUX <b><i>UN</b></i>"),
        ("<a id=x></a>un", "<a id=x></a>UN"),
        ("<code>un</code> deux", "<code>un</code> DEUX"),
        ("un <code>deux</code> trois", "<code>deux</code> TROIS UN"),
        ("<pre>\nun\n  deux</pre>trois", "<pre>\nun\n  deux</pre>TROIS"),
        ("<p translate='no'>un <b>x</b></p>deux", "<p translate='no'>un <b>x</b></p>DEUX"),
        ("<span class=notranslate>un</span>", "<span class=notranslate>un</span>"),
        ("<script>un</script>deux", "<script>un</script>DEUX"),
    ],
)
def test_tags_go_with_their_words(text: str, expected: str) -> None:
    assert reversed_words(text).text == expected


def test_what_is_not_read_keeps_its_spaces() -> None:
    fragment = Fragment("un <code>deux</code> trois")
    translation = WordByWord().translate(fragment.marked.text)
    assert fragment.translated(translation).text == "UN <code>deux</code> TROIS"


@pytest.mark.parametrize("case", CASES, ids=[case["text"] for case in CASES])
def test_what_is_read_of_a_plain_text(case: dict[str, Any]) -> None:
    marked = Fragment(case["text"], plain=True).marked
    assert marked.text == case["read"]
    assert [list(mark) for mark in marked.marks] == case["marks"]


@settings(max_examples=150)
@given(PIECES, st.booleans())
def test_every_tag_comes_out_once(text: str, plain: bool) -> None:
    fragment = Fragment(text, plain=plain)
    check(fragment.marked)
    read = fragment.marked.text
    translation = fragment.translated(WordByWord(backwards=True).translate(read))
    if not plain:
        tags = re.compile(r"</?[a-zA-Z][^<>]*>|<!-- x -->")
        assert sorted(tags.findall(translation.text)) == sorted(tags.findall(text))
    unchanged = Translation(source=read, texts=(read,), sentences=())
    if plain and not fragment.has_tags and read == text:
        assert fragment.translated(unchanged).text == text
    for sentence in translation.sentences:
        assert text[sentence.start : sentence.end] == sentence.source
        for start, end in sentence.source_spans:
            assert sentence.start <= start <= end <= sentence.end
        assert sentence.text in translation.text
        for start, end in sentence.hypotheses[0].spans:
            assert 0 <= start <= end <= len(sentence.text)


def test_tokens_stand_where_their_letters_are() -> None:
    fragment = Fragment("un <b>deux</b> trois &amp; <i>quatre</i>")
    translation = fragment.translated(WordByWord().translate(fragment.marked.text))
    assert translation.text == "UN <b>DEUX</b> TROIS &amp; <i>QUATRE</i>"
    (sentence,) = translation.sentences
    shown = [sentence.text[start:end] for start, end in sentence.hypotheses[0].spans]
    assert shown == ["UN", "DEUX", "TROIS", "&amp;", "QUATRE"]
    assert word_links(translation) == [(i, i) for i in range(5)]


def test_tags_of_a_plain_text(tiny: Translator) -> None:
    text = "le <b>chat</b>\nle chat dort <i>"
    best = tiny.translate(text, n_best=2, beam_size=2)
    assert len(best.texts) == 2
    for answer in best.texts:
        assert answer.count("<b>") == answer.count("</b>") == answer.count("\n") == 1
        assert answer.index("</b>") < answer.index("\n")
    assert "".join(tiny.stream(text)) == tiny.translate(text, beam_size=1).text
    wrapped = "le chat noir voit le chat\ndans le jardin"
    (sentence,) = tiny.translate(wrapped).sentences
    assert (sentence.source, sentence.start, sentence.end) == (wrapped, 0, len(wrapped))
    assert "".join(tiny.stream(wrapped)) == tiny.translate(wrapped, beam_size=1).text
    assert "\n" not in tiny.translate(wrapped).text


def test_a_doubt_is_where_it_stands_in_the_text_given(tiny: Translator) -> None:
    text = "le <b>chat</b> a 4711 amis"
    found = [d for s in tiny.translate(text).sentences for d in s.doubts if d.start is not None]
    assert found
    for doubt in found:
        assert text[doubt.start : doubt.end] == doubt.text


def test_a_translator_takes_markup(tiny: Translator) -> None:
    text = "le chat &lt; <b>noir</b>"
    translation = tiny.translate(text, markup="html")
    assert translation.source == text
    assert translation.text.count("<b>") == translation.text.count("</b>") == 1
    (batch,) = tiny.translate_batch([text], markup="html")
    assert batch.text == translation.text


def test_references_and_attributes_that_were_made_to_hurt_end() -> None:
    assert Fragment(f"&#{'1' * 5000};").marked.text == "\ufffd"
    assert Fragment('<b translate a=="x y=">un</b>').marked.text == "un"


def test_no_line_is_lost_where_nothing_is_said(tiny: Translator) -> None:
    text = "\ufeff<b>Le chat dort.</b>\nLe chat. Le chat noir.\n<i>un</i>"
    assert tiny.translate(text, max_time=0).text == "<b></b>\n \n<i></i>"


def test_what_is_kept_does_not_reach_over_lines() -> None:
    text = "<b>le chat</b>\nnoir Zig\n<i>Zag</i> dort"
    with Translator(VECTORS.parents[1] / "bundles" / "tiny_entities") as translator:
        found = translator.translate(text, keep=["chat\nnoir", "Zig"]).text
    assert found.count("\n") == 2
    assert "Zig" in found


def test_what_markup_does_not_go_with(tiny: Translator) -> None:
    with pytest.raises(OptionError, match="markup must be"):
        tiny.translate("un", markup="xml")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="a stream has no markup"):
        tiny.stream("un", markup="html")


def test_the_shipped_bundle(shipped_bundle: str) -> None:
    with Translator(shipped_bundle) as translator:

        def html(text: str) -> str:
            return translator.translate(text, markup="html").text

        assert html("Cliquez <b>ici</b> pour continuer.") == "Click <b>here</b> to continue."
        assert html("Il pleut.<br/>Il neige.").replace("<br/>", "\n").count("\n") == 1
