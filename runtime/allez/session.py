"""The only module that touches ONNX Runtime: threads, providers, `Encoder`, `DecoderStep`.

The package has switched its telemetry off by then; see telemetry.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import onnxruntime as ort  # telemetry is off by now: the package itself sees to it

from allez import telemetry
from allez.bundle import Manifest
from allez.contract import (
    MASKED,
    MEMORY_STEP,
    TEXT_INPUTS,
    WHOLE_VOCABULARY,
    Graph,
    Tensor,
    decoder_graph,
    encoder_graph,
    next_state_names,
    state_names,
)
from allez.errors import BundleFormatError, OptionError, SessionError
from allez.outline import read_outline
from allez.search import StepResult
from allez.types import BoolArray, FloatArray, IntArray

ort.set_default_logger_severity(4)  # its remarks on hardware are not for the user's screen

CPU = "CPUExecutionProvider"

_LEVELS = {
    "disabled": ort.GraphOptimizationLevel.ORT_DISABLE_ALL,
    "basic": ort.GraphOptimizationLevel.ORT_ENABLE_BASIC,
    "extended": ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
    "all": ort.GraphOptimizationLevel.ORT_ENABLE_ALL,
}
_TYPES = {"float32": "tensor(float)", "int64": "tensor(int64)", "int32": "tensor(int32)"}


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
        outline = read_outline(graph)
        _check(outline.inputs, expected.inputs, "input", manifest)
        _check(outline.outputs, expected.outputs, "output", manifest)
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
        _check(session.get_outputs(), expected.outputs, "output", manifest)
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


def _check(found: Sequence[Any], expected: Sequence[Tensor], kind: str, manifest: Manifest) -> None:
    """Compare a graph's inputs or outputs with the contract and the manifest.

    Args:
        found: what there is, with `name`, `type` and `shape` each.
        expected: what there must be.
        kind: what errors call them.
        manifest: knows the widths.
    """
    widths = {"D": manifest.memory_width, "A": manifest.key_width}
    states = {state.name: state.width for state in manifest.states}

    def axis(tensor: Tensor, letter: str) -> int | str:
        if letter == "W":
            return states.get(tensor.name.removeprefix("next_"), "W")
        return widths.get(letter, letter)

    wanted = {t.name: (_TYPES[t.dtype], tuple(axis(t, a) for a in t.axes)) for t in expected}
    actual = {}
    for value in found:
        shape = tuple(value.shape)
        like = wanted.get(value.name, ("", shape))[1]
        if manifest.attention == "none" and len(like) == len(shape):
            # There is one position, which ONNX Runtime finds out for some tensors.
            axes = zip(like, shape, strict=True)
            shape = tuple("M" if pair == ("M", 1) else pair[1] for pair in axes)
        actual[value.name] = (value.type, shape)
    for name in sorted(wanted.keys() | actual.keys()):
        if actual.get(name) != wanted.get(name):
            raise BundleFormatError(
                f"{kind} {name!r} is {_describe(actual.get(name))}, "
                f"the contract says {_describe(wanted.get(name))}"
            )


def _describe(tensor: tuple[str, tuple[int | str, ...]] | None) -> str:
    return "absent" if tensor is None else f"{tensor[0]} {list(tensor[1])}"


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
        if manifest.encoder_inputs != tuple(tensor.name for tensor in TEXT_INPUTS):
            raise BundleFormatError(f"an encoder of {manifest.encoder_inputs} does not read text")
        if tuple(state.name for state in manifest.states) != state_names(count):
            raise BundleFormatError("the manifest's states are not named state.0, state.1, …")
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
    """`decoder.onnx`: starts the decoding of a batch of encoded sentences."""

    def __init__(
        self, graph: bytes, manifest: Manifest, *, providers: Sequence[str] | None = None
    ) -> None:
        count = len(manifest.states)
        expected = decoder_graph(count)
        self._session = open_session("decoder", graph, manifest, expected, providers=providers)
        self._vocabulary = manifest.vocabulary
        self._states = state_names(count)
        self._next_states = next_state_names(count)

    def start(
        self, sentences: Sequence[Encoded], candidates: Sequence[IntArray] | None = None
    ) -> Decoding:
        """Return a fresh `Step` over the sentences, a row for each.

        Args:
            sentences: what the encoder made of them.
            candidates: for each the ids [C] that may follow, ascending; None: the whole vocabulary.
        """
        return Decoding(self, sentences, candidates)

    def bind(self) -> ort.IOBinding:
        """Return an empty list of what a step reads and writes."""
        return self._session.io_binding()

    def run(self, binding: ort.IOBinding) -> None:
        """Take one step.

        Raises:
            SessionError: the graph failed, or has outputs of other shapes than are bound.
        """
        try:
            self._session.run_with_iobinding(binding)
        except Exception as error:
            raise SessionError(f"the decoder failed: {_first_line(error)}") from None


class Decoding:
    """A batch in the course of being decoded: a `search.Step`.

    Memory is shared by a sentence's rows. Where candidates are listed, a step scores those of
    all sentences, and each sentence takes its own of them alone; a step that is asked for the
    log-probabilities of all words scores all of them.
    """

    def __init__(
        self,
        decoder: DecoderStep,
        sentences: Sequence[Encoded],
        candidates: Sequence[IntArray] | None = None,
    ) -> None:
        self._decoder = decoder
        longest = max(sentence.length for sentence in sentences)
        if longest > 1:
            longest += -longest % MEMORY_STEP

        def padded(arrays: list[FloatArray], value: float) -> FloatArray:
            shape = (len(arrays), longest, *arrays[0].shape[2:])
            joined = np.full(shape, value, dtype=np.float32)
            for row, array in enumerate(arrays):
                joined[row, : array.shape[1]] = array[0]
            return joined

        self._memory = {
            "memory": padded([s.memory for s in sentences], 0.0),  # [B, M, D]
            "keys": padded([s.keys for s in sentences], 0.0),  # [B, M, A]
            "memory_mask": padded([s.mask for s in sentences], MASKED),  # [B, M]
        }
        self._listed: BoolArray | None = None
        if candidates is not None:
            self._listed = np.zeros((len(sentences), decoder._vocabulary), dtype=bool)  # [B, V]
            for row, ids in enumerate(candidates):
                self._listed[row, ids] = True
        self._list()
        states = zip(*(sentence.states for sentence in sentences), strict=True)
        self._states = [_value(np.concatenate(parts)) for parts in states]  # each [B, W]
        self._bound: _Bound | None = None

    def __call__(
        self, token: IntArray, parent: IntArray, k: int, *, full: bool = False
    ) -> StepResult:
        """Feed one token per row; see `search.Step`."""
        vocabulary, bound = self._decoder._vocabulary, self._bound
        listed = self._lists if self._lists is not None and not full else None
        k = min(k, vocabulary if listed is None else listed.width)
        if bound is None or bound.shape != (len(token), full):
            states = self._states if bound is None else bound.states
            bound = self._bound = _Bound(self._decoder, self._memory, states, len(token), full=full)
        bound.score(self._whole if listed is None else listed.feeds, k)
        result = bound.run(token, parent)
        if int(result.top_tokens.view(np.uint64).max(initial=0)) >= vocabulary:  # negative: large
            raise SessionError("the decoder gave words that the contract does not know")
        if listed is not None and k > listed.fewest:  # words of a neighbour are no words
            scores = np.where(result.top_log_probs < MASKED / 2, -np.inf, result.top_log_probs)
            result = result._replace(top_log_probs=scores)
        return result

    def keep(self, sentences: IntArray) -> None:
        """Forget all sentences but these; see `search.Step`."""
        self._memory = {name: array[sentences] for name, array in self._memory.items()}
        if self._bound is not None:
            self._states, self._bound = self._bound.states, None
        if self._listed is not None:
            self._listed = self._listed[sentences]
        self._list()

    def _list(self) -> None:
        """Put together what the sentences that are left may say."""
        batch = len(self._memory["memory"])
        self._whole = {
            "candidates": _value(np.array([WHOLE_VOCABULARY], dtype=np.int64)),
            "candidate_mask": _value(np.zeros((batch, 1), dtype=np.float32)),  # [B, 1]
        }
        self._lists = None if self._listed is None else _Lists.of(self._listed)


class _Bound:
    """Where the steps of N rows read and write: bound once, since that takes as long as a step.

    States go to and fro between two places: what one step writes, the next one reads.
    """

    def __init__(
        self,
        decoder: DecoderStep,
        memory: dict[str, FloatArray],
        states: list[ort.OrtValue],
        rows: int,
        *,
        full: bool,
    ) -> None:
        self.shape = (rows, full)
        self.states = states
        """What the next step reads."""
        self._decoder = decoder
        self._rows = np.empty((2, rows), dtype=np.int64)  # [2, N] token and parent
        self._attention = np.empty((rows, memory["memory"].shape[1]), dtype=np.float32)  # [N, M]
        self._log_probs = np.empty((rows, decoder._vocabulary if full else 0), dtype=np.float32)
        self._top = (np.empty((rows, 0), dtype=np.float32), np.empty((rows, 0), dtype=np.int64))
        self._words: dict[str, ort.OrtValue] | None = None
        # A binding keeps no array alive; these do.
        self._inputs = {name: _value(array) for name, array in memory.items()}
        self._inputs |= {"token": _value(self._rows[0]), "parent": _value(self._rows[1])}
        self._outputs = {"attention": _value(self._attention)}
        if full:
            self._outputs["log_probs"] = _value(self._log_probs)
        widths = [state.shape()[1] for state in states]
        self._ways = []  # a binding, and the states [N, W] that it writes
        for _ in range(2):
            written = [_value(np.empty((rows, width), dtype=np.float32)) for width in widths]
            binding = decoder.bind()
            _bind(binding, self._inputs, self._outputs)
            _bind(binding, {}, dict(zip(decoder._next_states, written, strict=True)))
            self._ways.append((binding, written))
        self._read(0, states)
        self._read(1, self._ways[0][1])
        self._first = True

    def _read(self, way: int, states: list[ort.OrtValue]) -> None:
        _bind(self._ways[way][0], dict(zip(self._decoder._states, states, strict=True)), {})

    def score(self, words: dict[str, ort.OrtValue], k: int) -> None:
        """Say which words are scored from now on, and how many of the best are returned."""
        if words is self._words and k == self._top[0].shape[1]:
            return
        rows = self.shape[0]
        self._words = words
        self._top = (np.empty((rows, k), dtype=np.float32), np.empty((rows, k), dtype=np.int64))
        self._inputs |= words | {"k": _value(np.array(k, dtype=np.int64))}
        scores, tokens = self._top
        self._outputs |= {"top_log_probs": _value(scores), "top_tokens": _value(tokens)}
        for binding, _ in self._ways:
            _bind(binding, self._inputs, self._outputs)

    def run(self, token: IntArray, parent: IntArray) -> StepResult:
        """Take a step with token and parent [N]."""
        self._rows[0], self._rows[1] = token, parent
        binding, self.states = self._ways[0]
        self._decoder.run(binding)
        if self._first:  # what was there before is not read again
            self._first = False
            self._read(0, self._ways[1][1])
        self._ways.reverse()
        log_probs = self._log_probs.copy() if self.shape[1] else None
        top_log_probs, top_tokens = self._top
        return StepResult(
            top_log_probs.copy(), top_tokens.copy(), self._attention.copy(), log_probs
        )


def _bind(
    binding: ort.IOBinding, inputs: dict[str, ort.OrtValue], outputs: dict[str, ort.OrtValue]
) -> None:
    for name, value in inputs.items():
        binding.bind_ortvalue_input(name, value)
    for name, value in outputs.items():
        binding.bind_ortvalue_output(name, value)


class _Lists(NamedTuple):
    """The candidates of a batch as the graph takes them."""

    feeds: dict[str, ort.OrtValue]
    width: int
    """C, those of all sentences together."""
    fewest: int
    """Those of the sentence that has the fewest."""

    @classmethod
    def of(cls, listed: BoolArray) -> _Lists:
        """Join what is listed [B, V] for each sentence."""
        candidates = np.flatnonzero(listed.any(axis=0)).astype(np.int64, copy=False)  # [C]
        mask = np.where(listed[:, candidates], np.float32(0), np.float32(MASKED))  # [B, C]
        feeds = {"candidates": _value(candidates), "candidate_mask": _value(mask)}
        return cls(feeds, len(candidates), int(listed.sum(axis=1).min()))


def _value(array: FloatArray | IntArray) -> ort.OrtValue:
    return ort.OrtValue.ortvalue_from_numpy(np.asarray(array, order="C"))
