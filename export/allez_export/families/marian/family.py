"""Students of Marian as a family: what others ask of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from allez.errors import InputError
from allez_export.families.family import WHOLE, Example, Facts, Ranges
from allez_export.families.marian.graphs import DecoderStep, EncoderGraph, filled_up
from allez_export.families.marian.quantize import activation_ranges
from allez_export.families.marian.weights import StudentConfig, Weights
from allez_export.families.steps import TorchStep, padded


class Marian:
    """See `allez_export.families.family.Family`.

    Args:
        config: how it is built.
        arrays: by Marian's names.

    Raises:
        InputError: they do not belong together.
    """

    name: ClassVar[str] = "marian"

    def __init__(self, config: StudentConfig, arrays: Mapping[str, Tensor]) -> None:
        problem = config.problem()
        if problem is not None:
            raise InputError(problem, hint=WHOLE)
        self._config = config
        self._arrays = dict(arrays)
        weights = Weights(arrays, config.grids)
        self._encoder = EncoderGraph(weights, config).eval().requires_grad_(False)
        self._step = DecoderStep(weights, config).eval().requires_grad_(False)
        weights.finish()

    @classmethod
    def load(cls, config: Any, weights: Mapping[str, Tensor]) -> Marian:
        """Build a model and give it weights.

        Raises:
            InputError: they are not those of such a model.
        """
        if isinstance(config, Mapping):
            names = {f.name for f in dataclasses.fields(StudentConfig)}
            if not names >= config.keys():
                raise InputError(
                    "the weights are of a newer version's student",
                    hint="import it again with this one",
                )
            order = tuple(config.get("decoder_order", ()))
            config = StudentConfig(**{**config, "decoder_order": order})
        return cls(config, weights)

    @property
    def config(self) -> StudentConfig:
        """What `load` needs to build it again."""
        return self._config

    @property
    def weights(self) -> Mapping[str, Tensor]:
        """Marian's arrays, by its names."""
        return self._arrays

    @property
    def facts(self) -> Facts:
        """What others may know of it."""
        config, layers = self._config, len(self._config.decoder_order)
        return Facts(
            vocabulary=filled_up(config),
            memory_width=layers * config.width,
            key_width=layers * config.width,
            state_widths=(*(config.width for _ in range(layers)), 1),
            attention="multi-head",
            one_position=False,
            parameters=sum(array.numel() for array in self._arrays.values()),
            card=self._card(),
            bos=max(config.source_words, config.target_words),
            eos=config.eos,
            source_eos=config.source_eos,
            never=(config.unknown,),
        )

    def _card(self) -> dict[str, str]:
        config, layers = self._config, len(self._config.decoder_order)
        hidden = self._arrays["encoder_l1_ffn_W1"].shape[1]
        shared = "one table" if "Wemb" in self._arrays else "a table for each side"
        return {
            "encoder": f"Transformer, {config.encoder_layers} layer(s) of {config.width}, "
            f"{config.heads} heads, feed-forward {hidden}",
            "decoder": f"SSRU, {layers} layer(s) of {config.width} with multi-head attention",
            "vocabulary": f"{config.source_words:,} source and {config.target_words:,} target "
            f"subwords, {shared}",
        }

    def encoder_module(self) -> EncoderGraph:
        """Return what is traced to `encoder.onnx`."""
        return self._encoder

    def step_module(self) -> DecoderStep:
        """Return what is traced to `decoder.onnx`."""
        return self._step

    @torch.no_grad()
    def reference_encoding(self, source: Tensor, length: Tensor) -> tuple[Tensor, ...]:
        """Return what the encoder's graph must give for source [B, S] of lengths [B]."""
        found: tuple[Tensor, ...] = self._encoder(source, length.to(torch.int32))
        return found

    def reference_step(self, sentences: Sequence[Sequence[int]]) -> TorchStep:
        """Return sentences (source ids, eos last) read by torch, ready to be searched."""
        encoding = self.reference_encoding(*padded(sentences))
        return TorchStep(self._step, encoding, self.facts.vocabulary)

    def activation_ranges(self, examples: Sequence[Example]) -> Ranges:
        """Return how large activations get on these examples."""
        return activation_ranges(self._encoder, self._step, self._config, examples)
