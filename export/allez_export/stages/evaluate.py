"""Stage `evaluate`: the bundle is scored on the test files, and its card says so."""

from __future__ import annotations

import dataclasses
import sys

from allez import Translator
from allez_export.evaluate import evaluate, length_table, table, write_json
from allez_export.stages import package
from allez_export.stages.inputs import drafter, listed
from allez_export.stages.workspace import Workspace


def run(work: Workspace) -> None:
    """Score the bundle on the test files, then write the scores into its card and manifest."""
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
        )
        told = translator.bundle.manifest.scores
    write_json(rows, folder / "scores.json")
    sys.stdout.write(f"{table(rows)}\n\n{length_table(rows)}\n")
    news = packaged.exists() if work.fp32 else told != package.summary(rows)  # the card tells both
    if work.limit is None and news:
        package.run(dataclasses.replace(work, force=True))
