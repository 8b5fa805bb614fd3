"""Two plots, as SVG that is the same for the same figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import Figure
from benchmarks.systems import LABELS


def latency(figures: Sequence[Figure], path: Path) -> None:
    """Draw latency against source length."""
    _draw(
        [f for f in figures if f.case == "length"],
        path,
        title="One sentence, greedy, one thread",
        axes=("words of the source", "milliseconds"),
        throughput=False,
    )


def throughput(figures: Sequence[Figure], path: Path) -> None:
    """Draw throughput against the number of sentences handed over at once."""
    _draw(
        [f for f in figures if f.case == "batch"],
        path,
        title="Sentences of ten words, beam 4, one thread",
        axes=("sentences at once", "sentences a second"),
        throughput=True,
    )


def _draw(
    figures: Sequence[Figure],
    path: Path,
    *,
    title: str,
    axes: tuple[str, str],
    throughput: bool,
) -> None:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "allez"
    from matplotlib import pyplot

    chart, plot = pyplot.subplots(figsize=(7, 4.2), layout="constrained")
    for key, label in LABELS.items():
        found = sorted((f for f in figures if f.system == key), key=lambda f: f.at)
        if not found:
            continue

        def value(f: Figure, seconds: float) -> float:
            return f.sentences / seconds if throughput else 1000 * seconds

        middle = [value(f, f.median) for f in found]
        plot.plot([f.at for f in found], middle, marker="o", markersize=4, label=label)
        lows, highs = ([value(f, s) for f, s in pairs] for pairs in _spread(found))
        color = plot.lines[-1].get_color()
        plot.fill_between([f.at for f in found], lows, highs, color=color, alpha=0.15)
    plot.set_yscale("log")
    if throughput:
        plot.set_xscale("log", base=2)
        plot.xaxis.set_major_formatter("{x:g}")
    plot.yaxis.set_major_formatter("{x:g}")
    plot.set(title=title, xlabel=axes[0], ylabel=axes[1])
    plot.grid(alpha=0.3, which="both")
    plot.legend(fontsize="small")
    chart.savefig(path, metadata={"Date": None})
    pyplot.close(chart)


def _spread(
    found: Sequence[Figure],
) -> tuple[list[tuple[Figure, float]], list[tuple[Figure, float]]]:
    return [(f, f.low) for f in found], [(f, f.high) for f in found]
