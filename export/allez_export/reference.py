"""Whether a bundle does what another toolkit did with the same weights: its own outputs, compared.

A file has one JSON object a line, a sentence each; any of its keys may be missing but the source:

    source              text, or subwords ("l@@ a mer")
    source_ids          as the encoder reads them, with the end of the sentence or without
    greedy_ids          the greedy path, its end last
    greedy_log_probs    natural, of each token, the end's too
    target_ids, target_log_probs    a given translation, and its forced scores
    beam5               n-best lists, best first, of objects with `ids`, `tokens` (`pieces`) or
                        `text`
    hypotheses          the same, of a file of its own, as wide as it has entries
    text                of the best one alone
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from allez.bundle.reader import Bundle
from allez.errors import InputError
from allez.model.decode import decode
from allez.model.encoder import TextSource
from allez.model.model import Model
from allez.options import SearchOptions
from allez.search.step import RawHypothesis, Request
from allez.text.tokenizer import Tokenizer
from allez_export.evaluate import GREEDY, chrf
from allez_export.toolkits.files import read_text
from allez_export.verify import PARITY, VerificationError

Values = dict[str, Any]


LINE = "each line is an object with source, greedy_ids, greedy_log_probs, …"
"""A hint: what a file of references holds."""


_SAME_WEIGHTS = "ids and scores must be of these weights in float32; of 8-bit files give texts"


class _Odd(ValueError):
    """Says what is wrong with a line."""


class ReferenceFailure(VerificationError):
    """The bundle does not do what the toolkit of its weights did."""


@dataclass(slots=True)
class Entry:
    """What the toolkit made of one sentence."""

    source: str
    source_ids: list[int] = field(default_factory=list)
    greedy_ids: list[int] = field(default_factory=list)
    greedy_log_probs: list[float] = field(default_factory=list)
    target_ids: list[int] = field(default_factory=list)
    target_log_probs: list[float] = field(default_factory=list)
    beam: Any = None
    """Ids or text of the best hypothesis."""
    width: int | None = None
    """Of the beam that found it; None: not known."""
    n_best: int = 1
    """How many hypotheses the toolkit was asked for, which may decide when it stops."""


def read_references(paths: Sequence[Path]) -> list[Entry]:
    """Return what some files say, each source once.

    Raises:
        InputError: a line is no such object.
    """
    found: dict[str, Entry] = {}
    for path in paths:
        for number, line in enumerate(read_text(path).splitlines(), 1):
            try:
                content = json.loads(line)
                if not isinstance(content, dict):
                    raise ValueError
                if "error" in content:
                    continue
                source = _joined(content["source"])
                _take(found.setdefault(source, Entry(source)), content)
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                what = str(error) if type(error) is _Odd else "no outputs of a toolkit"
                raise InputError(f"{path}, line {number}: {what}", hint=LINE) from None
    return list(found.values())


def _take(entry: Entry, content: dict[str, Any]) -> None:
    for key in ("source_ids", "greedy_ids", "target_ids"):
        if content.get(key):
            setattr(entry, key, [int(i) for i in content[key]])
    for key in ("greedy_log_probs", "target_log_probs"):
        if content.get(key):
            setattr(entry, key, [float(value) for value in content[key]])
    for kind in ("greedy", "target"):
        ids, scores = getattr(entry, f"{kind}_ids"), getattr(entry, f"{kind}_log_probs")
        if scores and len(ids) != len(scores):
            raise _Odd(f"{len(ids)} {kind}_ids have {len(scores)} scores")
        if not all(map(math.isfinite, scores)):
            raise _Odd(f"{kind}_log_probs are not all numbers")
    best, width, n_best = content.get("text"), None, 1
    for key, value in content.items():
        if value and (key == "hypotheses" or re.fullmatch(r"beam\d+", key)):
            width = int(key[4:]) if key.startswith("beam") else len(value)
            best, n_best = value[0], len(value)
    if isinstance(best, dict):
        keys = [key for key in ("ids", "tokens", "pieces", "text") if key in best]
        best = best[keys[0]] if keys else _joined(None)
    if best is not None:
        entry.beam, entry.width, entry.n_best = best, width, n_best


def check_known(entries: Sequence[Entry], words: int) -> None:
    """Demand that a target of so many words has the ids of some outputs.

    Raises:
        InputError: it has not.
    """
    for entry in entries:
        beam = entry.beam if isinstance(entry.beam, list) else []
        found = [*entry.greedy_ids, *entry.target_ids, *(i for i in beam if isinstance(i, int))]
        strange = [i for i in found if not 0 <= i < words]
        if strange:
            raise InputError(
                f"the reference of {entry.source[:60]!r} has the id {strange[0]}, "
                f"the target {words:,} words",
                hint="--reference: name outputs of this checkpoint",
            )


def _joined(pieces: Any) -> str:
    """Return the text of subwords, or a text as it is."""
    text = pieces if isinstance(pieces, str) else " ".join(pieces)
    if "▁" in text:
        return text.replace(" ", "").replace("▁", " ").strip()
    return re.sub(r"@@( |$)", "", text)


class Followed:
    """A bundle beside the outputs of a toolkit.

    Args:
        bundle: as `draft` makes it.
        entries: what the toolkit did.
    """

    def __init__(self, bundle: Bundle, entries: Sequence[Entry]) -> None:
        manifest = bundle.manifest
        self._model = Model(bundle)
        self._source, self._target = (
            Tokenizer(bundle.text(side.tokenizer)) for side in (manifest.source, manifest.target)
        )
        self._end, self._eos = manifest.source.eos, manifest.target.eos
        check_known(entries, self._target.size)
        self._entries = entries
        self._search = manifest.search
        self._read = [[*self._source.encode(entry.source), self._end] for entry in entries]
        self.texts: list[str] = []
        """Of the greedy paths."""
        self.forced: list[float] = []
        """Mean score of a token of each sentence's given translation, or of its greedy one."""

    def compare(self) -> Values:
        """Return how many sentences are the same, and by how much scores differ at most."""
        entries, report = self._entries, Values(sentences=len(self._entries))
        report["source_ids"] = self._read_alike()
        greedy = self._found(GREEDY, [e.greedy_ids for e in entries])
        self.texts = [self._target.decode(one.tokens) for one in greedy]
        pairs = [(e, one) for e, one in zip(entries, greedy, strict=True) if e.greedy_ids]
        report["greedy_paths"] = len(pairs)
        report["greedy_same"] = sum(self._same(e.greedy_ids, one) for e, one in pairs)
        worst, compared = 0.0, 0
        for ids, e in zip(self._read, entries, strict=True):
            scores = [
                (e.greedy_ids, e.greedy_log_probs),
                (e.target_ids, e.target_log_probs),
            ]
            found = [(self.scores(ids, tokens), given) for tokens, given in scores if tokens]
            for one, other in found:
                if other and len(one) != len(other):
                    raise InputError(
                        f"{e.source[:60]!r}: as many scores as tokens are expected", hint=LINE
                    )
                compared += len(other)
                worst = max([worst, *(abs(a - b) for a, b in zip(one, other, strict=False))])
            self.forced += [float(np.mean(one)) for one, _ in found[-1:]]
        report["token_scores"] = compared
        report["worst_token_score"] = float(f"{worst:.2e}")
        return {**report, **self._beams()}

    def _read_alike(self) -> int:
        """Return how many sources are read with the same ids.

        Pieces that the toolkit lacks have ids of their own here, and one in common there.
        """
        pairs = [(e.source_ids, r) for e, r in zip(self._entries, self._read, strict=True)]
        pairs = [(ids, read[: len(ids)]) for ids, read in pairs if len(read) - len(ids) in (0, 1)]
        differ = [{a for a, b in zip(*pair, strict=True) if a != b} for pair in pairs]
        unknown = Counter(token for some in differ for token in some).most_common(1)
        common = {token for token, _ in unknown}
        return sum(some <= common for some in differ)

    def scores(self, source: Sequence[int], target: Sequence[int]) -> list[float]:
        """Return log-probabilities of each token of a target."""
        step = self._model.start([self._model.encode(TextSource(tuple(source)))])
        found, previous = [], self._model.bos
        for token in target:
            result = step(np.array([previous]), np.zeros(1, dtype=np.int64), 1, full=True)
            assert result.log_probs is not None
            found.append(float(result.log_probs[0, token]))
            previous = token
        return found

    def _beams(self) -> Values:
        """Compare the best hypothesis of a beam where the toolkit's is known."""
        places = [i for i, entry in enumerate(self._entries) if entry.beam is not None]
        if not places:
            return {}
        first = self._entries[places[0]]
        width = first.width or self._search.beam_size
        options = replace(self._search, beam_size=width, n_best=min(first.n_best, width))
        found = self._found(options, [[] for _ in self._entries])
        wanted = {i: self._text(self._entries[i].beam) for i in places}
        same = sum(wanted[i] == self._target.decode(found[i].tokens) for i in places)
        return {"beam_size": width, "beam_texts": len(places), "beam_same": same}

    def _text(self, beam: Any) -> str:
        ids = isinstance(beam, list) and beam and isinstance(beam[0], int)
        return self._target.decode([t for t in beam if t != self._eos]) if ids else _joined(beam)

    def _found(self, options: SearchOptions, paths: Sequence[Sequence[int]]) -> list[RawHypothesis]:
        """Search without our rule against loops, which the toolkit has not, to its own lengths."""
        requests = []
        for ids, path in zip(self._read, paths, strict=True):
            cut = bool(path) and path[-1] != self._eos
            limit = len(path) if cut else max(len(path) + 10, self._model.limit(len(ids)))
            requests.append(Request(TextSource(tuple(ids)), limit))
        return [answers[0] for answers in decode(self._model, requests, options)]

    def _same(self, wanted: Sequence[int], found: RawHypothesis) -> bool:
        return list(wanted) == [*found.tokens, *([self._eos] if found.finished else [])]


def compare_precisions(fp32: Followed, int8: Followed) -> Values:
    """Return how much int8 changes: both were compared with the toolkit before."""
    gaps = np.abs(np.array(fp32.forced) - np.array(int8.forced))
    return {
        "chrf_of_int8_against_fp32": round(chrf(int8.texts, fp32.texts)[0], 2),
        "mean_token_score_difference": round(float(gaps.mean()) if len(gaps) else 0.0, 4),
        "mean_token_score": round(
            float(np.mean(int8.forced) - np.mean(fp32.forced)) if len(gaps) else 0.0, 4
        ),
    }


def follow(
    entries: Sequence[Entry], fp32: Bundle, int8: Bundle | None
) -> Iterator[tuple[str, Values]]:
    """Compare bundles with the outputs of the toolkit that their weights come from.

    Args:
        entries: what the toolkit did.
        fp32: a draft bundle.
        int8: the same, quantized, if it is.

    Raises:
        ReferenceFailure: fp32 reads, chooses or scores otherwise.
    """
    followed = Followed(fp32, entries)
    found = followed.compare()
    if not found["worst_token_score"] <= PARITY:
        raise ReferenceFailure(
            f"token scores differ from the toolkit's by {found['worst_token_score']:.1e}, "
            f"limit {PARITY:.0e}",
            hint=_SAME_WEIGHTS,
        )
    if found["greedy_same"] < found["greedy_paths"]:
        raise ReferenceFailure(
            f"only {found['greedy_same']} of {found['greedy_paths']} greedy paths are as the "
            "toolkit's",
            hint=_SAME_WEIGHTS,
        )
    yield "reference", found
    if int8 is not None:
        quantized = Followed(int8, entries)
        of_int8 = quantized.compare()
        yield "reference int8", {**of_int8, **compare_precisions(followed, quantized)}
