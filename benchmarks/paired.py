"""Two wheels side by side: the same tokens, and what one takes of the other's time.

    python -m benchmarks.paired OLD.whl NEW.whl [--sentences FILE] [--models] [--quick]

A wheel of any commit comes from `git worktree add DIR COMMIT` and `pip wheel --no-deps DIR`. Both
run in this environment, which must hold what both need (the first ones: `tokenizers`), each with
the bundle within it, on one thread. In every round both do the same, one right after the other and
another one first each time; what is compared are medians of the ratios of the rounds, so a machine
that is busy with other things does little harm. Times are the processor's, but for the start.

With `--models` each has a model of its own within it, whose tokens are others: what is compared is
the time per token that is written, one sentence at a time, without facts and with them (made ones,
`allez_export.made.facts`; a symbol is one token).

Exits 1 if tokens differ, or something takes more than is promised (`BARS`, `MODEL_BARS`).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

BARS = {
    "one sentence, beam 4": 1.03,
    "one sentence, greedy": 1.03,
    "lines, beam 4": 1.05,
    "lines, greedy": 1.05,
    "start / import onnxruntime": 1.6,
    "start of the command / import onnxruntime": 1.6,
    "peak memory of one sentence, MB": 115,
}
"""The most of each: the new wheel's by the old one's, but for the last three."""

MODEL_BARS = {"per token, sentences without facts": 1.05, "per token, sentences with facts": 1.15}
"""The most of each, where models differ: the new wheel's by the old one's."""

SENTENCE = "Je ne sais pas si elle viendra demain avec ses deux enfants."
ONE = f"import allez; allez.Translator(threads=1)({SENTENCE!r})"
COMMAND = (
    f"import sys; sys.argv = ['allez', '--threads', '1', {SENTENCE!r}]\n"
    "from allez.cli.main import command; command()"
)
PEAK = (
    f"{ONE}\nprint([s for s in open('/proc/self/status') if s.startswith('VmHWM')][0].split()[1])"
)


def work() -> None:
    """Translate what is asked for on standard input, job by job; say how long each took."""
    from allez import Translator

    translator = Translator(threads=1)
    for line in sys.stdin:
        job = json.loads(line)
        started = time.process_time()
        if job["one"]:
            found = [translator.translate(text, beam_size=job["beam"]) for text in job["texts"]]
        else:
            found = list(translator.translate_batch(job["texts"], beam_size=job["beam"]))
        seconds = time.process_time() - started
        tokens = [[list(s.tokens) for s in translation.sentences] for translation in found]
        print(json.dumps({"seconds": seconds, "tokens": tokens}), flush=True)


class Wheel:
    """A wheel, unpacked: Python as if it was installed.

    Args:
        path: the file.
        folder: where it is unpacked to.
    """

    def __init__(self, path: Path, folder: Path) -> None:
        with zipfile.ZipFile(path) as wheel:
            wheel.extractall(folder)
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(folder),
            "ORT_DISABLE_TELEMETRY": "1",
            "PYTHONDONTWRITEBYTECODE": "",
        }

    def run(self, code: str) -> str:
        """Run Python code in a process of its own; return what it prints."""
        arguments = [sys.executable, "-c", code]
        done = subprocess.run(
            arguments, env=self._environment, check=True, capture_output=True, text=True
        )
        return done.stdout

    @contextmanager
    def working(self) -> Iterator[Callable[..., dict[str, Any]]]:
        """Yield what hands a job to a process that has loaded the model."""
        arguments = [sys.executable, str(Path(__file__).resolve()), "--work"]
        pipe = subprocess.PIPE
        with subprocess.Popen(
            arguments, env=self._environment, stdin=pipe, stdout=pipe, text=True
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            stdin, stdout = process.stdin, process.stdout

            def ask(texts: Sequence[str], beam: int, *, one: bool) -> dict[str, Any]:
                stdin.write(json.dumps({"texts": list(texts), "beam": beam, "one": one}) + "\n")
                stdin.flush()
                answer: dict[str, Any] = json.loads(stdout.readline())
                return answer

            yield ask


def ratios(
    wheels: Sequence[Wheel],
    texts: Sequence[str],
    beam: int,
    *,
    one: bool,
    size: int,
    per_token: bool = False,
) -> tuple[list[float], int]:
    """Return the ratios new : old of all rounds, and of how many texts the tokens differ.

    Args:
        wheels: old and new.
        texts: what is translated, `size` of them in a round.
        beam: 1 is greedy.
        one: one by one, not together.
        size: of a round.
        per_token: compare what a token takes, not a text.
    """
    found: list[float] = []
    others = 0
    with ExitStack() as stack:
        asked = [stack.enter_context(wheel.working()) for wheel in wheels]
        for ask in asked:
            ask(texts[:size], beam, one=one)
        for turn, start in enumerate(range(0, len(texts), size)):
            answers: list[dict[str, Any]] = [{}, {}]
            for index in (0, 1) if turn % 2 else (1, 0):
                answers[index] = asked[index](texts[start : start + size], beam, one=one)
            lengths = [_length(a) if per_token else 1 for a in answers]
            found.append(answers[1]["seconds"] / answers[0]["seconds"] * lengths[0] / lengths[1])
            pairs = zip(answers[0]["tokens"], answers[1]["tokens"], strict=True)
            others += sum(a != b for a, b in pairs)
    return found, others


def _length(answer: dict[str, Any]) -> int:
    """Return how many tokens an answer has."""
    return sum(len(sentence) for text in answer["tokens"] for sentence in text)


def compare_models(wheels: Sequence[Wheel], lines: Sequence[str], each: int) -> dict[str, float]:
    """Return the medians of what a token takes, for each of `MODEL_BARS`, and what a sentence does.

    Args:
        wheels: old and new.
        lines: sentences, of which those without figures and names are taken.
        each: how many sentences without facts, and how many with.
    """
    import numpy as np

    from allez_export.made.facts import KINDS, sentence

    generator = np.random.default_rng(23)
    plain = [line for line in lines if line[:1] + line[1:].lower() == line and line.isprintable()]
    plain = [line for line in plain if not any(map(str.isdigit, line))][:each]
    facts = [sentence(KINDS[index % len(KINDS)], generator)[0] for index in range(each)]
    medians = {}
    for name, texts in zip(MODEL_BARS, (plain, facts), strict=True):
        for per_token in (False, True):
            found, _ = ratios(wheels, texts, 4, one=True, size=5, per_token=per_token)
            medians[name if per_token else f"a sentence, {name[11:]}"] = statistics.median(found)
    return medians


def starts(wheel: Wheel, rounds: int) -> list[float]:
    """Return how long a start with one sentence takes, by the import of ONNX Runtime alone.

    Medians of as many rounds: from Python (`ONE`), and of the command.
    """

    def timed(code: str) -> float:
        started = time.perf_counter()
        wheel.run(code)
        return time.perf_counter() - started

    for code in (ONE, COMMAND, "import onnxruntime"):
        timed(code)  # byte code is written, files are read
    return [
        statistics.median(timed(code) / timed("import onnxruntime") for _ in range(rounds))
        for code in (ONE, COMMAND)
    ]


def main() -> int:
    """Compare; print a line for each promise."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--sentences", type=Path, help="one a line; else they are generated")
    parser.add_argument("--models", action="store_true", help="each has a model of its own")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    given = parser.parse_args()
    share = 10 if given.quick else 1
    from benchmarks.sentences import file_like, read  # not where only a wheel's own code runs

    lines = read(given.sentences) if given.sentences else file_like(10_000)
    lines = lines[: 10_000 // share]
    measured: dict[str, float] = {}
    others = 0
    with tempfile.TemporaryDirectory() as folder:
        wheels = [Wheel(given.old, Path(folder, "old")), Wheel(given.new, Path(folder, "new"))]
        if given.models:
            return _told(compare_models(wheels, lines, 1_000 // share), MODEL_BARS)
        for name, beam in (("beam 4", 4), ("greedy", 1)):
            for one in (True, False):
                texts = lines[: 2_000 // share] if one else lines
                found, differ = ratios(wheels, texts, beam, one=one, size=5 if one else 1_000)
                case = f"{'one sentence' if one else 'lines'}, {name}"
                measured[case] = statistics.median(found)
                others += differ
                print(f"{case}: {len(texts) - differ} of {len(texts)} the same tokens", flush=True)
        from_python, command = starts(wheels[1], 40 // share)
        measured["start / import onnxruntime"] = from_python
        measured["start of the command / import onnxruntime"] = command
        measured["peak memory of one sentence, MB"] = statistics.median(
            int(wheels[1].run(PEAK)) * 1024 / 1e6 for _ in range(5)
        )
    return int(others > 0) | _told(measured, BARS)


def _told(measured: dict[str, float], bars: dict[str, float]) -> int:
    """Print what was measured beside what is promised; return 1 if a promise is missed."""
    for name in measured.keys() - bars.keys():
        print(f"{name}: {measured[name]:.3f}")
    for name, most in bars.items():
        verdict = "kept" if measured[name] <= most else "missed"
        print(f"{name}: {measured[name]:.3f}, at most {most:g}: {verdict}")
    return int(any(measured[name] > most for name, most in bars.items()))


if __name__ == "__main__":
    if sys.argv[1:] == ["--work"]:
        work()
    else:
        sys.exit(main())
