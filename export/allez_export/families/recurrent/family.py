"""The recurrent encoder and attention decoder as a family: what others ask of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from allez.errors import InputError
from allez_export.config import ModelConfig
from allez_export.data.batches import make_batches
from allez_export.families.family import WHOLE, Example, Facts, Ranges
from allez_export.families.recurrent.graphs import (
    DecoderStep,
    EncoderGraph,
    state_widths,
)
from allez_export.families.recurrent.model import Seq2Seq
from allez_export.families.recurrent.quantize import activation_ranges
from allez_export.families.steps import TorchStep, padded
from allez_export.vocabulary import PAD

_TOKENS = 2000
"""Target tokens read at once to see how large activations get."""


class Recurrent:
    """See `allez_export.families.family.Family`.

    Args:
        model: trained, in evaluation mode.
    """

    name: ClassVar[str] = "recurrent"

    def __init__(self, model: Seq2Seq) -> None:
        self.model = model

    @classmethod
    def load(cls, config: ModelConfig, weights: Mapping[str, Tensor]) -> Recurrent:
        """Build a model and give it weights.

        Raises:
            InputError: they are not those of such a model.
        """
        if "bias" not in weights:
            raise InputError("the weights are not those of a recurrent model", hint=WHOLE)
        model = Seq2Seq(len(weights["bias"]), **dataclasses.asdict(config))
        try:
            model.load_state_dict({name: weight.float() for name, weight in weights.items()})
        except RuntimeError as error:
            first = str(error).splitlines()[-1].strip()
            raise InputError(f"the weights are of another model: {first}", hint=WHOLE) from None
        return cls(model.eval().requires_grad_(False))

    @property
    def config(self) -> ModelConfig:
        """What `[model]` says of it."""
        model, decoder = self.model, self.model.decoder
        fields: dict[str, Any] = {
            "width": model.width,
            "cell": "lstm" if decoder.parts == 2 else "gru",
            "encoder_layers": model.encoder.rnn.num_layers,
            "attention": decoder.attention.kind,
            "input_feeding": decoder.input_feeding,
            "second_layer": decoder.second is not None,
            "lexical_shortcut": decoder.lexical is not None,
            "dropout": model.dropout.p,
            "word_dropout": model.word_dropout,
        }
        return ModelConfig(**fields)

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
        )

    def _card(self) -> dict[str, str]:
        config = self.config
        cell = config.cell.upper()
        decoder = f"{cell} of {config.width}, `{config.attention}` attention"
        decoder += ", a second layer above it" if config.second_layer else ""
        decoder += ", lexical shortcut" if config.lexical_shortcut else ""
        decoder += ", input feeding" if config.input_feeding else ""
        return {
            "encoder": f"bidirectional {cell}, {config.encoder_layers} layer(s), "
            f"{config.width // 2} per direction",
            "decoder": decoder,
            "vocabulary": f"{len(self.model.bias):,} subwords; one table for "
            "source words, target words and output",
        }

    def encoder_module(self) -> nn.Module:
        """Return what is traced to `encoder.onnx`."""
        return EncoderGraph(self.model)

    def step_module(self) -> nn.Module:
        """Return what is traced to `decoder.onnx`."""
        return DecoderStep(self.model)

    def reference_encoding(self, source: Tensor, length: Tensor) -> tuple[Tensor, ...]:
        """Return what the encoder's graph must give for source [B, S] of lengths [B]."""
        memory = self.model.encode(source, length)
        widths = state_widths(self.model)[len(memory.initial) :]
        rest = (memory.mask.new_zeros(len(source), width) for width in widths)
        return (memory.states, memory.keys, memory.mask, *memory.initial, *rest)

    @torch.no_grad()
    def reference_step(self, sentences: Sequence[Sequence[int]]) -> TorchStep:
        """Return sentences (source ids, eos last) read by torch, ready to be searched."""
        source, lengths = padded(sentences)
        encoding = self.reference_encoding(source.to(self.model.bias.device), lengths)
        return TorchStep(self.step_module(), encoding, len(self.model.bias))

    def activation_ranges(self, examples: Sequence[Example]) -> Ranges:
        """Return how large activations get, where that is not bounded on these examples."""
        largest = 1.0  # a tanh
        if self.model.decoder.second is not None:
            largest = self._largest_feature(examples)
        return activation_ranges(self.model, largest)

    @torch.no_grad()
    def _largest_feature(self, examples: Sequence[Example]) -> float:
        """Return the largest value that reaches the vocabulary layer."""
        largest = 0.0
        usable = [(list(source), list(target)) for source, target in examples if source]
        for batch in make_batches(usable, _TOKENS):
            target = torch.from_numpy(batch.target)
            features = self.model(torch.from_numpy(batch.source), target[:, :-1])  # [B, T, H]
            largest = max(largest, float(features[target[:, 1:] != PAD].abs().max()))
        return largest
