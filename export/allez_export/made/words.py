"""Made-up pairs about number words, dates, measures, limits and negation, in both languages.

What the model must translate, not carry over: here words agree with their numbers, and sentences
that mean the opposite come as often as each other.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from allez_export.made import DATA, one
from allez_export.made.values import pick

Generator = np.random.Generator
Pair = tuple[str, str]


@cache
def _said(number: int, language: str) -> str:
    from num2words import num2words  # a package of its own: only who makes data needs it

    return str(num2words(number, lang=language))


def french(number: int, generator: Generator | None = None, *, feminine: bool = False) -> str:
    """Return a number in French words; now and then with hyphens throughout, as since 1990."""
    words = _said(number, "fr")
    if feminine and words.endswith("un"):
        words += "e"
    if generator is not None and generator.random() < 0.2:
        words = words.replace(" ", "-")
    return words


def english(number: int, generator: Generator | None = None) -> str:
    """Return a number in English words, with or without "and"."""
    words = _said(number, "en").replace(",", "")
    if generator is not None and generator.random() < 0.6:
        words = words.replace(" and ", " ")
    return words


def _number(generator: Generator) -> int:
    """Return a number to be said in words: most below a hundred, 60 to 99 above all."""
    kind = generator.random()
    if kind < 0.45:
        return int(generator.integers(60, 100))
    if kind < 0.75:
        return int(generator.integers(2, 61))
    if kind < 0.9:
        return int(generator.integers(100, 1000))
    return int(generator.integers(1, 100)) * 10 ** int(generator.integers(2, 5))


def capitalized(text: str) -> str:
    """Return a text with a capital at the start."""
    return text[:1].upper() + text[1:]


def _bare(words: str) -> str:
    """Return a number as it stands behind a noun: "page quatre-vingt", without its s."""
    return words[:-1] if words.endswith(("vingts", "cents")) else words


def number_words(generator: Generator) -> Pair:
    """Return a sentence with a number in words on both sides."""
    n, m = _number(generator), _number(generator)
    noun, other = one(generator, DATA["nouns"]), one(generator, DATA["nouns"])
    fr, en = french(n, generator, feminine=bool(noun[2])), english(n, generator)
    masculine = french(n, generator)
    things_fr, things_en = f"{fr} {noun[1]}", f"{en} {noun[4]}"
    if masculine.endswith(("million", "millions")):
        things_fr = f"{fr} de {noun[1]}"
    more_fr = f"{french(m, generator, feminine=bool(other[2]))} {other[1]}"
    more_en = f"{english(m, generator)} {other[4]}"
    age, to = int(generator.integers(2, 100)), int(generator.integers(2, 100))
    return one(
        generator,
        (
            (f"Il y a {things_fr} dans la salle.", f"There are {things_en} in the room."),
            (f"J'ai compté {things_fr} et {more_fr}.", f"I counted {things_en} and {more_en}."),
            (f"Elle a acheté {things_fr}.", f"She bought {things_en}."),
            (f"Nous avons besoin de {things_fr}.", f"We need {things_en}."),
            (f"{capitalized(things_fr)}, ça suffit.", f"{capitalized(things_en)}, that's enough."),
            (
                f"{capitalized(things_fr)} pour {more_fr}.",
                f"{capitalized(things_en)} for {more_en}.",
            ),
            (f"Il me reste {things_fr}.", f"I have {things_en} left."),
            (
                f"Ma grand-mère a {french(age, generator)} ans.",
                f"My grandmother is {english(age, generator)} years old.",
            ),
            (f"Il a {french(age, generator)} ans.", f"He is {english(age, generator)} years old."),
            (
                f"Elle est morte à {french(age, generator)} ans.",
                f"She died at the age of {english(age, generator)}.",
            ),
            (f"On compte jusqu'à {masculine}.", f"We count up to {en}."),
            (
                f"{capitalized(french(age))} et {french(to)} font {french(age + to)}.",
                f"{capitalized(english(age))} and {english(to)} make {english(age + to)}.",
            ),
            (
                f"{capitalized(french(age + to))} moins {french(to)} égale {french(age)}.",
                f"{capitalized(english(age + to))} minus {english(to)} equals {english(age)}.",
            ),
            (f"Ça coûte {masculine} euros.", f"It costs {en} euros."),
            (f"Elle me doit {masculine} euros.", f"She owes me {en} euros."),
            (f"Le numéro {_bare(masculine)} a gagné.", f"Number {en} won."),
            (f"Ouvrez votre livre à la page {_bare(masculine)}.", f"Open your book to page {en}."),
            (f"{capitalized(masculine)}.", f"{capitalized(en)}."),
            (masculine, en),
            (
                f"{masculine}, {french(m, generator)}, {french(age, generator)}",
                f"{en}, {english(m, generator)}, {english(age, generator)}",
            ),
            (
                f"Il en faut {masculine}, pas {french(m, generator)}.",
                f"You need {en}, not {english(m, generator)}.",
            ),
        ),
    )


def ordinal_words(generator: Generator) -> Pair:
    """Return a sentence with an ordinal, in words or figures."""
    from num2words import num2words  # a package of its own: only who makes data needs it

    n = int(generator.integers(2, 100))
    fr, en = str(num2words(n, lang="fr", to="ordinal")), str(num2words(n, lang="en", to="ordinal"))
    short_fr, short_en = f"{n}e", str(num2words(n, lang="en", to="ordinal_num"))
    if generator.random() < 0.5:
        fr, en = short_fr, short_en
    return one(
        generator,
        (
            (f"C'est la {fr} fois.", f"It's the {en} time."),
            (f"Elle a fini {fr}.", f"She finished {en}."),
            (f"Il habite au {short_fr} étage.", f"He lives on the {short_en} floor."),
            (f"C'est son {fr} anniversaire.", f"It's his {en} birthday."),
            (f"La {fr} page est déchirée.", f"The {en} page is torn."),
            (
                f"Au {short_fr} siècle, le port était prospère.",
                f"In the {short_en} century, the port was prosperous.",
            ),
        ),
    )


def dates(generator: Generator) -> Pair:
    """Return a sentence with a date or a span of days in words."""
    month = one(generator, DATA["months"])
    day, last = sorted(int(n) for n in generator.choice(np.arange(1, 29), size=2, replace=False))
    weekday, year = one(generator, DATA["weekdays"]), int(generator.integers(1800, 2050))
    d = "1er" if day == 1 else str(day)
    fr_month = month[0]
    if generator.random() < 0.3:
        fr_month = DATA["short_months"].get(fr_month, fr_month)
    fr, en = f"{d} {fr_month}", f"{month[1]} {day}"
    return one(
        generator,
        (
            (f"Il est né le {fr} {year}.", f"He was born on {en}, {year}."),
            (f"Le {fr} {year}, tout a changé.", f"On {en}, {year}, everything changed."),
            (
                f"La réunion aura lieu le {weekday[0]} {fr}.",
                f"The meeting will be held on {weekday[1]}, {en}.",
            ),
            (f"Nous sommes le {d} {month[0]}.", f"It's {en}."),
            (
                f"Du {d} au {last} {month[0]}, le magasin est fermé.",
                f"From {en} to {last}, the shop is closed.",
            ),
            (f"Ouvert du {d} au {last} {month[0]} {year}.", f"Open from {en} to {last}, {year}."),
            (
                f"Je serai absente jusqu'au {last} {month[0]}.",
                f"I'll be away until {month[1]} {last}.",
            ),
            (f"Il faut payer avant le {fr}.", f"You have to pay before {en}."),
            (f"Depuis le {d} {month[0]}, il pleut.", f"It has been raining since {en}."),
            (f"{capitalized(weekday[0])} {fr} {year}", f"{weekday[1]}, {en}, {year}"),
            (f"{fr} {year}", f"{en}, {year}"),
            (f"On se voit {weekday[0]} prochain.", f"See you next {weekday[1]}."),
            (f"Fermé le {weekday[0]}.", f"Closed on {weekday[1]}s."),
            (
                f"Les élections des {day} et {last} {month[0]} sont annulées.",
                f"The elections of {en} and {last} are canceled.",
            ),
        ),
    )


def times(generator: Generator) -> Pair:
    """Return a sentence with an hour of the day, in words or figures, or a length of time."""
    hour = int(generator.integers(1, 24))
    small = hour if hour <= 12 else hour - 12
    half = "a.m." if hour < 12 else "p.m."
    spoken = (
        "midi" if hour == 12 else f"{french(small, feminine=True)} heure{'s' if small > 1 else ''}"
    )
    noun = one(generator, DATA["spans"])
    n = int(generator.integers(2, 60))
    in_words = generator.random() < 0.4
    span_fr = f"{french(n, feminine=bool(noun[2])) if in_words else n} {noun[1]}"
    span_en = f"{english(n) if in_words else n} {noun[4]}"
    en_hour = "noon" if hour == 12 else english(small)
    clock = "" if hour == 12 else " o'clock"
    after = small % 12 + 1
    quarter = "midi" if after == 12 else f"{french(after, feminine=True)} heures", english(after)
    if after == 1:
        quarter = "une heure", "one"
    return one(
        generator,
        (
            (f"Le train part à {hour} h.", f"The train leaves at {hour}:00."),
            (f"Le musée ferme à {hour} heures.", f"The museum closes at {small} {half}"),
            (f"Il est {spoken}.", f"It's {en_hour}{clock}."),
            (
                f"Il est {spoken} et demie." if hour != 12 else "Il est midi et demi.",
                f"It's half past {'twelve' if hour == 12 else en_hour}.",
            ),
            (f"Il est {spoken} et quart.", f"It's a quarter past {en_hour}."),
            (
                f"Rendez-vous à {quarter[0]} moins le quart.",
                f"Let's meet at a quarter to {quarter[1]}.",
            ),
            (f"Attendez {span_fr}.", f"Wait {span_en}."),
            (f"Il est parti il y a {span_fr}.", f"He left {span_en} ago."),
            (f"Elle revient dans {span_fr}.", f"She'll be back in {span_en}."),
            (f"J'habite ici depuis {span_fr}.", f"I have lived here for {span_en}."),
            (f"Le voyage dure {span_fr}.", f"The trip takes {span_en}."),
            (f"Prenez-en pendant {span_fr}.", f"Take it for {span_en}."),
            (
                f"{capitalized(span_fr)} plus tard, il était mort.",
                f"{capitalized(span_en)} later, he was dead.",
            ),
        ),
    )


def _years(n: int, m: int, hundred: int) -> tuple[Pair, ...]:
    """Return sentences with years that are no age: English says "years" there."""
    return (
        (f"Il faudra {m} ans pour tout rembourser.", f"It will take {m} years to repay it all."),
        (f"Ce pont a tenu {hundred} ans.", f"This bridge held for {hundred} years."),
        (f"{n} ans ? C'est bien trop long.", f"{n} years? That's far too long."),
        (f"Durée : {n} ans ; déjà écoulés : {m} ans.", f"Duration: {n} years; passed: {m} years."),
        (
            f"La peine est passée de {m} ans à {n} ans.",
            f"The sentence went from {m} years to {n} years.",
        ),
        (
            f"Entre {m} ans et {hundred} ans, la différence est énorme.",
            f"Between {m} years and {hundred} years, the difference is huge.",
        ),
        (f"Ils avaient prévu {n} ans de travaux.", f"They had planned {n} years of work."),
        (f"Retenez ceci : {hundred} ans, au plus.", f"Remember this: {hundred} years, at most."),
    )


def measures(generator: Generator) -> Pair:
    """Return a sentence with a number and its unit, doses among them."""
    n, m = int(generator.integers(2, 100)), int(generator.integers(2, 25))
    hundred = int(generator.integers(1, 20)) * 50
    food, liquid = one(generator, DATA["foods"]), one(generator, DATA["liquids"])
    weight, volume = pick(generator, ("g", "kg", "mg")), pick(generator, ("ml", "cl", "l"))
    each, often = int(generator.integers(1, 4)), int(generator.integers(2, 7))
    length = pick(generator, ("m", "cm", "mm", "km"))
    tablets = f"{each} comprimé{'s' if each > 1 else ''}", f"{each} tablet{'s' if each > 1 else ''}"
    return one(
        generator,
        (
            (f"Ajoutez {hundred} {weight} {food[0]}.", f"Add {hundred} {weight} {food[1]}."),
            (f"{hundred} {weight} {food[0]}", f"{hundred} {weight} {food[1]}"),
            (f"Versez {n} {volume} {liquid[0]}.", f"Pour in {n} {volume} {liquid[1]}."),
            (
                f"{n} {volume} {liquid[0]}, {hundred} g {food[0]}",
                f"{n} {volume} {liquid[1]}, {hundred} g {food[1]}",
            ),
            (
                f"Prenez {tablets[0]} {often} fois par jour.",
                f"Take {tablets[1]} {often} times a day.",
            ),
            (f"Prenez {tablets[0]} toutes les {m} heures.", f"Take {tablets[1]} every {m} hours."),
            (
                f"Paracétamol {hundred} mg : {tablets[0]} matin et soir.",
                f"Paracetamol {hundred} mg: {tablets[1]} morning and evening.",
            ),
            (f"{n} gouttes dans un verre d'eau.", f"{n} drops in a glass of water."),
            (
                f"Ne dépassez pas {often} comprimés par jour.",
                f"Do not exceed {often} tablets a day.",
            ),
            (f"Prenez {m} ml de sirop après le repas.", f"Take {m} ml of syrup after the meal."),
            (f"La dose est de {n} µg par jour.", f"The dose is {n} µg a day."),
            (f"Il fait {n % 40} °C.", f"It's {n % 40} °C."),
            (
                f"Faites cuire {n} minutes à {hundred % 250 + 30} °C.",
                f"Bake for {n} minutes at {hundred % 250 + 30} °C.",
            ),
            (f"La table fait {hundred} cm de long.", f"The table is {hundred} cm long."),
            *_years(n, m, hundred),
            (f"La rivière a {n} m de large.", f"The river is {n} m wide."),
            (f"C'est à {n} {length} d'ici.", f"It's {n} {length} from here."),
            (f"L'appartement fait {n} m².", f"The apartment is {n} m²."),
            (f"La vitesse est limitée à {n} km/h.", f"The speed limit is {n} km/h."),
            (f"{m} cuillères à soupe {liquid[0]}", f"{m} tablespoons {liquid[1]}"),
            (
                f"Elle pèse {n} kg et mesure {m + 150} cm.",
                f"She weighs {n} kg and is {m + 150} cm tall.",
            ),
            (f"Le câble mesure {n} m.", f"The cable is {n} m long."),
            (
                f"Un demi-litre {liquid[0]} et {each + 1} œufs.",
                f"Half a liter {liquid[1]} and {each + 1} eggs.",
            ),
        ),
    )


MAKERS: dict[str, tuple[float, Callable[[Generator], Pair]]] = {
    "number words": (0.26, number_words),
    "ordinals": (0.05, ordinal_words),
    "dates": (0.13, dates),
    "times": (0.11, times),
    "measures": (0.13, measures),
}
"""What makes a pair, by kind, and its share."""
