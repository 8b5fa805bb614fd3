"""The configuration and the folders of one run."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from allez.errors import InputError, OutputError
from allez_export.config import Config
from allez_export.folders import locked, written_aside
from allez_export.stages.provenance import MADE, RECORD, recipe, stale

if TYPE_CHECKING:
    from allez_export.data.read import Pair


@dataclass(frozen=True, slots=True)
class Workspace:
    """The configuration and the folders of one run."""

    config: Config
    config_path: Path
    data: Path
    out: Path
    force: bool
    threads: int | None
    device: str
    limit: int | None
    fp32: bool = False
    """Whether `evaluate` scores the fp32 graphs."""
    references: tuple[Path, ...] = ()
    """Outputs of the toolkit that the weights come from; see `allez_export.reference`."""
    final: Path | None = None
    """Where `out` will stand when all of it is written; None: where it is."""

    def stage(self, name: str) -> Path:
        """Return a stage's folder."""
        return self.out / name

    def shown(self, path: Path) -> Path:
        """Return where something within `out` will stand in the end."""
        return path if self.final is None else self.final / path.relative_to(self.out)

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """Give a folder to write a stage into; it takes its place when all went well.

        Beside what the stage writes it says what it was made from (provenance.py).
        """
        final = self.stage(name)
        if final.exists() and not self.force:
            raise OutputError(f"{final} exists", hint="--force makes it again")
        made_from = recipe(self, name)
        with written_aside(final) as partial:
            yield partial
            (partial / RECORD).write_text(json.dumps(made_from, indent=1), encoding="utf-8")

    @contextmanager
    def training(self) -> Iterator[Path]:
        """Give the folder of `train`, which goes on by itself, to one process at a time.

        Raises:
            OutputError: another process has it.
        """
        folder = self.stage("train")
        folder.mkdir(parents=True, exist_ok=True)
        with locked(self.out / "train.lock", f"another training writes to {folder}"):
            if self.force:  # not before everything else was read
                shutil.rmtree(folder)
            yield folder

    def need(self, stage: str, name: str) -> Path:
        """Return a file of an earlier stage.

        Raises:
            InputError: the stage was not run yet, or was made from something else.
        """
        path = self.stage(stage) / name
        if not path.exists():
            command = "package" if stage == "bundle" else stage
            raise InputError(f"there is no {path}", hint=f"run `allez-export {command}` first")
        why = stale(self, stage) if stage in MADE else None
        if why is not None:
            raise InputError(
                f"{self.stage(stage)} is not what this configuration makes: {why}",
                hint=f"`allez-export {stage} --force` makes it again, `all` what follows too",
            )
        return path

    def pairs(self, names: Sequence[str], limit: int | None) -> list[tuple[str, list[Pair]]]:
        """Read validation files; returns each one's name, the domain behind it, and pairs.

        Args:
            names: relative to the data folder.
            limit: only the first so many pairs of each, or of each domain.
        """
        from allez_export.data.read import read_domains

        files, data = [], self.config.data
        for name in names:
            plain = Path(name).name.removesuffix(".gz").removesuffix(".tsv")
            found = read_domains(self.data / name, data, limit, only=data.valid_domains)
            files += [(f"{plain} {domain}".rstrip(), pairs) for domain, pairs in found.items()]
        return files


def say(text: str) -> None:
    """Tell the user how things go; standard output is for results."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
