"""Offline neural translation that embeds anywhere ONNX Runtime runs.

    >>> from allez import Translator
    >>> translator = Translator()
    >>> translator("Comment allez-vous ?")
    'How are you?'

The layers, from the ground up, are described in ARCHITECTURE.md.
"""

import logging

from allez.bundle import Bundle
from allez.errors import (
    AllezError,
    BundleError,
    BundleFormatError,
    BundleNotFoundError,
    ChecksumError,
    InputError,
    MissingExtraError,
    OptionError,
    OutputError,
    SessionError,
)
from allez.translator import Translator
from allez.types import Hypothesis, SearchOptions, SelfTest, Sentence, Translation

__version__ = "0.1.0"

__all__ = [
    "AllezError",
    "Bundle",
    "BundleError",
    "BundleFormatError",
    "BundleNotFoundError",
    "ChecksumError",
    "Hypothesis",
    "InputError",
    "MissingExtraError",
    "OptionError",
    "OutputError",
    "SearchOptions",
    "SelfTest",
    "Sentence",
    "SessionError",
    "Translation",
    "Translator",
]

logging.getLogger("allez").addHandler(logging.NullHandler())  # silent unless asked
