"""Sentences with a fact that words say: number words, units, limits, negation; and what is right.

What is right is judged by the words that must stand in the translation, not by the runtime's
checks. The frames stand in no training data.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from allez.entities.characters import words
from allez_export.made import one
from allez_export.made.words import capitalized, english, french

Generator = np.random.Generator


class Probe(NamedTuple):
    """A sentence with a fact, and what tells whether its translation has it."""

    source: str
    right: Callable[[str], bool]


_COUNTED = (
    "Nous étions {n} autour du feu.",
    "Le berger a {n} chèvres.",
    "Elle m'a prêté {n} euros hier.",
    "Au bout de {n} minutes, il renonça.",
    "Il restait {n} fauteuils vides.",
    "La gagnante a {n} ans.",
    "Il manque {n} dossiers dans cette armoire.",
    "{N} candidats ont échoué.",
    "Tu as encore {n} jours de congé.",
    "On a planté {n} rosiers.",
)

_LIMITED = (
    "Le trajet dure {l} {n} minutes.",
    "Le réservoir contient {l} {n} litres.",
    "Ils vendent {l} {n} tapis par an.",
    "La salle accueille {l} {n} danseurs.",
    "Cette corde mesure {l} {n} mètres.",
    "Il a écrit {l} {n} romans.",
    "{L} {n} candidats seront reçus.",
    "On a dépensé {l} {n} euros.",
)

_LESS = ("less than", "fewer than", "under ", "below ", "younger than", "short of")
_MORE = ("more than", "over ", "above ", "older than", "greater than", "upwards of")
_LEAST = ("at least", "no less than", "not less than", "no fewer than", "minimum", "or more")
_MOST = ("at most", "no more than", "not more than", "up to", "maximum", "or less", "or fewer")

_NOT_MORE = tuple(f"{no} {verb} more than" for no in ("not", "n't") for verb in (
    "last", "take", "contain", "hold", "sell", "have", "accommodate", "measure", "written", "write",
    "spent", "spend", "receive", "exceed",
))  # fmt: skip

_LIMITS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("moins de", _LESS, (*_MORE, *_LEAST)),
    ("plus de", _MORE, (*_LESS, *_MOST)),
    ("au moins", _LEAST, (*_MOST, *_LESS)),
    ("au plus", _MOST, _LEAST),
    ("au maximum", _MOST, _LEAST),
    ("pas plus de", (*_MOST, "not over", *_NOT_MORE), _LEAST),
)
"""A limit, what it may be called, and what turns it round."""

_WHO = (("Il", "he"), ("Elle", "she"), ("Mon oncle", "my uncle"), ("Le facteur", "the mailman"))

_DOES = (
    ("répond", "au téléphone"),
    ("ouvre", "la fenêtre"),
    ("connaît", "le chemin"),
    ("range", "sa chambre"),
    ("aime", "le café"),
    ("prend", "le bus"),
    ("lave", "la voiture"),
    ("nage", "bien"),
    ("garde", "les enfants"),
    ("écrit", "des poèmes"),
    ("accepte", "les chèques"),
    ("rend", "l'argent"),
    ("vend", "des fleurs"),
    ("voit", "la mer"),
)

_NOT = words(
    "not no never nothing nobody none neither nor cannot without unable refuses refused fails"
    " hardly anymore"
)


def _plain(text: str) -> str:
    """Return a text in small letters with single spaces, hyphens taken for spaces."""
    return f" {' '.join(text.lower().replace('-', ' ').replace(',', ' ').split())} "


def says_number(text: str, number: int) -> bool:
    """Tell whether an English text has a number, in figures or words, and not within another."""
    plain = "".join(c if c.isalnum() else " " for c in _plain(text))
    tokens = [token for token in plain.split() if token != "and"]
    parts = {word for n in range(101) for word in _plain(english(n)).split()} - {"and"}
    parts |= {"hundred", "thousand", "million"}
    wanted = [word for word in _plain(english(number)).split() if word != "and"]
    for start in range(len(tokens)):
        if tokens[start] == str(number):
            return True
        end = start + len(wanted)
        whole = tokens[start:end] == wanted
        if whole and tokens[start - 1 : start] and start and tokens[start - 1] in parts:
            continue
        if whole and not (end < len(tokens) and tokens[end] in parts):
            return True
    return False


def number_words(generator: Generator) -> Probe:
    """Return a sentence with a number in words."""
    number = int(generator.integers(2, 100))
    said = french(number)
    source = one(generator, _COUNTED).replace("{n}", said).replace("{N}", capitalized(said))
    return Probe(source, lambda text: says_number(text, number))


def limit(generator: Generator) -> Probe:
    """Return a sentence with a limit; it must be there, and not turned round."""
    phrase, said, turned = one(generator, _LIMITS)
    number = int(generator.integers(3, 100))
    frame = one(generator, _LIMITED).replace("{l}", phrase).replace("{L}", capitalized(phrase))

    def right(text: str) -> bool:
        plain = _plain(text)
        for phrase in said:
            if phrase in plain:
                plain = plain.replace(phrase, " ")
                break
        else:
            return False
        return says_number(text, number) and not any(phrase in plain for phrase in turned)

    return Probe(frame.replace("{n}", str(number)), right)


def negation(generator: Generator) -> Probe:
    """Return a sentence that is denied, as written or spoken, or is not.

    Without "ne", "plus" may be "more" as well: it is not asked.
    """
    who, (verb, rest) = one(generator, _WHO)[0], one(generator, _DOES)
    denied, written = generator.random() < 0.7, generator.random() < 0.5
    word = one(generator, ("pas", "jamais", "plus") if written else ("pas", "jamais"))
    particle = ("n'" if verb[0] in "aeiouéèê" else "ne ") if written else ""
    does = f"{particle}{verb} {word} {rest}" if denied else f"{verb} {rest}"
    if word != "jamais" and denied:
        does = does.replace(" des ", " de ")

    def right(text: str) -> bool:
        plain = _plain(text).replace("n't", " not").replace("n\u2019t", " not")
        found = not _NOT.isdisjoint("".join(c if c.isalpha() else " " for c in plain).split())
        return found == denied

    return Probe(f"{who} {does}.", right)


_MEASURED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("kg", ("kg", "kilo", "kilos", "kilogram", "kilograms", "kilogrammes")),
    ("g", ("g", "gram", "grams", "grammes")),
    ("mg", ("mg", "milligram", "milligrams")),
    ("km", ("km", "kilometer", "kilometers", "kilometres")),
    ("m", ("m", "meter", "meters", "metres")),
    ("cm", ("cm", "centimeter", "centimeters", "centimetres")),
    ("mm", ("mm", "millimeter", "millimeters", "millimetres")),
    ("ml", ("ml", "milliliter", "milliliters", "millilitres")),
    ("litres", ("l", "liter", "liters", "litres")),
    ("°C", ("°c", "degrees")),
    ("km/h", ("km/h", "kph", "kilometers per hour", "kilometers an hour", "km per hour")),
    ("m²", ("m²", "square meters", "square metres", "sq m")),
    ("kWh", ("kwh", "kilowatt hours")),
    ("ans", ("years", "year")),
    ("minutes", ("minutes", "minute", "min")),
)
"""A unit, and what an English reader takes it for."""

_HELD = (
    "Le panneau annonce {n} {u} depuis ce matin.",
    "Notez bien : {n} {u}, pas davantage.",
    "J'avais prévu {n} {u}, mais il en fallait le double.",
    "Selon la notice, {n} {u} suffisent.",
    "{n} {u} ? Voilà qui m'étonne.",
    "Le technicien a relevé {n} {u} puis {m} {v}.",
    "Entre {n} {u} et {m} {v}, mon choix est fait.",
    "Le record est de {n} {u}.",
    "On passe de {n} {u} à {m} {u} en un an.",
    "Étiquette : {n} {u} ; tolérance : {m} {v}.",
)


def unit(generator: Generator) -> Probe:
    """Return a sentence with one or two numbers, each with a unit that must stand behind it."""
    frame = one(generator, _HELD)
    first, second = one(generator, _MEASURED), one(generator, _MEASURED)
    n, m = (int(generator.integers(2, 400)) for _ in range(2))
    source = frame.replace("{n}", str(n)).replace("{u}", first[0])
    source = source.replace("{m}", str(m)).replace("{v}", second[0])
    asked = [(n, first)]
    if "{m}" in frame:
        asked.append((m, second if "{v}" in frame else first))

    def right(text: str) -> bool:
        plain = _plain(text)
        return all(
            any(re.search(rf"\b{number} ?{re.escape(name)}(?![\w/²])", plain) for name in names)
            for number, (_, names) in asked
        )

    return Probe(source, right)


IN_WORDS: dict[str, Callable[[Generator], Probe]] = {
    "unit": unit,
    "number words": number_words,
    "limit": limit,
    "negation": negation,
}
"""What makes sentences of each kind."""
