"""Plain text: lines, or paragraphs whose lines were broken."""

from __future__ import annotations

import pytest

from allez.documents import plain
from allez.documents.reading import Reading
from allez.errors import InputError
from support.documents import uppercased

WRAPPED = Reading(wrapped=True)


def texts(text: str, reading: Reading = WRAPPED) -> list[str]:
    return [segment.source.text for segment in plain.parse(text.encode(), reading).segments]


def upper(text: str) -> str:
    return uppercased(plain.parse(text.encode(), WRAPPED)).decode()


def test_lines_are_read_one_by_one_unless_they_are_said_to_be_wrapped() -> None:
    text = "Il est trop tard pour\nprendre le train.\n"
    assert texts(text, Reading()) == ["Il est trop tard pour", "prendre le train."]
    assert texts(text) == ["Il est trop tard pour prendre le train."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Un mot.\n\nDeux mots.", ["Un mot.", "Deux mots."]),
        ("La rénova-\ntion est finie.", ["La rénovation est finie."]),
        ("- un point qui va\n  loin\n- un autre", ["- un point qui va loin", "- un autre"]),
        ("> cité par\n> quelqu'un\nLa réponse", ["cité par quelqu'un", "La réponse"]),
        (
            "De : Sophie\nObjet : la réunion de ce soir",
            ["De : Sophie", "Objet : la réunion de ce soir"],
        ),
        ("12\n34", []),
    ],
)
def test_paragraphs(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


def test_a_paragraph_is_broken_to_its_own_width_again() -> None:
    text = "  Il est trop tard pour\n  prendre le train du\n  soir.\n"
    assert upper(text) == text.upper()


def test_quotation_marks_stay_at_every_line() -> None:
    assert upper("> cité par\n> quelqu'un\n") == "> CITÉ PAR\n> QUELQU'UN\n"


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(InputError, match="line 1: not UTF-8") as caught:
        plain.parse(b"L\x92homme a pay\xe9 5 \x80.\n")
    assert "WINDOWS-1252" in (caught.value.hint or "")
    with pytest.raises(InputError, match="UTF-16"):
        plain.parse("Il pleut.".encode("utf-16-le"))


def test_utf_16_with_its_mark_is_read() -> None:
    data = "\ufeffIl pleut.\n".encode("utf-16-le")
    assert uppercased(plain.parse(data)) == "\ufeffIL PLEUT.\n".encode("utf-16-le")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[14:02] Manon: un mot ?", "un mot ?"),
        ("12/05/2025, 14:02 - Jean Martin: un mot", "un mot"),
        ("[12:05:33] <karim> un mot", "un mot"),
        ("<lea> un mot", "un mot"),
        ("2025-05-12T09:00:00Z [WARN] un mot", "un mot"),
        ("2025-06-03 09:14:02,331 ERREUR un mot", "un mot"),
        ("14:02 UN mot", "UN mot"),
        ("Jan 15 10:23:45 serveur1 sshd[1234]: un mot", "un mot"),
        ("12/05/2025 au 13/05/2025", "12/05/2025 au 13/05/2025"),
        ("Léa : un mot", "Léa : un mot"),
        ("> 14:02 - un mot", "un mot"),
        ("14:02 -", ""),
    ],
)
def test_when_and_by_whom_a_message_was_sent_is_no_text(line: str, said: str) -> None:
    document = plain.parse(line.encode())
    assert [segment.source.text for segment in document.segments] == ([said] if said else [])
    assert uppercased(document).decode() == line.replace(said, said.upper())


def test_columns_between_tabs_are_read_one_by_one() -> None:
    text = "Total\t1 250,00 €\r\n\tun mot\t deux \t\n"
    document = plain.parse(text.encode())
    said = [segment.source.text for segment in document.segments]
    assert said == ["Total", "1 250,00 €", "un mot", "deux"]
    assert uppercased(document).decode() == text.upper()


def test_figures_that_languages_write_otherwise_are_text() -> None:
    document = plain.parse("1 234,5\n12,50 €\n15 %\n1234\n14:02\n2/3\n***\n".encode())
    assert [s.source.text for s in document.segments] == ["1 234,5", "12,50 €", "15 %"]
