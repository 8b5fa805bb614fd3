"""What a host answers: Python asked directly, or as a program that any machine can run.

    python answers.py --model BUNDLE --beam-size N --json [--null]

It answers standard input, lines or texts that end with a NUL, and writes one JSON object a line:
`text`, and `sentences` with `source_ids`, `target_ids`, `score`, `finished`, `confidence`, `doubts`
and `carried`. The programs of the other engines do the same.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path

from allez import Captioner, Replier, Summarizer, Translator
from allez.answers import Answer as Said
from allez.bundle.manifest import SourceSide, TargetSide
from allez.bundle.reader import Bundle
from allez.tasks.opening import opened
from allez.tasks.writer import Writer
from allez.text.tokenizer import EOS_PIECE, Tokenizer
from support.pictures import from_golden


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host makes of one sentence of a line."""

    source: tuple[int, ...]
    """Ids, eos last."""
    target: tuple[int, ...]
    """Ids, eos not among them."""
    score: float
    finished: bool
    confidence: float | None
    doubts: tuple[tuple[str, ...], ...]
    """What is in doubt, each as its kind and letters: places count other units on other hosts."""
    carried: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """What a host makes of one line."""

    text: str
    answers: tuple[Answer, ...]

    @property
    def ids(self) -> list[tuple[tuple[int, ...], tuple[int, ...], bool]]:
        """All that hosts must agree on."""
        return [(answer.source, answer.target, answer.finished) for answer in self.answers]

    @property
    def told(self) -> list[tuple[tuple[tuple[str, ...], ...], tuple[tuple[str, ...], ...]]]:
        """What hosts say of their answers, where those are the same."""
        return [(answer.doubts, answer.carried) for answer in self.answers]

    @classmethod
    def from_json(cls, data: bytes) -> Line:
        """Read what a host wrote."""
        content = json.loads(data)
        answers = (
            Answer(
                tuple(s["source_ids"]),
                tuple(s["target_ids"]),
                s["score"],
                s["finished"],
                s["confidence"],
                tuple(map(tuple, s["doubts"])),
                tuple(map(tuple, s["carried"])),
            )
            for s in content["sentences"]
        )
        return cls(content["text"], tuple(answers))

    def to_json(self) -> bytes:
        """Return the line's object."""
        names = ("source_ids", "target_ids", "score", "finished")
        names += ("confidence", "doubts", "carried")
        sentences = [dict(zip(names, astuple(answer), strict=True)) for answer in self.answers]
        return json.dumps({"text": self.text, "sentences": sentences}).encode()


def vocabulary(bundle: Bundle, side: SourceSide | TargetSide) -> dict[str, int]:
    """Return the ids of a side's subwords; the end of a sentence is shown without its space."""
    tokenizer = Tokenizer(bundle.text(side.tokenizer))
    pieces = tokenizer.pieces(range(tokenizer.size))
    return {EOS_PIECE: side.eos} | {piece: index for index, piece in enumerate(pieces)}


def ask_python(
    bundle: Bundle, lines: list[str], beam_size: int, *, candidates: bool = False
) -> list[Line]:
    """Translate with the Python runtime, or do what the bundle is for."""
    manifest = bundle.manifest
    if manifest.task != "translate":
        return _written(bundle, lines, beam_size)
    source, target = (vocabulary(bundle, side) for side in (manifest.source, manifest.target))

    with Translator(bundle, threads=1) as translator:
        return [
            Line(
                result.text,
                tuple(
                    Answer(
                        tuple(source[piece] for piece in s.source_tokens),
                        tuple(target[piece] for piece in s.tokens),
                        s.score,
                        s.hypotheses[0].finished,
                        s.confidence,
                        tuple((doubt.kind, doubt.text) for doubt in s.doubts),
                        tuple(map(tuple, s.carried)),
                    )
                    for s in result.sentences
                ),
            )
            for result in translator.translate_batch(
                lines, beam_size=beam_size, shortlist=candidates
            )
        ]


def _written(bundle: Bundle, lines: list[str], beam_size: int) -> list[Line]:
    """Do another task: each line is a text, a dialogue with a turn a line, or a picture in JSON."""
    manifest = bundle.manifest
    known = vocabulary(bundle, manifest.source) if manifest.input.kind == "text" else {}
    words = vocabulary(bundle, manifest.target)

    def answered(writer: Writer, line: str) -> tuple[Said, tuple[str, ...]]:
        if isinstance(writer, Captioner):
            return writer.caption(from_golden(json.loads(line)), beam_size=beam_size), ()
        if isinstance(writer, Replier):
            *before, last = line.split("\n")
            reply = writer.another(before).reply(last, beam_size=beam_size)
            return reply, reply.source_tokens
        assert isinstance(writer, Summarizer)
        summary = writer.summarize(line, beam_size=beam_size)
        return summary, summary.source_tokens

    found = []
    with opened(bundle, threads=1) as writer:
        assert isinstance(writer, Writer)
        for line in lines:
            said, read = answered(writer, line)
            source = tuple(known[piece] for piece in read)
            target = tuple(words[piece] for piece in said.tokens)
            answer = Answer(source, target, said.score, said.finished, said.confidence, (), ())
            found.append(Line(said.text, (answer,)))
    return found


def main(change: Callable[[Bundle], Bundle] = lambda bundle: bundle) -> None:
    """Answer standard input, with the bundle or another one that is made of it."""
    parser = argparse.ArgumentParser(description="translate standard input, ids and scores")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--beam-size", type=int, required=True)
    parser.add_argument("--json", action="store_true", required=True, help="the only form there is")
    parser.add_argument("--shortlist", action="store_true")
    parser.add_argument("--null", action="store_true", help="texts end with a NUL, not a line feed")
    arguments = parser.parse_args()
    end = "\0" if arguments.null else "\n"
    lines = sys.stdin.buffer.read().decode().removesuffix(end).split(end)
    bundle, candidates = change(Bundle.read(arguments.model)), arguments.shortlist
    for line in ask_python(bundle, lines, arguments.beam_size, candidates=candidates):
        sys.stdout.buffer.write(line.to_json() + b"\n")


if __name__ == "__main__":
    main()
