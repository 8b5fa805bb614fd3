"""The section of a configuration that says how a model is trained."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from math import inf

from allez_export.config.checks import check


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingConfig:
    """The loop. Lengths are in updates, batches in target tokens."""

    begin_with: str | None = None
    """What the first update starts from: a bundle (a name, or a path relative to the working
    folder), or the `model.pt` or `checkpoint.pt` of another run. Only a lexical shortcut and
    symbols may be lacking; the former begins at zero. Captions take what fits, words only if they
    are the same ones. None: random weights."""
    begin_with_version: str | None = None
    """The version that the bundle must have; None: any."""
    copying: float = 0.0
    """A lexical shortcut whose weights are random otherwise begins as so much of the identity: as
    one that says the words it looks at. For tasks that copy."""
    start_share: float = 0.0
    """Share of those weights in what is exported (Wortsman et al. 2022)."""
    updates: int = 10_000
    minutes: float | None = None
    """Of captions: train so long instead, the rate falling by the clock; None: `updates`."""
    batch_tokens: int = 2000
    chunk_tokens: int = 400_000
    """Target tokens sorted into batches of equal source length at a time."""
    learning_rate: float = 2e-3
    warmup: int = 500
    decay: float = 0.25
    """Last part of the updates, over which the learning rate falls linearly to zero."""
    late: float | None = None
    """Last part of the updates, which scores the whole vocabulary and draws by the sources'
    `late_weight`; None: as long as `decay`."""
    weight_decay: float = 0.01
    label_smoothing: float = 0.1
    clip: float = 1.0
    average: float = 0.9995
    """Decay of the exponential average of the weights, which is what is exported."""
    sampled_softmax: int | None = None
    """Tokens scored per batch instead of the whole vocabulary, until the late part begins
    (Jean et al. 2015); None: all of them, always."""
    validate_every: int = 1000
    validations: int = 10
    """Of captions: how many there are, `validate_every` notwithstanding."""
    patience: int | None = None
    """Validations without a better BLEU before stopping; None: never."""
    checkpoint_minutes: float = 3.0
    threads: int | None = None
    """Processor threads; None: all."""
    bfloat16: bool | None = None
    """Products in bfloat16 (torch.autocast), weights and sums in float32. Some 1.7 times as fast
    where the processor has instructions for it (AVX512-BF16, AMX); None: both are timed on the
    first batches, and the faster one is taken."""
    seed: int = 1

    @property
    def order(self) -> int:
        """What the order of the data is drawn by.

        Another one for each start: a run that goes on from a bundle would begin with the very
        pairs that the bundle's own run began with, and what is read in part would stay unread.
        """
        start = self.begin_with_version or self.begin_with
        return self.seed if start is None else zlib.crc32(f"{self.seed} {start}".encode())

    def __post_init__(self) -> None:
        check(self, updates=(1, inf), batch_tokens=(1, inf), chunk_tokens=(1, inf))
        check(
            self, learning_rate=(1e-12, inf), warmup=(0, inf), decay=(0, 1), weight_decay=(0, inf)
        )
        check(self, label_smoothing=(0, 0.99), clip=(1e-9, inf), average=(0, 1))
        check(self, sampled_softmax=(1, inf), validate_every=(1, inf), patience=(1, inf))
        check(self, late=(0, 1), start_share=(0, 1), minutes=(1e-3, inf), validations=(1, 10_000))
        check(self, checkpoint_minutes=(0, inf), threads=(1, 1024), seed=(0, 2**63 - 1))
        check(self, copying=(0, 10))
