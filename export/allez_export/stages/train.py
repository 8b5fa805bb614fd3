"""Stage `train`: the loop, begun or continued."""

from __future__ import annotations

import shutil

import torch

from allez.errors import InputError, OptionError
from allez.text.tokenizer import Tokenizer
from allez_export.data.mix import Stream
from allez_export.evaluate import validator
from allez_export.families.recurrent.weights import load_bundle_model
from allez_export.stages.inputs import beginning, load_sources
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
    )
    folder = work.stage("train")
    if work.force:  # not before everything else was read
        shutil.rmtree(folder, ignore_errors=True)
    run = Run(
        config,
        text,
        tokenizer.size,
        stream,
        folder,
        validator(valid, tokenizer),
        device=work.device,
    )
    if training.begin_with is not None and run.progress.update == 0:
        run.begin_with(load_bundle_model(beginning(training)))
    run.train()
    say(f"train   best validation BLEU {run.progress.best:.2f}")
