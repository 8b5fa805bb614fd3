"""Made-up pairs with what runs from one day to another, and with what is one of how many.

Whole dates become symbols, so what stands before them must be learnt from here: "du … au …" is
"from … to …". And "sur" between two figures is "of" or "out of", never "on".
"""

from __future__ import annotations

import numpy as np

from allez_export.made import DATA, one
from allez_export.made.words import Pair, capitalized

Generator = np.random.Generator

_SPANS = (
    ("L'exposition est ouverte {fr}.", "The exhibition is open {en}."),
    ("L'exposition se tient {fr}.", "The exhibition runs {en}."),
    ("Le festival a lieu {fr}.", "The festival takes place {en}."),
    ("Le festival aura lieu {fr}.", "The festival will take place {en}."),
    ("La foire est {fr}.", "The fair is {en}."),
    ("Le stage est {fr}.", "The course is {en}."),
    ("Le salon sera {fr}.", "The trade fair will be {en}."),
    ("Les soldes durent {fr}.", "The sales last {en}."),
    ("La piscine sera fermée {fr}.", "The swimming pool will be closed {en}."),
    ("Le magasin est fermé {fr}.", "The store is closed {en}."),
    ("Nous sommes en vacances {fr}.", "We are on vacation {en}."),
    ("Je serai absente {fr}.", "I will be away {en}."),
    ("Je suis absent {fr}.", "I am away {en}."),
    ("Je serai en congé {fr}.", "I will be on leave {en}."),
    ("J'ai travaillé ici {fr}.", "I worked here {en}."),
    ("Elle a vécu à Lyon {fr}.", "She lived in Lyon {en}."),
    ("Il était à l'hôpital {fr}.", "He was in the hospital {en}."),
    ("La chambre est libre {fr}.", "The room is available {en}."),
    ("La route sera coupée {fr}.", "The road will be closed {en}."),
    ("L'offre est valable {fr}.", "The offer is valid {en}."),
    ("Le bail court {fr}.", "The lease runs {en}."),
    ("J'ai réservé {fr}.", "I have booked {en}."),
    ("Nous avons loué une maison {fr}.", "We rented a house {en}."),
    ("{Fr}, le musée est gratuit.", "{En}, the museum is free."),
    ("{Fr}, il n'y aura pas de cours.", "{En}, there will be no classes."),
    ("{Fr}, je travaille à la maison.", "{En}, I work from home."),
    ("{Fr}, ils ont voyagé ensemble.", "{En}, they traveled together."),
    ("Inscriptions {fr}", "Registration {en}"),
    ("Fermeture annuelle {fr}", "Annual closure {en}"),
    ("Ouvert {fr}", "Open {en}"),
    ("Vacances scolaires {fr}", "School holidays {en}"),
    ("Période : {fr}", "Period: {en}"),
    ("Séjour {fr}", "Stay {en}"),
    ("{Fr}", "{En}"),
    ("{Fr}.", "{En}."),
)
"""Sentences with a span of days; {Fr} and {En} begin with a capital."""

_SAID = (
    ("du {d} au {e}", "from {d} to {e}"),
    ("du {d} au {e}", "from {d} to {e}"),
    ("du {d} au {e}", "from {d} to {e}"),
    ("du {d} jusqu'au {e}", "from {d} until {e}"),
    ("entre le {d} et le {e}", "between {d} and {e}"),
    ("à partir du {d}", "from {d}"),
    ("dès le {d}", "from {d}"),
    ("jusqu'au {e}", "until {e}"),
    ("avant le {e}", "before {e}"),
    ("après le {d}", "after {d}"),
    ("depuis le {d}", "since {d}"),
)

_OF = (
    ("Page {a} sur {b}", "Page {a} of {b}"),
    ("page {a} sur {b}", "page {a} of {b}"),
    ("Étape {a} sur {b}", "Step {a} of {b}"),
    ("Étape {a} sur {b} : {w}", "Step {a} of {b}: {x}"),
    ("Question {a} sur {b}", "Question {a} of {b}"),
    ("Fichier {a} sur {b}", "File {a} of {b}"),
    ("Photo {a} sur {b}", "Photo {a} of {b}"),
    ("Image {a} sur {b}", "Image {a} of {b}"),
    ("Diapositive {a} sur {b}", "Slide {a} of {b}"),
    ("Niveau {a} sur {b}", "Level {a} of {b}"),
    ("Jour {a} sur {b}", "Day {a} of {b}"),
    ("Épisode {a} sur {b}", "Episode {a} of {b}"),
    ("Partie {a} sur {b}", "Part {a} of {b}"),
    ("Lot {a} sur {b}", "Lot {a} of {b}"),
    ("Ligne {a} sur {b}", "Line {a} of {b}"),
    ("Résultat {a} sur {b}", "Result {a} of {b}"),
    ("Résultats 1 à {a} sur {b}", "Results 1 to {a} of {b}"),
    ("Affichage de {a} sur {b}", "Showing {a} of {b}"),
    ("{a} éléments sélectionnés sur {b}", "{a} of {b} items selected"),
    ("{a} fichiers sur {b}", "{a} of {b} files"),
    ("{a} sur {b}", "{a} of {b}"),
    ("{a} sur {b} terminés", "{a} of {b} completed"),
    ("Nous sommes à la page {a} sur {b}.", "We are on page {a} of {b}."),
    ("Vous êtes à l'étape {a} sur {b}.", "You are at step {a} of {b}."),
    ("Il a eu {a} sur {b}.", "He got {a} out of {b}."),
    ("J'ai eu {a} sur {b} en maths.", "I got {a} out of {b} in math."),
    ("Elle a obtenu {a} sur {b} à l'examen.", "She scored {a} out of {b} on the exam."),
    ("Note : {a} sur {b}", "Rating: {a} out of {b}"),
    ("Score : {a} sur {b}", "Score: {a} out of {b}"),
    ("Votre score est de {a} sur {b}.", "Your score is {a} out of {b}."),
    ("{a} personnes sur {b} ont répondu.", "{a} out of {b} people answered."),
    ("{a} élèves sur {b} étaient absents.", "{a} out of {b} students were absent."),
    ("{a} fois sur {b}, ça marche.", "{a} times out of {b}, it works."),
    ("Il reste {a} places sur {b}.", "There are {a} seats left out of {b}."),
    ("{a} Français sur {b} sont d'accord.", "{a} out of {b} French people agree."),
)
"""What is one of how many: {a} of {b}; {w} and {x} are a short label."""

_LABELS = (
    ("vos coordonnées", "your contact details"),
    ("le paiement", "payment"),
    ("la livraison", "delivery"),
    ("confirmation", "confirmation"),
    ("installation", "installation"),
    ("choisissez une langue", "choose a language"),
)


def _date(generator: Generator, year: int | None) -> Pair:
    day, month = int(generator.integers(1, 29)), one(generator, DATA["months"])
    said = "1er" if day == 1 else str(day)
    source, target = f"{said} {month[0]}", f"{month[1]} {day}"
    return (source, target) if year is None else (f"{source} {year}", f"{target}, {year}")


def periods(generator: Generator) -> Pair:
    """Return a sentence with a span of days, or with the first or last of them."""
    year = int(generator.integers(1950, 2035))
    years = one(generator, ((None, None), (None, None), (None, year), (year, year + 1)))
    first, second = _date(generator, years[0]), _date(generator, years[1])
    source, target = one(generator, _SAID) if generator.random() < 0.7 else _SAID[0]
    source = source.replace("{d}", first[0]).replace("{e}", second[0])
    target = target.replace("{d}", first[1]).replace("{e}", second[1])
    here, there = one(generator, _SPANS)
    here = here.replace("{fr}", source).replace("{Fr}", capitalized(source))
    return here, there.replace("{en}", target).replace("{En}", capitalized(target))


def parts(generator: Generator) -> Pair:
    """Return a sentence or a label that says which, or how many, of how many."""
    total = int(generator.integers(3, 12)) if generator.random() < 0.4 else 0
    total = total or int(generator.integers(10, 400))
    part = int(generator.integers(2, total)) if generator.random() < 0.9 else 1
    here, there = one(generator, _OF)
    if here.startswith("{a} ") or " {a} " in here:
        part = max(part, 2)
    label = one(generator, _LABELS)
    here, there = here.replace("{w}", label[0]), there.replace("{x}", label[1])
    for slot, number in (("{a}", part), ("{b}", total)):
        here, there = here.replace(slot, str(number)), there.replace(slot, str(number))
    return here, there
