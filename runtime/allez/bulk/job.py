"""Files cut into parts, each translated by whoever is free, and read back in order.

The output is a folder: `part-00000.jsonl` and so on, in the order of the input, in its format.
`_plan.json` says what is made, `_done/` what of it is there, `_SUCCESS` that all is. A part is
written aside and renamed, so it is whole or not there; the next run with the same plan makes what
is left.
Readers of such folders pass over names that begin with `_` or a dot.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from allez.bulk.recipe import Recipe
from allez.bulk.rows import Part, Shape, cut, shape_of
from allez.errors import InputError, OptionError, OutputError
from allez.files import in_the_way, open_own, reason
from allez.locking import lock

PLAN, DONE, SUCCESS = "_plan.json", "_done", "_SUCCESS"

_MARK = b'{"allez": "bulk", "job": '
"""How every plan begins: whatever begins otherwise is somebody else's file."""

MOST_TOLD = 20
"""Rows of a part whose errors are written down; all are counted."""


class Done(NamedTuple):
    """What became of a part."""

    rows: int
    failed: int
    """Rows that have no translation."""
    seconds: float
    errors: list[list[Any]]
    """The first of them: row of the part from 1, and why."""


@dataclass(frozen=True)
class Job:
    """What is made of what, and where; fit to be pickled."""

    recipe: Recipe
    parts: tuple[Part, ...]
    output: Path
    shape: Shape
    inputs: tuple[tuple[str, int, int], ...]
    """Path, bytes and time of change of each, so that a changed one is noticed."""

    def place(self, part: Part) -> Path:
        """Return where a part's result goes."""
        return self.output / f"part-{part.number:05d}{self.shape.suffix}"

    def done(self, part: Part) -> Done | None:
        """Return what became of a part; None: it is still to be made."""
        try:
            told = json.loads(self._told(part).read_text(encoding="utf-8"))
            return Done(**told) if self.place(part).is_file() else None
        except (OSError, ValueError, TypeError):
            return None  # it was never written, or not whole: the part is made again

    def left(self) -> list[Part]:
        """Return the parts that are still to be made."""
        return [part for part in self.parts if self.done(part) is None]

    def _told(self, part: Part) -> Path:
        return self.output / DONE / f"{part.number:05d}.json"

    def describe(self) -> dict[str, Any]:
        """Return everything that decides what comes out, in JSON's terms."""
        recipe = self.recipe
        options = {**asdict(recipe.options), "cancel": None}
        described = {
            "input": self.inputs,
            "parts": [part.end for part in self.parts],
            "model": recipe.sha256,
            "options": options,
            "columns": [recipe.column, recipe.into],
        }
        return dict(json.loads(json.dumps(described)))


def plan(inputs: Sequence[Path], output: Path, recipe: Recipe, *, part_bytes: int = 2**20) -> Job:
    """Cut files into parts; nothing is written.

    Args:
        inputs: text (`.txt`, a row a line), JSON lines (`.jsonl`) or Parquet; all of one kind, or
            folders of such, taken in the order of their names.
        output: a folder, new or of an earlier run.
        recipe: how rows are translated.
        part_bytes: about so much of a file is a part; of Parquet, whole groups of rows are.

    Raises:
        InputError: there is nothing to read, the kinds differ, or a file lacks the column.
        MissingExtraError: Parquet, without pyarrow.
    """
    if part_bytes < 1:
        raise OptionError(f"a part has at least 1 byte, not {part_bytes}")
    files = [file for given in inputs for file in _files(given)]
    shape = shape_of(files)
    parts: list[Part] = []
    facts = []
    for file in files:
        try:
            status = file.stat()
            for start, end in cut(file, shape, recipe.column, part_bytes):
                parts.append(Part(len(parts), str(file.resolve()), start, end))
        except OSError as error:
            raise InputError(f"cannot read {file}: {reason(error)}") from None
        facts.append((str(file.resolve()), status.st_size, status.st_mtime_ns))
    return Job(recipe, tuple(parts), output.absolute(), shape, tuple(facts))


def _files(given: Path) -> list[Path]:
    """Return the file, or those of a folder; hidden ones and those of engines are none."""
    if not given.exists():
        raise InputError(f"{given} does not exist")
    if not given.is_dir():
        return [given]
    found = sorted(path for path in given.iterdir() if path.is_file())
    return [path for path in found if not path.name.startswith((".", "_"))]


@contextmanager
def begun(job: Job) -> Iterator[None]:
    """Keep the output folder for this job while the block runs; at its end, say if all is there.

    Raises:
        OutputError: it cannot be written, holds something else, or another run is at work there.
    """
    path = job.output / PLAN
    try:
        job.output.mkdir(parents=True, exist_ok=True)
        foreign = not path.exists() and any(job.output.iterdir())
        if foreign:
            raise OutputError(
                f"{job.output} is not empty", hint="name a new folder, or that of an earlier run"
            )
        with open_own(path, shown=job.output, create=0o644) as stream:
            if not lock(stream):
                raise OutputError(f"another run is writing into {job.output}")
            _agree(job, path, stream.read())
            stream.seek(0)
            stream.truncate()
            stream.write(_MARK + json.dumps(job.describe()).encode() + b"}\n")
            stream.flush()
            (job.output / DONE).mkdir(exist_ok=True)
            for scrap in job.output.glob(".part-*"):
                scrap.unlink()
            yield
            if not job.left():
                (job.output / SUCCESS).touch()
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(f"cannot write into {job.output}: {reason(error)}") from None


def _agree(job: Job, path: Path, content: bytes) -> None:
    """Refuse to go on with what was begun in another way."""
    if not content:
        return
    try:
        earlier = json.loads(content)["job"] if content.startswith(_MARK) else None
    except ValueError:
        earlier = {} if not (path.parent / DONE).exists() else None  # killed while it was written
    if not isinstance(earlier, Mapping):
        raise in_the_way(job.output, path, "and no run has left it")
    now = job.describe()
    other = [key for key in now if earlier and earlier.get(key) != now[key]]
    if other:
        raise OutputError(
            f"{job.output} was begun with other {' and '.join(other)}",
            hint="name another folder, or remove that one",
        )


def make(job: Job, part: Part) -> Done:
    """Translate a part, write it aside and rename it; what engines have their workers do.

    Safe to be done twice at once: both write the same.

    Raises:
        InputError: the file is no longer what it was.
        OutputError: the result cannot be written.
    """
    began = time.monotonic()
    recipe = job.recipe
    source = Path(part.path)
    status = source.stat()
    if (part.path, status.st_size, status.st_mtime_ns) not in job.inputs:
        raise InputError(f"{source} was changed while it was being translated")
    place = job.place(part)
    aside = place.with_name(f".{place.name}.{uuid.uuid4().hex}")
    count, errors = 0, []
    try:
        with job.shape.writer(source, aside, recipe.into) as write:
            for count, row in enumerate(recipe.partition(job.shape.read(recipe.column, part)), 1):
                if row["error"] is not None:
                    errors.append([count, row["error"]])
                write(row)
        os.replace(aside, place)
        done = Done(count, len(errors), round(time.monotonic() - began, 3), errors[:MOST_TOLD])
        told = job._told(part)
        unnamed = told.with_name(f".{uuid.uuid4().hex}")
        unnamed.write_text(json.dumps(done._asdict()), encoding="utf-8")
        os.replace(unnamed, told)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"cannot write {place}: {reason(error)}") from None
    finally:
        aside.unlink(missing_ok=True)
    return done
