"""Made-up pairs about limits and negation: what a reader cannot see when it is turned round.

Sentences that mean the opposite come as often as each other.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from allez_export.made import DATA, one
from allez_export.made.words import Pair, capitalized, english, french

Generator = np.random.Generator


_THERE_IS: tuple[Pair, ...] = (
    ("Il y a", "There are"),
    ("J'ai vu", "I saw"),
    ("Elle a compté", "She counted"),
    ("Il faut", "You need"),
    ("Nous avons", "We have"),
    ("Ils ont trouvé", "They found"),
)


def limits(generator: Generator) -> Pair:
    """Return a sentence with a limit; each direction as often as its opposite."""
    limit = one(generator, DATA["limits"])
    noun = one(generator, DATA["nouns"])
    n, age, m = (
        int(generator.integers(2, 100)),
        int(generator.integers(2, 22)),
        int(generator.integers(2, 60)),
    )
    in_words = generator.random() < 0.25
    fr_n = french(n, feminine=bool(noun[2])) if in_words else str(n)
    en_n = english(n) if in_words else str(n)
    english_limit = limit[1]
    if english_limit == "less than" and noun:
        english_limit = "fewer than"
    counted_fr, counted_en = f"{limit[0]} {fr_n} {noun[1]}", f"{english_limit} {en_n} {noun[4]}"
    fr_age, en_age = (french(age), english(age)) if in_words else (str(age), str(age))
    verb = one(generator, _THERE_IS)
    over = generator.random() < 0.5
    return one(
        generator,
        (
            *_counted(verb, (counted_fr, counted_en), feminine=bool(noun[2])),
            *_of_age(over, (fr_age, en_age), m),
            *_measured(over, n),
            (
                f"Entre {m} et {m + age} personnes sont venues.",
                f"Between {m} and {m + age} people came.",
            ),
            (f"Pas plus de {m} minutes par jour.", f"No more than {m} minutes a day."),
            (f"Il ne faut pas dépasser {n} km/h.", f"You must not exceed {n} km/h."),
            (f"Plus de {fr_age} ans : {n} €.", f"Over {en_age}: €{n}.")
            if over
            else (f"Moins de {fr_age} ans : gratuit.", f"Under {en_age}: free."),
        ),
    )


def _counted(verb: Pair, counted: Pair, *, feminine: bool) -> tuple[Pair, ...]:
    """Return sentences about so many of something; the usual one twice."""
    plain = f"{verb[0]} {counted[0]}.", f"{verb[1]} {counted[1]}."
    came = (
        f"{capitalized(counted[0])} sont {'arrivées' if feminine else 'arrivés'}.",
        f"{capitalized(counted[1])} arrived.",
    )
    return plain, plain, came


def _of_age(over: bool, age: Pair, m: int) -> tuple[Pair, ...]:
    """Return sentences about people over or under an age, in words or digits, or `m` years."""
    moins, under = ("plus", "over") if over else ("moins", "under")
    fr, en = age
    return (
        (f"Réservé aux plus de {fr} ans.", f"For those over {en} only.")
        if over
        else (f"Interdit aux moins de {fr} ans.", f"Not allowed for those under {en}."),
        (f"Réservé aux enfants de {moins} de {fr} ans.", f"For children {under} {en} only."),
        (
            f"Les enfants de {moins} de {fr} ans ne paient pas.",
            f"Children {under} {en} do not pay.",
        ),
        (
            f"Ne donnez jamais ce médicament à un enfant de {moins} de {fr} ans.",
            f"Never give this medicine to a child {under} {en}.",
        ),
        (
            f"Les personnes de {moins} de {m} ans peuvent s'inscrire.",
            f"People {under} {m} can register.",
        ),
        (f"Il faut avoir au moins {fr} ans.", f"You must be at least {en} years old."),
        (f"À partir de {fr} ans.", f"From {en} years of age."),
    )


def _measured(over: bool, n: int) -> tuple[Pair, ...]:
    """Return sentences about more or less than `n` of a unit."""
    more, less = ("plus", "more") if over else ("moins", "less")
    return (
        (f"Le colis doit peser {more} de {n} kg.", f"The parcel must weigh {less} than {n} kg."),
        (f"Il en reste {more} de la moitié.", f"{capitalized(less)} than half of it is left."),
        (f"C'est à {more} de {n} km.", f"It's {less} than {n} km away."),
        (f"Restez à au moins {n} mètres.", f"Stay at least {n} meters away."),
        (f"Il est resté {more} de {n} minutes.", f"He stayed for {less} than {n} minutes."),
        (f"Ça coûte {more} de {n} euros.", f"It costs {less} than {n} euros."),
    )


_CAN = ("peux", "peux", "peut", "peuvent")
_BE = ("suis", "es", "est", "sont")
_HAVE = ("ai", "as", "a", "ont")


def _elided(subject: str, verb: str, spoken: bool) -> str:
    """Return subject and verb, joined by an apostrophe where French does."""
    vowel = verb[0] in "aeiouhéê"
    if subject == "je" and vowel:
        return f"j'{verb}"
    if subject == "tu" and vowel and spoken:
        return f"t'{verb}"
    return f"{subject} {verb}"


def _negated(subject: str, verb: str, spoken: bool, word: str = "pas") -> str:
    if spoken:
        return f"{_elided(subject, verb, True)} {word}"
    particle = "n'" if verb[0] in "aeiouhéê" else "ne "
    return f"{subject} {particle}{verb} {word}"


def negation(generator: Generator) -> Pair:
    """Return a sentence with or without a negation, spoken (no `ne`) or written."""
    if generator.random() < 0.12:
        return one(generator, DATA["fixed"])
    negative, spoken = generator.random() < 0.65, generator.random() < 0.65
    fr_subject, form, en_subject, third = one(generator, DATA["subjects"])
    kind = int(generator.integers(5))
    no = "doesn't" if third else "don't"

    def say(verb: str, word: str = "pas") -> str:
        return (
            _negated(fr_subject, verb, spoken, word)
            if negative
            else _elided(fr_subject, verb, spoken)
        )

    if kind == 0:
        verb = one(generator, DATA["verbs"])
        fr_rest, en_rest = one(generator, verb[6])
        fr = f"{say(verb[form])} {fr_rest}"
        en = (
            f"{en_subject} {no} {verb[4]} {en_rest}"
            if negative
            else f"{en_subject} {verb[4 + third]} {en_rest}"
        )
    elif kind == 1:
        verb = one(generator, DATA["verbs"])
        fr_rest, en_rest = one(generator, verb[6])
        word, before, after = one(generator, (("jamais", "never ", ""), ("plus", "no longer ", "")))
        fr = f"{say(verb[form], word)} {fr_rest}"
        says = verb[4 + third]
        en = (
            f"{en_subject} {before}{says} {en_rest}{after}"
            if negative
            else f"{en_subject} {says} {en_rest}"
        )
    elif kind == 2:
        fr_do, en_do = one(generator, DATA["doings"])
        fr = f"{say(_CAN[form])} {fr_do}"
        en = f"{en_subject} {'can' + chr(39) + 't' if negative else 'can'} {en_do}"
    elif kind == 3:
        fr_state, en_state = one(generator, DATA["states"])
        if fr_subject in ("elle", "elles", "ils") or fr_subject == "on":
            fr_subject, form, en_subject = "il", 2, "he"
        fr = f"{say(_BE[form])} {fr_state}"
        en = f"{DATA['be'][en_subject][negative]} {en_state}"
    else:
        fr_done, en_do, en_past = one(generator, DATA["done"])
        head = say(_HAVE[form])
        fr = f"{head} {fr_done}"
        en = f"{en_subject} didn't {en_do}" if negative else f"{en_subject} {en_past}"
    if spoken and fr.startswith("je ") and generator.random() < 0.4:
        fr = f"j'{fr[3:]}"  # as it is said: "j'veux pas"
    return capitalized(f"{fr}."), capitalized(f"{en}.")


_DUTIES: tuple[tuple[str, str, str, str, str, str], ...] = (
    # je, tu and il (subjunctive), ils, infinitive, English, and what follows
    ("vienne", "viennent", "venir", "come", "", ""),
    ("vienne", "viennent", "venir", "come", " ce soir", " tonight"),
    ("parte", "partent", "partir", "leave", "", ""),
    ("parte", "partent", "partir", "leave", " sans moi", " without me"),
    ("sorte", "sortent", "sortir", "go out", " ce soir", " tonight"),
    ("reste", "restent", "rester", "stay", " ici", " here"),
    ("sache", "sachent", "savoir", "know", " la vérité", " the truth"),
    ("dise", "disent", "dire", "say", " ça", " that"),
    ("fasse", "fassent", "faire", "do", " ça", " that"),
    ("attende", "attendent", "attendre", "wait", "", ""),
    ("dorme", "dorment", "dormir", "sleep", " maintenant", " now"),
    ("boive", "boivent", "boire", "drink", " cette eau", " this water"),
    ("prenne", "prennent", "prendre", "take", " la voiture", " the car"),
    ("perde", "perdent", "perdre", "lose", " ce papier", " this paper"),
    ("oublie", "oublient", "oublier", "forget", " les clés", " the keys"),
    ("ouvre", "ouvrent", "ouvrir", "open", " la porte", " the door"),
    ("réponde", "répondent", "répondre", "answer", " à cette lettre", " this letter"),
    ("conduise", "conduisent", "conduire", "drive", " trop vite", " too fast"),
    ("touche", "touchent", "toucher", "touch", " au four", " the oven"),
    ("soit", "soient", "être", "be", " en retard", " late"),
)

_WHO_MUST = (
    ("je", "I", "me", 0),
    ("tu", "you", "you", 1),
    ("il", "he", "him", 0),
    ("elle", "she", "her", 0),
    ("Paul", "Paul", "Paul", 0),
    ("Marie", "Marie", "Marie", 0),
    ("on", "we", "us", 0),
    ("ils", "they", "them", 2),
    ("les enfants", "the children", "the children", 2),
)
_BE_IN_PRESENT = {"je": "suis", "tu": "es", "ils": "sont", "les enfants": "sont"}


def duties(generator: Generator) -> Pair:
    """Return what one must do, must not do, or need not do: three things that are two in French."""
    verb, plural, infinitive, english_verb, rest, en_rest = one(generator, _DUTIES)
    who, en_who, whom, form = one(generator, _WHO_MUST)
    if form == 1:
        verb = "sois" if verb == "soit" else f"{verb}s"
    elif form == 2:
        verb = plural
    elif who == "je" and verb == "soit":
        verb = "sois"
    third = en_who in ("he", "she", "Paul", "Marie")
    that = ("qu'" if who[0] in "aeio" else "que ") + _elided(who, verb, spoken=False) + rest
    does = f"{english_verb}{en_rest}"
    no = "doesn't" if third else "don't"
    obliged = _negated(who, _BE_IN_PRESENT.get(who, "est"), spoken=False)
    ending = {"elle": "e", "Marie": "e", "ils": "s", "les enfants": "s"}.get(who, "")
    of = "d'" if infinitive[0] in "aeiouêé" else "de "
    must_not = one(generator, ("must not", "mustn't", "shouldn't"))
    fr, en = one(
        generator,
        (
            (f"il faut {that}", f"{en_who} must {does}"),
            (f"il faut {that}", f"{en_who} {'has' if third else 'have'} to {does}"),
            (f"il ne faut pas {that}", f"{en_who} {must_not} {does}"),
            (f"il ne faut pas {that}", f"{en_who} must not {does}"),
            (f"faut pas {that}", f"{en_who} {must_not} {does}"),
            (f"il ne faut surtout pas {that}", f"{en_who} really must not {does}"),
            (f"il n'est pas nécessaire {that}", f"{en_who} {no} need to {does}"),
            (f"{obliged} obligé{ending} {of}{infinitive}{rest}", f"{en_who} {no} have to {does}"),
            (f"je veux {that}", f"I want {whom} to {does}"),
            (f"je ne veux pas {that}", f"I don't want {whom} to {does}"),
            (f"il faut {infinitive}{rest}", f"you must {does}"),
            (f"il ne faut pas {infinitive}{rest}", f"you must not {does}"),
            (f"il ne faut jamais {infinitive}{rest}", f"you must never {does}"),
        ),
    )
    if who == "je" and "veux" in fr:  # one wants to do so oneself
        fr, en = f"il faut {that}", f"I must {does}"
    return capitalized(f"{fr}."), capitalized(f"{en}.")


MAKERS: dict[str, tuple[float, Callable[[Generator], Pair]]] = {
    "limits": (0.12, limits),
    "negation": (0.11, negation),
    "duties": (0.09, duties),
}
"""What makes a pair, by kind, and its share."""
