"""`encoder.onnx`: what it reads, and what it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from allez.arrays import FloatArray, Int32Array, IntArray
from allez.bundle import Bundle, encoder_graph
from allez.errors import SessionError
from allez.model.session import first_line, open_session
from allez.options import Providers
from allez.search import Source


class TextSource(NamedTuple):
    """A sentence as the encoder reads it: a `search.Source`."""

    ids: tuple[int, ...]
    """[S] subwords, eos last."""

    @property
    def length(self) -> int:
        """S."""
        return len(self.ids)

    def feeds(self) -> Mapping[str, FloatArray | IntArray | Int32Array]:
        """Return the encoder's inputs; see `search.Source`."""
        return {
            "source": np.array([self.ids], dtype=np.int64),  # [1, S]
            "source_length": np.array([len(self.ids)], dtype=np.int32),
        }


class ImageSource(NamedTuple):
    """An image as the encoder reads it: a `search.Source`."""

    pixels: FloatArray
    """[1, channels, height, width], (value - mean) / scale."""
    positions: int
    """M: rows x columns of the grid that lies over it."""

    @property
    def length(self) -> int:
        """M."""
        return self.positions

    def feeds(self) -> Mapping[str, FloatArray | IntArray | Int32Array]:
        """Return the encoder's input; see `search.Source`."""
        return {"image": self.pixels}


class Encoding(NamedTuple):
    """One sentence as the encoder leaves it."""

    memory: FloatArray
    """[1, M, D]"""
    keys: FloatArray
    """[1, M, A]"""
    mask: FloatArray
    """[1, M]"""
    states: tuple[FloatArray, ...]
    """Each [1, W]."""

    @property
    def length(self) -> int:
        """M."""
        return int(self.memory.shape[1])


class Encoder:
    """`encoder.onnx`: reads one sentence, or one image, at a time.

    Never a batch: int8 recurrent layers scale their activations per call, so that a neighbour
    would change the answer. Callers run several sentences at once instead.
    """

    def __init__(self, bundle: Bundle, *, providers: Providers = None) -> None:
        manifest = bundle.manifest
        count = len(manifest.states)
        expected = encoder_graph(count, manifest.input.kind)
        self._session = open_session("encoder", bundle, expected, providers=providers)
        self._outputs = [tensor.name for tensor in expected.outputs]
        self._widths = (manifest.memory_width, manifest.key_width)
        self._state_shapes = [(1, state.width) for state in manifest.states]
        self._attends = manifest.attention != "none"

    def __call__(self, source: Source) -> Encoding:
        """Read one source.

        Raises:
            SessionError: the graph failed.
        """
        try:
            memory, keys, mask, *states = self._session.run(self._outputs, dict(source.feeds()))
        except Exception as error:
            raise SessionError(f"the encoder failed: {first_line(error)}") from None
        positions = memory.shape[1]
        shapes = [(1, positions, width) for width in self._widths]
        if (
            positions != (source.length if self._attends else 1)
            or [memory.shape, keys.shape] != shapes
            or mask.shape != (1, positions)
            or [state.shape for state in states] != self._state_shapes
        ):
            raise SessionError("the encoder gave tensors of other shapes than the contract says")
        return Encoding(memory, keys, mask, tuple(states))
