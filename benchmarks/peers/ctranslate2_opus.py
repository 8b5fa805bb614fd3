"""CTranslate2 int8 on a Transformer of the size of OPUS-MT, with random weights.

What a user would otherwise pick for French to English. Six encoder and six decoder layers, width
512, 8 heads, inner width 2,048, swish, a shared table of 59,514 words, as OPUS-MT's models have.
Random weights and a forced length cost the same time as trained ones; what is translated means
nothing. There is no vocabulary map (its own candidate list): OPUS-MT's models come without.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np

LAYERS, WIDTH, HEADS, INNER, VOCABULARY = 6, 512, 8, 2048, 59_514
SPECIAL = ("</s>", "<unk>")


def words(count: int) -> list[str]:
    """Return made-up words of the vocabulary."""
    return [f"w{number}" for number in range(count)]


def save_model(
    folder: Path,
    *,
    layers: int = LAYERS,
    width: int = WIDTH,
    heads: int = HEADS,
    inner: int = INNER,
    vocabulary: int = VOCABULARY,
) -> None:
    """Write the model into a folder, quantized to int8."""
    draw = np.random.default_rng(1).standard_normal
    spec = ctranslate2.specs.TransformerSpec.from_config(
        layers, heads, pre_norm=False, activation=ctranslate2.specs.common_spec.Activation.SWISH
    )
    table = (draw((vocabulary, width), dtype=np.float32) * width**-0.5).astype(np.float32)

    def linear(target: Any, out: int, into: int) -> None:
        target.weight = draw((out, into), dtype=np.float32) * np.float32(into**-0.5)
        target.bias = np.zeros(out, dtype=np.float32)

    def norm(target: Any) -> None:
        target.gamma, target.beta = np.ones(width, np.float32), np.zeros(width, np.float32)

    def attention(target: Any, widths: Sequence[int]) -> None:
        norm(target.layer_norm)
        for part, out in zip(target.linear, widths, strict=True):
            linear(part, out, width)

    for side in (spec.encoder, spec.decoder):
        side.position_encodings.encodings = _positions(512, width)
        for layer in side.layer:
            attention(layer.self_attention, (3 * width, width))
            if side is spec.decoder:
                attention(layer.attention, (width, 2 * width, width))
            linear(layer.ffn.linear_0, inner, width)
            linear(layer.ffn.linear_1, width, inner)
            norm(layer.ffn.layer_norm)
    spec.encoder.embeddings[0].weight = table
    spec.decoder.embeddings.weight = spec.decoder.projection.weight = table
    spec.decoder.projection.bias = np.zeros(vocabulary, dtype=np.float32)
    spec.decoder.start_from_zero_embedding = True
    tokens = [*SPECIAL, *words(vocabulary - len(SPECIAL))]
    spec.register_source_vocabulary(tokens)
    spec.register_target_vocabulary(tokens)
    spec.config.decoder_start_token = "</s>"
    spec.config.add_source_eos = True
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))


def _positions(count: int, width: int) -> np.ndarray[Any, Any]:
    """Return the sinusoids [count, width] of Vaswani et al. 2017, sines first."""
    rates = 10_000 ** (-np.arange(width // 2) / (width // 2))
    angles = np.arange(count)[:, None] * rates
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(np.float32)


class OpusSize:
    """The model at work on sentences of given lengths; there is no text.

    Args:
        folder: what `save_model` left.
        threads: to work with.
        parallel: whether they share the work of one batch (for one sentence) or each has batches
            of its own, which its makers advise for many.
    """

    def __init__(self, folder: Path, threads: int, *, parallel: bool = False) -> None:
        self._translator = ctranslate2.Translator(
            str(folder),
            device="cpu",
            compute_type="int8",
            inter_threads=threads if parallel else 1,
            intra_threads=1 if parallel else threads,
        )

    def translate(self, sources: Sequence[int], target: int, beam: int) -> list[list[str]]:
        """Translate sentences of so many words into `target` words each."""
        results = self._translator.translate_batch(
            [words(length) for length in sources],
            beam_size=beam,
            min_decoding_length=target,
            max_decoding_length=target,
            max_batch_size=64,
        )
        return [result.hypotheses[0] for result in results]
