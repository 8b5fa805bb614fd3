"""How much of the work on many sentences is ONNX Runtime's, and how much Python's.

    python -m benchmarks.share [BUNDLE] [--sentences FILE] [--count 600]

One thread; greedy and beam 4, with and without candidates. Python's is what is left of the wall
clock when the graphs' runs are taken off: sentences, subwords, search, and handing over.
"""

from __future__ import annotations

import argparse
import functools
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from allez import Translator
from allez.model.decoder import Decoder
from allez.model.encoder import Encoder
from benchmarks import sentences

BEAMS = (1, 4)


class Clock:
    """Seconds spent inside the functions that it was put around."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that does the same, and is timed."""

        @functools.wraps(function)
        def timed(*arguments: Any, **options: Any) -> Any:
            begin = time.perf_counter()
            try:
                return function(*arguments, **options)
            finally:
                self.seconds += time.perf_counter() - begin

        return timed


def measure(translator: Translator, texts: Sequence[str], **options: Any) -> dict[str, float]:
    """Translate all texts; return the seconds of it all, and those of each graph."""
    clocks = {"encoder": Clock(), "decoder": Clock()}
    before = (Encoder.__call__, Decoder.run)
    Encoder.__call__ = clocks["encoder"].around(before[0])  # type: ignore[method-assign]
    Decoder.run = clocks["decoder"].around(before[1])  # type: ignore[method-assign]
    try:
        begin = time.perf_counter()
        for _ in translator.translate_batch(texts, **options):
            pass
        whole = time.perf_counter() - begin
    finally:
        Encoder.__call__, Decoder.run = before  # type: ignore[method-assign]
    return {"all": whole, **{name: clock.seconds for name, clock in clocks.items()}}


def main() -> int:
    """Print the table, and the exit code is 0."""
    parser = argparse.ArgumentParser(description="ONNX Runtime's share of the work, and Python's.")
    parser.add_argument("bundle", nargs="?", type=Path, help="default: the shipped one")
    parser.add_argument("--sentences", type=Path, help="one a line; default: generated ones")
    parser.add_argument("--count", type=int, default=600)
    options = parser.parse_args()
    read = sentences.read(options.sentences) if options.sentences else None
    texts = read[: options.count] if read else sentences.file_like(options.count)
    say = sys.stdout.write
    say("| beam | words | sentences/s | encoder | decoder | Python |\n")
    say("| ---: | --- | ---: | ---: | ---: | ---: |\n")
    with Translator(options.bundle, threads=1) as translator:
        for candidates in (True, False):
            measure(translator, texts[:64], shortlist=candidates)
        for beam in BEAMS:
            for candidates in (True, False):
                found = measure(translator, texts, beam_size=beam, shortlist=candidates)
                whole, parts = found["all"], (found["encoder"], found["decoder"])
                shares = " | ".join(f"{p / whole:.0%}" for p in (*parts, whole - sum(parts)))
                words = "candidates" if candidates else "all"
                say(f"| {beam} | {words} | {len(texts) / whole:.0f} | {shares} |\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
