"""Many files and folders: which is translated into which, and what an interrupted run has finished.

What is finished stands in `.allez.partial.json` in the output folder for as long as the run is not
over: the same command after a kill leaves those files as they are. Knows nothing of formats but
their names.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

from allez.documents.formats import FORMATS, REFUSED_SUFFIXES, by_beginning
from allez.errors import InputError, OutputError
from allez.files import hash_of, in_the_way, open_own, reason
from allez.locking import lock

JOURNAL = ".allez.partial.json"
_MARK = b'{"allez": "unfinished", "settings": '
"""How every journal begins: whatever begins otherwise is somebody else's file."""


class Job(NamedTuple):
    """One file to translate."""

    source: Path
    target: Path


class Plan(NamedTuple):
    """What a run does, and what it does not."""

    jobs: list[Job]
    left: list[Path]
    """Files of the folders that tell of no known format."""


def plan(inputs: Sequence[Path], output: str | None, suffix: str) -> Plan:
    """Return what is to be translated into what.

    Files of a folder whose names tell their format are taken, also if there is only a refusal for
    it; hidden ones are not, and what a run with the same suffix has made beside them is not. The
    folder is made again in the output folder. One of several files that is not there is for who
    opens it to report.

    Args:
        inputs: files and folders.
        output: for a single file, a file, or a folder if it is one, ends with a slash or has no
            ending; for all others a folder; None: beside the inputs.
        suffix: goes between a name and its ending, ".en"; may be empty if there is an output.

    Raises:
        InputError: the only input does not exist, a folder cannot be read, or there is nothing to
            translate.
        OutputError: a result would stand where an input is, or two in the same place.
    """
    if len(inputs) == 1 and not inputs[0].exists():
        raise InputError(f"{inputs[0]} does not exist")
    place = None if output is None else Path(output)
    left: list[Path] = []
    if output is not None and len(inputs) == 1 and inputs[0].is_file() and not _is_folder(output):
        jobs = [Job(inputs[0], Path(output))]
    elif place is not None and place.exists() and not place.is_dir():
        raise OutputError(
            f"cannot write into {output}: it is no folder",
            hint="-o FOLDER, one that is there or a new name",
        )
    else:
        jobs = [job for given in inputs for job in _jobs(given, place, suffix, left)]
    if not jobs:
        raise InputError(
            "there is no file that can be read in " + ", ".join(map(str, inputs)),
            hint="known are " + ", ".join(sorted(_suffixes())),
        )
    _check(jobs)
    return Plan(jobs, left)


def _jobs(given: Path, output: Path | None, suffix: str, left: list[Path]) -> list[Job]:
    """Return what is to be done for one input, without what an earlier run made within it.

    Files of the folder that have no known format are added to those that are `left`.
    """
    if not given.is_dir():
        return [Job(given, _target(given, given, output, suffix))]
    known = {*_suffixes(), *REFUSED_SUFFIXES}
    jobs = []
    within = None if output is None else _target(given, given / "_", output, "").parent
    for path in _files(given, within):
        if path.suffix.lower() in known or by_beginning(path):
            jobs.append(Job(path, _target(given, path, output, suffix)))
        else:
            left.append(path)
    if not suffix:
        return jobs
    results = {os.path.realpath(job.target) for job in jobs}
    return [job for job in jobs if os.path.realpath(job.source) not in results]


def _target(given: Path, path: Path, output: Path | None, suffix: str) -> Path:
    """Return where the result of a file goes that was found at or below what was given."""
    folder = path.parent
    if output is not None:
        base = Path(os.path.abspath(given)).parent  # without the `..` that a name may have
        folder = output / (
            Path(os.path.abspath(folder)).relative_to(base) if given.is_dir() else ""
        )
    return folder / f"{path.stem}{suffix}{path.suffix}"


def _is_folder(output: str) -> bool:
    """Tell whether the result of a single file goes into a folder of this name."""
    path = Path(output)
    if output.endswith(("/", os.sep)):
        return True
    return path.is_dir() or (not path.suffix and not path.exists())


def _suffixes() -> set[str]:
    return {suffix for form in FORMATS.values() for suffix in form.suffixes}


def _files(folder: Path, results: Path | None) -> Iterator[Path]:
    """Yield the files at or below a folder, but for those below a folder of results within it."""
    left_out = None if results is None else os.path.realpath(results)

    def refuse(error: OSError) -> None:
        raise InputError(f"{error.filename} cannot be read: {reason(error)}")

    for base, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and os.path.realpath(os.path.join(base, name)) != left_out
        )
        for name in sorted(names):
            if not name.startswith("."):
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


def make_folders(jobs: Sequence[Job]) -> None:
    """Make the folders that results go into.

    Raises:
        OutputError: one cannot be made.
    """
    for folder in {job.target.parent: None for job in jobs}:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"cannot make the folder {folder}: {reason(error)}") from None


class Journal:
    """What a run has finished, so that the next one with the same settings can go on.

    Its first line has our mark and the settings, every further one a finished job: its result's
    place, and the hashes of source and result.

    Args:
        folder: where results go.
        settings: all that decides what comes out, in JSON's terms.

    Raises:
        OutputError: a file of its name is there that such a run has not left, or another run is
            writing into the folder.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        self._path = folder / JOURNAL
        self._first = _MARK + json.dumps(settings).encode() + b"}\n"
        self._done: dict[str, tuple[str, str]] = {}
        try:
            self._stream = open_own(self._path, shown=folder, create=0o600)
        except OutputError:
            raise
        except OSError as error:
            raise OutputError(f"cannot write {self._path}: {reason(error)}") from None
        try:
            if not lock(self._stream):
                raise OutputError(
                    f"another run is writing into {folder}", hint="wait for it, or name another one"
                )
            self._read(self._stream)
        except BaseException:
            self._stream.close()
            raise

    def _read(self, stream: IO[bytes]) -> None:
        """Learn what was finished, and cut off what a kill has cut short."""
        first = stream.readline()
        if not self._first.startswith(first):
            known = first.startswith(_MARK)
            why = "begun with another model or options" if known else "and no run has left it"
            raise in_the_way(self._path.parent, self._path, why)
        kept = 0
        if first == self._first:
            kept = stream.tell()
            for line in iter(stream.readline, b""):
                try:
                    target, source, result = json.loads(line[: line.index(b"\n")])
                except ValueError:
                    break
                self._done[target] = (source, result)
                kept = stream.tell()
        stream.truncate(kept)

    def is_done(self, job: Job) -> bool:
        """Tell whether a job was finished with what its source is, and the result is still there.

        Raises:
            OSError: the source cannot be read.
        """
        known = self._done.get(str(job.target))
        if known is None or known[0] != hash_of(job.source):
            return False
        try:
            return known[1] == hash_of(job.target)
        except OSError:
            return False

    def add(self, job: Job, source: str, result: str) -> None:
        """Remember that a job is finished.

        Args:
            job: the job.
            source: the SHA-256 of what was read, in hexadecimal digits.
            result: the same of what was written.

        Raises:
            OutputError: it cannot be written down.
        """
        line = json.dumps([str(job.target), source, result]).encode() + b"\n"
        try:
            with open_own(self._path, shown=self._path.parent, create=0o600) as stream:
                if not stream.seek(0, os.SEEK_END):
                    stream.write(self._first)
                stream.write(line)
        except OutputError:
            raise
        except OSError as error:
            raise OutputError(f"cannot write {self._path}: {reason(error)}") from None
        self._done[str(job.target)] = (source, result)

    def close(self) -> None:
        """Let other runs in; what is finished stays written down, if there is anything."""
        if self._stream.closed:
            return
        if sys.platform == "win32":  # where what is open cannot be removed
            self._stream.close()
        if not self._done:
            self._path.unlink(missing_ok=True)
        self._stream.close()

    def end(self) -> None:
        """Forget everything: the run is over."""
        self._done.clear()
        self.close()
