"""The layout of "The Annotated Encoder-Decoder with Attention"; see `recipes`."""

from allez_export.toolkits.recipes import read_annotated as read

TITLE = "the layout of The Annotated Encoder-Decoder"
FILES = "model.pt (a state_dict), and two lists of words: source, target"
REFUSED = ""

__all__ = ["FILES", "REFUSED", "TITLE", "read"]
