"""Scores: BLEU and chrF of a bundle on test files, through the runtime and never through torch.

The one exception is `validate`, which a training run calls on weights that no bundle holds yet;
it too searches with the runtime's search.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import sacrebleu
from tqdm import tqdm

from allez.arrays import IntArray
from allez.bundle.manifest import Manifest
from allez.errors import InputError
from allez.model.decode import decode
from allez.model.encoder import ImageSource, TextSource
from allez.options import SearchOptions
from allez.search.beam import REVISION
from allez.search.constraints import repeats_allowed
from allez.search.step import RawHypothesis, Request, Source, Step
from allez.text.tokenizer import Tokenizer
from allez.translate.translator import Translator
from allez_export.config import LimitsConfig
from allez_export.data.read import Pair, read_pairs
from allez_export.families.family import Family, Read
from allez_export.records import Scored, file_digest
from allez_export.rouge import rouge
from allez_export.vocabulary import EOS

BUCKETS = (5, 10, 15, 25, 40)
"""Upper ends of the buckets of source length, in words; the last bucket is open."""

GREEDY = SearchOptions(beam_size=1)


def bleu(hypotheses: Sequence[str], references: Sequence[str]) -> tuple[float, str]:
    """Return corpus BLEU (Papineni et al. 2002; Post 2018) and sacreBLEU's signature."""
    metric = sacrebleu.BLEU()
    score = metric.corpus_score(list(hypotheses), [list(references)]).score
    return float(score), str(metric.get_signature())


def chrf(hypotheses: Sequence[str], references: Sequence[str]) -> tuple[float, str]:
    """Return corpus chrF2 (Popović 2015) and sacreBLEU's signature."""
    metric = sacrebleu.CHRF()
    score = metric.corpus_score(list(hypotheses), [list(references)]).score
    return float(score), str(metric.get_signature())


def sentence_chrf(hypothesis: str, reference: str) -> float:
    """Return chrF2 of one sentence."""
    return float(sacrebleu.sentence_chrf(hypothesis, [reference]).score)


def score_texts(
    sources: Sequence[str], hypotheses: Sequence[str], references: Sequence[str]
) -> dict[str, Any]:
    """Return BLEU, chrF and BLEU by source length of one test set."""
    buckets: dict[str, Any] = {}
    low = 1
    for high in (*BUCKETS, None):
        chosen = [
            i
            for i, source in enumerate(sources)
            if low <= len(source.split()) and (high is None or len(source.split()) <= high)
        ]
        if chosen:
            name = f"{low}-{high}" if high else f"{low}-"
            part, _ = bleu([hypotheses[i] for i in chosen], [references[i] for i in chosen])
            buckets[name] = {"sentences": len(chosen), "bleu": round(part, 2)}
        low = (high or 0) + 1
    b, b_signature = bleu(hypotheses, references)
    c, c_signature = chrf(hypotheses, references)
    return {
        "sentences": len(sources),
        "bleu": round(b, 2),
        "chrf": round(c, 2),
        "by_source_words": buckets,
        "signatures": {"bleu": b_signature, "chrf": c_signature},
    }


def evaluate_file(
    translator: Translator,
    path: Path,
    *,
    beam_size: int | None,
    limit: int | None = None,
    shortlist: bool = False,
    turned: bool = False,
) -> dict[str, Any]:
    """Translate a test file with a bundle and score it; `turned`: its second column."""
    pairs = list(read_pairs(path, turned=turned))[:limit]
    if not pairs:
        raise InputError(f"{path} holds no sentence pair to score")
    sources, references = [s for s, _ in pairs], [t for _, t in pairs]
    started = time.monotonic()
    results = translator.translate_batch(sources, beam_size=beam_size, shortlist=shortlist)
    shown: Iterable[Any] = tqdm(
        results, total=len(pairs), desc=path.name, leave=False, disable=None
    )
    hypotheses = [result.text for result in shown]
    seconds = time.monotonic() - started
    scores = score_texts(sources, hypotheses, references)
    manifest = translator.bundle.manifest
    return {
        "file": path.name,
        "beam_size": manifest.beam_size if beam_size is None else beam_size,
        "precision": manifest.precision,
        "threads": translator.threads,
        "sentences_per_second": round(len(pairs) / seconds, 1),
        **scores,
    }


def bundle_identity(manifest: Manifest) -> list[str]:
    """Return what a bundle's scores depend on: hashes of files that decide, and its search."""
    vocabularies = ("tokenizer", "source_tokenizer", "target_tokenizer")
    roles = ("encoder", "decoder", *vocabularies, "sentences", "shortlist")
    search = f"{manifest.search} rules {REVISION}"
    return [*(manifest.files[role].sha256 for role in roles if role in manifest.files), search]


def evaluate(
    translator: Translator,
    files: Sequence[Path],
    *,
    beams: Sequence[int | None],
    state: Path | None = None,
    limit: int | None = None,
    shortlist: bool = False,
    turned: bool = False,
) -> list[dict[str, Any]]:
    """Score a bundle on several files with several beams; greedy is a beam of 1.

    Args:
        translator: the bundle.
        files: test files of sentence pairs.
        beams: beam sizes; None is the bundle's own.
        state: a file that keeps what is done, so that a killed evaluation goes on.
        limit: only so many sentences of each file.
        shortlist: score only the words that the bundle lists for a sentence.
        turned: whether the second column of the files is the source.
    """
    manifest = translator.bundle.manifest
    asked = [name for name, said in (("shortlist", shortlist), ("turned", turned)) if said]
    identity = [*bundle_identity(manifest), *asked]

    def rows(path: Path, size: int) -> list[dict[str, Any]]:
        return [
            evaluate_file(
                translator, path, beam_size=size, limit=limit, shortlist=shortlist, turned=turned
            )
        ]

    scored = Scored(state, identity, limit)
    sizes = dict.fromkeys(manifest.beam_size if beam is None else beam for beam in beams)
    for path in files:
        digest = file_digest(path)
        for size in sizes:
            start = {"sha256": digest, "beam_size": size}
            scored.add(start, partial(rows, path, size), file=path.name)
    return scored.rows


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Return scores as a Markdown table."""
    lines = [
        "| file | sentences | precision | beam | BLEU | chrF | sentences/s |",
        "| --- | ---: | --- | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        lines.append(
            f"| {row['file']} | {row['sentences']} | {row['precision']} | {row['beam_size']} "
            f"| {row['bleu']:.2f} | {row['chrf']:.2f} | {row['sentences_per_second']:.0f} |"
        )
    return "\n".join(lines)


def length_table(rows: Sequence[dict[str, Any]]) -> str:
    """Return BLEU by source length, in words, as a Markdown table."""
    highs = [*BUCKETS, None]
    lows = [1, *(high + 1 for high in BUCKETS)]
    names = [f"{low}-{high or ''}" for low, high in zip(lows, highs, strict=True)]
    lines = [
        f"| BLEU by source words | beam | {' | '.join(names)} |",
        f"| --- | ---: |{' ---: |' * len(names)}",
    ]
    for row in rows:
        buckets = row["by_source_words"]
        cells = [f"{buckets[name]['bleu']:.1f}" if name in buckets else "" for name in names]
        lines.append(f"| {row['file']} | {row['beam_size']} | {' | '.join(cells)} |")
    return "\n".join(lines)


class TorchModel:
    """A model that torch runs, as `decode` asks for it: the reference for the exported graphs."""

    def __init__(self, family: Family) -> None:
        self._family = family
        self.bos, self.eos = family.facts.bos, family.facts.eos

    def encode(self, source: Source) -> Any:
        """Return the ids [S], or an image [1, channels, height, width]; torch reads batches."""
        feeds = source.feeds()
        return feeds["image"] if "image" in feeds else [int(token) for token in feeds["source"][0]]

    def start(self, encodings: Sequence[Any], shortlists: Sequence[IntArray] | None = None) -> Step:
        """Return a fresh step; it scores the whole vocabulary."""
        return self._family.reference_step(encodings)


def torch_search(
    family: Family,
    sentences: Sequence[Read],
    options: SearchOptions = GREEDY,
    *,
    repeats: str = "few",
    limits: LimitsConfig | None = None,
    translated: bool = True,
) -> list[list[RawHypothesis]]:
    """Search with a model that torch runs.

    Args:
        family: trained.
        sentences: source ids, eos last; or images [1, channels, height, width].
        options: see `SearchOptions`.
        repeats: what a bundle says of loops, see there.
        limits: how long answers may get; None: as translations.
        translated: whether they may repeat what their source does.
    """
    limits = limits or LimitsConfig()
    positions = family.facts.positions(0)
    requests = []
    for read in sentences:
        if isinstance(read, np.ndarray):
            source: Source = ImageSource(read, positions)
            repeated: Sequence[int] = ()
        else:
            source, repeated = TextSource(tuple(read)), read if translated else ()
        allowed = repeats_allowed(repeats, repeated)
        requests.append(Request(source, limits.target(source.length), allowed))
    return decode(TorchModel(family), requests, options)


def torch_greedy(
    family: Family, sentences: Sequence[Read], manifest: Manifest
) -> list[RawHypothesis]:
    """Search greedily with a model that torch runs, as a bundle says; see `torch_search`."""
    limits = LimitsConfig(
        target_per_source=manifest.target_per_source, target_extra=manifest.target_extra
    )
    translated = manifest.task == "translate"
    found = torch_search(
        family, sentences, repeats=manifest.repeats, limits=limits, translated=translated
    )
    return [best for best, *_ in found]


def validator(
    files: Sequence[tuple[str, Sequence[Pair]]],
    tokenizer: Tokenizer,
    *,
    task: str = "translate",
    limits: LimitsConfig | None = None,
) -> Callable[[Family], dict[str, float]]:
    """Return what a training run validates with: a score of greedy answers, and by file.

    Args:
        files: names and pairs.
        tokenizer: of both sides.
        task: decides which score, see `METRICS`; the mean of the files stands first.
        limits: how long answers may get; None: as translations.
    """
    name_of, metric = METRICS[task]

    def validate(family: Family) -> dict[str, float]:
        scores = {}
        for name, pairs in files:
            sources = [[*ids, EOS] for ids in tokenizer.encode_batch([s for s, _ in pairs])]
            found = torch_search(family, sources, limits=limits, translated=task == "translate")
            hypotheses = [tokenizer.decode(hypothesis[0].tokens) for hypothesis in found]
            scores[f"{name_of}_{name}"] = metric(hypotheses, [target for _, target in pairs])
        return {name_of: sum(scores.values()) / len(scores), **scores}

    return validate


Metric = Callable[[Sequence[str], Sequence[str]], float]
"""Scores answers against references, 0 to 100."""

METRICS: dict[str, tuple[str, Metric]] = {
    "translate": ("bleu", lambda answers, references: bleu(answers, references)[0]),
    "reply": ("bleu", lambda answers, references: bleu(answers, references)[0]),
    "summarize": ("rouge_l", lambda answers, references: rouge(answers, references)["rouge_l"]),
}
"""What a training run of each task is judged by while it goes on."""

SAID = {"bleu": "BLEU", "rouge_l": "ROUGE-L", "exact": "exact match"}
"""What scores are called where people read them."""
