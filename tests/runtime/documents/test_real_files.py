"""Files that came with this machine's software: none makes trouble, all come back as they were."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import sysconfig
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from allez.documents.formats import FORMATS, recognise
from allez.documents.reading import Reading
from allez.documents.translation import translate_document
from allez.errors import InputError
from allez.translate.translator import Translator
from support.documents import unchanged, uppercased
from support.soak import SOAK, amount

PLACES = (
    *("/usr/share", "/usr/lib/python3", "/usr/lib/jvm", "/usr/lib/libreoffice/share"),
    *(sysconfig.get_paths()["stdlib"], sys.prefix),
)
CATALOGUES = Path("/usr/share/locale/fr/LC_MESSAGES")
CONVERTED = {".ott": ("docx", "odt", "epub"), ".otp": ("pptx", "odp")}
"""What LibreOffice makes of its own templates."""
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


def catalogues(folder: Path, most: int) -> list[Path]:
    """Return the system's French catalogues, as their translators' files were; some of them."""
    if shutil.which("msgunfmt") is None or not CATALOGUES.is_dir():
        return []
    made = []
    for path in sorted(CATALOGUES.glob("*.mo"))[:most]:
        made.append(folder / f"{path.stem}.po")
        command = ["msgunfmt", str(path), "-o", str(made[-1])]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    return made


def converted(folder: Path, most: int) -> list[Path]:
    """Return LibreOffice's templates as documents of other formats, some of each."""
    if shutil.which("soffice") is None:
        return []
    place, profile = Path("/usr/lib/libreoffice/share/template"), f"file://{folder}/profile"
    for suffix, kinds in CONVERTED.items():
        templates = sorted(map(str, place.rglob(f"*{suffix}")))[:most]
        for kind in kinds if templates else ():
            command = ["soffice", f"-env:UserInstallation={profile}", "--headless"]
            command += ["--convert-to", kind, "--outdir", str(folder / kind), *templates]
            subprocess.run(command, check=True, capture_output=True, timeout=600)
    return sorted(path for kind in sum(CONVERTED.values(), ()) for path in folder.glob(f"{kind}/*"))


def try_all(files: Sequence[Path]) -> Counter[str]:
    """Read and write each file; return how many of each ending could be read."""
    read: Counter[str] = Counter()
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
        read[path.suffix.lower()] += 1
    return read


def test_some_real_files_come_back_as_they_were() -> None:
    try_all(found(5, ("/usr/share/doc", sysconfig.get_paths()["stdlib"] + "/test")))


@pytest.mark.soak
def test_hundreds_of_real_files_come_back_as_they_were(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    most = amount(share=3, whole=60)
    files = [*found(most), *catalogues(tmp_path, most)]
    if SOAK:
        files += converted(tmp_path, 12)
    read = try_all(files)
    told = ", ".join(f"{count} {suffix}" for suffix, count in sorted(read.items()))
    with capsys.disabled():
        sys.stderr.write(f"\n{read.total()} real files: {told}\n")
    if SOAK and read.total() < 200:
        message = f"only {read.total()} real files could be read here: {told}"
        assert "CI" not in os.environ, message
        pytest.skip(message)


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
