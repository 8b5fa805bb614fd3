"""The files that belong to a checkpoint: named by the user, or lying beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from allez.errors import InputError

MAX_TEXT_BYTES = 64_000_000
"""Of a vocabulary, a list of merges, a configuration."""


class Files:
    """Files that were named, and those in the folders that were named or hold them.

    Args:
        paths: files and folders.

    Raises:
        InputError: one of them is not there.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        for path in paths:
            if not path.exists():
                raise InputError(f"there is no {path}", hint="name files or folders that exist")
        self.named = [path for path in paths if path.is_file()]
        folders = [p if p.is_dir() else p.parent for p in paths]
        self.folders = list(dict.fromkeys(folders))

    def find(self, *patterns: str) -> Path | None:
        """Return the file that fits one of some patterns (`*.pt`), the first ones first.

        Named files come before those beside them.

        Raises:
            InputError: several fit.
        """
        for pattern in patterns:
            found = self.every(pattern)
            if len(found) > 1:
                names = ", ".join(map(str, found[:4]))
                raise InputError(
                    f"several files may be meant by {pattern}: {names}", hint="name the one to take"
                )
            if found:
                return found[0]
        return None

    def every(self, *patterns: str) -> list[Path]:
        """Return the named files that fit one of some patterns, in that order; else those beside.

        Among those beside, the first pattern that any file fits counts alone, in the first folder
        that has one: that of the checkpoint, which is named first.
        """
        found = [path for path in self.named if any(path.match(p) for p in patterns)]
        for pattern in patterns:
            for folder in self.folders:
                found = found or [p for p in sorted(folder.glob(pattern)) if p.is_file()]
        return found

    def need(self, what: str, *patterns: str) -> Path:
        """Return the file that fits; `what` says in words what it is.

        Raises:
            InputError: none fits, or several do.
        """
        found = self.find(*patterns)
        if found is None:
            places = ", ".join(str(folder) for folder in self.folders)
            raise InputError(
                f"{what} is missing: no {' or '.join(patterns)} in {places}",
                hint="name it after the checkpoint",
            )
        return found


def read_text(path: Path) -> str:
    """Return the text of a small file.

    Raises:
        InputError: it cannot be read, is too large, or is not UTF-8.
    """
    return read_bytes(path, MAX_TEXT_BYTES, decode=True).decode("utf-8-sig")


def read_bytes(path: Path, most: int, *, decode: bool = False) -> bytes:
    """Return what a file holds, at most so many bytes.

    Raises:
        InputError: it cannot be read, is larger, or is to be decoded and is not UTF-8.
    """
    try:
        size = path.stat().st_size
        if size > most:
            raise InputError(
                f"{path} has {size:,} bytes; {most:,} are the most",
                hint="name the file that is meant: none of its kind is so large",
            )
        data = path.read_bytes()
        if decode:
            data.decode("utf-8")
    except InputError:
        raise
    except OSError as error:
        raise InputError(
            f"cannot read {path}: {error.strerror or error}", hint="name files that can be read"
        ) from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8", hint="expected a text file") from None
    return data
