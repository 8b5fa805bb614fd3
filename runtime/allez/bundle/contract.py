"""The contract between exporter and runtime: names, axes and types of every graph tensor.

Typed views of `spec/contract.json`, which decides. The letters are the project's one alphabet of
shapes:

    B sentences          K rows per sentence (beam)     N = B x K rows of this step
    P rows of the previous step                         S source length
    M memory positions (S for text, rows x columns for images, 1 for attention="none")
    D memory width       A key width                    W width of one state
    V vocabulary         C candidates                   k continuations asked for
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from allez.spec import SPEC

_GRAPHS, _ONNX = SPEC["graphs"], SPEC["onnx"]

FORMAT_VERSION: int = SPEC["manifest"]["written"]
"""What the exporter writes. Raised only when an older runtime could no longer read the bundle."""

RULES_VERSION: int = SPEC["manifest"]["written_with_search_rules"]
"""Of a bundle that is searched by other rules than older runtimes know, so that they refuse it."""

SEARCH_FIELDS: list[dict[str, Any]] = SPEC["manifest"]["records"]["search"]
"""What such a bundle may say of search."""

MANIFEST: str = SPEC["manifest"]["file"]
"""The first file read, and the only one that names the others."""

MASKED: float = _GRAPHS["masked"]
"""Added to the score of a position that does not exist (never minus infinity: 0 x inf is NaN)."""

MEMORY_STEP: int = _GRAPHS["memory_step"]
"""Memory of more than one position is padded to a multiple of this, and sentences are decoded
together only if that makes them equally long. A product of matrices rounds differently in other
sizes; one such last digit can move a quantized value, and that another word to the front."""

WHOLE_VOCABULARY: int = _GRAPHS["whole_vocabulary"]
"""As the only entry of `candidates`: every token of the vocabulary may follow."""


def _range(ends: Sequence[int]) -> range:
    return range(ends[0], ends[1] + 1)


IR_VERSIONS = _range(_ONNX["ir_versions"])
"""IR versions that a graph may have: those that ONNX Runtime on the JVM, on Android and in browsers
loads."""

OPSETS = {domain: _range(ends) for domain, ends in _ONNX["opsets"].items()}
"""Domains of operators, and the opsets of each that a graph may import: layer norm came with 17."""

OPERATORS = frozenset(
    (domain, name) for domain, names in _ONNX["operators"].items() for name in names
)
"""(domain, name) of every operator that a graph may hold, in its branches too: what the exporter
makes of any of its models. None reads a file or loops."""

ATTRIBUTES = {
    (domain, name): frozenset(allowed)
    for domain, operators in _ONNX["attributes"].items()
    for name, allowed in operators.items()
}
"""The only attributes that these may have: others lead to code of ONNX Runtime that nothing here
runs or tests, where it trusts what a graph says of its shapes."""


INPUT_COUNTS = {
    (domain, name): count
    for domain, operators in _ONNX["inputs"].items()
    for name, count in operators.items()
}
"""How many inputs these must have: of others, ONNX Runtime would read beyond the end."""


class Numbers(NamedTuple):
    """What the whole numbers of an attribute must be."""

    size: int
    """How many."""
    least: int
    most: int


NUMBERS = {
    (domain, name): {attribute: Numbers(*wanted) for attribute, wanted in attributes.items()}
    for domain, operators in _ONNX["numbers"].items()
    for name, attributes in operators.items()
}
"""Attributes that these must have: with other numbers, or none, old versions of ONNX Runtime divide
by zero or read what is not theirs."""


class Tensor(NamedTuple):
    """One input or output of a graph."""

    name: str
    dtype: str
    """As NumPy spells it: "int64", "int32" or "float32"."""
    axes: tuple[str, ...]
    """Letters of the alphabet above; all are dynamic but the widths D, A and W."""


class Graph(NamedTuple):
    """All inputs and outputs of one ONNX file, in order."""

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]


def _tensors(listed: Sequence[Any], states: int) -> tuple[Tensor, ...]:
    """Return what the contract lists; a name that ends in `.*` stands for one of each state."""
    found = []
    for name, dtype, axes in listed:
        names = [name[:-1] + str(i) for i in range(states)] if name.endswith(".*") else [name]
        found += [Tensor(each, dtype, tuple(axes)) for each in names]
    return tuple(found)


INPUTS = {kind: _tensors(listed, 0) for kind, listed in _GRAPHS["inputs"].items()}
"""Inputs of an encoder by what it reads, "text" or "image"; all else is the same for both."""


def state_names(count: int) -> tuple[str, ...]:
    """Return `state.0`, `state.1`, …: what a decoder carries from step to step."""
    return tuple(f"state.{index}" for index in range(count))


def next_state_names(count: int) -> tuple[str, ...]:
    """Return the names of the states that one step hands to the next."""
    return tuple(f"next_{name}" for name in state_names(count))


def encoder_graph(states: int, kind: str = "text") -> Graph:
    """Describe `encoder.onnx` of a model whose decoder carries `states` states.

    Args:
        states: how many.
        kind: what it reads, "text" or "image".
    """
    return Graph(INPUTS[kind], _tensors(_GRAPHS["encoder_outputs"], states))


def decoder_graph(states: int) -> Graph:
    """Describe `decoder.onnx`, one target step, of a model that carries `states` states."""
    inputs, outputs = _GRAPHS["decoder_inputs"], _GRAPHS["decoder_outputs"]
    return Graph(_tensors(inputs, states), _tensors(outputs, states))
