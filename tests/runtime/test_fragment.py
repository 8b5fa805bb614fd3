"""`markup="html"`: tags of a text around the right words, places in the text as it was given."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import allez
from allez import OptionError, Translator
from allez.text.markup import check
from allez.translate.fragment import Fragment
from support.documents import WordByWord

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


@settings(max_examples=150)
@given(PIECES)
def test_every_tag_comes_out_once(text: str) -> None:
    fragment = Fragment(text)
    check(fragment.marked)
    translation = reversed_words(text)
    tags = re.compile(r"</?[a-zA-Z][^<>]*>|<!-- x -->")
    assert sorted(tags.findall(translation.text)) == sorted(tags.findall(text))
    for sentence in translation.sentences:
        assert text[sentence.start : sentence.end] == sentence.source
        for start, end in sentence.source_spans:
            assert sentence.start <= start <= end <= sentence.end


def test_a_translator_takes_markup(tiny: Translator) -> None:
    text = "le chat &lt; <b>noir</b>"
    translation = tiny.translate(text, markup="html")
    assert translation.source == text
    assert translation.text.count("<b>") == translation.text.count("</b>") == 1
    (batch,) = tiny.translate_batch([text], markup="html")
    assert batch.text == translation.text


def test_what_markup_does_not_go_with(tiny: Translator) -> None:
    with pytest.raises(OptionError, match="markup must be"):
        tiny.translate("un", markup="xml")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="n_best must be 1"):
        tiny.translate("un", markup="html", n_best=2)
    with pytest.raises(OptionError, match="a stream has no markup"):
        tiny.stream("un", markup="html")


def test_the_shipped_bundle(shipped_bundle: str) -> None:
    with Translator(shipped_bundle) as translator:

        def html(text: str) -> str:
            return translator.translate(text, markup="html").text

        assert html("Cliquez <b>ici</b> pour continuer.") == "Click <b>here</b> to continue."
        assert html("Il pleut.<br/>Il neige.").replace("<br/>", "\n").count("\n") == 1
