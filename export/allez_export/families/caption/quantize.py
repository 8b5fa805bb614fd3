"""How large the activations of a picture model get, by the names its graphs give to weights."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import torch

from allez_export.families.caption.model import Captioner
from allez_export.families.family import Example, Ranges
from allez_export.families.recurrent import quantize as recurrent
from allez_export.vocabulary import BOS


def activation_ranges(model: Captioner, examples: Sequence[Example]) -> Ranges:
    """Return the decoder's, which are those of `families/recurrent`; the encoder multiplies floats.

    Args:
        model: trained, in evaluation mode.
        examples: pictures [1, channels, height, width] and target ids of their captions.
    """
    largest = 1.0 if model.decoder.second is None else _largest_feature(model, examples)
    ranges = recurrent.activation_ranges(model, largest)
    names = ("equally", "cell_weight", "key_weight", "initial_weight")
    infinite = dict.fromkeys(names, float("inf"))
    return dataclasses.replace(ranges, encoder=infinite, encoder_stored=True)


@torch.no_grad()
def _largest_feature(model: Captioner, examples: Sequence[Example]) -> float:
    """Return the largest value that reaches the vocabulary layer."""
    largest = 0.0
    for image, target in examples:
        words = torch.tensor([[BOS, *target]])
        largest = max(largest, float(model(torch.from_numpy(image), words).abs().max()))
    return largest
