"""A bundle: one folder or zip with `manifest.json` and the files it names.

Every file is read once, its size and SHA-256 are compared with the manifest, and those very bytes
are what everything else works on. Knows nothing of ONNX; see session.py.
"""

from __future__ import annotations

import hashlib
import os
import stat
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allez.bundle.contract import MANIFEST
from allez.bundle.manifest import MAX_MANIFEST_BYTES, FileEntry, Manifest, parse_manifest
from allez.bundle.places import choose, is_stored, newness, parse, shipped
from allez.errors import BundleError, BundleFormatError, BundleNotFoundError, ChecksumError
from allez.parallel import run_both
from allez.spec import SPEC

if TYPE_CHECKING:
    from allez.bundle.golden import Golden

DEFAULT = "fr-en"
"""The bundle that is shipped with the package."""

_ZIP: dict[str, Any] = SPEC["zip"]

_COMMANDS = {
    "translate": "allez translate, or allez.Translator",
    "summarize": "allez summarize, or allez.Summarizer",
    "reply": "allez chat, or allez.Replier",
    "caption": "allez caption, or allez.Captioner",
}
"""What a bundle is used with that does not translate."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle in memory, checked."""

    path: Path
    manifest: Manifest
    _content: dict[str, bytes]
    _manifest: bytes = b""
    trusted: bool = False
    """Whether it is of the store: its graphs were checked and tried when it came there."""

    @classmethod
    def read(cls, path: str | Path) -> Bundle:
        """Read and check all files of a bundle, a folder or a zip.

        A zip holds the files of a bundle, or one folder with them.

        Raises:
            BundleNotFoundError: there is none.
            BundleFormatError: the manifest or a file is not what the format says.
            ChecksumError: a file is not the one the manifest was written for.
        """
        path = Path(path)
        files = _Zip(path) if path.is_file() else _Folder(path)
        try:
            raw = files.read(MANIFEST, MAX_MANIFEST_BYTES)
            stored = parse(path)
            if stored is not None and hashlib.sha256(raw).hexdigest() != stored.sha256:
                raise ChecksumError(
                    f"{path}: {MANIFEST} is not the one that was installed",
                    hint=f"allez models remove {stored.label}, and install it again",
                )
            manifest = parse_manifest(raw)
            files.check_sizes(manifest)

            def read(*roles: str) -> dict[str, bytes]:
                return {role: _described(files, path, manifest.files[role]) for role in roles}

            others = [role for role in manifest.files if role != "decoder"]
            decoder, content = run_both(lambda: read("decoder"), lambda: read(*others))
        except BundleFormatError as error:
            raise BundleFormatError(f"{path}: {error}", hint=error.hint) from None
        finally:
            files.close()
        return cls(path, manifest, content | decoder, raw, stored is not None and is_stored(path))

    def check_translates(self) -> None:
        """Raise BundleFormatError if this is a bundle for another task."""
        if self.manifest.task != "translate" or self.manifest.input.kind != "text":
            raise BundleFormatError(
                f"{self.path}: a {self.manifest.task} bundle translates no text",
                hint=_COMMANDS.get(self.manifest.task),
            )

    def check_task(self, task: str, kind: str) -> None:
        """Raise BundleFormatError if this is a bundle for another task, or reads something else.

        Args:
            task: as the manifest calls it.
            kind: what is read, "text" (as a whole) or "image".
        """
        manifest = self.manifest
        if manifest.task != task:
            raise BundleFormatError(
                f"{self.path}: a bundle to {manifest.task}, not to {task}",
                hint=_COMMANDS.get(manifest.task),
            )
        if manifest.input.kind != kind or (kind == "text" and manifest.input.cut != "whole"):
            whole = "whole texts" if kind == "text" else "images"
            raise BundleFormatError(f"{self.path}: a bundle to {task} reads {whole}")

    def data(self, role: str) -> bytes:
        """Return the bytes of a role's file; KeyError if the bundle has none.

        Raises:
            BundleError: they were let go, and the file is gone since or another one.
        """
        if role not in self._content and role in self.manifest.files:
            files = _Zip(self.path) if self.path.is_file() else _Folder(self.path)
            try:
                return _described(files, self.path, self.manifest.files[role])
            finally:
                files.close()
        return self._content[role]

    def let_go(self, *roles: str) -> None:
        """Forget the bytes of some files, which are read again if they are asked for."""
        if self._manifest:  # what was put together in memory is nowhere else
            for role in roles:
                self._content.pop(role, None)

    def files(self) -> dict[str, bytes]:
        """Return name and bytes of every file, the manifest last.

        Raises:
            ValueError: the bundle was put together in memory and never read.
        """
        if not self._manifest:
            raise ValueError("a bundle that was not read has no manifest to write")
        named = {entry.name: self.data(r) for r, entry in self.manifest.files.items()}
        return named | {MANIFEST: self._manifest}

    def text(self, role: str) -> str:
        """Return the text of a role's file.

        Raises:
            BundleFormatError: it is not UTF-8.
        """
        try:
            return self.data(role).decode("utf-8")
        except UnicodeDecodeError:
            name = self.manifest.files[role].name
            raise BundleFormatError(f"{self.path}: {name} is not UTF-8") from None

    @property
    def size(self) -> int:
        """Bytes of all files but the manifest."""
        return sum(entry.bytes for entry in self.manifest.files.values())

    def golden(self) -> list[Golden]:
        """Return the examples for self-tests.

        Raises:
            BundleFormatError: `golden.jsonl` is malformed.
        """
        from allez.bundle.golden import read_golden  # no start asks for them

        text = self.text("golden")
        try:
            return read_golden(text, self.manifest.input.kind)
        except BundleFormatError as error:
            raise BundleFormatError(f"{self.path}: {error}") from None


def _described(files: _Folder | _Zip, path: Path, entry: FileEntry) -> bytes:
    """Return the bytes of a file of a bundle, if they are those that the manifest describes."""
    data = files.read(entry.name, entry.bytes)
    if len(data) != entry.bytes or hashlib.sha256(data).hexdigest() != entry.sha256:
        raise ChecksumError(
            f"{path}: {entry.name} is not the file that {MANIFEST} describes",
            hint="the bundle was damaged or changed; get it again",
        )
    return data


def find(name: str | Path | None = None) -> Path:
    """Return the path of a bundle given by path or by name; None means the shipped one.

    A string without a separator is first of all a name: a folder that happens to lie here does not
    take the place of a bundle that is shipped or installed; as `./NAME`, or as a `Path`, it does.
    Of several versions the newest is taken, the shipped one before an equal one; `NAME@VERSION`
    is that one.

    Raises:
        BundleNotFoundError: there is no such bundle.
    """
    wanted = DEFAULT if name is None else name
    places = []
    if len(Path(wanted).parts) == 1:
        places = _called(os.fspath(wanted), installed=name is not None)
    if isinstance(wanted, Path) or os.path.basename(wanted) != wanted:
        places.insert(0, Path(wanted))
    elif name is not None:
        places.append(Path(wanted))
    for place in places:
        if os.path.isfile(place / MANIFEST) or (os.path.isfile(place) and _is_zip(place)):
            return place
    hint = "give the folder that holds manifest.json, or a name that allez models lists"
    if name is not None and os.path.exists(wanted):
        raise BundleNotFoundError(f"{wanted} is not a bundle: it has no {MANIFEST}", hint=hint)
    if str(wanted).lower().endswith(".zip"):
        raise BundleNotFoundError(f"there is no file {wanted}", hint=hint)
    raise BundleNotFoundError(f"there is no bundle {str(wanted)!r}", hint=hint)


def _called(name: str, *, installed: bool) -> list[Path]:
    """Return the places where a bundle of a name may be, the best first."""
    bare, _, version = name.partition("@")
    places = [folder / bare for folder in shipped()]
    found = choose(name) if installed else None
    if found is None and not version:
        return places
    own = next((v for place in places if (v := _version(place)) is not None), None)
    fits = own is not None and version in ("", own)
    if fits and (found is None or newness(found.version) <= newness(own or "")):
        return places
    return [] if found is None else [found.path]


def _version(place: Path) -> str | None:
    """Return the version of a bundle; None if there is none that can be read."""
    try:
        with (place / MANIFEST).open("rb") as stream:
            return parse_manifest(stream.read(MAX_MANIFEST_BYTES + 1)).version
    except (BundleError, OSError):
        return None


def _is_zip(path: Path) -> bool:
    import zipfile  # slow to load, and seldom needed

    try:
        return zipfile.is_zipfile(path)
    except OSError:
        return False


class _Folder:
    """Reads files that lie in a folder itself, and no further than they may be long."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, name: str, limit: int) -> bytes:
        path = self._path / name
        if path.is_symlink():
            raise BundleFormatError(f"{name} is a symbolic link, which a bundle may not hold")
        if not path.is_file():
            if name == MANIFEST:
                raise BundleNotFoundError(f"{self._path} is not a bundle: it has no {MANIFEST}")
            raise BundleFormatError(f"{name} is missing")
        try:
            with open(os.open(path, _READ_ONLY), "rb") as stream:
                if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                    raise BundleFormatError(f"{name} is missing")
                return stream.read(limit + 1)
        except OSError as error:
            raise BundleFormatError(f"{name} cannot be read: {error.strerror}") from None

    def check_sizes(self, manifest: Manifest) -> None:
        """Nothing is larger in memory than on the disk."""

    def close(self) -> None:
        """Nothing is held open."""


_READ_ONLY = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
)
"""Through no link, and waiting for no pipe, that was put there since one looked."""


class _Zip:
    """Reads files that lie at the top of a zip, or in its one top folder, one at a time."""

    def __init__(self, path: Path) -> None:
        import struct
        import zipfile
        import zlib

        self._path = path
        self._lock = threading.Lock()
        self._methods = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        self._errors = (
            OSError,
            EOFError,
            RuntimeError,  # encrypted, or NotImplementedError for what the library does not know
            OverflowError,
            UnicodeError,
            struct.error,
            zlib.error,
            zipfile.BadZipFile,
        )
        try:
            self._zip = zipfile.ZipFile(path)
        except self._errors as error:
            raise BundleNotFoundError(f"{path} is not a bundle: {error}") from None
        try:
            self._folder = self._top(self._zip.namelist())
        except BundleError:
            self._zip.close()
            raise

    def _top(self, names: list[str]) -> str:
        """Return what stands before the names of a bundle's files: nothing, or one folder."""
        if len(names) > _ZIP["entries"]:
            raise BundleFormatError(
                f"{self._path}: the zip has more than {_ZIP['entries']:,} files"
            )
        if len(set(names)) != len(names):
            raise BundleFormatError(f"{self._path}: the zip has two files of one name")
        if MANIFEST in names:
            return ""
        tops = {name.partition("/")[0] for name in names if not name.startswith(_ZIP["aside"])}
        folder = f"{tops.pop()}/" if len(tops) == 1 else ""
        if folder + MANIFEST not in names:
            raise BundleNotFoundError(
                f"{self._path} is not a bundle: it has no {MANIFEST}",
                hint=f"zip the folder that holds {MANIFEST}, or what is in it",
            )
        return folder

    def check_sizes(self, manifest: Manifest) -> None:
        """Refuse what would take far more memory than the zip takes on the disk."""
        total = sum({entry.name: entry.bytes for entry in manifest.files.values()}.values())
        if total > _ZIP["bytes"]:
            raise BundleFormatError(f"the zip unpacks to more than {_ZIP['bytes']:,} bytes")
        if total > _ZIP["ratio"] * self._path.stat().st_size:
            raise BundleFormatError(f"the zip unpacks to more than {_ZIP['ratio']} times its size")

    def read(self, name: str, limit: int) -> bytes:
        try:
            found = self._zip.getinfo(self._folder + name)
            if found.compress_type not in self._methods:
                raise BundleFormatError(f"{name} is compressed in a way no other host reads")
            with self._lock, self._zip.open(found) as stream:
                return stream.read(limit + 1)
        except KeyError:
            raise BundleFormatError(f"{name} is missing") from None
        except self._errors as error:
            raise BundleFormatError(f"{name} cannot be read: {error}") from None

    def close(self) -> None:
        self._zip.close()
