"""Files that came with this machine's software: none makes trouble, all come back as they were."""

from __future__ import annotations

import os
import random
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from allez.documents.formats import FORMATS, recognise
from allez.documents.reading import Reading
from allez.documents.translation import translate_document
from allez.errors import InputError
from allez.translate.translator import Translator
from support.documents import unchanged, uppercased

PLACES = ("/usr/share", "/usr/lib/python3", sysconfig.get_paths()["stdlib"], sys.prefix)
MOST_BYTES = 300_000
SUFFIXES = {suffix for form in FORMATS.values() for suffix in form.suffixes}


def found(share: int, places: tuple[str, ...] = PLACES) -> list[Path]:
    """Return up to so many files of each ending, the same ones every time."""
    by_suffix: dict[str, list[Path]] = {}
    for place in places:
        for path in _files(place):
            by_suffix.setdefault(path.suffix.lower(), []).append(path)
    chance = random.Random(1)
    return [
        path
        for suffix in sorted(by_suffix)
        for path in chance.sample(by_suffix[suffix], min(share, len(by_suffix[suffix])))
    ]


def _files(place: str) -> Iterator[Path]:
    for base, folders, names in os.walk(place):
        folders.sort()
        for name in sorted(names):
            path = Path(base, name)
            if path.suffix.lower() in SUFFIXES and path.is_file():
                yield path


def try_all(files: list[Path]) -> int:
    """Read and write each file; return how many could be read."""
    read = 0
    for path in files:
        data = path.read_bytes()
        if len(data) > MOST_BYTES:
            continue
        try:
            document = recognise(path.name, data).parse(data, Reading())
        except InputError:  # named, as it should be
            continue
        assert unchanged(document) == data, path
        recognise(path.name, data).parse(uppercased(document), Reading())
        read += 1
    return read


def test_some_real_files_come_back_as_they_were() -> None:
    try_all(found(5, ("/usr/share/doc", sysconfig.get_paths()["stdlib"] + "/test")))


@pytest.mark.soak
def test_hundreds_of_real_files_come_back_as_they_were() -> None:
    files = found(60)
    assert len(files) < 200 or try_all(files) >= 150


def test_the_shipped_bundle_translates_documents(shipped_bundle: Path) -> None:
    page = b"<p>Il fait <b>froid</b> ce matin.</p>"
    subtitle = "1\n00:00:01,000 --> 00:00:02,000\nIl est déjà trop tard pour\nprendre le train.\n"
    with Translator(shipped_bundle) as translator:

        def translated(name: str, data: bytes) -> str:
            document = recognise(name, data).parse(data, Reading())
            return translate_document(document, translator.translate_batch).decode()

        assert translated("a.html", page) == "<p>It's <b>cold</b> this morning.</p>"
        lines = translated("a.srt", subtitle.encode()).split("\n")
        assert lines[:2] == subtitle.split("\n")[:2]
        assert len(lines) == len(subtitle.split("\n"))
        assert "too late to" in " ".join(lines)
