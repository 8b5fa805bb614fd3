"""Stage `vocabulary`: the subwords."""

from __future__ import annotations

from allez_export.data.mix import sample_lines
from allez_export.stages.inputs import beginning, load_sources
from allez_export.stages.workspace import Workspace
from allez_export.vocabulary import learn


def run(work: Workspace) -> None:
    """Learn the subwords, or take those of the bundle that training begins with."""
    config = work.config
    with work.writing("vocabulary") as folder:
        if config.training.begin_with is not None:
            subwords = beginning(config.training).data("tokenizer")
            (folder / "tokenizer.json").write_bytes(subwords)
            return
        sources = load_sources(work, scored=False)
        lines = sample_lines(sources, config.data, config.vocabulary.sample, config.training.seed)
        text = learn(lines, config.vocabulary)
        (folder / "tokenizer.json").write_text(text, encoding="utf-8")
