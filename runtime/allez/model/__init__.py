"""The graphs at work. `session` is the only module that touches ONNX Runtime."""

from allez.model.decode import decode_batch, unread
from allez.model.encoder import ImageSource
from allez.model.model import Model

__all__ = [
    "ImageSource",
    "Model",
    "decode_batch",
    "unread",
]
