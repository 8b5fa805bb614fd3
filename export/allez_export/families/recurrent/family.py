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
from allez_export.families.family import WHOLE, Example, Ranges
from allez_export.families.recurrent.decoding import DecoderFamily
from allez_export.families.recurrent.graphs import EncoderGraph
from allez_export.families.recurrent.model import Seq2Seq
from allez_export.families.recurrent.quantize import activation_ranges
from allez_export.families.steps import TorchStep, padded
from allez_export.vocabulary import PAD

_TOKENS = 2000
"""Target tokens read at once to see how large activations get."""


class Recurrent(DecoderFamily[Seq2Seq]):
    """See `allez_export.families.family.Family`.

    Args:
        model: trained, in evaluation mode.
    """

    name: ClassVar[str] = "recurrent"

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
            **self._decoder_config(),
            "encoder_layers": model.encoder.rnn.num_layers,
            "input_feeding": decoder.input_feeding,
            "lexical_shortcut": decoder.lexical is not None,
            "word_dropout": model.word_dropout,
        }
        return ModelConfig(**fields)

    def _card(self) -> dict[str, str]:
        config = self.config
        decoder = self._decoder_card()
        decoder += ", lexical shortcut" if config.lexical_shortcut else ""
        decoder += ", input feeding" if config.input_feeding else ""
        return {
            "encoder": f"bidirectional {config.cell.upper()}, {config.encoder_layers} layer(s), "
            f"{config.width // 2} per direction",
            "decoder": decoder,
            "vocabulary": f"{len(self.model.bias):,} subwords; one table for "
            "source words, target words and output",
        }

    def encoder_module(self) -> nn.Module:
        """Return what is traced to `encoder.onnx`."""
        return EncoderGraph(self.model)

    def reference_encoding(self, source: Tensor, length: Tensor) -> tuple[Tensor, ...]:
        """Return what the encoder's graph must give for source [B, S] of lengths [B]."""
        return self._encoding(self.model.encode(source, length))

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
