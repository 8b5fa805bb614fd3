"""Stage `align`: which words translate which, and what that says of every pair."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from allez.text.tokenizer import Tokenizer
from allez_export.data.align import SURE, learn_lexicon, score_examples, word_frequency
from allez_export.data.marked import unmarked
from allez_export.data.mix import sample_pairs
from allez_export.data.read import Pair
from allez_export.stages.inputs import load_sources
from allez_export.stages.workspace import Workspace, say


def run(work: Workspace) -> None:
    """Learn which words translate which, and score every pair by it."""
    config = work.config
    tokenizer = Tokenizer(work.need("vocabulary", "tokenizer.json").read_text(encoding="utf-8"))

    def encoded(pairs: Sequence[Pair]) -> list[tuple[list[int], list[int]]]:
        plain = [unmarked(pair) for pair in pairs]
        sides = [tokenizer.encode_batch([pair[side] for pair in plain]) for side in (0, 1)]
        return list(zip(*sides, strict=True))

    with work.writing("align") as folder:
        sources = load_sources(work, scored=False)
        seed = config.training.seed
        count = min(config.data.align_pairs, sum(map(len, sources)))
        drawn = list(sample_pairs(sources, config.data, count, seed))
        sample = [example for example in encoded(drawn) if example[0] and example[1]]
        say(f"align   {len(sample)} pairs")
        lexicon = learn_lexicon(sample, tokenizer.size)
        frequency = word_frequency(sample, tokenizer.size)
        scores = {}
        for source, pairs in zip(config.data.train, sources, strict=True):
            examples = encoded(pairs)
            judged = [i for i, (s, t) in enumerate(examples) if s and len(t) > SURE]
            scores[source.path] = np.full(len(pairs), np.inf, dtype=np.float32)
            found = score_examples([examples[i] for i in judged], lexicon, frequency)
            scores[source.path][judged] = found
        np.savez_compressed(folder / "scores.npz", **scores)  # type: ignore[arg-type]
