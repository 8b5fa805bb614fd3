"""Files of a run: results written aside, texts that lie beside a configuration."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from allez.errors import AllezError, OutputError
from allez_export.config import Config, ConfigError

MADE = "made:"
"""What begins the name of a training source that is made by rule: see `made/answers.py`."""


@contextmanager
def written_aside(final: Path) -> Iterator[Path]:
    """Give a fresh folder to write into; it replaces `final` when all went well.

    Raises:
        OutputError: it cannot be written.
    """
    partial = final.with_name(final.name + ".partial")
    previous = final.with_name(final.name + ".previous")
    fresh = [folder for folder in partial.parents if not folder.exists()]
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
    except OSError as error:
        raise OutputError(
            f"cannot write {partial}: {error.strerror}", hint="name a folder that can be written"
        ) from None
    try:
        yield partial
        shutil.rmtree(previous, ignore_errors=True)
        if final.exists():
            os.replace(final, previous)
        try:
            os.replace(partial, final)
        except OSError:
            if previous.exists():  # what was there is better than nothing
                os.replace(previous, final)
            raise
        shutil.rmtree(previous, ignore_errors=True)
    except AllezError:  # some of ours are OSErrors too, and say more
        raise
    except OSError as error:
        raise OutputError(
            f"cannot write {final}: {error.strerror or error}",
            hint="name a folder that can be written, on a disk with room",
        ) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        for folder in fresh:  # the innermost first; one with a result in it stays
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


def data_path(name: str, root: Path) -> Path:
    """Return the file of a training source: in the data folder, or of what is made by rule.

    Args:
        name: as `SourceConfig.path` has it.
        root: the data folder.
    """
    if name.startswith(MADE):
        return Path(__file__).parent / "made" / f"{name.removeprefix(MADE)}.json"
    return root / name


def rules_path(config: Config, beside: Path) -> Path:
    """Return the file of the splitting rules that go into the bundle.

    Raises:
        ConfigError: there are none under that name.
    """
    name = config.package.sentences or config.source
    for path in (Path(__file__).parent / "sentences" / f"{name}.json", beside / name):
        if path.is_file():
            return path
    raise ConfigError(
        f"there are no sentence rules {name!r}",
        hint="package.sentences: name a language that has some, or a file beside the configuration",
    )


def read_beside(name: str | None, beside: Path, default: str) -> str:
    """Return the text of a file that the configuration names, or a default."""
    if name is None:
        return default
    try:
        return (beside / name).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot read {beside / name}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{beside / name} is not UTF-8") from None


@contextmanager
def locked(
    path: Path, message: str, *, hint: str = "wait for it, or train into another folder"
) -> Iterator[None]:
    """Hold a lock that ends with the process, however it ends.

    Args:
        path: of a file to lock, which is made.
        message: what is said where somebody holds it.
        hint: what to do then.

    Raises:
        OutputError: somebody holds it, or the file cannot be written.
    """
    try:
        stream = open(path, "a", encoding="ascii")  # noqa: SIM115  (kept open for as long as it is held)
    except OSError as error:
        raise OutputError(
            f"cannot write {path}: {error.strerror}",
            hint="name a folder that can be written, on a disk with room",
        ) from None
    with stream:
        try:
            _lock(stream)
        except OSError:
            raise OutputError(message, hint=hint) from None
        yield


if sys.platform == "win32":
    import msvcrt

    def _lock(stream: IO[str]) -> None:
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(stream: IO[str]) -> None:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
