"""The systems that are measured, each behind the same call: a sample and a beam size.

What a system needs is imported when it is loaded, so that a process holds one system alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.sentences import chunks

BATCH = 64
"""Sentences that the peers decode together at most; Allez decides for itself."""

LABELS = {
    "allez_candidates": "Allez int8, candidates",
    "allez_int8": "Allez int8, all words",
    "allez_w4": "Allez 4-bit, all words",
    "allez_fp32": "Allez fp32, all words",
    "plain_onnx": "plain ONNX export and NumPy loop, fp32",
    "pytorch": "PyTorch eager, LSTMCell, fp32",
    "pytorch_layers": "PyTorch eager, LSTM layers as they are, fp32",
    "opus": "CTranslate2 int8, OPUS-MT size, random weights",
}

Run = Callable[["Sample", int], list[str]]
"""Translates a sample with a beam of some size."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Sentences that are translated together."""

    texts: list[str]
    source: list[int]
    """Subwords of each, eos not counted."""
    target: list[int]
    """Subwords of each one's translation by the bundle, as it is shipped."""

    @property
    def tokens(self) -> int:
        """Subwords of all translations."""
        return sum(self.target)

    def some(self, indices: Sequence[int]) -> Sample:
        """Return a part of the sentences."""
        return Sample(
            [self.texts[i] for i in indices],
            [self.source[i] for i in indices],
            [self.target[i] for i in indices],
        )

    def save(self, path: Path) -> Path:
        """Write it for another process."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")
        return path

    @classmethod
    def load(cls, path: Path) -> Sample:
        """Read what `save` wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))


def available(folder: Path) -> list[str]:
    """Return the systems that can be loaded from a work folder, as `prepare` left it."""
    return [key for key in LABELS if _place(key, folder).is_dir()]


def _place(key: str, folder: Path) -> Path:
    name = {"pytorch_layers": "pytorch", "opus": "../opus"}.get(key, key)
    return folder / name


def load(key: str, folder: Path, threads: int, *, many: bool) -> Run:
    """Load a system.

    Args:
        key: one of `LABELS`.
        folder: as `prepare` left it.
        threads: to work with.
        many: whether it will be given many sentences at a time.
    """
    place = _place(key, folder)
    if key.startswith("allez"):
        return _load_allez(key, place, threads)
    if key == "opus":
        return _load_opus(place, threads, many)
    model: Any
    if key == "plain_onnx":
        from benchmarks.peers.plain_onnx import PlainOnnx

        model = PlainOnnx(place, threads)
    else:
        from benchmarks.peers.pytorch import PyTorch

        model = PyTorch(place, threads, cells=key == "pytorch")

    def run(sample: Sample, beam: int) -> list[str]:
        texts: list[str] = [""] * len(sample.texts)
        for chunk in chunks(sample.texts, sample.source, BATCH):
            found = model.translate([sample.texts[i] for i in chunk], beam)
            for index, text in zip(chunk, found, strict=True):
                texts[index] = text
        return texts

    return run


def _load_allez(key: str, place: Path, threads: int) -> Run:
    from allez import Translator

    translator = Translator(place, threads=threads)
    options: dict[str, Any] = {}
    if "shortlist" in translator.bundle.manifest.files:
        options["shortlist"] = key == "allez_candidates"

    def run(sample: Sample, beam: int) -> list[str]:
        if len(sample.texts) == 1:
            return [translator.translate(sample.texts[0], beam_size=beam, **options).text]
        found = translator.translate_batch(sample.texts, beam_size=beam, **options)
        return [translation.text for translation in found]

    return run


def _load_opus(place: Path, threads: int, many: bool) -> Run:
    from benchmarks.peers.ctranslate2_opus import OpusSize

    model = OpusSize(place, threads, parallel=many)

    def run(sample: Sample, beam: int) -> list[str]:
        texts: list[str] = [""] * len(sample.texts)
        for chunk in chunks(sample.texts, sample.source, BATCH * (threads if many else 1)):
            part = sample.some(chunk)
            length = max(1, round(part.tokens / len(chunk)))
            found = model.translate(part.source, length, beam)
            for index, words in zip(chunk, found, strict=True):
                texts[index] = " ".join(words)
        return texts

    return run
