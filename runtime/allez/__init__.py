"""Offline neural translation that embeds anywhere ONNX Runtime runs.

    >>> from allez import Translator
    >>> translator = Translator()
    >>> translator("Merci !")
    'Thank you!'

The layers, from the ground up, are described in ARCHITECTURE.md. What needs ONNX Runtime is loaded
when it is first asked for, so that `import allez` and `allez --help` cost nothing.
"""

import allez.telemetry  # noqa: F401  (before anything can load ONNX Runtime)
from allez.errors import (
    AllezError,
    BundleError,
    BundleFormatError,
    BundleNotFoundError,
    CancelledError,
    ChecksumError,
    InputError,
    MissingExtraError,
    OptionError,
    OutputError,
    SessionError,
)

TYPE_CHECKING = False  # type checkers know the name; `typing` takes longer to load than all of this
if TYPE_CHECKING:
    from typing import Any

    from allez.answers import Answer, Blank, Caption, Reply, SelfTest, Summary
    from allez.bundle.reader import Bundle
    from allez.bundle.store import ModelInfo, models
    from allez.options import TranslateOptions
    from allez.results import Carried, Doubt, Hypothesis, Sentence, Translation
    from allez.tasks.captioner import Captioner
    from allez.tasks.opening import install, open, remove
    from allez.tasks.replier import Replier
    from allez.tasks.summarizer import Summarizer
    from allez.tasks.writer import Writer
    from allez.translate.detection import Detected, Detector
    from allez.translate.pivot import Pivot
    from allez.translate.translator import Translator

__version__ = "0.1.0"

__all__ = [
    "AllezError",
    "Answer",
    "Blank",
    "Bundle",
    "BundleError",
    "BundleFormatError",
    "BundleNotFoundError",
    "CancelledError",
    "Caption",
    "Captioner",
    "Carried",
    "ChecksumError",
    "Detected",
    "Detector",
    "Doubt",
    "Hypothesis",
    "InputError",
    "MissingExtraError",
    "ModelInfo",
    "OptionError",
    "OutputError",
    "Pivot",
    "Replier",
    "Reply",
    "SelfTest",
    "Sentence",
    "SessionError",
    "Summarizer",
    "Summary",
    "TranslateOptions",
    "Translation",
    "Translator",
    "Writer",
    "install",
    "models",
    "open",
    "remove",
]

_HOME = {
    "Bundle": "bundle.reader",
    **dict.fromkeys(("ModelInfo", "models"), "bundle.store"),
    "Translator": "translate.translator",
    "Writer": "tasks.writer",
    "Captioner": "tasks.captioner",
    "Summarizer": "tasks.summarizer",
    "Replier": "tasks.replier",
    **dict.fromkeys(("install", "open", "remove"), "tasks.opening"),
    **dict.fromkeys(("Detected", "Detector"), "translate.detection"),
    "Pivot": "translate.pivot",
    "TranslateOptions": "options",
    **dict.fromkeys(("Answer", "Blank", "Caption", "Reply", "SelfTest", "Summary"), "answers"),
    **dict.fromkeys(("Carried", "Doubt", "Hypothesis", "Sentence", "Translation"), "results"),
}
"""Where the names live that are loaded when they are asked for."""


def __getattr__(name: str) -> "Any":
    from allez.late import late  # here, as an interruption before `main` has no answer

    return late(__name__, _HOME)(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
