"""What every training run is: weights, their average, and a folder to go on from.

The folder holds `checkpoint.pt` (everything needed to go on), `model.pt` (the best averaged weights
so far, what `trace` reads), `log.jsonl`, and perhaps `threads`. Knows nothing of what is learnt.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from allez.errors import InputError
from allez_export.checkpoints import save
from allez_export.config import Config

log = logging.getLogger(__name__)


@dataclass
class Progress:
    """Where a run stands, apart from tensors."""

    update: int = 0
    tokens: int = 0
    seconds: float = 0.0
    best: float = -1.0
    bfloat16: bool | None = None
    """What was found to be faster; None: not timed yet."""


class RunFolder(ABC):
    """A run, as far as all are alike.

    Args:
        config: the whole configuration.
        tokenizer: text of `tokenizer.json`, kept with the model.
        model: with random weights.
        progress: of a run that begins.
        folder: where checkpoints go.
        tell: says to the user how things go.
    """

    _optimizer: torch.optim.Optimizer

    def __init__(
        self,
        config: Config,
        tokenizer: str,
        model: nn.Module,
        progress: Progress,
        folder: Path,
        tell: Callable[[str], None],
    ) -> None:
        self.config, self._tokenizer = config, tokenizer
        self.model = model
        self.average = copy.deepcopy(model).eval().requires_grad_(False)
        self.progress = progress
        self._folder, self._tell = folder, tell
        self._parents: list[dict[str, Any]] = []

    def _go_on(self) -> None:
        """Go on from the newest checkpoint of the folder, if there is one."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for name in ("checkpoint.pt", "checkpoint.previous.pt"):
            if (self._folder / name).exists():
                self._resume(self._folder / name)
                break

    @abstractmethod
    def _resume(self, path: Path) -> None:
        """Go on from a checkpoint; InputError if it is of another run."""

    def _checked(self, loss: Tensor) -> float:
        """Return the loss of the update that was made.

        Raises:
            InputError: it is no number.
        """
        value = float(loss.detach())
        if not np.isfinite(value):
            raise InputError(
                f"the loss became {value} at update {self.progress.update}",
                hint="lower training.learning_rate and start again from the last checkpoint",
            )
        return value

    def _move_average(self, *, buffers: bool = False) -> None:
        """Move the average towards the weights.

        Args:
            buffers: and what else the model keeps, as the means of batch norm; counts are copied.
        """
        update = self.progress.update
        # Young averages forget faster, else the random start would linger in them.
        decay = min(self.config.training.average, update / (update + 10))
        pairs: list[tuple[Tensor, Tensor]]
        pairs = list(zip(self.average.parameters(), self.model.parameters(), strict=True))
        with torch.no_grad():
            kept = zip(self.average.buffers(), self.model.buffers(), strict=True)
            for one, other in kept if buffers else ():
                if one.is_floating_point():
                    pairs.append((one, other))
                else:
                    one.copy_(other)
            torch._foreach_lerp_([a for a, _ in pairs], [p for _, p in pairs], 1 - decay)

    def _log(self, **values: float) -> None:
        """Add a line to the log."""
        entry = {
            "update": self.progress.update,
            "target_tokens": self.progress.tokens,
            "seconds": round(self.progress.seconds, 1),
            **values,
        }
        with open(self._folder / "log.jsonl", "a", encoding="utf-8") as stream:
            stream.write(json.dumps(entry) + "\n")

    def _keep_best(self, scores: Mapping[str, float], **more: Any) -> None:
        """Write the average to `model.pt`, with its scores and with what else is to be known."""
        save(
            {
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
                **more,
            },
            self._folder / "model.pt",
        )

    def _save(self, **more: Any) -> None:
        """Write a checkpoint: all that `_resume` needs, and what else is given."""
        state = {
            "config": dataclasses.asdict(self.config),
            "tokenizer": self._tokenizer,
            "progress": dataclasses.asdict(self.progress),
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "random": torch.get_rng_state(),
            "parents": self._parents,
            **more,
        }
        latest = self._folder / "checkpoint.pt"
        save(state, latest, previous=self._folder / "checkpoint.previous.pt")

    def _set_threads(self) -> None:
        """Use as many threads as `threads` in the folder says; it is asked while training runs."""
        set_threads(self._folder / "threads")


def set_threads(path: Path) -> None:
    """Use as many threads as a file says, if there is one."""
    try:
        wanted = int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return
    if wanted >= 1 and wanted != torch.get_num_threads():
        torch.set_num_threads(wanted)
        log.info("training goes on with %d threads", wanted)
