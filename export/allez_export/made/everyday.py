"""Made-up pairs of everyday life: lists, doses, abbreviations, ages, signs, labels, messages.

What corpora have too little of, and what people paste: nothing of a list may go missing, a dose and
how often it is taken stay together, a sign is short, a message is not spelled as in books.

    python -m allez_export.made.everyday short.train.tsv.gz

Seeded. What has few different pairs (`CLOSED`) goes into that file; the rest is among `pairs`.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from allez_export.made import DATA, one
from allez_export.made.lasting import lasting
from allez_export.made.messages import messages
from allez_export.made.moments import moments
from allez_export.made.periods import parts, periods
from allez_export.made.words import Pair, capitalized, english, french

Generator = np.random.Generator

EVERYDAY: dict[str, Any] = json.loads(
    (files("allez_export") / "made" / "everyday.json").read_text(encoding="utf-8")
)
"""Words and short sentences, by what they are for."""

_VOWELS = "aeiouyéèêâîôœh"


def _some(generator: Generator, choices: Sequence[Any], least: int, most: int) -> list[Any]:
    """Return several different things, in any order."""
    count = int(generator.integers(least, most + 1))
    return [choices[int(i)] for i in generator.permutation(len(choices))[:count]]


def _joined(words: Sequence[str], last: str, *, comma: bool) -> str:
    """Return a list as a language writes it: "a, b and c", with a comma before the last or not."""
    if len(words) == 1:
        return words[0]
    between = f",{last}" if comma and len(words) > 2 else last
    return ", ".join(words[:-1]) + between + words[-1]


def _a(noun: str) -> str:
    """Return an English noun with its article."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def lists(generator: Generator) -> Pair:
    """Return a sentence that lists things, all of them on both sides."""
    kind, comma = int(generator.integers(6)), bool(generator.random() < 0.7)
    if kind <= 1:
        things = _some(generator, EVERYDAY["items"], 2, 7)
        fr, en = [], []
        for thing in things:
            if generator.random() < 0.3:
                n = int(generator.integers(2, 13))
                number = (french(n), english(n)) if generator.random() < 0.5 else (str(n), str(n))
                fr.append(f"{number[0]} {thing[2]}")
                en.append(f"{number[1]} {thing[4]}")
            else:
                fr.append(f"{'une' if thing[1] else 'un'} {thing[0]}")
                en.append(_a(thing[3]))
        frame, slot = one(generator, EVERYDAY["lists"]), "{L}"
    elif kind == 2:
        goods = _some(generator, EVERYDAY["goods"], 2, 6)
        fr, en = [good[0] for good in goods], [good[3] for good in goods]
        frame, slot = one(generator, EVERYDAY["shopping"]), "{G}"
    elif kind == 3:
        goods = _some(generator, EVERYDAY["goods"], 1, 4)
        fr, en = [_to(good[2]) for good in goods], [good[3] for good in goods]
        frame, slot = one(generator, EVERYDAY["allergies"]), "{A}"
    else:
        return _bare_list(generator)
    said = _joined(fr, " et ", comma=False), _joined(en, " and ", comma=comma)
    source = frame[0].replace(slot, said[0]).replace(" de un", " d'un")
    return capitalized(source), capitalized(frame[1].replace(slot, said[1]))


def _to(noun: str) -> str:
    """Return a noun with its article behind "à"."""
    for article, joined in (("le ", "au "), ("les ", "aux ")):
        if noun.startswith(article):
            return joined + noun[len(article) :]
    return f"à {noun}"


def _bare_list(generator: Generator) -> Pair:
    """Return a list without articles: of shopping, of numbers that are counted, of days."""
    kind = generator.random()
    if kind < 0.2:
        goods = _some(generator, EVERYDAY["goods"], 3, 6)
        fr, en = ", ".join(g[1] for g in goods), ", ".join(g[3] for g in goods)
        left = one(generator, EVERYDAY["goods"])
        return one(
            generator,
            (
                (capitalized(fr), capitalized(en)),
                (f"{capitalized(fr)} : il y a tout.", f"{capitalized(en)}: everything is there."),
                (f"{capitalized(fr)} ; pas {left[2]}.", f"{capitalized(en)}; not the {left[3]}."),
                (f"Tout sauf {left[2]}.", f"Everything except the {left[3]}."),
            ),
        )
    if kind < 0.4:
        count, first = int(generator.integers(3, 11)), int(generator.integers(1, 90))
        numbers = list(range(first, first + count))
        if generator.random() < 0.5:
            numbers = [int(n) for n in generator.integers(1, 100, size=count)]
        if first < 30 and generator.random() < 0.5:
            numbers = list(range(1, count + 1))
        return ", ".join(map(french, numbers)), ", ".join(map(english, numbers))
    return _days(generator)


def _days(generator: Generator) -> Pair:
    """Return days of the week, together or with a date, written out or short."""
    kind = generator.random()
    days = _some(generator, DATA["weekdays"], 2, 3)
    fr, en = [day[0] for day in days], [day[1] for day in days]
    last = one(generator, ((" ou ", " or "), (" et ", " and ")))
    said = _joined(fr, last[0], comma=False), _joined(en, last[1], comma=True)
    short = _some(generator, EVERYDAY["short_weekdays"], 1, 4)
    n = int(generator.integers(1, 25))
    dated = [(f"{s[0]} {n + i}", f"{s[1]} {n + i}") for i, s in enumerate(short)]
    month = one(generator, DATA["months"])
    month_fr = DATA["short_months"].get(month[0], month[0])
    if kind < 0.33:
        return ", ".join(fr for fr, _ in dated), ", ".join(en for _, en in dated)
    return one(
        generator,
        (
            (f"Tu viens {said[0]} ?", f"Are you coming {said[1]}?"),
            (f"Je suis libre {said[0]}.", f"I'm free {said[1]}."),
            (f"Le marché a lieu le {said[0]}.", f"The market is held on {said[1]}."),
            (f"On mange ensemble {said[0]} ?", f"Shall we eat together {said[1]}?"),
            (f"Ouvert du {fr[0]} au {fr[1]}", f"Open {en[0]} to {en[1]}"),
            (f"Du {fr[0]} au {fr[1]} inclus.", f"From {en[0]} to {en[1]} inclusive."),
            (f"{short[0][0]} {n} {month_fr}", f"{short[0][1]}, {month[1]} {n}"),
            (f"Le {n} {month_fr} 2026, tout change.", f"On {month[1]} {n}, 2026, all changes."),
            (f"Réunion le {n} {month_fr} 2025.", f"Meeting on {month[1]} {n}, 2025."),
            (f"Absent du {n} au {n + 1} {month_fr}", f"Away from {month[1]} {n} to {n + 1}"),
        ),
    )


def doses(generator: Generator) -> Pair:
    """Return what is taken, how much of it, how often and for how long."""
    form = one(generator, EVERYDAY["forms"])
    n, m = int(generator.integers(1, 5)), int(generator.integers(2, 25))
    in_words = generator.random() < 0.4
    number = french(n, feminine=bool(form[2])) if in_words else str(n)
    taken = f"{number} {form[1 if n > 1 else 0]}", f"{english(n) if in_words else n} "
    taken = taken[0], taken[1] + form[4 if n > 1 else 3]
    if form[0] in ("comprimé", "gélule", "sachet", "ampoule") and generator.random() < 0.5:
        size = f"{int(generator.integers(1, 21)) * 50} mg"
        taken = f"{taken[0]} de {size}", f"{taken[1]} of {size}"
    often = _often(generator)
    span = _for(generator)
    medicine = one(generator, EVERYDAY["medicines"])
    drops = f"{m} UI" if generator.random() < 0.5 else f"{m} mg"
    other = int(generator.integers(2, 25))
    dose = drops.replace("UI", "IU")
    unit, unit_en = drops.split()[1], dose.split()[1]
    morning = (
        f"{medicine[0]} : {drops} le matin, {other} {unit} le soir.",
        f"{medicine[1]}: {dose} in the morning, {other} {unit_en} in the evening.",
    )
    return one(
        generator,
        (
            (f"Prenez {taken[0]} {often[0]}.", f"Take {taken[1]} {often[1]}."),
            (f"Prenez {taken[0]} {often[0]}{span[0]}.", f"Take {taken[1]} {often[1]}{span[1]}."),
            (f"{capitalized(taken[0])} {often[0]}", f"{capitalized(taken[1])} {often[1]}"),
            (
                f"{capitalized(often[0])}, {taken[0]}.",
                f"{capitalized(often[1])}, {taken[1]}.",
            ),
            (f"À prendre {often[0]}{span[0]}.", f"To be taken {often[1]}{span[1]}."),
            (f"{capitalized(often[0])}{span[0]}.", f"{capitalized(often[1])}{span[1]}."),
            morning,
            morning,
            (f"{medicine[0]} : {taken[0]} {often[0]}", f"{medicine[1]}: {taken[1]} {often[1]}"),
            (
                f"Administrer {m} ml {often[0]}{span[0]}.",
                f"Administer {m} ml {often[1]}{span[1]}.",
            ),
            (
                f"À jeun, {m} minutes avant le repas.",
                f"On an empty stomach, {m} minutes before the meal.",
            ),
            (
                f"Attendez au moins {m} heures entre deux prises.",
                f"Wait at least {m} hours between doses.",
            ),
            (
                f"Ne prenez jamais plus de {n + 1} {form[1]} par jour.",
                f"Never take more than {n + 1} {form[4]} a day.",
            ),
        ),
    )


def _often(generator: Generator) -> Pair:
    """Return how often something is done."""
    n, m = int(generator.integers(2, 7)), int(generator.integers(2, 13))
    every = ("semaine", "a week"), ("jour", "a day"), ("mois", "a month"), ("an", "a year")
    unit = one(generator, (*every, every[1], every[1]))
    words = bool(generator.random() < 0.6)
    times = f"{french(n) if words else n} fois par {unit[0]}"
    said = f"{english(n) if words else n} times {unit[1]}" if n > 2 else f"twice {unit[1]}"
    return one(
        generator,
        (
            (times, said),
            (times, said),
            (f"toutes les {m} heures", f"every {m} hours"),
            (f"toutes les {french(m, feminine=True)} heures", f"every {english(m)} hours"),
            (f"tous les {m} jours", f"every {m} days"),
            tuple(one(generator, EVERYDAY["moments"])),
            tuple(one(generator, EVERYDAY["moments"])),
        ),
    )


def _for(generator: Generator) -> Pair:
    """Return for how long."""
    noun = one(generator, DATA["spans"][:3])
    n = int(generator.integers(1, 16))
    if n == 1:
        return f" pendant {'une' if noun[2] else 'un'} {noun[0]}", f" for {_a(noun[3])}"
    words = bool(generator.random() < 0.5)
    number = french(n, feminine=bool(noun[2])) if words else str(n)
    return f" pendant {number} {noun[1]}", f" for {english(n) if words else n} {noun[4]}"


def spans(generator: Generator) -> Pair:
    """Return a sentence about an age, a year in words, or how long and how often."""
    often, lasts = _often(generator), _for(generator)
    age = one(generator, EVERYDAY["ages"])
    n, m = int(generator.integers(2, 60)), int(generator.integers(2, 24))
    words = bool(generator.random() < 0.4)
    in_english = english(m) if words else str(m)
    article = "an " if in_english.startswith(("8", "11", "18", "eigh", "elev")) else "a "
    aged = (
        age[0].format(n=french(m) if words else m),
        age[1].format(n=in_english).replace("a ", article, 1),
    )
    noun = one(generator, DATA["spans"])
    span = f"{n} {noun[1]}", f"{n} {noun[4]}"
    year = int(generator.integers(1100, 2000))
    century, rest = divmod(year, 100)
    ended = english(rest) if rest > 9 else f"oh-{english(rest)}" if rest else "hundred"
    years = french(year), f"{english(century)} {ended}"
    limit = one(generator, DATA["limits"])
    less = limit[1].replace("fewer than", "less than")
    return one(
        generator,
        (
            (f"Elle court {often[0]}.", f"She runs {often[1]}."),
            (f"Il se lave {often[0]}{lasts[0]}.", f"He washes {often[1]}{lasts[1]}."),
            (f"Nous y allons {often[0]}.", f"We go there {often[1]}."),
            (f"Elle a dormi{lasts[0]}.", f"She slept{lasts[1]}."),
            (f"C'est {aged[0]}.", f"It's {aged[1]}."),
            (f"J'ai vu {aged[0]}.", f"I saw {aged[1]}."),
            (f"De {m} à {m + n} ans.", f"From {m} to {m + n} years old."),
            (f"Entre {m} et {m + 4} mois", f"Between {m} and {m + 4} months"),
            (f"Dès {m} ans.", f"From age {m}."),
            (f"À {n} ans, elle a tout quitté.", f"At {n}, she left everything."),
            (f"Répondez sous {span[0]}.", f"Reply within {span[1]}."),
            (f"Il revient d'ici {span[0]}.", f"He'll be back within {span[1]}."),
            (f"Au bout de {span[0]}, il a cédé.", f"After {span[1]}, he gave in."),
            (f"Depuis plus de {span[0]}.", f"For more than {span[1]}."),
            (f"Pendant moins de {span[0]}.", f"For less than {span[1]}."),
            (f"Il reste {limit[0]} {span[0]}.", f"There are {limit[1]} {span[1]} left."),
            (f"Ça dure {limit[0]} {span[0]}.", f"It lasts {less} {span[1]}."),
            (f"Attendez {limit[0]} {span[0]}.", f"Wait {less} {span[1]}."),
            (f"En {years[0]}, la ville brûla.", f"In {years[1]}, the city burned down."),
            (f"Il mourut en {years[0]}.", f"He died in {years[1]}."),
            (f"Né en {years[0]}, il vécut ici.", f"Born in {years[1]}, he lived here."),
        ),
    )


def abbreviations(generator: Generator) -> Pair:
    """Return a text with an abbreviation, a bullet or a mark of a list that stays as it is."""
    n, m = int(generator.integers(12, 400)), int(generator.integers(2, 12))
    fr, en = one(generator, EVERYDAY["abbreviated"])
    return fr.replace("{n}", str(n)).replace("{m}", str(m)), en.replace("{n}", str(n)).replace(
        "{m}", str(m)
    )


def short(generator: Generator) -> Pair:
    """Return a sign, a label, a task or a message; signs often in capitals, without full stop."""
    kind = generator.random()
    if kind < 0.2:
        fr, en = one(generator, EVERYDAY["signs"])
        if generator.random() < 0.4 and fr.startswith(("Ne ", "Défense", "Interdi")):
            fr, en = f"Attention : {_small(fr)}", f"Warning: {_small(en)}"
    elif kind < 0.72:
        fr, en = one(generator, EVERYDAY["labels"])
        if generator.random() < 0.15:
            other = one(generator, EVERYDAY["labels"])
            fr, en = f"{fr} / {other[0]}", f"{en} / {other[1]}"
    elif kind < 0.8:
        fr, en = one(generator, EVERYDAY["tasks"])
        if generator.random() < 0.5:
            return f"{fr}.", f"{en}."
    else:
        return tuple(one(generator, EVERYDAY["texting"]))
    choice = generator.random()
    if choice < 0.12:
        return f"{fr} !", f"{en}!"
    if choice < 0.2:
        return fr.lower(), en.lower()
    return fr, en


def _small(text: str) -> str:
    """Return a text with a small letter at the start."""
    return text[:1].lower() + text[1:]


def _elided(word: str) -> str:
    return f"d'{word}" if word[0] in _VOWELS else f"de {word}"


def turned(generator: Generator) -> Pair:
    """Return a sentence that means the opposite if one word is missed."""
    kind = int(generator.integers(9))
    if kind == 0:
        return tuple(one(generator, EVERYDAY["unless"]))
    if kind == 1:
        who, obj = one(generator, EVERYDAY["missed"]), one(generator, EVERYDAY["missing"])
        much = generator.random() < 0.3
        if (who[0], obj[0]) in (("Tu", "te"), ("Ta voix", "te"), ("Vous", "te")):
            obj = ("me", "I miss")
        verb = f"{who[0]} {obj[0]} {who[1]}"
        if who[0] in ("Tu", "Vous") and obj[0] == "te":
            verb = f"{who[0]} me {who[1]}"
        return (
            (f"{verb} beaucoup.", f"{capitalized(obj[1])} {who[2]} a lot.")
            if much
            else (f"{verb}.", f"{capitalized(obj[1])} {who[2]}.")
        )
    if kind == 2:
        do, did = one(generator, EVERYDAY["almost"])
        first = do.startswith(("me ", "m'")) or " mes " in do
        who = one(generator, (("J'ai", "I"),) if first else (("Il a", "He"), ("Elle a", "She")))
        return f"{who[0]} failli {do}.", f"{who[1]} almost {did}."
    if kind == 3:
        fr, en = one(generator, EVERYDAY["anything_but"])
        return f"C'est tout sauf {fr}.", f"It's anything but {en}."
    if kind == 4:
        return _contrary(generator)
    if kind == 5:
        plan, frame = one(generator, EVERYDAY["plans"]), one(generator, EVERYDAY["opposed"])
        return frame[0].replace("{O}", plan[0]), frame[1].replace("{O}", plan[1])
    if kind == 6:
        stay = one(generator, EVERYDAY["stays"])
        word = one(generator, (("Non", "No"), ("Oui", "Yes"), ("Bon", "Well"), ("Si", "Yes")))
        return f"{word[0]}, {stay[0]}.", f"{word[1]}, {stay[1]}."
    a, b = _some(generator, EVERYDAY["neither"], 2, 2)
    if kind == 7:
        do = one(generator, EVERYDAY["neither_do"])
        return f"Ni {a[0]} ni {b[0]} {do[0]}.", f"Neither {a[1]} nor {b[1]} {do[1]}."
    c, d = _some(generator, EVERYDAY["goods"], 2, 2)
    return one(
        generator,
        (
            (f"Je ne veux ni {c[1]} ni {d[1]}.", f"I want neither {c[3]} nor {d[3]}."),
            (f"Il n'y a ni {c[1]} ni {d[1]}.", f"There is no {c[3]} and no {d[3]}."),
            (f"Sans {c[1]} ni {d[1]}.", f"Without {c[3]} or {d[3]}."),
            (f"Avec {c[1]}, sans {d[1]}.", f"With {c[3]}, without {d[3]}."),
            (f"Il n'y a plus {_elided(c[1])}.", f"There is no more {c[3]}."),
            (f"Il n'y a pas {_elided(c[1])}.", f"There is no {c[3]}."),
            (f"Il y a encore {c[0]}.", f"There is still {c[3]}."),
        ),
    )


def _contrary(generator: Generator) -> Pair:
    """Return a sentence with a word or its contrary, denied or not."""
    fr, contrary, en, opposite = one(generator, EVERYDAY["contraries"])
    if generator.random() < 0.5:
        fr, en = contrary, opposite
    a = "an" if en[0] in "aeiou" else "a"
    return one(
        generator,
        (
            (f"C'est {fr}.", f"It's {en}."),
            (f"Ce n'est pas {fr}.", f"It's not {en}."),
            (f"C'est pas {fr}.", f"It's not {en}."),
            (f"C'est tout à fait {fr}.", f"It's completely {en}."),
            (f"Ce choix est {fr}.", f"This choice is {en}."),
            (f"Ce geste n'est pas {fr}.", f"This gesture is not {en}."),
            (f"Il est plutôt {fr}.", f"It's rather {en}."),
            (f"C'est un détail {fr}.", f"It's {a} {en} detail."),
        ),
    )


OPEN: dict[str, tuple[float, Callable[[Generator], Pair]]] = {
    "lists": (0.26, lists),
    "doses": (0.17, doses),
    "spans": (0.21, spans),
    "moments": (0.12, moments),
    "lasting": (0.12, lasting),
    "periods": (0.08, periods),
    "parts": (0.04, parts),
}
"""What makes pairs without end, by kind, and its share: `pairs` has them among its own."""

CLOSED: dict[str, tuple[int, Callable[[Generator], Pair]]] = {
    "abbreviations": (1500, abbreviations),
    "messages": (6000, messages),
    "short": (24_000, short),
    "turned": (8000, turned),
}
"""What makes so few different pairs that they want a file, and a weight, of their own; and how
often each is drawn for it."""


def write(path: Path, seed: int = 1) -> None:
    """Write the closed kinds as the trainer reads them, each pair once."""
    generator = np.random.default_rng([811, seed])
    found = {make(generator): None for count, make in CLOSED.values() for _ in range(count)}
    with gzip.open(path, "wt", encoding="utf-8", newline="\n") as file:
        for source, target in found:
            file.write(f"{source}\t{target}\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
