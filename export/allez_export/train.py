"""The training loop: schedule, averaging, checkpoints that continue exactly, early stopping.

Killed at any moment, a run loses the minutes since the last checkpoint and nothing else.
"""

from __future__ import annotations

import copy
import dataclasses
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from allez.errors import InputError
from allez_export.checkpoints import load_run
from allez_export.config import Config, ConfigError, ModelConfig, TrainingConfig
from allez_export.config_file import build_kept
from allez_export.data.batches import Batch
from allez_export.data.mix import Stream
from allez_export.evaluate import SAID
from allez_export.families.family import Family
from allez_export.families.recurrent.family import Recurrent
from allez_export.families.recurrent.model import Seq2Seq
from allez_export.run_folder import Progress, RunFolder
from allez_export.sampled_softmax import SampledSoftmax, count_targets
from allez_export.vocabulary import PAD

log = logging.getLogger(__name__)

TIMED = 24
"""Batches on which float32 and bfloat16 are timed."""

TOLD_SECONDS = 60.0
"""Between two lines for those who see no progress bar."""

Validate = Callable[[Family], dict[str, float]]
"""Scores a model; the first entry decides what is kept."""


@dataclass
class TextProgress(Progress):
    """Where a run stands, and what it reads."""

    stream: dict[str, Any] = field(default_factory=dict)
    """The stream's state before the chunk in hand was drawn."""
    late: bool = False
    """Whether the chunk in hand is of the late mixture."""
    batch: int = 0
    """Batches of that chunk already used."""
    since_best: int = 0


def batch_loss(
    model: Seq2Seq, batch: Batch, config: TrainingConfig, sampled: SampledSoftmax | None
) -> Tensor:
    """Return the label-smoothed cross-entropy of a batch, summed over its target tokens."""
    device = model.bias.device
    source = torch.from_numpy(batch.source).to(device)
    target = torch.from_numpy(batch.target).to(device)
    features = model(source, target[:, :-1])  # [B, T, H]
    kept = target[:, 1:] != PAD
    wanted = target[:, 1:][kept]  # [R]
    rows = features[kept]  # [R, H]
    if sampled is None:
        logits = model.logits(rows).float()
    else:
        chosen, correction = sampled.draw(wanted)
        logits = model.logits(rows, chosen).float() + correction
        wanted = torch.searchsorted(chosen, wanted)
    return F.cross_entropy(logits, wanted, reduction="sum", label_smoothing=config.label_smoothing)


def learning_rate(update: int, config: TrainingConfig) -> float:
    """Return the rate of an update: linear warm-up, flat, linear decay to zero."""
    up = min(1.0, (update + 1) / max(config.warmup, 1))
    down = min(1.0, (config.updates - update) / max(config.updates * config.decay, 1.0))
    return config.learning_rate * min(up, down)


def is_late(update: int, config: TrainingConfig) -> bool:
    """Tell whether the late part has begun: full softmax, late mixture."""
    late = config.decay if config.late is None else config.late
    return update >= config.updates * (1 - late)


def model_of(config: Config) -> ModelConfig:
    """Return the model that a run cannot change on the way; how much is dropped out it can."""
    return replace(config.model, dropout=0.0, word_dropout=0.0)


def drawn_from(config: Config, sizes: Sequence[int]) -> list[Any]:
    """Return what decides which batches are drawn; where it changes they are drawn anew."""
    training = config.training
    return [config.data, training.seed, training.batch_tokens, training.chunk_tokens, list(sizes)]


class Run(RunFolder):
    """One training run in a folder of its own.

    Args:
        config: the whole configuration; a checkpoint refuses one with another model.
        tokenizer: text of `tokenizer.json`, kept with the model.
        stream: source of the batches.
        folder: where checkpoints go; a checkpoint found there is continued.
        validate: scores the averaged model.
        device: "cpu" or "cuda".
        tell: says to the user how things go.
    """

    model: Seq2Seq
    average: Seq2Seq
    progress: TextProgress

    def __init__(
        self,
        config: Config,
        tokenizer: str,
        vocabulary: int,
        stream: Stream,
        folder: Path,
        validate: Validate,
        *,
        device: str = "cpu",
        tell: Callable[[str], None] = log.info,
    ) -> None:
        torch.manual_seed(config.training.seed)
        torch.set_flush_denormal(True)  # softmax gradients go denormal: 2-3 times slower without
        model = Seq2Seq(vocabulary, **dataclasses.asdict(config.model)).to(device)
        super().__init__(config, tokenizer, model, TextProgress(), folder, tell)
        self.device = device
        self._stream, self._validate = stream, validate
        self._optimizer = torch.optim.AdamW(
            self.model.parameters(),
            lr=config.training.learning_rate,
            betas=(0.9, 0.98),
            weight_decay=config.training.weight_decay,
            fused=True,
        )
        self._sampled: SampledSoftmax | None = None
        if config.training.sampled_softmax is not None:
            counts = count_targets(stream, vocabulary)
            self._sampled = SampledSoftmax(counts, config.training.sampled_softmax)
        self._go_on()

    def begin_with(
        self, weights: Mapping[str, Tensor], parents: Sequence[dict[str, Any]] = ()
    ) -> None:
        """Take another model's weights before the first update, and score them.

        Args:
            weights: see `begin_with`.
            parents: the bundles that they come from, as the manifest names them.
        """
        begin_with(self.model, weights)
        self.average.load_state_dict(self.model.state_dict())
        self._parents = list(parents)
        metric = SAID[self._validation()]
        self._tell(f"train   the start scores {metric} {self.progress.best:.2f}")

    def train(self) -> None:
        """Train until the last update or until validation stops improving."""
        config = self.config.training
        self.model.train()
        saved = started = told = time.monotonic()
        before = self.progress.seconds
        bar = tqdm(
            total=config.updates,
            initial=self.progress.update,
            unit="update",
            disable=None,
            smoothing=0.05,
        )
        window = [0.0, 0, time.monotonic()]  # loss, tokens, since
        for batch in self._batches():
            window[0] += self._update(batch)
            window[1] += batch.tokens
            self.progress.seconds = before + time.monotonic() - started
            bar.update()
            if self.progress.update % 50 == 0:
                rate = window[1] / (time.monotonic() - window[2])
                loss = window[0] / window[1]
                bar.set_postfix_str(f"loss {loss:.3f}, {rate:.0f} tokens/s")
                self._log(loss=round(loss, 4), tokens_per_second=round(rate))
                window = [0.0, 0, time.monotonic()]
                self._set_threads()
                if bar.disable and time.monotonic() - told > TOLD_SECONDS:
                    told = time.monotonic()
                    self._tell(self._state(loss, rate))
            if self.progress.update % config.validate_every == 0 or self._finished():
                self._validation()
                self._save()
                saved = time.monotonic()
                if self._hopeless():
                    log.info("no better score in %d validations: stopping", config.patience)
            elif time.monotonic() - saved > 60 * config.checkpoint_minutes:
                self._save()
                saved = time.monotonic()
        bar.close()

    def _state(self, loss: float, rate: float) -> str:
        """Return a line for those who see no progress bar."""
        progress, updates = self.progress, self.config.training.updates
        left = (updates - progress.update) * progress.seconds / max(progress.update, 1) / 60
        return (
            f"train   update {progress.update:,} of {updates:,}, loss {loss:.3f}, "
            f"{rate:.0f} tokens/s, {left:.0f} minutes left at most"
        )

    def _finished(self) -> bool:
        return self.progress.update >= self.config.training.updates or self._hopeless()

    def _hopeless(self) -> bool:
        patience = self.config.training.patience
        return patience is not None and self.progress.since_best >= patience

    def _batches(self) -> Iterator[Batch]:
        """Yield batches from where the run stands; drawing them advances the stream."""
        progress = self.progress
        while not self._finished():
            if progress.batch == 0:
                progress.late = is_late(progress.update, self.config.training)
                progress.stream = copy.deepcopy(self._stream.state)
            batches = self._stream.chunk(late=progress.late)
            if not batches:
                raise InputError("no training example is left after tokenizing")
            if progress.bfloat16 is None:
                progress.bfloat16 = self._bfloat16(batches[:TIMED])
            while progress.batch < len(batches) and not self._finished():
                batch = batches[progress.batch]
                progress.batch += 1
                yield batch
            if progress.batch >= len(batches):
                progress.batch = 0

    def _update(self, batch: Batch) -> float:
        """Make one update; return the batch's loss, summed."""
        config = self.config.training
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate(self.progress.update, config)
        sampled = None if is_late(self.progress.update, config) else self._sampled
        half = config.bfloat16 if config.bfloat16 is not None else bool(self.progress.bfloat16)
        with torch.autocast(self.device, dtype=torch.bfloat16, enabled=half):
            loss = batch_loss(self.model, batch, config, sampled)
        # Divided by a constant, so that a token weighs the same in a small batch and in a full one.
        (loss / config.batch_tokens).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), config.clip)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self.progress.update += 1
        self.progress.tokens += batch.tokens
        self._move_average()
        return self._checked(loss)

    def _bfloat16(self, batches: Sequence[Batch]) -> bool | None:
        """Return whether products in bfloat16 are faster; None if the configuration decides."""
        config = self.config.training
        if config.bfloat16 is not None:
            return None
        random = torch.get_rng_state()
        seconds = {}
        for half in (False, True):
            seconds[half] = seconds_of(self.model, batches, config, half, self.device)
        torch.set_rng_state(random)
        faster = seconds[True] < seconds[False]
        self._tell(
            f"train   products in {'bfloat16' if faster else 'float32'}: {len(batches)} batches "
            f"take {seconds[False]:.1f} s in float32, {seconds[True]:.1f} s in bfloat16"
        )
        return faster

    def _validation(self) -> str:
        """Score the average; keep it if it is the best. Return by which score that is judged."""
        scores = self._validate(Recurrent(self.average))
        self.model.train()
        self._log(**{key: round(value, 3) for key, value in scores.items()})
        metric, decisive = next(iter(scores.items()))
        if decisive > self.progress.best:
            self.progress.best, self.progress.since_best = decisive, 0
            self._keep_best(scores)
        else:
            self.progress.since_best += 1
        return metric

    def _save(self, **more: Any) -> None:
        if self.device == "cuda":
            more["random_cuda"] = torch.cuda.get_rng_state()
        super()._save(pairs=self._stream.sizes, **more)

    def _resume(self, path: Path) -> None:
        state = load_run(path, "progress", "model", "optimizer")
        same = build_kept(state["config"], "checkpoint")
        refused = None
        if model_of(same) != model_of(self.config):
            refused = "model"
        if state["tokenizer"] != self._tokenizer:
            refused = "vocabulary"
        if refused is not None:
            raise ConfigError(
                f"{self._folder} was begun with another {refused}",
                hint="train into another folder, or remove this one",
            )
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._parents = state.get("parents", [])
        self.progress = TextProgress(**state["progress"])
        sizes = state.get("pairs", self._stream.sizes)
        if drawn_from(same, sizes) == drawn_from(self.config, self._stream.sizes):
            self._stream.state = copy.deepcopy(self.progress.stream)
        else:  # other numbers for the seeds than those that were used
            self._stream.state["chunk"] = self.progress.stream["chunk"] + 1
            self.progress.batch = 0
            self._tell("train   other data or batches than before: they are drawn anew")
        torch.set_rng_state(state["random"])
        if "random_cuda" in state and self.device == "cuda":
            torch.cuda.set_rng_state(state["random_cuda"])
        self._tell(f"train   goes on at update {self.progress.update:,}")


def seconds_of(
    model: Seq2Seq, batches: Sequence[Batch], config: TrainingConfig, half: bool, device: str
) -> float:
    """Return how long products of some batches take, back and forth; infinity if they cannot.

    The first batch is done twice and counts once, so that nothing is timed that is done once only.
    """
    started = 0.0
    try:
        for number, batch in enumerate((batches[0], *batches)):
            if number == 1:
                started = time.monotonic()
            with torch.autocast(device, dtype=torch.bfloat16, enabled=half):
                loss = batch_loss(model, batch, config, None)
            float(loss.detach())
            loss.backward()
    except RuntimeError as error:  # torch has no such product for this processor
        if not half:
            raise
        log.info("bfloat16 cannot be used here: %s", error)
        return float("inf")
    finally:
        model.zero_grad(set_to_none=True)
    return time.monotonic() - started


def begin_with(model: Seq2Seq, start: Mapping[str, Tensor]) -> None:
    """Give a model another one's weights.

    A lexical shortcut that those lack begins at zero; words that they lack, at the end of the
    table, keep the random weights that they have.

    Raises:
        ConfigError: the two differ in more than that.
    """
    mine, wrong = model.state_dict(), []
    for name, weight in start.items():
        rows = len(weight) if name in ("table.weight", "bias") else None
        if name not in mine or mine[name][:rows].shape != weight.shape:
            wrong.append(name)
    wrong += [n for n in mine if n not in start and n != "decoder.lexical.weight"]
    if wrong:
        raise ConfigError(
            f"what training.begin_with names is of another model: {', '.join(wrong[:3])}",
            hint="[model] must say what the bundle's card says, or the other run's configuration",
        )
    for name, weight in mine.items():
        if name in start:
            weight[: len(start[name])].copy_(start[name])
        else:
            weight.zero_()
