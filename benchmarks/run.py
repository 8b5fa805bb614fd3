"""Measures everything and writes results.md, results.json and the plots.

    python -m benchmarks.run [--quick] [--bundle FOLDER] [--sentences FILE] [--out FOLDER]

`make bench` runs it in an environment of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

from allez.bundle.reader import find
from benchmarks import machine, plots, report
from benchmarks.cases import Bench, Settings
from benchmarks.prepare import prepare
from benchmarks.processes import ROOT, Processes
from benchmarks.sentences import read

HERE = Path(__file__).parent


def arguments(line: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    add = parser.add_argument
    add("--quick", action="store_true", help="a minute or two, to try it out")
    add("--bundle", metavar="FOLDER", type=Path, help="default: the shipped one")
    add("--sentences", metavar="FILE", type=Path, help="French lines in place of generated ones")
    add("--out", metavar="FOLDER", type=Path, default=HERE, help="default: benchmarks/")
    add("--work", metavar="FOLDER", type=Path, default=ROOT / "build" / "benchmarks")
    add("--threads", metavar="N", type=int, nargs="+", default=[1, 2], help="default: 1 2")
    return parser.parse_args(line)


def main(line: list[str] | None = None) -> int:
    """Measure and write."""
    args = arguments(line)
    started = time.monotonic()
    described = machine.describe()  # before this run loads the machine itself
    cores = os.cpu_count() or 1
    bundle = (args.bundle or find()).resolve()
    folder = prepare(bundle, args.work.resolve())
    settings = Settings(
        folder=folder,
        threads=tuple(n for n in args.threads if n <= cores) or (1,),
        quick=args.quick,
        texts=tuple(read(args.sentences)) if args.sentences else (),
    )
    bench = Bench(settings)
    processes = Processes(bench)
    bench.check()
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))

    def write(place: Path) -> report.Results:
        """Write what has been measured by now."""
        results = report.Results(
            machine=described,
            versions=machine.versions(),
            bundle={
                "name": manifest["name"],
                "version": manifest["version"],
                "candidates": "listed" if "shortlist" in manifest["files"] else "none",
            },
            quick=args.quick,
            minutes=(time.monotonic() - started) / 60,
            same=bench.same,
            figures=bench.figures,
        )
        place.mkdir(parents=True, exist_ok=True)
        report.write(results, place)
        return results

    for case in (
        processes.start,
        processes.limit,
        bench.one,
        bench.many,
        bench.lengths,
        bench.batches,
        processes.memory,
        processes.file,
        processes.installed,
    ):
        case()
        write(args.work / "unfinished")  # what a run that is stopped has come to
    results = write(args.out)
    plots.latency(results.figures, args.out / "latency.svg")
    plots.throughput(results.figures, args.out / "throughput.svg")
    for bar in results.bars:
        print(f"{bar.verdict:12} {bar.name}: {bar.measured} ({bar.wanted})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
