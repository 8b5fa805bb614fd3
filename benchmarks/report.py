"""The figures of one run as `results.md` and `results.json`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.bars import NOT_MEASURED, Bar, bars, find
from benchmarks.measure import Figure
from benchmarks.systems import LABELS

NAMES = {
    **LABELS,
    "import": "`import onnxruntime` alone",
    "command": "`allez translate`, as shipped",
    "allez": "Allez",
}


@dataclass(frozen=True)
class Results:
    """One run."""

    machine: Mapping[str, str]
    versions: Mapping[str, str]
    bundle: Mapping[str, str]
    quick: bool
    minutes: float
    same: Mapping[str, tuple[int, int]]
    figures: Sequence[Figure]

    @property
    def bars(self) -> list[Bar]:
        """What is promised, and what came of it."""
        return bars(self.figures, self.machine["class"])

    def to_json(self) -> str:
        """Return everything, for programs."""
        content = {
            "machine": dict(self.machine),
            "versions": dict(self.versions),
            "bundle": dict(self.bundle),
            "quick": self.quick,
            "minutes": round(self.minutes, 1),
            "same_translations": {key: list(pair) for key, pair in self.same.items()},
            "bars": [asdict(bar) for bar in self.bars],
            "figures": [figure.to_json() for figure in self.figures],
        }
        return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def write(results: Results, folder: Path) -> None:
    """Write `results.md` and `results.json`."""
    (folder / "results.json").write_text(results.to_json(), encoding="utf-8")
    (folder / "results.md").write_text(markdown(results), encoding="utf-8")


def markdown(results: Results) -> str:
    """Return the whole page."""
    parts = [
        _head(results),
        "## What is promised",
        _table(
            ("ratio of medians", "wanted", "measured", "verdict"),
            [(b.name, b.wanted, b.measured, b.verdict) for b in results.bars],
        ),
        _same(results),
        _one(results.figures),
        _many(results.figures),
        _file(results.figures),
        _series(results.figures, "length"),
        _series(results.figures, "batch"),
        _processes(results.figures),
        _limit(results.figures),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(results: Results) -> str:
    machine, bundle = results.machine, results.bundle
    lines = [
        "# Results",
        "",
        "Written by `make bench`; [README.md](README.md) says what is measured and how.",
        "",
        f"- {machine['processor']}, {machine['class']}, {machine['cores']} cores, "
        f"{machine['system']}; load before the run: {machine['load']}",
        "- " + ", ".join(f"{name} {version}" for name, version in results.versions.items()),
        f"- bundle {bundle['name']} {bundle['version']}, candidates: {bundle['candidates']}",
        f"- {results.minutes:.0f} minutes",
    ]
    if results.quick:
        lines.append("- a quick run, to try it out: too few repetitions to quote")
    return "\n".join(lines)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"| --- |{' ---: |' * (len(head) - 1)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines)


def _same(results: Results) -> str:
    if not results.same:
        return ""
    pairs = [
        f"{NAMES[key]}: {alike} of {count}"
        for key, (alike, count) in results.same.items()
        if key != "allez_fp32"
    ]
    return (
        "The systems with the bundle's weights translate the same sentences before they are timed, "
        "greedy and with beam 4. The same text as Allez fp32 had " + "; ".join(pairs) + "."
    )


def _settings(figures: Sequence[Figure], case: str) -> list[tuple[int, int]]:
    """Return the numbers of threads and beams of a case, in order."""
    return sorted({(f.threads, f.beam) for f in figures if f.case == case and f.unit == "s"})


def _keys(figures: Sequence[Figure], case: str) -> list[str]:
    present = {f.system for f in figures if f.case == case}
    return [key for key in NAMES if key in present]


def _grid(figures: Sequence[Figure], case: str, cell: str) -> str:
    """Return a table of systems by threads and beams."""
    settings = _settings(figures, case)
    head = ["system"]
    for threads, beam in settings:
        search = "greedy" if beam == 1 else f"beam {beam}"
        head.append(f"{search}, {threads} thread{'s' if threads > 1 else ''}")
    rows = []
    for key in LABELS:
        row = [NAMES[key]]
        for threads, beam in settings:
            found = find(figures, case, key, threads=threads, beam=beam)
            row.append(NOT_MEASURED if found is None else _cell(found, cell))
        rows.append(row)
    return _table(head, rows)


def _cell(found: Figure, kind: str) -> str:
    if kind == "latency":
        return f"{_ms(found.median)} ({_ms(found.low)}-{_ms(found.high)}), p95 {_ms(found.p95)} ms"
    amount = found.sentences if kind == "sentences" else found.tokens
    fast, slow = amount / found.low, amount / found.high
    spread = f" ({slow:,.0f}-{fast:,.0f})" if found.count > 1 else ""
    return f"{amount / found.median:,.0f}{spread}"


def _ms(seconds: float) -> str:
    value = 1000 * seconds
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"


def _one(figures: Sequence[Figure]) -> str:
    if not _keys(figures, "one"):
        return ""
    return "## One sentence of ten words\n\nMedian (quartiles) and 95th percentile.\n\n" + _grid(
        figures, "one", "latency"
    )


def _many(figures: Sequence[Figure]) -> str:
    if not _keys(figures, "many"):
        return ""
    return "## 64 sentences\n\nSentences a second, median (quartiles).\n\n" + _grid(
        figures, "many", "sentences"
    )


def _file(figures: Sequence[Figure]) -> str:
    wholes = [f for f in figures if f.case == "file" and f.unit == "s"]
    if not wholes:
        return ""
    rows = []
    for found in wholes:
        fields = {"threads": found.threads, "beam": found.beam}
        peak = find(figures, "file", found.system, "bytes", **fields)
        rows.append(
            (
                f"{NAMES[found.system]}, {'greedy' if found.beam == 1 else f'beam {found.beam}'}, "
                f"{found.threads} thread{'s' if found.threads > 1 else ''}",
                _cell(found, "tokens"),
                _cell(found, "sentences"),
                _mb(peak),
            )
        )
    text = f"## A file of {wholes[0].sentences:,} sentences\n\nLoading included.\n\n" + _table(
        ("system", "tokens/s", "sentences/s", "peak memory"), rows
    )
    parts = [f for f in figures if f.case == "part" and f.unit == "s"]
    if parts:
        rows = []
        for found in sorted(parts, key=lambda f: f.threads):
            peak = find(figures, "part", found.system, "bytes", threads=found.threads)
            name = f"{NAMES[found.system]}, {found.threads} thread{'s' * (found.threads > 1)}"
            rows.append((name, _cell(found, "tokens"), _cell(found, "sentences"), _mb(peak)))
        text += (
            f"\n\n{parts[0].sentences} of these sentences, in groups of up to 64 of about the same "
            "length; each system in a process of its own, loading not counted; beam 4.\n\n"
            + _table(("system", "tokens/s", "sentences/s", "peak memory"), rows)
        )
    return text


def _mb(found: Figure | None) -> str:
    return "" if found is None else f"{found.median / 1e6:,.0f} MB"


def _series(figures: Sequence[Figure], case: str) -> str:
    found = [f for f in figures if f.case == case]
    if not found:
        return ""
    points = sorted({f.at for f in found})
    rows = []
    for key in _keys(figures, case):
        values = [find(figures, case, key, at=at) for at in points]
        cells = [
            "" if v is None else _ms(v.median) if case == "length" else _cell(v, "sentences")
            for v in values
        ]
        rows.append((NAMES[key], *cells))
    if case == "length":
        title = "## Latency against source length\n\nMilliseconds, greedy, one thread; by words."
        image = "![latency against source length](latency.svg)"
    else:
        title = (
            "## Throughput against batch size\n\n"
            "Sentences a second, beam 4, one thread; by sentences handed over at once."
        )
        image = "![throughput against batch size](throughput.svg)"
    return f"{title}\n\n{image}\n\n" + _table(("system", *map(str, points)), rows)


def _processes(figures: Sequence[Figure]) -> str:
    starts = [f for f in figures if f.case == "start"]
    text = ""
    if starts:
        rows = [(NAMES[f.system], f"{f.median:.2f} s ({f.low:.2f}-{f.high:.2f})") for f in starts]
        text = "## Process start to first translation\n\nBeam 4.\n\n" + _table(
            ("process", "median (quartiles)"), rows
        )
    peaks = [f for f in figures if f.case == "memory"]
    if peaks:
        text += "\n\n## Peak memory, one sentence\n\n" + _table(
            ("process", "peak"), [(NAMES[f.system], _mb(f)) for f in peaks]
        )
    sizes = [f for f in figures if f.case == "packages"]
    if sizes:
        cases = ("packages", "packages without CUDA's own", "model")
        installed = [
            (NAMES[f.system], *(_mb(find(figures, case, f.system, "bytes")) for case in cases))
            for f in sizes
        ]
        text += "\n\n## Installed size\n\n" + _table(("system", *cases), installed)
    return text.strip()


def _limit(figures: Sequence[Figure]) -> str:
    steps = [f for f in figures if f.case == "step"]
    if not steps:
        return ""
    rows = []
    for found in steps:
        alone = find(figures, "products", found.system, at=found.at)
        if alone is not None:
            ratio = f"{found.median / alone.median:.2f}"
            name = f"{NAMES[found.system]}, {found.at} rows"
            rows.append((name, f"{_ms(found.median)} ms", f"{_ms(alone.median)} ms", ratio))
    return "## The limit\n\n" + _table(
        ("one decoder step", "step", "its int8 products alone", "ratio"), rows
    )
