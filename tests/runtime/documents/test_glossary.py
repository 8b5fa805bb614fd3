"""Glossaries and lists of what is kept, as files."""

from __future__ import annotations

from pathlib import Path

import pytest

from allez.documents.glossary import read_glossary, read_kept
from allez.errors import InputError

FR_EN = ("fr", "en")


def tbx(*parts: str) -> str:
    """Return a TBX of one entry, of parts `language: term, term (status)`."""
    written = ""
    for part in parts:
        language, _, terms = part.partition(": ")
        written += f"<langSet xml:lang='{language}'>"
        for term in terms.split(", "):
            word, _, status = term.rstrip(")").partition(" (")
            note = f"<termNote type='administrativeStatus'>{status}-admn-sts</termNote>"
            written += f"<tig><term>{word}</term>{note if status else ''}</tig>"
        written += "</langSet>"
    entry = f'<termEntry id="1"><descrip>x</descrip>{written}</termEntry>'
    return f'<?xml version="1.0"?><martif xmlns="urn:x"><text><!-- a -->{entry}</text></martif>'


TBX = tbx("fr: panier", "en: cart")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.tsv", "# fr\ten\npanier\tcart\n\n"),
        ("a.csv", 'panier,"cart"\n'),
        ("a.csv", "panier;cart\n"),
        ("a.csv", "Source,Target\npanier,cart\n"),
        ("a.tsv", "terme\ttraduction\npanier\tcart\n"),
        ("a.csv", "en;fr\ncart;panier\n"),
        ("a.tsv", "# terms\n\nid\tfr-FR\tde\ten_GB\n1\tpanier\tKorb\tcart\n2\n"),
        ("a.tbx", TBX),
        ("a.tbx", tbx("en: cart", "de: Korb", "fr: panier")),
        ("a.tbx", tbx("de: Korb", "en-US: cart", "fr-CA: panier")),
        ("a.tbx", tbx("en-US: buggy", "en: cart", "fr: panier")),
        ("a.tbx", tbx("fr: panier", "en: buggy (deprecatedTerm), trolley, cart (preferredTerm)")),
        ("a.tbx", tbx("fr: panier", "en: buggy (supersededTerm), cart, trolley")),
        ("a.tbx", TBX.replace("panier", " <hi>pa</hi>nier\n").replace("xml:lang", "lang")),
        ("a.tbx", TBX.replace("termEntry", "conceptEntry").replace("langSet", "langSec")),
    ],
)
def test_terms_and_their_translations(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert read_glossary(tmp_path / name, FR_EN) == [("panier", "cart")]


def test_all_terms_of_an_entry_are_translated_alike(tmp_path: Path) -> None:
    (tmp_path / "a.tbx").write_text(tbx("fr: panier, caddie (deprecatedTerm)", "en: cart"))
    assert read_glossary(tmp_path / "a.tbx", FR_EN) == [("panier", "cart"), ("caddie", "cart")]
    assert read_glossary(tmp_path / "a.tbx", ("en", "fr")) == [("cart", "panier")]


def test_the_languages_that_a_tbx_has_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.tbx").write_text(tbx("fr: panier", "de: Korb"))
    with pytest.raises(InputError) as raised:
        read_glossary(tmp_path / "a.tbx", FR_EN)
    assert raised.value.hint == "its languages: de, fr"


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.tsv", b"panier\n", "row 1: 'panier' has no translation"),
        ("a.tsv", b"", "has no terms"),
        ("a.tsv", b"\xff\xfe\xff", "a.tsv: "),
        ("a.csv", b"en,fr\n,panier\nx\n", "row 2: 'panier' has no translation"),
        ("a.tbx", b"<a>", "line 1, column 4"),
        ("a.tbx", b"<a/>", "no entry has a term in 'fr' and one in 'en'"),
        ("a.tbx", tbx("de: Korb", "en: cart").encode(), "no entry has a term in 'fr'"),
        ("a.tbx", tbx("fr: panier", "en: buggy (deprecatedTerm)").encode(), "and one in 'en'"),
        ("a.tbx", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>', "declares entities"),
    ],
)
def test_what_is_no_glossary_is_named(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=message):
        read_glossary(tmp_path / name, FR_EN)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*none"):
        read_glossary(tmp_path / "none.tsv", FR_EN)


def test_what_is_kept_stands_on_lines(tmp_path: Path) -> None:
    (tmp_path / "keep.txt").write_text("# names\nAcme\n\n Marie Curie \n")
    assert read_kept(tmp_path / "keep.txt") == ["Acme", "Marie Curie"]
