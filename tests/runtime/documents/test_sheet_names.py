"""Columns of sheets that are called after names stay, in Excel's files and in OpenDocument's."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from allez.documents.formats import FORMATS
from allez.documents.named_columns import hold_names_of_sheet
from allez.documents.reading import Reading
from support.documents import ODT, XLSX, unchanged, zipped

Cells = Sequence[Sequence[str | int]]
PEOPLE: Cells = [
    ["Nom", "Prénom", "Ville", "Remarque"],
    ["Petit", "Rose", "Tours", "Très bien"],
    ["Boulanger", "", "Nice", "Petit"],
    [],
    ["Suite", "Autre", "Mot", "Fin"],
]


def xlsx(*sheets: Cells, inline: bool = False) -> bytes:
    """Return a workbook whose cells share their texts, or have them within."""
    shared: list[str] = []
    parts = dict(XLSX)
    for number, rows in enumerate(sheets, 1):
        written = ""
        for row, cells in enumerate(rows, 1):
            inside = ""
            for column, cell in enumerate(cells):
                place = f'r="{chr(65 + column)}{row}" s="1"'
                if isinstance(cell, int):
                    inside += f"<c {place}><v>{cell}</v></c>"
                elif not cell:
                    inside += f"<c {place}/>"
                elif inline:
                    inside += f'<c {place} t="inlineStr"><is><t>{cell}</t></is></c>'
                else:
                    shared += [] if cell in shared else [cell]
                    inside += f'<c {place} t="s"><v>{shared.index(cell)}</v></c>'
            written += f'<row r="{row}">{inside}</row>' if inside else f'<row r="{row}"/>'
        parts[f"xl/worksheets/sheet{number}.xml"] = f"<s><sheetData>{written}</sheetData></s>"
    parts["xl/sharedStrings.xml"] = "".join(
        ("<sst>", *(f"<si><t>{text}</t><rPh><t>x</t></rPh></si>" for text in shared), "</sst>")
    )
    del parts["xl/tables/table1.xml"]
    return zipped(parts)


def ods(*sheets: Cells, kind: str = "spreadsheet", wide: str = "") -> bytes:
    """Return the same in OpenDocument's way; the cell with the text `wide` is repeated."""
    tables = ""
    for rows in sheets:
        written = ""
        for row in rows:
            inside = ""
            for cell in row:
                if isinstance(cell, int):
                    inside += (
                        f'<table:table-cell office:value-type="float"><text:p>{cell}</text:p>'
                        "</table:table-cell>"
                    )
                elif cell:
                    inside += (
                        '<table:table-cell office:value-type="string"><office:annotation><text:p>'
                        f"une note</text:p></office:annotation><text:p>{cell}</text:p>"
                        "</table:table-cell>"
                    )
                else:
                    inside += "<table:table-cell/>"
            inside += '<table:table-cell table:number-columns-repeated="999"/>'
            written += f"<table:table-row>{inside}</table:table-row>"
        if wide:
            before, told, behind = written.partition(f"<text:p>{wide}</text:p>")
            cell, kind_of_value, rest = before.rpartition(" office:value-type")
            repeated = ' table:number-columns-repeated="2"'
            written = cell + repeated + kind_of_value + rest + told + behind
        tables += f'<table:table table:name="a">{written}</table:table>'
    content = f"<office:d><office:{kind}>{tables}</office:{kind}></office:d>"
    return zipped(ODT | {"content.xml": content, "styles.xml": "<o/>"})


def read(data: bytes) -> list[str]:
    """Return what is translated of a workbook, but for the notes."""
    document = FORMATS["opendocument" if b"mimetype" in data else "xlsx"].parse(data, Reading())
    assert unchanged(document) == data
    return [s.source.text for s in document.segments if s.source.text != "une note"]


def test_names_stay_below_what_their_columns_are_called() -> None:
    below = ["Suite", "Autre", "Mot", "Fin"]
    assert read(ods(PEOPLE)) == [*PEOPLE[0], "Très bien", "Petit", *below]
    assert read(xlsx(PEOPLE)) == [*PEOPLE[0], "Très bien", *below]  # "Petit" is stored once
    assert read(xlsx(PEOPLE, inline=True)) == [*PEOPLE[0], "Très bien", *below]


def test_a_name_stays_wherever_a_workbook_shows_it() -> None:
    titled = [["Cotisations de l'année"], *PEOPLE]
    assert "Tours" not in read(xlsx(titled, PEOPLE))
    assert "Tours" in read(xlsx(titled))
    assert read(ods(titled, PEOPLE)).count("Tours") == 1


@pytest.mark.parametrize("word", ["Non renseigné", "non renseigné", "Inconnue", "Reporté"])
def test_what_is_no_name_is_read_if_it_stands_elsewhere(word: str) -> None:
    rows = [["Nom", "Prénom", "Avis"], [word, "Rose", "bon"], ["Petit", "Anne", "mauvais"]]
    assert word not in read(xlsx(rows))
    assert read(xlsx([*rows, ["Moulin", "Jean", word]])).count(word) == 1
    assert read(xlsx(rows, [["Une liste"], [], [word]])).count(word) == 1


@pytest.mark.parametrize(
    "name", ["Tours", "La Roche", "Jean de la fontaine", "12 rue verte", "rue Verte", "Jean-marie"]
)
def test_what_may_be_a_name_stays_elsewhere(name: str) -> None:
    rows = [["Auteur", "Ville", "Avis"], [name, "Sens", name], ["Petit", "Nice", "bon"]]
    assert name not in read(xlsx(rows, [[name]]))


def test_names_in_small_letters_stay_elsewhere() -> None:
    rows = [["Nom complet", "Ville", "Chef"], ["rose petit", "", "jean moulin"]]
    assert read(xlsx([*rows, ["jean moulin", "", ""]])) == rows[0]


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        ([["Client", "Ville", "Montant"], ["Un client", "Tours", 12]], ["Tours"]),
        ([["Client", "Ville", "Avis"], ["Un client", "Tours", "bon"]], []),
        ([["Ville", "Montant"], ["Tours", 12]], []),
        ([["Nom", "Âge", "Note"], ["Petit", 12, 3]], ["Petit"]),
        ([["Nom", "Poste", "Salaire"], ["Petit", "Juriste", 12]], ["Petit"]),
        ([["Nom", "Petit", "Service", "Achats"], ["Date", "Hier", "Lieu", "Ici"]], []),
        ([["Nom", "Prix", "Note"], ["Petite Table", 12, 3]], []),
        ([["Nom", "", "Ville"], ["Petit", "Rose", "Tours"]], []),
        ([["Nom", 12, "Ville"], ["Petit", "Rose", "Tours"]], []),
        ([["Nom :", "Petit", "Ville :", "Tours"], ["Service", "Achats", "Date", "hier"]], []),
        ([["Nom", "Petit", "Ville", "Tours"], ["Prénom", "Rose", "Date", "hier"]], []),
        ([["Nom", "Ville"]], []),
        ([["Nom", "Ville"], [], ["Petit", "Tours"]], []),
        ([[], ["Nom", "Ville"], ["Petit", "Tours"], ["Moulin", ""]], ["Petit", "Tours", "Moulin"]),
    ],
)
def test_only_a_table_has_columns(rows: Cells, kept: list[str]) -> None:
    texts = [cell for row in rows for cell in row if cell and isinstance(cell, str)]
    assert read(xlsx(rows)) == [text for text in texts if text not in kept]
    assert read(ods(rows)) == [text for text in texts if text not in kept]


def test_a_table_of_a_letter_is_read() -> None:
    assert "Tours" in read(ods(PEOPLE, kind="text"))


def test_a_cell_that_is_repeated_over_another_column_is_read() -> None:
    rows = [["Nom", "Ville", "Avis"], ["Petit", "Tours"]]
    assert read(ods(rows)) == ["Nom", "Ville", "Avis"]
    assert read(ods(rows, wide="Tours")) == ["Nom", "Ville", "Avis", "Tours"]


def test_thousands_of_columns_are_no_table() -> None:
    for count, held in ((256, 256), (257, 0), (16_384, 0)):
        row = dict.fromkeys(range(count), "Petit")
        assert len(hold_names_of_sheet(["Prénom"] * count, [row] * 3)) == held
