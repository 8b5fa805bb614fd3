"""Made-up pairs that say when something is: appointments, opening hours, departures.

Time of day becomes a symbol, and "est à" before one is "is at": corpora that write `3 p.m.` have
next to no such symbol, so that what stands before it must be learnt from here.
"""

from __future__ import annotations

import numpy as np

from allez_export.made import one
from allez_export.made.words import Pair, capitalized

Generator = np.random.Generator

_EVENTS = (
    ("la réunion", "the meeting"),
    ("le rendez-vous", "the appointment"),
    ("mon rendez-vous", "my appointment"),
    ("ton cours", "your class"),
    ("le cours de danse", "the dance class"),
    ("le film", "the movie"),
    ("la séance", "the showing"),
    ("le concert", "the concert"),
    ("le match", "the game"),
    ("l'examen", "the exam"),
    ("l'entretien", "the interview"),
    ("notre vol", "our flight"),
    ("le vol", "the flight"),
    ("le train", "the train"),
    ("le dernier bus", "the last bus"),
    ("le dîner", "dinner"),
    ("le déjeuner", "lunch"),
    ("le petit-déjeuner", "breakfast"),
    ("la messe", "mass"),
    ("la visite", "the visit"),
    ("la visite guidée", "the guided tour"),
    ("la livraison", "the delivery"),
    ("le départ", "the departure"),
    ("l'arrivée", "the arrival"),
    ("la cérémonie", "the ceremony"),
    ("l'appel", "the call"),
    ("la fête", "the party"),
    ("le spectacle", "the show"),
    ("la marée haute", "high tide"),
    ("mon opération", "my operation"),
)

_IS = (
    ("est à", "is at"),
    ("est à", "is at"),
    ("est à", "is at"),
    ("sera à", "will be at"),
    ("était à", "was at"),
    ("est prévu{e} à", "is scheduled for"),
    ("commence à", "starts at"),
    ("commencera à", "will start at"),
    ("a commencé à", "started at"),
    ("a lieu à", "takes place at"),
    ("est vers", "is around"),
    ("finit vers", "ends around"),
    ("finit à", "ends at"),
    ("n'est pas à", "isn't at"),
    ("commence dès", "starts as early as"),
    ("est avant", "is before"),
    ("finira avant", "will end before"),
)

_PAST = ("était à", "a commencé à")

_PLACES = (
    ("la gare", "the station"),
    ("la mairie", "the town hall"),
    ("l'école", "the school"),
    ("le cinéma", "the movie theater"),
    ("la pharmacie", "the pharmacy"),
    ("la poste", "the post office"),
    ("le musée", "the museum"),
    ("la piscine", "the swimming pool"),
    ("la boulangerie", "the bakery"),
    ("le magasin", "the store"),
    ("la bibliothèque", "the library"),
    ("le bureau", "the office"),
)

_DAYS = (
    ("", ""),
    ("", ""),
    ("", ""),
    (" demain", " tomorrow"),
    (" aujourd'hui", " today"),
    (" lundi", " on Monday"),
    (" mardi prochain", " next Tuesday"),
    (" samedi", " on Saturday"),
)

_FRAMES = (
    ("C'est à {t}.", "It's at {t}."),
    ("C'est à {t}{d}.", "It's at {t}{d}."),
    ("C'est à quelle heure ? À {t}.", "What time is it at? At {t}."),
    ("On se retrouve à {t} devant {p}.", "Let's meet at {t} in front of {p}."),
    ("Rendez-vous à {t} devant {p}.", "Let's meet at {t} in front of {p}."),
    ("Rendez-vous{d} à {t}.", "Let's meet{d} at {t}."),
    ("Je passe te prendre à {t}.", "I'll pick you up at {t}."),
    ("Je t'appelle vers {t}.", "I'll call you around {t}."),
    ("Nous avons rendez-vous à {t}.", "We have an appointment at {t}."),
    ("Nous avons rendez-vous vers {t}{d}.", "We have an appointment around {t}{d}."),
    ("J'ai rendez-vous chez le médecin à {t}.", "I have a doctor's appointment at {t}."),
    ("Il est parti à {t}.", "He left at {t}."),
    ("Elle rentre vers {t}.", "She gets home around {t}."),
    ("Soyez là avant {t}.", "Be there before {t}."),
    ("Il faut partir à {t} au plus tard.", "We have to leave at {t} at the latest."),
    ("Je suis libre dès {t}.", "I'm free from {t}."),
    ("{P} ouvre à {t}.", "{P} opens at {t}."),
    ("{P} ferme à {t}{d}.", "{P} closes at {t}{d}."),
    ("{P} est ouvert{e} de {t} à {u}.", "{P} is open from {t} to {u}."),
    ("{P} sera fermé{e} entre {t} et {u}.", "{P} will be closed between {t} and {u}."),
    ("Ouvert de {t} à {u}.", "Open from {t} to {u}."),
    ("À {t}, il n'y avait personne.", "At {t}, nobody was there."),
    ("Vers {t}, le téléphone a sonné.", "Around {t}, the phone rang."),
    ("Le train part à {t} et arrive à {u}.", "The train leaves at {t} and arrives at {u}."),
    ("Le cours commence à {t} et finit à {u}.", "The class starts at {t} and ends at {u}."),
)
"""Sentences with a time, a second one, a day, and a place."""

_FEMININE = ("la ", "l'école", "mon opération", "l'arrivée")


def _time(generator: Generator, *, whole: bool) -> Pair:
    """Return a time of day, on the hour or not."""
    hour, minute = int(generator.integers(0, 24)), int(generator.integers(1, 12)) * 5
    space = one(generator, (" ", "", "\u00a0"))
    if whole:
        return f"{hour}{space}h", f"{hour}:00"
    return f"{hour}{space}h{space}{minute:02d}", f"{hour}:{minute:02d}"


def moments(generator: Generator) -> Pair:
    """Return a sentence that says at what time something is."""
    whole = generator.random() < 0.5
    time = other = _time(generator, whole=whole)
    while other[1] == time[1]:
        other = _time(generator, whole=whole)
    day, place = one(generator, _DAYS), one(generator, _PLACES)
    about = place
    if generator.random() < 0.5:
        about = one(generator, _EVENTS)
        verb = one(generator, _IS)
        later = "" if verb[0] in _PAST else "{d}"
        source = f"{capitalized(about[0])} {verb[0]} {{t}}{later}."
        target = f"{capitalized(about[1])} {verb[1]} {{t}}{later}."
    else:
        source, target = one(generator, _FRAMES)
    ending = "e" if about[0].startswith(_FEMININE) else ""
    sides = []
    for text, side in ((source, 0), (target, 1)):
        text = text.replace("{t}", time[side]).replace("{u}", other[side])
        text = text.replace("{d}", day[side]).replace("{e}", ending)
        sides.append(text.replace("{p}", place[side]).replace("{P}", capitalized(place[side])))
    return sides[0], sides[1]
