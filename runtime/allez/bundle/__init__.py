"""Files: what a bundle is, read and checked. Knows files, no numbers and no text."""

from allez.bundle.contract import (
    MASKED,
    MEMORY_STEP,
    WHOLE_VOCABULARY,
    Graph,
    decoder_graph,
    encoder_graph,
    next_state_names,
    state_names,
)
from allez.bundle.fields import parse_object, shown
from allez.bundle.manifest import Confidence, Manifest, SourceSide, TargetSide
from allez.bundle.onnx_check import Value, check_graph, check_values
from allez.bundle.reader import Bundle, Golden, find
from allez.bundle.store import between

__all__ = [
    "MASKED",
    "MEMORY_STEP",
    "WHOLE_VOCABULARY",
    "Bundle",
    "Confidence",
    "Golden",
    "Graph",
    "Manifest",
    "SourceSide",
    "TargetSide",
    "Value",
    "between",
    "check_graph",
    "check_values",
    "decoder_graph",
    "encoder_graph",
    "find",
    "next_state_names",
    "parse_object",
    "shown",
    "state_names",
]
