"""What is no text in UTF-8 is refused by name, however it is read, and what is goes through."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allez.documents.binary import refuse_what_is_no_utf8
from allez.documents.lines import Errors, LineFile, LineStream
from allez.errors import InputError


def office(*entries: tuple[str, str]) -> bytes:
    """Return a zip as office programs write them."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in entries:
            stored = zipfile.ZIP_STORED if name == "mimetype" else None
            file.writestr(name, text, stored)
    return content.getvalue()


BINARY = {
    "ZIP, .docx": office(("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<w/>")),
    "ZIP, .xlsx": office(("[Content_Types].xml", "<Types/>"), ("xl/workbook.xml", "<w/>")),
    "ZIP, .odt": office(("mimetype", "application/vnd.oasis.opendocument.text"), ("a", "b")),
    "ZIP, .epub": office(("mimetype", "application/epub+zip"), ("a", "b")),
    "ZIP)": office(("a.txt", "Bonjour.")),
    "PDF": b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%\xe2\xe3\xcf\xd3\n%%EOF\n",
    "PNG": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "JPEG": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "GIF": b"GIF89a\x01\0\x01\0",
    "RTF": b"{\\rtf1\\ansi Bonjour.}",
    ".doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0",
    "gzip": gzip.compress(b"Bonjour."),
    "a program": b"\x7fELF\x02\x01\x01",
    "is a binary file, not text": bytes(range(32)) * 8,
}
"""What the message says, and the file."""

WIDE = {
    "UTF-16": "Il pleut.\n".encode("utf-16"),
    "UTF-16LE": "Il pleut.\nIl neige.\n".encode("utf-16-le"),
    "UTF-16BE": "L’été est là.\n".encode("utf-16-be"),
    "UTF-32": "Il pleut.\n".encode("utf-32"),
}


@pytest.mark.parametrize("errors", get_args(Errors))
@pytest.mark.parametrize("kind", BINARY)
def test_a_binary_file_is_refused_by_name(tmp_path: Path, kind: str, errors: Errors) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(BINARY[kind])
    with pytest.raises(InputError, match=r"a\.bin is a binary file.* not text") as raised:
        LineFile(path, errors=errors)
    assert kind in str(raised.value)
    stream = LineStream(io.BytesIO(BINARY[kind]), "standard input", errors=errors)
    with pytest.raises(InputError, match="standard input is a binary file"):
        list(stream.groups())


@pytest.mark.parametrize("errors", get_args(Errors))
@pytest.mark.parametrize("encoding", WIDE)
def test_wide_encodings_are_refused_by_name(tmp_path: Path, encoding: str, errors: Errors) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(WIDE[encoding])
    with pytest.raises(InputError, match=rf"a\.txt is not UTF-8 but {encoding}$") as raised:
        LineFile(path, errors=errors)
    assert raised.value.hint == f"iconv -f {encoding} -t UTF-8"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xef\xbb\xbfIl pleut.\n",
        b"a\0b\n\0\n",
        b"42\0\n",
        b"\0" * 7,
        b"\x1b[1mgras\x1b[0m\r\n" * 9,
        b"PK, Nathalie, PDF\n",
        b"GIF, PNG\n",
        b"\x0c\x0c\x08_" * 20,
        b"\xe9t\xe9\n" * 40,
    ],
)
def test_text_is_let_through(content: bytes) -> None:
    refuse_what_is_no_utf8(content, "x")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t\r\x1b")))
def test_any_text_is_let_through(text: str) -> None:
    refuse_what_is_no_utf8(text.encode(), "x")
