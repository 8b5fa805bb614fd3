"""Models of other toolkits as a family: what the stages ask of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from allez.errors import InputError
from allez_export.families.attentional.graphs import EncoderGraph, StepGraph
from allez_export.families.attentional.model import AttentionalConfig, AttentionalModel
from allez_export.families.family import WHOLE, Example, Facts, Floats, Ranges
from allez_export.families.steps import TorchStep, padded

_EXAMPLES = 64
"""Sentences read at once to see how large activations get."""

_MOST = 2.0
"""How large a state may be beside others that are within 1."""

_ROOM = 1.1
"""By how much activations may be larger than any that was seen."""


class Attentional:
    """See `allez_export.families.family.Family`.

    Args:
        model: trained.
    """

    name: ClassVar[str] = "attentional"

    def __init__(self, model: AttentionalModel) -> None:
        self.model = model

    @classmethod
    def load(cls, config: Any, weights: Mapping[str, Tensor]) -> Attentional:
        """Build a model and give it weights.

        Args:
            config: an `AttentionalConfig`, or its plain values.
            weights: see `model`.

        Raises:
            InputError: they are not those of such a model.
        """
        try:
            if isinstance(config, Mapping):
                lists = {k: tuple(v) for k, v in config.items() if isinstance(v, (list, tuple))}
                config = AttentionalConfig(**{**config, **lists})
            return cls(AttentionalModel(config, weights))
        except KeyError as error:
            raise InputError(f"the weights lack {error.args[0]}", hint=WHOLE) from None
        except (RuntimeError, TypeError, ValueError) as error:
            last = str(error).splitlines()[-1].strip()
            raise InputError(f"the weights do not fit together: {last}", hint=WHOLE) from None

    @property
    def config(self) -> AttentionalConfig:
        """What `load` needs."""
        return self.model.config

    @property
    def weights(self) -> Mapping[str, Tensor]:
        """What else `load` needs."""
        return self.model.weights

    @property
    def facts(self) -> Facts:
        """What others may know of it."""
        model, config = self.model, self.model.config
        keys = model.weights.get("key.weight")
        return Facts(
            vocabulary=len(model.weights["output.bias"]),
            memory_width=model.memory,
            key_width=model.memory if keys is None else len(keys),
            state_widths=tuple(model.state_widths),
            attention=config.attention,
            one_position=config.attention == "none",
            parameters=sum(weight.numel() for weight in model.weights.values()),
            card=self._card(),
            bos=config.bos,
            eos=config.eos,
            source_eos=config.source_eos,
            source_vocabulary=len(model.weights["source_table"]),
            never=config.never,
        )

    def _card(self) -> dict[str, str]:
        model, config = self.model, self.model.config
        cell = config.cell.upper()
        reads = "bidirectional " if config.bidirectional else ""
        reads = "a stack in each direction, " if config.stacks else reads
        decoder = f"{config.decoder_layers} x {cell} of {model.hidden}, `{config.attention}` "
        decoder += "attention before the cell" if config.attention_first else "attention"
        decoder += f", {config.conditional} cell(s) behind it" if config.conditional else ""
        decoder += ", input feeding" if config.input_feeding else ""
        decoder += ", a bridge" if config.bridge != "none" else ""
        sizes = (len(model.weights["source_table"]), len(model.weights["output.bias"]))
        return {
            "encoder": f"{reads}{cell}, {config.encoder_layers} layer(s), "
            f"{model.rnn.hidden_size} per direction",
            "decoder": decoder,
            "vocabulary": f"{sizes[0]:,} source words, {sizes[1]:,} target words",
        }

    def encoder_module(self) -> nn.Module:
        """Return what is traced to `encoder.onnx`."""
        return EncoderGraph(self.model)

    def step_module(self) -> nn.Module:
        """Return what is traced to `decoder.onnx`."""
        return StepGraph(self.model)

    def reference_encoding(self, source: Tensor, length: Tensor) -> tuple[Tensor, ...]:
        """Return what the encoder's graph must give for source [B, S] of lengths [B]."""
        return self.model.encode(source, length)

    @torch.no_grad()
    def reference_step(self, sentences: Sequence[Sequence[int]]) -> TorchStep:
        """Return sentences (source ids, their end last) read by torch, ready to be searched."""
        encoding = self.model.encode(*padded(sentences))
        return TorchStep(self.step_module(), encoding, len(self.model.weights["output.bias"]))

    def activation_ranges(self, examples: Sequence[Example]) -> Ranges:
        """Return how large activations get, where that is not bounded on these examples."""
        config, weights = self.config, self.model.weights
        words = float(weights["table"].abs().max()) or 1.0
        hidden, fed, channels = self._measured(examples)
        if config.bridge == "none" or config.bridge_activation == "tanh":
            hidden = 1.0
        elif hidden > _MOST:  # only the first state is: all others would lose their precision
            hidden = math.inf
        if config.readout and config.readout_activation == "tanh":
            fed = 1.0
        elif not config.readout:
            fed = 1.0 if config.cell == "lstm" else max(1.0, fed)  # a state
        linear = config.readout_activation == "linear" and not config.input_feeding
        rescaled: dict[str, Floats] = {}
        features = float(channels.max()) if "projection.weight" in weights else fed
        if "projection.weight" in weights or (config.readout and linear):
            features, words, rescaled = self._evened(channels)
        beside = max(fed if config.input_feeding else 1.0, hidden)  # what stands beside a state
        lstm = config.cell == "lstm"
        decoder = {"query": hidden, "projection": fed}
        # The readout chooses the word: it is a small part of a step, and its errors a large one.
        decoder |= dict.fromkeys(("readout", "readout_words"), math.inf)
        for layer in range(config.decoder_layers):
            first = beside if lstm else fed if config.input_feeding else 1.0
            decoder[f"cells.{layer}.Ww"] = words
            decoder[f"cells.{layer}.Wx"] = max(1.0, first if layer == 0 else hidden)
            decoder[f"cells.{layer}.Wh"] = hidden
        for place in range(config.conditional):  # a context is a mean of states
            decoder[f"conditional.{place}.Wx"] = max(1.0, hidden if lstm else 1.0)
            decoder[f"conditional.{place}.Wh"] = hidden
        bridges = [f"bridge_{part}_weight" for part in ("hidden", "cell")]
        return Ranges(
            encoder={"key_weight": 1.0, **dict.fromkeys(bridges, math.inf)},
            decoder=decoder,
            features=features,
            rescaled=rescaled,
        )

    def _evened(self, channels: Tensor) -> tuple[float, float, dict[str, Floats]]:
        """Even out what enters the vocabulary layer: what is seldom large costs all others.

        Each value is made smaller by a factor, and its column of the vocabulary layer larger. The
        root shares the difference between the two (Xiao et al. 2023, alpha 0.5).

        Args:
            channels: [F] the largest of each.

        Returns:
            The range of all, that of words, and the weights that are changed.
        """
        step = {name: value.detach() for name, value in StepGraph(self.model).named_parameters()}
        factor = (channels / channels.max()).clamp(min=1e-3).sqrt()  # [F]
        makers: tuple[str, ...] = ("projection", "projection_bias")
        if "projection" not in step:
            makers = ("readout", "readout_bias", "readout_words")
        changed = {name: step[name] / factor for name in makers if name in step}
        scored = "output" if "output" in step else "table"
        changed[scored] = step[scored] * factor
        if scored == "table":  # it is looked up, too
            changed["cells.0.Ww"] = step["cells.0.Ww"] / factor.unsqueeze(1)
            if "readout_words" in step:
                of_words = changed.get("readout_words", step["readout_words"])
                changed["readout_words"] = of_words / factor.unsqueeze(1)
        words = float(changed.get("table", step["table"]).abs().max()) or 1.0
        evened = {name: np.ascontiguousarray(value.numpy()) for name, value in changed.items()}
        return float((channels / factor).max()), words, evened

    @torch.no_grad()
    def _measured(self, examples: Sequence[Example]) -> tuple[float, float, Tensor]:
        """Return the largest hidden state, readout, and features [F] that were seen, with room."""
        config, step = self.config, StepGraph(self.model)
        largest = [0.0, 0.0]
        channels = torch.zeros(self.model.table.shape[1])
        parts = self.model.parts
        usable = [(list(source), list(target)) for source, target in examples if source]
        for start in range(0, len(usable), _EXAMPLES):
            some = usable[start : start + _EXAMPLES]
            source, lengths = padded([[*ids, config.source_eos] for ids, _ in some])
            targets, _ = padded([[config.bos, *ids] for _, ids in some])  # [B, T]
            memory, keys, mask, *states = self.model.encode(source, lengths)
            places = torch.tensor([len(ids) + 1 for _, ids in some])
            for t in range(targets.shape[1]):
                live = (places > t).unsqueeze(1)
                for state in states[: parts * config.decoder_layers : parts]:
                    largest[0] = max(largest[0], float((state * live).abs().max()))
                made, _, states = step.advance(targets[:, t], memory, keys, mask, states)
                largest[1] = max(largest[1], float((made * live).abs().max()))
                seen = (step.projected(made) * live).abs().amax(dim=0)
                channels = torch.maximum(channels, seen)
        hidden, fed = (_ROOM * value for value in largest)
        channels = channels if channels.any() else torch.ones_like(channels)
        return max(1.0, hidden), fed or 1.0, _ROOM * channels
