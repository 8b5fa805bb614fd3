"""What is promised, against what was measured: ratios of medians of one run, and a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.machine import VNNI
from benchmarks.measure import Figure
from benchmarks.systems import LABELS

NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Bar:
    """One promise."""

    name: str
    wanted: str
    measured: str
    verdict: str
    """met, missed, or not measured"""


def find(
    figures: Sequence[Figure], case: str, system: str, unit: str = "s", **fields: int
) -> Figure | None:
    """Return the figure of a case and system, if it was measured."""
    for found in figures:
        if (found.case, found.system, found.unit) == (case, system, unit) and all(
            getattr(found, name) == value for name, value in fields.items()
        ):
            return found
    return None


def ratio(above: Figure | None, below: Figure | None) -> float | None:
    """Return the ratio of two medians; None unless both were measured."""
    if above is None or below is None:
        return None
    return above.median / below.median


def _least(name: str, value: float | None, least: float, aim: float | None = None) -> Bar:
    wanted = f"at least {least:g} times" + (f" (aim {aim:g})" if aim else "")
    if value is None:
        return Bar(name, wanted, "", NOT_MEASURED)
    return Bar(name, wanted, f"{value:.1f} times", "met" if value >= least else "missed")


def _most(name: str, value: float | None, most: float) -> Bar:
    wanted = f"at most {most:g} times"
    if value is None:
        return Bar(name, wanted, "", NOT_MEASURED)
    return Bar(name, wanted, f"{value:.2f} times", "met" if value <= most else "missed")


def bars(figures: Sequence[Figure], processor_class: str) -> list[Bar]:
    """Return all promises, in the order of the table."""

    def speed(case: str, peer: str, ours: str, beam: int) -> float | None:
        above, below = (find(figures, case, key, threads=1, beam=beam) for key in (peer, ours))
        return ratio(above, below)

    best = "allez_int8"
    fast = "allez_candidates" if find(figures, "many", "allez_candidates") else best
    many = speed("many", "pytorch", fast, 4)
    return [
        _least(
            "one sentence, greedy, one thread: PyTorch eager / Allez int8, all words",
            speed("one", "pytorch", "allez_int8", 1),
            5,
        ),
        _least(
            "the same / Allez int8, candidates",
            speed("one", "pytorch", "allez_candidates", 1),
            7,
            10,
        ),
        _least(
            "one sentence, greedy, one thread: CTranslate2 int8, OPUS-MT size / " + LABELS[best],
            speed("one", "opus", best, 1),
            12,
            20,
        ),
        _least(
            f"64 sentences, beam 4, one thread, {processor_class}: PyTorch eager / " + LABELS[fast],
            many,
            6 if processor_class in VNNI else 3,
        ),
        *(
            _most(
                f"decoder step at batch 64, {words} / its int8 products alone",
                ratio(find(figures, "step", key), find(figures, "products", key)),
                most,
            )
            for key, words, most in (
                ("allez_int8", "all words", 1.3),
                ("allez_candidates", "500 candidates", 1.6),
            )
        ),
        _most(
            "process start to first translation / `import onnxruntime`",
            ratio(find(figures, "start", best), find(figures, "start", "import")),
            1.6,
        ),
        *_memory(figures, best),
    ]


def _memory(figures: Sequence[Figure], best: str) -> list[Bar]:
    peak = find(figures, "memory", best, "bytes")
    names = ("peak memory, one sentence", "peak memory, by lines of the file")
    wanted = ("at most 150 MB", "flat: within 10 %")
    if peak is None:
        first = Bar(names[0], wanted[0], "", NOT_MEASURED)
    else:
        size = peak.median / 1e6
        first = Bar(names[0], wanted[0], f"{size:.0f} MB", "met" if size <= 150 else "missed")
    flat = sorted((f for f in figures if f.case == "flat"), key=lambda f: f.sentences)
    if len(flat) < 2:
        return [first, Bar(names[1], wanted[1], "", NOT_MEASURED)]
    sizes = [f.median / 1e6 for f in flat]
    listed = ", ".join(f"{f.sentences:,}: {s:.0f} MB" for f, s in zip(flat, sizes, strict=True))
    flat_enough = max(abs(size / sizes[0] - 1) for size in sizes) <= 0.1
    return [first, Bar(names[1], wanted[1], listed, "met" if flat_enough else "missed")]
