"""Many pages take no more memory than few, and a document hardly more time than its sentences."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from allez.documents.formats import FORMATS
from allez.documents.reading import Reading
from allez.documents.translation import translate_document
from allez.translate.translator import Translator
from support.french import sentences
from support.soak import SOAK, amount

_MEASURED = """
import resource, subprocess, sys
subprocess.run([sys.executable, "-m", "allez", *sys.argv[1:]], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def page(number: int) -> str:
    """Return a page of forty sentences, different from the others."""
    texts = sentences(number, 40)
    return "<html><body>" + "".join(f"<p>{text} <b>{number}</b></p>\n" for text in texts)


def peak(folder: Path, bundle: Path, count: int) -> int:
    """Return how many kilobytes a run over so many pages holds at most."""
    pages = folder / f"pages{count}"
    pages.mkdir()
    for number in range(count):
        (pages / f"{number}.html").write_text(page(number), encoding="utf-8")
    command = ["--model", str(bundle), "-i", str(pages), "-o", f"{pages}.en", "--threads", "1"]
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, "translate", "--beam-size", "1", *command],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(list(Path(f"{pages}.en").rglob("*.html"))) == count
    return int(done.stdout)


@pytest.mark.soak
@pytest.mark.skipif(sys.platform == "win32", reason="the memory of a child is told elsewhere")
def test_a_thousand_pages_take_as_much_memory_as_a_hundred(
    tmp_path: Path, tiny_bundle: Path
) -> None:
    few = amount(share=3, whole=100)
    small = peak(tmp_path, tiny_bundle, few)
    large = peak(tmp_path, tiny_bundle, 10 * few)
    assert large <= 1.05 * small, (small, large)


@pytest.mark.soak
@pytest.mark.parametrize("name", ["html", "markdown"])
def test_a_document_is_nearly_as_fast_as_its_sentences(shipped_bundle: Path, name: str) -> None:
    """CPU time on one thread, in turns: other work on the machine slows both down."""
    texts = [text for text in sentences(1, 500) if len(text.split()) > 5]
    tag, between = ("<p>{} <b>{}</b> {}</p>", "\n") if name == "html" else ("{} **{}** {}", "\n\n")
    marked = [tag.format(*text.split(maxsplit=2)) for text in texts[: amount(share=10, whole=150)]]
    data = between.join(marked).encode()

    with Translator(shipped_bundle, threads=1) as translator:

        def bare() -> None:
            for _ in translator.translate_batch(plain, beam_size=1):
                pass

        def whole() -> None:
            document = FORMATS[name].parse(data, Reading())
            translate_document(
                document, lambda texts: translator.translate_batch(texts, beam_size=1)
            )

        plain = [segment.source.text for segment in FORMATS[name].parse(data, Reading()).segments]
        whole()
        ratios = []
        for _ in range(amount(share=1, whole=9)):
            started = time.process_time()
            bare()
            between_both = time.process_time()
            whole()
            ratios.append((between_both - started) / (time.process_time() - between_both))
    assert not SOAK or statistics.median(ratios) >= 0.9, ratios
