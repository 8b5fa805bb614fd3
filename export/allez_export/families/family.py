"""What every kind of model answers, so that who traces, verifies or packages it looks into none.

Letters: B sentences, S source length, M memory positions, D memory width, A key width, W width of a
state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from torch import Tensor, nn

from allez.arrays import FloatArray
from allez.bundle.contract import Tensor as Declared
from allez.search.step import Step
from allez_export.vocabulary import BOS, EOS

Floats = npt.NDArray[np.float32]

Read = Sequence[int] | FloatArray
"""Source ids, eos last; or an image [1, channels, height, width]."""

Extent = float | tuple[float, float]
"""Of an activation: its largest absolute value, or the smallest (0 at most) and the largest."""

Example = tuple[Any, Sequence[int]]
"""Source and target ids of a pair, without bos and eos; of a family that looks at pictures, instead
of the source, an image [1, channels, height, width]."""

WHOLE = "expected a whole model, as its toolkit saved it"
"""A hint, where weights are missing or do not fit together."""

OPSET = 20
"""Of every graph; the contract allows 21 at most."""

VOCABULARY_LAYER = "allez_export::VocabularyLayer"
"""Placeholder that the tracer replaces; no graph that leaves this package holds one."""


class Picture(NamedTuple):
    """What an encoder of pictures looks at: values (v - mean) / scale, v from 0 to 255."""

    height: int
    width: int
    mean: float
    """Of all channels."""
    scale: float
    rows: int
    """Of the grid of memory positions."""
    columns: int
    channels: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a bundle says of a model, and what its graphs are held to."""

    vocabulary: int
    memory_width: int
    key_width: int
    state_widths: tuple[int, ...]
    """Of each state that the decoder carries, in order."""
    attention: str
    one_position: bool
    """Whether the memory is one vector, however long the sentence is."""
    parameters: int
    card: Mapping[str, str]
    """Rows of the model card that describe how it is built."""
    bos: int = BOS
    """Id that is fed first."""
    eos: int = EOS
    """Id that ends targets."""
    source_eos: int | None = None
    """Id that ends sources; None: the same."""
    source_vocabulary: int | None = None
    """How many words the encoder knows; None: the decoder's, whose vocabulary it shares."""
    picture: Picture | None = None
    """What its encoder looks at; None: it reads text."""
    never: tuple[int, ...] = ()
    """Ids that search may not choose; their probability is no other word's."""

    @property
    def source_end(self) -> int:
        """Id that ends sources."""
        return self.eos if self.source_eos is None else self.source_eos

    @property
    def source_words(self) -> int:
        """How many words the encoder knows."""
        return self.vocabulary if self.source_vocabulary is None else self.source_vocabulary

    @property
    def reads(self) -> str:
        """What its encoder is given, as the contract calls it."""
        return "text" if self.picture is None else "image"

    def positions(self, source_length: int) -> int:
        """Return M of a sentence, or of any picture."""
        if self.picture is not None and not self.one_position:
            return self.picture.rows * self.picture.columns
        return 1 if self.one_position else source_length

    def axes(self, tensor: Declared) -> tuple[int | str, ...]:
        """Return the axes of a tensor of the graph contract, with this model's widths."""
        widths: dict[str, int] = {"D": self.memory_width, "A": self.key_width}
        if self.picture is not None:
            widths |= {
                name: getattr(self.picture, name) for name in ("channels", "height", "width")
            }
        if "W" in tensor.axes:
            widths["W"] = self.state_widths[int(tensor.name.rpartition(".")[2])]
        return tuple(widths.get(axis, axis) for axis in tensor.axes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """How large the values are that meet the weights of the traced graphs, by their names."""

    encoder: Mapping[str, Extent]
    """Infinity: there is no bound, and the weight stays fp32."""
    decoder: Mapping[str, Extent]
    features: Extent
    """Of what enters the vocabulary layer."""
    lookup: float = 1.0
    """What words are divided by when the decoder looks them up."""
    rescaled: Mapping[str, Floats] = field(default_factory=dict)
    """Weights of the decoder that make up for it."""
    encoder_rows: bool = False
    """Whether what the encoder multiplies by a matrix is one too, [N, in]."""
    exact: tuple[str, ...] = ()
    """Tables that are looked up as they are."""
    lookups: tuple[str, ...] = ()
    """Tables of the encoder that are only looked up, so that they may have all of 8 bits."""
    encoder_grids: Mapping[str, Floats] = field(default_factory=dict)
    """Of weights that were integers, what 1 stood for in each column (of a table, row); 0: none.
    Where they fit they are taken as they are."""
    decoder_grids: Mapping[str, Floats] = field(default_factory=dict)
    encoder_stored: bool = False
    """Whether the encoder's weights that are multiplied as floats are stored as integers."""


class Family(Protocol):
    """A trained model of some kind, in evaluation mode."""

    name: ClassVar[str]
    """Its folder here; see `allez_export.families.FAMILIES`."""

    @property
    def config(self) -> Any:
        """What `load` needs, a dataclass of plain values; of our own models, `[model]`."""

    @property
    def weights(self) -> Mapping[str, Tensor]:
        """What else `load` needs, by name."""

    @property
    def facts(self) -> Facts:
        """What others may know of it."""

    @classmethod
    def load(cls, config: Any, weights: Mapping[str, Tensor]) -> Family:
        """Build a model and give it weights.

        Raises:
            InputError: they are not those of such a model.
        """

    def encoder_module(self) -> nn.Module:
        """Return what is traced to `encoder.onnx`, as `allez.bundle.contract` says."""

    def step_module(self) -> nn.Module:
        """Return what is traced to `decoder.onnx`; run by torch it is the reference for a step."""

    @property
    def reference_encoding(self) -> Callable[..., tuple[Tensor, ...]]:
        """Returns what the encoder's graph must give, of what it is given.

        That is source [B, S] int64, padded, and length [B]; or an image [B, channels, height,
        width].
        """

    def reference_step(self, sentences: Sequence[Any]) -> Step:
        """Return sentences (source ids, eos last) read by torch, ready to be searched.

        Of a family that looks at pictures: images, each [1, channels, height, width].
        """

    def activation_ranges(self, examples: Sequence[Example]) -> Ranges:
        """Return how large activations get, where that is not bounded on these examples."""
