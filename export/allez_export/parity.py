"""How far an exported encoder is from what torch gives, and what both are given.

The other checks are in `verify.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import torch

from allez.arrays import FloatArray
from allez.bundle.contract import MASKED
from allez.errors import AllezError
from allez_export.families.family import Family, Picture, Read

PARITY = 1e-4
"""Largest difference between PyTorch and fp32 ONNX."""


class VerificationError(AllezError):
    """The exported graphs are not what they should be."""


class ParityFailure(VerificationError):
    """Fp32 and PyTorch disagree."""


def session(model: onnx.ModelProto) -> ort.InferenceSession:
    """Load a graph as the runtime does."""
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    return ort.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def distance(actual: FloatArray, expected: FloatArray) -> float:
    """Return the largest difference.

    Raises:
        ParityFailure: a value is not finite, so that there is none.
    """
    if not np.isfinite(actual).all():
        raise ParityFailure("the graph gives values that are not finite")
    return float(np.abs(actual - expected).max(initial=0.0))


def encoder_parity(family: Family, encoder: onnx.ModelProto) -> float:
    """Return the largest difference over batches of many sizes, ragged ones included."""
    run = session(encoder)
    generator = torch.Generator().manual_seed(0)
    if family.facts.picture is not None:
        return _picture_parity(family, run, family.facts.picture, generator)
    vocabulary = family.facts.source_words
    worst = 0.0
    for batch, longest in ((1, 1), (1, 2), (1, 17), (2, 5), (3, 40), (7, 9), (16, 3), (4, 101)):
        source = torch.randint(3, vocabulary, (batch, longest), generator=generator)
        length = torch.randint(1, longest + 1, (batch,), generator=generator)
        length[0] = longest
        expected = family.reference_encoding(source, length)
        feeds = {"source": source.numpy(), "source_length": length.to(torch.int32).numpy()}
        words = expected[2].numpy() > MASKED / 2  # padding may hold anything
        for actual, wanted in zip(run.run(None, feeds), expected, strict=True):
            pair = (actual, wanted.numpy())
            one, other = (values[words] for values in pair) if actual.ndim == 3 else pair
            worst = max(worst, distance(one, other))
    return worst


def _picture_parity(
    family: Family, run: ort.InferenceSession, picture: Picture, generator: torch.Generator
) -> float:
    """Return the largest difference over batches of noise, and of plain pictures."""
    worst = 0.0
    size = (picture.channels, picture.height, picture.width)
    for batch in (1, 2, 5):
        for noise in (0.0, 127.5):
            plain = torch.rand(batch, picture.channels, 1, 1, generator=generator) * 255
            values = plain + noise * torch.randn(batch, *size, generator=generator)
            image = (values.clamp(0, 255) - picture.mean) / picture.scale
            expected = family.reference_encoding(image)
            found = run.run(None, {"image": image.numpy()})
            for actual, wanted in zip(found, expected, strict=True):
                worst = max(worst, distance(actual, wanted.numpy()))
    return worst


def encoder_feeds(read: Read) -> dict[str, Any]:
    """Return inputs of the encoder for one sentence (ids, eos last), or for one image."""
    if isinstance(read, np.ndarray):
        return {"image": read}
    return {
        "source": np.array([read], dtype=np.int64),
        "source_length": np.array([len(read)], dtype=np.int32),
    }
