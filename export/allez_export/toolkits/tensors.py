"""A checkpoint's weights by name: taken one by one, so that what nobody took is noticed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from allez.errors import InputError
from allez_export.families.family import WHOLE
from allez_export.toolkits.pickles import Stored
from allez_export.toolkits.vocabulary import Vocabulary

NEVER = -1e4
"""Bias of words that the toolkit has not: no probability is left of it."""

MAX_WIDTH = 65_536

_SIGNS = {"opennmt": ("model", "vocab"), "joeynmt": ("model_state",), "fairseq": ("model", "cfg")}


def of_another(path: Path, content: Any, toolkit: str) -> InputError:
    """Return an error: a checkpoint is not of the toolkit that was named, perhaps of another."""
    keys = {str(key) for key in content} if isinstance(content, Mapping) else set[str]()
    others = [name for name, signs in _SIGNS.items() if keys.issuperset(signs)]
    hint = f"allez-export import {others[0]} …" if others else "allez-export import --list"
    return InputError(f"{path} is no checkpoint of {toolkit}", hint=hint)


class Weights:
    """The tensors of a checkpoint.

    Args:
        content: name to tensor, as `read_checkpoint` returns them.
        path: for messages.
        toolkit: that the file should be of.
        prefix: where the table lies in the file, for messages.

    Raises:
        InputError: it is no such table.
    """

    def __init__(self, content: Any, path: Path, toolkit: str, prefix: str = "") -> None:
        if not isinstance(content, Mapping):
            raise InputError(f"{path} holds no weights where {toolkit} keeps them", hint=WHOLE)
        self.path = path
        self._prefix = prefix
        self._stored = {str(k): v for k, v in content.items() if isinstance(v, Stored)}
        self._taken: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._stored

    def names(self, prefix: str) -> list[str]:
        """Return the names that begin so."""
        return [name for name in self._stored if name.startswith(prefix)]

    def take(self, name: str, rank: int | None = None) -> Tensor:
        """Return a tensor.

        Raises:
            InputError: it is missing, damaged, or not of such a rank.
        """
        if name not in self._stored:
            raise InputError(f"{self.path} lacks the weight {self._prefix}{name}", hint=WHOLE)
        self._taken.add(name)
        stored = self._stored[name]
        if rank is not None and len(stored.shape) != rank:
            raise InputError(
                f"{self.path}: {name} has the shape {list(stored.shape)}, not {rank} sizes",
                hint=WHOLE,
            )
        try:
            found = stored.tensor()
        except InputError as error:
            raise InputError(f"{self.path}: {name}: {error}", hint=WHOLE) from None
        if not torch.isfinite(found).all():
            raise InputError(
                f"{self.path}: {name} holds values that are not finite",
                hint="its training went wrong, or the file is damaged; name an earlier checkpoint",
            )
        return found

    def recurrent(self, prefix: str, to: str) -> tuple[dict[str, Tensor], int, bool]:
        """Return torch's LSTM or GRU under a name, how many layers it has, and if in two ways."""
        found: dict[str, Tensor] = {}
        layers = 0
        while f"{prefix}weight_ih_l{layers}" in self:
            layers += 1
        both = f"{prefix}weight_ih_l0_reverse" in self
        for layer in range(layers):
            for suffix in ("", "_reverse") if both else ("",):
                for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
                    name = f"{part}_l{layer}{suffix}"
                    if part.startswith("bias") and f"{prefix}{name}" not in self:  # bias=False
                        weight = self._stored[f"{prefix}weight_ih_l{layer}{suffix}"]
                        found[f"{to}{name}"] = torch.zeros(weight.shape[0])
                    else:
                        found[f"{to}{name}"] = self.take(
                            f"{prefix}{name}", 2 if part.startswith("weight") else 1
                        )
        if not layers:
            raise InputError(f"{self.path} lacks the weight {prefix}weight_ih_l0", hint=WHOLE)
        return found, layers, both

    def check_all_taken(self, known: Sequence[str] = ()) -> None:
        """Demand that every weight was used, but for those whose names end in certain ways.

        Raises:
            InputError: one was not: the model has a part that is not understood.
        """
        for name in self._stored:
            if name not in self._taken and not name.endswith(tuple(known)):
                raise InputError(
                    f"{self.path} has the weight {name}, which is of a part that is not supported",
                    hint="allez-export import --list says what is",
                )


def cell_of(weights: Mapping[str, Tensor], prefix: str) -> str:
    """Return `lstm` or `gru`, by the gates of a layer.

    Raises:
        InputError: it is neither.
    """
    ih, hh = weights[f"{prefix}weight_ih_l0"], weights[f"{prefix}weight_hh_l0"]
    gates = {4: "lstm", 3: "gru"}
    count, rest = divmod(len(hh), hh.shape[1])
    if rest or count not in gates or len(ih) != len(hh):
        raise InputError(
            f"a recurrent layer has {len(hh)} rows for a width of {hh.shape[1]}", hint=WHOLE
        )
    return gates[count]


def cells_of(weights: Mapping[str, Tensor], layers: int) -> dict[str, Tensor]:
    """Return the layers of a decoder, given as torch's, by the names that a family uses."""
    return {
        f"cells.{layer}.{part}": weights[f"{part}_l{layer}"]
        for layer in range(layers)
        for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    }


def extended(table: Tensor, vocabulary: Vocabulary, unknown: int | None) -> Tensor:
    """Return a table [V, E] with rows for the words behind the toolkit's own: as unknown, or 0.

    Raises:
        InputError: the table has not the vocabulary's size.
    """
    if len(table) != vocabulary.listed:
        raise InputError(
            f"a table has {len(table):,} rows, its vocabulary {vocabulary.listed:,} words",
            hint="is it the vocabulary that the checkpoint was trained with?",
        )
    row = torch.zeros(table.shape[1]) if unknown is None else table[unknown]
    return torch.cat([table, row.repeat(vocabulary.extra, 1)])


def extended_bias(bias: Tensor, vocabulary: Vocabulary) -> Tensor:
    """Return a bias [V] that lets no word behind the toolkit's own be said.

    Raises:
        InputError: it has not the vocabulary's size.
    """
    if len(bias) != vocabulary.listed:
        raise InputError(
            f"the output has {len(bias):,} words, its vocabulary {vocabulary.listed:,}",
            hint="is it the vocabulary that the checkpoint was trained with?",
        )
    return torch.cat([bias, torch.full((vocabulary.extra,), NEVER)])
