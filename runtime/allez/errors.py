"""Everything allez raises on purpose; each error carries one line and, where one helps, a hint.

AllezError                     catch this one
|-- BundleError                the model folder is unusable
|   |-- BundleNotFoundError    (also FileNotFoundError)
|   |-- BundleFormatError      (also ValueError) a file in it is not what it should be
|   `-- ChecksumError          (also ValueError) size or SHA-256 differ from the manifest
|-- OptionError                (also ValueError) an option has a value that makes no sense
|-- InputError                 (also ValueError) text or a data file cannot be read as promised
|-- OutputError                (also OSError) a result cannot be written where it should go
|-- SessionError               (also RuntimeError) ONNX Runtime refused a graph or a provider
|-- CancelledError             the caller gave a translation up before it was done
`-- MissingExtraError          (also ImportError) an optional dependency is not installed
"""

from __future__ import annotations


class AllezError(Exception):
    """Base of every error that allez raises on purpose."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class BundleError(AllezError):
    """The model folder is unusable."""


class BundleNotFoundError(BundleError, FileNotFoundError):
    """No bundle at the given path or under the given name."""


class BundleFormatError(BundleError, ValueError):
    """A file of the bundle is not what the format says it should be."""


class ChecksumError(BundleError, ValueError):
    """A file's size or SHA-256 differs from what the manifest says."""


class OptionError(AllezError, ValueError):
    """An option has a value that makes no sense."""


class InputError(AllezError, ValueError):
    """Text or a data file cannot be read as promised."""


class OutputError(AllezError, OSError):
    """A result cannot be written where it should go."""


class SessionError(AllezError, RuntimeError):
    """ONNX Runtime refused a graph, an option or a provider."""


class CancelledError(AllezError):
    """The caller gave a translation up before it was done."""


class MissingExtraError(AllezError, ImportError):
    """An optional dependency is not installed."""

    def __init__(self, feature: str, packages: str) -> None:
        # Packages by their own names: on an index, allez's may be anybody's.
        super().__init__(
            f"{feature} needs {packages.replace(' ', ', ')}: not all of it is installed"
            if " " in packages
            else f"{feature} needs {packages}, which is not installed",
            hint=f"pip install {packages}",
        )
        self._arguments = feature, packages

    def __reduce__(self) -> tuple[type[MissingExtraError], tuple[str, str]]:
        return type(self), self._arguments  # a process pool sends it to its parent
