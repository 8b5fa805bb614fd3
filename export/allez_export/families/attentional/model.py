"""The model of the toolkits: its parts, its weights by our names, and how its encoder reads.

What toolkits do differently is in `AttentionalConfig`. Weights, in torch's layout [out, in]:

    source_table [Vs, E]            encoder.weight_ih_l0 ... as torch's LSTM or GRU names them
    key.weight [A, D], key.bias     query.weight [A, H]     v [A]
    bridge.hidden.weight, .bias     bridge.cell.weight, .bias
    cells.0.weight_ih, .weight_hh, .bias_ih, .bias_hh       of each layer of the decoder
    conditional.0.weight_ih, ...    of cells behind the attention; only the first has weight_ih
    readout.weight, .bias           projection.weight, .bias
    table [V, E]                    output.weight [V, F], none if it is the table; output.bias [V]

Letters: B sentences, S source length, D memory width, H decoder width, F width of what enters the
vocabulary layer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

MASKED = -1e9

STARTS = ("layers", "top", "top half", "zero", "mean")
BRIDGES = ("none", "each", "joined")
ATTENTIONS = ("none", "dot", "general", "additive")
PARTS = ("words", "hidden", "context")


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionalConfig:
    """What toolkits do differently."""

    cell: str
    """`lstm` or `gru`."""
    encoder_layers: int
    bidirectional: bool
    stacks: bool = False
    """Whether either direction is a stack of its own: no layer reads the other direction's."""
    decoder_layers: int
    start: str = "layers"
    """What the decoder's layers begin with: the last states of the encoder's `layers`, its `top`
    layer's hidden state for all of them (for cells too), the first half of that, `zero`, or the
    `mean` of the memory."""
    bridge: str = "none"
    """A layer that makes the first states of those: of `each`, or of all layers' `joined`."""
    bridge_activation: str = "linear"
    """Or `relu`, `tanh`."""
    attention: str
    """`none`; `dot` h . m; `general` h . (W m); `additive` v . tanh(W h + U m + b)."""
    attention_first: bool = False
    """Whether the previous state attends, and the cell reads the context beside the word."""
    conditional: int = 0
    """How many cells follow the attention in the first layer, each with the state that the one
    before it left (Firat & Cho 2016). The first of them reads the context, the others nothing."""
    input_feeding: bool = False
    """Whether the cell reads what the readout gave last."""
    readout: tuple[str, ...] = ("context", "hidden")
    """What the vocabulary layer is told of, in the order of the readout's columns: `words` (the
    previous one), `hidden`, `context`. None of them: the hidden state itself, without a readout."""
    readout_activation: str = "tanh"
    """Or `linear`."""
    reads_end: bool = True
    """Whether the encoder reads the id that ends a source."""
    source_scale: float = 1.0
    """What embeddings of the source are multiplied by."""
    target_scale: float = 1.0
    """The same of the decoder; not of the vocabulary layer, where that is the same table."""
    bos: int
    eos: int
    source_eos: int
    never: tuple[int, ...] = ()
    """Ids that search may not choose."""


class AttentionalModel(nn.Module):
    """Weights and the encoder; the decoder's step is in `graphs`.

    Args:
        config: see there.
        weights: by the names above.

    Raises:
        KeyError: one of them is missing.
        RuntimeError: they do not fit together.
    """

    def __init__(self, config: AttentionalConfig, weights: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.config = config
        self.weights = {name: weight.detach().float() for name, weight in weights.items()}
        recurrent = {
            name.removeprefix("encoder."): weight
            for name, weight in self.weights.items()
            if name.startswith("encoder.")
        }
        self.rnn = self._reader(recurrent, both=config.bidirectional and not config.stacks)
        self.back: nn.LSTM | nn.GRU | None = None
        """What reads backwards, if that is a stack of its own."""
        if config.stacks:
            self.back = self._reader(recurrent, suffix="_reverse")
        self.eval().requires_grad_(False)
        check_shapes(config, self.weights)

    def _reader(
        self, weights: Mapping[str, Tensor], *, both: bool = False, suffix: str = ""
    ) -> nn.LSTM | nn.GRU:
        """Return torch's layers: in both directions, or in that one whose names end so."""
        kind = {"lstm": nn.LSTM, "gru": nn.GRU}[self.config.cell]
        made = kind(
            weights["weight_ih_l0"].shape[1],
            weights["weight_hh_l0"].shape[1],
            self.config.encoder_layers,
            batch_first=True,
            bidirectional=both,
        )
        if not both:
            own = [n for n in weights if n.endswith("_reverse") == bool(suffix)]
            weights = {name.removesuffix("_reverse"): weights[name] for name in own}
        made.load_state_dict(dict(weights))
        return made

    @property
    def parts(self) -> int:
        """How many states a layer has: hidden, and of an LSTM the cell."""
        return 2 if self.config.cell == "lstm" else 1

    @property
    def hidden(self) -> int:
        """H."""
        return self.weights["cells.0.weight_hh"].shape[1]

    @property
    def memory(self) -> int:
        """D."""
        return self.rnn.hidden_size * (2 if self.config.bidirectional else 1)

    @property
    def table(self) -> Tensor:
        """The vocabulary layer's [V, F]."""
        return self.weights.get("output.weight", self.weights["table"])

    @property
    def state_widths(self) -> list[int]:
        """Of hidden (and cell) of each layer of the decoder, then of what is fed."""
        widths = [self.hidden] * (self.parts * self.config.decoder_layers)
        return [*widths, self.fed] if self.config.input_feeding else widths

    @property
    def fed(self) -> int:
        """Width of what the readout gives."""
        readout = self.weights.get("readout.weight")
        return self.hidden if readout is None else len(readout)

    def keys(self, memory: Tensor) -> Tensor:
        """Project the memory [B, S, D] for scoring: [B, S, A]."""
        if "key.weight" not in self.weights:
            return memory
        return nn.functional.linear(
            memory, self.weights["key.weight"], self.weights.get("key.bias")
        )

    def encode(self, source: Tensor, length: Tensor) -> tuple[Tensor, ...]:
        """Read source ids [B, S] of lengths [B]; return what the encoder's graph gives."""
        config = self.config
        read = length if config.reads_end else (length - 1).clamp(min=1)
        embedded = self.weights["source_table"][source] * config.source_scale
        states, tails = self._read(self.rnn, embedded, read)
        if self.back is not None:
            turned = _backwards(embedded, read)
            others, other_tails = self._read(self.back, turned, read)
            states = torch.cat([states, _backwards(others, read)], dim=2)
            tails = [
                [torch.cat(pair, dim=1) for pair in zip(*both, strict=True)]
                for both in zip(tails, other_tails, strict=True)
            ]
        if config.attention == "none":
            states = tails[0][-1].unsqueeze(1)  # [B, 1, D]
            mask = states.new_zeros(states.shape[:2])
        else:
            positions = torch.arange(source.shape[1])
            mask = MASKED * (positions >= read.unsqueeze(1)).to(states.dtype)
        first = self.first_states(tails, states, mask, self._bridge)
        return (states, self.keys(states), mask, *first)

    def _read(
        self, rnn: nn.LSTM | nn.GRU, embedded: Tensor, read: Tensor
    ) -> tuple[Tensor, list[list[Tensor]]]:
        """Return states [B, S, D] and, for hidden and cell, the last [B, D] of each layer."""
        packed = pack_padded_sequence(embedded, read.cpu(), batch_first=True, enforce_sorted=False)
        packed_states, last = rnn(packed)
        states, _ = pad_packed_sequence(
            packed_states, batch_first=True, total_length=embedded.shape[1]
        )
        directions = 2 if rnn.bidirectional else 1
        parts = last if isinstance(last, tuple) else (last,)  # [layers x directions, B, H]
        return states, [[torch.cat(list(s), dim=1) for s in p.split(directions)] for p in parts]

    def first_states(
        self,
        tails: Sequence[Sequence[Tensor]],
        memory: Tensor,
        mask: Tensor,
        bridge: Callable[[str, Tensor], Tensor],
    ) -> list[Tensor]:
        """Return the decoder's first states [B, W] of what the encoder read.

        Args:
            tails: for hidden and, if there are any, cell: the last [B, D] of each layer.
            memory: [B, M, D].
            mask: [B, M].
            bridge: multiplies states by the bridge's weights of a name.
        """
        config, layers = self.config, self.config.decoder_layers
        top = tails[0][-1]
        zero = torch.zeros_like(top[:, :1])
        if config.start == "zero":
            found = [[zero.expand(-1, self.hidden)] * layers] * self.parts
        elif config.start == "mean":  # the softmax of what is alike is the same for all of it
            mean = (mask.softmax(dim=1).unsqueeze(1) @ memory).squeeze(1)
            found = [[mean] * layers] * self.parts
        elif config.start == "layers":
            kept = len(tails[0]) if config.bridge == "joined" else layers
            found = [list(some[:kept]) for some in tails]
        else:
            one = top[:, : self.hidden] if config.start == "top half" else top
            found = [[one] * layers] * self.parts
        if config.bridge != "none":
            names = ("bridge.hidden", "bridge.cell")[: self.parts]
            pairs = zip(names, found, strict=True)
            found = [self._bridged(partial(bridge, name), some) for name, some in pairs]
        states = [found[part][layer] for layer in range(layers) for part in range(self.parts)]
        if config.input_feeding:
            states.append(zero.expand(-1, self.fed))
        return states

    def _bridged(self, layer: Callable[[Tensor], Tensor], states: list[Tensor]) -> list[Tensor]:
        made = _ACTIVATIONS[self.config.bridge_activation]
        if self.config.bridge == "each":
            return [made(layer(state)) for state in states]
        return list(made(layer(torch.cat(states, dim=1))).chunk(len(states), dim=1))

    def _bridge(self, name: str, state: Tensor) -> Tensor:
        weight, bias = self.weights[f"{name}.weight"], self.weights.get(f"{name}.bias")
        return nn.functional.linear(state, weight, bias)


def _backwards(x: Tensor, lengths: Tensor) -> Tensor:
    """Return x [B, S, ...] with the first positions of each row, so many, in reverse."""
    places = torch.arange(x.shape[1]).expand(len(x), -1)
    last = lengths.unsqueeze(1) - 1
    places = torch.where(places <= last, last - places, places)
    return x.gather(1, places.unsqueeze(2).expand_as(x))


def relu(x: Tensor) -> Tensor:
    """Return what is positive of it, by operators that every host has."""
    return x - torch.minimum(x, torch.tensor(0.0))


def _same(x: Tensor) -> Tensor:
    return x


_ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": relu,
    "tanh": torch.tanh,
    "linear": _same,
}


def check_shapes(config: AttentionalConfig, weights: Mapping[str, Tensor]) -> None:
    """Demand that the decoder's weights fit each other; the encoder's are torch's to check.

    Raises:
        RuntimeError: they do not.
    """
    gates = 4 if config.cell == "lstm" else 3
    hidden = weights["cells.0.weight_hh"].shape[1]
    directions = 2 if config.bidirectional else 1
    memory = weights["encoder.weight_hh_l0"].shape[1] * directions
    table, bias = weights["table"], weights["output.bias"]
    readout = weights.get("readout.weight")
    fed = hidden if readout is None else len(readout)
    features = fed if "projection.weight" not in weights else len(weights["projection.weight"])
    widths = {"words": table.shape[1], "hidden": hidden, "context": memory}
    inputs = table.shape[1]
    inputs += memory if config.attention_first else fed if config.input_feeding else 0
    expected: dict[str, tuple[int, ...]] = {
        "encoder.weight_ih_l0": (
            len(weights["encoder.weight_ih_l0"]),
            weights["source_table"].shape[1],
        ),
        "output.weight": (len(bias), features),
        "table": (len(bias), table.shape[1] if "output.weight" in weights else features),
        "key.weight": (len(weights.get("key.weight", ())), memory),
        "query.weight": (len(weights.get("key.weight", ())), hidden),
        "v": (len(weights.get("key.weight", ())),),
        "readout.weight": (fed, sum(widths[part] for part in config.readout)),
        "projection.weight": (features, fed),
    }
    for layer in range(config.decoder_layers):
        expected |= {
            f"cells.{layer}.weight_ih": (gates * hidden, hidden if layer else inputs),
            f"cells.{layer}.weight_hh": (gates * hidden, hidden),
            f"cells.{layer}.bias_ih": (gates * hidden,),
            f"cells.{layer}.bias_hh": (gates * hidden,),
        }
    for place in range(config.conditional):
        expected |= {
            f"conditional.{place}.weight_ih": (gates * hidden, memory),
            f"conditional.{place}.weight_hh": (gates * hidden, hidden),
            f"conditional.{place}.bias_ih": (gates * hidden,),
            f"conditional.{place}.bias_hh": (gates * hidden,),
        }
    for name, shape in expected.items():
        if name in weights and tuple(weights[name].shape) != shape:
            raise RuntimeError(f"{name} is {list(weights[name].shape)}, {list(shape)} is expected")
    if config.attention in ("dot", "general"):
        keys = len(weights["key.weight"]) if "key.weight" in weights else memory
        if keys != hidden:
            raise RuntimeError(f"keys of {keys} are scored with states of {hidden}")
    if config.bridge == "none" and config.start in ("layers", "top", "mean") and memory != hidden:
        raise RuntimeError(f"the decoder's {hidden} cannot begin with the encoder's {memory}")
