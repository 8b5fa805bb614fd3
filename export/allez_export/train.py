"""The training loop of texts: schedule, mixture, early stopping. The rest is `loop.py`."""

from __future__ import annotations

import copy
import dataclasses
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from allez.errors import InputError
from allez_export.config import Config, ConfigError, TrainingConfig
from allez_export.data.batches import Batch
from allez_export.data.mix import Stream
from allez_export.families.recurrent.family import Recurrent
from allez_export.families.recurrent.model import Seq2Seq
from allez_export.loop import Loop, Progress
from allez_export.sampled_softmax import SampledSoftmax, count_targets
from allez_export.vocabulary import PAD

log = logging.getLogger(__name__)

TIMED = 24
"""Batches on which float32 and bfloat16 are timed."""

Validate = Callable[[Recurrent], Mapping[str, float]]
"""Scores a model; the first entry decides what is kept."""


@dataclass
class TextProgress(Progress):
    """Where a run stands, apart from tensors."""

    stream: dict[str, Any] = field(default_factory=dict)
    """The stream's state before the chunk in hand was drawn."""
    late: bool = False
    """Whether the chunk in hand is of the late mixture."""
    batch: int = 0
    """Batches of that chunk already used."""


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


def drawn_from(config: Config, sizes: Sequence[int]) -> list[Any]:
    """Return what decides which batches are drawn; where it changes they are drawn anew."""
    training = config.training
    return [config.data, training.order, training.batch_tokens, training.chunk_tokens, list(sizes)]


class Run(Loop[Batch]):
    """A training run on texts.

    Args:
        config: see `Loop`, as all others that are not here.
        vocabulary: V.
        stream: source of the batches.
    """

    model: Seq2Seq
    average: Seq2Seq
    progress: TextProgress
    new_progress = TextProgress

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
        self._stream = stream
        self._sampled: SampledSoftmax | None = None
        if config.training.sampled_softmax is not None:
            counts = count_targets(stream, vocabulary)
            self._sampled = SampledSoftmax(counts, config.training.sampled_softmax)

        def new_model() -> Seq2Seq:
            return Seq2Seq(vocabulary, **dataclasses.asdict(config.model)).to(device)

        super().__init__(config, tokenizer, new_model, folder, validate, device=device, tell=tell)

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
        self._score("the start")

    @property
    def share(self) -> float:
        """How much of the run is over, 0 to 1."""
        return min(1.0, self.progress.update / self.config.training.updates)

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
            self._time_products(batches[:TIMED])
            while progress.batch < len(batches) and not self._finished():
                batch = batches[progress.batch]
                progress.batch += 1
                yield batch
            if progress.batch >= len(batches):
                progress.batch = 0
        if self._hopeless():
            log.info("no better score in %d validations: stopping", self.config.training.patience)

    def _is_due(self) -> bool:
        return self.progress.update % self.config.training.validate_every == 0 or self._finished()

    def _rate(self) -> float:
        return learning_rate(self.progress.update, self.config.training)

    def _loss(self, model: Seq2Seq, batch: Batch) -> tuple[Tensor, int]:
        training = self.config.training
        sampled = None if is_late(self.progress.update, training) else self._sampled
        # Divided by a constant, so that a token weighs the same in a small batch and in a full one.
        return batch_loss(model, batch, training, sampled), training.batch_tokens

    def _family(self) -> Recurrent:
        return Recurrent(self.average)

    def _more_state(self) -> dict[str, Any]:
        return {"pairs": self._stream.sizes}

    def _take(self, state: dict[str, Any], before: Config) -> None:
        sizes = state.get("pairs", self._stream.sizes)
        if drawn_from(before, sizes) == drawn_from(self.config, self._stream.sizes):
            self._stream.state = copy.deepcopy(self.progress.stream)
            return
        # Other numbers for the seeds than those that were used.
        self._stream.state["chunk"] = self.progress.stream["chunk"] + 1
        self.progress.batch = 0
        self._tell("train   other data or batches than before: they are drawn anew")


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
