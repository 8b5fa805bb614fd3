"""The picture model as a family: what others ask of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from allez.errors import InputError
from allez_export.config import Config
from allez_export.families.caption.graphs import EncoderGraph
from allez_export.families.caption.model import Captioner
from allez_export.families.caption.quantize import activation_ranges
from allez_export.families.family import WHOLE, Example, Facts, Picture, Ranges
from allez_export.families.recurrent.graphs import DecoderStep, state_widths
from allez_export.families.steps import TorchStep

Floats = npt.NDArray[np.float32]

TOGETHER = 64
"""Pictures looked at in one go."""


def as_input(pixels: npt.NDArray[np.uint8], mean: float, scale: float) -> Tensor:
    """Return pixels [B, H, W, 3] as the encoder takes them: [B, 3, H, W]."""
    return (torch.from_numpy(pixels).permute(0, 3, 1, 2).float() - mean) / scale


def new_model(vocabulary: int, config: Config) -> Captioner:
    """Return a model with random weights, as a configuration describes it."""
    pictures, model = config.pictures, config.model
    assert pictures is not None
    return Captioner(
        vocabulary,
        pictures.grid,
        stem=pictures.stem,
        widths=pictures.widths,
        blocks=pictures.blocks,
        width=model.width,
        cell=model.cell,
        attention=model.attention,
        second_layer=model.second_layer,
        dropout=model.dropout,
    )


class Caption:
    """See `allez_export.families.family.Family`.

    Args:
        model: trained, in evaluation mode.
        picture: what it looks at.
    """

    name: ClassVar[str] = "caption"

    def __init__(self, model: Captioner, picture: Picture) -> None:
        self.model = model
        self.picture = picture

    @classmethod
    def load(cls, config: Any, weights: Mapping[str, Tensor]) -> Caption:
        """Build a model and give it weights.

        Raises:
            InputError: they are not those of such a model.
        """
        try:
            kept = dict(config)
            picture = Picture(**kept.pop("picture"))
            model = Captioner(len(weights["bias"]), (picture.rows, picture.columns), **kept)
            model.load_state_dict(dict(weights))
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            first = (str(error).splitlines() or [type(error).__name__])[-1].strip()
            raise InputError(f"the weights are of another model: {first}", hint=WHOLE) from None
        return cls(model.eval().requires_grad_(False), picture)

    @property
    def config(self) -> dict[str, Any]:
        """What `load` needs: plain values."""
        model, decoder = self.model, self.model.decoder
        return {
            "picture": self.picture._asdict(),
            **model.encoder.shape,
            "width": model.width,
            "cell": "lstm" if decoder.parts == 2 else "gru",
            "attention": decoder.attention.kind,
            "second_layer": decoder.second is not None,
            "dropout": model.dropout.p,
        }

    @property
    def weights(self) -> Mapping[str, Tensor]:
        """By torch's names."""
        weights: dict[str, Tensor] = self.model.state_dict()
        return weights

    @property
    def facts(self) -> Facts:
        """What others may know of it."""
        model = self.model
        return Facts(
            vocabulary=len(model.bias),
            memory_width=model.memory_width,
            key_width=model.width,
            state_widths=tuple(state_widths(model)),
            attention=model.decoder.attention.kind,
            one_position=model.decoder.attention.kind == "none",
            parameters=sum(parameter.numel() for parameter in model.parameters()),
            card=self._card(),
            picture=self.picture,
        )

    def _card(self) -> dict[str, str]:
        config, picture = self.config, self.picture
        layers = 1 + len(config["widths"]) + 2 * sum(config["blocks"])
        cell = config["cell"].upper()
        decoder = f"{cell} of {config['width']}, `{config['attention']}` attention"
        decoder += ", a second layer above it" if config["second_layer"] else ""
        parameters = sum(p.numel() for p in self.model.encoder.parameters())
        return {
            "encoder": f"{layers} convolutions with {parameters / 1e6:.1f} M weights, from "
            f"{picture.width} x {picture.height} pixels to a grid of {picture.columns} x "
            f"{picture.rows} cells",
            "decoder": decoder,
            "vocabulary": f"{len(self.model.bias):,} subwords; one table for words read and "
            "written",
        }

    def encoder_module(self) -> nn.Module:
        """Return what is traced to `encoder.onnx`."""
        return EncoderGraph(self.model)

    def step_module(self) -> nn.Module:
        """Return what is traced to `decoder.onnx`."""
        return DecoderStep(self.model)

    def reference_encoding(self, image: Tensor) -> tuple[Tensor, ...]:
        """Return what the encoder's graph must give for image [B, channels, height, width]."""
        memory = self.model.encode(image)
        widths = state_widths(self.model)[len(memory.initial) :]
        rest = (memory.mask.new_zeros(len(image), width) for width in widths)
        return (memory.states, memory.keys, memory.mask, *memory.initial, *rest)

    @torch.no_grad()
    def reference_step(self, pictures: Sequence[Floats]) -> TorchStep:
        """Return pictures, each [1, channels, height, width], looked at by torch."""
        image = torch.from_numpy(np.concatenate(list(pictures)))
        return TorchStep(self.step_module(), self.reference_encoding(image), len(self.model.bias))

    def activation_ranges(self, examples: Sequence[Example]) -> Ranges:
        """Return how large activations get, where that is not bounded on these examples.

        Args:
            examples: pictures [1, channels, height, width], and the target ids of their captions.
        """
        return activation_ranges(self.model, examples)
