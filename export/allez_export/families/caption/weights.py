"""A bundle of captions as a PyTorch model again, to train on from it.

A bundle has batch norm folded into its convolutions. Training divides by the means and variances of
each batch, so they are measured anew, on pictures, and put where the model says the same as before.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from allez.bundle.reader import Bundle
from allez.errors import InputError
from allez_export.families.caption.model import Captioner, Convolution, Residual
from allez_export.families.recurrent.weights import Graph, cell_of, decoder_values, has_second

Array = npt.NDArray[Any]


def load_bundle_captioner(bundle: Bundle) -> Captioner:
    """Return a bundle's weights as a torch model in evaluation mode.

    Raises:
        InputError: its graphs are not those of such a model, so that there is nothing to read.
    """
    encoder, decoder = Graph(bundle.data("encoder")), Graph(bundle.data("decoder"))
    try:
        model = _empty_model(bundle, encoder, decoder)
        values = model.state_dict() | _tensors(decoder_values(model.width, encoder, decoder))
        values |= _tensors(_encoder_values(model, encoder))
        model.load_state_dict(values)
    except (AttributeError, KeyError, ValueError, RuntimeError) as error:
        raise InputError(
            f"{bundle.path}: its weights cannot be read back: {str(error).splitlines()[0]}",
            hint="captions begin with a bundle of captions, or with a model.pt",
        ) from None
    return model.eval().requires_grad_(False)


def _tensors(values: dict[str, Array]) -> dict[str, Tensor]:
    return {name: torch.from_numpy(np.array(value)) for name, value in values.items()}


def _empty_model(bundle: Bundle, encoder: Graph, decoder: Graph) -> Captioner:
    """Return a model of the kind and size that the graphs are of."""
    image, width = bundle.manifest.input.image, bundle.manifest.key_width
    if image is None:
        raise ValueError("it looks at no pictures")
    widths: list[int] = []
    blocks: list[int] = []
    layer = 1
    while True:  # the first layer is the stem
        if f"layers.{layer}.weight" in encoder:
            widths.append(len(encoder[f"layers.{layer}.weight"]))
            blocks.append(0)
        elif f"layers.{layer}.0.weight" in encoder:
            blocks[-1] += 1
        else:
            break
        layer += 1
    return Captioner(
        bundle.manifest.target.size,
        (image.rows, image.columns),
        stem=len(encoder["layers.0.weight"]),
        widths=widths,
        blocks=blocks,
        width=width,
        cell=cell_of(decoder, width),
        attention=bundle.manifest.attention,
        second_layer=has_second(decoder),
        dropout=0.0,
    )


def _encoder_values(model: Captioner, encoder: Graph) -> dict[str, Array]:
    """Return the weights of what looks at pictures, by torch's names; batch norm does nothing."""
    values: dict[str, Array] = {
        "initial.weight": encoder["initial_weight"].T,
        "initial.bias": encoder["initial_bias"],
    }
    if "cell_weight" in encoder:  # without attention there is none
        values["cells.weight"] = encoder["cell_weight"].T
        values["cells.bias"] = np.zeros(model.width, dtype=np.float32)
        values["places"] = encoder["places"]  # the bias is in it
    for number, layer in enumerate(model.encoder.layers):
        names = {f"layers.{number}": f"encoder.layers.{number}"}
        if isinstance(layer, Residual):
            parts = enumerate(("first", "second"))
            names = {f"layers.{number}.{i}": f"encoder.layers.{number}.{p}" for i, p in parts}
        for graph, torch_name in names.items():
            bias = encoder[f"{graph}.bias"].reshape(-1)
            values[f"{torch_name}.convolution.weight"] = encoder[f"{graph}.weight"]
            values[f"{torch_name}.norm.weight"] = np.ones_like(bias)
            values[f"{torch_name}.norm.bias"] = bias
            values[f"{torch_name}.norm.running_mean"] = np.zeros_like(bias)
            values[f"{torch_name}.norm.running_var"] = np.ones_like(bias) - nn.BatchNorm2d(1).eps
    return values


@torch.no_grad()
def measure(model: Captioner, images: Iterable[Tensor]) -> None:
    """Give batch norm the means and variances of pictures; what the model says stays as it is.

    Convolutions are made as large as random ones are, since that decides how far a rate moves them:
    what stands behind them divides by it.

    Args:
        model: of a bundle, in evaluation mode; changed in place.
        images: batches [B, channels, height, width], as the encoder takes them.
    """
    layers = [layer for layer in model.encoder.modules() if isinstance(layer, Convolution)]
    sums = {layer: _Sums(layer) for layer in layers}
    handles = [layer.convolution.register_forward_hook(sums[layer].add) for layer in layers]
    for image in images:
        model.encoder(image)
    for handle in handles:
        handle.remove()
    for layer in layers:
        mean, variance = sums[layer].mean, sums[layer].variance
        convolution, norm = layer.convolution, layer.norm
        assert norm.running_mean is not None
        assert norm.running_var is not None
        out, _, *kernel = convolution.weight.shape
        usual = (2 / (out * kernel[0] * kernel[1])) ** 0.5
        scale = usual / max(float(convolution.weight.square().mean().sqrt()), 1e-9)
        convolution.weight.mul_(scale)
        norm.running_mean.copy_(mean * scale)
        norm.running_var.copy_(variance * scale**2)
        norm.weight.copy_(torch.sqrt(variance * scale**2 + norm.eps) / scale)
        norm.bias.add_(mean.float())


class _Sums:
    """What a convolution gave so far, channel by channel."""

    def __init__(self, layer: Convolution) -> None:
        channels = layer.norm.num_features
        self._count = 0
        self._sum = torch.zeros(channels, dtype=torch.float64)
        self._squares = torch.zeros(channels, dtype=torch.float64)

    def add(self, _layer: nn.Module, _given: Any, values: Tensor) -> None:
        """Count values [B, C, height, width]."""
        counted = values.double().transpose(0, 1).flatten(1)  # [C, B x height x width]
        self._count += counted.shape[1]
        self._sum += counted.sum(dim=1)
        self._squares += counted.square().sum(dim=1)

    @property
    def mean(self) -> Tensor:
        """Of each channel, [C]."""
        return self._sum / self._count

    @property
    def variance(self) -> Tensor:
        """Of each channel, [C]."""
        return (self._squares / self._count - self.mean.square()).clamp(min=0)
