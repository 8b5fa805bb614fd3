"""Models that others trained: files of other toolkits, read as a family's model and vocabularies.

There is a module here for each toolkit. It knows the toolkit's files and names, never its code, and
gives an `Imported`; the usual stages make a bundle of that.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from allez.errors import OptionError

if TYPE_CHECKING:
    from allez_export.toolkits.imported import Imported

TOOLKITS = ("opennmt", "marian", "fairseq", "joeynmt", "annotated", "tutorial")
"""Modules of this folder, as they are named on the command line."""


class Toolkit(Protocol):
    """What a module of this folder has."""

    TITLE: str
    """What is read, with versions."""
    FILES: str
    """What must be named or lie beside the first file."""
    REFUSED: str
    """What cannot be read, by name."""

    def read(self, paths: Sequence[Path]) -> Imported:
        """Return the model of some files or folders.

        Raises:
            InputError: a file is missing, damaged, or of a kind that is not supported.
        """


def toolkit(name: str) -> Toolkit:
    """Return the module of a toolkit.

    Raises:
        OptionError: there is none of that name.
    """
    if name not in TOOLKITS:
        raise OptionError(
            f"there is no toolkit {name!r}", hint=f"one of {', '.join(TOOLKITS)}; import --list"
        )
    module: Toolkit = import_module(f"{__name__}.{name}")
    return module


def listing() -> str:
    """Return what `import --list` prints."""
    found = []
    for name in TOOLKITS:
        module = toolkit(name)
        found.append(f"{name:10} {module.TITLE}\n{'':10} files: {module.FILES}")
        if module.REFUSED:
            found[-1] += f"\n{'':10} not: {module.REFUSED}"
    return "\n".join(found)
