"""How large the activations of a recurrent model get, by the names its graphs give to weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from allez_export.families.family import Ranges
from allez_export.families.recurrent.graphs import DecoderStep
from allez_export.families.recurrent.model import Writes

Array = npt.NDArray[Any]


def activation_ranges(model: Writes, features: float) -> Ranges:
    """Return how large activations get, given the largest value that enters the vocabulary layer.

    All others are bounded by construction: words by the table, states and their means by tanh.
    """
    step = DecoderStep(model).named_parameters()
    weights = {name: weight.detach().cpu().numpy() for name, weight in step}
    embedded = float(np.abs(weights["table"]).max()) or 1.0
    first = _input_range(weights, embedded)
    lookup, width = embedded / first, weights["table"].shape[1]
    rescaled: dict[str, Array] = {}
    for name in ("first.W", "first.Wx"):  # the rows that words are multiplied with
        if name in weights:
            rescaled[name] = weights[name].copy()
            rescaled[name][:width] *= np.float32(lookup)
    return Ranges(
        encoder={"key_weight": 1.0},
        decoder={
            **dict.fromkeys(("first.W", "first.Wx"), first),  # words, states beside them
            "query": 1.0,
            "Wa": 1.0,  # a mean of recurrent states beside one
            **dict.fromkeys(("first.Wh", "second.W", "second.Wx", "second.Wh"), 1.0),  # states
            "lexical": embedded,  # a mean of words
        },
        features=features,
        lookup=lookup,
        rescaled=rescaled,
    )


def _input_range(weights: Mapping[str, Array], embedded: float) -> float:
    """Return the range over which words, and states beside them, are quantized together.

    They share a scale, and so do their weights. Words, once stretched over the range of states,
    have much larger weights than those; a column's scale would fit the words' alone. So states take
    a part of the range only: they lose precision where they have some to spare, and their weights
    gain it. The best part is where both errors are equal, near the root of the weights' ratio.
    """
    if "first.W" not in weights:
        return 1.0
    matrix, width = np.abs(weights["first.W"]), weights["table"].shape[1]
    of_states = np.maximum(matrix[width:].max(axis=0), np.finfo(np.float32).tiny)
    ratio = float(np.median(matrix[:width].max(axis=0) * embedded / of_states))
    return max(1.0, min(2 * ratio**0.5, ratio))
