"""Labels that a model is not sure of are read again in small letters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest

from allez.documents.labels import begun_alike, ended_alike, is_label, without_stop
from allez.documents.translation import translate_marked
from allez.results import Carried, Translation
from allez.text.markup import Mark, Marked
from support.documents import WordByWord


class Rating:
    """A translator word by word that is as sure of a text as it is told; of others, fully."""

    def __init__(self, sure: dict[str, float | None], **carried: Carried) -> None:
        self.sure, self.carried, self.read = sure, carried, list[str]()
        self.asked: list[float | None] = []
        """How sure it was of what it was asked about."""
        self.words = WordByWord(
            {"Chaise": "Chaise", "chaise": "chair", "pliante": "folding", "Accueil": "home"}
        )

    def __call__(self, texts: Iterable[str]) -> Iterator[Translation]:
        for text in texts:
            self.read.append(text)
            answer = self.words.translate(text)
            sure = self.sure.get(text, 1.0)
            carried = (self.carried[text],) if text in self.carried else ()

            def rate(sure: float | None = sure) -> float | None:
                self.asked.append(sure)
                return sure

            rated = (replace(s, rate=rate, carried=carried) for s in answer.sentences)
            yield replace(answer, sentences=tuple(rated))


def translated(translate: Rating, *texts: str) -> list[str]:
    return [one.text for one in translate_marked([Marked(text) for text in texts], translate)]


def test_the_surer_reading_stands() -> None:
    assert translated(Rating({"Chaise pliante": 0.1}), "Chaise pliante") == ["Chair folding"]
    translate = Rating({"Chaise pliante": 0.3, "chaise pliante": 0.2})
    assert translated(translate, "Chaise pliante") == ["Chaise folding"]
    assert translate.read == ["Chaise pliante", "chaise pliante"]


@pytest.mark.parametrize(
    "text",
    ["Chaise.", "Chaise Longue", "CHAISE 2", "chaise", "Chaise " + "a " * 9, "Il\npleut", "1", ""],
)
def test_what_is_no_label_is_read_once(text: str) -> None:
    translate = Rating({text: 0.1})
    translated(translate, text)
    assert translate.read == [text]
    assert not translate.asked
    assert not is_label(text)


@pytest.mark.parametrize(
    ("sure", "said"),
    [
        ((0.1, 0.3, 0.0), "CHAIR"),
        ((0.1, 0.29, 0.2), "CHAISE"),
        ((0.1, 0.2, 0.25), "CHAISE now"),
        ((0.1, 0.5, 0.4), "CHAIR"),
        ((0.1, 0.4, 0.5), "CHAISE now"),
        ((0.29, 0.1, 0.28), "CHAISE"),
        ((0.3, 0.9, 0.9), "CHAISE"),
    ],
)
def test_a_word_in_capitals_is_read_in_small_letters_and_before_a_colon(
    sure: tuple[float, ...], said: str
) -> None:
    readings = ("CHAISE", "chaise", "CHAISE :")
    translate = Rating(dict(zip(readings, sure, strict=True)))
    translate.words = WordByWord({"chaise": "chair", ":": "now:"})
    marked = Marked("CHAISE", (Mark("pair", 0, 6),))
    (found,) = translate_marked([marked], translate)
    assert found.text == said
    assert found.marks[0].start == 0 < found.marks[0].end <= len(said)
    assert translate.read == list(readings[: 3 if sure[0] < 0.3 else 1])


@pytest.mark.parametrize("text", ["ABC", "abc"])
def test_a_word_that_nobody_translates_is_no_better_in_small_letters(text: str) -> None:
    translate = Rating({"ABC": 0.1, "abc": 0.9, "ABC :": 0.0})
    translate.words.words = {}
    assert translated(translate, text) == [text]


def test_what_cannot_be_rated_or_is_sure_or_carried_over_is_read_once() -> None:
    date = Carried("thing", "12/03/2024", "12/03/2024")
    assert translated(Rating({"Chaise": 0.1}, Chaise=date), "Chaise") == ["Chair"]
    for translate in (
        Rating({"Chaise": None}),
        Rating({"Chaise": 0.9}),
        Rating({"Chaise": 0.1}, Chaise=Carried("term", "Chaise", "Chair")),
    ):
        translated(translate, "Chaise")
        assert translate.read == ["Chaise"]


def test_a_text_keeps_its_capital() -> None:
    assert translated(Rating({}), "Accueil", "accueil", "Un npm") == ["Home", "accueil", "Un npm"]
    assert translated(Rating({}), "Accueil.") == ["Home ."]


def test_marks_stand_around_the_words_of_the_second_reading() -> None:
    marked = Marked("Chaise pliante", (Mark("pair", 7, 14),))
    (found,) = translate_marked([marked], Rating({"Chaise pliante": 0.1}))
    assert found == Marked("Chair folding", (Mark("pair", 6, 13),))


@pytest.mark.parametrize(
    ("source", "translated", "expected"),
    [
        ("Il est venu", "He came.", "He came"),
        ("Il est venu.", "He came.", "He came."),
        ("il est {0}", "it's {0} here. ", "it's {0} here "),
        ("Pain, sel, etc", "Bread, salt, etc.", "Bread, salt, etc."),
        ("à 5 h", "at 5 p.m.", "at 5 p.m."),
        ("Je ne sais", "I don't know...", "I don't know..."),
        ("", "He came.", "He came."),
        ("Il a un chat", "He has a cat.", "He has a cat"),
        ("Je ne peux pas", "I can't.", "I can't"),
        ("Tombé en 1989", "It fell in 1989.", "It fell in 1989"),
        ("Chez Dupont SA", "At Dupont SA.", "At Dupont SA"),
        ("D'ici lundi", "By Monday.", "By Monday"),
        ("Avec Martin et fils", "With Martin Corp.", "With Martin Corp."),
        ("au plus", "at the max.", "at the max."),
        ("Il est", ".", "."),
        ("♪ Il est venu ♪", "♪ He came. ♪", "♪ He came ♪"),
        (
            "Il est venu\n\nVenez.\nil est {0}",
            "He came.\n\nCome.\nIt is {0}.",
            "He came\n\nCome.\nIt is {0}",
        ),
    ],
)
def test_no_full_stop_is_added(source: str, translated: str, expected: str) -> None:
    marks = (Mark("pair", 0, len(translated)), Mark("point", len(translated), len(translated)))
    found = without_stop(Marked(source), Marked(translated, marks))
    assert found.text == expected
    assert [mark.end for mark in found.marks] == [len(expected)] * 2


@pytest.mark.parametrize(
    ("source", "translated", "expected"),
    [
        ("...et lui.", "... and him.", "...and him."),
        ("…et lui.", "... and him.", "...and him."),
        ("... et lui.", "... and him.", "... and him."),
        ("...", "... ", "... "),
        ("et lui", "... and him", "... and him"),
    ],
)
def test_dots_stand_where_they_stood(source: str, translated: str, expected: str) -> None:
    marks = (Mark("pair", 0, len(translated)), Mark("point", 4, 4))
    found = begun_alike(Marked(source), Marked(translated, marks))
    assert found.text == expected
    assert [mark.end for mark in found.marks] == [len(expected), 4 - (expected != translated)]


@pytest.mark.parametrize(
    ("source", "translated", "expected"),
    [
        ("un mot ;", "A word.", "A word;"),
        ("un mot ;", "a word", "a word;"),
        ("Bienvenue !", "Welcome.", "Welcome!"),
        ("La suite :", "What follows", "What follows:"),
        ("un mot ;\n", "a word;\n", "a word;\n"),
        ("un mot,", "a word...", "a word..."),
        ("Un mot.", "A word", "A word"),
        ("un mot ;", "a word)", "a word)"),
        (";", "", ""),
    ],
)
def test_marks_at_the_end_stay(source: str, translated: str, expected: str) -> None:
    assert ended_alike(Marked(source), Marked(translated)).text == expected
