"""Stage `vocabulary`: the subwords."""

from __future__ import annotations

from allez.bundle.reader import Bundle
from allez.errors import InputError
from allez_export.checkpoints import load_start
from allez_export.data.mix import sample_lines
from allez_export.folders import read_beside
from allez_export.stages.inputs import load_sources
from allez_export.stages.provenance import beginning
from allez_export.stages.workspace import Workspace
from allez_export.vocabulary import append, learn


def run(work: Workspace) -> None:
    """Learn the subwords, or take those of a file or of what training begins with."""
    config = work.config
    with work.writing("vocabulary") as folder:
        text = given(work)
        if text is None:
            sources = load_sources(work, scored=False)
            size, seed = config.vocabulary.sample, config.training.seed
            text = learn(sample_lines(sources, config.data, size, seed), config.vocabulary)
        else:
            text = append(text, config.vocabulary.characters)
        (folder / "tokenizer.json").write_text(text, encoding="utf-8")


def given(work: Workspace) -> str | None:
    """Return the `tokenizer.json` that is taken instead of learning one, if there is any."""
    config, begin = work.config, beginning(work.config)
    if config.vocabulary.file is not None:
        return read_beside(config.vocabulary.file, work.config_path.parent, "")
    if begin is None:
        return None
    if isinstance(begin, Bundle):
        return begin.text("tokenizer")
    text = load_start(begin).tokenizer
    if text is None:
        raise InputError(
            f"{begin} does not hold its vocabulary",
            hint="vocabulary.file: name the tokenizer.json that it was trained with",
        )
    return text
