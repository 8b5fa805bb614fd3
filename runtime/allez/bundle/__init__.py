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
from allez.bundle.manifest import (
    Confidence,
    ImageShape,
    Manifest,
    SourceSide,
    TargetSide,
    fingerprint,
)
from allez.bundle.onnx_check import Value, check_graph, check_values
from allez.bundle.reader import DEFAULT, Bundle, find
from allez.late import late

TYPE_CHECKING = False  # type checkers know the name; `typing` takes long to load
if TYPE_CHECKING:
    from allez.bundle.changes import add, check_place, remove
    from allez.bundle.golden import Golden, Picture
    from allez.bundle.store import ModelInfo, for_task, models, way

__all__ = [
    "DEFAULT",
    "MASKED",
    "MEMORY_STEP",
    "WHOLE_VOCABULARY",
    "Bundle",
    "Confidence",
    "Golden",
    "Graph",
    "ImageShape",
    "Manifest",
    "ModelInfo",
    "Picture",
    "SourceSide",
    "TargetSide",
    "Value",
    "add",
    "check_graph",
    "check_place",
    "check_values",
    "decoder_graph",
    "encoder_graph",
    "find",
    "fingerprint",
    "for_task",
    "models",
    "next_state_names",
    "parse_object",
    "remove",
    "shown",
    "state_names",
    "way",
]


__getattr__ = late(
    __name__,
    {
        **dict.fromkeys(("add", "check_place", "remove"), "changes"),
        **dict.fromkeys(("Golden", "Picture"), "golden"),
        **dict.fromkeys(("ModelInfo", "for_task", "models", "way"), "store"),
    },
)
