"""What training runs have in common: updates, averaging, validation, checkpoints that continue.

A run is a folder: `checkpoint.pt` (everything needed to go on), `model.pt` (the best averaged
weights so far, what `trace` reads) and `log.jsonl`. Killed at any moment, it loses the minutes
since the last checkpoint and nothing else. What is trained, on what and at which rate, is a
subclass's matter: `train.Run` of texts, `train_pictures.PictureRun` of pictures.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from allez.errors import InputError
from allez_export.checkpoints import load_run, save
from allez_export.config import Config, ConfigError
from allez_export.config.file import build_kept
from allez_export.families.family import Family
from allez_export.families.recurrent.family import Recurrent

log = logging.getLogger(__name__)

TOLD_SECONDS = 60.0
"""Between two lines for those who see no progress bar."""

LOGGED = 50
"""Updates between two entries of the log."""


class Counted(Protocol):
    """A batch."""

    @property
    def tokens(self) -> int:
        """Target tokens to predict."""


BatchT = TypeVar("BatchT", bound=Counted)


@dataclass
class Progress:
    """Where a run stands, apart from tensors."""

    update: int = 0
    tokens: int = 0
    seconds: float = 0.0
    validations: int = 0
    best: float = -1.0
    since_best: int = 0
    """Validations."""
    bfloat16: bool | None = None
    """What was found to be faster; None: not timed yet, or the configuration says."""


@dataclass
class _Window:
    """What the updates came to that no entry of the log tells yet."""

    loss: float = 0.0
    tokens: int = 0
    since: float = dataclasses.field(default_factory=time.monotonic)


class Loop(ABC, Generic[BatchT]):
    """One training run in a folder of its own; a checkpoint that is found there is continued.

    Args:
        config: the whole configuration; a checkpoint refuses one with another model.
        tokenizer: text of `tokenizer.json`, kept with the model.
        new_model: makes one with random weights.
        folder: where checkpoints go.
        validate: scores the averaged model; the first entry decides what is kept.
        device: "cpu" or "cuda".
        tell: says to the user how things go.

    Raises:
        ConfigError: the folder's run was begun with another model or vocabulary.
        InputError: its checkpoint cannot be read.
    """

    new_progress: ClassVar[type[Progress]] = Progress
    """Of a run that has not begun."""

    def __init__(
        self,
        config: Config,
        tokenizer: str,
        new_model: Callable[[], nn.Module],
        folder: Path,
        validate: Callable[[Any], Mapping[str, float]],
        *,
        device: str = "cpu",
        tell: Callable[[str], None] = log.info,
    ) -> None:
        torch.manual_seed(config.training.seed)
        torch.set_flush_denormal(True)  # softmax gradients go denormal: 2-3 times slower without
        self.config = config
        self.device = device
        self._tokenizer = tokenizer
        self._folder, self._validate, self._tell = folder, validate, tell
        self.progress: Any = self.new_progress()
        self.model: Any = new_model()
        self.average: Any = copy.deepcopy(self.model).eval().requires_grad_(False)
        self._optimizer = torch.optim.AdamW(
            self._groups(), lr=config.training.learning_rate, betas=(0.9, 0.98), fused=True
        )
        self._parents: list[dict[str, Any]] = []
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("checkpoint.pt", "checkpoint.previous.pt"):
            if (folder / name).exists():
                self._resume(folder / name)
                break

    # --- what a subclass says -------------------------------------------------------------------

    @property
    @abstractmethod
    def share(self) -> float:
        """How much of the run is over, 0 to 1."""

    @abstractmethod
    def _batches(self) -> Iterator[BatchT]:
        """Yield batches from where the run stands, until it is finished."""

    @abstractmethod
    def _rate(self) -> float:
        """Return the learning rate of the update that comes."""

    @abstractmethod
    def _loss(self, model: Any, batch: BatchT) -> tuple[Tensor, int]:
        """Return the loss of a batch, summed over its target tokens, and what that is divided by.

        The quotient is what goes back through the model.
        """

    @abstractmethod
    def _is_due(self) -> bool:
        """Tell whether a validation is due."""

    @abstractmethod
    def _family(self) -> Family:
        """Return the average."""

    def _groups(self) -> list[dict[str, Any]]:
        """Return the parameters as torch's optimizers take them."""
        decay = self.config.training.weight_decay
        return [{"params": list(self.model.parameters()), "weight_decay": decay}]

    def _more_state(self) -> dict[str, Any]:
        """Return what else a checkpoint holds."""
        return {}

    def _take(self, state: dict[str, Any], before: Config) -> None:
        """Take that out of a checkpoint again, written with the configuration `before`."""

    # --- the loop -------------------------------------------------------------------------------

    def train(self) -> None:
        """Train until the run is finished."""
        training, progress = self.config.training, self.progress
        self.model.train()
        saved = started = told = time.monotonic()
        before, window = progress.seconds, _Window()
        updates = training.updates if training.minutes is None else None
        with tqdm(
            total=updates, initial=progress.update, unit="update", disable=None, smoothing=0.05
        ) as bar:
            for batch in self._batches():
                window.loss += self._update(batch)
                window.tokens += batch.tokens
                progress.seconds = before + time.monotonic() - started
                bar.update()
                if progress.update % LOGGED == 0:
                    line = self._log_window(window)
                    bar.set_postfix_str(line)
                    window = _Window()
                    set_threads(self._folder / "threads")
                    if bar.disable and time.monotonic() - told > TOLD_SECONDS:
                        told = time.monotonic()
                        self._tell(f"{self._state()}, {line}")
                due = self._is_due()
                if due:
                    self._validation()
                if due or time.monotonic() - saved > 60 * training.checkpoint_minutes:
                    self._save()
                    saved = time.monotonic()

    def _log_window(self, window: _Window) -> str:
        """Write loss and speed down; return them as people read them."""
        rate = window.tokens / (time.monotonic() - window.since)
        loss = window.loss / window.tokens
        self._log(loss=round(loss, 4), tokens_per_second=round(rate))
        return f"loss {loss:.3f}, {rate:.0f} tokens/s"

    def _state(self) -> str:
        """Return where the run stands, for those who see no progress bar."""
        left = self.progress.seconds * (1 / max(self.share, 1e-9) - 1) / 60
        return (
            f"train   update {self.progress.update:,}, {self.share:.1%}, "
            f"{left:.0f} minutes left at most"
        )

    def _update(self, batch: BatchT) -> float:
        """Make one update; return the batch's loss, summed."""
        training, progress = self.config.training, self.progress
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate()
        half = training.bfloat16 if training.bfloat16 is not None else bool(progress.bfloat16)
        with torch.autocast(self.device, dtype=torch.bfloat16, enabled=half):
            loss, divisor = self._loss(self.model, batch)
        (loss / divisor).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), training.clip)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        progress.update += 1
        progress.tokens += batch.tokens
        # Young averages forget faster, else the random start would linger in them.
        decay = min(training.average, progress.update / (progress.update + 10))
        follow(self.average, self.model, decay)
        value = float(loss.detach())
        if not np.isfinite(value):
            raise InputError(
                f"the loss became {value} at update {progress.update}",
                hint="lower training.learning_rate and start again from the last checkpoint",
            )
        return value

    def _time_products(self, batches: Sequence[BatchT]) -> None:
        """Find out whether products in bfloat16 are faster, unless that is known or said."""
        if self.progress.bfloat16 is not None or self.config.training.bfloat16 is not None:
            return
        random = torch.get_rng_state()
        model = copy.deepcopy(self.model)  # batch norm learns from what it sees
        seconds = {
            half: seconds_of(lambda batch: self._loss(model, batch)[0], batches, half, self.device)
            for half in (False, True)
        }
        torch.set_rng_state(random)
        faster = seconds[True] < seconds[False]
        self.progress.bfloat16 = faster
        self._tell(
            f"train   products in {'bfloat16' if faster else 'float32'}: {len(batches)} batches "
            f"take {seconds[False]:.1f} s in float32, {seconds[True]:.1f} s in bfloat16"
        )

    def _validation(self) -> None:
        """Score the average when it is due."""
        self.progress.validations += 1
        self._score("valid")

    def _score(self, what: str) -> None:
        """Score the average; keep it if it is the best."""
        family = self._family()
        scores = dict(self._validate(family))
        self.model.train()
        self._log(**{key: round(value, 3) for key, value in scores.items()})
        self._tell(f"train   {what}: " + ", ".join(f"{k} {v:.2f}" for k, v in scores.items()))
        decisive = next(iter(scores.values()))
        if decisive <= self.progress.best:
            self.progress.since_best += 1
            return
        self.progress.best, self.progress.since_best = decisive, 0
        kept = {
            "config": dataclasses.asdict(self.config),
            "tokenizer": self._tokenizer,
            "weights": self.average.state_dict(),
            "training": {
                "updates": self.progress.update,
                "target_tokens": self.progress.tokens,
                "hours": round(self.progress.seconds / 3600, 2),
                "valid": scores,
                "parents": self._parents,
            },
        }
        if not isinstance(family, Recurrent):  # which is what a file without a family holds
            kept["family"] = {"name": family.name, "config": family.config}
        save(kept, self._folder / "model.pt")

    def _log(self, **values: float) -> None:
        entry = {
            "update": self.progress.update,
            "target_tokens": self.progress.tokens,
            "seconds": round(self.progress.seconds, 1),
            **values,
        }
        with open(self._folder / "log.jsonl", "a", encoding="utf-8") as stream:
            stream.write(json.dumps(entry) + "\n")

    # --- checkpoints ----------------------------------------------------------------------------

    def _save(self) -> None:
        state = {
            **self._more_state(),
            "config": dataclasses.asdict(self.config),
            "tokenizer": self._tokenizer,
            "progress": dataclasses.asdict(self.progress),
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "random": torch.get_rng_state(),
            "parents": self._parents,
        }
        if self.device == "cuda":
            state["random_cuda"] = torch.cuda.get_rng_state()
        latest = self._folder / "checkpoint.pt"
        save(state, latest, previous=self._folder / "checkpoint.previous.pt")

    def _resume(self, path: Path) -> None:
        """Take everything out of a checkpoint."""
        state = load_run(path, "progress", "model", "average", "optimizer")
        before = build_kept(state["config"], "checkpoint")
        refused = None
        if fixed(before) != fixed(self.config):
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
        self.progress = self.new_progress(**state["progress"])
        self._take(state, before)
        torch.set_rng_state(state["random"])
        if "random_cuda" in state and self.device == "cuda":
            torch.cuda.set_rng_state(state["random_cuda"])
        self._tell(f"train   goes on at update {self.progress.update:,}")


def fixed(config: Config) -> tuple[Any, ...]:
    """Return the model that a run cannot change on the way; how much is dropped out it can."""
    model, seen = replace(config.model, dropout=0.0, word_dropout=0.0), config.pictures
    if seen is None:
        return (model,)
    return model, seen.size, seen.mean, seen.scale, seen.stem, seen.widths, seen.blocks


@torch.no_grad()
def follow(average: nn.Module, model: nn.Module, decay: float) -> None:
    """Move an average towards the weights, and towards the means of batch norm likewise."""
    pairs = list(zip(average.parameters(), model.parameters(), strict=True))
    for one, other in zip(average.buffers(), model.buffers(), strict=True):
        if one.is_floating_point():
            pairs.append((one, other))  # type: ignore[arg-type]
        else:
            one.copy_(other)
    torch._foreach_lerp_([a for a, _ in pairs], [p for _, p in pairs], 1 - decay)


def seconds_of(
    loss_of: Callable[[BatchT], Tensor], batches: Sequence[BatchT], half: bool, device: str
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
                loss = loss_of(batch)
            float(loss.detach())
            loss.backward()
    except RuntimeError as error:  # torch has no such product for this processor
        if not half:
            raise
        log.info("bfloat16 cannot be used here: %s", error)
        return float("inf")
    return time.monotonic() - started


def set_threads(path: Path) -> None:
    """Use as many threads as a file says, if there is one; it is asked while training runs."""
    try:
        wanted = int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return
    if wanted >= 1 and wanted != torch.get_num_threads():
        torch.set_num_threads(wanted)
        log.info("training goes on with %d threads", wanted)
