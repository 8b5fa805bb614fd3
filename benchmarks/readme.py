"""The figures of the README's table that a machine decides, in a minute or two.

    python -m benchmarks.readme [--model BUNDLE] [--rounds N]

Prints what a sentence of ten words takes, greedy and with beam 4, on one thread; what the command
takes from the start of its process to its end with a sentence translated, beside the import of ONNX
Runtime alone; the most memory it has held; and the size of the bundle. Medians, wall clock, and the
processor's time beside it, which says how much else was going on. Let nothing else run meanwhile.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from benchmarks.sentences import of_words

STARTED = "Il pleut."
COMMAND = "from allez.cli.main import command; command()"
WORDS, SENTENCES = 10, 16


class Cost(NamedTuple):
    """What something took."""

    seconds: float
    processor: float
    """Seconds of all threads together."""
    peak: int = 0
    """Bytes, of a process."""


def process(*arguments: str) -> Cost:
    """Run Python in a process of its own.

    Raises:
        RuntimeError: it failed.
    """
    environment = {**os.environ, "ORT_DISABLE_TELEMETRY": "1", "PYTHONDONTWRITEBYTECODE": ""}
    started = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, *arguments], env=environment, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{' '.join(arguments)[:80]} ended with {child.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * unit)


def here(action: Callable[[], object]) -> Cost:
    """Do something in this process."""
    started, worked = time.perf_counter(), time.process_time()
    action()
    return Cost(time.perf_counter() - started, time.process_time() - worked)


def medians(costs: Sequence[Cost]) -> Cost:
    """Return the median of each."""
    seconds, processor, peak = (statistics.median(each) for each in zip(*costs, strict=True))
    return Cost(seconds, processor, int(peak))


def starts(model: Sequence[str], rounds: int) -> tuple[Cost, Cost, float]:
    """Return what the command costs, what the import costs, and the median of their ratios.

    Nothing large is loaded here before: a child would count its parent's memory as its own.
    """
    command = ("-c", COMMAND, "--threads", "1", *model, STARTED)
    alone = ("-c", "import onnxruntime")
    for arguments in (command, alone):
        process(*arguments)  # byte code is written, files are read
    pairs = [(process(*command), process(*alone)) for _ in range(rounds)]
    ours, theirs = zip(*pairs, strict=True)
    ratio = statistics.median(a.seconds / b.seconds for a, b in pairs)
    return medians(ours), medians(theirs), ratio


def sentences(model: str | None, rounds: int) -> tuple[int, dict[int, Cost]]:
    """Return the bytes of the bundle, and what one sentence costs by the size of the beam."""
    from allez import Translator

    texts = of_words(WORDS, SENTENCES)
    with Translator(model, threads=1) as translator:
        found: dict[int, list[Cost]] = {1: [], 4: []}
        for turn in range(rounds + 1):  # the first one warms up
            for beam, costs in found.items():
                for text in texts:
                    cost = here(partial(translator.translate, text, beam_size=beam))
                    if turn:
                        costs.append(cost)
        return translator.bundle.size, {beam: medians(costs) for beam, costs in found.items()}


def main(argv: Sequence[str] | None = None) -> int:
    """Measure; print a line for each figure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", help="a bundle; else the shipped one")
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args(argv)
    model = ["--model", given.model] if given.model else []
    ours, alone, ratio = starts(model, given.rounds)
    size, by_beam = sentences(given.model, given.rounds)
    print(f"bundle, all files: {size / 1e6:.1f} MB")
    for beam, cost in by_beam.items():
        name = "greedy" if beam == 1 else f"beam {beam}"
        print(
            f"a sentence of {WORDS} words, one thread, {name}: {1000 * cost.seconds:.1f} ms"
            f" (processor: {1000 * cost.processor:.1f})"
        )
    for name, cost in ((f'allez "{STARTED}"', ours), ("import onnxruntime", alone)):
        print(
            f"{name}: {cost.seconds:.2f} s (processor: {cost.processor:.2f}),"
            f" {cost.peak / 1e6:.0f} MB"
        )
    print(f"start / import onnxruntime: {ratio:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
