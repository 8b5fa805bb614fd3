"""The cases that need a process of their own: start, memory, files, what is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks.cases import MAIN, Bench
from benchmarks.limit import CANDIDATES, measure
from benchmarks.measure import Figure, figure, interleaved, timed
from benchmarks.sentences import chunks, file_like, of_words
from benchmarks.systems import BATCH, Sample

ROOT = Path(__file__).parents[1]
SENTENCE = "Je ne sais pas si elle viendra demain avec ses deux enfants."
IMPORT = "import onnxruntime"
PACKAGES = {
    "allez": "allez",
    "pytorch": "torch",
    "plain_onnx": "onnxruntime",
    "opus": "ctranslate2",
}
"""The distribution that a user of each installs."""


def run(*arguments: str) -> str:
    """Run Python in a fresh process, in the checkout; return what it prints.

    Raises:
        RuntimeError: it failed.
    """
    environment = {**os.environ, "ORT_DISABLE_TELEMETRY": "1"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        last = (done.stderr.splitlines() or ["no message"])[-1]
        raise RuntimeError(f"{' '.join(arguments)[:80]} failed: {last}")
    return done.stdout


class Processes:
    """Measures with fresh processes and adds to the figures of a bench."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._settings = bench.settings
        self._best = bench.best
        self._limits: dict[str, list[dict[str, float]]] = {}

    @contextmanager
    def _saved(self, sample: Sample) -> Iterator[Path]:
        with tempfile.TemporaryDirectory() as folder:
            yield sample.save(Path(folder) / "sample.json")

    def _worker(self, key: str, threads: int, beam: int, sample: Path) -> dict[str, Any]:
        bundle = self._settings.folder / self._best
        folder = str(bundle if key == "command" else self._settings.folder)
        arguments = ("-m", "benchmarks.worker", key, folder, str(threads), str(beam), str(sample))
        result: dict[str, Any] = json.loads(run(*arguments))
        return result

    def start(self) -> None:
        """Process start to first translation, beside the import of ONNX Runtime alone."""
        print("start", file=sys.stderr)
        bundle = str(self._settings.folder / self._best)
        code = f"import allez; print(allez.Translator({bundle!r})({SENTENCE!r}))"
        actions: dict[str, Callable[[], list[float]]] = {
            "import": lambda: [timed(lambda: run("-c", IMPORT))],
            self._best: lambda: [timed(lambda: run("-c", code))],
        }
        with self._saved(self._bench.sample([SENTENCE])) as sample:
            for key in self._settings.systems(("plain_onnx", "pytorch", "opus")):
                actions[key] = lambda key=key: [  # type: ignore[misc]
                    timed(lambda: self._worker(key, 1, 4, sample))
                ]
            for action in actions.values():  # files into the page cache
                action()
            values = interleaved(actions, self._settings.pick(9, 2), rest=0.0)
        for key, found in values.items():
            self._add(figure(found, case="start", system=key, unit="s", beam=4))

    def limit(self) -> None:
        """One decoder step beside its integer products alone."""
        print("limit", file=sys.stderr)
        words = {"allez_int8": 0, "allez_candidates": CANDIDATES}
        for key in self._settings.systems(tuple(words)):
            for _ in range(self._settings.pick(3, 1)):
                place = self._settings.folder / key
                found = measure(place, BATCH, words[key], seconds=self._settings.pick(4, 1))
                self._limits.setdefault(key, []).append(found)
        for key, some in self._limits.items():
            for case in ("step", "products"):
                values = [found[f"{case}_ms"] / 1000 for found in some]
                self._add(figure(values, case=case, system=key, unit="s", threads=1, at=BATCH))

    def memory(self) -> None:
        """Peak memory for one sentence, and of `allez` for short and long files."""
        print("memory", file=sys.stderr)
        with self._saved(self._bench.sample([SENTENCE])) as sample:
            keys = self._settings.systems((self._best, "plain_onnx", "pytorch", "opus"))
            for key in keys:
                found = [
                    self._worker(key, 1, 4, sample)["peak"]
                    for _ in range(self._settings.pick(3, 1))
                ]
                self._peak("memory", key, found, threads=1, beam=4)
        counts = (100, 1000) if self._settings.quick else (1_000, 10_000, 100_000)
        texts = of_words(3, max(counts), seed=6)
        for count in counts:
            with _lines(texts[:count]) as path:
                found = [
                    self._worker("command", self._settings.threads[-1], 1, path)["peak"]
                    for _ in range(1 if count > 10_000 else 3)
                ]
            rest = {"threads": self._settings.threads[-1], "beam": 1, "sentences": count}
            self._peak("flat", "command", found, **rest)

    def _peak(self, case: str, key: str, found: list[int | None], **rest: int) -> None:
        known = [float(value) for value in found if value is not None]
        if known:  # Windows does not say
            self._add(figure(known, case=case, system=key, unit="bytes", **rest))

    def file(self) -> None:
        """A file with the lengths of real sentences: all of it, and a part for all systems."""
        settings = self._settings
        texts = list(settings.texts) or file_like(settings.pick(10_000, 128), seed=7)
        whole = self._bench.sample(texts)
        with _lines(texts) as path:
            for threads in settings.threads:
                for beam in (1, 4):
                    print(f"file: {threads} thread(s), beam {beam}", file=sys.stderr)
                    done = self._worker("command", threads, beam, path)
                    rest = {"threads": threads, "beam": beam, "sentences": len(texts)}
                    seconds = [done["seconds"]]
                    self._add(
                        figure(
                            seconds,
                            case="file",
                            system="command",
                            unit="s",
                            tokens=whole.tokens,
                            **rest,
                        )
                    )
                    self._peak("file", "command", [done["peak"]], **rest)
        groups = chunks(texts, whole.source, BATCH)
        step = max(1, len(groups) // settings.pick(4, 1))
        part = whole.some([i for group in groups[step // 2 :: step] for i in group])
        for threads in settings.threads:
            self._part(part, threads)

    def _part(self, part: Sample, threads: int) -> None:
        """Every so many groups of the file, of 64 sentences of about one length each."""
        print(f"part of the file: {threads} thread(s)", file=sys.stderr)
        peaks: dict[str, list[int | None]] = {}

        def action(key: str, path: Path) -> list[float]:
            done = self._worker(key, threads, 4, path)
            peaks.setdefault(key, []).append(done["peak"])
            return [done["seconds"]]

        rest = {"threads": threads, "beam": 4, "sentences": len(part.texts)}
        with self._saved(part) as path:
            actions: dict[str, Callable[[], list[float]]] = {
                key: lambda key=key: action(key, path)  # type: ignore[misc]
                for key in self._settings.systems(MAIN)
            }
            values = interleaved(actions, self._settings.pick(3, 1), rest=0.0)
        for key, found in values.items():
            self._add(figure(found, case="part", system=key, unit="s", tokens=part.tokens, **rest))
            self._peak("part", key, peaks[key], **rest)

    def installed(self) -> None:
        """What each brings along on disk: its packages with all they require, and the model."""
        models = {
            "allez": self._settings.folder / self._best,
            "pytorch": self._settings.folder / "pytorch",
            "plain_onnx": self._settings.folder / "plain_onnx",
            "opus": self._settings.folder.parent / "opus",
        }
        for key, name in PACKAGES.items():
            if not models[key].is_dir():
                continue
            extra = ("tokenizers",) if key in ("plain_onnx", "pytorch") else ()
            sizes = {package: size_of(package) for package in closure(name, *extra)}
            model = sum(f.stat().st_size for f in models[key].glob("*") if f.is_file())
            if key == "allez":
                sizes["allez"] = min(sizes["allez"], _own_code())  # its bundle counts as the model
            parts = {"packages": sum(sizes.values()), "model": model}
            if key == "pytorch":
                cuda = [n for n in sizes if n.startswith(("nvidia", "cuda", "triton"))]
                parts["packages without CUDA's own"] = parts["packages"] - sum(
                    sizes[n] for n in cuda
                )
            for case, value in parts.items():
                self._add(figure([float(value)], case=case, system=key, unit="bytes"))

    def _add(self, found: Figure) -> None:
        self._bench.figures.append(found)


@contextmanager
def _lines(texts: Sequence[str]) -> Iterator[Path]:
    """Yield a file of texts, one a line."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in.txt"
        path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
        yield path


def closure(*names: str) -> set[str]:
    """Return distributions and all that they require on this machine, extras left out."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    found: set[str] = set()
    waiting = [canonicalize_name(name) for name in names]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for line in metadata.requires(name) or ():
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(canonicalize_name(requirement.name))
    return found


def size_of(name: str) -> int:
    """Return the bytes of all files that a distribution installed."""
    total = 0
    for file in metadata.distribution(name).files or ():
        path = Path(str(file.locate()))
        if path.is_file():
            total += path.stat().st_size
    return total


def _own_code() -> int:
    """Return the bytes of the two packages' sources, as an editable install has them."""
    import allez
    import allez_export

    folders = [Path(str(package.__file__)).parent for package in (allez, allez_export)]
    return sum(f.stat().st_size for folder in folders for f in folder.rglob("*.py"))
