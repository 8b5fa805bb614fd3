"""How large the activations of a student get, by the names its graphs give to weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from allez_export.families.family import Example, Extent, Floats, Ranges
from allez_export.families.marian.graphs import DecoderStep, EncoderGraph, Product, Vocabulary
from allez_export.families.marian.weights import StudentConfig
from allez_export.families.steps import padded

_TOGETHER = 64
"""Examples that are read at once."""

_TABLES = ("Wemb", "none", "decoder_Wemb")
"""What the vocabulary layer's range is called in files."""


def activation_ranges(
    encoder: EncoderGraph, step: DecoderStep, config: StudentConfig, examples: Sequence[Example]
) -> Ranges:
    """Return how large activations get on examples; without any, as the file says.

    Args:
        encoder: what is traced.
        step: what is traced.
        config: of the model.
        examples: sources and targets, without eos.

    Raises:
        ValueError: there are no examples, and the file says nothing.
    """
    usable = [(source, target) for source, target in examples if source]
    if usable:
        watches = [_Watch(encoder), _Watch(step)]
        for start in range(0, len(usable), _TOGETHER):
            _read(encoder, step, config, usable[start : start + _TOGETHER], watches)
        found = [watch.end() for watch in watches]
    else:
        found = [_of_file(module, config.ranges) for module in (encoder, step)]
    return Ranges(
        encoder=found[0],
        decoder={name: value for name, value in found[1].items() if name != "vocabulary.W"},
        features=found[1]["vocabulary.W"],
        encoder_rows=True,
        exact=("words.places",),
        lookups=("words.table",),
        encoder_grids=_grids(encoder),
        decoder_grids=_grids(step),
    )


class _Watch:
    """Remembers the smallest and the largest value that each product of a module is given.

    Args:
        module: its `Product`s and its `Vocabulary`.
    """

    def __init__(self, module: nn.Module) -> None:
        self.found: dict[str, tuple[float, float]] = {}
        self.rows = torch.zeros(0, dtype=torch.bool)
        """[N]: the rows that stand for words; the others are padding."""
        self._handles = [
            part.register_forward_pre_hook(self._note(f"{name}.W"))
            for name, part in module.named_modules()
            if isinstance(part, (Product, Vocabulary))
        ]

    def _note(self, name: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def note(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            values = inputs[0][self.rows]
            low, high = self.found.get(name, (0.0, 0.0))
            self.found[name] = (min(low, float(values.min())), max(high, float(values.max())))

        return note

    def end(self) -> Mapping[str, Extent]:
        """Leave the module as it was; return what was found."""
        for handle in self._handles:
            handle.remove()
        return self.found


@torch.no_grad()
def _read(
    encoder: EncoderGraph,
    step: DecoderStep,
    config: StudentConfig,
    examples: Sequence[Example],
    watches: Sequence[_Watch],
) -> None:
    """Read sources, and go through their targets step by step."""
    source, lengths = padded([[*ids, config.source_eos] for ids, _ in examples])
    target, counts = padded([[*ids, config.eos] for _, ids in examples])
    watches[0].rows = (torch.arange(source.shape[1]) < lengths[:, None]).flatten()
    memory, keys, mask, *states = encoder(source, lengths.to(torch.int32))
    rows = torch.arange(len(examples))
    usual = (memory, keys, mask, torch.tensor([-1]), torch.zeros(len(rows), 1), torch.tensor(1))
    token = torch.full((len(rows),), max(config.source_words, config.target_words))
    for place in range(target.shape[1]):
        watches[1].rows = counts > place
        _, _, _, _, *states = step(token, rows, *usual, states)
        token = target[:, place]


def _of_file(module: nn.Module, ranges: Mapping[str, float]) -> dict[str, Extent]:
    """Return the ranges that a file has."""
    found: dict[str, Extent] = {}
    for name, part in module.named_modules():
        if isinstance(part, (Product, Vocabulary)):
            parts = part.parts if isinstance(part, Product) else _TABLES
            known = [ranges[array] for array in parts if array in ranges]
            if not known:
                raise ValueError(f"nothing says how large the input of {name} gets")
            found[f"{name}.W"] = max(known)
    return found


def _grids(module: nn.Module) -> dict[str, Floats]:
    """Return what 1 stood for in each column of a matrix, or row of a table."""
    found: dict[str, Floats] = {}
    for name, part in module.named_modules():
        grid = getattr(part, "grid", None)
        if isinstance(grid, Tensor) and bool(grid.any()):
            kind = "W" if isinstance(part, Product) else "table"
            found[f"{name}.{kind}"] = grid.numpy().astype(np.float32)
    return found
