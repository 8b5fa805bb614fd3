"""What is written for a translation: lines of text, rows of a table, JSON.

Knows nothing of where it came from and where it goes.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from allez.results import Translation

Format = Literal["text", "tsv", "jsonl", "pharaoh"]
"""What a record is: lines of text; lines of number, rank, score and text; a JSON object."""


def render(translation: Translation, form: Format, n_best: int = 1, number: int = 1) -> str:
    """Return what is written for one translation, line feeds included.

    Text: `n_best` lines, best first (the last one again where there are fewer answers), so that a
    reader can count. TSV: for each answer that there is the number of the source line, the rank,
    the score and the text, divided by tabs; what is behind the third tab is text. JSON lines: one
    object, whatever `n_best` is. Pharaoh: which source word each word of the best answer was made
    from, `0-0 2-1`, words being what white space divides.

    Args:
        translation: of one line, or of a text of several.
        form: which of these.
        n_best: how many answers were asked for.
        number: which line it is, counted from 1.
    """
    if form == "jsonl":
        return json.dumps(record(translation), ensure_ascii=False) + "\n"
    if form == "pharaoh":
        from allez.translate.alignment import word_links

        return " ".join(f"{source}-{target}" for source, target in word_links(translation)) + "\n"
    texts = translation.texts
    if form == "tsv" or "\n" not in translation.source:
        # A byte token can spell a line feed; lines must stay lines.
        texts = tuple(text.replace("\n", " ") for text in texts)
    if form == "tsv":
        rows = ((rank, _score(translation, rank), text) for rank, text in enumerate(texts))
        return "".join(f"{number}\t{rank + 1}\t{score:.4f}\t{text}\n" for rank, score, text in rows)
    chosen = [texts[min(rank, len(texts) - 1)] for rank in range(n_best)]
    return "".join(text + "\n" for text in chosen)


def _score(translation: Translation, rank: int) -> float:
    """Return the score of one of the texts, as `Translation.score` is that of the first."""
    chosen = [s.hypotheses[min(rank, len(s.hypotheses) - 1)] for s in translation.sentences]
    lengths = [len(hypothesis.tokens) + 1 for hypothesis in chosen]
    if not lengths:
        return 0.0
    return sum(h.score * n for h, n in zip(chosen, lengths, strict=True)) / sum(lengths)


def record(translation: Translation) -> dict[str, Any]:
    """Return everything known about a translation but the attention itself, ready for JSON."""
    between = {} if translation.pivot is None else {"pivot": record(translation.pivot)}
    return {
        "source": translation.source,
        "translation": translation.text,
        "score": _rounded(translation.score),
        "finished": translation.finished,
        "sentences": [
            {
                "source": sentence.source,
                "text": sentence.text,
                "start": sentence.start,
                "end": sentence.end,
                "score": _rounded(sentence.score),
                "confidence": _share(sentence.confidence),
                "doubts": [doubt._asdict() for doubt in sentence.doubts],
                "source_tokens": sentence.source_tokens,
                "tokens": sentence.tokens,
                "alignment": sentence.alignment,
                "hypotheses": [
                    {"text": hypothesis.text, "score": _rounded(hypothesis.score)}
                    for hypothesis in sentence.hypotheses
                ],
            }
            for sentence in translation.sentences
        ],
        **between,
    }


def _share(confidence: float | None) -> float | None:
    """Two places: nobody trusts in thousandths."""
    return None if confidence is None else round(confidence, 2)


def _rounded(score: float) -> float | None:
    """Four places: more would differ between processors; JSON has no word for infinity."""
    return round(float(score), 4) if math.isfinite(score) else None
