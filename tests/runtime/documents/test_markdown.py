"""Markdown: prose is translated, code, addresses and layout stay."""

from __future__ import annotations

import html
import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allez.documents import markdown, markdown_inlines
from allez.documents.translation import translate_document
from allez.errors import MissingExtraError
from support.documents import FRAGMENTS, WordByWord, upper, uppercased
from support.steps import steps


def capitals(text: str) -> str:
    return uppercased(markdown.parse(text.encode())).decode()


def texts(text: str) -> list[str]:
    return [segment.source.text for segment in markdown.parse(text.encode()).segments]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# un *deux* #\n", "# UN *DEUX* #\n"),
        ("un **deux** __trois__ ***quatre***", "UN **DEUX** __TROIS__ ***QUATRE***"),
        ("un `deux` trois", "UN `deux` TROIS"),
        ("un ``a ` b`` deux", "UN ``a ` b`` DEUX"),
        ('[un](http://deux "trois") et <http://x.y>', '[UN](http://deux "TROIS") ET <http://x.y>'),
        ("[un][id] et [id]\n\n[id]: un 'deux'\n", "[UN][id] ET [ID][id]\n\n[id]: un 'DEUX'\n"),
        ("un\n\n> [id]: <a> (deux)\n\ntrois", "UN\n\n> [id]: <a> (DEUX)\n\nTROIS"),
        ("![un][id] ![id][] ![id]\n\n[id]: x", "![UN][id] ![id][] ![id]\n\n[id]: x"),
        ("![un](deux.png) trois", "![UN](deux.png) TROIS"),
        ("    un\n\n```x\ndeux\n```\ntrois", "    un\n\n```x\ndeux\n```\nTROIS"),
        ("<div>\nun\n</div>\n\ndeux <b>trois</b>", "<div>\nUN\n</div>\n\nDEUX <b>TROIS</b>"),
        (
            "<details>\r\n<summary>un</summary>\r\n\r\n**deux**\r\n\r\n</details>\r\n",
            "<details>\r\n<summary>UN</summary>\r\n\r\n**DEUX**\r\n\r\n</details>\r\n",
        ),
        ("> <p>\n> un\n> </p>\n\n- <p>un\n  deux</p>", "> <p>\n> UN\n> </p>\n\n- <p>UN DEUX</p>"),
        ('<p align="un">\n <img alt="un">\n</p>', '<p align="un">\n <img alt="UN">\n</p>'),
        (
            'un <img alt="deux" src="x"> <b title="trois">là</b>',
            'UN <img alt="DEUX" src="x"> <b title="TROIS">LÀ</b>',
        ),
        (
            "<pre>\nun\n\ndeux</pre>\n\n<!-- un\n\ndeux -->",
            "<pre>\nun\n\ndeux</pre>\n\n<!-- un\n\ndeux -->",
        ),
        (
            "<script>\nun\n</script>\n\n<?php un > deux ?>",
            "<script>\nun\n</script>\n\n<?php un > deux ?>",
        ),
        ("<b\nid=x>un</b>", "<b\nid=x>UN</b>"),
        ("> un\n> - deux\n>\n> trois", "> UN\n> - DEUX\n>\n> TROIS"),
        ("1. un\n   deux\n2. trois", "1. UN\n   DEUX\n2. TROIS"),
        ("- [ ] un\n- [x] deux", "- [ ] UN\n- [x] DEUX"),
        ("| un | `x` |\n|----|:-:|\n| deux | 12 |\n", "| UN | `x` |\n|----|:-:|\n| DEUX | 12 |\n"),
        ("un\n==\n\ndeux\n---\n", "UN\n==\n\nDEUX\n---\n"),
        ("un[^1] :smile: {{ x }}\n\n[^1]: deux mots", "UN[^1] :smile: {{ x }}\n\n[^1]: DEUX MOTS"),
        ("~~un~~ \\*deux\\* trois\\_quatre", "~~UN~~ \\*DEUX\\* TROIS_QUATRE"),
        ("## 1. un\n\n- ### 2) deux", "## 1. UN\n\n- ### 2) DEUX"),
        ('un "\\n" \\deux\\', 'UN "\\\\N" \\\\DEUX\\\\'),
        ("\\_\\_un\\_\\_ un_deux", "\\_\\_UN\\_\\_ UN_DEUX"),
        ("un &amp; deux &eacute;", "UN & DEUX É"),
        ("> [!NOTE]\n> un", "> [!NOTE]\n> UN"),
        ("un  \ndeux\\\ntrois", "UN  \nDEUX\\\nTROIS"),
        (
            '---\ntitle: "un"\nlayout: deux\n---\ntrois',
            '---\ntitle: "UN"\nlayout: deux\n---\nTROIS',
        ),
        ("un\r\ndeux\r\n", "UN\r\nDEUX\r\n"),
        ("un $a_1 * b$ deux\n\n$$\nc\n$$", "UN $a_1 * b$ DEUX\n\n$$\nc\n$$"),
        ("un 5$ ou 10$ de plus", "UN 5$ OU 10$ DE PLUS"),
        (
            ":::tip un mot\ndeux\n:::\n\n!!! note\n    trois",
            ":::tip UN MOT\nDEUX\n:::\n\n!!! note\n    TROIS",
        ),
        (
            'zéro\n:::tip[un *mot*]\ndeux\n:::\n\n??? note inline "un mot"\n    trois',
            'ZÉRO\n:::tip[UN *MOT*]\nDEUX\n:::\n\n??? note inline "UN MOT"\n    TROIS',
        ),
        (
            "::: {.un}\ndeux\n:::\n\n:::{note} un\ntrois\n:::\n\n!!! note un\n    quatre",
            "::: {.un}\nDEUX\n:::\n\n:::{note} un\nTROIS\n:::\n\n!!! note un\n    QUATRE",
        ),
        (
            "un[^a] et[^1]\n\n[^a]: deux\n[^1]: http://x\n",
            "UN[^a] ET[^1]\n\n[^a]: DEUX\n[^1]: HTTP://X\n",
        ),
        (
            "/// note | un mot\ndeux\n///\n\n/// tip\nun\n///",
            "/// note | UN MOT\nDEUX\n///\n\n/// tip\nUN\n///",
        ),
        ("*[HTML]: un\n*[CSS]: deux", "*[HTML]: UN\n*[CSS]: DEUX"),
        ("un\n: deux\n: trois", "UN\n: DEUX\n: TROIS"),
        ("[un][x]\n\n[^1]: un mot\n[x]: http://y", "[UN][x]\n\n[^1]: UN MOT\n[x]: http://y"),
        (
            'un\n\n[^1]: deux\n[x]: http://y "un mot"\n[y]: http://z (deux)\n[^2]: un',
            'UN\n\n[^1]: DEUX\n[x]: http://y "UN MOT"\n[y]: http://z (DEUX)\n[^2]: UN',
        ),
        ("un <kbd>deux</kbd> <KBD>x</KBD> trois", "UN <kbd>deux</kbd> <KBD>x</KBD> TROIS"),
        ("un x^2^ et H~2~O", "UN x^2^ ET H~2~O"),
        ("> un.\n> — deux", "> UN.\n> — DEUX"),
        ("| un \\| `a \\| b` |\n|---|\n| deux |", "| UN \\| `a \\| b` |\n|---|\n| DEUX |"),
    ],
)
def test_only_prose_is_translated(text: str, expected: str) -> None:
    assert capitals(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        '!!! {note} "un"\n\n    deux\n\n    ??? {tip}\n\n        un\n\n            {x = 1}\n\nun\n',
        "1. un\n\n    !!! {note}\n\n        - deux\n\n    trois\n\nun\n\n    {x = 1}\n",
        '=== "un"\n\n\tdeux\n\n=== "deux"\n    un\n\nun\n\n    {x = 1}\n',
        "!!! {note}\n\n    {```\n    !!! x\n\n        ```\n    x = 1\n    ```}\n\n    un\n",
        "un{[^a]}\n\n{[^a]}: deux\n\n    trois\n\n{[^b]}: un\n\nun\n\n    {x}\n",
        "un\n:   deux\n\n    trois\n\nun\n\n    {x = 1}\n",
    ],
)
def test_what_a_box_a_note_or_a_definition_goes_on_with_is_no_code(text: str) -> None:
    parts = re.split(r"[{}]", text)
    expected = "".join(part if i % 2 else part.upper() for i, part in enumerate(parts))
    assert capitals("".join(parts)) == expected


def test_what_is_marked_keeps_its_signs() -> None:
    assert texts("un ==deux mots== trois") == ["un deux mots trois"]
    for text in ("un ==deux mots== trois", "==un==", "==un *deux*==", "a == b, c==d==e", "==== =="):
        assert capitals(text) == text.upper()


def test_a_line_behind_a_dash_is_another_one() -> None:
    assert texts("« Un mot. »\n— Jean") == ["« Un mot. »", "Jean"]
    assert texts("— Un mot ?\n— Deux.") == ["Un mot ?", "Deux."]
    assert texts("un mot — ou deux\n-- là") == ["un mot — ou deux -- là"]


def test_a_line_in_bold_is_a_heading() -> None:
    assert texts("> **Un mot**\n> Deux mots\n> ici") == ["Un mot", "Deux mots ici"]
    assert capitals("__Un mot :__\r\nDeux") == "__UN MOT :__\r\nDEUX"
    for text in ("**Un mot**\net deux", "Un **mot**\nDeux", "**Un** ou **deux**\nTrois"):
        assert texts(text) == [text.replace("\n", " ").replace("*", "")]


def test_lines_of_a_paragraph_are_one_sentence_and_as_wide_again() -> None:
    text = "> Il est déjà trop tard pour\n> prendre le dernier train du\n> soir.\n"
    assert texts(text) == ["Il est déjà trop tard pour prendre le dernier train du soir."]
    assert capitals(text) == text.upper()


def test_a_line_never_begins_with_what_would_begin_a_block() -> None:
    document = markdown.parse(b"un deux trois quatre cinq\nsix sept huit neuf\n")
    words = {"quatre": "-", "six": "1.", "huit": "#"}
    result = translate_document(document, WordByWord(words).translate_batch).decode()
    assert len(markdown.parse(result.encode()).segments) == 1


def test_titles_of_links_and_pictures_are_read() -> None:
    text = """Voir [ici](x "l'été") et ![un chat](a.png (deux)) ou [là](y "un \\" z").\n"""
    assert texts(text)[:3] == ["l'été", "un chat", "deux"]
    assert capitals(text) == (
        """VOIR [ICI](x "L'ÉTÉ") ET ![UN CHAT](a.png (DEUX)) OU [LÀ](y "un \\" z").\n"""
    )
    document = markdown.parse(b'[un](x "titre")')
    said = [s.source._replace(text='a "b" (c)') for s in document.segments[:1]]
    result = document.render([*said, document.segments[1].source])
    assert texts(result.decode()) == ["un"]
    assert result.decode() == r'[un](x "a \"b\" (c)")'


def test_footnotes_are_texts_of_their_own() -> None:
    text = "[^1]: une note\n[^b]: une autre note\n[ref]: http://a.b/un\nla suite\n"
    assert texts(text) == ["une note", "une autre note", "la suite"]
    assert capitals(text) == (
        "[^1]: UNE NOTE\n[^b]: UNE AUTRE NOTE\n[ref]: http://a.b/un\nLA SUITE\n"
    )


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ('title: "Guide de l\'aide"', ["Guide de l'aide"]),
        ("title: Guide d'installation", ["Guide d'installation"]),
        ("title: 'L''aide'", ["L'aide"]),
        ("title: 'L'aide'", []),
        ('title: "Un \\"guide\\""', []),
        ("title: un: deux", []),
        ("title: &un deux", []),
    ],
)
def test_titles_of_the_front_matter(line: str, read: list[str]) -> None:
    text = f"---\n{line}\n---\n"
    assert texts(text) == read
    assert capitals(text) == (text.replace(line[7:], line[7:].upper()) if read else text)


def test_what_would_be_syntax_is_escaped() -> None:
    (segment,) = (document := markdown.parse(b"un mot")).segments
    translation = segment.source._replace(text="* a_b *c* `d` <e> &amp; \\")
    result = document.render([translation])
    assert texts(result.decode()) == ["* a_b *c* `d` <e> &amp; \\"]


def test_what_a_link_is_called_stays_when_its_text_is_translated() -> None:
    text = "un [deux][] et [trois]\n\n[deux]: http://x\n[trois]: http://y\n"
    document = markdown.parse(text.encode())
    result = translate_document(document, WordByWord(backwards=True).translate_batch).decode()
    assert result.startswith("[TROIS][trois] ET [DEUX][deux] UN\n")


def test_the_line_is_named_behind_a_front_matter_too() -> None:
    text = "---\ntitle: un\n---\n\n| a\\\\|b\\|c | \\\\| d\\| |\n|---|---|\n"
    notes = markdown.parse(text.encode()).notes
    assert all(note.startswith("line 5: ") for note in notes), notes


@settings(max_examples=60)
@given(st.lists(st.sampled_from(FRAGMENTS["markdown"]), max_size=25))
def test_capitals_change_letters_only(parts: list[str]) -> None:
    text = "".join(parts)
    written = html.unescape(capitals(text))  # in HTML some signs have names
    assert not set(written.casefold()) - set(text.casefold()) - set("\\&é \n")


def test_code_that_a_model_lost_does_not_touch_other_code() -> None:
    document = markdown.parse(b"`un` ou `deux`+`trois` et `quatre``cinq`")
    lossy = WordByWord(backwards=True, dropped=["{", "}", *"01234", "ou", "+", "et"])
    translated = translate_document(document, lossy.translate_batch).decode()
    assert translated == "`un` `deux` `trois` `quatre``cinq`"


def test_emphasis_of_nothing_is_not_written() -> None:
    document = markdown.parse(b"un *deux* **trois** ~~quatre~~ **`cinq`** *![x](y)* [six](z)")
    words = {"deux": "", "trois": "", "quatre": "", "six": ""}
    said = document.segments[-1].source
    text = said.text
    for word in words:
        at = text.index(word)
        text = text[:at] + text[at + len(word) :]
        said = said._replace(
            marks=tuple(
                m._replace(
                    start=m.start - max(0, min(m.start - at, len(word))),
                    end=m.end - max(0, min(m.end - at, len(word))),
                )
                for m in said.marks
            )
        )
    result = document.render(
        [*(s.source for s in document.segments[:-1]), said._replace(text=text)]
    )
    assert result.decode().split() == ["un", "**`cinq`**", "*![x](y)*", "[](z)"]


def test_a_number_that_begins_a_paragraph_begins_no_list() -> None:
    document = markdown.parse(b"un deux\n\ntrois quatre\n\n# cinq\n")
    texts = iter(["1. deux", "- quatre", "2) cinq"])
    said = [s.source._replace(text=next(texts)) for s in document.segments]
    assert document.render(said).decode() == "1\\. deux\n\n\\- quatre\n\n# 2\\) cinq\n"


def test_a_footnote_stays_behind_its_word() -> None:
    source = "un **gras**[^1] là[^2] et [^3] après"
    document = markdown.parse(source.encode())
    translated = translate_document(document, WordByWord(backwards=True).translate_batch).decode()
    assert "**GRAS**[^1]" in translated
    assert "LÀ[^2]" in translated


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    markdown_inlines.parser.cache_clear()
    monkeypatch.setitem(sys.modules, "markdown_it", None)
    with pytest.raises(MissingExtraError, match="Markdown") as caught:
        markdown.parse(b"un")
    assert caught.value.hint == "pip install markdown-it-py"


def test_capitals_of_the_support_keep_lengths() -> None:
    assert upper("straße") == "STRAßE"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("un **mot** de 3 m<sup>2</sup> ici", "un mot de 3 {0} ici"),
        ("un mot<sup>2</sup> *et 10<sup>8</sup>*", "un mot et {0}"),
        ("un `m<sup>2</sup>` H<sub>2</sub>O<sup>e</sup>", "un {0} {1}e"),
        ("un mot \\<sup>2</sup> ici", "un mot <sup>2 ici"),
    ],
)
def test_what_is_raised_keeps_its_place(text: str, read: str) -> None:
    (segment,) = markdown.parse(text.encode()).segments
    assert segment.source.text == read
    translate = WordByWord(backwards=True).translate_batch
    result = translate_document(markdown.parse(text.encode()), translate).decode()
    for sign in re.findall(r"(?<!\\)(?:\w\w?|)<su[bp]>\d</su[bp]>", text):
        assert sign.lower() in result.lower()


HEADINGS = (
    "---\ntitle: rien\n---\n# Été à l'eau\n\n## Deux **mots**\n\n## Un\n\n## Un\n\n"
    "## Trois {#trois}\n\nQuatre\n---\n\n<a id='cinq'></a>\n\n## Cinq\n\n## !\n\n"
    "## Été : Un {.a}\n\n## Deux Un {: .a .b }\n\n## Trois {Un}\n\n"
)
ENGLISH = {
    **{"Été": "Fête", "Deux": "Two", "mots": "words", "Un": "One"},
    **{"Trois": "Three", "Quatre": "Four", "Cinq": "Five", "rien": "nothing"},
}


@pytest.mark.parametrize(
    ("link", "written"),
    [
        ("[](#été-à-leau)", "[](#fête-à-leau)"),
        ("[](#ete-a-leau)", "[](#fete-a-leau)"),
        ("[](#été--un) [](#été-un) [](#ete-un)", "[](#fête--one) [](#fête-one) [](#fete-one)"),
        ("[](#deux-un) [](#trois-un)", "[](#two-one) [](#three-un)"),
        ("[a](#%C3%A9t%C3%A9-%C3%A0-leau 'b')", "[a](#f%C3%AAte-%C3%A0-leau 'b')"),
        ("[r]\n\n[r]: #deux-mots", "[r]\n\n[r]: #two-words"),
        ("b <a href='#deux-mots'>a</a>", "b <a href='#two-words'>a</a>"),
        ('<div>\n<a href="#deux-mots">\n</div>', '<div>\n<a href="#two-words">\n</div>'),
        ("[![](a.png)](#quatre)", "[![](a.png)](#four)"),
        ("[a](#un) [a](#un-1) [a](#un_1)", "[a](#one) [a](#one-1) [a](#one_1)"),
        *((same, same) for same in ("[a](#un-2) [a](#trois) [a](#cinq) [a](#six) [a](b#un)",)),
        *((same, same) for same in ("`[a](#un)`", "```\n[a](#un)\n```", "    [a](#un)")),
    ],
)
def test_links_lead_to_translated_headings(link: str, written: str) -> None:
    document = markdown.parse(f"{HEADINGS}{link}\n".encode())
    result = translate_document(document, WordByWord(words=ENGLISH).translate_batch).decode()
    assert result.endswith(f"\n\n{written}\n")
    assert "Four\n---" in result


@pytest.mark.parametrize(
    "line", ["un `mot` *bleu* et [vert](x)\n", "un `mot` bleu  \n", "un <kbd>mot\n"]
)
def test_long_paragraphs_take_linear_time(line: str) -> None:
    few, many = (steps(lambda n=n: markdown.parse(line.encode() * n)) for n in (250, 1_000))
    assert many < 5 * few
