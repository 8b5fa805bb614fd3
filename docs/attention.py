"""Makes the figures of attention.md: BLEU by sentence length, for each way to score the memory.

    python docs/attention.py runs/attention --data DATA

reads the bundles `runs/attention/KIND/bundle` (attention.md tells how they are trained), translates
FLORES and NTREX with each, prints the table and writes `attention.svg` and `attention.json` beside
itself. What was translated is kept beside the bundles, so that a second run takes seconds.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from allez import Translator
from allez_export.data.read import Pair, read_pairs
from allez_export.evaluate import bleu, bundle_identity
from allez_export.records import write_json

KINDS = ("none", "dot", "general", "concat", "additive")
FILES = ("flores.valid.tsv.gz", "ntrex.test.tsv.gz")
BOUNDS = (10, 15, 20, 25, 30, 40)
"""Upper ends of the buckets, in source words; the last bucket is open."""

LONG = 15
"""Sentences with more words than this are called long."""

HERE = Path(__file__).parent


def translations(folder: Path, sources: list[str]) -> list[str]:
    """Return a bundle's translations with its own beam, from what is kept or anew."""
    kept = folder / "translations.json"
    with Translator(folder / "bundle") as translator:
        identity = bundle_identity(translator.bundle.manifest)
        if kept.exists():
            content = json.loads(kept.read_text(encoding="utf-8"))
            if content["bundle"] == identity and len(content["texts"]) == len(sources):
                texts: list[str] = content["texts"]
                return texts
        texts = [result.text for result in translator.translate_batch(sources)]
    write_json({"bundle": identity, "texts": texts}, kept)
    return texts


def by_length(pairs: list[Pair], texts: list[str]) -> dict[str, float]:
    """Return BLEU of each bucket of source length, of the long sentences, and of all."""
    lengths = [len(source.split()) for source, _ in pairs]
    lows = (0, *BOUNDS)
    parts = {
        f"{low + 1}-{high or ''}": [
            i for i, n in enumerate(lengths) if low < n and (high is None or n <= high)
        ]
        for low, high in zip(lows, (*BOUNDS, None), strict=True)
    }
    parts[f"over {LONG}"] = [i for i, n in enumerate(lengths) if n > LONG]
    parts["all"] = list(range(len(pairs)))
    return {
        name: round(bleu([texts[i] for i in part], [pairs[i][1] for i in part])[0], 2)
        for name, part in parts.items()
        if part
    }


def table(scores: dict[str, dict[str, float]]) -> str:
    """Return the scores as a Markdown table."""
    names = list(next(iter(scores.values())))
    lines = [f"| attention | {' | '.join(names)} |", f"| --- |{' ---: |' * len(names)}"]
    for kind, values in scores.items():
        lines.append(f"| `{kind}` | {' | '.join(f'{values[name]:.1f}' for name in names)} |")
    return "\n".join(lines)


def plot(scores: dict[str, dict[str, float]], path: Path) -> None:
    """Draw BLEU against source length."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "allez"  # the same figure is the same file
    figure = Figure(figsize=(7, 4), layout="constrained")
    axis: Any = figure.add_subplot()
    for kind, values in scores.items():
        names = [name for name in values if name[0].isdigit()]
        style = {"color": "black", "linestyle": "--"} if kind == "none" else {}
        axis.plot(names, [values[name] for name in names], marker="o", label=kind, **style)
    axis.set_xlabel("words in the French sentence")
    axis.set_ylabel("BLEU")
    axis.set_ylim(bottom=0)
    axis.legend(title="attention")
    axis.grid(alpha=0.3)
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Translate, score, draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, help="folder with a run for each kind of attention")
    parser.add_argument("--data", type=Path, required=True, help="folder of the test files")
    args = parser.parse_args()
    pairs = [pair for name in FILES for pair in read_pairs(args.data / name)]
    sources = [source for source, _ in pairs]
    scores = {
        kind: by_length(pairs, translations(args.runs / kind, sources))
        for kind in KINDS
        if (args.runs / kind / "bundle").exists()
    }
    write_json(scores, HERE / "attention.json")
    plot(scores, HERE / "attention.svg")
    sys.stdout.write(table(scores) + "\n")


if __name__ == "__main__":
    main()
