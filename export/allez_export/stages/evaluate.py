"""Stage `evaluate`: the bundle is scored on the test files, and its card says so."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from allez import Translator
from allez.bundle.manifest import Confidence
from allez_export import confidence
from allez_export.answers import Answerer
from allez_export.data.read import read_pairs
from allez_export.evaluate import (
    bundle_identity,
    evaluate,
    length_table,
    table,
)
from allez_export.judging import evaluate_answers, talks_text, task_table
from allez_export.records import read_state, write_json
from allez_export.stages import package
from allez_export.stages.inputs import drafter, listed
from allez_export.stages.package import CONFIDENCE
from allez_export.stages.workspace import Workspace, say

TALKS = "talks.txt"
"""What was said in talks, for people to read."""


def _confidence(work: Workspace, translator: Translator, path: Path) -> Confidence | None:
    """Fit what the bundle says of its translations, unless that was done; None: nobody asks."""
    fitted_on = work.config.package.confidence
    if not fitted_on or work.fp32 or work.limit is not None:
        return None
    identity = bundle_identity(translator.bundle.manifest)
    known = read_state(path)
    if known.get("bundle") != identity or known.get("fit") != list(fitted_on) or work.force:
        others = [name for name in work.config.data.valid if name not in fitted_on]
        turned = work.config.data.turned
        known = confidence.measure(
            translator,
            {name: list(read_pairs(work.data / name, turned=turned)) for name in fitted_on},
            {name: list(read_pairs(work.data / name, turned=turned)) for name in others},
        )
        write_json({"bundle": identity, **known}, path)
    weights = known["weights"]
    return Confidence(
        weights["intercept"], {each["name"]: each["weight"] for each in weights["features"]}
    )


def run_task(work: Workspace) -> None:
    """Do what `run` does for a bundle of another task."""
    config = work.config
    folder = work.stage("evaluate") / ("fp32" if work.fp32 else "")
    if not work.fp32:
        work.need("bundle", "manifest.json")
    folder.mkdir(parents=True, exist_ok=True)
    if work.force:
        (folder / "state.json").unlink(missing_ok=True)
    rows, told = _scored_task(work, folder)
    write_json(rows, folder / "scores.json")
    sys.stdout.write(f"{task_table(config.task, rows)}\n")
    if talked := talks_text(rows):
        (folder / TALKS).write_text(talked, encoding="utf-8")
        say(f"evaluate  what was said is in {work.shown(folder / TALKS)}")
    news = (
        work.stage("bundle").exists() if work.fp32 else told != package.summary(config.task, rows)
    )
    if work.limit is None and news:
        package.run(dataclasses.replace(work, force=True))


def _scored_task(work: Workspace, folder: Path) -> tuple[list[dict[str, Any]], Mapping[str, Any]]:
    """Return the scores of a bundle that does not translate, and those that it knew of itself."""
    config = work.config
    if config.pictures is not None:
        from allez_export.stages import pictures

        rows, bundle = pictures.evaluate(work, folder)
        return rows, bundle.manifest.scores
    scored = drafter(work, "fp32")(None) if work.fp32 else work.stage("bundle")
    with Answerer(scored, threads=work.threads or 1) as answerer:
        rows = evaluate_answers(
            answerer,
            config.data,
            work.data,
            beams=(1, config.package.beam_size),
            state=folder / "state.json",
            limit=work.limit,
        )
        return rows, answerer.bundle.manifest.scores


def run(work: Workspace) -> None:
    """Score the bundle on the test files, then write the scores into its card and manifest."""
    if work.config.task != "translate":
        run_task(work)
        return
    folder = work.stage("evaluate") / ("fp32" if work.fp32 else "")
    packaged = work.stage("bundle")
    if not work.fp32:
        work.need("bundle", "manifest.json")
    folder.mkdir(parents=True, exist_ok=True)
    if work.force:
        (folder / "state.json").unlink(missing_ok=True)
    scored = drafter(work, "fp32")(listed(work)) if work.fp32 else packaged
    with Translator(scored, threads=work.threads) as translator:
        rows = evaluate(
            translator,
            [work.data / name for name in work.config.data.test],
            beams=(1, None),
            state=folder / "state.json",
            limit=work.limit,
            turned=work.config.data.turned,
        )
        told = translator.bundle.manifest.scores
        trust = _confidence(work, translator, folder / CONFIDENCE)
        trusted = translator.bundle.manifest.confidence
    write_json(rows, folder / "scores.json")
    sys.stdout.write(f"{table(rows)}\n\n{length_table(rows)}\n")
    if work.fp32:
        news = packaged.exists()  # the card tells both
    else:
        summary = package.summary(work.config.task, rows)
        news = told != summary or (trust is not None and trusted != trust)
    if work.limit is None and news:
        package.run(dataclasses.replace(work, force=True))
