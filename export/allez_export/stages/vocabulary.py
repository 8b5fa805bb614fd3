"""Stage `vocabulary`: the subwords."""

from __future__ import annotations

import json

from allez.bundle.reader import Bundle
from allez.errors import InputError
from allez_export.checkpoints import load_start
from allez_export.data.mix import sample_lines
from allez_export.folders import read_beside
from allez_export.stages.inputs import load_sources
from allez_export.stages.provenance import beginning, lender
from allez_export.stages.workspace import Workspace
from allez_export.vocabulary import append, learn

SCENES = 5000
"""Scenes whose captions the vocabulary is learnt from, beside the names of all sprites."""


def run(work: Workspace) -> None:
    """Learn the subwords, or take those of a file or of what training begins with."""
    config = work.config
    with work.writing("vocabulary") as folder:
        text = of_captions(work) if config.pictures is not None else given(work)
        if text is None:
            sources = load_sources(work, scored=False)
            size, seed = config.vocabulary.sample, config.training.seed
            sign = (config.input.separator or "").strip()
            lines = sample_lines(sources, config.data, size, seed)
            text = learn(lines, config.vocabulary, apart=sign)
        else:
            text = append(text, config.vocabulary.characters)
        check_separator(text, config.input.separator)
        (folder / "tokenizer.json").write_text(text, encoding="utf-8")


def check_separator(text: str, separator: str | None) -> None:
    """Demand that what stands between turns is read as one token, whatever stands beside it.

    Args:
        text: of a `tokenizer.json`.
        separator: see `InputConfig`; None: there are no turns.

    Raises:
        InputError: the sign has no token, or a merge crosses it.
    """
    if separator is None:
        return
    sign = separator.strip()
    model = json.loads(text)["model"]
    pieces = [piece for piece in model["vocab"] if sign in piece]
    if pieces != [sign]:
        raise InputError(
            f"the vocabulary has the separator {sign!r} in {len(pieces)} tokens instead of one",
            hint="input.separator: name a sign that stands between turns and nowhere else",
        )


def of_captions(work: Workspace) -> str:
    """Return the `tokenizer.json` of captions, learnt unless a bundle of that language lends it."""
    from allez_export.stages.pictures import artist

    config = work.config
    if config.vocabulary.file is not None:
        return read_beside(config.vocabulary.file, work.config_path.parent, "")
    bundle = lender(config)
    if bundle is not None:
        return bundle.text("tokenizer")
    lines = artist(work).captions(min(config.vocabulary.sample, SCENES), config.training.seed)
    return learn(lines, config.vocabulary)


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
