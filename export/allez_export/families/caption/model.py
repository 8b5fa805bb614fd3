"""The picture model, all of it: convolutions that leave a grid, and a decoder that attends to it.

A picture goes through convolutions, each grid half as wide and as high as the one before it. The
last grid, row by row, is the memory: a vector for each cell, which knows where it lies by a learnt
one that is added. From there on it is the model of `families/recurrent`: at each step the decoder
scores the cells, takes their mean by its weights, and asks for the next word. So the weights of a
step say where on the picture the word was found.

Letters: B pictures, C channels, M cells of the grid, D memory width, T target length, H decoder
width, V vocabulary. Imports nothing of ours but the decoder.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from allez_export.families.recurrent.model import Decoder, Memory

STEM_STRIDE = 4
"""Pixels of a picture that the first convolution makes one of, each way."""

STEM_KERNEL = 6
"""Its window: neighbours overlap by a pixel on each side."""


class Convolution(nn.Module):
    """A convolution without bias, batch norm (Ioffe & Szegedy 2015), and perhaps a ReLU."""

    def __init__(
        self, channels: int, out: int, kernel: int = 3, stride: int = 1, *, rectified: bool = True
    ) -> None:
        super().__init__()
        padding = (kernel - stride + 1) // 2 if stride > 1 else kernel // 2
        self.convolution = nn.Conv2d(channels, out, kernel, stride, padding, bias=False)
        nn.init.kaiming_normal_(self.convolution.weight, mode="fan_out", nonlinearity="relu")
        self.norm = nn.BatchNorm2d(out)
        self.rectified = rectified

    def forward(self, values: Tensor) -> Tensor:
        """Return [B, out, height / stride, width / stride] of values [B, C, height, width]."""
        values = self.norm(self.convolution(values))
        return F.relu(values) if self.rectified else values


class Residual(nn.Module):
    """Two convolutions whose result is added to what they were given (He et al. 2016)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = Convolution(channels, channels)
        self.second = Convolution(channels, channels, rectified=False)
        nn.init.zeros_(self.second.norm.weight)  # a block begins as nothing at all

    def forward(self, values: Tensor) -> Tensor:
        """Return [B, C, height, width] of as many values."""
        return F.relu(values + self.second(self.first(values)))


class Encoder(nn.Module):
    """Convolutions from a picture to a grid of cells.

    Args:
        stem: channels of the first convolution, which makes one position of 4 x 4 pixels.
        widths: channels of each stage; a stage after the first halves height and width.
        blocks: residual blocks of each stage.
        channels: of the picture.
    """

    def __init__(
        self, stem: int, widths: Sequence[int], blocks: Sequence[int], channels: int = 3
    ) -> None:
        super().__init__()
        self.shape = {"stem": stem, "widths": list(widths), "blocks": list(blocks)}
        """What it was made with."""
        layers: list[nn.Module] = [Convolution(channels, stem, STEM_KERNEL, STEM_STRIDE)]
        before = stem
        for index, (width, count) in enumerate(zip(widths, blocks, strict=True)):
            layers.append(Convolution(before, width, 3, 1 if index == 0 else 2))
            layers += [Residual(width) for _ in range(count)]
            before = width
        self.layers = nn.Sequential(*layers)
        self.stride = STEM_STRIDE * 2 ** (len(widths) - 1)

    def forward(self, image: Tensor) -> Tensor:
        """Return the grid [B, C, rows, columns] of image [B, channels, height, width]."""
        grid: Tensor = self.layers(image)
        return grid


class Captioner(nn.Module):
    """Encoder, grid, decoder and vocabulary layer (tied to the decoder's embedding).

    Args:
        vocabulary: V.
        grid: rows and columns of the last grid.
        stem: see `Encoder`.
        widths: see `Encoder`.
        blocks: see `Encoder`.
        width: H, and D.
        cell: "lstm" or "gru".
        attention: as in `families/recurrent`; "none": the memory is one vector.
        second_layer: whether a recurrent layer stands above the attention.
        dropout: in the decoder, and of the cells.
    """

    def __init__(
        self,
        vocabulary: int,
        grid: tuple[int, int],
        *,
        stem: int,
        widths: Sequence[int],
        blocks: Sequence[int],
        width: int,
        cell: str = "lstm",
        attention: str = "general",
        second_layer: bool = True,
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        self.width = self.memory_width = width
        self.grid = grid
        self.table = nn.Embedding(vocabulary, width)
        nn.init.normal_(self.table.weight, std=width**-0.5)
        self.bias = nn.Parameter(torch.zeros(vocabulary))
        self.encoder = Encoder(stem, widths, blocks)
        self.cells = nn.Linear(widths[-1], width)
        self.places = nn.Parameter(torch.randn(grid[0] * grid[1], width) * 0.02)
        self.decoder = Decoder(
            width,
            cell,
            attention,
            input_feeding=False,
            second_layer=second_layer,
            lexical_shortcut=False,
            dropout=dropout,
        )
        self.initial = nn.Linear(2 * widths[-1], self.decoder.parts * width)
        self.dropout = nn.Dropout(dropout)

    def embed(self, ids: Tensor) -> Tensor:
        """Look words up: ids [...] to [..., H], with entries of about unit size."""
        embedded: Tensor = self.table(ids) * math.sqrt(self.width)
        return embedded

    def encode(self, image: Tensor) -> Memory:
        """Look at pictures [B, channels, height, width], as `allez.bundle.contract` says.

        All that the decoder multiplies lies between -1 and 1: cells by a tanh, and its first
        hidden state too.
        """
        grid = self.encoder(image).flatten(2)  # [B, C, M]
        seen = torch.cat([grid.mean(dim=2), grid.amax(dim=2)], dim=1)  # [B, 2C]
        first, *rest = self.initial(self.dropout(seen)).chunk(self.decoder.parts, dim=1)
        initial = (torch.tanh(first), *rest)  # each [B, H]
        if self.decoder.attention.kind == "none":
            states = initial[0].unsqueeze(1)  # [B, 1, D]
        else:
            states = torch.tanh(self.cells(grid.transpose(1, 2)) + self.places)  # [B, M, D]
        keys = self.decoder.attention.keys(states)
        return Memory(states, keys, states.new_zeros(states.shape[:2]), initial)

    def forward(self, image: Tensor, target: Tensor) -> Tensor:
        """Return features [B, T, H] for target ids [B, T] that begin with bos."""
        return self.read(self.encode(image), target)

    def read(self, memory: Memory, target: Tensor) -> Tensor:
        """Return features [B, T, H] for target ids [B, T] that begin with bos."""
        features: Tensor = self.decoder(self.dropout(self.embed(target)), memory)
        return features

    def logits(self, features: Tensor) -> Tensor:
        """Score features [..., H] for every word: [..., V]."""
        return features @ self.table.weight.T + self.bias
