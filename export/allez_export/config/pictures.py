"""The section of a configuration whose model reads pictures."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from allez_export.config.checks import ConfigError, check


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturesConfig:
    """What is drawn to train on, and the convolutions that look at it.

    `data.valid` and `data.test` name tables of pictures, as `pictures/read.py` says.
    """

    sprites: str
    """Table of single drawings, in the data folder, with its zip beside it."""
    scenes: str | None = None
    """A program in the data folder that draws scenes of them. It is run: name one you trust."""
    share: float = 0.5
    """Of the pictures that are scenes."""
    kinds: tuple[str, ...] = ("emoji",)
    """Kinds of sprites that are used."""
    size: int = 96
    """Pixels of a side."""
    mean: float = 127.5
    scale: float = 64.0
    """A value from 0 to 255 is read as (value - mean) / scale, in all three channels."""
    stem: int = 48
    """Channels of the first convolution, which makes one position of 4 x 4 pixels."""
    widths: tuple[int, ...] = (64, 128, 256)
    """Channels of each stage; each but the first halves height and width."""
    blocks: tuple[int, ...] = (0, 1, 1)
    """Residual blocks of each stage, two convolutions each."""
    batch: int = 64
    """Pictures of an update."""
    workers: int = 1
    """Processes that draw ahead; 0: the training draws by itself."""

    def __post_init__(self) -> None:
        check(self, share=(0, 1), size=(8, 4096), scale=(1e-6, inf), stem=(1, 4096))
        check(self, mean=(-1e6, 1e6), batch=(1, 65_536), workers=(0, 64))
        if not self.widths or len(self.widths) != len(self.blocks):
            raise ConfigError("widths and blocks must have one number for each stage")
        if min(self.widths) < 1 or min(self.blocks) < 0:
            raise ConfigError("widths must be at least 1, and blocks at least 0")
        if self.size % self.stride:
            raise ConfigError(f"size must be a multiple of {self.stride}, not {self.size}")

    @property
    def stride(self) -> int:
        """Pixels across that the last grid makes one cell of."""
        return int(4 * 2 ** (len(self.widths) - 1))

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of the last grid."""
        return self.size // self.stride, self.size // self.stride
