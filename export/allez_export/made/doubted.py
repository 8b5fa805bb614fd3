"""Whether a sentence whose fact did not survive is marked, and one whose facts did is not.

    python -m allez_export.made.doubted models/fr-en --each 100 [--without-entities]

Over made facts of all kinds (those of `facts` and of `probes`): how many translations are wrong,
how many of those have a doubt about a fact, and how many of the right ones.
What is right is judged here by the words that must stand in the translation, not by the checks.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import re
import sys
from collections.abc import Callable, Sequence

import numpy as np

from allez import Translator
from allez.bundle.reader import Bundle, find
from allez.results import Translation
from allez_export.made.facts import KINDS, kept, sentence
from allez_export.made.probes import IN_WORDS, Probe

Generator = np.random.Generator

OF_FACTS = frozenset(("thing", "number", "limit", "negation", "name"))
"""Doubts that are about a fact."""


_AMOUNT = re.compile(r"([0-9](?:[0-9.,]*[0-9])?) ?([€$£%])")


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


def _fact(kind: str) -> Callable[[Generator], Probe]:
    def probe(generator: Generator) -> Probe:
        source, said = sentence(kind, generator)
        return Probe(source, lambda text: stands(text, said))

    return probe


PROBES: dict[str, Callable[[Generator], Probe]] = {
    **{kind: _fact(kind) for kind in KINDS},
    **IN_WORDS,
}
"""What makes sentences of each kind."""


def marked(translation: Translation) -> bool:
    """Tell whether something of a translation is in doubt that is a fact."""
    return any(d.kind in OF_FACTS for s in translation.sentences for d in s.doubts)


def without_entities(bundle: Bundle) -> Bundle:
    """Return a bundle that reads and says facts as ordinary words."""
    return dataclasses.replace(bundle, manifest=bundle.manifest._replace(entities=None))


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
