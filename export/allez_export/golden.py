"""Golden examples: what a bundle's own graphs make of some texts or pictures, clearly decided."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from allez.arrays import IntArray
from allez.bundle.reader import Bundle
from allez.model.decode import decode
from allez.model.encoder import Encoding
from allez.model.model import Model
from allez.search.step import Step, StepResult
from allez.spec import SPEC
from allez.tasks.picture import read as read_picture
from allez.tasks.whole import normal
from allez.text.casing import as_read
from allez.text.rules import SentenceRules
from allez.text.tokenizer import Tokenizer
from allez_export.evaluate import GREEDY
from allez_export.families.family import Read
from allez_export.pictures.read import Captioned, Pixels

MARGIN: float = SPEC["golden"]["margin"]
"""Golden examples decide every step by at least so much, so that rounding cannot change them."""

SMALLER = 2
"""Pixels across of a picture to be scored that become one of a golden example: it is small, and a
host has to make it larger again."""


class _Margins:
    """A step that remembers how clearly each of its choices was made."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self.smallest = np.inf
        self.first: list[float] = []

    def __call__(
        self, token: IntArray, parent: IntArray, k: int, *, full: bool = False
    ) -> StepResult:
        result = self._step(token, parent, max(k, 8), full=full)
        top = result.top_log_probs[0]
        self.first = self.first or [round(float(score), 4) for score in top]
        self.smallest = min(self.smallest, float(top[0] - top[1]))
        return StepResult(
            result.top_log_probs[:, :k], result.top_tokens[:, :k], result.attention, None
        )

    def keep(self, sentences: IntArray) -> None:
        self._step.keep(sentences)


class _Watched:
    """A model as `decode` asks for it, whose last step is remembered with its margins."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.bos, self.eos = model.bos, model.eos
        self.encode = model.encode
        self.margins: _Margins

    def start(
        self, encodings: Sequence[Encoding], shortlists: Sequence[IntArray] | None = None
    ) -> Step:
        self.margins = _Margins(self._model.start(encodings, shortlists))
        return self.margins


def golden_lines(bundle: Bundle, texts: Sequence[str], count: int) -> bytes:
    """Return `golden.jsonl`: the first `count` texts whose greedy path is decided clearly."""
    manifest = bundle.manifest
    tokenizer = Tokenizer(bundle.text(manifest.source.tokenizer))
    rules = SentenceRules.from_json(bundle.text("sentences"))
    examiner = _Examiner(bundle)
    lines: list[str] = []
    for given in texts:
        text = given if manifest.input.cut == "sentences" else normal(given, rules)
        read = as_read(given, rules) if manifest.input.cut == "sentences" else text
        ids = [*tokenizer.encode(read), manifest.source.eos]
        if len(lines) == count:
            break
        if not 2 <= len(ids) <= manifest.input.tokens:
            continue
        found = examiner.answer(ids)
        if found is not None:
            entry = {"text": text, "source_ids": ids, **found}
            lines.append(json.dumps(entry, ensure_ascii=False))
    return _file(lines)


def golden_pictures(bundle: Bundle, pictures: Sequence[Captioned], count: int) -> bytes:
    """Return `golden.jsonl`: as `golden_lines`, of pictures made smaller."""
    shape = bundle.manifest.input.image
    assert shape is not None
    examiner = _Examiner(bundle)
    lines: list[str] = []
    for picture in pictures:
        if len(lines) == count:
            break
        small = smaller(picture.pixels)
        found = examiner.answer(read_picture(small, shape))
        if found is not None:
            rgb = base64.b64encode(small.tobytes()).decode("ascii")
            drawn = {"height": small.shape[0], "width": small.shape[1], "rgb": rgb}
            entry = {"text": picture.caption, "picture": drawn, **found}
            lines.append(json.dumps(entry, ensure_ascii=False))
    return _file(lines)


def smaller(pixels: Pixels) -> Pixels:
    """Return pixels [H, W, 3] with one in place of `SMALLER` x `SMALLER`, their mean."""
    height, width = (side // SMALLER for side in pixels.shape[:2])
    kept = pixels[: height * SMALLER, : width * SMALLER].astype(np.float64)
    means = kept.reshape(height, SMALLER, width, SMALLER, 3).mean(axis=(1, 3))
    return np.rint(means).astype(np.uint8)


def _file(lines: Sequence[str]) -> bytes:
    return "".join(line + "\n" for line in lines).encode("utf-8")


class _Examiner:
    """Answers greedily, and tells what is recorded of an answer."""

    def __init__(self, bundle: Bundle) -> None:
        self._speller = Tokenizer(bundle.text(bundle.manifest.target.tokenizer))
        self._model = Model(bundle)
        self._watched = _Watched(self._model)

    def answer(self, read: Read) -> dict[str, Any] | None:
        """Return what is recorded of what was read; None if it is not decided clearly."""
        request = self._model.request(read, shortlist=True)
        ((found,),) = decode(self._watched, [request], GREEDY)
        step = self._watched.margins
        if step.smallest < MARGIN or not found.finished:
            return None
        return {
            "first_scores": step.first,
            "target_ids": list(found.tokens),
            "translation": self._speller.decode(found.tokens),
            "margin": round(step.smallest, 4),
        }
