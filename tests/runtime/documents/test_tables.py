"""Tables: cells stay cells, only columns with prose are translated."""

from __future__ import annotations

import csv
import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allez.documents import tables
from allez.documents.reading import Reading
from allez.errors import InputError, OptionError
from support.documents import uppercased


def capitals(text: str, *columns: str) -> str:
    return uppercased(tables.parse_csv(text.encode(), Reading(columns=columns))).decode()


def test_columns_with_prose_are_found() -> None:
    text = "id,nom,prix\nA-1,Chaise pliante,19.90\nA-2,Table,129.00\n"
    assert capitals(text) == "id,nom,prix\nA-1,CHAISE PLIANTE,19.90\nA-2,TABLE,129.00\n"


def test_columns_may_be_named_or_counted() -> None:
    text = "id;nom;note\n1;un;deux\n"
    assert capitals(text, "note") == "id;nom;note\n1;un;DEUX\n"
    assert capitals(text, "2", "note") == "id;nom;note\n1;UN;DEUX\n"
    with pytest.raises(OptionError, match="no column 'titre'") as caught:
        capitals(text, "titre")
    assert caught.value.hint == "known are id, nom, note"
    with pytest.raises(OptionError, match="no column '4'"):
        capitals(text, "4")


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [
        ("key,fr\nun,mot ici\ndeux,mot là\n", True),
        ("sep=,\nClé,fr\nun,mot ici\ndeux,mot là\n", True),
        ("a,c\nbtn_ok,mot ici\nun,mot là\nbtn_no,mot\ndeux,ici\ntrois,mot\n", True),
        ("a,c\nhome.title,mot ici\nun,mot là\nhome.text,mot\ndeux,ici\ntrois,mot\n", True),
        ("a,c\nhomeTitle,mot ici\n,mot\nun,mot là\nhomeText,mot\ndeux,ici\ntrois,mot\n", True),
        ("a,c\nun,mot ici\ndeux,mot là\ne_mail,ici\n", False),
        ("a,c\nfoo_b,mot ici\nun,mot là\nfoo_c,mot\ndeux,ici\nsix,ici\ndix,ici\nsept,mot\n", False),
        ("a,c\niPhone,mot ici\nun,mot là\neBay,mot\ndeux,ici\ntrois,mot\n", False),
        ("mot,fr\nun,mot ici\ndeux,mot là\n", False),  # words and what they mean
        ("key,fr\nun,mot ici\nun,mot là\n", False),  # not all of them different
        ("key,fr\nun mot,ici\nun,mot là\n", False),
        ("key,fr\nété,ici\nun,mot là\n", False),
        ("key\nun\ndeux\nbtn_ok\n", False),
        ("key,n\nun,12\ndeux,13\n", False),
        ("fr,key\nun,un\ndeux,deux\n", False),
    ],
)
def test_a_column_of_keys_beside_their_texts_stays(text: str, is_kept: bool) -> None:
    document = tables.parse_csv(text.encode())
    first = " ".join(line.split(",")[0] for line in uppercased(document).decode().split("\n"))
    assert ("UN" not in first) is is_kept
    assert document.segments


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("nom,ville\nPetit,Tours\nBlanc,Sens\n", ["nom", "ville"]),
        ("Nom de famille;Ville;Note\nPetit;Tours;il vient\n", ["Nom de famille", "Ville"]),
        ("Prénom(s)|Villes|note\nRose|Nice|mot ici\n", ["Prénom(s)", "Villes"]),
        ("first_name,lastName,note\nRose,Blanc,mot ici\n", ["first_name", "lastName"]),
        ("E-mail,Adresse 1,note\nà demander,rue Verte,mot ici\n", ["Adresse 1"]),
        ("Mobile,CP,avis\nÉcran cassé,fichier joint,Très bon\n", []),
        ("auteur,titre\nVictor Hugo,Les mots\n", ["auteur"]),
        ("nom,note\nJean de La Tour,mot ici\nROSE,là\n", ["nom"]),
        ("nom,prénom,note\nla rose,Anne,mot ici\n", ["nom", "prénom"]),
        ("nom,couleur\nChat,Gris\nRose,Rouge clair\nLe Monde,Noir\n", []),
        ("nom,e-mail\nla rose,mot ici\n", ["nom"]),
        ("nom,âge\nPetit,12 ans\n", ["nom"]),
        ("nom,âge\nTable basse,12 ans\n", []),
        ("Nom,Poste,Salaire\nPetit,Comptable,2500\nRoche,Juriste,2400\n", ["Nom", "Salaire"]),
        ("Nom,Équipes,Note\nPetit,Les bleus,bien\n", ["Nom"]),
        ("nom,société,prix\nTable,Les meubles,12\n", []),
        ("Nom,Poste\nChargeur de batterie,Achats\n", []),
        ("Nom\nChat\nChien\nSouris\n", []),
        ("Nom,Définition,Catégorie,Couleur\nChat,Un animal,Animaux,Gris\n", []),
        ("nom,adresse\nPetit,rue Verte\n", ["nom", "adresse"]),
        ("prénom,département\nAnne,Ventes et achats\n", ["prénom"]),
        ("nom,prix\nTable,12\nChaise,13\n", []),
        ("nom,note\nTable en chêne,mot ici\nChaise,là\n", []),
        ("nom,ville\nMarché de la laine,Lyon\n", ["ville"]),
        ("département,note\nVentes et achats,mot ici\n", []),
        ("département,note\nLoire,mot ici\n", ["département"]),
        ("ville natale,note\nune ville,mot ici\nun bourg,là\n", []),
        ("Description de la ville,mot\nune ville,mot ici\n", []),
    ],
)
def test_a_column_of_names_stays(text: str, kept: list[str]) -> None:
    separator = tables.separator_of(text.split("\n")[0])
    header, *rows = list(csv.reader(io.StringIO(text), delimiter=separator))
    result = csv.reader(io.StringIO(capitals(text)), delimiter=separator)
    unlike = {
        name
        for before, after in zip(rows, list(result)[1:], strict=True)
        for name, a, b in zip(header, before, after, strict=True)
        if a != b
    }
    prose = [name for name in header if name not in (*kept, "prix")]
    assert unlike == set(prose)
    if kept:
        assert capitals(text, kept[0]) != text


def test_thousands_of_names_take_little_time() -> None:
    begun = time.process_time()
    capitals("nom," * 2_000 + "note\n" + "un mot," * 2_000 + "mot\n")
    assert time.process_time() - begun < 8


def test_a_row_that_tells_the_separator_is_no_header() -> None:
    text = "sep=;\nid;nom;prix\n1;Table basse;19,90\n"
    assert capitals(text) == "sep=;\nid;nom;prix\n1;TABLE BASSE;19,90\n"
    assert capitals(text, "nom") == capitals(text, "2") == capitals(text)
    assert capitals("sep=;\n") == "sep=;\n"


def test_quotes_come_back_and_are_added_where_needed() -> None:
    document = tables.parse_csv(b'a,b\n1,"un ""mot"""\n2,deux\n')
    texts = iter(['x "y"', "a, b"])
    translation = [segment.source._replace(text=next(texts)) for segment in document.segments]
    assert document.render(translation) == b'a,b\n1,"x ""y"""\n2,"a, b"\n'


def test_a_cell_may_go_over_lines() -> None:
    assert capitals('id,t\r\n1,"un\r\ndeux"\r\n') == 'id,t\r\n1,"UN\r\nDEUX"\r\n'


def test_a_table_without_names_is_all_data() -> None:
    assert capitals("un mot ici,1\ndeux mots là,2\n") == "UN MOT ICI,1\nDEUX MOTS LÀ,2\n"


def test_an_open_quotation_mark_is_named() -> None:
    with pytest.raises(InputError, match="line 2: a quotation mark is never closed"):
        capitals('a,b\n1,"un\n2,deux\n')


@given(
    st.lists(
        st.lists(
            st.sampled_from(["un mot", "deux, trois", 'a "b"', "12", "", "x\ny"]),
            min_size=2,
            max_size=2,
        ),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from([",", ";", "\t"]),
)
def test_every_table_keeps_its_shape(rows: list[list[str]], separator: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows([["nom", "texte"], *rows])
    result = uppercased(tables.parse_csv(out.getvalue().encode())).decode()
    again = list(csv.reader(io.StringIO(result, newline=""), delimiter=separator))
    assert [[c.lower() for c in row] for row in again] == [["nom", "texte"], *rows]
