"""Stage `train`: the loop, begun or continued."""

from __future__ import annotations

import shutil

import torch

from allez.bundle.reader import Bundle
from allez.errors import InputError, OptionError
from allez.text.tokenizer import Tokenizer
from allez_export.checkpoints import load_start
from allez_export.data.masking import masker
from allez_export.data.mix import Stream
from allez_export.evaluate import validator
from allez_export.families.recurrent.weights import load_bundle_model
from allez_export.folders import locked
from allez_export.parents import check_license, parent_of
from allez_export.stages.inputs import load_sources
from allez_export.stages.provenance import beginning
from allez_export.stages.workspace import Workspace, say
from allez_export.train import Run


def run(work: Workspace) -> None:
    """Train, or continue."""
    config, training = work.config, work.config.training
    if work.device == "cuda" and not torch.cuda.is_available():
        raise OptionError("torch sees no CUDA device", hint="--device cpu")
    threads = work.threads or training.threads
    if threads is not None:
        torch.set_num_threads(threads)
    text = work.need("vocabulary", "tokenizer.json").read_text(encoding="utf-8")
    tokenizer = Tokenizer(text)
    valid = work.pairs(config.data.valid, config.data.valid_limit)
    if not valid:
        raise InputError(f"{work.config_path} names no validation data")
    stream = Stream(
        load_sources(work),
        config.data,
        tokenizer,
        seed=training.seed,
        chunk_tokens=training.chunk_tokens,
        batch_tokens=training.batch_tokens,
        mask=masker(config.data, work.data, (config.source, config.target)),
    )
    folder = work.stage("train")
    folder.mkdir(parents=True, exist_ok=True)
    with locked(work.out / "train.lock", f"another training writes to {folder}"):
        if work.force:  # not before everything else was read
            shutil.rmtree(folder)
        loop = Run(
            config,
            text,
            tokenizer.size,
            stream,
            folder,
            validator(valid, tokenizer),
            device=work.device,
            tell=say,
        )
        if loop.progress.update == 0:
            begin(work, loop)
        loop.train()
    say(f"train   best validation BLEU {loop.progress.best:.2f}")


def begin(work: Workspace, loop: Run) -> None:
    """Give a run that has not begun the weights that it begins with, if any are named."""
    start = beginning(work.config)
    if start is None:
        return
    if isinstance(start, Bundle):
        parents = [parent_of(start)]
        weights = load_bundle_model(start).state_dict()
    else:
        found = load_start(start)
        parents, weights = found.parents, found.weights
    check_license(work.config.package.license, parents)
    loop.begin_with(weights, parents)
