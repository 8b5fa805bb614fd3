"""All stages in order, leaving what is done."""

from __future__ import annotations

import dataclasses

from allez_export.stages import STAGES, run_stage
from allez_export.stages.workspace import Workspace, say


def run(work: Workspace) -> None:
    """Run all stages; one that is done and younger than what it was made from is left as it is."""
    made = {"train": "train/model.pt", "package": "bundle"}
    newest = 0.0
    for stage in STAGES:
        if stage == "quantize" and work.config.quantize.precision == "fp32":
            continue
        if stage == "align" and work.config.data.min_score is None:
            continue
        if stage == "shortlist" and work.config.shortlist is None:
            continue
        path = work.out / made.get(stage, stage)
        if stage in ("train", "evaluate"):  # these know themselves how far they are
            run_stage(stage, work)
        elif work.force or not path.exists() or path.stat().st_mtime < newest:
            run_stage(stage, dataclasses.replace(work, force=True))
        else:
            say(f"{stage} was done before")
        newest = max(newest, path.stat().st_mtime)
        if stage == "train":  # what follows is made from the configuration's words too
            beside = work.config_path.parent
            named = (work.config.package.notice, work.config.package.card)
            texts = [work.config_path, *(beside / name for name in named if name is not None)]
            newest = max(newest, *(text.stat().st_mtime for text in texts if text.exists()))
