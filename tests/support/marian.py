"""Marian's files written by hand, and its students computed by hand, from the published equations.

A student's arrays are drawn at random. NumPy in double precision says what they must give.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

FLOAT32, FLOAT16, INT8, BERGAMOT, OWN = 0x404, 0x402, 0x101, 0x4101, 0x10001
AVX512 = 0x12001

SETTINGS: dict[str, Any] = {
    "type": "transformer",
    "transformer-decoder-autoreg": "rnn",
    "dec-cell": "ssru",
    "dim-emb": 16,
    "enc-depth": 2,
    "dec-depth": 2,
    "transformer-heads": 2,
    "transformer-dim-ffn": 24,
    "transformer-ffn-activation": "relu",
    "transformer-preprocess": "",
    "transformer-postprocess": "dan",
    "transformer-postprocess-emb": "d",
    "transformer-postprocess-top": "",
    "transformer-tied-layers": [],
    "tied-embeddings-all": True,
    "version": "v1.12.42 b7be0e964 2025-05-24",
}


def settings_text(settings: Mapping[str, Any]) -> str:
    """Return settings as Marian writes them."""
    lines = []
    for key, value in settings.items():
        if isinstance(value, list):
            items = "".join(f"\n  - {item}" for item in value) or "\n  []"
            lines.append(f"{key}:{items}")
        elif isinstance(value, bool):
            lines.append(f"{key}: {str(value).lower()}")
        else:
            lines.append(f"{key}: {value}" if value != "" else f'{key}: ""')
    return "\n".join(lines) + "\n"


class _Drawn:
    """Arrays of a student, drawn by name one after the other."""

    def __init__(self, settings: Mapping[str, Any], seed: int) -> None:
        self.settings, self.width = settings, settings["dim-emb"]
        self.arrays: dict[str, Array] = {}
        self._generator = np.random.default_rng(seed)

    def add(self, name: str, *shape: int, size: float | None = None) -> None:
        scale = (shape[0] ** -0.5) * 1.2 if size is None else size
        self.arrays[name] = (self._generator.standard_normal(shape) * scale).astype(np.float32)

    def norm(self, name: str) -> None:
        suffixes = ["_pre"] * ("n" in self.settings["transformer-preprocess"])
        suffixes += [""] * ("n" in self.settings["transformer-postprocess"])
        for suffix in suffixes:
            self.add(f"{name}_ln_bias{suffix}", 1, self.width, size=0.2)
            self.add(f"{name}_ln_scale{suffix}", 1, self.width, size=0.3)
            self.arrays[f"{name}_ln_scale{suffix}"] += 1

    def attention(self, name: str) -> None:
        for part in "qkvo":
            self.add(f"{name}_W{part}", self.width, self.width)
            self.add(f"{name}_b{part}", 1, self.width, size=0.2)
        self.norm(f"{name}_Wo")

    def feed_forward(self, name: str, hidden: int, depth: int) -> None:
        sizes = [self.width, *[hidden] * (depth - 1), self.width]
        for layer, shape in enumerate(pairwise(sizes), 1):
            self.add(f"{name}_W{layer}", *shape)
            self.add(f"{name}_b{layer}", 1, shape[1], size=0.2)
        self.norm(f"{name}_ffn")

    def encoder(self) -> None:
        settings = self.settings
        depth = settings.get("transformer-ffn-depth", 2)
        for layer in range(1, settings["enc-depth"] + 1):
            self.attention(f"encoder_l{layer}_self")
            self.feed_forward(f"encoder_l{layer}_ffn", settings["transformer-dim-ffn"], depth)

    def decoder(self) -> None:
        settings, width = self.settings, self.width
        hidden = settings.get("transformer-decoder-dim-ffn", 0) or settings["transformer-dim-ffn"]
        depth = settings.get("transformer-decoder-ffn-depth", 0)
        depth = depth or settings.get("transformer-ffn-depth", 2)
        order = settings["transformer-tied-layers"] or range(1, settings["dec-depth"] + 1)
        for layer in sorted(set(order)):
            name = f"decoder_l{layer}"
            self.add(f"{name}_rnn_W", width, width)
            self.add(f"{name}_rnn_Wf", width, width)
            self.add(f"{name}_rnn_bf", 1, width, size=0.2)
            self.norm(f"{name}_rnn_ffn")
            self.attention(f"{name}_context")
            self.feed_forward(f"{name}_ffn", hidden, depth)

    def ends(self) -> None:
        for side in ("encoder", "decoder"):
            for end, setting in (("top", "postprocess-top"), ("emb", "postprocess-emb")):
                if "n" in self.settings[f"transformer-{setting}"]:
                    self.add(f"{side}_{end}_ln_bias", 1, self.width, size=0.2)
                    self.add(f"{side}_{end}_ln_scale", 1, self.width)

    def tables(self) -> None:
        settings, width = self.settings, self.width
        source, target = settings["dim-vocabs"]
        if settings["tied-embeddings-all"]:
            self.add("Wemb", source, width, size=1.5)
        elif settings.get("tied-embeddings-src"):
            self.add("Wemb", source, width, size=0.4)
        else:
            self.add("encoder_Wemb", source, width, size=0.4)
            self.add("decoder_Wemb", target, width, size=0.4)
        if not (settings["tied-embeddings-all"] or settings.get("tied-embeddings")):
            self.add("decoder_ff_logit_out_W", width, target)
        if not settings.get("output-omit-bias"):
            self.add("decoder_ff_logit_out_b", 1, target, size=0.5)


def draw(settings: Mapping[str, Any], *, seed: int = 1) -> dict[str, Array]:
    """Return arrays of a student with these settings."""
    drawn = _Drawn(settings, seed)
    drawn.encoder()
    drawn.decoder()
    drawn.ends()
    drawn.tables()
    return drawn.arrays


# --- files ----------------------------------------------------------------------------------


def npz(arrays: Mapping[str, Array], settings: Mapping[str, Any]) -> bytes:
    """Return a `.npz`."""
    written = io.BytesIO()
    text = (settings_text(settings) + "\0").encode()
    every = {**arrays, "special:model.yml": np.frombuffer(text, dtype=np.int8)}
    with zipfile.ZipFile(written, "w") as archive:
        for name, array in every.items():
            part = io.BytesIO()
            np.lib.format.write_array(part, np.ascontiguousarray(array), version=(1, 0))
            archive.writestr(f"{name}.npy", part.getvalue())
    return written.getvalue()


def on_grids(arrays: Mapping[str, Array]) -> dict[str, tuple[Array, float]]:
    """Return matrices as Marian's int8: values, and the factor that they were multiplied by."""
    found = {}
    for name, array in arrays.items():
        if len(array) > 1:
            factor = np.float32(127 / np.abs(array).max())
            found[name] = (np.rint(array * factor).astype(np.int8), float(factor))
    return found


def bin_file(
    arrays: Mapping[str, Array], settings: Mapping[str, Any], *, kind: int = FLOAT32
) -> bytes:
    """Return a `.bin`, its matrices float32, or int8 of one kind or the other."""
    text = (settings_text(settings) + "\0").encode()
    items = [("special:model.yml", INT8, (len(text),), text)]
    floats = {FLOAT32: "<f4", FLOAT16: "<f2"}
    integers = {} if kind in floats else on_grids(arrays)
    for name, array in sorted(arrays.items()):
        if name not in integers or (kind == OWN and "Wemb" in name):
            type_ = kind if kind in floats else FLOAT32
            items.append((name, type_, array.shape, array.astype(floats[type_]).tobytes()))
            continue
        values, factor = integers[name]
        stored = values if "Wemb" in name else np.ascontiguousarray(values.T)
        items.append((name, kind, array.shape, stored.tobytes() + struct.pack("<f", factor)))
        if kind == BERGAMOT:  # "none" is the vocabulary layer's input
            for known in (name, "none") if name == "Wemb" else (name,):
                items.append((f"{known}_QuantMultA", FLOAT32, (1,), struct.pack("<f", 127 / 4.5)))
    # Each block begins at a multiple of 256 bytes, as Marian aligns them.
    items = [(n, k, s, data + bytes(-len(data) % 256)) for n, k, s, data in items]
    head = struct.pack("<2Q", 1, len(items))
    for name, type_, shape, data in items:
        head += struct.pack("<4Q", len(name) + 1, type_, len(shape), len(data))
    head += b"".join(name.encode() + b"\0" for name, *_ in items)
    head += b"".join(struct.pack(f"<{len(shape)}i", *shape) for _, _, shape, _ in items)
    padding = -(len(head) + 8) % 256
    head += struct.pack("<Q", padding) + bytes(padding)
    return head + b"".join(data for *_, data in items)


def lists_file(lists: Sequence[Sequence[int]], first: int) -> bytes:
    """Return a binary lexical shortlist."""
    flat = [word for words in lists for word in words]
    ends = np.cumsum([0, *map(len, lists)]).astype("<u8")
    head = struct.pack("<6Q", 0xF11A48D5013417F5, 7, first, 5, len(ends), len(flat))
    return head + ends.tobytes() + np.array(flat, dtype="<u4").tobytes()


# --- equations ------------------------------------------------------------------------------


class Student:
    """What Marian computes of these arrays, one sentence and one step at a time, in float64."""

    def __init__(self, arrays: Mapping[str, Array], settings: Mapping[str, Any]) -> None:
        self.arrays = {name: array.astype(np.float64) for name, array in arrays.items()}
        self.settings = settings
        self.width, self.heads = settings["dim-emb"], settings["transformer-heads"]
        depth = settings["dec-depth"]
        self.order = settings["transformer-tied-layers"] or list(range(1, depth + 1))

    def log_probs(self, source: Sequence[int], target: Sequence[int]) -> Array:
        """Return [T, V]: of each word, given those of the target before it."""
        memory = self.encode(source)
        cells = [np.zeros(self.width) for _ in self.order]
        found, previous = [], None
        for place, word in enumerate(target):
            found.append(self._step(previous, place, cells, memory))
            previous = word
        return np.stack(found)

    def encode(self, source: Sequence[int]) -> Array:
        """Return the last layer [S, d]."""
        x = self._embedded("encoder", list(source), range(len(source)))
        for layer in range(1, self.settings["enc-depth"] + 1):
            name = f"encoder_l{layer}_self"
            x = self._around(f"{name}_Wo", x, lambda y, name=name: self._attend(name, y, y))
            x = self._feed_forward(f"encoder_l{layer}_ffn", x)
        return self._top("encoder", x)

    def _step(self, word: int | None, place: int, cells: list[Array], memory: Array) -> Array:
        words = [] if word is None else [word]
        x = self._embedded("decoder", words, [place])
        for index, layer in enumerate(self.order):
            name = f"decoder_l{layer}"
            x = self._around(
                f"{name}_rnn_ffn", x, lambda y, i=index, n=name: self._unit(n, y, cells, i)
            )
            context = f"{name}_context"
            x = self._around(
                f"{context}_Wo", x, lambda y, name=context: self._attend(name, y, memory)
            )
            x = self._feed_forward(f"{name}_ffn", x)
        x = self._top("decoder", x)
        if "decoder_ff_logit_out_W" in self.arrays:
            table = self.arrays["decoder_ff_logit_out_W"]
        else:
            table = self.arrays["Wemb" if "Wemb" in self.arrays else "decoder_Wemb"].T
        logits = x[0] @ table
        if "decoder_ff_logit_out_b" in self.arrays:
            logits = logits + self.arrays["decoder_ff_logit_out_b"][0]
        return logits - np.log(np.exp(logits - logits.max()).sum()) - logits.max()

    def _unit(self, name: str, x: Array, cells: list[Array], index: int) -> Array:
        weights = self.arrays
        opening = x @ weights[f"{name}_rnn_Wf"] + weights[f"{name}_rnn_bf"]
        forget = 1 / (1 + np.exp(-opening[0]))
        cells[index] = forget * cells[index] + (1 - forget) * (x @ weights[f"{name}_rnn_W"])[0]
        return np.maximum(cells[index], 0)[None]

    def _embedded(self, side: str, words: list[int], places: Sequence[int]) -> Array:
        table = self.arrays.get("Wemb", self.arrays.get(f"{side}_Wemb"))
        assert table is not None
        half = self.width // 2
        speeds = 10000.0 ** (-np.arange(half) / (half - 1))
        angles = np.array(places)[:, None] * speeds
        x = np.concatenate([np.sin(angles), np.cos(angles)], axis=1)
        if words:
            x = x + np.sqrt(self.width) * table[words]
        has = "n" in self.settings["transformer-postprocess-emb"]
        return self._norm(f"{side}_emb_ln", x) if has else x

    def _attend(self, name: str, x: Array, memory: Array) -> Array:
        weights = self.arrays
        q, k, v = (
            (values @ weights[f"{name}_W{part}"] + weights[f"{name}_b{part}"])
            .reshape(len(values), self.heads, -1)
            .swapaxes(0, 1)
            for part, values in (("q", x), ("k", memory), ("v", memory))
        )
        scores = q @ k.swapaxes(1, 2) / np.sqrt(q.shape[2])  # [h, N, S]
        shares = np.exp(scores - scores.max(axis=2, keepdims=True))
        shares /= shares.sum(axis=2, keepdims=True)
        context = (shares @ v).swapaxes(0, 1).reshape(len(x), -1)
        return context @ weights[f"{name}_Wo"] + weights[f"{name}_bo"]

    def _feed_forward(self, name: str, x: Array) -> Array:
        weights = self.arrays

        def through(y: Array) -> Array:
            kind = self.settings["transformer-ffn-activation"]
            steep = {"swish": 1.0, "gelu": 1.702}.get(kind, 0.0)
            depth = sum(key.startswith(f"{name}_W") for key in weights)
            for layer in range(1, depth + 1):
                if layer > 1:
                    y = y / (1 + np.exp(-steep * y)) if steep else np.maximum(y, 0)
                y = y @ weights[f"{name}_W{layer}"] + weights[f"{name}_b{layer}"]
            return y

        return self._around(f"{name}_ffn", x, through)

    def _around(self, name: str, x: Array, sublayer: Any) -> Array:
        before = "n" in self.settings["transformer-preprocess"]
        y = sublayer(self._norm(f"{name}_ln", x, "_pre") if before else x)
        for step in self.settings["transformer-postprocess"]:
            y = y + x if step == "a" else self._norm(f"{name}_ln", y) if step == "n" else y
        return y

    def _top(self, side: str, x: Array) -> Array:
        has = "n" in self.settings["transformer-postprocess-top"]
        return self._norm(f"{side}_top_ln", x) if has else x

    def _norm(self, name: str, x: Array, suffix: str = "") -> Array:
        mean = x.mean(axis=1, keepdims=True)
        deviation = np.sqrt(((x - mean) ** 2).mean(axis=1, keepdims=True) + 1e-6)
        scale, shift = (self.arrays[f"{name}_{part}{suffix}"] for part in ("scale", "bias"))
        return (x - mean) / deviation * scale + shift
