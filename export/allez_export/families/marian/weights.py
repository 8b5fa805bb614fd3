"""The arrays of a student, by Marian's names: each has its shape, and none is left over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from allez.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentConfig:
    """How a student is built. Widths that the arrays tell are not repeated here."""

    width: int
    """d, of embeddings and layers."""
    heads: int
    encoder_layers: int
    decoder_order: tuple[int, ...]
    """For each layer of the decoder, the number of the layer whose weights it has, from 1."""
    activation: str = "relu"
    """Of feed-forward layers: relu, swish or gelu."""
    before: str = ""
    """What happens to a sublayer's input: n normalizes."""
    after: str = "dan"
    """What happens to its output: a adds the input, n normalizes, d is of training."""
    embedded: str = "d"
    """What happens to embeddings: n normalizes."""
    top: str = ""
    """What happens to the output of the last layer."""
    aligned_layer: int = -1
    """The decoder's layer whose first head is what is attended to, from 0; -1: the last."""
    source_words: int
    target_words: int
    source_eos: int = 0
    eos: int = 0
    unknown: int = 1
    positions: int = 1024
    """Longer sentences have the last position's embedding beyond."""
    grids: Mapping[str, float] = field(default_factory=dict)
    """Of arrays that were integers: what 1 stands for."""
    ranges: Mapping[str, float] = field(default_factory=dict)
    """What the activations that meet an array are cut off at, if the file says so."""

    def problem(self, layers: int | None = None) -> str | None:
        """Return what no such model can have; None if all is well.

        Args:
            layers: of the decoder; None: as many as its order names.
        """
        count = len(self.decoder_order) if layers is None else layers
        if self.activation not in ("relu", "swish", "gelu"):
            return f"the activation {self.activation} is not read; relu, swish and gelu are"
        if self.width % self.heads or self.width % 2:
            return f"a width of {self.width} cannot be shared by {self.heads} heads"
        if len(self.decoder_order) != count or not self.decoder_order:
            return f"{len(self.decoder_order)} layers are tied, the decoder has {count}"
        if any(type(n) is not int or not 1 <= n <= count for n in self.decoder_order):
            return f"the tied layers {self.decoder_order} are not those of the decoder"
        if not -1 <= self.aligned_layer < count:
            return f"there is no layer {self.aligned_layer + 1} to align by"
        for steps, allowed in (
            (self.before, "nd"),
            (self.after, "dan"),
            (self.embedded, "nd"),
            (self.top, "nd"),
        ):
            if set(steps) - set(allowed):
                return f"the steps {steps} around a layer are not read; {allowed} are"
        return None


class Weights:
    """Arrays that are asked for by name and shape.

    Args:
        arrays: by Marian's names.
        grids: see `StudentConfig`.
    """

    def __init__(self, arrays: Mapping[str, Tensor], grids: Mapping[str, float]) -> None:
        self._arrays = arrays
        self._grids = grids
        self._left = set(arrays)

    def __contains__(self, name: str) -> bool:
        return name in self._arrays

    def matrix(self, name: str, *shape: int | None) -> Tensor:
        """Return an array of a shape, float32; None: any size.

        Raises:
            InputError: there is none, or it has another shape.
        """
        if name not in self._arrays:
            raise InputError(
                f"the model has no {name}", hint="its settings promise it: the file is incomplete"
            )
        found = self._arrays[name]
        right = found.ndim == len(shape) and all(
            wanted in (None, size) for size, wanted in zip(found.shape, shape, strict=True)
        )
        if not right:
            wanted = " x ".join("any" if size is None else str(size) for size in shape)
            sizes = " x ".join(map(str, found.shape)) or "a single number"
            raise InputError(
                f"{name} is {sizes}; it should be {wanted}",
                hint="the settings in the file are of another model, or it is damaged",
            )
        if not bool(torch.isfinite(found).all()):
            raise InputError(
                f"{name} has values that are not finite",
                hint="its training went wrong, or the file is damaged",
            )
        self._left.discard(name)
        return found.detach().float().contiguous()

    def vector(self, name: str, size: int) -> Tensor:
        """Return an array that Marian keeps as one row."""
        return self.matrix(name, 1, size)[0]

    def grid(self, name: str, columns: int, factor: float = 1.0) -> Tensor:
        """Return what 1 stood for in each column, [columns]; 0 where values were no integers."""
        return torch.full((columns,), self._grids.get(name, 0.0) * factor)

    def finish(self) -> None:
        """Demand that every array was asked for.

        Raises:
            InputError: one was not: the model has something that is not supported.
        """
        if self._left:
            first = min(self._left)
            raise InputError(
                f"the model has {first}, and {len(self._left) - 1} more arrays that its settings "
                "do not explain",
                hint="an architecture that is not read, or settings of another model",
            )
