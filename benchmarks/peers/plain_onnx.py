"""The modules through `torch.onnx.export` as they are, and the usual loop in NumPy around them.

What a tutorial does: no operator written for the export, log-probabilities of all words handed to
the host at every step, states and memory as arrays, memory repeated for every row of the beam,
the search in NumPy, ONNX Runtime as it comes (all optimisations, fp32). The encoder reads one
sentence at a time, since the exported recurrent layer knows no lengths.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
import tokenizers

from benchmarks.peers.beam import Beams

Array = npt.NDArray[Any]


class PlainOnnx:
    """Loads what `prepare` left; takes and gives text.

    Args:
        folder: with `encoder.onnx`, `decoder.onnx`, `options.json` and `tokenizer.json`.
        threads: of each session; all else is ONNX Runtime's default.
    """

    def __init__(self, folder: Path, threads: int) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._encoder = ort.InferenceSession(folder / "encoder.onnx", options)
        self._decoder = ort.InferenceSession(folder / "decoder.onnx", options)
        content = json.loads((folder / "options.json").read_text(encoding="utf-8"))
        self._bos, self._eos, _ = content["tokens"]
        self._limits: tuple[float, int] = tuple(content["limits"])
        self._penalty: float = content["length_penalty"]
        self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._states = [i.name for i in self._decoder.get_inputs() if i.name.startswith("state")]

    def translate(self, texts: Sequence[str], beam: int) -> list[str]:
        """Return the translation of each sentence; all are decoded as one batch."""
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        found = self.search([[*e.ids, self._eos] for e in encodings], beam)
        return [self._tokenizer.decode(list(tokens)) for tokens in found]

    def search(self, sources: Sequence[Sequence[int]], beam: int) -> list[tuple[int, ...]]:
        """Return the target ids of each source, which ends with eos."""
        encoded = [self._encoder.run(None, {"source": np.array([s])}) for s in sources]
        memory = [_pad([e[i] for e in encoded], value) for i, value in enumerate((0, 0, -1e9))]
        states = [np.concatenate([e[i] for e in encoded]) for i in range(3, len(encoded[0]))]
        slope, extra = self._limits
        limits = [int(slope * len(s)) + extra for s in sources]
        beams = Beams(limits, beam, self._eos, self._penalty)
        token = np.full(len(sources), self._bos, dtype=np.int64)  # [N]
        score = np.zeros((len(sources), 1), dtype=np.float32)  # [B, K]
        repeated = memory
        while True:
            feeds = dict(zip(("memory", "keys", "memory_mask"), repeated, strict=True))
            feeds |= {"token": token, **dict(zip(self._states, states, strict=True))}
            log_probs, *states = self._decoder.run(None, feeds)  # [N, V]
            if beam == 1:
                best = log_probs.argmax(axis=1)[:, None].tolist()
                rows = beams.advance([[0.0]] * len(token), [[0]] * len(token), best)
            else:
                rows = beams.advance(*_best(score, log_probs, 2 * beam))
            if rows is None:
                return beams.best
            if rows.kept is not None:
                memory = [part[rows.kept] for part in memory]
            if rows.kept is not None or len(token) < len(rows.token):
                repeated = [np.repeat(part, beam, axis=0) for part in memory]
            if beam > 1 or rows.kept is not None:
                states = [state[rows.parent] for state in states]
            token = np.array(rows.token, dtype=np.int64)
            score = np.array(rows.score, dtype=np.float32).reshape(-1, beam)


def _pad(parts: list[Array], value: float) -> Array:
    """Join [1, M, ...] arrays of different M."""
    longest = max(part.shape[1] for part in parts)
    joined = np.full((len(parts), longest, *parts[0].shape[2:]), value, dtype=np.float32)
    for row, part in enumerate(parts):
        joined[row, : part.shape[1]] = part[0]
    return joined


def _best(
    score: Array, log_probs: Array, count: int
) -> tuple[list[list[float]], list[list[int]], list[list[int]]]:
    """Return scores, rows and tokens of each sentence's best continuations, each [B, count]."""
    batch, vocabulary = len(score), log_probs.shape[1]
    total = (score[:, :, None] + log_probs.reshape(batch, -1, vocabulary)).reshape(batch, -1)
    some = np.argpartition(total, -count, axis=1)[:, -count:]  # [B, count], in no order
    order = np.argsort(-np.take_along_axis(total, some, axis=1), axis=1, kind="stable")
    place = np.take_along_axis(some, order, axis=1)
    best = np.take_along_axis(total, place, axis=1)
    return best.tolist(), (place // vocabulary).tolist(), (place % vocabulary).tolist()
