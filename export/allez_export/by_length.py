"""Scores of answers by the length of what was read: what attention is for, measured.

    python -m allez_export.by_length --config CONFIG.toml --data DATA NAME=BUNDLE [NAME=BUNDLE ...]

Prints a Markdown table, a row for each bundle: BLEU of replies, or ROUGE-L of summaries, on the
test files that the configuration names, by the number of words of the source. So two bundles that
differ in `model.attention` alone are told apart by length. A bin with fewer than `--least` texts is
joined with the one before it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from allez.errors import AllezError, InputError, OptionError
from allez_export.answers import Answerer
from allez_export.config.file import load_config
from allez_export.data.read import Pair, read_domains
from allez_export.evaluate import METRICS, SAID, Metric

BOUNDS = (10, 20, 30, 40, 60, 80, 120, 160, 240)
"""Upper ends of the bins, in words of the source; the last bin is open."""

LEAST = 50
"""Texts of a bin, below which a score says nothing."""


def bins(lengths: Sequence[int], bounds: Sequence[int], least: int) -> dict[str, list[int]]:
    """Return which texts are in each bin, by its name, the shortest first; every text is in one.

    Args:
        lengths: of all texts, in words.
        bounds: upper ends, ascending.
        least: how many texts a bin has; one with fewer is joined with that before it, the first
            one with that behind it.
    """
    parts: list[tuple[int, float, list[int]]] = []
    low = 1
    for high in (*bounds, float("inf")):
        found = [i for i, length in enumerate(lengths) if low <= max(length, 1) <= high]
        if parts and (len(found) < least or len(parts[-1][2]) < least):
            first, _, before = parts.pop()
            parts.append((first, high, before + found))
        else:
            parts.append((low, high, found))
        low = int(high) + 1 if high != float("inf") else low
    return {f"{low}-{'' if high == float('inf') else high}": part for low, high, part in parts}


def table(
    rows: Mapping[str, Sequence[str]], pairs: Sequence[Pair], score: Metric, least: int
) -> str:
    """Return the scores of answers as a Markdown table, with the number of texts of each bin.

    Args:
        rows: answers to all sources, by what wrote them.
        pairs: sources and references.
        score: of answers and references.
        least: see `bins`.
    """
    lengths = [len(source.split()) for source, _ in pairs]
    parts = {**bins(lengths, BOUNDS, least), "all": list(range(len(pairs)))}
    lines = [
        f"| words read | {' | '.join(parts)} |",
        f"| --- |{' ---: |' * len(parts)}",
        f"| texts | {' | '.join(str(len(part)) for part in parts.values())} |",
    ]
    for name, answers in rows.items():
        cells = [
            f"{score([answers[i] for i in part], [pairs[i][1] for i in part]):.1f}"
            for part in parts.values()
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Answer the test files with each bundle; print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("bundles", nargs="+", metavar="NAME=BUNDLE")
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--data", type=Path, help="the data folder; else the configuration's")
    parser.add_argument("--domain", help="only lines of this domain")
    parser.add_argument("--limit", type=int, help="only so many texts of each file and domain")
    parser.add_argument("--least", type=int, default=LEAST, help="texts of a bin, at the least")
    given = parser.parse_args(argv)
    try:
        sys.stdout.write(f"{_measured(given)}\n")
    except AllezError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.stderr.write(f"hint: {error.hint}\n" if error.hint else "")
        return 1
    return 0


def _measured(given: argparse.Namespace) -> str:
    """Return what is printed."""
    config = load_config(given.config)
    if config.task not in ("reply", "summarize"):
        raise InputError(f"{given.config} is for {config.task}, not for summaries or replies")
    root = given.data or Path(config.data.root)
    only = (given.domain,) if given.domain else ()
    pairs = [
        pair
        for name in config.data.test
        for found in read_domains(root / name, config.data, given.limit, only=only).values()
        for pair in found
    ]
    rows = {}
    for each in given.bundles:
        name, equals, folder = each.partition("=")
        if not equals:
            raise OptionError(f"{each} names no bundle", hint="with=runs/with/bundle")
        with Answerer(Path(folder)) as answerer:
            rows[name] = answerer.answer([source for source, _ in pairs])
    metric, score = METRICS[config.task]
    return f"{SAID[metric]} of {len(pairs)} texts\n\n{table(rows, pairs, score, given.least)}"


if __name__ == "__main__":
    sys.exit(main())
