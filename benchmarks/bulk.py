"""What one machine does in bulk: threads of one process, processes, Ray, Spark.

    python -m benchmarks.bulk [--model BUNDLE] [--count 10000] [--rounds 3] [--engines ray spark]

`--count 2000 --rounds 1` takes some four minutes on two cores. Ray and Spark are those of
`requirements/bulk.txt`.

Whole commands, from start to end, one after the other in every round. `long` is what further lines
cost: twice as many, less the time of the first run; that leaves out starting engines and loading.
`CPU` is what all processors of the machine worked meanwhile (Linux: Ray's processes are nobody's
children), for a whole command and for the further lines. Let nothing else run.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.machine import where
from benchmarks.sentences import file_like

PARTS = 12
"""Parts of an input: so many that workers end at about the same time."""


class Took(NamedTuple):
    """What a command took, in seconds."""

    wall: float
    cpu: float


def busy() -> float:
    """Return the seconds that all processors of this machine have worked, for whomever."""
    with open("/proc/stat", encoding="ascii") as stream:
        user, nice, system, _, _, *interrupts = map(int, stream.readline().split()[1:8])
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


def commands(engines: list[str]) -> dict[str, list[str]]:
    """Return the commands by name, less input, output and model."""
    found = {f"translate, {n} thread(s)": ["translate", "--threads", str(n)] for n in (1, 2)}
    for workers in (1, 2, 4):
        found[f"bulk, {workers} process(es)"] = ["bulk", "--workers", str(workers)]
    for engine in engines:
        found[f"bulk, {engine}, 2 workers"] = ["bulk", "--workers", "2", "--engine", engine]
    return found


def run(command: list[str], lines: Path, model: str) -> Took:
    """Run a command once."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "out"
        rest = ["-i", str(lines)] if command[0] == "translate" else [str(lines)]
        if command[0] == "bulk":
            rest += ["--part-bytes", str(lines.stat().st_size // PARTS)]
        rest += ["-o", str(place), "--model", model, "-q"]
        before, started = busy(), time.perf_counter()
        subprocess.run([sys.executable, "-m", "allez", *command, *rest], check=True)
        return Took(time.perf_counter() - started, busy() - before)


def main() -> None:
    """Measure, and print a table for Markdown."""
    parser = argparse.ArgumentParser(description="time threads, processes, Ray and Spark")
    parser.add_argument("--model", default="fr-en")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engines", nargs="*", default=["ray", "spark"])
    arguments = parser.parse_args()
    about = where()
    with tempfile.TemporaryDirectory() as folder:
        once, twice = Path(folder) / "once.txt", Path(folder) / "twice.txt"
        lines = file_like(2 * arguments.count, seed=7)
        once.write_text("\n".join(lines[: arguments.count]) + "\n", encoding="utf-8")
        twice.write_text("\n".join(lines) + "\n", encoding="utf-8")
        kinds = commands(arguments.engines)
        took: dict[str, list[tuple[float, float, float, float]]] = {name: [] for name in kinds}
        for _ in range(arguments.rounds):
            for name, command in kinds.items():
                first = run(command, once, arguments.model)
                second = run(command, twice, arguments.model)
                long = Took(second.wall - first.wall, second.cpu - first.cpu)
                took[name].append((*first, *long))
                print(f"{name}: {first}, {second}", file=sys.stderr, flush=True)
    print(f"{about}\n")
    print(
        f"| {arguments.count:,} sentences | start to end | CPU | sentences a second, long "
        "| CPU of one, long |"
    )
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, values in took.items():
        whole, all_cpu, long_wall, cpu = map(statistics.median, zip(*values, strict=True))
        rate, each = arguments.count / long_wall, cpu / arguments.count * 1e3
        print(f"| {name} | {whole:.1f} s | {all_cpu:.1f} s | {rate:,.0f} | {each:.1f} ms |")


if __name__ == "__main__":
    main()
