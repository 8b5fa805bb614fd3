"""Fits what a bundle says of its own translations: how likely each is a good one.

    python -m allez_export.confidence BUNDLE --fit FILE.tsv ... --check FILE.tsv ...

A translation is called bad if its chrF against the reference is under 40. A logistic regression
over the runtime's features (`allez.translate.confidence`) is fitted by Newton's method on some
files, and told on others: how often it puts a bad sentence below a good one (AUROC), beside what
length and mean score alone do, and how often what it calls likely is so (calibration).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from allez import Translator
from allez.arrays import BoolArray, FloatArray
from allez_export.data.read import Pair, read_pairs
from allez_export.evaluate import sentence_chrf

BAD = 40.0
"""chrF below which a translation is called bad."""

NAMES = (
    "mean_score", "length", "ratio", "coverage", "agreement", "margin", "alone", "letters",
    "pieces", "doubts",
)  # fmt: skip
"""What is weighed."""

SIMPLE = ("mean_score", "length")
"""What it must be better than."""

RIDGE = 1e-3
"""What keeps weights small, of features with a deviation of one."""

BINS = 5
"""How many parts of a file, from the least to the most likely, calibration is told of."""


MOST = 1000
"""Pairs of a file that are looked at, the first ones: more change the second place at most."""


class Sample(NamedTuple):
    """Sentences with what is known of them."""

    features: FloatArray
    """[N, F] in the order of `NAMES`."""
    good: BoolArray
    """[N]"""


def sample(translator: Translator, pairs: Sequence[Pair], *, greedy: bool) -> Sample:
    """Translate pairs of one sentence each, by the bundle's beam and, if wanted, greedily too."""
    rows: list[list[float]] = []
    good: list[bool] = []
    for beam in (None, 1) if greedy else (None,):
        found = translator.translate_batch([source for source, _ in pairs], beam_size=beam)
        for (_, reference), translation in zip(pairs, found, strict=True):
            if len(translation.sentences) != 1 or not translation.sentences[0].features:
                continue
            known = translation.sentences[0].features
            rows.append([known[name] for name in NAMES])
            good.append(sentence_chrf(translation.text, reference) >= BAD)
    return Sample(np.array(rows).reshape(-1, len(NAMES)), np.array(good, dtype=bool))


def together(samples: Sequence[Sample]) -> Sample:
    """Return several samples as one."""
    return Sample(
        np.concatenate([one.features for one in samples]),
        np.concatenate([one.good for one in samples]),
    )


def fit(known: Sample, names: Sequence[str] = NAMES) -> dict[str, Any]:
    """Return the weights as the manifest has them: `intercept`, and `features` by name."""
    columns = known.features[:, [NAMES.index(name) for name in names]]
    mean, deviation = columns.mean(axis=0), columns.std(axis=0)
    varies = deviation > 1e-9
    scaled = (columns[:, varies] - mean[varies]) / deviation[varies]
    design = np.concatenate([np.ones((len(scaled), 1)), scaled], axis=1)
    ridge = np.diag([0.0, *[RIDGE] * scaled.shape[1]])
    weights = np.zeros(design.shape[1])
    for _ in range(30):
        likely = 1 / (1 + np.exp(-design @ weights))
        slope = design.T @ (likely - known.good) / len(design) + ridge @ weights
        curve = (design.T * (likely * (1 - likely))) @ design / len(design) + ridge
        weights -= np.linalg.solve(curve + 1e-9 * np.eye(len(curve)), slope)
    each = np.zeros(len(names))
    each[varies] = weights[1:] / deviation[varies]
    return {
        "intercept": float(weights[0] - each @ mean),
        "features": [
            {"name": name, "weight": float(weight)}
            for name, weight in zip(names, each, strict=True)
        ],
    }


def likely(weights: Mapping[str, Any], known: Sample) -> FloatArray:
    """Return the probability [N] of a good translation."""
    total = np.full(len(known.good), float(weights["intercept"]))
    for feature in weights["features"]:
        total += feature["weight"] * known.features[:, NAMES.index(feature["name"])]
    return np.asarray(1 / (1 + np.exp(-total)))


def auroc(scores: FloatArray, good: BoolArray) -> float | None:
    """Return how often a good one has the higher score, equal ones half; None: one kind only."""
    better = scores[good][:, None] - scores[~good][None, :]
    return None if better.size == 0 else float((np.sign(better).mean() + 1) / 2)


def calibration(scores: FloatArray, good: BoolArray) -> list[list[float]]:
    """Return of equal parts, the least likely first: mean probability, share of good ones."""
    parts = np.array_split(np.argsort(scores, kind="stable"), BINS)
    return [[float(scores[part].mean()), float(good[part].mean())] for part in parts if part.size]


def measure(
    translator: Translator,
    fitted_on: Mapping[str, Sequence[Pair]],
    told_on: Mapping[str, Sequence[Pair]],
) -> dict[str, Any]:
    """Fit on some files and tell of others.

    Returns:
        `weights` as the manifest has them; `fit`, the names of the files; `files`, for each other
        file its name, `sentences`, the share of `bad` ones, `auroc`, `simple` (that of length and
        mean score alone) and `calibration`.
    """
    known = together([sample(translator, p[:MOST], greedy=True) for p in fitted_on.values()])
    weights, simple = fit(known), fit(known, SIMPLE)
    rows = []
    for name, pairs in told_on.items():
        told = sample(translator, pairs[:MOST], greedy=False)
        rows.append(
            {
                "file": name,
                "sentences": len(told.good),
                "bad": float(1 - told.good.mean()),
                "auroc": auroc(likely(weights, told), told.good),
                "simple": auroc(likely(simple, told), told.good),
                "calibration": calibration(likely(weights, told), told.good),
            }
        )
    return {"weights": weights, "fit": list(fitted_on), "files": rows}


def main() -> None:
    """Fit on files, tell of others, and print all of it as JSON."""
    parser = argparse.ArgumentParser(prog="python -m allez_export.confidence")
    parser.add_argument("bundle")
    parser.add_argument("--fit", type=Path, nargs="+", required=True, metavar="TSV")
    parser.add_argument("--check", type=Path, nargs="+", default=[], metavar="TSV")
    parser.add_argument("--threads", type=int)
    args = parser.parse_args()

    def read(paths: Sequence[Path]) -> dict[str, list[Pair]]:
        return {path.name: list(read_pairs(path)) for path in paths}

    with Translator(args.bundle, threads=args.threads) as translator:
        found = measure(translator, read(args.fit), read(args.check))
    sys.stdout.write(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
