"""Scores of captions: exact match, BLEU and CIDEr, by kind of picture.

An exact match is a caption equal to the reference, letter for letter. CIDEr (Vedantam et al. 2015)
weighs runs of one to four words by how rare they are among the references of the set, and is 10 for
captions that are all equal to theirs; here there is one reference for each picture.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from allez.tasks.captioner import Captioner
from allez.text.tokenizer import Tokenizer
from allez_export.config import LimitsConfig
from allez_export.evaluate import bleu, bundle_identity, torch_search
from allez_export.families.caption.family import Caption
from allez_export.pictures.read import Captioned
from allez_export.records import Scored

Floats = npt.NDArray[np.float32]

LONGEST_RUN = 4
"""Words that CIDEr looks at together, at most."""


def pixels_as_input(pixels: npt.NDArray[np.uint8], mean: float, scale: float) -> Floats:
    """Return pixels [H, W, 3] as the encoder takes them: [1, 3, H, W]."""
    values: Floats = (pixels.astype(np.float32) - np.float32(mean)) / np.float32(scale)
    return np.ascontiguousarray(values.transpose(2, 0, 1)[None])


def exact(hypotheses: Sequence[str], references: Sequence[str]) -> float:
    """Return how many in a hundred are equal to their reference."""
    same = sum(one == other for one, other in zip(hypotheses, references, strict=True))
    return 100 * same / len(references)


def _runs(text: str, length: int) -> Counter[tuple[str, ...]]:
    words = text.lower().split()
    return Counter(tuple(words[i : i + length]) for i in range(len(words) - length + 1))


def cider(hypotheses: Sequence[str], references: Sequence[str]) -> float:
    """Return CIDEr, 0 to 10; how many captions have a run of words is counted in the references.

    A run of words that all references have weighs nothing. A caption too short for runs of some
    length gets nothing for that length: equal captions of two words have 5.
    """
    total = 0.0
    for length in range(1, LONGEST_RUN + 1):
        seen = Counter(run for text in references for run in _runs(text, length))
        documents = Counter(run for text in references for run in set(_runs(text, length)))
        weight = {run: math.log(len(references) / documents[run]) for run in seen}
        rarest = math.log(len(references))
        for one, other in zip(hypotheses, references, strict=True):
            vectors = []
            for text in (one, other):
                runs = _runs(text, length)
                vectors.append({run: n * weight.get(run, rarest) for run, n in runs.items()})
            total += _cosine(*vectors)
    return 10 * total / LONGEST_RUN / len(references)


def _cosine(one: dict[tuple[str, ...], float], other: dict[tuple[str, ...], float]) -> float:
    norms = [math.sqrt(sum(v * v for v in vector.values())) for vector in (one, other)]
    if not all(norms):
        return 0.0
    return sum(v * other.get(run, 0.0) for run, v in one.items()) / (norms[0] * norms[1])


def captions_of(
    family: Caption, pictures: Sequence[Captioned], tokenizer: Tokenizer, limits: LimitsConfig
) -> list[str]:
    """Return greedy captions by torch."""
    seen = family.picture
    images = [pixels_as_input(p.pixels, seen.mean, seen.scale) for p in pictures]
    found = torch_search(family, images, limits=limits, translated=False)
    return [tokenizer.decode(answer[0].tokens) for answer in found]


def validator(
    pictures: Sequence[Captioned], tokenizer: Tokenizer, limits: LimitsConfig
) -> Callable[[Caption], dict[str, float]]:
    """Return what a training run validates with: exact match of each kind, and their mean."""
    kinds = sorted({picture.kind for picture in pictures})

    def validate(family: Caption) -> dict[str, float]:
        hypotheses = captions_of(family, pictures, tokenizer, limits)
        scores = {}
        for kind in kinds:
            rows = [i for i, picture in enumerate(pictures) if picture.kind == kind]
            said = [hypotheses[i] for i in rows]
            scores[f"exact_{kind}"] = exact(said, [pictures[i].caption for i in rows])
        return {"exact": sum(scores.values()) / len(scores), **scores}

    return validate


def evaluate_captions(
    captioner: Captioner,
    files: Mapping[str, Sequence[Captioned]],
    digests: Mapping[str, str],
    *,
    beams: Sequence[int],
    state: Path,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Score a bundle on pictures, kind by kind.

    Args:
        captioner: the bundle.
        files: what each table holds, by its name.
        digests: SHA-256 of each table.
        beams: beam sizes; greedy is a beam of 1.
        state: a file that keeps what is done, so that a killed evaluation goes on.
        limit: how many pictures were read of each, to be written down.

    Returns:
        A row for each kind of picture, file and beam; `domain` is the kind.
    """
    scored = Scored(state, bundle_identity(captioner.bundle.manifest), limit)
    for name, pictures in files.items():
        for beam in dict.fromkeys(beams):
            start = {"file": name, "sha256": digests[name], "beam_size": beam}
            scored.add(start, partial(_judged, captioner, pictures, beam))
    return scored.rows


def _judged(captioner: Captioner, pictures: Sequence[Captioned], beam: int) -> list[dict[str, Any]]:
    """Return the scores of pictures by kind."""
    rows = []
    for kind in dict.fromkeys(picture.kind for picture in pictures):
        some = [picture for picture in pictures if picture.kind == kind]
        started = time.monotonic()
        found = captioner.caption_batch([p.pixels for p in some], beam_size=beam)
        hypotheses = [caption.text for caption in found]
        seconds = time.monotonic() - started
        rows.append(
            {
                "domain": kind,
                "texts": len(some),
                "precision": captioner.bundle.manifest.precision,
                "threads": captioner.threads,
                "texts_per_second": round(len(some) / seconds, 1),
                **score(hypotheses, [picture.caption for picture in some]),
            }
        )
    return rows


def score(hypotheses: Sequence[str], references: Sequence[str]) -> dict[str, float]:
    """Return all scores of a set of captions."""
    return {
        "exact": round(exact(hypotheses, references), 2),
        "bleu": round(bleu(hypotheses, references)[0], 2),
        "cider": round(cider(hypotheses, references), 2),
    }
