"""Marian's recurrent models, s2s and amun: a bidirectional encoder, a conditional decoder.

Amun's names are read as those of s2s. Knows nothing of files but their arrays and settings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from allez.errors import InputError
from allez_export.families.attentional.family import Attentional
from allez_export.families.attentional.model import AttentionalConfig
from allez_export.families.marian.weights import Weights
from allez_export.toolkits.tensors import NEVER

TYPES = ("s2s", "amun")

NEEDED: dict[str, tuple[Any, ...]] = {
    "type": TYPES,
    "layer-normalization": (False,),
    "skip": (False,),
    "enc-type": ("bidirectional",),
    "enc-cell": ("gru", "lstm"),
    "dec-cell": ("gru", "lstm"),
    "enc-cell-depth": (1,),
    "dec-cell-high-depth": (1,),
    "input-types": ([], None),
    "right-left": (False,),
    "ulr": (False,),
    "lemma-dim-emb": (0,),
    "lemma-dependency": ("", None),
    "factors-dim-emb": (0,),
}
"""Settings, and what they must be if they are there; the first is what is expected."""

READ = ("dim-emb", "dim-rnn", "dim-vocabs", "enc-depth", "dec-depth", "dec-cell-base-depth",
        "version")  # fmt: skip

IDLE = ("tied-embeddings", "tied-embeddings-all", "tied-embeddings-src", "output-omit-bias",
        "bert-", "transformer-", "factors-combine", "separator-symbol", "ulr-")  # fmt: skip
"""What the arrays tell, and what is of other models; settings that begin so."""

REASONS = {
    "layer-normalization": "no recurrent operator of ONNX normalizes within a cell",
    "enc-cell-depth": "no recurrent operator of ONNX has several cells in a row",
}

_AMUN = (
    (r"Wemb", "encoder_Wemb"),
    (r"Wemb_dec", "decoder_Wemb"),
    (r"encoder_((?:r_)?(?:U|Ux|W|Wx|b|bx))", r"encoder_bi_\1"),
    (r"decoder_(U|Ux|W|Wx|b|bx)", r"decoder_cell1_\1"),
    (r"decoder_(U|Ux|b|bx)_nl", r"decoder_cell2_\1"),
    (r"decoder_Wc(x?)", r"decoder_cell2_W\1"),
    (r"ff_logit_prev_(W|b)", r"decoder_ff_logit_l1_\g<1>0"),
    (r"ff_logit_lstm_(W|b)", r"decoder_ff_logit_l1_\g<1>1"),
    (r"ff_logit_ctx_(W|b)", r"decoder_ff_logit_l1_\g<1>2"),
    (r"ff_logit_b", "decoder_ff_logit_l2_b"),
    (r"ff_state_(W|b)", r"decoder_ff_state_\1"),
)
"""How s2s calls what Amun calls so."""


def _depths(settings: Mapping[str, Any]) -> tuple[str, list[int], int]:
    """Return the kind of cell, layers of encoder and decoder, and cells behind the attention."""
    cell = str(settings.get("enc-cell", "gru"))
    if settings.get("dec-cell", "gru") != cell:
        raise InputError(
            f"enc-cell is {cell}, dec-cell is not; models of one kind are read",
            hint="GRU on both sides, or LSTM",
        )
    layers = [int(settings.get(key, 1)) for key in ("enc-depth", "dec-depth")]
    behind = int(settings.get("dec-cell-base-depth", 2)) - 1
    if min(*layers, behind) < 1:
        raise InputError(
            "enc-depth and dec-depth are 1 at least, dec-cell-base-depth is 2",
            hint="allez-export import --list says what is read",
        )
    return cell, layers, behind


def recurrent(
    settings: Mapping[str, Any],
    arrays: Mapping[str, Tensor],
    words: Sequence[int],
    ends: Sequence[int],
    *,
    unknown: int,
    shared: bool,
) -> Attentional:
    """Return the model of some arrays.

    Args:
        settings: checked already.
        arrays: by Marian's names.
        words: of the source and the target.
        ends: ids that end them.
        unknown: id of the target's unknown word, which is never said.
        shared: whether both sides have one vocabulary, and so as many ids.

    Raises:
        InputError: the arrays are not those that the settings promise.
    """
    cell, layers, behind = _depths(settings)
    if settings["type"] == "amun":
        arrays = _renamed(arrays)
    found = Weights(arrays, {})
    cells = _Cells(found, cell, int(settings.get("dim-rnn", 1024)))
    width = int(settings["dim-emb"])
    weights = _tables(found, words, width, shared=shared)
    for way, suffix in (("bi", ""), ("bi_r", "_reverse")):
        for layer in range(layers[0]):
            more = "" if layer == 0 else f"_l{layer + 1}_cell1"
            read = cells.take(f"encoder_{way}{more}", cells.hidden if layer else width)
            weights |= {f"encoder.{part}_l{layer}{suffix}": w for part, w in read.items()}
    memory, hidden = 2 * cells.hidden, cells.hidden
    names = [("cells.0", "decoder_cell1", width, False)]
    names += [(f"cells.{n}", f"decoder_l{n + 1}_cell1", hidden, False) for n in range(1, layers[1])]
    for place in range(behind):
        inputs = 0 if place else memory
        names.append((f"conditional.{place}", f"decoder_cell{place + 2}", inputs, True))
    for name, theirs, inputs, last in names:
        read = cells.take(theirs, inputs, last=last)
        weights |= {f"{name}.{part}": weight for part, weight in read.items()}
    weights |= _attention(found, memory, hidden) | _readout(found, (width, hidden, memory))
    weights |= _bridge(found, memory, hidden, ("hidden", "cell")[: 2 if cell == "lstm" else 1])
    found.finish()
    config = AttentionalConfig(
        cell=cell, encoder_layers=layers[0], bidirectional=True, stacks=layers[0] > 1,
        decoder_layers=layers[1], start="mean", bridge="each", bridge_activation="tanh",
        attention="additive", conditional=behind, readout=("words", "hidden", "context"),
        bos=max(words) if shared else words[1], eos=ends[1], source_eos=ends[0], never=(unknown,),
    )  # fmt: skip
    return Attentional.load(config, weights)


def _bridge(found: Weights, memory: int, hidden: int, parts: Sequence[str]) -> dict[str, Tensor]:
    """Return what makes the decoder's first state, each part of it alike, of the mean memory."""
    start = found.matrix("decoder_ff_state_W", memory, hidden).T
    bias = found.vector("decoder_ff_state_b", hidden)
    return {
        f"bridge.{part}.{name}": array
        for part in parts
        for name, array in (("weight", start), ("bias", bias))
    }


def _renamed(arrays: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return Amun's arrays by the names of s2s."""
    found = {}
    for name, array in arrays.items():
        if name == "decoder_c_tt":  # empty, a remnant
            continue
        for pattern, new in _AMUN:
            matched = re.fullmatch(pattern, name)
            if matched:
                name = matched.expand(new)
                break
        found[name] = array
    return found


class _Cells:
    """Takes cells as torch lays them out, [gates x H, in].

    Args:
        weights: of the model.
        cell: `gru` or `lstm`.
        hidden: H.
    """

    def __init__(self, weights: Weights, cell: str, hidden: int) -> None:
        self._weights, self._cell, self.hidden = weights, cell, hidden

    def take(self, name: str, inputs: int, *, last: bool = False) -> dict[str, Tensor]:
        """Return a cell's weights.

        Args:
            name: what theirs begin with.
            inputs: how wide its input is; 0: it has none.
            last: whether it is not the first in a row: in a GRU, whose reset gate then weakens
                the bias too.
        """
        sizes = {"U": self.hidden, "W": inputs} if inputs else {"U": self.hidden}
        if self._cell == "lstm":
            found = {
                part: _gates(self._weights.matrix(f"{name}_{part}", size, 4 * self.hidden).T)
                for part, size in sizes.items()
            }
            bias = _gates(self._weights.vector(f"{name}_b", 4 * self.hidden))
            biases = (bias, torch.zeros_like(bias))
        else:
            found = {
                part: torch.cat([
                    self._weights.matrix(f"{name}_{part}", size, 2 * self.hidden),
                    self._weights.matrix(f"{name}_{part}x", size, self.hidden),
                ], dim=1).T
                for part, size in sizes.items()
            }  # fmt: skip
            gates = self._weights.vector(f"{name}_b", 2 * self.hidden)
            new = self._weights.vector(f"{name}_bx", self.hidden)
            none = torch.zeros_like(new)
            kept, weakened = (none, new) if last else (new, none)
            biases = (torch.cat([gates, kept]), torch.cat([torch.zeros_like(gates), weakened]))
        parts = {"weight_hh": found["U"], "bias_ih": biases[0], "bias_hh": biases[1]}
        return {**parts, "weight_ih": found["W"]} if inputs else parts


def _gates(weight: Tensor) -> Tensor:
    """Put Marian's gates [4H, ...], f i g o, into torch's order."""
    forget, opening, new, out = weight.chunk(4)
    return torch.cat([opening, forget, new, out])


def _tables(
    weights: Weights, words: Sequence[int], width: int, *, shared: bool
) -> dict[str, Tensor]:
    """Return what has a row for each word, and behind them one for the start of a target."""
    one = "Wemb" in weights
    source = weights.matrix("Wemb" if one else "encoder_Wemb", words[0], width)
    target = weights.matrix("Wemb" if one else "decoder_Wemb", words[1], width)
    size = (max(words) if shared else words[1]) + 1
    found = {"source_table": _with_rows(source, size) if shared else source}
    found["table"] = _with_rows(target, size)
    output = "decoder_ff_logit_l2"
    if f"{output}_Wt" in weights:
        found["output.weight"] = _with_rows(weights.matrix(f"{output}_Wt", words[1], width), size)
    elif f"{output}_W" in weights:
        matrix = weights.matrix(f"{output}_W", width, words[1]).T
        found["output.weight"] = _with_rows(matrix, size)
    bias = torch.zeros(words[1])
    if f"{output}_b" in weights:
        bias = weights.vector(f"{output}_b", words[1])
    found["output.bias"] = torch.cat([bias, torch.full((size - len(bias),), NEVER)])
    return found


def _with_rows(table: Tensor, rows: int) -> Tensor:
    return torch.cat([table, table.new_zeros(rows - len(table), table.shape[1])])


def _attention(weights: Weights, memory: int, hidden: int) -> dict[str, Tensor]:
    scores = weights.matrix("decoder_U_att", None, 1)
    return {
        "key.weight": weights.matrix("decoder_Wc_att", memory, len(scores)).T,
        "key.bias": weights.vector("decoder_b_att", len(scores)),
        "query.weight": weights.matrix("decoder_W_comb_att", hidden, len(scores)).T,
        "v": scores[:, 0],
    }


def _readout(weights: Weights, widths: Sequence[int]) -> dict[str, Tensor]:
    """Return the layer before the vocabulary's: of word, state and context, in that order."""
    name, out = "decoder_ff_logit_l1", widths[0]
    parts = [weights.matrix(f"{name}_W{part}", width, out) for part, width in enumerate(widths)]
    biases = [weights.vector(f"{name}_b{part}", out) for part in range(len(widths))]
    return {"readout.weight": torch.cat(parts).T, "readout.bias": torch.stack(biases).sum(dim=0)}
