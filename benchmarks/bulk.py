"""What one machine does in bulk: threads of one process, processes, Ray, Spark.

    python -m benchmarks.bulk [--model BUNDLE] [--count 10000] [--rounds 3] [--engines ray spark]

Whole commands, from start to end, one after the other in every round. `long` is what further lines
cost: twice as many, less the time of the first run; that leaves out starting engines and loading.
Let nothing else run meanwhile.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.sentences import file_like


def commands(engines: list[str]) -> dict[str, list[str]]:
    """Return the commands by name, less input, output and model."""
    found = {f"translate, {n} thread(s)": ["translate", "--threads", str(n)] for n in (1, 2)}
    for workers in (1, 2, 4):
        found[f"bulk, {workers} process(es)"] = ["bulk", "--workers", str(workers)]
    for engine in engines:
        if engine != "processes":
            found[f"bulk, {engine}, 2 workers"] = ["bulk", "--workers", "2", "--engine", engine]
    return found


def seconds(command: list[str], lines: Path, model: str) -> float:
    """Run a command once; return how long it took."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "out"
        rest = ["-i", str(lines)] if command[0] == "translate" else [str(lines)]
        if command[0] == "bulk":
            rest += ["--part-bytes", "60000"]
        started = time.perf_counter()
        rest += ["-o", str(place), "--model", model, "-q"]
        subprocess.run([sys.executable, "-m", "allez", *command, *rest], check=True)
        return time.perf_counter() - started


def main() -> None:
    """Measure, and print a table for Markdown."""
    parser = argparse.ArgumentParser(description="time threads, processes, Ray and Spark")
    parser.add_argument("--model", default="fr-en")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engines", nargs="+", default=["processes", "ray", "spark"])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        once, twice = Path(folder) / "once.txt", Path(folder) / "twice.txt"
        lines = file_like(2 * arguments.count, seed=7)
        once.write_text("\n".join(lines[: arguments.count]) + "\n", encoding="utf-8")
        twice.write_text("\n".join(lines) + "\n", encoding="utf-8")
        kinds = commands(arguments.engines)
        took: dict[str, list[tuple[float, float]]] = {name: [] for name in kinds}
        for _ in range(arguments.rounds):
            for name, command in kinds.items():
                first = seconds(command, once, arguments.model)
                took[name].append((first, seconds(command, twice, arguments.model) - first))
    print(f"| {arguments.count:,} sentences | from start to end | sentences a second, long |")
    print("| --- | ---: | ---: |")
    for name, values in took.items():
        whole, long = (statistics.median(column) for column in zip(*values, strict=True))
        print(f"| {name} | {whole:.1f} s | {arguments.count / long:,.0f} |")


if __name__ == "__main__":
    main()
