"""Pages: what of them is text, and what becomes of tags, attributes and entities."""

from __future__ import annotations

import pytest

from allez.documents import html
from allez.documents.reading import Reading
from allez.documents.translation import translate_document
from allez.errors import InputError
from allez.text.markup import Mark, Marked
from support.documents import WordByWord, unchanged, uppercased


def upper(page: str) -> str:
    return uppercased(html.parse(page.encode())).decode()


def texts(page: str) -> list[str]:
    return [segment.source.text for segment in html.parse(page.encode()).segments]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<p>un <b>deux</b></p>", "<p>UN <b>DEUX</b></p>"),
        ("<p>un</p><p>deux</p>", "<p>UN</p><p>DEUX</p>"),
        ("<p>un &amp; deux &lt;</p>", "<p>UN &amp; DEUX &lt;</p>"),
        ("<p title='un'>12</p>", "<p title='UN'>12</p>"),
        (
            '<textarea placeholder="un">deux</textarea><iframe title="un">x</iframe>',
            '<textarea placeholder="UN">deux</textarea><iframe title="UN">x</iframe>',
        ),
        ('<p translate="no" title="un">x</p>', '<p translate="no" title="un">x</p>'),
        ("<p>un <ruby>deux<rt>x</ruby> trois", "<p>UN <ruby>deux<rt>x</ruby> TROIS"),
        ('<img alt="l\'un" src="un">', '<img alt="L\'UN" src="un">'),
        ('<input type="submit" value="oui">', '<input type="submit" value="OUI">'),
        ('<input type="text" value="oui">', '<input type="text" value="oui">'),
        ('<meta name="description" content="un">', '<meta name="description" content="UN">'),
        ('<meta name="viewport" content="un">', '<meta name="viewport" content="un">'),
        ("<script>un</script><style>deux</style>", "<script>un</script><style>deux</style>"),
        ("<pre>un <b>deux</b></pre>trois", "<pre>un <b>deux</b></pre>TROIS"),
        ("<p>un <code>deux</code> trois</p>", "<p>UN <code>deux</code> TROIS</p>"),
        ('<p translate="no">un</p>deux', '<p translate="no">un</p>DEUX'),
        ('<p>un <i class="notranslate">deux</i></p>', '<p>UN <i class="notranslate">deux</i></p>'),
        (
            "<textarea>un</textarea><title>deux</title>",
            "<textarea>un</textarea><title>DEUX</title>",
        ),
        ("<p>un<!-- deux -->trois</p>", "<p>UN<!-- deux -->TROIS</p>"),
        ("<p>un</p><svg><text>deux</text></svg>", "<p>UN</p><svg><text>DEUX</text></svg>"),
        (
            "<p>un <svg><style>a</style><metadata><x>b</x></metadata><title>deux</title></svg></p>",
            "<p>UN <svg><style>a</style><metadata><x>b</x></metadata><title>DEUX</title></svg></p>",
        ),
        ("<p>un <![CDATA[deux <b> trois]]> là</p>", "<p>UN <![CDATA[deux <b> trois]]> LÀ</p>"),
        ("<p>un <![CDATA[deux > trois</p>", "<p>UN <![CDATA[deux > TROIS</p>"),
        ("un < deux", "UN &lt; DEUX"),
        ("<P>un <B>deux</B></P>", "<P>UN <B>DEUX</B></P>"),
        ("<p>un <img alt='deux'> trois</p>", "<p>UN <img alt='DEUX'> TROIS</p>"),
    ],
)
def test_only_what_people_read_is_translated(page: str, expected: str) -> None:
    assert upper(page) == expected


def test_white_space_within_a_paragraph_is_one_space() -> None:
    assert texts("<p>\n  un\n  <b>deux</b>\t\n trois </p>") == ["un deux trois"]


def test_a_break_ends_a_sentence_unless_the_next_line_goes_on() -> None:
    assert texts("<p>Il est trop tard pour<br>prendre le train.<br>Il pleut.</p>") == [
        "Il est trop tard pour prendre le train.",
        "Il pleut.",
    ]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<a>Accueil</a><a>Nos produits</a><a>Aide</a>", ["Accueil", "Nos produits", "Aide"]),
        ("<a>plan du site</a>\n<a>mentions légales</a>", ["plan du site", "mentions légales"]),
        ("<b><a>Aide</a></b> | <b><a>Plan</a></b> |", ["Aide", "Plan"]),
        ("<span><a>un</a> <a>deux mots</a></span>", ["un", "deux mots"]),
        ("<span>Prix</span><span>12 €</span>", ["Prix", "12 €"]),
        ("<b>Note :</b><span>Les <i>deux</i></span>", ["Note :", "Les deux"]),
        ("<span>Nouveau</span><span>-20 %</span>", ["Nouveau", "-20 %"]),
        ("<span>12</span><span>févr.</span><span>2024</span>", ["févr."]),
        ("<b>Inès</b><i>hier à 9h05</i>", ["Inès", "hier à 9h05"]),
        ("<b>TTC</b><span>par mois</span>", ["TTC", "par mois"]),
        ("<i>M</i><i>Couleur</i><i>bleu</i>", ["Couleur", "bleu"]),
        ("<b>★★★</b><i>(128 avis)</i>", ["(128 avis)"]),
        ("<i>Prix</i><i>12 €</i><i>par mois</i>", ["Prix", "12 €", "par mois"]),
        ("Avis<span>12</span>", ["Avis"]),
        ("Trier par : <a>Prix</a> <a>Date</a>", ["Trier par :", "Prix", "Date"]),
        ("Trier par <a>prix</a> <a>date</a> <a>nom</a>", ["Trier par", "prix", "date", "nom"]),
        # a word, a formula or a sentence goes on
        ("<b>Bon</b><i>jour</i> à tous", ["Bonjour à tous"]),
        ("<b>Bon</b><i>jour</i> <b>à tous </b><i>et merci</i>", ["Bonjour à tous et merci"]),
        ("<b>I</b><i>L</i> pleut", ["IL pleut"]),
        ("<b>I</b><i>l était une fois</i>", ["Il était une fois"]),
        ("<b>Il</b> <i>Pleut</i>", ["Il Pleut"]),
        ("<i>porte</i><b>-avions</b>", ["porte-avions"]),
        ("<i>eau x</i><sub>2</sub><b>Y</b> là", ["eau xY là"]),
        ("un cube de 3 m<span>3</span>", ["un cube de 3 m3"]),
        ("Le site <b>Le</b><b>Monde</b> publie.", ["Le site LeMonde publie."]),
        ("Au <b>12</b><b>A</b> de la rue.", ["Au 12A de la rue."]),
        ("le roi <a>de France</a> <a>Louis</a>", ["le roi de France Louis"]),
        ("<code>ls</code> <a>un mot</a> <a>Deux</a>", ["{0} un mot Deux"]),
        ("<a>un seul</a> ; 12", ["un seul ; 12"]),
        (
            "le roi <a>Louis</a> <a>de</a> <a>la belle France de Paris</a>",
            ["le roi Louis de la belle France de Paris"],
        ),
    ],
)
def test_what_styles_set_apart_is_read_by_itself(page: str, expected: list[str]) -> None:
    assert texts(f"<p>{page}</p>") == expected
    assert unchanged(html.parse(f"<p>{page}</p>".encode())) == f"<p>{page}</p>".encode()


def test_signs_without_letters_are_points() -> None:
    (segment,) = html.parse(b"<p>un mot<sup>12</sup> encore</p>").segments
    assert segment.source.text == "un mot encore"


def test_tags_that_nobody_closes_are_kept() -> None:
    assert upper("<p>un <b>deux</p><p>trois</i> quatre</p>") == (
        "<p>UN <b>DEUX</p><p>TROIS</i> QUATRE</p>"
    )


def test_crossed_tags_are_kept() -> None:
    assert upper("<p><b>un <i>deux</b> trois</i></p>") == "<p><b>UN <i>DEUX</b> TROIS</i></p>"


def test_the_language_is_changed_where_it_is_the_source() -> None:
    page = b'<html lang="fr-CA"><p>un <i lang="de">zwei</i> <b lang=\'fr\'>trois</b></p></html>'
    document = html.parse(page, Reading(source="fr", target="en"))
    assert unchanged(document) == (
        b'<html lang="en"><p>un <i lang="de">zwei</i> <b lang=\'en\'>trois</b></p></html>'
    )


def test_what_says_that_it_is_in_another_language_is_left_alone() -> None:
    page = (
        '<html lang="en"><body lang="en-GB"><p>un <i lang="la">duo</i></p><p lang=en>three</p>'
        '<div LANG="de-AT" title="vier"><p>vier</p></div><p lang="">cinq</p><p lang="fr_CA">six</p>'
        '<a hreflang="en" href="x">sept</a></body></html>'
    )
    document = html.parse(page.encode(), Reading(source="fr", target="en"))
    read = [segment.source.text for segment in document.segments]
    assert read == ["un {0}", "cinq", "six", "sept"]
    assert unchanged(document).decode() == page.replace('"fr_CA"', '"en"')
    assert b'<i lang="la">duo</i>' in uppercased(document)


def test_code_that_a_model_lost_is_set_by_attention() -> None:
    document = html.parse(b"<p>Tapez <code>ls -l</code> maintenant.</p>")
    lossy = WordByWord(dropped=["{", "0", "}"])
    assert translate_document(document, lossy.translate_batch).decode() == (
        "<p>TAPEZ <code>ls -l</code> MAINTENANT .</p>"
    )


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ('<meta charset="iso-8859-1"><p>été', "ÉTÉ".encode("cp1252")),
        ('<meta charset="windows-1252"><p>été', "ÉTÉ".encode("cp1252")),
        ('<meta http-equiv=x content="text/html; charset=utf-8"><p>été', "ÉTÉ".encode()),
    ],
)
def test_a_page_keeps_its_encoding(page: str, expected: bytes) -> None:
    encoding = "utf-8" if "utf-8" in page else "cp1252"
    assert uppercased(html.parse(page.encode(encoding))).endswith(expected)


def test_what_an_encoding_cannot_spell_is_a_reference() -> None:
    page = '<meta charset="windows-1252"><p>été'.encode("cp1252")
    document = html.parse(page)
    translation = [s.source._replace(text="łódź") for s in document.segments]
    assert document.render(translation).endswith(b"<p>&#322;\xf3d&#378;")


def test_a_wrong_encoding_names_the_line() -> None:
    with pytest.raises(InputError, match="line 2: not UTF-8"):
        html.parse(b"<p>\n\xe9t\xe9")
    with pytest.raises(InputError, match="'x-none' is unknown"):
        html.parse(b'<meta charset="x-none">')


def test_a_reference_to_a_note_is_no_word() -> None:
    page = b'<p>un mot<a href="#n">1</a>, un autre.<a id=x>[12]</a> Voir la page <a>12</a>.</p>'
    (segment,) = html.parse(page).segments
    assert segment.source.text == "un mot, un autre. Voir la page 12."
    assert [mark.kind for mark in segment.source.marks] == ["point", "point", "pair"]
    assert b'MOT<a href="#n">1</a>,' in uppercased(html.parse(page))


def test_a_formula_is_copied() -> None:
    sugar = "C<sub>6</sub>H<sub>12</sub>O<sub>6</sub>"
    page = f"<p>l'eau, <b>H<sub>2</sub>O</b>, et {sugar}, 3 m<sup>2</sup>.</p>"
    (segment,) = html.parse(page.encode()).segments
    assert segment.source.text == "l'eau, {0}, et {1}, 3 {2}."
    assert uppercased(html.parse(page.encode())).decode() == (
        page.replace("l'eau", "L'EAU").replace("et", "ET")
    )


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("45 m<sup>2</sup> ici", "45 {0} ici"),
        ("45&nbsp;m<sup>2</sup> ici", "45\u00a0{0} ici"),
        ("le CO<sub>2</sub>, l'O<sub>2</sub>, U<sub>n</sub>", "le {0}, l'{1}, Un"),
        ("syst&egrave;m<sup>2</sup> ABC<sup>2</sup>", "systèm ABC"),
        ("ici 3 m<sup>3</sup>/s, 5 kg/m<sup>3</sup>", "ici 3 {0}, 5 {1}"),
        ("3 × 10<sup>-8</sup> m", "3 × {0} m"),
        ("20 hab./km<sup>2</sup>", "20 hab./{0}"),
        ("un mot<sup>2</sup>, 1 200<sup>3</sup>, 2019<sup>4</sup>", "un mot, 1 200, 2019"),
        ("au 2<sup>e</sup> mot, l'm<sup>2</sup>", "au 2e mot, l'm"),
    ],
)
def test_units_and_numbers_that_are_raised_are_copied(text: str, read: str) -> None:
    (segment,) = html.parse(f"<p>{text}</p>".encode()).segments
    assert segment.source.text == read


def test_a_row_of_numbered_links_is_copied() -> None:
    row = '<a href="a">20</a> | <a href="b">50</a>'
    page = f"<p>voir {row} <a>100</a> mots et <a>7</a> autres</p><p>{row}</p>"
    (segment,) = html.parse(page.encode()).segments
    assert segment.source.text == "voir {0} mots et 7 autres"
    expected = page.replace("voir", "VOIR").replace("mots et", "MOTS ET")
    assert uppercased(html.parse(page.encode())).decode() == expected.replace("autres", "AUTRES")
    (segment,) = html.parse(b"<p>de <a>20</a> mots <a>5</a> ou <a>6</a></p>").segments
    assert segment.source.text == "de 20 mots 5 ou 6"


@pytest.mark.parametrize(
    ("page", "read"),
    [
        ("<a>« Un mot</a> <a>Deux&nbsp;&raquo;</a>", ["Un mot", "Deux"]),
        ("<p>&laquo; Un mot ici</p>", ["Un mot ici"]),
        ("<p><b>Un</b> mot »</p>", ["Un mot"]),
        ("<p>« Un | Deux »</p>", ["Un | Deux"]),
        ("<p>« Un mot.</p>", ["« Un mot."]),
        ("<p>« Un » mot</p>", ["« Un » mot"]),
        ("<p>« Un »</p>", ["« Un »"]),
        ("<p>« un deux trois quatre cinq</p>", ["« un deux trois quatre cinq"]),
    ],
)
def test_a_quote_that_points_somewhere_stays(page: str, read: list[str]) -> None:
    document = html.parse(page.encode())
    assert [segment.source.text for segment in document.segments] == read
    expected = page.upper() if page.isascii() else upper(page)
    for tag in ("a", "p", "b"):
        expected = expected.replace(f"<{tag.upper()}>", f"<{tag}>").replace(
            f"</{tag.upper()}>", f"</{tag}>"
        )
    for entity in ("&nbsp;", "&laquo;", "&raquo;"):
        expected = expected.replace(entity.upper(), entity)
    assert uppercased(document).decode() == expected


def test_a_tag_that_never_ends_is_left_alone_and_named() -> None:
    page = b'<p>un</p>\n<p>deux <a href="x>trois</p>quatre'
    document = html.parse(page)
    assert document.notes == ("line 2: a tag that never ends is left alone",)
    assert uppercased(document) == b'<p>UN</p>\n<p>DEUX <a href="x>trois</p>QUATRE'
    assert not html.parse(b"<title>un <b deux</title><p>1 < 2 et 3<4").notes


@pytest.mark.parametrize(
    ("page", "notes"),
    [
        ("<p>un <b>deux</p>", ("line 1: <b> is never closed",)),
        ("<p>un\n</I> deux</p>", ("line 2: </i> closes nothing",)),
        (
            "<p>un <i>deux</p>\n<b>trois</i></b>",
            ("line 2: <b> is never closed", "line 2: </b> closes nothing"),
        ),
        ("<p>un</p>" + "<b>" * 7, (*["line 1: <b> is never closed"] * 5, "2 more tags lack the")),
        ("<ul><li>un<li>deux</ul><p>trois<br><table><tr><td>quatre</table>", ()),
        ("<ruby>un<rt>deux<rp>trois</ruby><a href=b><p>quatre</p></a><i/>", ()),
    ],
)
def test_tags_without_the_other_half_are_named(page: str, notes: tuple[str, ...]) -> None:
    document = html.parse(page.encode())
    assert len(document.notes) == len(notes)
    assert all(map(str.startswith, document.notes, notes))
    assert unchanged(document) == page.encode()


@pytest.mark.parametrize("text", ["A", "y", "<b>É</b>", "B)", "<code>un</code> a"])
def test_a_letter_alone_is_a_sign(text: str) -> None:
    assert not html.parse(f"<p>{text}</p>".encode()).segments
    assert len(html.parse(f"<p>{text} à</p>".encode()).segments) == 1


def test_a_paragraph_of_thousands_of_tags_is_left_alone_and_named() -> None:
    page = b"<p>un</p>\n<p>" + b"<b>x</b>y" * 2000
    document = html.parse(page)
    assert len(document.segments) == 1
    assert document.notes == ("line 2: a paragraph of 8000 tags is left alone",)


@pytest.mark.parametrize("place", [3, 4])
def test_a_line_break_keeps_words_apart_by_itself(place: int) -> None:
    (segment,) = html.parse(b"<p>un<br>mot ici</p>").segments
    assert segment.source.text == "un mot ici"
    point = Mark("point", place, place)
    assert segment.write(Marked("one word here", (point,))) == ("one", "<br>", "word here")
    (apart,) = html.parse(b"<p>un <br>mot ici</p>").segments
    assert "".join(map(str, apart.write(Marked("one word", (point,))))).count(" ") == 1
