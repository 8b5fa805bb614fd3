"""What the bytes of a file are: text in UTF-8, text in another encoding, or no text at all.

Text in another encoding is named, so that it can be converted, and what is no text is refused with
its name: put through a translator it would come out as neither. Knows nothing of lines.
"""

from __future__ import annotations

from allez.errors import InputError

SAMPLE = 2**16
"""How many bytes from the beginning are looked at."""

_MARKS = (
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
"""Byte order marks; the one of UTF-8 is welcome."""

_SIGNATURES = (
    (b"%PDF-", "PDF"),
    (b"\x89PNG\r\n\x1a\n", "a picture, PNG"),
    (b"\xff\xd8\xff", "a picture, JPEG"),
    (b"GIF87a", "a picture, GIF"),
    (b"GIF89a", "a picture, GIF"),
    (b"{\\rtf", "RTF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an older Office document, .doc, .xls or .ppt"),
    (b"\x1f\x8b", "compressed, gzip"),
    (b"\xfd7zXZ\0", "compressed, xz"),
    (b"\x28\xb5\x2f\xfd", "compressed, zstd"),
    (b"7z\xbc\xaf\x27\x1c", "compressed, 7z"),
    (b"Rar!\x1a\x07", "compressed, RAR"),
    (b"SQLite format 3\0", "a database, SQLite"),
    (b"\x7fELF", "a program"),
)
"""How files of other kinds begin."""

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")

_ZIP_CONTENTS = (
    (b"application/epub+zip", ".epub"),
    (b"application/vnd.oasis.opendocument.text", ".odt"),
    (b"application/vnd.oasis.opendocument.spreadsheet", ".ods"),
    (b"application/vnd.oasis.opendocument.presentation", ".odp"),
    (b"word/", ".docx"),
    (b"ppt/", ".pptx"),
    (b"xl/", ".xlsx"),
)
"""What stands near the beginning of documents that are zips."""

_CONTROLS = bytes({*range(0x20), 0x7F} - set(b"\t\n\v\f\r\b\x1b"))
"""Bytes that a text hardly holds. It may hold some."""

_MOST_CONTROLS = 0.1
_SHORTEST = 64
"""Of fewer bytes nothing is concluded from how many of them are control characters."""


def refuse_what_is_no_utf8(beginning: bytes, name: str) -> None:
    """Raise if the beginning of a file shows that it is no text in UTF-8, however it is read.

    Args:
        beginning: its first bytes, as many as are at hand.
        name: what errors call it.

    Raises:
        InputError: it is binary, or in UTF-16 or UTF-32, with a byte order mark or without.
    """
    sample = beginning[:SAMPLE]
    kind = _binary(sample)
    if kind is not None:
        hint = "save or extract it as plain text in UTF-8 first"
        raise InputError(f"{name} is a binary file ({kind}), not text", hint=hint)
    wide = next((encoding for mark, encoding in _MARKS if sample.startswith(mark)), _wide(sample))
    if wide is not None:
        raise InputError(f"{name} is not UTF-8 but {wide}", hint=f"iconv -f {wide} -t UTF-8")
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if len(sample) >= _SHORTEST and controls > _MOST_CONTROLS * len(sample):
        raise InputError(f"{name} is a binary file, not text", hint="translate text in UTF-8")


def likely_encoding(data: bytes) -> str:
    """Return, in the words of iconv, what text is in that is not UTF-8.

    Bytes 80 to 9F are typographic quotes, dashes and the euro sign in Windows-1252; in ISO-8859-1
    they are control characters, which nobody has typed.
    """
    strange = data.decode("utf-8", "surrogateescape")
    return "WINDOWS-1252" if any("\udc80" <= c <= "\udc9f" for c in strange) else "ISO-8859-1"


def _binary(sample: bytes) -> str | None:
    """Return what a binary file is, if it is of a kind that we know."""
    if sample.startswith(_ZIP):
        inside = [suffix for content, suffix in _ZIP_CONTENTS if content in sample]
        return ", ".join(["ZIP", *inside[:1]])
    return next((kind for start, kind in _SIGNATURES if sample.startswith(start)), None)


def _wide(sample: bytes) -> str | None:
    """Return which UTF-16 a text without a byte order mark is in: every other byte of it is 0."""
    half = len(sample) // 2
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if half < 4 or 2 * max(even, odd) < half or 20 * min(even, odd) > max(even, odd):
        return None
    return "UTF-16LE" if odd > even else "UTF-16BE"
