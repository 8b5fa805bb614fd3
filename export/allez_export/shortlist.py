"""The shortlist: which target words each source word may bring about, learnt from the model.

The model translates a sample of the training sources. At each step its best words, each with its
probability, are credited to the source words attended to, which gives the words expected of a
source word. A word spelled in several subwords is mostly decided with its first, and the others
follow from the spelling, not from what is attended to: so what is expected of a source word is
extended by the subwords that continue it in the training targets. What is expected with enough
probability is listed. Writes what `allez.model.shortlist` reads.

Letters: V vocabulary, B sentences, N rows of a step, S source length, M memory positions.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from allez import Translator
from allez.arrays import IntArray
from allez.bundle.contract import MEMORY_STEP
from allez.bundle.reader import Bundle
from allez.model.decode import decode
from allez.model.encoder import Encoding
from allez.model.model import Model
from allez.model.shortlist import LAYOUT, Shortlist
from allez.search.step import Source, Step, StepResult
from allez.text.tokenizer import Tokenizer
from allez_export.config import ConfigError, ShortlistConfig
from allez_export.data.read import Pair
from allez_export.evaluate import GREEDY, bleu
from allez_export.vocabulary import EOS, PAD

Floats = npt.NDArray[np.float32]

TOP = 24
"""Words of a step that are credited."""

ATTENDED = 4
"""Source positions of a step that they are credited to."""

CONTINUED = 2
"""Subwords that a word is extended by."""

MOST_LEARNT = 24_000
"""Subwords at most: the tables of who brings about whom are as wide as they are long (2.3 GB)."""

_FIRST = 3
"""Below are pad, bos and eos."""

_SHOWN = 4096
"""Sentences between two movements of the progress bar."""
_ROWS = 1000
"""Source words looked at together."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What translating a sample has shown."""

    expected: Floats
    """[V, V]: how many times a target word (column) was expected of a source word (row)."""
    source: npt.NDArray[np.int64]
    """[V]: how many times each source word was read."""
    sentences: int

    @property
    def frequency(self) -> Floats:
        """[V]: how many times a target word was expected in all."""
        total: Floats = self.expected.sum(axis=0)
        return total


class _Watched:
    """A step that credits the words it offers to the source words attended to."""

    def __init__(self, step: Step, sentences: Sequence[Sequence[int]], expected: Floats) -> None:
        longest = max(map(len, sentences))
        self._step = step
        self._expected = expected
        self._source = np.full((len(sentences), longest + MEMORY_STEP), PAD, dtype=np.int64)
        for row, ids in enumerate(sentences):
            self._source[row, : len(ids)] = ids

    def __call__(
        self, token: IntArray, parent: IntArray, k: int, *, full: bool = False
    ) -> StepResult:
        result = self._step(token, parent, max(k, TOP), full=full)
        live = token != EOS  # the others have come to their end
        attention = result.attention[live]  # [N, M]
        positions = np.argsort(-attention, axis=1, kind="stable")[:, :ATTENDED]
        weights = np.take_along_axis(attention, positions, axis=1)
        words = np.take_along_axis(self._source[live], positions, axis=1)
        credit = weights[:, :, None] * np.exp(result.top_log_probs[live])[:, None, :]
        np.add.at(self._expected, (words[:, :, None], result.top_tokens[live][:, None, :]), credit)
        return StepResult(
            result.top_log_probs[:, :k], result.top_tokens[:, :k], result.attention, None
        )

    def keep(self, sentences: IntArray) -> None:
        self._source = self._source[sentences]
        self._step.keep(sentences)


class _WatchedModel:
    """A model whose steps are watched, as `decode` asks for it."""

    def __init__(self, model: Model, expected: Floats) -> None:
        self._model = model
        self._expected = expected
        self.bos, self.eos = model.bos, model.eos

    def encode(self, source: Source) -> tuple[list[int], Encoding]:
        return source.feeds()["source"][0].tolist(), self._model.encode(source)

    def start(
        self,
        encodings: Sequence[tuple[list[int], Encoding]],
        shortlists: Sequence[IntArray] | None = None,
    ) -> Step:
        ids, read = zip(*encodings, strict=True)
        return _Watched(self._model.start(read, shortlists), ids, self._expected)


def watch(bundle: Bundle, sentences: Sequence[Sequence[int]]) -> Evidence:
    """Translate sentences (source ids, eos last; all different) greedily, and watch the model."""
    manifest = bundle.manifest
    if manifest.target.size > MOST_LEARNT:
        raise ConfigError(
            f"a shortlist takes {MOST_LEARNT:,} subwords at most, not {manifest.target.size:,}",
            hint="remove [shortlist] from the configuration",
        )
    if manifest.attention == "none":
        raise ConfigError(
            "a shortlist is learnt from attention, and the model has none",
            hint="remove [shortlist] from the configuration",
        )
    expected = np.zeros((manifest.target.size, manifest.target.size), dtype=np.float32)
    model = Model(bundle)
    watched = _WatchedModel(model, expected)
    with tqdm(total=len(sentences), desc="shortlist", unit="", leave=False, disable=None) as bar:
        for start in range(0, len(sentences), _SHOWN):
            some = sentences[start : start + _SHOWN]
            decode(watched, [model.request(ids) for ids in some], GREEDY)
            bar.update(len(some))
    read = np.bincount(
        np.fromiter((i for ids in sentences for i in ids), dtype=np.int64),
        minlength=manifest.target.size,
    )
    return Evidence(expected, read, len(sentences))


def continuations(tokenizer: Tokenizer, targets: Sequence[Sequence[int]]) -> Floats:
    """Return [V, V]: how probably a subword (row) is continued by another (column).

    Args:
        tokenizer: knows which subwords begin a word.
        targets: ids of sentences.
    """
    size = tokenizer.size
    inside = np.array([not piece.startswith("▁") for piece in tokenizer.pieces(range(size))])
    inside[:_FIRST] = False
    flat = np.fromiter((i for ids in targets for i in (*ids, EOS)), dtype=np.int64)
    counts = np.zeros((size, size), dtype=np.float32)
    chosen = inside[flat[1:]]
    np.add.at(counts, (flat[:-1][chosen], flat[1:][chosen]), 1)
    counts /= np.maximum(np.bincount(flat, minlength=size), 1)[:, None]
    return counts


def choose(evidence: Evidence, continued: Floats, config: ShortlistConfig) -> list[IntArray]:
    """Return the list of every source word, ascending ids; that of eos holds the common words.

    Args:
        evidence: what was expected of each source word.
        continued: see `continuations`.
        config: how much is listed; where more is probable enough, the most probable of it.
    """
    size = len(evidence.source)
    common = np.argsort(-evidence.frequency, kind="stable")[: config.common]
    common = common[common >= _FIRST]
    columns = np.flatnonzero(continued.any(axis=0))
    follow = np.ascontiguousarray(continued[:, columns])
    parts: list[tuple[IntArray, IntArray, Floats]] = []
    for start in range(0, size, _ROWS):  # a few rows at a time: they are wide
        rows = slice(start, start + _ROWS)
        probable = evidence.expected[rows] / np.maximum(evidence.source[rows], 1)[:, None]
        probable = probable.astype(np.float32)  # [rows, V]
        last = probable
        for _ in range(CONTINUED):
            longer = np.zeros_like(probable)
            longer[:, columns] = last @ follow
            probable, last = probable + longer, longer
        probable[:, :_FIRST] = probable[:, common] = 0  # eos is always listed, as these are
        source, target = np.nonzero(probable >= config.least)
        other = source + start != target  # so is a word itself
        source, target = source[other], target[other]
        parts.append((source + start, target, probable[source, target]))
    sources, targets, chances = (np.concatenate(column) for column in zip(*parts, strict=True))
    room = max(config.most_bytes - 8 - 2 * size - 2 * len(common), 0) // 2
    kept = np.argsort(-chances, kind="stable")[:room]
    order = np.lexsort((targets[kept], sources[kept]))
    ends = np.cumsum(np.bincount(sources[kept], minlength=size))[:-1]
    lists = np.split(targets[kept][order].astype(np.int64), ends)
    lists[EOS] = np.union1d(lists[EOS], common)
    return lists


def pack(lists: Sequence[Iterable[int]]) -> bytes:
    """Return the file of the lists [V], each of ids below V."""
    unique = [sorted(set(ids)) for ids in lists]
    head = struct.pack("<II", LAYOUT, len(lists))
    counts = np.array([len(ids) for ids in unique], dtype="<u2")
    ids = np.fromiter((i for some in unique for i in some), dtype="<u2")
    return head + counts.tobytes() + ids.tobytes()


def learn(
    bundle: Bundle, pairs: Sequence[Pair], config: ShortlistConfig
) -> tuple[bytes, dict[str, Any]]:
    """Return the shortlist learnt from pairs, and what it was learnt from.

    Args:
        bundle: what translates; without a shortlist.
        pairs: a sample of the training data.
        config: how much is listed.
    """
    tokenizer = Tokenizer(bundle.text("tokenizer"))
    most = bundle.manifest.input.tokens
    sources = tokenizer.encode_batch([source for source, _ in pairs])
    targets = tokenizer.encode_batch([target for _, target in pairs])
    different = dict.fromkeys((*ids, EOS) for ids in sources if 1 <= len(ids) <= most)
    evidence = watch(bundle, [list(ids) for ids in different])
    lists = choose(evidence, continuations(tokenizer, targets), config)
    data = pack(lists)
    return data, {
        "sentences": evidence.sentences,
        "listed": sum(map(len, lists)),
        "common": len(lists[EOS]),
        "bytes": len(data),
    }


def compare(bundle: Bundle, files: Sequence[tuple[str, Sequence[Pair]]]) -> dict[str, Any]:
    """Return for each file what the shortlist changes, and how much of what was said it holds.

    Args:
        bundle: with a shortlist.
        files: name and pairs of each.
    """
    manifest = bundle.manifest
    shortlist = Shortlist(bundle.data("shortlist"), manifest.target.size, manifest.target.eos)
    pieces = Tokenizer(bundle.text("tokenizer")).pieces(range(manifest.target.size))
    ids = {piece: token for token, piece in enumerate(pieces)}
    report: dict[str, Any] = {}
    with Translator(bundle, threads=1) as translator:
        for name, pairs in files:
            sources, references = [s for s, _ in pairs], [t for _, t in pairs]
            whole = list(translator.translate_batch(sources, shortlist=False))
            listed = list(translator.translate_batch(sources, shortlist=True))
            found = tokens = size = sentences = 0
            for sentence in (sentence for result in whole for sentence in result.sentences):
                candidates = set(shortlist([ids[t] for t in sentence.source_tokens]).tolist())
                found += sum(ids[token] in candidates for token in sentence.tokens)
                tokens += len(sentence.tokens)
                size += len(candidates)
                sentences += 1
            same = sum(a.text == b.text for a, b in zip(whole, listed, strict=True))
            before, _ = bleu([result.text for result in whole], references)
            after, _ = bleu([result.text for result in listed], references)
            report[name] = {
                "sentences": len(pairs),
                "recall": round(found / max(tokens, 1), 4),
                "listed": round(size / max(sentences, 1)),
                "identical": round(same / len(pairs), 4),
                "bleu_whole": round(before, 2),
                "bleu_shortlist": round(after, 2),
                "bleu_difference": round(after - before, 2),
            }
    return report


def comparison(report: Mapping[str, Mapping[str, Any]]) -> str:
    """Return what `compare` found as a Markdown table."""
    lines = [
        "| file | sentences | recall | listed | identical | BLEU, all words | BLEU | change |",
        f"| --- |{' ---: |' * 7}",
    ]
    for name, found in report.items():
        lines.append(
            f"| {name} | {found['sentences']} | {found['recall']:.2%} | {found['listed']} "
            f"| {found['identical']:.1%} | {found['bleu_whole']:.2f} "
            f"| {found['bleu_shortlist']:.2f} | {found['bleu_difference']:+.2f} |"
        )
    return "\n".join(lines)
