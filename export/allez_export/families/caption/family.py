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
from allez_export.families.family import WHOLE, Example, Picture, Ranges
from allez_export.families.recurrent.decoding import DecoderFamily
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


class Caption(DecoderFamily[Captioner]):
    """See `allez_export.families.family.Family`.

    Args:
        model: trained, in evaluation mode.
        picture: what it looks at.
    """

    name: ClassVar[str] = "caption"

    def __init__(self, model: Captioner, picture: Picture) -> None:
        super().__init__(model)
        self.picture: Picture = picture

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
        shape = self.model.encoder.shape
        return {"picture": self.picture._asdict(), **shape, **self._decoder_config()}

    def _card(self) -> dict[str, str]:
        config, picture = self.config, self.picture
        layers = 1 + len(config["widths"]) + 2 * sum(config["blocks"])
        parameters = sum(p.numel() for p in self.model.encoder.parameters())
        return {
            "encoder": f"{layers} convolutions with {parameters / 1e6:.1f} M weights, from "
            f"{picture.width} x {picture.height} pixels to a grid of {picture.columns} x "
            f"{picture.rows} cells",
            "decoder": self._decoder_card(),
            "vocabulary": f"{len(self.model.bias):,} subwords; one table for words read and "
            "written",
        }

    def encoder_module(self) -> nn.Module:
        """Return what is traced to `encoder.onnx`."""
        return EncoderGraph(self.model)

    def reference_encoding(self, image: Tensor) -> tuple[Tensor, ...]:
        """Return what the encoder's graph must give for image [B, channels, height, width]."""
        return self._encoding(self.model.encode(image))

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
