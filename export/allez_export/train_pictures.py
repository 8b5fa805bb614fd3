"""The training loop of captions: one cycle, averaging, checkpoints that continue.

A run may be given minutes instead of updates: the rate then falls by the clock, and it ends in time
whatever the machine does.
"""

from __future__ import annotations

import copy
import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import DataLoader

from allez.errors import InputError
from allez_export.checkpoints import load_run
from allez_export.config import Config
from allez_export.config_pictures import PicturesConfig
from allez_export.families.caption.family import Caption, as_input, new_model
from allez_export.families.caption.model import Captioner
from allez_export.families.family import Picture
from allez_export.families.recurrent.model import Memory
from allez_export.pictures.draw import Batches, PictureBatch
from allez_export.run_folder import Progress, RunFolder
from allez_export.vocabulary import PAD

log = logging.getLogger(__name__)

TOLD_SECONDS = 60.0
"""Between two lines for those who watch."""

WARMUP = 0.03
"""Share of the run over which the rate rises."""

AHEAD = 8
"""Batches that each drawing process may be ahead."""

Validate = Callable[[Caption], Mapping[str, float]]
"""Scores a model; the entry "exact" decides what is kept."""


@dataclass
class PictureProgress(Progress):
    """Where a run stands, and how often it was scored."""

    validations: int = 0


def batch_loss(model: Captioner, batch: PictureBatch, config: Config) -> Tensor:
    """Return the label-smoothed cross-entropy of a batch, the mean over its target tokens.

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
    return F.cross_entropy(logits, torch.cat(wanted), label_smoothing=smoothing)


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


class PictureRun(RunFolder):
    """One training run in a folder of its own.

    Args:
        config: the whole configuration; a checkpoint refuses one with another model.
        tokenizer: text of `tokenizer.json`, kept with the model.
        vocabulary: V.
        batches: by number.
        folder: where checkpoints go; a checkpoint found there is continued.
        validate: scores the averaged model.
        tell: says to the user how things go.
    """

    model: Captioner
    average: Captioner
    progress: PictureProgress

    def __init__(
        self,
        config: Config,
        tokenizer: str,
        vocabulary: int,
        batches: Batches,
        folder: Path,
        validate: Validate,
        *,
        tell: Callable[[str], None] = log.info,
    ) -> None:
        torch.manual_seed(config.training.seed)
        torch.set_flush_denormal(True)
        model = new_model(vocabulary, config)
        model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        super().__init__(config, tokenizer, model, PictureProgress(), folder, tell)
        self._pictures = pictures_of(config)
        self._batches, self._validate = batches, validate
        decayed = [p for p in self.model.parameters() if p.ndim > 1]
        others = [p for p in self.model.parameters() if p.ndim <= 1]
        self._optimizer = torch.optim.AdamW(
            [
                {"params": decayed, "weight_decay": config.training.weight_decay},
                {"params": others, "weight_decay": 0.0},
            ],
            lr=config.training.learning_rate,
            betas=(0.9, 0.98),
            fused=True,
        )
        self._go_on()

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
        mean, scale = self._pictures.mean, self._pictures.scale
        return (as_input(self._batches[n].pixels, mean, scale) for n in range(batches))

    def train(self) -> None:
        """Train until the minutes, or the updates, are over."""
        training, progress = self.config.training, self.progress
        self.model.train()
        saved = told = started = time.monotonic()
        before, window = progress.seconds, [0.0, 0]
        for batch in self._drawn():
            window[0] += self._update(batch)
            window[1] += 1
            now = time.monotonic()
            progress.seconds = before + now - started
            if progress.update % 50 == 0:
                self._set_threads()
            if now - told > TOLD_SECONDS or self.share >= 1.0:
                self._tell_state(window[0] / window[1], window[1] / (now - told))
                told, window = now, [0.0, 0]
            if self.share * training.validations >= progress.validations + 1:
                self._validation()
                self._save()
                saved = time.monotonic()
            elif now - saved > 60 * training.checkpoint_minutes:
                self._save()
                saved = time.monotonic()
            if self.share >= 1.0:
                break

    def _drawn(self) -> Iterator[PictureBatch]:
        """Yield batches from where the run stands, drawn by other processes if there are any."""
        workers = self._pictures.workers
        numbers = range(self.progress.update, 2**40)
        if self.share >= 1.0:
            return
        if workers == 0:
            yield from (self._batches[number] for number in numbers)
            return
        yield from DataLoader(
            self._batches,  # type: ignore[arg-type]
            batch_size=None,
            sampler=numbers,
            num_workers=workers,
            prefetch_factor=AHEAD,
            collate_fn=_as_it_is,
        )

    def _update(self, batch: PictureBatch) -> float:
        """Make one update; return its loss."""
        training, progress = self.config.training, self.progress
        for group in self._optimizer.param_groups:
            group["lr"] = training.learning_rate * rate_at(max(self.share, 1e-4))
        if progress.bfloat16 is None:
            progress.bfloat16 = self._faster_in_half(batch)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=progress.bfloat16):
            loss = batch_loss(self.model, batch, self.config)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), training.clip)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        progress.update += 1
        progress.tokens += batch.tokens
        self._move_average(buffers=True)
        return self._checked(loss)

    def _faster_in_half(self, batch: PictureBatch) -> bool:
        """Return whether products in bfloat16 are faster, unless the configuration decides."""
        training = self.config.training
        if training.bfloat16 is not None:
            return training.bfloat16
        model, seconds = copy.deepcopy(self.model), {}
        for half in (False, True):
            times = []
            for _ in range(3):  # the first one warms up
                start = time.process_time()
                with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
                    loss = batch_loss(model, batch, self.config)
                loss.backward()
                times.append(time.process_time() - start)
            seconds[half] = min(times)
        faster = seconds[True] < seconds[False]
        self._tell(
            f"train   products in {'bfloat16' if faster else 'float32'}: a batch takes "
            f"{seconds[False]:.2f} s in float32, {seconds[True]:.2f} s in bfloat16"
        )
        return faster

    def _family(self) -> Caption:
        """Return the average."""
        pictures = self._pictures
        rows, columns = pictures.grid
        picture = Picture(
            pictures.size, pictures.size, pictures.mean, pictures.scale, rows, columns
        )
        return Caption(self.average, picture)

    def _tell_state(self, loss: float, updates_per_second: float) -> None:
        progress = self.progress
        pictures = self._pictures.batch * updates_per_second
        left = progress.seconds * (1 / max(self.share, 1e-9) - 1) / 60
        self._log(loss=round(loss, 4), pictures_per_second=round(pictures, 1))
        self._tell(
            f"train   update {progress.update:,}, {self.share:.1%}, loss {loss:.3f}, "
            f"{pictures:.0f} pictures/s, {left:.0f} minutes left"
        )

    def _validation(self) -> None:
        """Score the average when it is due."""
        self.progress.validations += 1
        self._score("valid")

    def _score(self, what: str) -> None:
        """Score the average; keep it if it is the best."""
        progress = self.progress
        scores = dict(self._validate(self._family()))
        self.model.train()
        self._log(**{key: round(value, 3) for key, value in scores.items()})
        self._tell(f"train   {what}: " + ", ".join(f"{k} {v:.1f}" for k, v in scores.items()))
        if scores["exact"] <= progress.best:
            return
        progress.best = scores["exact"]
        family = {"name": Caption.name, "config": self._family().config}
        self._keep_best(scores, family=family)

    def _resume(self, path: Path) -> None:
        state = load_run(path, "progress", "model", "average", "optimizer")
        if state["tokenizer"] != self._tokenizer:
            raise InputError(f"{path} is of another vocabulary", hint="--force begins anew")
        try:
            self.model.load_state_dict(state["model"])
        except RuntimeError:
            raise InputError(f"{path} is of another model", hint="--force begins anew") from None
        self.average.load_state_dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["random"])
        self.progress = PictureProgress(**state["progress"])
        self._parents = state["parents"]
        self._tell(f"train   continues at update {self.progress.update:,}")


def _as_it_is(batch: Any) -> Any:
    return batch
