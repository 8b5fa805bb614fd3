"""Whether facts survive: made-up values of each kind in frames that no training data has.

    python -m allez_export.made.facts models/fr-en --each 300 --seed 7

For each kind: in how many sentences every value stands as the target writes it, as often as it
must and nowhere doubled; and how right the words around are, beside those around a plain word in
the same place (mean chrF of the frame). Of facts in words (`probes`): how many are right. Seeded;
other seeds give other values.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from allez import Translator
from allez_export.made import one
from allez_export.made.probes import IN_WORDS
from allez_export.made.values import MAKERS
from allez_export.made.words import capitalized

_FRAMES = (
    ("{a} : voilà ce qu'il fallait retenir.", "{a}: that is what had to be remembered."),
    ("{a}, répéta la voix au téléphone.", "{a}, the voice on the phone repeated."),
    ("{a} et {b} figurent dans le dossier.", "{a} and {b} are in the file."),
    (
        "Je crois que {a} posera problème au guichet.",
        "I think {a} will be a problem at the counter.",
    ),
    (
        "Sans {a}, l'équipe aurait renoncé depuis longtemps.",
        "Without {a}, the team would have given up long ago.",
    ),
    (
        "Regarde bien : {a}, puis {b}, rien d'autre.",
        "Look carefully: {a}, then {b}, nothing else.",
    ),
    ("La liste comprend {a}, {b} et {c}.", "The list includes {a}, {b} and {c}."),
    (
        "Il manque encore (d'après lui) {a} ; {b} ; {c}.",
        "Still missing (according to him): {a}; {b}; {c}.",
    ),
    ("On m'a parlé d’{a} hier soir.", "I was told about {a} last night."),
    ("Tout dépend de « {a} » maintenant.", 'Everything depends on "{a}" now.'),
    ("N'OUBLIEZ SURTOUT PAS {a} DEMAIN.", "BE SURE NOT TO FORGET {a} TOMORROW."),
    ("Est-ce que {a} vous dit quelque chose ?", "Does {a} mean anything to you?"),
)
"""With one, two or three values: first, amid, in a list, in capitals, after an elision."""

FRAMES = tuple(source for source, _ in _FRAMES)

_SLOTS = ("{a}", "{b}", "{c}")

_PLAIN = (
    ("courage", "courage"),
    ("patience", "patience"),
    ("musique", "music"),
    ("prudence", "caution"),
    ("amour", "love"),
    ("silence", "silence"),
)

KINDS = tuple(kind for kind in MAKERS if kind not in ("year", "surname"))


class Asked(NamedTuple):
    """A frame with values in it."""

    source: str
    said: list[str]
    """How the target must write each value."""
    frame: int
    """Which of the frames it is."""


def drawn(kind: str, generator: np.random.Generator) -> Asked:
    """Return a frame with values of one kind."""
    text = one(generator, FRAMES)
    frame, said = FRAMES.index(text), []
    for slot in _SLOTS:
        if slot in text:
            here, there = MAKERS[kind](generator)
            text = text.replace(slot, here)
            said.append(there)
    return Asked(text, said, frame)


def sentence(kind: str, generator: np.random.Generator) -> tuple[str, list[str]]:
    """Return a sentence with values of one kind, and how the target must write each."""
    source, said, _ = drawn(kind, generator)
    return source, said


def with_plain_words(frame: int, generator: np.random.Generator) -> Asked:
    """Return a frame with plain words where values would stand."""
    text, said = FRAMES[frame], []
    capitals = sum(map(str.isupper, text)) > len(text) // 2
    for slot, index in zip(_SLOTS, generator.permutation(len(_PLAIN)), strict=False):
        here, there = _PLAIN[index]
        if slot in text:
            text = text.replace(slot, here.upper() if capitals else here)
            said.append(there)
    if FRAMES[frame].startswith(_SLOTS[0]):
        text = capitalized(text)
    return Asked(text, said, frame)


def around(answer: str, asked: Asked) -> float:
    """Return chrF of what stands around the values in a translation, against the frame's own."""
    from allez_export.evaluate import sentence_chrf  # sacrebleu, which few who want sentences have

    for value in sorted(asked.said, key=len, reverse=True):
        answer = re.sub(re.escape(value), "", answer, count=1, flags=re.IGNORECASE)
    reference = _FRAMES[asked.frame][1]
    for slot in _SLOTS:
        reference = reference.replace(slot, "")
    return sentence_chrf(answer, reference)


def kept(translation: str, said: Sequence[str]) -> bool:
    """Tell whether each value stands as often as it was said, spaces of any kind counted alike."""
    plain = " ".join(translation.split())
    whole = [" ".join(value.split()) for value in said]
    return all(
        plain.count(value) == sum(other.count(value) for other in whole) for value in set(whole)
    )


def _mean_around(answers: Sequence[str], asked: Sequence[Asked]) -> float:
    return round(float(np.mean(list(map(around, answers, asked)))), 1)


def measure(translator: Translator, each: int, seed: int) -> dict[str, dict[str, float]]:
    """Return for each kind how many sentences there were and in how many the facts are right.

    Of values in frames also `frame` and `plain`: the mean chrF of what stands around them, and
    around plain words in the same frames.
    """

    def answers(sources: Sequence[str]) -> list[str]:
        return [found.text for found in translator.translate_batch(sources)]

    counts: dict[str, dict[str, float]] = {}
    for kind in KINDS:
        generator = np.random.default_rng([seed, KINDS.index(kind)])
        asked = [drawn(kind, generator) for _ in range(each)]
        plain = [with_plain_words(some.frame, generator) for some in asked]
        found = answers([some.source for some in asked])
        counts[kind] = {
            "sentences": each,
            "kept": sum(map(kept, found, (some.said for some in asked))),
            "frame": _mean_around(found, asked),
            "plain": _mean_around(answers([some.source for some in plain]), plain),
        }
    for kind, make in IN_WORDS.items():
        generator = np.random.default_rng([seed, len(counts)])
        probes = [make(generator) for _ in range(each)]
        found = answers([probe.source for probe in probes])
        right = sum(probe.right(answer) for probe, answer in zip(probes, found, strict=True))
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
