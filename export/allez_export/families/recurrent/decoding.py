"""What families have in common whose words the decoder of this one writes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from torch import Tensor, nn

from allez_export.families.family import Facts, Picture
from allez_export.families.recurrent.graphs import DecoderStep, state_widths
from allez_export.families.recurrent.model import Memory, Writes

M = TypeVar("M", bound=Writes)


class DecoderFamily(ABC, Generic[M]):
    """See `allez_export.families.family.Family`.

    Args:
        model: trained, in evaluation mode.
        picture: what it looks at; None: it reads text.
    """

    def __init__(self, model: M, picture: Picture | None = None) -> None:
        self.model = model
        self.picture = picture

    @property
    def weights(self) -> Mapping[str, Tensor]:
        """By torch's names."""
        return self.model.state_dict()

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

    @abstractmethod
    def _card(self) -> dict[str, str]:
        """Return rows of the model card that describe how it is built."""

    def _decoder_config(self) -> dict[str, Any]:
        """Return what a configuration says of the decoder."""
        model, decoder = self.model, self.model.decoder
        return {
            "width": model.width,
            "cell": "lstm" if decoder.parts == 2 else "gru",
            "attention": decoder.attention.kind,
            "second_layer": decoder.second is not None,
            "dropout": model.dropout.p,
        }

    def _decoder_card(self) -> str:
        """Return how the decoder is built, in words."""
        config = self._decoder_config()
        layers = ", a second layer above it" if config["second_layer"] else ""
        cell, width = config["cell"].upper(), config["width"]
        return f"{cell} of {width}, `{config['attention']}` attention{layers}"

    def step_module(self) -> nn.Module:
        """Return what is traced to `decoder.onnx`."""
        return DecoderStep(self.model)

    def _encoding(self, memory: Memory) -> tuple[Tensor, ...]:
        """Return what the encoder's graph must give, of what the model remembers of B sources."""
        widths = state_widths(self.model)[len(memory.initial) :]
        rest = (memory.mask.new_zeros(len(memory.mask), width) for width in widths)
        return (memory.states, memory.keys, memory.mask, *memory.initial, *rest)
