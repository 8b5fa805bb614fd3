"""Documents that are zips of other files: some parts are translated, all others stay as they are.

A zip is read within limits, so that a small file cannot fill the memory. The result has the same
entries in the same order. What would run (macros) and what points elsewhere (links) is only copied.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from allez.documents.document import Document, Segment
from allez.errors import InputError
from allez.text.markup import Marked

MOST_ENTRIES = 20_000
MOST_BYTES = 512 * 2**20
"""Of all parts together, unpacked."""
MOST_PART = 128 * 2**20
MOST_RATIO = 200
"""Of a part's size to what it takes in the zip, if it is larger than a megabyte."""

Reader = Callable[[str, bytes], "Document | None"]
"""Takes a part apart, given its name; None: there is nothing to translate in it."""


@dataclass(frozen=True, slots=True)
class Package:
    """A zip, read; a `Document`."""

    data: bytes
    infos: Sequence[zipfile.ZipInfo]
    parts: Sequence[bytes]
    documents: Sequence[Document | None]
    """Of each part."""

    @property
    def segments(self) -> Sequence[Segment]:
        """See `Document`."""
        return [segment for document in self.documents if document for segment in document.segments]

    @property
    def notes(self) -> Sequence[str]:
        """See `Document`; each begins with the name of its part."""
        return [
            f"{info.filename}: {note}"
            for info, document in zip(self.infos, self.documents, strict=True)
            for note in (document.notes if document else ())
        ]

    def place(self, number: int) -> str:
        """See `Document`: in which part, and which of all segments it is, from 1."""
        left = number
        for info, document in zip(self.infos, self.documents, strict=True):
            count = len(document.segments) if document else 0
            if left < count:
                return f"{info.filename}: part {number + 1}"
            left -= count
        raise IndexError(number)

    def render(self, translations: Sequence[Marked]) -> bytes:
        """See `Document`."""
        if all(s.source == t for s, t in zip(self.segments, translations, strict=True)):
            return self.data
        out = io.BytesIO()
        position = 0
        with zipfile.ZipFile(out, "w") as made:
            for info, part, document in zip(self.infos, self.parts, self.documents, strict=True):
                content = part
                if document is not None:
                    count = len(document.segments)
                    content = document.render(translations[position : position + count])
                    position += count
                made.writestr(_copied(info), content)
        return out.getvalue()


def _copied(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    copy = zipfile.ZipInfo(info.filename, info.date_time)
    copy.compress_type = info.compress_type
    copy.external_attr, copy.create_system = info.external_attr, info.create_system
    copy.comment, copy.extra = info.comment, b""
    return copy


def read_package(data: bytes, kind: str, needed: str, reader: Reader) -> Package:
    """Read a zip and take its parts apart.

    Args:
        data: the file.
        kind: what it should be, for errors.
        needed: a part that it must have.
        reader: takes parts apart.

    Raises:
        InputError: it is no zip, damaged, encrypted, too large, or not of that kind; or a part is
            broken, which is named.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            infos = opened.infolist()
            _check(infos, kind, needed)
            parts = [_part(opened, info) for info in infos]
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"it is no {kind}: {error}") from None
    documents: list[Document | None] = []
    for info, part in zip(infos, parts, strict=True):
        try:
            documents.append(reader(info.filename, part))
        except InputError as error:
            raise InputError(f"{info.filename}: {error}", hint=error.hint) from None
    return Package(data, infos, parts, documents)


def _check(infos: Sequence[zipfile.ZipInfo], kind: str, needed: str) -> None:
    names = [info.filename for info in infos]
    if needed not in names:
        raise InputError(f"it is no {kind}: it has no {needed}")
    if len(set(names)) < len(names):
        raise InputError(f"it is no {kind}: two parts have the same name")
    if len(names) > MOST_ENTRIES:
        raise InputError(f"it has {len(names):,} parts, at most {MOST_ENTRIES:,} are read")
    if sum(info.file_size for info in infos) > MOST_BYTES:
        raise InputError(f"it has more than {MOST_BYTES // 2**20} MB unpacked")
    for info in infos:
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise InputError(f"{info.filename}: it is packed as no {kind} may be")
        if info.flag_bits & 1:
            raise InputError(f"{info.filename}: it is encrypted", hint="save it without a password")
        ratio = info.file_size / max(info.compress_size, 1)
        if info.file_size > MOST_PART or (info.file_size > 2**20 and ratio > MOST_RATIO):
            raise InputError(f"{info.filename}: {info.file_size:,} bytes unpacked are too many")


def _part(opened: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return the bytes of a part; no more than the zip says there are."""
    with opened.open(info) as stream:
        content = stream.read(info.file_size + 1)
    if len(content) != info.file_size:
        raise InputError(f"{info.filename}: it is not as large as the zip says")
    return content
