"""`translate -i … -o …` killed with SIGKILL at many moments, with a real model, and gone on with.

The moments are drawn from the whole run: before the model is loaded, between lines, while the
last lines are written. What is there in the end is what one run without a kill writes.
"""

from __future__ import annotations

import contextlib
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.soak import amount

SENTENCES = ["Je vois le chat noir.", "Elle n'achète pas trois petites maisons.", "", "  42", "Tu"]
MOMENTS = amount(share=6, whole=24)
LINES = [f"{SENTENCES[i % 5]} {i}" for i in range(600)]

FORMS = {
    "text": ([], 1),
    "n-best": (["--n-best", "3"], 3),
    "jsonl": (["--format", "jsonl", "--n-best", "2"], 1),
}
"""Arguments, and lines of one record."""


def command(bundle: Path, source: Path, target: Path, form: str) -> list[str]:
    return [
        *(sys.executable, "-m", "allez", "translate", "--model", str(bundle), "--threads", "2"),
        *("--beam-size", "3", "-i", str(source), "-o", str(target), *FORMS[form][0]),
    ]


def size(path: Path) -> int:
    """Return how long a file is, 0 if it is not there."""
    with contextlib.suppress(FileNotFoundError):  # it may be renamed at any moment
        return path.stat().st_size
    return 0


@pytest.mark.soak
@pytest.mark.parametrize("form", FORMS)
def test_killed_again_and_again(tiny_bundle: Path, tmp_path: Path, form: str) -> None:
    generator = random.Random(form)
    source, whole, target = tmp_path / "in.txt", tmp_path / "whole.txt", tmp_path / "out.txt"
    source.write_text("\n".join(LINES) + "\n", encoding="utf-8")
    started = time.monotonic()
    subprocess.run(command(tiny_bundle, source, whole, form), check=True)
    length = time.monotonic() - started
    expected = whole.read_bytes()
    partial = tmp_path / "out.txt.partial"
    kills = written = done = 0
    for moment in range(MOMENTS):
        process = subprocess.Popen(
            command(tiny_bundle, source, target, form), stderr=subprocess.PIPE
        )
        if moment % 3 == 2:  # while lines are being written, however fast this machine is
            while process.poll() is None and size(partial) <= written:
                time.sleep(0.001)
        else:
            time.sleep(generator.random() * length)
        process.kill()
        _, said = process.communicate()
        kills += process.returncode != 0
        if target.exists():  # it was through before the kill, and everything is there
            assert target.read_bytes() == expected
            target.unlink()
            written = done = 0
            continue
        assert process.returncode < 0, said
        if partial.exists():  # what is there is a beginning of what there will be
            data = partial.read_bytes()
            assert expected.startswith(data)
            records = data.count(b"\n") // FORMS[form][1]
            assert records >= done
            done, written = records, len(data)
    assert kills >= MOMENTS // 3
    last = subprocess.run(
        command(tiny_bundle, source, target, form), capture_output=True, check=False
    )
    assert (last.returncode, last.stdout) == (0, b"")
    assert target.read_bytes() == expected
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.txt", "out.txt", "whole.txt"]
