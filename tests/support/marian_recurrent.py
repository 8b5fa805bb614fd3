"""Marian's recurrent models, s2s and amun: drawn at random, and computed by hand in float64.

The equations are those of the conditional GRU (Firat & Cho 2016) as Marian writes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from support.marian import Array

SETTINGS: dict[str, Any] = {
    "type": "s2s",
    "dim-emb": 6,
    "dim-rnn": 8,
    "enc-type": "bidirectional",
    "enc-cell": "gru",
    "enc-cell-depth": 1,
    "enc-depth": 1,
    "dec-cell": "gru",
    "dec-cell-base-depth": 2,
    "dec-cell-high-depth": 1,
    "dec-depth": 1,
    "skip": False,
    "layer-normalization": False,
    "tied-embeddings": True,
    "tied-embeddings-all": False,
    "transformer-heads": 8,
    "input-types": [],
    "version": "v1.12.42",
}

AMUN = {
    "encoder_Wemb": "Wemb",
    "decoder_Wemb": "Wemb_dec",
    "decoder_cell2_W": "decoder_Wc",
    "decoder_cell2_Wx": "decoder_Wcx",
    "decoder_ff_logit_l2_Wt": "decoder_ff_logit_l2_Wt",
    "decoder_ff_logit_l2_b": "ff_logit_b",
    "decoder_ff_state_W": "ff_state_W",
    "decoder_ff_state_b": "ff_state_b",
    **{f"decoder_cell1_{p}": f"decoder_{p}" for p in ("U", "Ux", "W", "Wx", "b", "bx")},
    **{f"decoder_cell2_{p}": f"decoder_{p}_nl" for p in ("U", "Ux", "b", "bx")},
    **{
        f"encoder_bi_{way}{p}": f"encoder_{way}{p}"
        for way in ("", "r_")
        for p in ("U", "Ux", "W", "Wx", "b", "bx")
    },
    **{
        f"decoder_ff_logit_l1_{kind}{place}": f"ff_logit_{part}_{kind}"
        for kind in "Wb"
        for place, part in enumerate(("prev", "lstm", "ctx"))
    },
}
"""What Amun calls the arrays of s2s."""


def draw(settings: Mapping[str, Any], *, seed: int = 1) -> dict[str, Array]:
    """Return arrays of a model with these settings, by the names of its type."""
    generator = np.random.default_rng(seed)
    words, hidden = settings["dim-emb"], settings["dim-rnn"]
    arrays: dict[str, Array] = {}

    def add(name: str, *shape: int) -> None:
        scale = 0.3 if shape[0] == 1 else 1.3 * shape[0] ** -0.5
        arrays[name] = (generator.standard_normal(shape) * scale).astype(np.float32)

    def cell(name: str, inputs: int, kind: str) -> None:
        for part, size in (("U", hidden), ("W", inputs)):
            if size and kind == "lstm":
                add(f"{name}_{part}", size, 4 * hidden)
            elif size:
                add(f"{name}_{part}", size, 2 * hidden)
                add(f"{name}_{part}x", size, hidden)
        add(f"{name}_b", 1, (4 if kind == "lstm" else 2) * hidden)
        if kind == "gru":
            add(f"{name}_bx", 1, hidden)

    for way in ("bi", "bi_r"):
        for layer in range(1, settings["enc-depth"] + 1):
            more = f"_l{layer}_cell1" if layer > 1 else ""
            cell(f"encoder_{way}{more}", hidden if layer > 1 else words, settings["enc-cell"])
    for place in range(1, settings["dec-cell-base-depth"] + 1):
        inputs = {1: words, 2: 2 * hidden}.get(place, 0)
        cell(f"decoder_cell{place}", inputs, settings["dec-cell"])
    for layer in range(2, settings["dec-depth"] + 1):
        cell(f"decoder_l{layer}_cell1", hidden, settings["dec-cell"])
    add("decoder_U_att", 2 * hidden, 1)
    add("decoder_W_comb_att", hidden, 2 * hidden)
    add("decoder_Wc_att", 2 * hidden, 2 * hidden)
    add("decoder_b_att", 1, 2 * hidden)
    add("decoder_ff_state_W", 2 * hidden, hidden)
    add("decoder_ff_state_b", 1, hidden)
    for place, size in enumerate((words, hidden, 2 * hidden)):
        add(f"decoder_ff_logit_l1_W{place}", size, words)
        add(f"decoder_ff_logit_l1_b{place}", 1, words)
    source, target = settings["dim-vocabs"]
    if settings["tied-embeddings-all"]:
        add("Wemb", source, words)
    else:
        add("encoder_Wemb", source, words)
        add("decoder_Wemb", target, words)
        if not settings["tied-embeddings"]:
            add("decoder_ff_logit_l2_Wt", target, words)
    add("decoder_ff_logit_l2_b", 1, target)
    if settings["type"] != "amun":
        return arrays
    amun = {AMUN.get(name, name): array for name, array in arrays.items()}
    return {**amun, "decoder_c_tt": np.zeros((1, 0), dtype=np.float32)}


class Recurrent:
    """What Marian computes of these arrays, one sentence and one step at a time, in float64."""

    def __init__(self, arrays: Mapping[str, Array], settings: Mapping[str, Any]) -> None:
        theirs = {own: name for name, own in AMUN.items()} if settings["type"] == "amun" else {}
        self.arrays = {theirs.get(n, n): a.astype(np.float64) for n, a in arrays.items()}
        self.settings, self.hidden = settings, settings["dim-rnn"]

    def log_probs(self, source: Sequence[int], target: Sequence[int]) -> Array:
        """Return [T, V]: of each word, given those of the target before it."""
        weights, depth = self.arrays, self.settings["dec-depth"]
        memory = self.encode(source)
        start = memory.mean(axis=0) @ weights["decoder_ff_state_W"]
        start = np.tanh(start + weights["decoder_ff_state_b"][0])
        states = [(start, start) for _ in range(depth)]
        table = weights.get("Wemb", weights.get("decoder_Wemb"))
        assert table is not None
        output = weights.get("decoder_ff_logit_l2_Wt", table)
        word, found = np.zeros(table.shape[1]), []
        for token in target:
            state = self._cell("decoder_cell1", word, states[0])
            context = self._attend(state[0], memory)
            for place in range(2, self.settings["dec-cell-base-depth"] + 1):
                inputs = context if place == 2 else None
                state = self._cell(f"decoder_cell{place}", inputs, state, last=True)
            states[0] = state
            for layer in range(1, depth):
                name = f"decoder_l{layer + 1}_cell1"
                states[layer] = self._cell(name, states[layer - 1][0], states[layer])
            made = sum(
                part @ weights[f"decoder_ff_logit_l1_W{place}"]
                + weights[f"decoder_ff_logit_l1_b{place}"][0]
                for place, part in enumerate((word, states[-1][0], context))
            )
            logits = output @ np.tanh(made) + weights["decoder_ff_logit_l2_b"][0]
            logits -= logits.max()
            found.append(logits - np.log(np.exp(logits).sum()))
            word = table[token]
        return np.stack(found)

    def encode(self, source: Sequence[int]) -> Array:
        """Return the states of both directions [S, 2H], each a stack of its own."""
        table = self.arrays.get("Wemb", self.arrays.get("encoder_Wemb"))
        assert table is not None
        both = []
        for way, turn in (("bi", 1), ("bi_r", -1)):
            read = list(table[list(source)])[::turn]
            for layer in range(1, self.settings["enc-depth"] + 1):
                more = f"_l{layer}_cell1" if layer > 1 else ""
                state, states = (np.zeros(self.hidden), np.zeros(self.hidden)), []
                for x in read:
                    state = self._cell(f"encoder_{way}{more}", x, state)
                    states.append(state[0])
                read = states
            both.append(np.stack(read[::turn]))
        return np.concatenate(both, axis=1)

    def _attend(self, state: Array, memory: Array) -> Array:
        weights = self.arrays
        keys = memory @ weights["decoder_Wc_att"] + weights["decoder_b_att"]
        scores = np.tanh(keys + state @ weights["decoder_W_comb_att"]) @ weights["decoder_U_att"]
        shares = np.exp(scores[:, 0] - scores.max())
        return shares @ memory / shares.sum()

    def _cell(
        self, name: str, x: Array | None, state: tuple[Array, Array], *, last: bool = False
    ) -> tuple[Array, Array]:
        weights = self.arrays

        def product(part: str, vector: Array | None) -> Array | float:
            return 0.0 if vector is None else vector @ weights[f"{name}_{part}"]

        hidden, inner = state
        gates = product("W", x) + product("U", hidden) + weights[f"{name}_b"][0]
        if f"{name}_bx" not in weights:
            forget, take, new, out = np.split(gates, 4)
            inner = _sigmoid(forget) * inner + _sigmoid(take) * np.tanh(new)
            return _sigmoid(out) * np.tanh(inner), inner
        reset, keep = np.split(_sigmoid(gates), 2)
        from_state, bias = product("Ux", hidden), weights[f"{name}_bx"][0]
        if last:
            new = product("Wx", x) + reset * (from_state + bias)
        else:
            new = product("Wx", x) + reset * from_state + bias
        hidden = (1 - keep) * np.tanh(new) + keep * hidden
        return hidden, hidden


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))
