"""Whether a sentence whose fact did not survive is marked, and one whose facts did is not.

    python -m allez_export.made.doubted models/fr-en --each 100 [--without-entities]

Over made facts of all kinds (those of `facts`, numbers in words, limits, negation): how many
translations are wrong, how many of those have a doubt about a fact, and how many of the right ones.
What is right is judged here by the words that must stand in the translation, not by the checks.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import re
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from allez import Translator
from allez.bundle.reader import Bundle, find
from allez.entities.characters import words
from allez.results import Translation
from allez_export.made import one
from allez_export.made.facts import KINDS, kept, sentence
from allez_export.made.words import capitalized, english, french

Generator = np.random.Generator

OF_FACTS = frozenset(("thing", "number", "limit", "negation", "name"))
"""Doubts that are about a fact."""


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


_AMOUNT = re.compile(r"([0-9][0-9.,]*) ?([€$£%])")


def stands(text: str, said: Sequence[str]) -> bool:
    """Tell whether values stand in a translation as often as they must, and no more figures do.

    A sign of a currency may stand on either side: whoever reads "3 €" knows.
    """
    text = _AMOUNT.sub(r"\2\1", " ".join(text.split()))
    values = [_AMOUNT.sub(r"\2\1", " ".join(value.split())) for value in said]
    if not kept(text, values):
        return False
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, " ", 1)
    return not any(c.isdigit() for c in text)


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


def _fact(kind: str) -> Callable[[Generator], Probe]:
    def probe(generator: Generator) -> Probe:
        source, said = sentence(kind, generator)
        return Probe(source, lambda text: stands(text, said))

    return probe


PROBES: dict[str, Callable[[Generator], Probe]] = {
    **{kind: _fact(kind) for kind in KINDS},
    "number words": number_words,
    "limit": limit,
    "negation": negation,
}
"""What makes sentences of each kind."""


def marked(translation: Translation) -> bool:
    """Tell whether something of a translation is in doubt that is a fact."""
    return any(d.kind in OF_FACTS for s in translation.sentences for d in s.doubts)


def without_entities(bundle: Bundle) -> Bundle:
    """Return a bundle that reads and says facts as ordinary words."""
    return dataclasses.replace(bundle, manifest=dataclasses.replace(bundle.manifest, entities=None))


def measure(
    translator: Translator, each: int, seed: int, *, show: bool = False
) -> dict[str, dict[str, int]]:
    """Return for each kind, and for all, how many are wrong, right, and of each marked.

    Args:
        translator: the bundle.
        each: sentences of each kind.
        seed: of what is made.
        show: say on standard error what the checks miss or blame.
    """
    counts: dict[str, dict[str, int]] = {}
    for kind, make in PROBES.items():
        generator = np.random.default_rng([seed, len(kind), len(counts)])
        probes = [make(generator) for _ in range(each)]
        count = dict.fromkeys(("wrong", "wrong marked", "right", "right marked"), 0)
        answers = translator.translate_batch([probe.source for probe in probes])
        for probe, answer in zip(probes, answers, strict=True):
            verdict = "right" if probe.right(answer.text) else "wrong"
            told = marked(answer)
            count[verdict] += 1
            count[f"{verdict} marked"] += told
            if show and told == (verdict == "right"):
                which = "blamed" if told else "missed"
                sys.stderr.write(f"{which} {kind}\t{probe.source}\t{answer.text}\n")
        counts[kind] = count
    counts["all"] = {key: sum(count[key] for count in counts.values()) for key in count}
    return counts


def main() -> None:
    """Measure a bundle and write what was counted, as JSON."""
    parser = argparse.ArgumentParser(prog="python -m allez_export.made.doubted")
    parser.add_argument("bundle")
    parser.add_argument("--each", type=int, default=100, help="sentences of each kind")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--without-entities", action="store_true", help="as ordinary words")
    parser.add_argument("--show", action="store_true", help="what the checks miss or blame")
    args = parser.parse_args()
    bundle = Bundle.read(find(args.bundle))
    if args.without_entities:
        bundle = without_entities(bundle)
    with Translator(bundle) as translator:
        counts = measure(translator, args.each, args.seed, show=args.show)
    sys.stdout.write(json.dumps(counts, indent=1) + "\n")


if __name__ == "__main__":
    main()
