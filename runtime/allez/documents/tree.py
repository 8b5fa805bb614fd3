"""Many files and folders: which is translated into which, and what an interrupted run has finished.

What is finished stands in `.allez.partial.json` in the output folder for as long as the run is not
over: the same command after a kill leaves those files as they are. Knows nothing of formats but
their names.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from allez.documents.formats import FORMATS
from allez.documents.output import encode, reason
from allez.errors import InputError, OutputError

JOURNAL = ".allez.partial.json"


class Job(NamedTuple):
    """One file to translate."""

    source: Path
    target: Path


def plan(inputs: Sequence[Path], output: Path | None, suffix: str) -> list[Job]:
    """Return what is to be translated into what.

    Files of a folder whose names say that they can be read are taken, hidden ones are not; the
    folder is made again in the output folder.

    Args:
        inputs: files and folders.
        output: a folder, or, for a single file, a file; None: beside the inputs.
        suffix: goes between a name and its ending, ".en"; may be empty if there is an output.

    Raises:
        InputError: an input does not exist, or there is nothing to translate.
        OutputError: a result would stand where an input is, or two in the same place.
    """
    for given in inputs:
        if not given.exists():
            raise InputError(f"{given} does not exist")
    if output is not None and len(inputs) == 1 and inputs[0].is_file() and not _is_folder(output):
        jobs = [Job(inputs[0], output)]
    elif output is not None and not _is_folder(output):
        raise OutputError(
            f"cannot write {output}: several files go into a folder", hint="-o FOLDER"
        )
    else:
        jobs = [
            Job(path, _target(given, path, output, suffix))
            for given in inputs
            for path in (_files(given) if given.is_dir() else [given])
        ]
    if not jobs:
        raise InputError(
            "there is no file that can be read in " + ", ".join(map(str, inputs)),
            hint="known are " + ", ".join(sorted(_suffixes())),
        )
    _check(jobs)
    return jobs


def _target(given: Path, path: Path, output: Path | None, suffix: str) -> Path:
    """Return where the result of a file goes that was found at or below what was given."""
    folder = path.parent
    if output is not None:
        folder = output / (folder.relative_to(given.parent) if given.is_dir() else "")
    return folder / f"{path.stem}{suffix}{path.suffix}"


def _is_folder(output: Path) -> bool:
    return output.is_dir() or not output.suffix


def _suffixes() -> set[str]:
    return {suffix for form in FORMATS.values() for suffix in form.suffixes}


def _files(folder: Path) -> Iterator[Path]:
    known = _suffixes()
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in known:
                yield Path(base) / name


def _check(jobs: Sequence[Job]) -> None:
    """Refuse to write over an input, or twice into the same file, before anything is done."""
    sources = {os.path.realpath(job.source): job.source for job in jobs}
    targets: dict[str, Path] = {}
    for job in jobs:
        place = os.path.realpath(job.target)
        if place in sources:
            raise OutputError(
                f"cannot write {job.target}: {sources[place]} is being read",
                hint="another output folder, or --suffix .en",
            )
        if place in targets:
            raise OutputError(f"cannot write {job.target}: {targets[place]} and {job.source} both")
        targets[place] = job.source


class Journal:
    """What a run has finished, so that the next one with the same settings can go on.

    Args:
        folder: where results go.
        settings: all that decides what comes out, in JSON's terms.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        self._path = folder / JOURNAL
        self._settings = json.loads(json.dumps(settings))
        self._done: dict[str, list[str]] = {}
        try:
            state = json.loads(self._path.read_bytes())
        except (OSError, ValueError):  # none, or a kill cut it short: nothing is known to be done
            return
        if isinstance(state, dict) and state.get("settings") == self._settings:
            done = state.get("done")
            self._done = done if isinstance(done, dict) else {}

    def is_done(self, job: Job, data: bytes) -> bool:
        """Tell whether a job was finished with these very bytes, and the result is still there."""
        known = self._done.get(str(job.target))
        if known is None or known[0] != _hash(data):
            return False
        try:
            return known[1] == _hash(job.target.read_bytes())
        except OSError:
            return False

    def add(self, job: Job, data: bytes, result: bytes) -> None:
        """Remember that a job is finished.

        Raises:
            OutputError: it cannot be written down.
        """
        self._done[str(job.target)] = [_hash(data), _hash(result)]
        aside = self._path.with_name(self._path.name + "~")
        try:
            aside.write_bytes(encode(json.dumps({"settings": self._settings, "done": self._done})))
            os.replace(aside, self._path)
        except OSError as error:
            raise OutputError(f"cannot write {self._path}: {reason(error)}") from None

    def end(self) -> None:
        """Forget everything: the run is over."""
        self._path.unlink(missing_ok=True)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
