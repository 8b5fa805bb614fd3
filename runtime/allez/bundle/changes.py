"""Bundles put into the user's store and taken out of it, whole or not at all.

A bundle is written into a folder of another name, brought to the disk, and renamed into its place:
whatever is in the store under its name is complete. One process at a time changes the store; what
one that was killed has left is removed by the next that changes anything. Knows no ONNX: whoever
installs has tried the bundle before.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from allez.bundle.contract import MANIFEST
from allez.bundle.places import Stored, is_plain, shipped, store, stored
from allez.bundle.reader import Bundle
from allez.errors import BundleFormatError, BundleNotFoundError, OutputError
from allez.locking import lock

_LOCK = ".lock"
_PARTIAL = ".partial-"
"""How folders begin that are no bundles yet, or no longer."""


def check_place(bundle: Bundle) -> Stored:
    """Return where a bundle goes in the store.

    Raises:
        BundleFormatError: its name or its version cannot stand in a folder's name.
        OutputError: there is another bundle of that name and version.
    """
    manifest = bundle.manifest
    for what, text in (("name", manifest.name), ("version", manifest.version)):
        if not is_plain(text):
            raise BundleFormatError(
                f"{bundle.path}: its {what} cannot be the name of a folder",
                hint="letters, digits, '.', '_' and '-' are allowed, 100 of them",
            )
    sha256 = hashlib.sha256(bundle.files()[MANIFEST]).hexdigest()
    place = store() / f"{manifest.name}@{manifest.version}@{sha256}"
    wanted = Stored(manifest.name, manifest.version, sha256, place)
    for other in stored():
        if other.label == wanted.label and other.sha256 != sha256:
            raise OutputError(
                f"another {wanted.label} is installed, with other files",
                hint=f"allez models remove {wanted.label}",
            )
    return wanted


def add(bundle: Bundle) -> Stored:
    """Put a bundle into the store; one that is there already stays.

    Raises:
        BundleFormatError: as by `check_place`.
        OutputError: likewise; or the store cannot be written, and is as it was.
    """
    with _changing():
        wanted = check_place(bundle)
        if wanted.path.is_dir():
            return wanted
        partial = _partial()
        try:
            partial.mkdir()
            for name, data in bundle.files().items():
                with (partial / name).open("xb") as stream:
                    stream.write(data)
                    stream.flush()
                    os.fsync(stream.fileno())
            _sync(partial)
            partial.rename(wanted.path)
            _sync(wanted.path.parent)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
    return wanted


def remove(name: str) -> Stored:
    """Take a bundle out of the store; who has loaded it is not disturbed.

    Args:
        name: `NAME@VERSION`, or `NAME` if there is one version of it.

    Raises:
        BundleNotFoundError: the store has none of that name, or several.
        OutputError: the store cannot be written.
    """
    with _changing():
        fitting = [bundle for bundle in stored() if name in (bundle.name, bundle.label)]
        if not fitting:
            known = ", ".join(bundle.label for bundle in stored())
            places = shipped() if is_plain(name) else ()
            ours = any((place / name / MANIFEST).is_file() for place in places)
            why = ": it comes with the package, and stays" if ours else ""
            raise BundleNotFoundError(
                f"no model {name!r} is installed{why}", hint=f"installed: {known or 'none'}"
            )
        if len(fitting) > 1:
            labels = ", ".join(bundle.label for bundle in fitting)
            raise BundleNotFoundError(f"{name} is several models", hint=f"one of {labels}")
        partial = _partial()
        fitting[0].path.rename(partial)  # from here on it is gone
        _sync(partial.parent)
        shutil.rmtree(partial, ignore_errors=True)
    return fitting[0]


def zipped(bundle: Bundle) -> bytes:
    """Return one zip with a bundle in a folder; the same bytes at any time."""
    folder = f"{bundle.manifest.name}-{bundle.manifest.version}"
    if not is_plain(folder):
        folder = "bundle"
    content = io.BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        for name, data in sorted(bundle.files().items()):
            entry = ZipInfo(f"{folder}/{name}")  # of 1980, readable to all
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return content.getvalue()


def _partial() -> Path:
    return store() / f"{_PARTIAL}{secrets.token_hex(8)}"


@contextlib.contextmanager
def _changing() -> Iterator[None]:
    """Be the only one who changes the store, and remove what killed runs have left."""
    root = store()
    try:
        root.mkdir(parents=True, exist_ok=True)
        with (root / _LOCK).open("ab") as stream:
            if not lock(stream, wait=True):
                raise OutputError(f"another run is changing {root}", hint="try again")
            for left in root.glob(f"{_PARTIAL}*"):
                shutil.rmtree(left, ignore_errors=True)
            yield
    except OutputError:
        raise
    except OSError as error:
        if isinstance(error, BundleNotFoundError):  # one of ours, although of the system's kind
            raise
        why = error.strerror or str(error)
        raise OutputError(f"cannot change {root}: {why[:1].lower()}{why[1:]}") from None


def _sync(folder: Path) -> None:
    """Bring to the disk which names a folder has; Windows does that by itself."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
