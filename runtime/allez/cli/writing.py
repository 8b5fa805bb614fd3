"""What commands write, and what those of other tasks than translation may be told."""

from __future__ import annotations

import argparse
import contextlib
import json
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allez.cli import console
from allez.cli.options import add_search
from allez.errors import OptionError

if TYPE_CHECKING:
    from allez.answers import Answer

FORMATS = ("text", "tsv", "jsonl")


def add_format(add: Callable[..., object]) -> None:
    """Add how answers are written."""
    add(
        "--n-best",
        type=int,
        default=1,
        metavar="N",
        help="so many answers each, best first, each on a line of its own",
    )
    add(
        "--format",
        choices=FORMATS,
        default="text",
        help="text; tsv: number, rank, score and text; jsonl: all there is to know",
    )


def add_asked(parser: argparse.ArgumentParser) -> None:
    """Add what is asked for in all answers."""
    add = add_search(parser, answers=True)
    add("--max-time", type=float, metavar="SECONDS", help="for all of it; then the best so far")
    language = parser.add_argument_group("language").add_argument
    language("--language", metavar="LANGUAGE", help="such as en, in place of --model")


def bundle_of(args: argparse.Namespace, task: str) -> str | Path | None:
    """Return the model that a command line names, by its name or its language; None: neither.

    Raises:
        BundleNotFoundError: there is none in this language.
        OptionError: it names both.
    """
    if args.language is None:
        return args.model  # type: ignore[no-any-return]
    if args.model is not None:
        raise OptionError("either --model or --language")
    from allez.bundle.store import for_task

    return for_task(task, args.language).path


@contextlib.contextmanager
def writer(
    place: str | None, *, source: Path | None = None, job: Mapping[str, Any] | None = None
) -> Iterator[tuple[Callable[[str], None], int]]:
    """Yield what takes records, standard output or a file, and how many it has already.

    Args:
        place: the file; None or "-": standard output.
        source: of what it is made, see `OutputFile`; None: it cannot be gone on with.
        job: likewise.
    """
    if place in (None, "-"):
        yield console.show, 0
        return
    from allez.documents.output import open_output

    with open_output(Path(place), source=source, job=job) as output:
        yield output.write, output.done


def render(answer: Answer, form: str, n_best: int, number: int, about: dict[str, Any]) -> str:
    """Return what is written of one answer, line feeds included.

    Args:
        answer: to one text.
        form: "text": `n_best` lines, best first (the last one again where there are fewer); "tsv":
            for each that there is the number, the rank, the score and the text; "jsonl": an object.
        n_best: how many were asked for.
        number: which answer it is, from 1.
        about: what an object says before all else.
    """
    if form == "jsonl":
        return json.dumps(about | record(answer), ensure_ascii=False) + "\n"
    texts = [text.replace("\n", " ") for text in answer.texts]  # a byte token can spell one
    if form == "tsv":
        rows = enumerate(zip(answer.hypotheses, texts, strict=True), 1)
        return "".join(f"{number}\t{rank}\t{h.score:.4f}\t{text}\n" for rank, (h, text) in rows)
    return "".join(texts[min(rank, len(texts) - 1)] + "\n" for rank in range(n_best))


def record(answer: Answer) -> dict[str, Any]:
    """Return what is known about any answer but the attention itself, ready for JSON."""
    confidence = answer.confidence
    return {
        "text": answer.text,
        "score": _rounded(answer.score),
        "confidence": None if confidence is None else round(confidence, 2),
        "finished": answer.finished,
        "tokens": answer.tokens,
        "alignment": answer.hypotheses[0].alignment,
        "hypotheses": [{"text": h.text, "score": _rounded(h.score)} for h in answer.hypotheses],
    }


def _rounded(score: float) -> float | None:
    """Four places: more would differ between processors; JSON has no word for infinity."""
    return round(float(score), 4) if math.isfinite(score) else None
