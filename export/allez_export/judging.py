"""Scores of summaries and replies by domain, and how they are shown."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from allez_export.answers import Answerer, read_talks, talk_over
from allez_export.config import DataConfig
from allez_export.data.read import read_domains
from allez_export.evaluate import bleu, bundle_identity
from allez_export.records import Scored, file_digest
from allez_export.rouge import f1, rouge, words

BLANK = re.compile(r"\[[^\[\]]+\]")
"""What a reply leaves for the host to fill."""

COLUMNS = {
    "summarize": {
        "rouge_1": "ROUGE-1",
        "rouge_2": "ROUGE-2",
        "rouge_l": "ROUGE-L",
        "exact": "exact",
    },
    "reply": {
        "bleu": "BLEU",
        "rouge_l": "ROUGE-L",
        "blanks": "blanks F1",
        "exact": "exact",
        "distinct_2": "distinct-2",
        "distinct_2_people": "of people",
    },
    "caption": {"exact": "exact", "bleu": "BLEU", "cider": "CIDEr"},
}
"""What answers to each task are judged by, and what a table calls it. All are in per cent; CIDEr is
0 to 10."""

TALKS = ("fit", "turns", "whole", "talks")
"""What is counted of talks: replies that fit, of how many; talks in which all did, of how many."""


def judge(task: str, answers: Sequence[str], references: Sequence[str]) -> dict[str, float]:
    """Return the scores of answers by name, see `COLUMNS`; of blanks only if there are any.

    Args:
        task: "summarize" or "reply".
        answers: what the model wrote.
        references: what people wrote, one for each.
    """
    exact = sum(one == other for one, other in zip(answers, references, strict=True))
    found = {**rouge(answers, references), "exact": 100 * exact / max(len(answers), 1)}
    if task == "reply":
        found["bleu"] = bleu(answers, references)[0]
        found["distinct_2"] = distinct_pairs(answers)
        found["distinct_2_people"] = distinct_pairs(references)
        if any(map(BLANK.search, references)):
            found["blanks"] = blanks_f1(answers, references)
    return {name: round(found[name], 2) for name in COLUMNS[task] if name in found}


def blanks_f1(answers: Sequence[str], references: Sequence[str]) -> float:
    """Return F1 of the bracketed names of all replies together, in per cent."""
    common = found = wanted = 0
    for answer, reference in zip(answers, references, strict=True):
        one, other = Counter(BLANK.findall(answer)), Counter(BLANK.findall(reference))
        common += (one & other).total()
        found, wanted = found + one.total(), wanted + other.total()
    return 100 * f1(common, found, wanted)


def distinct_pairs(texts: Sequence[str]) -> float:
    """Return how many of all pairs of words are different ones, in per cent (Li et al. 2016)."""
    pairs = Counter(pair for text in texts for pair in pairwise(words(text)))
    return 100 * len(pairs) / max(pairs.total(), 1)


def evaluate_answers(
    answerer: Answerer,
    data: DataConfig,
    root: Path,
    *,
    beams: Sequence[int],
    state: Path,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Score a bundle on the test files and talks of a configuration, domain by domain.

    Args:
        answerer: the bundle.
        data: names the files, and what their columns are.
        root: the data folder.
        beams: beam sizes; greedy is a beam of 1.
        state: a file that keeps what is done, so that a killed evaluation goes on.
        limit: only so many texts of each domain.

    Returns:
        A row for each domain, file and beam; after several domains one of "all" of them.
    """
    scored = Scored(state, bundle_identity(answerer.bundle.manifest), limit)
    talks = [root / name for name in data.talks]
    for path in (root / name for name in (*data.test, *data.talks)):
        digest = file_digest(path)
        for beam in dict.fromkeys(beams):
            start = {"file": path.name, "sha256": digest, "beam_size": beam}
            if path in talks:  # older versions kept less
                scored.add(start, partial(_talked, answerer, path, beam), needed=("fits",))
            else:
                scored.add(start, partial(_judged, answerer, path, data, beam, limit))
    return scored.rows


def _talked(answerer: Answerer, path: Path, beam: int) -> list[dict[str, Any]]:
    """Return the scores of a file of talks."""
    return [talk_over(answerer, read_talks(path), beam_size=beam)]


def _judged(
    answerer: Answerer, path: Path, data: DataConfig, beam: int, limit: int | None
) -> list[dict[str, Any]]:
    """Return the scores of a test file by domain."""
    manifest = answerer.bundle.manifest
    rows, every = [], []
    domains = read_domains(path, data, limit)
    for domain, pairs in domains.items():
        started = time.monotonic()
        answers = answerer.answer([source for source, _ in pairs], beam_size=beam)
        seconds = time.monotonic() - started
        said = [(answer, target) for answer, (_, target) in zip(answers, pairs, strict=True)]
        every += said
        rows.append(
            {
                "domain": domain,
                "texts": len(pairs),
                "precision": manifest.precision,
                "threads": answerer.threads,
                "texts_per_second": round(len(pairs) / seconds, 1),
                **judge(manifest.task, *map(list, zip(*said, strict=True))),
            }
        )
    if len(domains) > 1:
        scores = judge(manifest.task, *map(list, zip(*every, strict=True)))
        rows.append({"domain": "all", "texts": len(every), **scores})
    return rows


def task_table(task: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Return scores as a Markdown table; a score that a row lacks is left empty."""
    names = COLUMNS[task]
    lines = [
        f"| file | domain | texts | beam | {' | '.join(names.values())} |",
        f"| --- | --- | ---: | ---: |{' ---: |' * len(names)}",
    ]
    for row in rows:
        if "talks" not in row:
            cells = [f"{row[name]:.1f}" if name in row else "" for name in names]
            start = f"| {row['file']} | {row['domain']} | {row['texts']} | {row['beam_size']}"
            lines.append(f"{start} | {' | '.join(cells)} |")
    lines += [line for row in rows if "talks" in row for line in ("", talks_line(row))]
    return "\n".join(lines)


def talks_line(row: Mapping[str, Any]) -> str:
    """Say how many replies of talks were fit."""
    return (
        f"{row['file']}, beam {row['beam_size']}: {row['fit']} of {row['turns']} replies fit, "
        f"{row['whole']} of {row['talks']} talks to the end."
    )


def talks_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return what was said in talks, for a person to read; "" if there were none.

    What is said to the bundle stands behind `-`, a reply that fits behind `+`, one that does not
    behind `?`. A regular expression decides that, so a person had better read all of them.
    """
    lines: list[str] = []
    for row in rows:
        if "talks" not in row:
            continue
        lines += [talks_line(row), ""]
        for said, fits in zip(row["said"], row["fits"], strict=True):
            for turn, reply, fit in zip(said[::2], said[1::2], fits, strict=True):
                lines += [f"- {turn}", f"{'+' if fit else '?'} {reply}"]
            lines.append("")
    return "\n".join(lines)
