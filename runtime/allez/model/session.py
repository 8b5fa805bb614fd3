"""The only module that touches ONNX Runtime: threads, providers, `Encoder`, `DecoderStep`.

The package has switched its telemetry off by then; see telemetry.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import onnxruntime as ort  # telemetry is off by now: the package itself sees to it

from allez import telemetry
from allez.arrays import FloatArray, IntArray
from allez.bundle.contract import (
    Graph,
    decoder_graph,
    encoder_graph,
    next_state_names,
    state_names,
)
from allez.bundle.manifest import Manifest
from allez.bundle.onnx_check import Value as GraphValue
from allez.bundle.onnx_check import check_graph, check_values
from allez.errors import BundleFormatError, OptionError, SessionError

ort.set_default_logger_severity(4)  # its remarks on hardware are not for the user's screen

CPU = "CPUExecutionProvider"

_LEVELS = {
    "disabled": ort.GraphOptimizationLevel.ORT_DISABLE_ALL,
    "basic": ort.GraphOptimizationLevel.ORT_ENABLE_BASIC,
    "extended": ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
    "all": ort.GraphOptimizationLevel.ORT_ENABLE_ALL,
}
Value: TypeAlias = ort.OrtValue
Binding: TypeAlias = ort.IOBinding

_NAMES = {"tensor(float)": "float32", "tensor(int64)": "int64", "tensor(int32)": "int32"}
"""Element types in ONNX Runtime's words, to NumPy's."""


def environment() -> dict[str, str]:
    """Return version, available providers and telemetry state of ONNX Runtime."""
    return {
        "onnxruntime": ort.__version__,
        "providers": ", ".join(ort.get_available_providers()),
        "telemetry": "may be on: onnxruntime was loaded before" if telemetry.TOO_LATE else "off",
    }


def open_session(
    role: str,
    graph: bytes,
    manifest: Manifest,
    expected: Graph,
    *,
    providers: Sequence[str] | None = None,
) -> ort.InferenceSession:
    """Load one graph of a bundle and hold it to the contract.

    What the file says of itself is checked before ONNX Runtime is given a byte of it. One thread
    per call: a step is too short to share, and callers that have much to do make several calls
    at a time.

    Args:
        role: what errors call the graph.
        graph: bytes of the ONNX file.
        manifest: the bundle's.
        expected: inputs and outputs that the graph must have.
        providers: execution providers, best first; None: the CPU.

    Raises:
        OptionError: a provider is not available.
        SessionError: ONNX Runtime is too old or refuses the graph.
        BundleFormatError: the file is no graph that a bundle may hold, or has other inputs or
            outputs than the contract says.
    """
    wanted = list(providers) if providers is not None else [CPU]
    available = ort.get_available_providers()
    for provider in wanted:
        if provider not in available:
            raise OptionError(
                f"provider {provider!r} is not available",
                hint=f"available: {', '.join(available)}",
            )
    if _version(ort.__version__) < _version(manifest.minimum_onnxruntime):
        raise SessionError(
            f"the bundle needs onnxruntime {manifest.minimum_onnxruntime} or newer, "
            f"this is {ort.__version__}",
            hint="pip install --upgrade onnxruntime",
        )
    try:
        check_graph(graph, expected, manifest)
    except BundleFormatError as error:
        raise BundleFormatError(f"the {role} graph: {error}", hint=error.hint) from None
    options = _session_options(manifest)
    try:
        # No second try that prints, no settings out of the graph.
        session = ort.InferenceSession(
            graph, options, providers=wanted, enable_fallback=0, read_config_from_model=0
        )
    except Exception as error:  # the library has no common base but Exception
        raise SessionError(f"ONNX Runtime refused the {role} graph: {_first_line(error)}") from None
    try:  # once more, with the shapes that ONNX Runtime inferred
        found = [
            GraphValue(each.name, _NAMES.get(each.type, each.type), tuple(each.shape))
            for each in session.get_outputs()
        ]
        check_values(found, expected.outputs, "output", manifest)
    except BundleFormatError as error:
        raise BundleFormatError(f"the {role} graph: {error}") from None
    return session


def _session_options(manifest: Manifest) -> ort.SessionOptions:
    """Return what a session is opened with: one thread, nothing guessed, nothing said."""
    if manifest.optimization_level not in _LEVELS:
        raise BundleFormatError(f"unknown optimization level {manifest.optimization_level!r}")
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = _LEVELS[manifest.optimization_level]
    options.log_severity_level = 4
    # By itself it would take bytes that look like its own format for that.
    options.add_session_config_entry("session.load_model_format", "ONNX")
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    return options


def _version(text: str) -> tuple[int, ...]:
    parts = text.split("+")[0].split(".")
    return tuple(int(part) for part in parts[:3] if part.isdigit())


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


class Encoded(NamedTuple):
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
    """`encoder.onnx`: reads one sentence at a time.

    Never a batch: int8 recurrent layers scale their activations per call, so that a neighbour
    would change the answer. Callers run several sentences at once instead.
    """

    def __init__(
        self, graph: bytes, manifest: Manifest, *, providers: Sequence[str] | None = None
    ) -> None:
        count = len(manifest.states)
        if manifest.input.kind != "text":
            raise BundleFormatError(f"the encoder reads {manifest.input.kind}, not text")
        expected = encoder_graph(count)
        self._session = open_session("encoder", graph, manifest, expected, providers=providers)
        self._outputs = [tensor.name for tensor in expected.outputs]
        self._widths = (manifest.memory_width, manifest.key_width)
        self._state_shapes = [(1, state.width) for state in manifest.states]

    def __call__(self, source: Sequence[int]) -> Encoded:
        """Read source ids, the last of which is eos.

        Raises:
            SessionError: the graph failed.
        """
        feeds = {
            "source": np.array([source], dtype=np.int64),  # [1, S]
            "source_length": np.array([len(source)], dtype=np.int32),
        }
        try:
            memory, keys, mask, *states = self._session.run(self._outputs, feeds)
        except Exception as error:
            raise SessionError(f"the encoder failed: {_first_line(error)}") from None
        positions = memory.shape[1]
        shapes = [(1, positions, width) for width in self._widths]
        if (
            positions not in (1, len(source))
            or [memory.shape, keys.shape] != shapes
            or mask.shape != (1, positions)
            or [state.shape for state in states] != self._state_shapes
        ):
            raise SessionError("the encoder gave tensors of other shapes than the contract says")
        return Encoded(memory, keys, mask, tuple(states))


class DecoderStep:
    """`decoder.onnx`: one step for the rows of a batch; `decoding.Decoding` takes one by one."""

    def __init__(
        self, graph: bytes, manifest: Manifest, *, providers: Sequence[str] | None = None
    ) -> None:
        count = len(manifest.states)
        expected = decoder_graph(count)
        self._session = open_session("decoder", graph, manifest, expected, providers=providers)
        self.vocabulary = manifest.vocabulary
        """V"""
        self.states = state_names(count)
        """Inputs that carry what one step leaves to the next."""
        self.next_states = next_state_names(count)
        self.in_place = self._session.get_providers() == [CPU]
        """Whether what is written into a bound input is seen; other devices copy it when it is
        bound."""

    def bind(self) -> Binding:
        """Return an empty list of what a step reads and writes."""
        return self._session.io_binding()

    def run(self, binding: Binding) -> None:
        """Take one step.

        Raises:
            SessionError: the graph failed, or has outputs of other shapes than are bound.
        """
        try:
            self._session.run_with_iobinding(binding)
        except Exception as error:
            raise SessionError(f"the decoder failed: {_first_line(error)}") from None


def make_value(array: FloatArray | IntArray) -> Value:
    """Return a tensor that shares its memory with `array`."""
    return ort.OrtValue.ortvalue_from_numpy(np.asarray(array, order="C"))
