"""One system in a process of its own, for what only a fresh process can tell.

    python -m benchmarks.worker SYSTEM FOLDER THREADS BEAM SAMPLE.json

Prints one JSON object: seconds for the sample, without loading, and the peak memory of the process.
SYSTEM may be `command`: then `allez translate` translates the sample as a file with FOLDER as its
bundle.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.measure import peak_bytes, timed
from benchmarks.systems import Sample, load


def main(arguments: list[str]) -> int:
    """Translate the sample once."""
    key, folder, threads, beam, path = arguments
    sample = Sample.load(Path(path))
    if key == "command":
        seconds = _command(Path(folder), int(threads), int(beam), sample)
    else:
        run = load(key, Path(folder), int(threads), many=len(sample.texts) > 1)
        seconds = timed(_bound(run, sample, int(beam)))
    print(json.dumps({"seconds": seconds, "peak": peak_bytes()}))
    return 0


def _bound(run: Callable[[Sample, int], object], sample: Sample, beam: int) -> Callable[[], object]:
    return lambda: run(sample, beam)


def _command(bundle: Path, threads: int, beam: int, sample: Sample) -> float:
    from allez.cli import main as allez

    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.txt", Path(folder) / "out.txt"
        source.write_text("".join(f"{text}\n" for text in sample.texts), encoding="utf-8")
        count = len(sample.texts)
        sample.texts.clear()  # what is measured reads the file
        line = ["translate", "--model", str(bundle), "-i", str(source), "-o", str(target)]
        line += ["--threads", str(threads), "--beam-size", str(beam)]
        codes: list[int] = []
        seconds = timed(lambda: codes.append(allez(line)))
        if codes != [0]:
            raise RuntimeError(f"allez ended with {codes[0]}")
        lines = target.read_text(encoding="utf-8").count("\n")
        if lines != count:
            raise RuntimeError(f"allez wrote {lines} of {count} lines")
    return seconds


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
