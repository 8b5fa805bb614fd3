"""Damages bundles and invents texts by the thousand: correct answer or named error, nothing else.

    python -m support.fuzz --mutations 10000 --texts 100000 [--seed 1] [--keep FOLDER]

Damaged bundles are loaded in a process of their own with a memory limit, which is started again
after a crash or a hang. A crash of that process is one of ONNX Runtime, since nothing else there
works on raw memory: it is counted and shown, with what caused it kept in FOLDER. Exit code 1: an
error without a name, a hang, or an answer out of proportion.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import json
import random
import selectors
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from allez import Translation, Translator
from allez.bundle.contract import OPERATORS
from support import hostile, mutations

HERE = Path(__file__).parent
TINY = HERE.parents[1] / "spec" / "bundles" / "tiny_shortlist"

HANG = 300.0
"""Seconds after which a load and five short translations count as a hang."""

TEXT_BATCH = 1000


@dataclass
class Outcome:
    """What came of many damaged bundles."""

    counts: Counter[str] = field(default_factory=Counter)
    crashes: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


class Worker:
    """`fuzz_worker.py` in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = open(folder.parent / "log", "w+", encoding="utf-8")  # noqa: SIM115
        self._process: subprocess.Popen[str] | None = None
        self.expected: list[str] = []
        """Answers of the sound bundle."""

    def _start(self) -> subprocess.Popen[str]:
        shutil.rmtree(self._folder, ignore_errors=True)
        shutil.copytree(TINY, self._folder)
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "fuzz_worker.py"), str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            encoding="utf-8",
        )
        self.expected = self._answer()["answers"]
        return self._process

    def _answer(self) -> dict[str, Any]:
        """Return what the process says next; `hang` or `crash` if it says nothing."""
        process = self._process
        assert process is not None
        assert process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            ready = selector.select(HANG)
        line = process.stdout.readline() if ready else ""
        if line:
            outcome: dict[str, Any] = json.loads(line)
            return outcome
        if not ready:
            process.kill()
        code = self._end(process)
        if not ready:
            return {"hang": HANG}
        self._log.seek(0)
        return {"crash": code, "said": self._log.read()[-500:]}

    def attempt(self, role: str, data: bytes) -> dict[str, Any]:
        """Load the bundle with other bytes for one role."""
        process = self._process or self._start()
        assert process.stdin is not None
        job = {"role": role, "data": base64.b64encode(data).decode()}
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
        return self._answer()

    def _end(self, process: subprocess.Popen[str]) -> int:
        """Let the process come to its end; return its exit code."""
        self._process = None
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            with contextlib.suppress(BrokenPipeError):  # it had not read all
                stream.close()
        return process.wait()

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._end(self._process)
        self._log.close()


def fuzz_bundles(count: int, seed: int, *, keep: Path | None = None) -> Outcome:
    """Load that many damaged bundles."""
    generator = random.Random(seed)
    outcome = Outcome()
    files = {"manifest": (TINY / "manifest.json").read_bytes()}
    for role, entry in json.loads(files["manifest"])["files"].items():
        files[role] = (TINY / entry["name"]).read_bytes()
    operators = sorted(name for _, name in OPERATORS)
    with tempfile.TemporaryDirectory() as folder:
        worker = Worker(Path(folder) / "bundle")
        for number in range(count):
            role, data = mutations.mutate(generator, files, operators)
            result = worker.attempt(role, data)
            kind = kind_of(result, worker.expected)
            outcome.counts[kind] += 1
            outcome.counts[role] += 1
            if kind in ("crash", "hang", "unnamed"):
                text = f"seed {seed}, mutation {number}, {role}: {json.dumps(result)}"
                (outcome.crashes if kind == "crash" else outcome.failures).append(text)
                if keep is not None:
                    keep.mkdir(parents=True, exist_ok=True)
                    (keep / f"{kind}-{seed}-{number}-{role}").write_bytes(data)
        worker.close()
    return outcome


def kind_of(result: dict[str, Any], expected: list[str]) -> str:
    """Name what came of one bundle."""
    if "answers" in result:
        return "same answers" if result["answers"] == expected else "other answers"
    if "error" in result:
        error = result["error"]
        reached = error == "SessionError" or "a first step" in result["message"]
        return f"{error}{', from ONNX Runtime' if reached else ''}"
    return next(kind for kind in ("crash", "hang", "unnamed") if kind in result)


def fuzz_texts(count: int, seed: int) -> Iterator[tuple[int, list[str]]]:
    """Translate that many hostile texts; yield how many were, and what was wrong with some."""
    texts = hostile.texts(seed, count)
    with Translator(TINY) as translator:
        done = 0
        while batch := [text for _, text in zip(range(TEXT_BATCH), texts, strict=False)]:
            # One batch in ten as a user would have it; the others are cut, to be many.
            length = None if (done // TEXT_BATCH) % 10 == 0 else 6
            results = list(translator.translate_batch(batch, beam_size=1, max_length=length))
            problems = [f"{len(batch)} texts, {len(results)} answers"] * (
                len(results) != len(batch)
            )
            for text, result in zip(batch, results, strict=False):
                if result.source != text or (problem := out_of_proportion(result)):
                    problems.append(f"{text!r}: {problem}")
            done += len(batch)
            yield done, problems


def out_of_proportion(result: Translation) -> str:
    """Return what is wrong with an answer; "" if nothing is."""
    size = len(result.source)
    tokens = sum(len(sentence.source_tokens) for sentence in result.sentences)
    if tokens > 12 * size + 2 * len(result.sentences):
        return f"{tokens} tokens"
    limits = [int(1.8 * len(s.source_tokens)) + 10 for s in result.sentences]
    if any(len(s.tokens) > n for s, n in zip(result.sentences, limits, strict=True)):
        return "longer than the limit"
    if len(result.text) > size + sum(7 * limit for limit in limits):
        return f"{len(result.text)} characters"
    return ""


def main() -> int:
    """Run what the arguments ask for and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutations", type=int, default=10_000)
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="put what crashes there")
    args = parser.parse_args()
    failures: list[str] = []
    started = time.monotonic()
    if args.mutations:
        outcome = fuzz_bundles(args.mutations, args.seed, keep=args.keep)
        seconds = time.monotonic() - started
        print(f"{args.mutations:,} damaged bundles in {seconds:.0f} s, seed {args.seed}")
        for kind, count in sorted(outcome.counts.items(), key=lambda item: -item[1]):
            print(f"  {count:7,}  {kind}")
        for text in [*outcome.crashes, *outcome.failures]:
            print(f"  {text}")
        failures += outcome.failures
    started, texts = time.monotonic(), 0
    for done, problems in fuzz_texts(args.texts, args.seed):
        texts = done
        failures += problems
        for problem in problems:
            print(f"  {problem}")
    print(f"{texts:,} texts in {time.monotonic() - started:.0f} s, {len(failures)} failures in all")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
