"""Bytes to text and back: what a file says of its encoding, and that nothing is lost on the way."""

from __future__ import annotations

import codecs
from collections.abc import Callable

from allez.errors import InputError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LABELS = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252"}
"""What browsers read under these names, and what the bytes then nearly always are."""


def decode(
    data: bytes, *, declared: str | None = None, escape: Callable[[str], str] | None = None
) -> tuple[str, Callable[[str], bytes]]:
    """Return the text of a file, and what writes a text in the same way.

    Args:
        data: the whole file; a byte order mark decides before all else, and is kept.
        declared: the encoding that the file says it has; None: UTF-8.
        escape: spells a character that the encoding has not; None: there is no such spelling.

    Raises:
        InputError: the bytes are not in that encoding, or nobody knows it.
    """
    mark, name = at_beginning(data, declared)
    try:
        codec = _LABELS.get(name, name)
        text = data[len(mark) :].decode(codec)  # unlike the codec's own, refuses what is no text
        again = mark + text.encode(codec)
    except LookupError:
        raise InputError(f"the encoding {name!r} is unknown") from None
    except UnicodeError as error:
        raise _not_in(name, data, error) from None
    refuse_nul(text)
    if again != data:
        raise InputError(f"the text cannot be written as {name} again as it stands")

    def encode(changed: str) -> bytes:
        if escape is not None:
            changed = "".join(c if _has(codec, c) else escape(c) for c in changed)
        try:
            return mark + changed.encode(codec)
        except UnicodeError:
            raise InputError(
                f"the translation has characters that {name} cannot spell",
                hint="convert the file first: iconv -t UTF-8",
            ) from None

    return text, encode


def at_beginning(data: bytes, declared: str | None = None) -> tuple[bytes, str]:
    """Return the byte order mark of a file, b"" if it has none, and the name of its encoding."""
    found = next((known for known in _MARKS if data.startswith(known[0])), None)
    return found or (b"", (declared or "utf-8").lower())


def refuse_nul(text: str) -> None:
    """Raise InputError if a text begins with what is none."""
    if "\0" in text[:1000]:
        raise InputError(
            "NUL characters: it is no text, or UTF-16 without a byte order mark",
            hint="if it is text: iconv -f UTF-16LE -t UTF-8",
        )


def _has(codec: str, character: str) -> bool:
    if character.isascii():
        return True
    try:
        character.encode(codec)
    except UnicodeError:
        return False
    return True


def _not_in(name: str, data: bytes, error: UnicodeError) -> InputError:
    if not isinstance(error, UnicodeDecodeError):
        return InputError(f"the text is not {name}")
    return not_in(name, data[error.start], data.count(b"\n", 0, error.start) + 1)


def not_in(name: str, byte: int, line: int) -> InputError:
    """Return the error of a byte that is none of an encoding."""
    shown = "UTF-8" if name == "utf-8" else name
    return InputError(
        f"line {line}: not {shown} (byte 0x{byte:02x})",
        hint="if it is text in another encoding, Windows-1252 for one: "
        "iconv -f WINDOWS-1252 -t UTF-8",
    )
