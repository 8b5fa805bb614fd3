"""Stage `shortlist`: which words to score for which sentence, and what that changes."""

from __future__ import annotations

import json

from allez_export.data.mix import sample_pairs
from allez_export.shortlist import compare, learn
from allez_export.stages.inputs import drafter, load_sources
from allez_export.stages.workspace import Workspace, say


def run(work: Workspace) -> None:
    """Learn which words to score for which sentence, and what that changes."""
    config, settings = work.config, work.config.shortlist
    if settings is None:
        say("shortlist  nothing to do: the configuration has no [shortlist]")
        return
    with work.writing("shortlist") as folder:
        graphs = drafter(work, config.quantize.precision)
        sources = load_sources(work, scored=False)
        seed = config.training.seed
        drawn = list(sample_pairs(sources, config.data, settings.sentences, seed))
        plain = graphs(None)
        data, learnt = learn(plain, drawn, settings)
        say("shortlist  " + ", ".join(f"{key} {value}" for key, value in learnt.items()))
        files = compare(graphs(data), work.pairs(config.data.valid, settings.check))
        for name, values in files.items():
            figures = ", ".join(f"{key} {value}" for key, value in values.items())
            say(f"shortlist  {name:18} {figures}")
        report = json.dumps({**learnt, "files": files}, indent=1)
        (folder / "report.json").write_text(report, encoding="utf-8")
        (folder / "shortlist.bin").write_bytes(data)
