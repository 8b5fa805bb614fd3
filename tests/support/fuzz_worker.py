"""Loads damaged bundles, one after the other, in a process that may crash without harm.

    python fuzz_worker.py FOLDER

FOLDER holds a sound bundle. Each line of standard input is a JSON object: `role` and `data`
(base64), the bytes to put in place of a file. Each line of standard output says what came of it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import os
import sys
from pathlib import Path
from typing import Any

import allez

TEXTS = ["Je vois le chat noir.", "J'aime trois 🎉 fleurs le 14 mars 1987. Oui"]
MEMORY = 4 * 2**30


def attempt(folder: Path) -> dict[str, Any]:
    """Load the bundle and translate with it; return the answers, or the named error."""
    try:
        with allez.Translator(folder, threads=1) as translator:
            results = [translator.translate(text, max_time=5) for text in TEXTS]
            results += [translator.translate(text, beam_size=1, max_time=5) for text in TEXTS[:1]]
            list(translator.stream(TEXTS[0], max_time=5))
            vocabulary = translator.bundle.manifest.target.size
    except allez.AllezError as error:
        return {"error": type(error).__name__, "message": str(error)[:500]}
    for result in results:
        check(result, vocabulary)
    return {"answers": [result.text for result in results]}


def check(result: allez.Translation, vocabulary: int) -> None:
    """Demand that an answer is what its type says, whatever weights made it."""
    result.text.encode("utf-8")
    for sentence in result.sentences:
        assert result.source[sentence.start : sentence.end] == sentence.source
        assert sentence.hypotheses
        for hypothesis in sentence.hypotheses:
            assert isinstance(hypothesis.text, str)
            assert math.isfinite(hypothesis.score) or not hypothesis.finished
            assert hypothesis.attention.ndim == 2
            assert hypothesis.attention.shape[0] == len(hypothesis.tokens)
            assert all(isinstance(token, str) and token != "None" for token in hypothesis.tokens)
    assert vocabulary > 0


def place(folder: Path, files: dict[str, bytes], role: str, data: bytes) -> None:
    """Put bytes in place of a role's file, and let the manifest agree with them."""
    if role == "manifest":
        (folder / "manifest.json").write_bytes(data)
        return
    manifest = json.loads(files["manifest"])
    entry = manifest["files"][role]
    entry |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (folder / entry["name"]).write_bytes(data)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def read_files(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every role's file, and of the manifest."""
    files = {"manifest": (folder / "manifest.json").read_bytes()}
    for role, entry in json.loads(files["manifest"])["files"].items():
        files[role] = (folder / entry["name"]).read_bytes()
    return files


def main(folder: Path) -> None:
    """Answer every line until there is none."""
    files = read_files(folder)
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # libraries may print what they like

    def say(outcome: dict[str, Any]) -> None:
        answers.write(json.dumps(outcome) + "\n")
        answers.flush()

    say(attempt(folder))
    for line in sys.stdin:
        job = json.loads(line)
        place(folder, files, job["role"], base64.b64decode(job["data"]))
        try:
            outcome = attempt(folder)
        except BaseException as error:  # also what a library written in Rust calls a panic
            outcome = {"unnamed": repr(error)[:1000], "where": where(error)}
        say(outcome)
        place(folder, files, job["role"], files[job["role"]])


def where(error: BaseException) -> list[str]:
    """Return the lines of code that an error came through."""
    found, trace = [], error.__traceback__
    while trace is not None:
        found.append(f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
