"""Makes the figures of training.md: how the shipped model learnt, version after version.

    python docs/training.py 1.1.0=runs/FOLDER 1.2.0=runs/FOLDER

reads `FOLDER/train/log.jsonl` of each run, in this order: each began with the best of the one
before, but for those of `AFRESH`. Prints the table and writes `training.svg` and `training.json`
beside itself. A run that is not named keeps the values it has in `training.json`.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from allez_export.records import write_json

HERE = Path(__file__).parent
BEFORE = 7_858_774
"""Target tokens of version 1.0.0, which kept no log: 6,000 updates."""

AFRESH = {"1.4.0": 17_800_000}
"""Target tokens behind versions that did not go on from the one before: what their own parent,
fr-en-preview, had read from random weights."""

FILES = ("tatoeba.valid", "flores.valid")


def read_log(folder: Path) -> list[dict[str, Any]]:
    """Return the validations of a run."""
    lines = (folder / "train" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    return [entry for entry in map(json.loads, lines) if "bleu" in entry]


def in_all(runs: dict[str, list[dict[str, Any]]]) -> dict[str, list[tuple[float, dict[str, Any]]]]:
    """Count the million target tokens of each validation from the very beginning."""
    before, curves = BEFORE, {}
    for name, entries in runs.items():
        before = AFRESH.get(name, before)
        curves[name] = [((before + entry["target_tokens"]) / 1e6, entry) for entry in entries]
        before += max(entries, key=lambda entry: entry["bleu"])["target_tokens"]  # what was kept
    return curves


def table(runs: dict[str, list[dict[str, Any]]]) -> str:
    """Return the validations as a Markdown table."""
    lines = [f"| version | update | M target tokens in all | {' | '.join(FILES)} |"]
    lines.append(f"| --- | ---: | ---: |{' ---: |' * len(FILES)}")
    for name, points in in_all(runs).items():
        for tokens, entry in points:
            scores = " | ".join(f"{entry[f'bleu_{file}']:.1f}" for file in FILES)
            lines.append(f"| {name} | {entry['update']:,} | {tokens:.1f} | {scores} |")
    return "\n".join(lines)


def plot(runs: dict[str, list[dict[str, Any]]], path: Path) -> None:
    """Draw BLEU against the target tokens read in all."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "allez"  # the same figure is the same file
    figure = Figure(figsize=(8, 3.5), layout="constrained")
    for file, axis in zip(FILES, figure.subplots(1, len(FILES)), strict=True):
        for name, points in in_all(runs).items():
            scores = [entry[f"bleu_{file}"] for _, entry in points]
            axis.plot([tokens for tokens, _ in points], scores, marker="o", label=name)
        axis.set_title(file)
        axis.set_xlabel("million target tokens in all")
        axis.set_ylabel("BLEU, greedy")
        axis.legend()
        axis.grid(alpha=0.3)
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Read, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", metavar="VERSION=FOLDER")
    args = parser.parse_args()
    kept = HERE / "training.json"
    runs: dict[str, list[dict[str, Any]]] = (
        json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    )
    for run in args.runs:
        name, _, folder = run.partition("=")
        runs[name] = read_log(Path(folder))
    write_json(runs, kept)
    plot(runs, HERE / "training.svg")
    sys.stdout.write(table(runs) + "\n")


if __name__ == "__main__":
    main()
