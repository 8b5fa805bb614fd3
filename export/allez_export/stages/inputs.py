"""What several stages read."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from allez.bundle.reader import Bundle
from allez.errors import InputError
from allez_export.checkpoints import load_model
from allez_export.data.marked import take_mark
from allez_export.data.read import Pair, load_source
from allez_export.folders import read_beside
from allez_export.package import draft, sentence_rules
from allez_export.stages.workspace import Workspace, say


def load_sources(work: Workspace, *, scored: bool = True) -> list[list[Pair]]:
    """Read and filter the training data, saying what was dropped and why.

    Args:
        work: configuration and folders.
        scored: leave out the pairs that the `align` stage found to be no translations.
    """
    if not work.config.data.train:
        raise InputError(f"{work.config_path} names no training data")
    seen: set[Pair] = set()
    translated = work.config.task == "translate"
    sources = []
    for source in work.config.data.train:
        kept, dropped = load_source(
            source, work.config.data, work.data, seen, translated=translated
        )
        least = work.config.data.min_score
        if scored and least is not None:
            scores = read_scores(work, source.path, len(kept))
            dropped["loosely translated"] = int((scores < least).sum())
            kept = [pair for pair, score in zip(kept, scores, strict=True) if score >= least]
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(dropped.items()))
        made = sum(take_mark(pair)[0] for pair in kept)
        told = f", {made} of them back-translated" if made else ""
        say(f"data    {source.name}: {len(kept)} pairs{told}, dropped {reasons or 'none'}")
        sources.append(kept)
    return sources


def read_scores(work: Workspace, source: str, count: int) -> npt.NDArray[np.float32]:
    """Return what the `align` stage thinks of each pair of a source."""
    with np.load(work.need("align", "scores.npz")) as content:
        scores: npt.NDArray[np.float32] = content[source]
    if len(scores) != count:
        raise InputError(
            f"the pairs of {source} are not those that were aligned",
            hint="`allez-export align --force` scores them again",
        )
    return scores


def listed(work: Workspace) -> bytes | None:
    """Return the run's shortlist, if its configuration wants any."""
    if work.config.shortlist is None:
        imported = work.stage("train") / "shortlist.bin"
        return imported.read_bytes() if imported.exists() else None
    return work.need("shortlist", "shortlist.bin").read_bytes()


def drafter(work: Workspace, precision: str) -> Callable[[bytes | None], Bundle]:
    """Return what makes a bundle in memory of the run's graphs and, perhaps, of a shortlist."""
    trained = load_model(work.need("train", "model.pt"))
    rules = sentence_rules(work.config, work.config_path.parent)
    roles = ("encoder", "decoder")
    stage = "trace" if precision == "fp32" else "quantize"
    graphs = {role: work.need(stage, f"{role}.onnx").read_bytes() for role in roles}
    names = name_list(work)
    return lambda shortlist: draft(
        work.config,
        trained.family.facts,
        trained.texts,
        rules,
        graphs,
        precision=precision,
        shortlist=shortlist,
        names=names,
    )


def name_list(work: Workspace) -> bytes | None:
    """Return the list of words that are no names, if the bundle is to have one."""
    named = work.config.package.names
    if named is None:
        return None
    return read_beside(named, work.config_path.parent, "").encode("utf-8")
