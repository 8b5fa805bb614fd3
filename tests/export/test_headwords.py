"""Pairs about the words of a dictionary: alone, with a capital, in the plural, in a frame."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from allez_export.data.read import read_pairs
from allez_export.made.headwords import FRAMES, Corpora, Verb, pairs, read, write

DICTIONARY = """\
pomme	apple
la pomme	the apple
pomme	knob
moule	idiot
la moule	the idiot
moule	mussel
journal	diary
le journal	the diary
journal	newspaper
étoile	star
l'étoile	the star
manger	eat
"""

CORPUS = """\
Il mange une pomme.	He eats an apple.
Des pommes et des étoiles.	Apples and stars.
Les pommes sont là.	The apples are there.
Deux étoiles.	Two stars.
Le journal du soir.	The evening newspaper.
Un journal.	A newspaper.
"""


def _pairs() -> set[tuple[str, str]]:
    corpora = [CORPUS.splitlines(), ["La moule.\tMussels were eaten."] * 9]
    return set(pairs(DICTIONARY.splitlines(), corpora))


def test_a_dictionary_has_glosses_and_articles() -> None:
    glosses, articles = read(DICTIONARY.splitlines())
    assert glosses["pomme"] == ["apple", "knob"]
    assert articles == {"pomme": "la ", "moule": "la ", "journal": "le ", "étoile": "l'"}


def test_the_gloss_is_taken_that_stands_opposite_a_word() -> None:
    glosses, _ = read(DICTIONARY.splitlines())
    found = Corpora([CORPUS.splitlines()], glosses)
    assert found.best("journal", glosses["journal"]) == "newspaper"
    assert found.best("manger", glosses["manger"]) == "eat"
    assert not any("diary" in english.lower() for _, english in _pairs())


def test_a_common_noun_whose_gloss_never_stands_opposite_it_is_left_out() -> None:
    assert not any("moule" in french.lower() for french, _ in _pairs())


def test_words_stand_alone_with_a_capital_and_in_the_plural_where_both_plurals_exist() -> None:
    french = {source for source, _ in _pairs()}
    labels = {source: target for source, target in _pairs() if " " not in source}
    assert labels.items() <= {
        *(("pomme", "apple"), ("Pomme", "Apple"), ("pommes", "apples"), ("Pommes", "Apples")),
        *(("étoile", "star"), ("Étoile", "Star"), ("étoiles", "stars"), ("Étoiles", "Stars")),
        *(("journal", "newspaper"), ("Journal", "Newspaper"), ("manger", "eat"), ("Manger", "Eat")),
    }
    assert {"Pomme", "pomme"} & french
    assert not any("journaux" in source.lower() for source in french)  # it stands nowhere


def test_each_frame_has_the_same_slots_on_both_sides_and_elides() -> None:
    for frames in FRAMES.values():
        for source, target in frames:
            slots = [set(re.findall(r"\{[A-Z]\}", side)) for side in (source, target)]
            assert slots[0] == slots[1] != set()
    for source, target in _pairs():
        assert "{" not in source + target
        assert "de étoile" not in source
        assert "un étoile" not in source
        assert source.endswith((".", "?")) == target.endswith((".", "?"))


def test_verbs_have_their_regular_forms() -> None:
    def forms(french: str, english: str) -> tuple[str, ...]:
        verb = Verb(french, english)
        return verb.soft, verb.said("s"), verb.said("ed"), verb.said("ing")

    assert forms("tousser", "cough") == ("touss", "coughs", "coughed", "coughing")
    assert forms("nager", "swim") == ("nage", "swims", "swimmed", "swimming")
    assert forms("lancer", "throw away") == ("lanç", "throws away", "throwed away", "throwing away")
    assert forms("sécher", "dry") == ("séch", "dries", "dried", "drying")
    assert forms("voyager", "free") == ("voyage", "frees", "freed", "freeing")


def test_only_forms_of_verbs_that_exist_are_said() -> None:
    corpus = [
        "Elle lave.\tShe washes.",
        "Ne volez pas, ils volaient.\tDon't fly, they were flying.",
    ]
    dictionary = ["laver\twash", "voler\tfly", "l'air\tthe air"]
    found = {pair for seed in range(40) for pair in pairs(dictionary, [corpus * 2], seed)}
    sentences = {pair for pair in found if pair[0].endswith(".") and " " in pair[0]}
    assert ("Elle lave souvent.", "She often washes.") in sentences
    assert ("Ne volez pas.", "Don't fly.") in sentences
    assert not any("lavez" in source or "flied" in target for source, target in sentences)


def test_files_are_read_and_the_same_file_is_written_each_time(tmp_path: Path) -> None:
    for name, text in (("dictionary.gz", DICTIONARY), ("corpus.gz", CORPUS)):
        with gzip.open(tmp_path / name, "wt", encoding="utf-8") as file:
            file.write(text)
    for name in ("a.gz", "b.gz"):
        write(tmp_path / "dictionary.gz", tmp_path / name, [tmp_path / "corpus.gz"])
    first, second = (list(read_pairs(tmp_path / name)) for name in ("a.gz", "b.gz"))
    assert first == second
    assert len(set(first)) == len(first) > 10


def test_a_label_decides_what_its_word_means() -> None:
    entries = ["train\tpace", "non\tnot", "fille\tgirl", "fille\tdaughter"]
    found = {(here.lower(), there.lower()) for here, there in pairs(entries, [])}
    assert found == {("fille", "daughter")}
