"""Columns of names, towns and addresses, told by what they are called: they are no prose."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache


def _listed(names: str) -> frozenset[str]:
    return frozenset(names.split("|"))


_PEOPLE = _listed(
    "prenom|nom de famille|nom de naissance|nom d usage|patronyme|nom complet|nom et prenom"
    "|prenom et nom|nom prenom|prenom nom"
    "|first name|firstname|given name|last name|lastname|surname|family name|full name|fullname"
    "|apellido|apellidos|nombre completo|nombre y apellidos|vorname|nachname|familienname"
)
"""What is said of people alone; all without accents and in the singular of French."""
_NAMES = _PEOPLE | _listed(
    "auteur|auteure|autrice|nom de l auteur|ville|commune|nom de la ville|nom de la commune"
    "|adresse|adresse postale|rue|ville de naissance|lieu de naissance"
    "|author|city|town|address|street|postal address"
    "|autor|autora|ciudad|municipio|localidad|direccion"
    "|autorin|stadt|wohnort|anschrift|strasse"
)
"""What columns are called whose cells stay."""
_CONTACTS = _listed(
    "email|e mail|mail|adresse mail|adresse email|adresse e mail|adresse electronique|courriel"
    "|adresse courriel|telephone|tel|portable|numero de telephone|n de telephone"
    "|email address|e mail address|phone|phone number|telephone number|mobile"
    "|correo|correo electronico|telefono|telefon|telefonnummer"
)
"""What people are reached by; where words are below, these are things."""
_KNOWN = (_NAMES | _CONTACTS) | _listed(
    "code postal|cp|postal code|postcode|zip|zip code|codigo postal|plz|postleitzahl"
    "|age|sexe|civilite|profession|date de naissance|sex|gender|birthdate|date of birth"
    "|edad|sexo|fecha de nacimiento|alter|geschlecht|geburtsdatum"
)
"""What tells that other columns hold names."""
_OF_PEOPLE = _listed(
    "poste|fonction|role|service|equipe|classe|salaire|statut|entreprise|societe|matricule|grade"
    "|position|job|salary|team|company|employee"
)
"""What a table says of people besides: enough for `nom`, and not for what its first row is."""
_NO_NAMES = _listed(
    "inconnu|inconnue|anonyme|absent|absente|reporte|reportee|annule|annulee|vacant|vacante|neant"
    "|aucun|aucune|unknown|anonymous|postponed|cancelled|none|desconocido|desconocida|unbekannt"
)
"""What a cell has instead of a name."""
_DEPARTMENTS = _listed("departement|department")
_EITHER = _DEPARTMENTS | _listed("nom|name|nombre")
"""What may be called so besides: things that are sold, parts of a company."""
_OF_GOODS = _listed("prix|tarif|montant|quantite|stock|price|amount|quantity")
"""What a table says of things, and beside which `nom` is what they are called."""
_PARTICLES = _listed("de|du|des|la|le|les|lès|sur|sous|en|et|d|l|von|van|der|den|y|and")
_MOST_WORDS = 4
_MOST_COLUMNS = 256
"""Of a sheet, which may have 16,384; a table of names has fewer."""
_FEW = 10
"""One of so many cells may be written otherwise."""
_WORD = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PLURAL = re.compile(r"(?<=[a-z]{2})s\b")


def is_named(header: Sequence[str]) -> bool:
    """Tell by itself whether a row is names of columns: two that hold names, or one of words."""
    known = [name for name in header if _forms(name) & _KNOWN]
    return len(known) > 1 or any(len(name.split()) > 1 for name in known)


def hold_names(column: int, header: Sequence[str], cells: Sequence[str]) -> bool:
    """Tell whether a column holds names, by what it is called, and if need be by its cells.

    Args:
        column: which one, from 0.
        header: what the columns are called.
        cells: those of the column that are not empty.
    """
    if column >= len(header):
        return False
    called = _forms(header[column])
    if called & _NAMES:
        return True
    if not called & _EITHER:
        return False
    others = frozenset[str]().union(*map(_forms, header)) - called
    is_department = not called.isdisjoint(_DEPARTMENTS)
    if not is_department and others & (_PEOPLE | _CONTACTS):
        return True
    capitals = [_capitals(cell) for cell in cells]
    odd = capitals.count(0)
    if any(name.split()[0] in _OF_GOODS for name in others if name) or _FEW * odd > len(cells):
        return False
    if is_department or others & (_KNOWN | _OF_PEOPLE):
        return True
    return 2 * sum(count > 1 for count in capitals) >= len(cells)


def is_known(name: str) -> bool:
    """Tell whether a column that is called so may hold names."""
    return bool(_forms(name) & (_KNOWN | _EITHER))


def hold_names_of_sheet(header: Sequence[str], rows: Sequence[Mapping[int, str]]) -> set[int]:
    """Return which columns of a sheet hold names.

    A sheet may be a form, with a label beside each value, so its first row is taken for names of
    columns only if it says more than that of a file does: two columns are called after names, or
    one of three beside a column of nothing but numbers. No cell is called so below.

    Args:
        header: its first row, of words alone.
        rows: some of the following ones; of each the text of a column, where there is one.
    """
    if len(header) > _MOST_COLUMNS:
        return set()
    names = [name.strip() for name in header]
    known = [column for column, name in enumerate(names) if is_known(name)]
    if not rows or any(name[:1].isdigit() or name.endswith(":") for name in names):
        return set()
    columns = [[row[column] for row in rows if column in row] for column in range(len(names))]
    numbers = any(cells and all(map(is_number, cells)) for cells in columns)
    if len(known) < 2 and not (known and len(names) > 2 and numbers):
        return set()
    if any(is_known(cell) for column in known for cell in columns[column]):
        return set()
    return {column for column in known if hold_names(column, names, columns[column])}


def is_number(text: str) -> bool:
    """Tell whether a cell has figures, and no letters."""
    return any(map(str.isdigit, text)) and not any(map(str.isalpha, text))


def is_no_name(cell: str) -> bool:
    """Tell by sight that a cell of a column of names has none: `Non renseigné`, `Inconnue`.

    One with figures, a hyphen or a word as `de` may be an address, or a name in small letters.
    """
    later = _WORD.findall(cell)[1:]
    is_prose = all(word.islower() and word not in _PARTICLES for word in later)
    is_prose = is_prose and bool(later) and not any(c == "-" or c.isdigit() for c in cell)
    return is_prose or not _forms(cell).isdisjoint(_NO_NAMES)


def _capitals(cell: str) -> int:
    """Return how many words with a capital a name has; 0: it is none, by its other words."""
    words = _WORD.findall(cell)
    small = [word for word in words if not word[0].isupper()]
    is_name = len(words) <= _MOST_WORDS and all(word in _PARTICLES for word in small)
    return len(words) - len(small) if is_name else 0


@lru_cache(4096)
def _forms(name: str) -> frozenset[str]:
    """Return a name in small letters, without accents, signs and numbers; and its singular."""
    apart = unicodedata.normalize("NFD", _CAMEL.sub(" ", name.replace("(s)", "")))
    letters = "".join(c for c in apart.casefold() if not unicodedata.combining(c))
    bare = " ".join(_WORD.findall(letters.replace("_", " ")))
    return frozenset((bare, _PLURAL.sub("", bare)))
