"""What is traced to `encoder.onnx`: the convolutions, batch norm folded in, and the grid as memory.

The decoder's step is that of `families/recurrent`. Operators are chosen among those that the
contract lists: the mean over the grid is a product with a vector.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from allez_export.families.caption.model import Captioner, Convolution, Residual
from allez_export.families.parts import keys_of
from allez_export.families.recurrent.graphs import key_parameters, state_widths


class Folded(nn.Module):
    """A convolution with a bias, equal to one with batch norm behind it as it was learnt."""

    def __init__(self, layer: Convolution) -> None:
        super().__init__()
        convolution, norm = layer.convolution, layer.norm
        assert norm.running_mean is not None
        assert norm.running_var is not None
        factor = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)  # [out]
        weight = convolution.weight.double() * factor[:, None, None, None]
        bias = norm.bias.double() - norm.running_mean.double() * factor
        self.weight = nn.Parameter(weight.float().contiguous().detach())
        self.bias = nn.Parameter(bias.float().detach()[:, None, None])  # [out, 1, 1]
        self.stride, self.padding = convolution.stride, convolution.padding
        self.rectified = layer.rectified

    def forward(self, values: Tensor) -> Tensor:
        """Return what the layer gives in evaluation."""
        # The bias is a sum of its own: a convolution with one, bundles may not hold.
        values = F.conv2d(values, self.weight, None, self.stride, self.padding) + self.bias
        return F.relu(values) if self.rectified else values


class EncoderGraph(nn.Module):
    """`encoder.onnx`: a picture to memory, keys, mask and the decoder's first states."""

    def __init__(self, model: Captioner) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for layer in model.encoder.layers:
            if isinstance(layer, Convolution):
                layers.append(Folded(layer))
            else:
                assert isinstance(layer, Residual)
                layers.append(nn.Sequential(Folded(layer.first), Folded(layer.second)))
        self.layers = nn.ModuleList(layers)
        self.kind = model.decoder.attention.kind
        self.parts = model.decoder.parts
        self.states = len(state_widths(model))
        self.channels = model.cells.in_features
        cells = model.grid[0] * model.grid[1]
        self.cell_weight = nn.Parameter(model.cells.weight.detach().T.contiguous())  # [C, D]
        self.places = nn.Parameter((model.places + model.cells.bias).detach())  # [M, D]
        self.initial_weight = nn.Parameter(model.initial.weight.detach().T.contiguous())
        self.initial_bias = nn.Parameter(model.initial.bias.detach().clone())
        self.equally = nn.Parameter(torch.full((cells, 1), 1 / cells))  # [M, 1]
        self.key_weight, self.key_bias = key_parameters(model.decoder.attention)

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """Look at image [B, channels, height, width]; see `allez.bundle.contract`."""
        grid = image
        for layer in self.layers:
            grid = layer(grid) if isinstance(layer, Folded) else F.relu(grid + layer(grid))
        grid = grid.flatten(2)  # [B, C, M]
        mean = (grid @ self.equally).squeeze(2)  # [B, C]
        seen = torch.cat([mean, grid.amax(dim=2)], dim=1)  # [B, 2C]
        begin = seen @ self.initial_weight + self.initial_bias
        first, *rest = begin.chunk(self.parts, dim=1)  # each [B, H]
        first = torch.tanh(first)
        if self.kind == "none":
            memory = first.unsqueeze(1)  # [B, 1, D]
        else:
            memory = torch.tanh(grid.transpose(1, 2) @ self.cell_weight + self.places)  # [B, M, D]
        keys = keys_of(memory, self.key_weight, self.key_bias)
        mask = torch.zeros_like(memory[:, :, 0])  # [B, M]
        later = [torch.zeros_like(first) for _ in range(self.states - self.parts)]
        return (memory, keys, mask, first, *rest, *later)
