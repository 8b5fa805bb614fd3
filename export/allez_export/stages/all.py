"""All stages in order, leaving what is fresh."""

from __future__ import annotations

import dataclasses

from allez_export.stages import STAGES, run_stage
from allez_export.stages.provenance import MADE, stale
from allez_export.stages.workspace import Workspace, say


def run(work: Workspace) -> None:
    """Run all stages; one that was made from what it would be made from now is left as it is."""
    config = work.config
    needless = {
        "quantize": config.quantize.precision == "fp32",
        "align": config.data.min_score is None,
        "shortlist": config.shortlist is None,
    }
    for stage in STAGES:
        if needless.get(stage):
            continue
        made = work.stage("bundle" if stage == "package" else stage)
        if stage in MADE and made.exists() and not work.force:
            why = stale(work, stage)
            if why is None:
                say(f"{stage} was done before")
                continue
            say(f"{stage} is made again: {why}")
        forced = work.force or stage in MADE
        run_stage(stage, dataclasses.replace(work, force=forced))
