"""Measures the shipped bundle on this machine: latency, throughput, start, memory, size.

    make bench        or        python benchmarks/latency.py

Prints a Markdown table. Absolute times are this machine's; the ratios are what travels.
"""

from __future__ import annotations

import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from allez import Translator
from allez.session import environment

SENTENCES = [
    "Je ne sais pas si elle viendra demain avec ses deux enfants.",
    "Il fait très froid ce matin, mais le ciel est bleu.",
    "Nous avons acheté une petite maison près de la mer.",
    "Pourquoi est-ce que tu ne m'as pas téléphoné hier soir ?",
    "Le chat de ma voisine dort toujours sur la table.",
    "Elle travaille dans un hôpital depuis plus de dix ans.",
]
"""About ten words each."""

REPEATS = 15


def median(action: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the median of an action's wall times, in seconds, after two warm-up rounds."""
    times = []
    for index in range(repeats + 2):
        started = time.perf_counter()
        action()
        if index >= 2:
            times.append(time.perf_counter() - started)
    return statistics.median(times)


def process(code: str) -> Callable[[], object]:
    """Return an action that runs code in a fresh interpreter."""
    return lambda: subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def peak_megabytes(code: str) -> float:
    """Return the peak memory of a fresh interpreter that runs code."""
    report = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"], check=True, capture_output=True, text=True
    )
    divisor = 1024**2 if sys.platform == "darwin" else 1024  # bytes there, kilobytes elsewhere
    return int(done.stdout.split()[-1]) / divisor


def main() -> None:
    """Measure and print."""
    first = f"import allez; allez.Translator()({SENTENCES[0]!r})"
    rows: list[tuple[str, str]] = []
    with Translator(threads=1) as one, Translator() as all_cores:
        for name, beam in (("greedy", 1), ("beam 4", 4)):

            def singles(beam: int = beam) -> None:
                for sentence in SENTENCES:
                    one.translate(sentence, beam_size=beam)

            seconds = median(singles) / len(SENTENCES)
            rows.append((f"one sentence of ten words, {name}", f"{1000 * seconds:.1f} ms"))
        many = SENTENCES * 50
        for translator in (one, all_cores):
            seconds = median(lambda t=translator: list(t.translate_batch(many)), 5)  # type: ignore[misc]
            rows.append(
                (
                    f"{len(many)} sentences, beam 4, {translator.threads} thread(s)",
                    f"{len(many) / seconds:.0f} sentences/s",
                )
            )
        size = one.bundle.size
    start, imported = median(process(first), 7), median(process("import onnxruntime"), 7)
    rows += [
        ("process start to first translation", f"{start:.2f} s"),
        ("the same, against importing ONNX Runtime alone", f"{start / imported:.2f} times"),
        ("peak memory of that process", f"{peak_megabytes(first):.0f} MB"),
        ("bundle", f"{size / 1e6:.1f} MB"),
    ]
    print(
        f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}, "
        f"onnxruntime {environment()['onnxruntime']}; medians\n"
    )
    print("| measured | value |\n| --- | ---: |")
    for name, value in rows:
        print(f"| {name} | {value} |")


if __name__ == "__main__":
    main()
