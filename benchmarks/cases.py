"""The cases that run in this process: one sentence, many, lengths, batches.

A system is loaded once per number of threads and case; each is warmed up, then all are interleaved.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from allez.bundle.reader import Bundle
from allez.search.constraints import most_repeats
from allez.text.tokenizer import Tokenizer
from benchmarks.measure import REST, Figure, figure, interleaved, timed
from benchmarks.sentences import file_like, of_words
from benchmarks.systems import LABELS, Run, Sample, available, load

WORDS = 10
"""Of the sentences whose latency is measured."""

MAIN = ("allez_candidates", "allez_int8", "plain_onnx", "pytorch", "opus")
"""Systems in the cases that go through lengths, batches and files."""


@dataclass(frozen=True)
class Settings:
    """How much is measured."""

    folder: Path
    """As `prepare` left it."""
    threads: tuple[int, ...] = (1, 2)
    quick: bool = False
    texts: tuple[str, ...] = ()
    """The user's own sentences, in place of generated ones, for 64 and for the file."""
    rest: float = REST

    def pick(self, full: int, quick: int) -> int:
        """Return how often or how many."""
        return quick if self.quick else full

    def systems(self, wanted: Sequence[str] = tuple(LABELS)) -> list[str]:
        """Return those of the wanted systems that there are."""
        return [k for k in available(self.folder) if k in wanted]


@dataclass
class Bench:
    """Measures case by case and keeps the figures."""

    settings: Settings
    figures: list[Figure] = field(default_factory=list)
    same: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By system: how many of how many sentences get the translation of Allez fp32."""

    def __post_init__(self) -> None:
        folder = self.settings.folder
        self.best = "allez_int8"
        """The bundle as users have it."""
        self._reference = load(self.best, folder, 1, many=True)
        self._tokenizer = Tokenizer(Bundle.read(folder / self.best).text("tokenizer"))

    def sample(self, texts: Sequence[str], beam: int = 4) -> Sample:
        """Count the subwords of sentences and of their translations."""
        encode = self._tokenizer.encode_batch
        sample = Sample(list(texts), [len(ids) for ids in encode(texts)], [])
        sample.target.extend(len(ids) for ids in encode(self._reference(sample, beam)))
        return sample

    def check(self) -> None:
        """Compare what the systems with the same weights translate, before they are timed.

        Raises:
            RuntimeError: a peer translates otherwise: it would not be doing the same work.
        """
        settings = self.settings
        texts = file_like(settings.pick(192, 24), seed=2)
        sample = self.sample(texts)
        keys = [k for k in settings.systems() if k != "opus"]
        for beam in (1, 4):
            found = {key: load(key, settings.folder, 1, many=True)(sample, beam) for key in keys}
            for key, translations in found.items():
                pairs = list(zip(translations, found["allez_fp32"], strict=True))
                pairs = [pair for pair in pairs if not any(map(self._goes_round, pair))]
                alike, count = self.same.get(key, (0, 0))
                self.same[key] = (alike + sum(a == b for a, b in pairs), count + len(pairs))
        for key in ("plain_onnx", "pytorch", "pytorch_layers"):
            alike, count = self.same.get(key, (1, 1))
            if alike < 0.98 * count:
                raise RuntimeError(f"{key} translates {count - alike} of {count} otherwise")

    def _goes_round(self, text: str) -> bool:
        """Tell whether something stands three times in a row: Allez stops loops, peers do not."""
        return most_repeats(self._tokenizer.encode(text)) >= 3

    def one(self) -> None:
        """One sentence of ten words at a time."""
        settings = self.settings
        texts = of_words(WORDS, settings.pick(16, 5))
        for threads in settings.threads:
            runs = self._load(settings.systems(), threads, many=False)
            rounds = settings.pick(5 if threads == 1 else 3, 2)
            for beam in (1, 4):
                samples = [self.sample([text], beam) for text in texts]
                self._measure("one", runs, samples, threads, beam, rounds)

    def many(self) -> None:
        """64 sentences handed over together."""
        settings = self.settings
        texts = list(settings.texts[:64]) or file_like(64, seed=3)
        for threads in settings.threads:
            runs = self._load(settings.systems(), threads, many=True)
            rounds = settings.pick(5 if threads == 1 else 3, 1)
            for beam in (1, 4):
                samples = [self.sample(texts, beam)]
                self._measure("many", runs, samples, threads, beam, rounds)

    def lengths(self) -> None:
        """One sentence, greedy, one thread: latency against source length."""
        settings = self.settings
        runs = self._load(settings.systems(MAIN), 1, many=False)
        for words in (3, 10, 40) if settings.quick else (2, 5, 10, 20, 30, 40, 60):
            texts = of_words(words, settings.pick(4, 2), seed=4)
            samples = [self.sample([text], 1) for text in texts]
            self._measure("length", runs, samples, 1, 1, settings.pick(3, 1), at=words)

    def batches(self) -> None:
        """Sentences of ten words, beam 4, one thread: throughput against how many at once."""
        settings = self.settings
        runs = self._load(settings.systems(MAIN), 1, many=True)
        for size in (1, 16) if settings.quick else (1, 2, 4, 8, 16, 32, 64):
            samples = [self.sample(of_words(WORDS, size, seed=5))]
            self._measure("batch", runs, samples, 1, 4, settings.pick(3, 1), at=size)

    def _load(self, keys: Sequence[str], threads: int, *, many: bool) -> dict[str, Run]:
        return {key: load(key, self.settings.folder, threads, many=many) for key in keys}

    def _measure(
        self,
        case: str,
        runs: dict[str, Run],
        samples: Sequence[Sample],
        threads: int,
        beam: int,
        rounds: int,
        *,
        at: int = 0,
    ) -> None:
        """Time every sample with every system, in rounds; the first sample warms each up."""

        def block(run: Run) -> Callable[[], list[float]]:
            def measure() -> list[float]:
                if len(samples) > 1:
                    run(samples[0], beam)  # threads awake, caches its own again
                return [timed(lambda s=sample: run(s, beam)) for sample in samples]  # type: ignore[misc]

            return measure

        print(f"{case}: {threads} thread(s), beam {beam}, {at or ''}", file=sys.stderr)
        for run in runs.values():
            run(samples[0], beam)
        values = interleaved(
            {key: block(run) for key, run in runs.items()}, rounds, rest=self.settings.rest
        )
        sizes = {
            "sentences": len(samples[0].texts),
            "tokens": round(sum(s.tokens for s in samples) / len(samples)),
        }
        self.figures += [
            figure(
                found,
                case=case,
                system=key,
                unit="s",
                threads=threads,
                beam=beam,
                at=at,
                **sizes,
            )
            for key, found in values.items()
        ]
