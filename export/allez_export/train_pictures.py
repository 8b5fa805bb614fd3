"""The training loop of captions: one cycle, batches that other processes draw. See `loop.py`.

A run may be given minutes instead of updates: the rate then falls by the clock, and it ends in time
whatever the machine does.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import DataLoader

from allez.errors import InputError
from allez_export.config import Config, PicturesConfig
from allez_export.families.caption.family import Caption, as_input, new_model
from allez_export.families.caption.model import Captioner
from allez_export.families.family import Picture
from allez_export.families.recurrent.model import Memory
from allez_export.loop import Loop, Progress
from allez_export.pictures.draw import Batches, PictureBatch
from allez_export.vocabulary import PAD

log = logging.getLogger(__name__)

WARMUP = 0.03
"""Share of the run over which the rate rises."""

AHEAD = 8
"""Batches that each drawing process may be ahead."""

Validate = Callable[[Caption], Mapping[str, float]]
"""Scores a model; the entry "exact" decides what is kept."""


TIMED = 3
"""Times that the first batch is used to time float32 and bfloat16."""


def batch_loss(model: Captioner, batch: PictureBatch, config: Config) -> Tensor:
    """Return the label-smoothed cross-entropy of a batch, summed over its target tokens.

    The decoder reads the half with shorter captions apart from the other, so that little is padded.
    """
    pictures = pictures_of(config)
    memory = model.encode(as_input(batch.pixels, pictures.mean, pictures.scale))
    target, smoothing = torch.from_numpy(batch.target), config.training.label_smoothing
    half = len(target) // 2
    rows, wanted = [], []
    for part in (slice(0, half), slice(half, None)):
        if not len(target[part]):
            continue
        longest = int((target[part] != PAD).sum(dim=1).max())
        words = target[part, :longest]
        features = model.read(_rows(memory, part), words[:, :-1])  # [B, T, H]
        kept = words[:, 1:] != PAD
        rows.append(features[kept])
        wanted.append(words[:, 1:][kept])
    logits = model.logits(torch.cat(rows)).float()
    return F.cross_entropy(logits, torch.cat(wanted), reduction="sum", label_smoothing=smoothing)


def pictures_of(config: Config) -> PicturesConfig:
    """Return the section of a configuration of captions."""
    assert config.pictures is not None
    return config.pictures


def _rows(memory: Memory, part: slice) -> Memory:
    initial = tuple(state[part] for state in memory.initial)
    return Memory(memory.states[part], memory.keys[part], memory.mask[part], initial)


def rate_at(progress: float) -> float:
    """Return the share of the highest rate at a share of the run: a rise, then half a cosine."""
    if progress < WARMUP:
        return progress / WARMUP
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - WARMUP) / (1 - WARMUP))))


class PictureRun(Loop[PictureBatch]):
    """A training run on pictures.

    Args:
        config: see `Loop`, as all others that are not here.
        vocabulary: V.
        pictures: batches by number.
    """

    model: Captioner
    average: Captioner
    progress: Progress

    def __init__(
        self,
        config: Config,
        tokenizer: str,
        vocabulary: int,
        pictures: Batches,
        folder: Path,
        validate: Validate,
        *,
        tell: Callable[[str], None] = log.info,
    ) -> None:
        self._pictures = pictures

        def made() -> Captioner:
            model = new_model(vocabulary, config)
            model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
            return model

        super().__init__(config, tokenizer, made, folder, validate, tell=tell)

    @property
    def share(self) -> float:
        """How much of the run is over, 0 to 1."""
        training = self.config.training
        if training.minutes is not None:
            return min(1.0, self.progress.seconds / (60 * training.minutes))
        return min(1.0, self.progress.update / training.updates)

    def begin_with(
        self, weights: Mapping[str, Tensor], parents: Sequence[dict[str, Any]] = ()
    ) -> None:
        """Take what fits of another model's weights before the first update: its encoder, say.

        The start is scored, and kept until something is better.

        Args:
            weights: by torch's names.
            parents: the bundles that they come from, as the manifest names them.

        Raises:
            InputError: nothing fits.
        """
        own = self.model.state_dict()
        fitting = {n: w for n, w in weights.items() if n in own and own[n].shape == w.shape}
        if not fitting:
            raise InputError("training.begin_with: no weight of it fits this model")
        self.model.load_state_dict({**own, **fitting})
        self.average.load_state_dict(self.model.state_dict())
        self._parents = list(parents)
        self._tell(f"train   begins with {len(fitting)} of {len(own)} weights")
        self._score("the start")

    def pictures(self, batches: int) -> Iterator[Tensor]:
        """Yield the first pictures that are trained on, as the encoder takes them."""
        seen = pictures_of(self.config)
        return (as_input(self._pictures[n].pixels, seen.mean, seen.scale) for n in range(batches))

    def _batches(self) -> Iterator[PictureBatch]:
        """Yield batches from where the run stands, drawn by other processes if there are any."""
        if self.share >= 1.0:
            return
        workers = pictures_of(self.config).workers
        numbers = range(self.progress.update, 2**40)
        drawn: Iterable[PictureBatch] = (self._pictures[number] for number in numbers)
        if workers:
            drawn = DataLoader(
                self._pictures,  # type: ignore[arg-type]
                batch_size=None,
                sampler=numbers,
                num_workers=workers,
                prefetch_factor=AHEAD,
                collate_fn=_as_it_is,
            )
        for batch in drawn:
            self._time_products([batch] * TIMED)
            yield batch
            if self.share >= 1.0:
                return

    def _is_due(self) -> bool:
        return self.share * self.config.training.validations >= self.progress.validations + 1

    def _rate(self) -> float:
        return self.config.training.learning_rate * rate_at(max(self.share, 1e-4))

    def _loss(self, model: Captioner, batch: PictureBatch) -> tuple[Tensor, int]:
        return batch_loss(model, batch, self.config), batch.tokens

    def _groups(self) -> list[dict[str, Any]]:
        """Return the parameters; what shifts and scales does not decay."""
        decayed = [p for p in self.model.parameters() if p.ndim > 1]
        others = [p for p in self.model.parameters() if p.ndim <= 1]
        decay = self.config.training.weight_decay
        return [
            {"params": decayed, "weight_decay": decay},
            {"params": others, "weight_decay": 0.0},
        ]

    def _family(self) -> Caption:
        seen = pictures_of(self.config)
        rows, columns = seen.grid
        picture = Picture(seen.size, seen.size, seen.mean, seen.scale, rows, columns)
        return Caption(self.average, picture)


def _as_it_is(batch: Any) -> Any:
    return batch
