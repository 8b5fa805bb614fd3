"""Many pages take no more memory than few."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from support.french import sentences
from support.soak import amount

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
