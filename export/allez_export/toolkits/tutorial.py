"""PyTorch's "Translation with a sequence to sequence network and attention"; see `recipes`."""

from allez_export.toolkits.recipes import read_tutorial as read

TITLE = "the layout of PyTorch's seq2seq tutorial"
FILES = "encoder.pt, decoder.pt (state_dict each), and two lists of words: source, target"
REFUSED = "the decoder without attention"

__all__ = ["FILES", "REFUSED", "TITLE", "read"]
