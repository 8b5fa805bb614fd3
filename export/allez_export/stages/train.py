"""Stage `train`: the loop, begun or continued."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import torch

from allez.bundle.reader import Bundle
from allez.errors import InputError, OptionError
from allez.text.tokenizer import Tokenizer
from allez_export.checkpoints import Start, load_run, load_start, save
from allez_export.config import ConfigError
from allez_export.config.file import build_kept
from allez_export.data.masking import masker
from allez_export.data.mix import Stream
from allez_export.evaluate import METRICS, SAID, validator
from allez_export.families.recurrent.family import Recurrent
from allez_export.families.recurrent.weights import load_bundle_model
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
    if config.pictures is not None:
        from allez_export.stages.pictures import train

        train(work)
        return
    text = work.need("vocabulary", "tokenizer.json").read_text(encoding="utf-8")
    tokenizer = Tokenizer(text)
    valid = work.pairs(config.data.valid, config.data.valid_limit)
    if not valid:
        raise InputError(f"{work.config_path} names no validation data")
    stream = Stream(
        load_sources(work),
        config.data,
        tokenizer,
        seed=training.order,
        chunk_tokens=training.chunk_tokens,
        batch_tokens=training.batch_tokens,
        mask=masker(config.data, work.data, (config.source, config.target)),
        language=config.source,
    )
    validate = validator(valid, tokenizer, task=config.task, limits=config.limits)
    with work.training() as folder:
        loop = Run(
            config,
            text,
            tokenizer.size,
            stream,
            folder,
            validate,
            device=work.device,
            tell=say,
        )
        if loop.progress.update == 0:
            begin(work, loop)
        loop.train()
        metric = SAID[METRICS[config.task][0]]
        say(f"train   best validation {metric} {loop.progress.best:.2f}")
        if training.start_share:
            mix(work, folder / "model.pt", validate)


def begin(work: Workspace, loop: Run) -> None:
    """Give a run that has not begun the weights that it begins with, if any are named."""
    start = _start(work)
    if start is None:
        if work.config.training.copying:
            begin_copying(loop, work.config.training.copying)
        return
    check_license(work.config.package.license, start.parents)
    loop.begin_with(start.weights, start.parents)


@torch.no_grad()
def begin_copying(loop: Run, share: float) -> None:
    """Let the lexical shortcut say at first the words that it looks at, as far as `share` says."""
    for model in (loop.model, loop.average):
        shortcut = model.decoder.lexical
        assert shortcut is not None  # the configuration has one
        shortcut.weight.copy_(share * torch.eye(len(shortcut.weight)))


def mix(work: Workspace, path: Path, validate: Callable[[Recurrent], Mapping[str, float]]) -> None:
    """Put the start's share into the weights that are exported; once, however often it is run.

    What was learnt on the way to the start and what was learnt since differ less than either from
    the best; their mean is often better than both (Wortsman et al. 2022, Model soups).

    Args:
        work: the run, whose `training.start_share` is more than 0.
        path: `model.pt`.
        validate: scores a model.

    Raises:
        ConfigError: the run began with random weights.
    """
    state, start = load_run(path, "weights", "training"), _start(work)
    share = work.config.training.start_share
    if start is None:
        raise ConfigError("training.start_share needs training.begin_with")
    if "start_share" in state["training"]:
        return
    for name, weight in state["weights"].items():
        if name in start.weights:  # else it began at zero
            part = weight[: len(start.weights[name])]
            part.mul_(1 - share).add_(start.weights[name], alpha=share)
    model = Recurrent.load(build_kept(state["config"], path.name).model, state["weights"])
    scores = dict(validate(model))
    state["training"] |= {"start_share": share, "valid": scores}
    save(state, path)
    metric, score = next(iter(scores.items()))
    say(f"train   with {share:.0%} of the start {SAID[metric]} {score:.2f}")


def _start(work: Workspace) -> Start | None:
    """Return the weights that training begins with, if any are named."""
    start = beginning(work.config)
    if start is None:
        return None
    if isinstance(start, Bundle):
        return Start(load_bundle_model(start).state_dict(), None, [parent_of(start)])
    return load_start(start)
