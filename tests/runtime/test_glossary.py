"""A glossary through a translator: all terms come out, and what they are is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allez import Carried, Translator
from allez.cli.main import main

GLOSSARY = {"chat": "feline", "chat noir": "panther", "panier": "cart"}
WORDS = [
    *("le", "les", "chat", "chats", "noir", "voit", "panier", "Panier", "l'", "chatte", "achat"),
    *("42", "chien", ",", ".", "dort"),
]


@pytest.fixture(scope="module")
def masked(root: Path) -> Iterator[Translator]:
    with Translator(root / "spec" / "bundles" / "tiny_entities", threads=1) as translator:
        yield translator


def test_what_was_carried_over(masked: Translator) -> None:
    (sentence,) = masked.translate(
        "le chat noir voit les paniers de Durand", glossary=GLOSSARY, keep=["Durand"]
    ).sentences
    assert sentence.carried == (
        Carried("term", "chat noir", "panther", "chat noir"),
        Carried("term", "paniers", "carts", "panier"),
        Carried("thing", "Durand", "Durand"),
    )


@settings(max_examples=100)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join))
def test_every_term_comes_out_and_none_within_a_word(masked: Translator, text: str) -> None:
    text = text.replace("Panier Panier", "Panier panier")  # capitals in a row are a name
    translation = masked.translate(text, glossary=GLOSSARY, beam_size=1)
    carried = [c for s in translation.sentences for c in s.carried if c.kind == "term"]
    asked = [word for word in text.lower().split() if word.rstrip("s") in GLOSSARY]
    assert [term.text.lower().split()[0] for term in carried] == asked
    said = translation.text.lower()
    for term in carried:
        assert re.sub(r"s\b", "", term.text.lower()) == term.term
        assert re.search(rf"\b{term.said}\b", said), said


@pytest.mark.parametrize("way", ["texts", "lines", "document"])
def test_what_was_applied_is_told(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], way: str
) -> None:
    (tmp_path / "g.tsv").write_text("chat\tfeline\nchien\tdog\n")
    (tmp_path / "a.txt").write_text("le chat dort\nles chats de Durand\nle chat dort\n")
    page = "<p>le chat dort</p><p>les <b>chats</b> de Durand</p><p>le chat dort</p>"
    (tmp_path / "a.html").write_text(page)
    given = {
        "texts": ["le chat dort. Les chats de Durand. Le chat dort."],
        "lines": ["-i", str(tmp_path / "a.txt")],
        "document": ["-i", str(tmp_path / "a.html"), "-o", "-"],
    }
    bundle = str(root / "spec" / "bundles" / "tiny_entities")
    asked = ["--glossary", str(tmp_path / "g.tsv"), "--keep", "Durand", "--keep", "Acme"]
    for verbose in (["-v"], []):
        assert main(["translate", "--model", bundle, *asked, *verbose, *given[way]]) == 0
        error = capsys.readouterr().err
        told = [
            "note: glossary: 'chat' is 'feline', 2 times\n",
            "note: glossary: 'chats' is 'felines', once\n",
            "note: kept: 'Durand', once\n",
            "note: 1 of 2 terms of the glossary not met: 'chien'\n",
            "note: 1 of 2 texts to keep not met: 'Acme'\n",
        ]
        assert [line in error for line in told] == [bool(verbose)] * 5


@pytest.mark.parametrize("command", ["translate", "bulk"])
def test_languages_of_a_glossary_are_those_of_the_bundle(
    root: Path, tmp_path: Path, command: str
) -> None:
    (tmp_path / "g.csv").write_text("de,en,fr\nKatze,feline,chat\n")
    (tmp_path / "a.txt").write_text("le chat dort\n")
    bundle = str(root / "spec" / "bundles" / "tiny_entities")
    asked = ["--model", bundle, "--glossary", str(tmp_path / "g.csv"), "--beam-size", "1"]
    text = str(tmp_path / "a.txt")
    asked += [text, "--workers", "1", "-q"] if command == "bulk" else ["-i", text]
    out = tmp_path / "out"
    assert main([command, *asked, "-o", str(out)]) == 0
    written = [out] if out.is_file() else [f for f in out.rglob("*") if f.is_file()]
    assert any("feline" in file.read_text() for file in written)
