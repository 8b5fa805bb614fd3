"""Where bundles lie that go by their names: inside the package, and in the user's store.

In the store, each is a folder `NAME@VERSION@SHA256`, the last being the hash of its manifest, which
names the hashes of all else. So what there is can be told from the names of folders alone.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import NamedTuple

from allez.spec import SPEC

_PLAIN: str = SPEC["manifest"]["patterns"]["file"]
"""What a name or a version must be to stand in the name of a folder."""

_FOLDER = rf"({_PLAIN})@({_PLAIN})@([0-9a-f]{{64}})"


class Stored(NamedTuple):
    """A bundle of the store."""

    name: str
    version: str
    sha256: str
    """Of its manifest."""
    path: Path

    @property
    def label(self) -> str:
        """What `Translator` takes."""
        return f"{self.name}@{self.version}"


def shipped() -> tuple[Path, ...]:
    """Return the folders whose bundles go by their names.

    They lie inside the package, or in the `models` folder of the checkout (in an editable install
    the package holds no copy).
    """
    package = Path(__file__).parents[1]
    return package / "_bundles", package.parents[1] / "models"


def store() -> Path:
    """Return the folder of the store, which need not be there.

    It is the one that ALLEZ_MODELS names; without that, `allez/models` where a user's data goes on
    this system (on Unix XDG_DATA_HOME, or ~/.local/share).
    """
    named = os.environ.get("ALLEZ_MODELS")
    if named:
        return Path(named)
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        data = Path(local) if local else Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        data = Path.home() / "Library" / "Application Support"
    else:
        given = os.environ.get("XDG_DATA_HOME", "")
        # One that is not absolute is to be ignored, says the XDG Base Directory Specification.
        data = Path(given) if os.path.isabs(given) else Path.home() / ".local" / "share"
    return data / "allez" / "models"


def stored() -> list[Stored]:
    """Return what the store holds, by name and then newest first; reads no file."""
    try:
        root = store()
        names = os.listdir(root)
    except (OSError, RuntimeError):  # there is none, or no home
        return []
    found = [parsed for name in names if (parsed := parse(root / name)) is not None]
    found.sort(key=lambda bundle: newness(bundle.version), reverse=True)
    return sorted(found, key=lambda bundle: bundle.name)


def parse(path: Path) -> Stored | None:
    """Return what the name of a folder of the store says; None if it is none."""
    match = re.fullmatch(_FOLDER, path.name) if "@" in path.name else None
    return None if match is None else Stored(match[1], match[2], match[3], path)


def is_stored(path: Path) -> bool:
    """Tell whether a folder is one of the store itself, by whatever way it is named."""
    try:
        return path.parent.resolve() == store().resolve()
    except (OSError, RuntimeError):  # there is none, or no home
        return False


def is_plain(text: str) -> bool:
    """Tell whether a name or a version may stand in the name of a folder."""
    return re.fullmatch(_PLAIN, text) is not None


def newness(version: str) -> tuple[tuple[int, str], ...]:
    """Return what orders versions: their numbers as numbers, a number after any word."""
    parts = re.findall(r"[0-9]+|[A-Za-z]+", version)
    known = [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
    return (*known, (0, ""))  # so that 1.0rc1 comes before 1.0, and that before 1.0.1


def choose(name: str) -> Stored | None:
    """Return the bundle of the store that `NAME` (the newest) or `NAME@VERSION` means."""
    wanted, _, version = name.partition("@")
    for bundle in stored():
        if bundle.name == wanted and version in ("", bundle.version):
            return bundle
    return None
