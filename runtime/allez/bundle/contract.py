"""The contract between exporter and runtime: names, axes and types of every graph tensor.

Both sides import this module and nothing else decides a tensor's name. The letters are the
project's one alphabet of shapes:

    B sentences          K rows per sentence (beam)     N = B x K rows of this step
    P rows of the previous step                         S source length
    M memory positions (S for text, 1 for attention="none")
    D memory width       A key width                    W width of one state
    V vocabulary         C candidates                   k continuations asked for
"""

from __future__ import annotations

from typing import NamedTuple

FORMAT_VERSION = 1
"""Raised only when an older runtime could no longer read the bundle."""

MANIFEST = "manifest.json"
"""The first file read, and the only one that names the others."""

ROLES = ("encoder", "decoder", "tokenizer", "sentences", "golden", "notice", "card")
"""Files that every bundle has."""

OPTIONAL_ROLES = ("candidates", "report")
"""Files that a bundle may have."""

MASKED = -1e9
"""Added to the score of a position that does not exist (never minus infinity: 0 x inf is NaN)."""

MEMORY_STEP = 16
"""Memory of more than one position is padded to a multiple of this, and sentences are decoded
together only if that makes them equally long. A product of matrices rounds differently in other
sizes; one such last digit can move a quantized value, and that another word to the front."""

WHOLE_VOCABULARY = -1
"""As the only entry of `candidates`: every token of the vocabulary may follow."""

MAX_OPSET = 21
MAX_IR_VERSION = 10
"""The newest that ONNX Runtime on the JVM, on Android and in browsers loads."""

IR_VERSIONS = range(8, MAX_IR_VERSION + 1)
"""IR versions that a graph may have."""

OPSETS = {"": range(17, MAX_OPSET + 1), "com.microsoft": range(1, 2)}
"""Domains of operators, and the opsets of each that a graph may import: layer norm came with 17."""

OPERATORS = frozenset(
    {
        *(("", name) for name in (
            "Add", "Cast", "Concat", "Expand", "GRU", "Gather", "GatherElements", "GreaterOrEqual",
            "Identity", "If", "LSTM", "LayerNormalization", "Less", "LogSoftmax", "MatMul",
            "MatMulInteger", "Min", "Mul", "QuantizeLinear", "Range", "ReduceMax", "Reshape",
            "Shape", "Sigmoid", "Slice", "Softmax", "Split", "Squeeze", "Sub", "Tanh", "TopK",
            "Transpose", "Unsqueeze",
        )),
        *(("com.microsoft", name) for name in ("DynamicQuantizeLSTM", "FusedMatMul", "QGemm")),
    }
)  # fmt: skip
"""(domain, name) of every operator that a graph may hold, in its branches too: what the exporter
makes of any of its models. None reads a file or loops."""

ATTRIBUTES = {
    ("com.microsoft", "FusedMatMul"): frozenset({"transB"}),
    ("com.microsoft", "QGemm"): frozenset({"transB"}),
}
"""The only attributes that these may have: others lead to code of ONNX Runtime that nothing here
runs or tests, where it trusts what a graph says of its shapes."""


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


MEMORY = Tensor("memory", "float32", ("B", "M", "D"))
KEYS = Tensor("keys", "float32", ("B", "M", "A"))
MEMORY_MASK = Tensor("memory_mask", "float32", ("B", "M"))

TEXT_INPUTS = (
    Tensor("source", "int64", ("B", "S")),
    Tensor("source_length", "int32", ("B",)),
)
"""Inputs of a text encoder; another kind of encoder changes only these."""


def state_names(count: int) -> tuple[str, ...]:
    """Return `state.0`, `state.1`, …: what a decoder carries from step to step."""
    return tuple(f"state.{index}" for index in range(count))


def next_state_names(count: int) -> tuple[str, ...]:
    """Return the names of the states that one step hands to the next."""
    return tuple(f"next_state.{index}" for index in range(count))


def encoder_graph(states: int) -> Graph:
    """Describe `encoder.onnx` of a text model whose decoder carries `states` states."""
    return Graph(
        inputs=TEXT_INPUTS,
        outputs=(
            MEMORY,
            KEYS,
            MEMORY_MASK,
            *(Tensor(name, "float32", ("B", "W")) for name in state_names(states)),
        ),
    )


def decoder_graph(states: int) -> Graph:
    """Describe `decoder.onnx`, one target step, of a model that carries `states` states."""
    return Graph(
        inputs=(
            Tensor("token", "int64", ("N",)),
            Tensor("parent", "int64", ("N",)),
            MEMORY,
            KEYS,
            MEMORY_MASK,
            Tensor("candidates", "int64", ("C",)),
            Tensor("candidate_mask", "float32", ("B", "C")),
            Tensor("k", "int64", ()),
            *(Tensor(name, "float32", ("P", "W")) for name in state_names(states)),
        ),
        outputs=(
            Tensor("top_log_probs", "float32", ("N", "k")),
            Tensor("top_tokens", "int64", ("N", "k")),
            Tensor("log_probs", "float32", ("N", "L")),  # L is V, or C when candidates are given
            Tensor("attention", "float32", ("N", "M")),
            *(Tensor(name, "float32", ("N", "W")) for name in next_state_names(states)),
        ),
    )
