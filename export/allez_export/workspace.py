"""The configuration and the folders of one run, and what every stage reads through them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allez.bundle.reader import Bundle, find
from allez.errors import InputError, OutputError
from allez_export.config import Config, ConfigError, TrainingConfig
from allez_export.folders import written_aside

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from allez_export.data import Pair


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

    def stage(self, name: str) -> Path:
        """Return a stage's folder."""
        return self.out / name

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """Give a folder to write a stage into; it takes its place when all went well."""
        final = self.stage(name)
        if final.exists() and not self.force:
            raise OutputError(f"{final} exists", hint="--force makes it again")
        with written_aside(final) as partial:
            yield partial

    def need(self, stage: str, name: str) -> Path:
        """Return a file of an earlier stage.

        Raises:
            InputError: the stage was not run yet.
        """
        path = self.stage(stage) / name
        if not path.exists():
            command = "package" if stage == "bundle" else stage
            raise InputError(f"there is no {path}", hint=f"run `allez-export {command}` first")
        return path

    def pairs(self, names: Sequence[str], limit: int | None) -> list[tuple[str, list[Pair]]]:
        """Read evaluation files; returns each one's name and pairs."""
        from allez_export.data import read_pairs

        files = []
        for name in names:
            pairs = list(read_pairs(self.data / name))[:limit]
            files.append((Path(name).name.removesuffix(".gz").removesuffix(".tsv"), pairs))
        return files


def say(text: str) -> None:
    """Tell the user how things go; standard output is for results."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def load_sources(work: Workspace, *, scored: bool = True) -> list[list[Pair]]:
    """Read and filter the training data, saying what was dropped and why.

    Args:
        work: configuration and folders.
        scored: leave out the pairs that the `align` stage found to be no translations.
    """
    from allez_export.data import load_source

    if not work.config.data.train:
        raise InputError(f"{work.config_path} names no training data")
    seen: set[Pair] = set()
    sources = []
    for source in work.config.data.train:
        kept, dropped = load_source(source, work.config.data, work.data, seen)
        least = work.config.data.min_score
        if scored and least is not None:
            scores = read_scores(work, source.name, len(kept))
            dropped["loosely translated"] = int((scores < least).sum())
            kept = [pair for pair, score in zip(kept, scores, strict=True) if score >= least]
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(dropped.items()))
        say(f"data    {source.name}: {len(kept)} pairs, dropped {reasons or 'none'}")
        sources.append(kept)
    return sources


def read_scores(work: Workspace, source: str, count: int) -> npt.NDArray[np.float32]:
    """Return what the `align` stage thinks of each pair of a source."""
    import numpy as np

    with np.load(work.need("align", "scores.npz")) as content:
        scores: npt.NDArray[np.float32] = content[source]
    if len(scores) != count:
        raise InputError(
            f"the pairs of {source} are not those that were aligned",
            hint="`allez-export align --force` scores them again",
        )
    return scores


def beginning(training: TrainingConfig) -> Bundle:
    """Return the bundle that training begins with.

    Raises:
        ConfigError: it has another version than the configuration says.
    """
    bundle = Bundle.read(find(training.begin_with))
    wanted, version = training.begin_with_version, bundle.manifest.version
    if wanted not in (None, version):
        raise ConfigError(
            f"training.begin_with: {bundle.path} is version {version}, not {wanted}",
            hint="give the path of that version's bundle",
        )
    return bundle


def listed(work: Workspace) -> bytes | None:
    """Return the run's candidates, if its configuration wants any."""
    if work.config.candidates is None:
        return None
    return work.need("candidates", "candidates.bin").read_bytes()


def digests(bundle: Bundle) -> list[str]:
    """Return the hashes of a bundle's graphs."""
    return [bundle.manifest.files[role].sha256 for role in ("encoder", "decoder")]


def learnt_for(work: Workspace, bundle: Bundle) -> dict[str, Any]:
    """Return what the `candidates` stage reports, of the graphs of this bundle.

    Raises:
        InputError: it is about other graphs.
    """
    path = work.need("candidates", "report.json")
    learnt: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if learnt.pop("graphs", None) != digests(bundle):
        raise InputError(
            "the candidates were learnt from other graphs",
            hint="`allez-export candidates --force` learns them again",
        )
    return learnt
