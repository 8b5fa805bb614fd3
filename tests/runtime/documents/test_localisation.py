"""Strings of programs: keys stay, placeholders are copied, and every file can be read again."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allez.documents.document import Document
from allez.documents.formats import FORMATS, recognise
from allez.documents.reading import Reading
from allez.documents.translation import translate_document, translate_marked
from allez.documents.values import Value, is_prose
from allez.errors import InputError
from allez.text.markup import Marked, check
from support.documents import SAMPLES, WordByWord, unchanged, upper, uppercased
from support.steps import steps


def parse(name: str, text: str | bytes, reading: Reading = Reading()) -> Document:  # noqa: B008
    return FORMATS[name].parse(text if isinstance(text, bytes) else text.encode(), reading)


def capitals(name: str, text: str) -> str:
    return uppercased(parse(name, text)).decode()


@pytest.mark.parametrize(
    "text",
    [
        *(
            "%d jours",
            "%1$s à %2$s",
            "%(n)d jours",
            "%@ de plus",
            "{nom}, {0} et {}",
            "${x} ou #{y}",
        ),
        *("{{n}} messages", "__nom__ est là", "%USER% ici", "$USER$ ici", "%.2f m", "%%"),
        "$t(menu.open) !",
        "{n, choice, rien} ici",
    ],
)
def test_placeholders_are_copied(text: str) -> None:
    value = Value(text)
    result = value.write(value.marked._replace(text=upper(value.marked.text)))
    words = [m for m in value.marked.marks if m.kind == "word"]
    assert words
    for mark in words:
        assert value.marked.text[mark.start] == "{"
    for piece in text.replace(",", " ").split():
        if any(c in piece for c in "%{_$#"):
            assert piece in result


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Bonjour :name, voici :Count_2 mots", [":name", ":Count_2"]),
        ("page :current/:total (:min-:max)", [":current/:total", ":min-:max"]),
        ("[2,*] :count mots", ["[2,*]", ":count"]),
        ("à 10:30 :smile: a:b a::class :D :équipe [1, 2] x[1,2] :", []),
        ("voir http://x.y:port/:id", []),
    ],
)
def test_names_behind_a_colon_are_copied_in_strings_of_programs(text: str, kept: list[str]) -> None:
    value = Value(text, named=True)
    words = [mark for mark in value.marked.marks if mark.kind == "word"]
    assert len(words) == len(kept)
    result = value.write(value.marked._replace(text=upper(value.marked.text)))
    assert all(placeholder in result for placeholder in kept)
    assert not Value(text).marked.marks


@pytest.mark.parametrize("name", ["json", "properties", "strings", "po", "xliff"])
def test_formats_of_programs_copy_names_behind_a_colon(name: str) -> None:
    text = {
        "json": '["un :mot"]',
        "properties": "a=un :mot",
        "strings": '"a" = "un :mot";',
        "po": 'msgid "un :mot"\nmsgstr ""\n',
        "xliff": "<xliff><trans-unit><source>un :mot</source></trans-unit></xliff>",
    }
    assert "UN :mot" in capitals(name, text[name])


@pytest.mark.parametrize("name", ["text", "markdown", "html", "csv"])
def test_a_colon_without_its_space_is_prose_elsewhere(name: str) -> None:
    assert "UNE NOTE :BIEN" in capitals(name, "une note :bien, voici\n")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("json", json.dumps(["mot %" + "0" * 20_000])),
        ("json", json.dumps(["mot %(n)" + "0" * 20_000])),
        ("json", json.dumps(["__a" * 7_000])),
        ("json", json.dumps(["$t(" * 40_000])),
        ("json", json.dumps(["\\n" * 10_000 + "mot"])),
        ("markdown", "a" * 40_000),
        ("html", "__a" * 7_000),
    ],
)
def test_what_begins_a_placeholder_or_a_form_and_is_none_takes_linear_time(
    name: str, text: str
) -> None:
    begun = time.process_time()
    parse(name, text)
    assert time.process_time() - begun < 4


@pytest.mark.parametrize(
    ("opening", "closing"), [("{a, select, other {mot ", "}}"), ("{a, select, other {mot}} ", "")]
)
def test_messages_within_others_and_in_a_row_take_linear_time(opening: str, closing: str) -> None:
    few, many = (steps(lambda n=n: Value(opening * n + closing * n)) for n in (60, 240))
    assert many < 5 * few


def backwards(text: str) -> str:
    """Return a string whose sentences, each by itself, are backwards and in capitals."""
    document = parse("json", json.dumps([text]))
    (found,) = json.loads(translate_document(document, WordByWord(backwards=True).translate_batch))
    return str(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "il a {n, plural, offset:1 =0 {aucun mot} one {# mot} other {# <b>gros</b> mots}} ici",
            "ICI A IL {n, plural, offset:1 =0 {MOT AUCUN} one {# MOT} other {# MOTS <b>GROS</b>}}",
        ),
        (
            "{g, select, male {il a {n, plural, one {un ami} other {# amis}}} other {rien ici}}",
            "{g, select, male {A IL {n, plural, one {AMI UN} other {# AMIS}}} other {ICI RIEN}}",
        ),
        ("<i>il a {n, plural, other {}}</i> ici", "ICI <i>A IL {n, plural, other {}}</i>"),
        ("{n, plural, =0 {} other {un mot}}", "{n, plural, =0 {} other {MOT UN}}"),
        ("{n, plural,\n other {\n  un mot\n}}", "{n, plural,\n other {\n  MOT UN\n}}"),
        ("un {n, plural} mot", "{n, plural} MOT UN"),
        ("un {n, plural, one {a\n\nb}} mot", "{n, plural, one {a\n\nb}} MOT UN"),
        ("{a, plural, other {<i>un}} deux</i>", "{a, plural, other {<i>UN}} DEUX</i>"),
        (
            "il a {n,choice,0#aucun mot|1#un mot|1<{n} mots {a, choice, 0≤un ami}} ici",
            "ICI A IL {n,choice,0#MOT AUCUN|1#MOT UN|1<{n} MOTS {a, choice, 0≤AMI UN}}",
        ),
        ("un {n, choice, 0#un|deux} mot", "{n, choice, 0#un|deux} MOT UN"),
        ("un mot\tdeux mots\n", "MOT UN\tMOTS DEUX\n"),
        ("<p>un mot</p>\n<p>deux <b>mots</b></p>", "<p>MOT UN</p>\n<p><b>MOTS</b> DEUX</p>"),
        ("un mot<br/>Deux mots", "MOT UN<br/>MOTS DEUX"),
        ("un mot<br>ici", "ICI MOT UN<br>"),
        ("un\n\n<p>un mot</p>deux mots", "UN\n\n<p>MOT UN</p>MOTS DEUX"),
        ("un **gros mot** ici", "ICI **MOT GROS** UN"),
        (r"un mot\nDeux mots", r"MOT UN\nMOTS DEUX"),
        (r"un mot\r\n\nDeux mots\n", r"MOT UN\r\n\nMOTS DEUX\n"),
        ("{0} un mot|[2,*] :nb mots", "{0} MOT UN|[2,*] :nb MOTS"),
        (r"Fin\n", r"FIN\n"),
        (r"c:\nouveau\Rapport est là", r"LÀ EST RAPPORT \ NOUVEAU \ : C"),
    ],
)
def test_what_a_message_chooses_from_is_translated(text: str, expected: str) -> None:
    assert backwards(text) == expected


PIECES = [
    *("un ", "deux", " ", "{n}", "{n, plural, one {", "} other {", "}}", "#", "<b>", "</b>", "<i>"),
    *("</i>", "\n", " %d ", "''", "&amp;", "."),
]


@settings(max_examples=200)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), st.booleans())
def test_any_string_keeps_what_is_no_text(text: str, lossy: bool) -> None:
    value = Value(text)
    check(value.marked)
    translate = WordByWord(backwards=True, dropped=["{"] if lossy else []).translate_batch
    (translated,) = translate_marked([value.marked], translate)
    check(translated)
    result = value.write(translated)
    for piece in ("<b>", "</b>", "<i>", "</i>", "{n}", "%d"):
        assert result.count(piece) == text.count(piece)


def test_lines_that_were_broken_to_fit_are_broken_again() -> None:
    value = Value("un texte long qui est coupé\npar la largeur de la fenêtre.\nEt la suite")
    answer = Marked("A long text that is cut by the width of the window.\nAnd what follows")
    assert value.write(answer) == (
        "A long text that is cut by\nthe width of the window.\nAnd what follows"
    )
    assert Value("un\nDeux").write(Marked("a line that is long\nTwo")) == "a line that is long\nTwo"


def test_what_comes_back_at_the_end_of_a_tag_stays_apart_from_what_is_behind_it() -> None:
    value = Value("un {{n}<i> deux {n}</i>")
    lossy = WordByWord(backwards=True, dropped=["{"])
    (translated,) = translate_marked([value.marked], lossy.translate_batch)
    check(translated)
    assert value.write(translated) == "<i>DEUX {n}</i>{n} UN"


def test_a_placeholder_that_was_lost_comes_back() -> None:
    lossy = WordByWord(dropped=["0"])
    result = translate_document(parse("json", '["Il reste {n} jours"]'), lossy.translate_batch)
    assert json.loads(result) == ["IL RESTE {n} JOURS"]


def test_percent_signs_of_prose_are_none() -> None:
    assert not Value("100 % de lin").marked.marks


@pytest.mark.parametrize(
    ("text", "prose"),
    [
        *(("Enregistrer", True), ("Deux mots", True), ("l'eau", True), ("Vous avez {n}", True)),
        *(("btn-save_2", False), ("fr_FR", False), ("#ff0000", False), ("a/b/c", False)),
        *(("https://x.org", False), ("camelCase", False), ("v1.2", False), ("12", False)),
        *(("OK", True), ("x", False), ("Pause-café", True), ("index.html", False)),
        *(("Oui/Non", True), ("image/png", False), ("=SOMME(A1; A2)", False), ("= total", True)),
        *(
            ("**Très important**", True),
            ("**Chat :** noir_1", True),
            ("**a_b**", False),
            ("2*a*b", False),
        ),
    ],
)
def test_prose_is_told_from_names_of_things(text: str, prose: bool) -> None:
    assert is_prose(text) is prose


def test_json_keeps_keys_numbers_and_layout() -> None:
    text = '{"titre" : "Un mot","n":1.50,\n\t"b":[true,null,"Deux \\u00e9t\\u00e9s"]}'
    assert capitals("json", text) == (
        '{"titre" : "UN MOT","n":1.50,\n\t"b":[true,null,"DEUX \\u00c9T\\u00c9S"]}'
    )


@pytest.mark.parametrize(
    ("text", "said", "written"),
    [
        ("  -v, --verbose    un mot\n", "un mot\n", "  -v, --verbose    UN MOT\n"),
        ("-o FICHIER  un <b>mot</b>", "un mot", "-o FICHIER  UN <b>MOT</b>"),
        ("- un  mot", "- un  mot", "- UN  MOT"),
        ("un --x  mot", "un --x  mot", "UN --X  MOT"),
        ("--x  un\n--y  deux", "--x  un\n--y  deux", "--X  UN\n--Y  DEUX"),
    ],
)
def test_what_stands_before_the_second_column_of_a_help_stays(
    text: str, said: str, written: str
) -> None:
    value = Value(text)
    assert value.marked.text == said
    assert value.write(value.marked._replace(text=said.upper())) == written


def test_what_programs_call_things_stays_in_json() -> None:
    text = '{"icon": "arrow-right", "type": "Porte-clés", "un": ["week-end", "un arrow-right"]}'
    expected = text.replace("Porte-clés", "PORTE-CLÉS").replace("week-end", "WEEK-END")
    expected = expected.replace("un arrow-right", "UN ARROW-RIGHT")
    assert capitals("json", text) == expected


def test_what_json_says_of_itself_stays() -> None:
    text = (
        '{"@@locale": "fr", "lang": "fr", "un": "Un", "@un": {"a": ["Deux"], "b": "Trois"},'
        ' "liste": [{"@type": "Quatre"}, "Cinq"], "language": "Langue"}'
    )
    expected = text.replace('"Un"', '"UN"').replace("Cinq", "CINQ").replace("Langue", "LANGUE")
    assert capitals("json", text) == expected
    document = parse("json", text, Reading(source="fr", target="en"))
    assert uppercased(document).decode() == expected.replace('"@@locale": "fr"', '"@@locale": "en"')


def test_json_with_a_mistake_is_named() -> None:
    with pytest.raises(InputError, match="line 2, column 3: not JSON"):
        parse("json", '{\n  bonjour: "x"}')
    with pytest.raises(InputError, match=r"too deeply|not JSON"):
        parse("json", "[" * 100_000)


def test_properties_escapes_come_back() -> None:
    text = "# é\na=l\\u00e9ger\nb : deux \\\n   mots\nc=\\ trois\\nquatre\n"
    assert capitals("properties", text) == (
        "# é\na=LÉGER\nb : DEUX \\\n   MOTS\nc=\\ TROIS\\nQUATRE\n"
    )
    assert capitals("properties", "a=l\\u00e9ger").endswith("=L\\u00c9GER")


def test_properties_in_the_old_encoding() -> None:
    document = parse("properties", "a=été".encode("latin-1"))
    assert uppercased(document) == "a=ÉTÉ".encode("latin-1")
    translation = [s.source._replace(text="łódź 😀") for s in document.segments]
    assert document.render(translation) == "a=\\u0142ód\\u017a \\ud83d\\ude00".encode("latin-1")


def test_apostrophes_of_formats_are_doubled_again() -> None:
    document = parse("properties", "a={0} l''eau\nb=l'eau\n")
    assert [s.source.text for s in document.segments] == ["{0} l'eau", "l'eau"]
    assert uppercased(document) == b"a={0} L''EAU\nb=L'EAU\n"


def test_braces_between_apostrophes_are_no_argument() -> None:
    text = "a=L''heure '{'x'}' de ''{0}''\n"
    assert capitals("properties", text) == "a=L''HEURE '{'X'}' DE ''{0}''\n"


def test_mnemonics_stay_before_a_letter() -> None:
    assert capitals("properties", "a=&Ouvrir le fichier") == "a=&OUVRIR LE FICHIER"
    document = parse("po", 'msgid "_Ouvrir"\nmsgstr ""\n')
    assert document.segments[0].source.text == "Ouvrir"
    assert uppercased(document) == b'msgid "_Ouvrir"\nmsgstr "_OUVRIR"\n'


def test_strings_of_apple() -> None:
    text = '/* "a" = "b"; */ "k" = "l\\"eau\\n";\nkey = "deux"; // c\n'
    assert capitals("strings", text) == '/* "a" = "b"; */ "k" = "L\\"EAU\\n";\nkey = "DEUX"; // c\n'
    utf16 = ('\ufeff"k" = "été";').encode("utf-16-le")
    assert uppercased(parse("strings", utf16)) == '\ufeff"k" = "ÉTÉ";'.encode("utf-16-le")
    with pytest.raises(InputError, match="line 2: not an entry"):
        parse("strings", '"a" = "b";\n"c" "d";')


def test_po_fills_what_is_empty_and_nothing_else() -> None:
    text = (
        'msgid ""\nmsgstr ""\n"Language: en\\n"\n\n#, fuzzy\nmsgid "un"\nmsgstr "one"\n\n'
        'msgid "jour"\nmsgid_plural "jours"\nmsgstr[0] ""\nmsgstr[1] ""\n\n'
        '#~ msgid "x"\n#~ msgstr ""\n'
    )
    expected = text.replace('msgstr[0] ""', 'msgstr[0] "JOUR"').replace(
        'msgstr[1] ""', 'msgstr[1] "JOURS"'
    )
    assert capitals("po", text) == expected


def test_po_takes_forms_by_their_numbers() -> None:
    entry = 'msgid "jour"\nmsgid_plural "jours"\nmsgstr[1] ""\nmsgstr[0] ""\n'
    assert capitals("po", entry).endswith('msgstr[0] "JOUR"\nmsgstr[1] "JOURS"\n')


@pytest.mark.parametrize(
    "text",
    [
        'msgid "mot"\nmsgid_plural "mots"\nmsgstr[0] ""\nmsgstr[1] ""\n\n' * 8_000,
        'msgid ""\nmsgstr ""\n' + '"Plural-Forms: nplurals\\t"\n' * 15_000,
    ],
)
def test_po_takes_linear_time(text: str) -> None:
    begun = time.process_time()
    capitals("po", text)
    assert time.process_time() - begun < 8


def test_po_breaks_lines_as_the_tools_do() -> None:
    text = 'msgid ""\n"un\\n"\n"deux \\"x\\"\\n"\nmsgstr ""\n'
    assert capitals("po", text) == text.replace(
        'msgstr ""', 'msgstr ""\n"UN\\n"\n"DEUX \\"X\\"\\n"'
    )


PO = (
    'msgid ""\nmsgstr ""\n"Language: {}\\n"\n"Plural-Forms: {};\\n"\n\n'
    'msgid "un jour"\nmsgid_plural "%d jours"\n{}'
)


def po(language: str, plural: str, *forms: str) -> str:
    return PO.format(
        language, plural, "".join(f'msgstr[{n}] "{form}"\n' for n, form in enumerate(forms))
    )


FRENCH, ENGLISH = "nplurals=2; plural=(n > 1)", "nplurals=2; plural=(n != 1)"
RUSSIAN = (
    "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : "
    "n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2)"
)
JAPANESE = "nplurals=1; plural=0"
TEMPLATE = "nplurals=INTEGER; plural=EXPRESSION"


@pytest.mark.parametrize(
    ("target", "before", "after"),
    [
        ("en", po("fr_FR", FRENCH, "", ""), po("en", ENGLISH, "UN JOUR", "%d JOURS")),
        ("en", po("", TEMPLATE, "", ""), po("en", ENGLISH, "UN JOUR", "%d JOURS")),
        ("en", po("en_GB", TEMPLATE, "", ""), po("en_GB", ENGLISH, "UN JOUR", "%d JOURS")),
        ("en", po("fr", FRENCH, "", "", ""), po("en", ENGLISH, "UN JOUR", "%d JOURS")),
        ("en", po("fr", FRENCH, ""), po("en", ENGLISH, "UN JOUR", "%d JOURS")),
        ("ru", po("fr", FRENCH, "", ""), po("ru", RUSSIAN, "UN JOUR", "%d JOURS", "%d JOURS")),
        ("ja", po("fr", FRENCH, "", ""), po("ja", JAPANESE, "%d JOURS")),
        ("xx", po("fr", FRENCH, "", ""), po("xx", FRENCH, "UN JOUR", "%d JOURS")),
        ("en", po("fr", FRENCH, "a", "b"), po("fr", FRENCH, "a", "b")),
        ("en", po("", TEMPLATE, "a", "b", "c"), po("en", TEMPLATE, "a", "b", "c")),
        ("en", po("de", FRENCH, "", ""), po("de", FRENCH, "UN JOUR", "%d JOURS")),
    ],
)
def test_po_has_the_language_and_the_plural_of_the_target(
    target: str, before: str, after: str
) -> None:
    document = parse("po", before, Reading(source="fr", target=target))
    assert uppercased(document).decode() == after


def test_a_formula_of_po_that_says_the_same_stays() -> None:
    before = po("fr", 'nplurals=2; plural=n"\n" != 1', "", "")
    document = parse("po", before, Reading(source="fr", target="en"))
    assert unchanged(document).decode() == before.replace(": fr", ": en")


@pytest.mark.parametrize("same", [0, 1])
def test_a_form_of_po_that_is_said_alike_is_not_empty(same: int) -> None:
    document = parse("po", po("en", ENGLISH, "", ""))
    said = [
        segment.source._replace(text=upper(segment.source.text)) for segment in document.segments
    ]
    said[same] = document.segments[same].source
    forms = ["UN JOUR", "%d JOURS"]
    forms[same] = forms[same].lower()
    assert document.render(said).decode() == po("en", ENGLISH, *forms)


@pytest.mark.parametrize("line", ["bonjour", 'msgid "a', '"a"', 'msgid "a" "b"'])
def test_po_with_a_mistake_is_named(line: str) -> None:
    with pytest.raises(InputError, match="line 2: not a keyword"):
        parse("po", f"# x\n{line}\n")


@pytest.mark.skipif(shutil.which("msgfmt") is None, reason="needs gettext")
def test_po_is_accepted_by_gettext(tmp_path: Path) -> None:
    path = tmp_path / "a.po"
    path.write_bytes(uppercased(FORMATS["po"].parse(SAMPLES["po"], Reading())))
    command = ["msgfmt", "--check-format", "-o", str(tmp_path / "a.mo"), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_android_escapes_come_back() -> None:
    text = (
        "<resources><string name='a'>l\\'eau\\n\\u00e9t\\u00e9 \\\"x\\\" &lt;</string></resources>"
    )
    assert capitals("android", text) == (
        "<resources><string name='a'>L\\'EAU\\nÉTÉ \\\"X\\\" &lt;</string></resources>"
    )


@pytest.mark.parametrize(
    "value",
    ["@string/un", "@null", "@android:string/ok", "?attr/un", "?android:attr/textColor", " @x/y "],
)
def test_what_stands_elsewhere_is_no_text_of_android(value: str) -> None:
    text = f'<resources><string name="a">{value}</string><item>{value}</item></resources>'
    assert not parse("android", text).segments


@pytest.mark.parametrize("value", ["@ midi", "?", "? non", "@un deux"])
def test_signs_alone_refer_to_nothing(value: str) -> None:
    text = f'<resources><string name="a">{value} là</string></resources>'
    assert len(parse("android", text).segments) == 1


@pytest.mark.parametrize("space", ["\\u0020", "\\n", "\\u00a0\\t", " \\n\\n"])
def test_white_space_that_is_spelled_stays_around_a_string(space: str) -> None:
    source = f'<resources><string name="a">{space}un{space}</string></resources>'
    document = parse("android", source)
    (segment,) = document.segments
    assert segment.source.text == "un"
    assert document.render([segment.source._replace(text="x")]).decode() == source.replace(
        "un", "x"
    )


def test_quotes_around_a_string_of_android_are_no_text() -> None:
    text = '<resources><string name="a">{}</string></resources>'
    (segment,) = parse(
        "android", text.format('"C\'est  <b>ici</b>"'.replace("</b>", "</b> "))
    ).segments
    assert segment.source.text == "C'est ici"
    assert capitals("android", text.format('"un mot"')) == text.format('"UN MOT"')
    assert capitals("android", text.format('"  un mot  "')) == text.format('"  UN MOT  "')
    assert capitals("android", text.format('"   "')) == text.format('"   "')
    (segment,) = parse("android", text.format('\\"un mot\\"')).segments
    assert segment.source.text == '"un mot"'


def test_android_leaves_alone_what_is_not_translatable() -> None:
    text = (
        '<resources><string name="a" translatable="false">un</string><dimen name="b">deux</dimen>'
        '<string name="c">trois <xliff:g id="x">quatre</xliff:g></string></resources>'
    )
    assert capitals("android", text) == text.replace("trois", "TROIS")


def test_xliff_1_gets_targets() -> None:
    text = (
        '<xliff version="1.2"><file source-language="fr">\n  <trans-unit id="1">\n    <source>un '
        '<g id="1">deux</g></source>\n  </trans-unit></file></xliff>'
    )
    document = parse("xliff", text, Reading(source="fr", target="en"))
    assert uppercased(document).decode() == text.replace(
        "</source>\n", '</source>\n    <target>UN <g id="1">DEUX</g></target>\n'
    ).replace('source-language="fr"', 'source-language="fr" target-language="en"')


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ('<bpt id="1">[b]</bpt>', '<ept id="1">[/b]</ept>'),
        ('<bpt id="1" rid="7">[b]</bpt>', '<ept id="2" rid="7">[/b]</ept>'),
        ('<sc id="1"/>', '<ec startRef="1"/>'),
        ('<x id="START_TAG_SPAN_1"/>', '<x id="CLOSE_TAG_SPAN"/>'),
    ],
)
def test_two_halves_of_a_native_code_are_a_pair(first: str, last: str) -> None:
    text = f"<xliff><trans-unit><source>le {first}mot{last} ici</source></trans-unit></xliff>"
    document = parse("xliff", text)
    assert [mark.kind for mark in document.segments[0].source.marks] == ["pair"]
    result = translate_document(document, WordByWord(backwards=True).translate_batch).decode()
    assert f"ICI {first}MOT{last} LE" in result


def test_numbered_tags_of_a_string_are_tags() -> None:
    text = '["le <0>mot bleu</0> <1/>ici"]'
    (segment,) = parse("json", text).segments
    assert segment.source.text == "le mot bleu ici"
    assert [mark.kind for mark in segment.source.marks] == ["pair", "point"]
    assert capitals("json", text) == '["LE <0>MOT BLEU</0> <1/>ICI"]'


def test_forms_of_a_message_stay_apart() -> None:
    text = '["{n} un mot | {n} deux mots", "un | deux", "un || deux", "un|deux", "un mot|deux"]'
    parts = '["{n} UN MOT | {n} DEUX MOTS", "UN | DEUX", "UN || DEUX", "un|deux", "UN MOT|DEUX"]'
    assert capitals("json", text) == parts
    one, two = parse("json", text).segments[0].source.text.split("\n\n")[1:]
    assert one.endswith("un mot")
    assert two.endswith("deux mots")


def test_classes_are_no_text() -> None:
    text = '{"className": "btn btn-primary", "label": "un mot"}'
    assert capitals("json", text) == text.replace("un mot", "UN MOT")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("&Fichier", "Fichier"),
        ("_Ouvrir", "Ouvrir"),
        ("É&dition", "Édition"),
        ("R&D", "R&D"),
        ("a_b", "a_b"),
        ("caf&eacute; noir", "café noir"),
    ],
)
def test_a_key_to_press_is_marked_within_a_word(text: str, read: str) -> None:
    value = Value(text, mnemonics=True)
    assert value.marked.text == read
    assert value.write(value.marked).replace("é", "&eacute;") == text
    assert is_prose("&Fichier")
    assert is_prose("É&dition")


@pytest.mark.parametrize("raw", ['un <a href="%s">mot</a>', 'un <a href=\\"%s\\">mot</a> l\\\'a'])
def test_quotes_of_tags_in_android_s_cdata_stay_as_they_are(raw: str) -> None:
    text = f'<resources><string name="a"><![CDATA[{raw}]]></string></resources>'
    expected = re.sub(
        r"(?<![<\w%/])[a-z]+(?=[ <\\]|$)|(?<=>)mot|(?<=')a", lambda m: m[0].upper(), raw
    )
    assert f"<![CDATA[{expected}]]>" in capitals("android", text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("properties", "type=com.exemple.Salle\ndate=jj/mm/aaaa\nfichier=C:\\\\Salle\n"),
        ("strings", '"type" = "com.exemple.Salle"; "icone" = "icone_salle";\n'),
        ("csv", "a,b\n1,Un mot\n2,Deux mots\n3,Deux mots\n4,=SOMME(A1:A2)\n5,fr_FR\n"),
    ],
)
def test_what_is_no_prose_is_left_alone(name: str, text: str) -> None:
    assert capitals(name, text) == text.replace("Un mot", "UN MOT").replace(
        "Deux mots", "DEUX MOTS"
    )


def test_xliff_2_gets_targets() -> None:
    text = (
        '<xliff version="2.0" srcLang="fr"><file id="f"><unit id="u"><segment><source>un '
        '<pc id="1">deux</pc> <ph id="2"/></source><target></target></segment></unit></file>'
        "</xliff>"
    )
    document = parse("xliff", text, Reading(source="fr", target="en"))
    assert uppercased(document).decode() == text.replace(
        "<target></target>", '<target>UN <pc id="1">DEUX</pc> <ph id="2"/></target>'
    ).replace('srcLang="fr"', 'srcLang="fr" trgLang="en"')


def test_xliff_that_is_cut_into_sentences_gets_a_target_that_is_cut_alike() -> None:
    cut = '<mrk mtype="seg" mid="1">Un.</mrk> <mrk mtype="seg" mid="2">Deux.</mrk>'
    unit = f"<source>Un. Deux.</source><seg-source>{cut}</seg-source>"
    text = f"<xliff><trans-unit>{unit}</trans-unit></xliff>"
    expected = text.replace("</seg-source>", f"</seg-source><target>{cut}</target>")
    expected = expected.replace(">Un.</mrk> ", ">UN.</mrk> ", 2).replace(">UN.", ">Un.", 1)
    expected = expected.replace(">Deux.</mrk></target>", ">DEUX.</mrk></target>")
    assert capitals("xliff", text) == expected


@pytest.mark.parametrize("around", ["file", "group", "unit"])
def test_xliff_that_is_not_to_be_translated_is_left_alone(around: str) -> None:
    unit = "<segment{}><source>un</source></segment>"
    text = f'<xliff><{around} translate="no">{unit}</{around}>{unit}</xliff>'
    kept, wanted = text.format("", ""), text.format(' translate="yes"', "")
    done = "</source><target>UN</target>"
    assert capitals("xliff", kept) == done.join(kept.rsplit("</source>", 1))
    assert capitals("xliff", wanted) == wanted.replace("</source>", done)


@pytest.mark.parametrize("said", ['mtype="protected"', 'translate="no"'])
def test_protected_terms_of_xliff_are_copied(said: str) -> None:
    term = f"<mrk {said}>un <mrk>nom</mrk></mrk>"
    text = f"<xliff><trans-unit><source>le {term} ici</source></trans-unit></xliff>"
    assert f"<target>LE {term} ICI</target>" in capitals("xliff", text)


def test_xliff_that_is_done_is_left_alone() -> None:
    text = (
        "<xliff><trans-unit><source>un</source><target>one</target></trans-unit><trans-unit "
        'translate="no"><source>deux</source></trans-unit></xliff>'
    )
    assert capitals("xliff", text) == text


@pytest.mark.parametrize("name", ["android", "xliff"])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>', "declares entities"),
        ('<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r>&a;</r>', "declares entities"),
        ("<r>\n<s></r>", "line 2, column 6: mismatched tag"),
        ("<r>" * 300 + "</r>" * 300, "nested too deeply"),
        ("", "line 1, column 1: no element found"),
        ("<r>&nbsp;</r>", "undefined entity"),
    ],
)
def test_xml_that_is_broken_or_harmful_is_refused(name: str, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse(name, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('msgid "un"\nmsgid "deux"\nmsgstr ""\n', "line 2: msgid cannot follow msgid"),
        ('msgstr ""\nmsgctxt "a"\nmsgstr ""\n', "line 3: msgstr cannot follow msgctxt"),
        ('msgid "un"\nmsgid_plural "deux"\n', "it ends behind a msgid_plural"),
    ],
)
def test_entries_without_all_their_strings_are_named(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse("po", text)


def test_an_entry_that_stands_twice_is_named() -> None:
    entry = 'msgid "un"\nmsgstr ""\n\n'
    assert parse("po", entry + 'msgctxt "a"\n' + entry).notes == ()
    assert parse("po", entry + entry).notes == ("line 4: the msgid is used above already",)


@pytest.mark.parametrize(
    ("name", "head", "entry", "tail", "shown"),
    [
        ("json", "{", '\n"a": "un", ', '"b": {"a": "un"}}', 'the key "a"'),
        ("properties", "", "\na\\ b = un", "\na=b\n", "the key 'a b'"),
        ("strings", "", '\n"a" = "un";', '\n"b" = "a";', 'the key "a"'),
        ("strings", "", "\na = " + '"un";', "", "the key a"),
        (
            "android",
            "<resources>",
            '\n<string name="a">un</string>',
            '<plurals name="a"><item quantity="one">un</item></plurals></resources>',
            "the string 'a'",
        ),
        (
            "xliff",
            '<xliff><file id="1">',
            '\n<trans-unit id="a"><source>un</source></trans-unit>',
            '</file><file id="2"><trans-unit id="a"><source/></trans-unit></file></xliff>',
            "the trans-unit 'a'",
        ),
        (
            "xliff",
            '<xliff><file id="1">',
            '\n<unit id="a"><segment id="b"><source>un</source></segment></unit>',
            "</file></xliff>",
            "the unit 'a'",
        ),
        ("html", "<p>", "\n<b id=a>un</b>", "<b name='a'>deux", "the id 'a'"),
    ],
)
def test_what_stands_twice_is_translated_and_named(
    name: str, head: str, entry: str, tail: str, shown: str
) -> None:
    assert not [n for n in parse(name, head + entry + tail).notes if "above" in n]
    document = parse(name, head + 2 * entry + tail)
    twice = [note for note in document.notes if "above" in note]
    assert twice == [f"line 3: {shown} is used above already"]
    assert uppercased(document).count(b"UN") >= 2
    many = [note for note in parse(name, head + 9 * entry + tail).notes if "above" in note]
    assert len(many) == 6
    assert many[-1] == "3 more are used above already"


def test_a_value_of_properties_goes_on_in_as_many_lines() -> None:
    text = (
        "a = un mot \\\r\n   deux mots \\\r\n\tet puis\r\nb=un  mot \\\r\n ici\r\nc=\\\r\n un\r\n"
    )
    assert capitals("properties", text) == (
        "a = UN MOT \\\r\n   DEUX MOTS \\\r\n\tET PUIS\r\nb=UN  MOT ICI\r\nc=UN\r\n"
    )


def test_a_broken_escape_of_properties_is_named() -> None:
    with pytest.raises(InputError, match="line 2: four hexadecimal digits are missing"):
        parse("properties", "a=un\nb=deux\\u00zz")
    assert capitals("properties", "a=un mot\\\\u") == "a=UN MOT\\\\U"


def test_xml_of_no_known_kind_is_no_text() -> None:
    resources = b'<?xml version="1.0"?>\n<!DOCTYPE resources [<!ENTITY a "b">]>\n<resources/>'
    assert recognise("a.xml", resources).name == "android"
    for data in (b'<?xml version="1.0"?><svg/>', b"<!DOCTYPE note>\n<note/>"):
        with pytest.raises(InputError, match="XML of no kind"):
            recognise("a.svg", data)
    with pytest.raises(InputError, match="XML of no kind"):
        recognise("a.xml", b"<note/>")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("film.ass", "no reader for subtitles of another kind"),
        ("fr.YML", "no reader for a file of settings"),
        ("a.tex", "no reader for markup of another kind"),
        ("a.py", "no reader for a program"),
    ],
)
def test_text_with_a_syntax_that_nobody_reads_is_refused(name: str, message: str) -> None:
    """Translated line by line its keys and commands would be, too."""
    with pytest.raises(InputError, match=message) as raised:
        recognise(name, b"un: deux\n")
    assert "convert" in str(raised.value.hint) or "--as text" in str(raised.value.hint)
    assert recognise("notes", b"un: deux\n").name == "text"
