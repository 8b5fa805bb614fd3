"""Whether facts survive: made-up values of each kind in frames that no training data has.

    python -m allez_export.made.facts models/fr-en --each 300 --seed 7

For each kind: in how many sentences every value stands as the target writes it, as often as it must
and nowhere doubled. Seeded; other seeds give other values.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

import numpy as np

from allez import Translator
from allez_export.made import one
from allez_export.made.values import MAKERS

FRAMES: tuple[str, ...] = (
    "{a} : voilà ce qu'il fallait retenir.",
    "{a}, répéta la voix au téléphone.",
    "{a} et {b} figurent dans le dossier.",
    "Je crois que {a} posera problème au guichet.",
    "Sans {a}, l'équipe aurait renoncé depuis longtemps.",
    "Regarde bien : {a}, puis {b}, rien d'autre.",
    "La liste comprend {a}, {b} et {c}.",
    "Il manque encore (d'après lui) {a} ; {b} ; {c}.",
    "On m'a parlé d’{a} hier soir.",
    "Tout dépend de « {a} » maintenant.",
    "N'OUBLIEZ SURTOUT PAS {a} DEMAIN.",
    "Est-ce que {a} vous dit quelque chose ?",
)
"""With one, two or three values: first, amid, in a list, in capitals, after an elision."""

KINDS = tuple(kind for kind in MAKERS if kind not in ("year", "surname"))


def sentence(kind: str, generator: np.random.Generator) -> tuple[str, list[str]]:
    """Return a sentence with values of one kind, and how the target must write each."""
    text = one(generator, FRAMES)
    said = []
    for slot in ("{a}", "{b}", "{c}"):
        if slot in text:
            here, there = MAKERS[kind](generator)
            text = text.replace(slot, here)
            said.append(there)
    return text, said


def kept(translation: str, said: Sequence[str]) -> bool:
    """Tell whether each value stands as often as it was said, spaces of any kind counted alike."""
    plain = " ".join(translation.split())
    whole = [" ".join(value.split()) for value in said]
    return all(
        plain.count(value) == sum(other.count(value) for other in whole) for value in set(whole)
    )


def measure(translator: Translator, each: int, seed: int) -> dict[str, dict[str, int]]:
    """Return for each kind how many sentences there were and in how many all values stand."""
    counts = {}
    for kind in KINDS:
        generator = np.random.default_rng([seed, KINDS.index(kind)])
        asked = [sentence(kind, generator) for _ in range(each)]
        answers = translator.translate_batch([text for text, _ in asked])
        right = sum(
            kept(answer.text, said) for answer, (_, said) in zip(answers, asked, strict=True)
        )
        counts[kind] = {"sentences": each, "kept": right}
    return counts


def main() -> None:
    """Measure a bundle and print what was counted, as JSON."""
    parser = argparse.ArgumentParser(prog="python -m allez_export.made.facts")
    parser.add_argument("bundle")
    parser.add_argument("--each", type=int, default=300, help="sentences of each kind")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    with Translator(args.bundle) as translator:
        counts = measure(translator, args.each, args.seed)
    print(json.dumps(counts, indent=1))


if __name__ == "__main__":
    main()
