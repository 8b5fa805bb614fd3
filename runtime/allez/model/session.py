"""The only module that touches ONNX Runtime: threads, providers, sessions, tensors.

The package has switched its telemetry off by then; see telemetry.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import onnxruntime as ort  # telemetry is off by now: the package itself sees to it

from allez import telemetry
from allez.arrays import FloatArray, IntArray
from allez.bundle import Bundle, Graph, Manifest, check_graph, check_values
from allez.bundle import Value as GraphValue
from allez.errors import BundleFormatError, OptionError, SessionError
from allez.options import Providers

ort.set_default_logger_severity(4)  # its remarks on hardware are not for the user's screen

CPU = "CPUExecutionProvider"


_LEVELS = {
    "disabled": ort.GraphOptimizationLevel.ORT_DISABLE_ALL,
    "basic": ort.GraphOptimizationLevel.ORT_ENABLE_BASIC,
    "extended": ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
    "all": ort.GraphOptimizationLevel.ORT_ENABLE_ALL,
}
Session: TypeAlias = ort.InferenceSession
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
    bundle: Bundle,
    expected: Graph,
    *,
    providers: Providers = None,
) -> Session:
    """Load one graph of a bundle and hold it to the contract.

    What the file says of itself is checked before ONNX Runtime is given a byte of it, unless it is
    of the store: then these very bytes were checked, and tried, when they were installed.

    One thread per call: a step is too short to share, and callers that have much to do make several
    calls at a time.

    Args:
        role: which file of the bundle, and what errors call the graph.
        bundle: has it.
        expected: inputs and outputs that the graph must have.
        providers: execution providers, best first; None: the CPU.

    Raises:
        OptionError: a provider is not available.
        SessionError: ONNX Runtime is too old or refuses the graph.
        BundleFormatError: the file is no graph that a bundle may hold, or has other inputs or
            outputs than the contract says.
    """
    graph, manifest = bundle.data(role), bundle.manifest
    wanted = _checked_providers([CPU] if providers is None else providers)
    if _version(ort.__version__) < _version(manifest.minimum_onnxruntime):
        raise SessionError(
            f"the bundle needs onnxruntime {manifest.minimum_onnxruntime} or newer, "
            f"this is {ort.__version__}",
            hint="pip install --upgrade onnxruntime",
        )
    try:
        if not bundle.trusted:
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
        raise SessionError(f"ONNX Runtime refused the {role} graph: {first_line(error)}") from None
    session._model_bytes = None  # kept to open it again on another device, which nobody does here
    try:  # once more, with the shapes that ONNX Runtime inferred
        found = [
            GraphValue(each.name, _NAMES.get(each.type, each.type), tuple(each.shape))
            for each in session.get_outputs()
        ]
        check_values(found, expected.outputs, "output", manifest)
    except BundleFormatError as error:
        raise BundleFormatError(f"the {role} graph: {error}") from None
    return session


def _checked_providers(providers: object) -> list[str | tuple[str, dict[str, Any]]]:
    """Return providers as ONNX Runtime takes them."""
    if isinstance(providers, str) or not isinstance(providers, Sequence):
        raise OptionError(
            f"providers must be a list of names, not {providers!r}", hint=f"providers=[{CPU!r}]"
        )
    available = ort.get_available_providers()
    checked: list[str | tuple[str, dict[str, Any]]] = []
    for provider in providers:
        match provider:
            case str(name):
                checked.append(name)
            case (str(name), Mapping() as settings):
                checked.append((name, dict(settings)))
            case _:
                raise OptionError(
                    f"a provider is a name, or a name and its options, not {provider!r}"
                )
        if name not in available:
            raise OptionError(
                f"provider {name!r} is not available",
                hint=f"available: {', '.join(available)}",
            )
    return checked


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


def first_line(error: Exception) -> str:
    """Return what an error of ONNX Runtime says first; the rest is its own call stack."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def make_value(array: FloatArray | IntArray) -> Value:
    """Return a tensor that shares its memory with `array`."""
    return ort.OrtValue.ortvalue_from_numpy(np.asarray(array, order="C"))
