"""One system in a process of its own, for what only a fresh process can tell.

    python -m benchmarks.worker SYSTEM FOLDER THREADS BEAM SAMPLE.json
    python -m benchmarks.worker command BUNDLE THREADS BEAM LINES.txt

Prints one JSON object: seconds for the sample, without loading, and the peak memory of the process.
With `command` it is `allez translate` that works, on a file of which nothing else is in memory.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.measure import peak_bytes, timed
from benchmarks.systems import Sample, load


def main(arguments: list[str]) -> int:
    """Translate the sample once."""
    key, folder, threads, beam, path = arguments
    if key == "command":
        done = _command(folder, threads, beam, path)
    else:
        sample = Sample.load(Path(path))
        run = load(key, Path(folder), int(threads), many=len(sample.texts) > 1)
        done = {"seconds": timed(_bound(run, sample, int(beam))), "peak": peak_bytes()}
    print(json.dumps(done))
    return 0


def _bound(run: Callable[[Sample, int], object], sample: Sample, beam: int) -> Callable[[], object]:
    return lambda: run(sample, beam)


def _command(bundle: str, threads: str, beam: str, source: str) -> dict[str, Any]:
    from allez.cli.main import main as allez

    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "out.txt"
        line = ["translate", "--model", bundle, "-i", source, "-o", str(target)]
        line += ["--threads", threads, "--beam-size", beam]
        codes: list[int] = []
        seconds = timed(lambda: codes.append(allez(line)))
        done = {"seconds": seconds, "peak": peak_bytes()}
        if codes != [0]:
            raise RuntimeError(f"allez ended with {codes[0]}")
        wanted, lines = _lines(Path(source)), _lines(target)
        if lines != wanted:
            raise RuntimeError(f"allez wrote {lines} of {wanted} lines")
    return done


def _lines(path: Path) -> int:
    with open(path, "rb") as stream:
        return sum(1 for _ in stream)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
