"""Glossaries and lists of what is kept, as files."""

from __future__ import annotations

from pathlib import Path

import pytest

from allez.documents.glossary import read_glossary, read_kept
from allez.errors import InputError

TBX = (
    '<?xml version="1.0"?><martif xmlns="urn:x"><text><termEntry id="1"><langSet xml:lang="fr">'
    "<tig><term>panier</term></tig></langSet><langSet xml:lang='en'><tig><term>cart</term></tig>"
    "</langSet>"
    "</termEntry></text></martif>"
)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.tsv", "# fr\ten\npanier\tcart\n\n"),
        ("a.csv", 'panier,"cart"\n'),
        ("a.csv", "panier;cart\n"),
        ("a.csv", "Source,Target\npanier,cart\n"),
        ("a.tsv", "terme\ttraduction\npanier\tcart\n"),
        ("a.tbx", TBX),
        ("a.tbx", TBX.replace("termEntry", "conceptEntry").replace("langSet", "langSec")),
    ],
)
def test_terms_and_their_translations(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert read_glossary(tmp_path / name) == [("panier", "cart")]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.tsv", b"panier\n", "row 1: 'panier' has no translation"),
        ("a.tsv", b"", "has no terms"),
        ("a.tsv", b"\xff\xfe\xff", "a.tsv: "),
        ("a.tbx", b"<a>", "line 1, column 4"),
        ("a.tbx", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>', "declares entities"),
    ],
)
def test_what_is_no_glossary_is_named(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=message):
        read_glossary(tmp_path / name)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*none"):
        read_glossary(tmp_path / "none.tsv")


def test_what_is_kept_stands_on_lines(tmp_path: Path) -> None:
    (tmp_path / "keep.txt").write_text("# names\nAcme\n\n Marie Curie \n")
    assert read_kept(tmp_path / "keep.txt") == ["Acme", "Marie Curie"]
