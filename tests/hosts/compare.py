"""Two hosts translate the same texts: Python, and a command that reads them one by one.

    python -m hosts.compare [--model BUNDLE] [--beam-size N]
        [--sentences FILE | --count N [--words N]] -- COMMAND ...

The command speaks as answers.py does. Token ids must be identical in 99.5 % of the lines, with a
beam in 98 %. Every other line must be one that Python, rounding otherwise, parts from at the same
word, to say the same one there (rounding.py). It is listed with the draw that shows it, and with
its margin: the gap between the scores of both outputs, both rescored by Python; of greedy ones the
gap between the two words where they part, as what follows has no weight there.

Of lines with identical ids the texts, what was carried over and what is in doubt must be identical,
and 85 % of the scores the same to 0.0001; of the confidences 98 % where scores are (they look at
other hypotheses as well). Of the generated lines a share has tags, or is broken to fit. Exit code
0: so it is; 1: it is not.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from allez.bundle.reader import Bundle
from allez.model.model import Model
from allez.tasks.picture import read
from allez_export.made import facts, one
from hosts import french
from hosts.answers import Answer, Line, ask_python
from hosts.rounding import Roundings
from support import skips
from support.pictures import as_golden, from_golden, simple

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "models" / "fr-en"
BEAM_SIZES = (1, 4)
SENTENCES = 1_200
IDENTICAL, IDENTICAL_GREEDY = 0.98, 0.995
ALIKE = 1e-4
"""How far scores and confidences of the same answer may be apart to be called the same."""
SAME_SCORES, SAME_CONFIDENCES = 0.85, 0.98
"""Shares. ONNX Runtime Web has 91 % of the scores, Python with floats rounded otherwise 90 %."""
TAGS = ("b", "i", "em", "a href='x'", "q")
CANDIDATES_SHARE = 3
"""With candidates a third of the sentences is translated once more, where the bundle lists them."""


def ask_command(
    command: list[str], model: Path, lines: list[str], beam_size: int, *, candidates: bool
) -> list[Line]:
    """Translate with another host."""
    more = ["--shortlist"] if candidates else []
    done = subprocess.run(
        [*command, "--model", str(model), "--beam-size", str(beam_size), "--json", "--null", *more],
        input="".join(line + "\0" for line in lines).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    return [Line.from_json(data) for data in done.stdout.splitlines()]


class Rescorer:
    """Tells how likely a translation is, on this host."""

    def __init__(self, bundle: Bundle, *, candidates: bool) -> None:
        self._manifest = bundle.manifest
        self._model = Model(bundle)
        self._listed = candidates

    def _read(self, answer: Answer, line: str) -> Any:
        """Return what the encoder is given: ids, or the picture that a line is."""
        image = self._manifest.input.image
        return answer.source if image is None else read(from_golden(json.loads(line)), image)

    def steps(self, answer: Answer, line: str) -> Iterator[dict[int, float]]:
        """Yield the log-probabilities of all words at each step, up to the one behind the last."""
        request = self._model.request(self._read(answer, line), shortlist=self._listed)
        lists = None if request.shortlist is None else [request.shortlist]
        step = self._model.start([self._model.encode(request.source)], lists)
        row = np.zeros(1, dtype=np.int64)
        for token in (self._manifest.target.bos, *answer.target):
            result = step(np.array([token]), row, self._manifest.target.size)
            yield dict(zip(result.top_tokens[0].tolist(), result.top_log_probs[0], strict=True))

    def said(self, answer: Answer) -> list[int]:
        """Return the tokens of an answer, eos if there was one."""
        return [*answer.target, *([self._manifest.target.eos] if answer.finished else [])]

    def score(self, answer: Answer, line: str) -> float:
        """Return the sum of log-probabilities / length ** alpha, eos counted if there was one."""
        said = self.said(answer)
        both = zip(said, self.steps(answer, line), strict=False)
        total = sum(float(words[token]) for token, words in both)
        return total / self._manifest.search.norm(max(len(said), 1))

    def gap(self, one: Answer, other: Answer, beam_size: int, line: str) -> float:
        """Return how far apart two answers to the same sentence are."""
        if beam_size > 1:
            return abs(self.score(one, line) - self.score(other, line))
        both = zip(self.said(one), self.said(other), self.steps(one, line), strict=False)
        apart = ((a, b, words) for a, b, words in both if a != b)
        a, b, words = next(apart, (0, 0, {0: math.inf}))
        return abs(float(words[a]) - float(words[b])) if a != b else math.inf

    def margin(self, one: Line, other: Line, beam_size: int, line: str) -> float:
        """Return the largest gap among the sentences of a line; infinite if they are others."""
        if [a.source for a in one.answers] != [a.source for a in other.answers]:
            return math.inf
        pairs = zip(one.answers, other.answers, strict=True)
        gaps = (self.gap(a, b, beam_size, line) for a, b in pairs if self.said(a) != self.said(b))
        return max(gaps)


def compare(
    lines: list[str],
    ours: list[Line],
    others: list[Line],
    rescorer: Rescorer,
    roundings: Roundings,
    beam_size: int,
) -> Iterator[str]:
    """Print what differs; yield what must not be."""
    if len(ours) != len(others):
        yield f"beam {beam_size}: {len(lines)} lines, {len(others)} answers"
        return
    different = [i for i, (a, b) in enumerate(zip(ours, others, strict=True)) if a.ids != b.ids]
    both = {i: (ours[i], others[i]) for i in different}
    explained = roundings.explain(lines, both, beam_size)
    for index, (ours_of_it, theirs) in both.items():
        draw = explained.get(index)
        says = (
            f"Python's rounding {draw} parts there" if draw else "no rounding of Python's does it"
        )
        line = lines[index]
        margin = rescorer.margin(ours_of_it, theirs, beam_size, line)
        say(f"  margin {margin:.4f}, {says}: {line}")
        say(f"    {ours_of_it.text}\n    {theirs.text}")
        if draw is None:
            yield f"beam {beam_size}: rounding does not explain {theirs.text!r}"
    count, wrong = len(lines), len(different)
    say(f"beam {beam_size}: {count - wrong} of {count} identical ({1 - wrong / max(count, 1):.2%})")
    share = IDENTICAL if beam_size > 1 else IDENTICAL_GREEDY
    if wrong > max(count * (1 - share), 1):
        yield f"beam {beam_size}: fewer than {share:.1%} are identical"
    yield from compare_scores(ours, others, beam_size)
    yield from compare_told(lines, ours, others, beam_size)


def compare_scores(ours: list[Line], others: list[Line], beam_size: int) -> Iterator[str]:
    """Print how alike scores and confidences of the same answers are; yield what must not be."""
    same = [
        pair
        for a, b in zip(ours, others, strict=True)
        if a.ids == b.ids
        for pair in zip(a.answers, b.answers, strict=True)
    ]
    scores = [abs(a.score - b.score) for a, b in same]
    alike = [pair for pair, gap in zip(same, scores, strict=True) if gap <= ALIKE]
    sure = [
        abs(a.confidence - b.confidence)
        if a.confidence is not None and b.confidence is not None
        else float(a.confidence != b.confidence)
        for a, b in alike
    ]
    close = sum(gap <= ALIKE for gap in sure)
    say(
        f"beam {beam_size}: {len(alike)} of {len(scores)} scores alike, at most "
        f"{max(scores, default=0.0):.1e} apart; of those {close} confidences, at most "
        f"{max(sure, default=0.0):.1e} apart"
    )
    if len(alike) < SAME_SCORES * len(scores):
        yield f"beam {beam_size}: fewer than {SAME_SCORES:.0%} of the scores are alike"
    if close < SAME_CONFIDENCES * len(sure):
        yield f"beam {beam_size}: fewer than {SAME_CONFIDENCES:.0%} of the confidences are alike"


def compare_told(
    lines: list[str], ours: list[Line], others: list[Line], beam_size: int
) -> Iterator[str]:
    """Print how alike what is said of the same answers is; yield what must not be."""
    same = [i for i, (a, b) in enumerate(zip(ours, others, strict=True)) if a.ids == b.ids]
    told = [i for i in same if (ours[i].text, ours[i].told) != (others[i].text, others[i].told)]
    for index in told:
        say(f"  told otherwise: {lines[index]!r}")
        say(f"    {ours[index].text!r} {ours[index].told}")
        say(f"    {others[index].text!r} {others[index].told}")
    marked = sum("<" in lines[index] for index in same)
    say(f"beam {beam_size}: {len(told)} told otherwise, {marked} of {len(same)} with tags")
    if told:
        yield f"beam {beam_size}: {len(told)} texts, doubts or things carried over are others"


def tagged(line: str, drawn: np.random.Generator) -> str:
    """Return a line with tags around one or two of its phrases."""
    words = line.split(" ")
    for tag in drawn.permutation(TAGS)[: drawn.integers(1, 3)]:
        start = int(drawn.integers(len(words)))
        end = min(start + int(drawn.integers(3)), len(words) - 1)
        words[start] = f"<{tag}>{words[start]}"
        words[end] = f"{words[end]}</{tag.split()[0]}>"
    return " ".join(words)


def broken(line: str) -> str:
    """Return a line as two that were broken to fit, if it is long enough."""
    place = line.find(" ", len(line) // 2)
    return line if place < 0 else f"{line[:place]}\n{line[place + 1 :]}"


def generated(count: int, words: float) -> list[str]:
    """Return different texts; every fourth is full of facts (numbers, addresses, names).

    Every fifth of all has tags, and every seventh is broken to fit.
    """
    usual = french.sentences(7, count, words=words)
    drawn = np.random.default_rng(7)
    lines: list[str] = []
    while len(lines) < count:
        line = facts.sentence(one(drawn, facts.KINDS), drawn)[0] if len(lines) % 4 == 3 else None
        if line is None or (len(line.split()) <= words and line not in lines):
            lines.append(line or next(usual))
    for index, line in enumerate(lines):
        line = tagged(line, drawn) if index % 5 == 2 else line
        lines[index] = broken(line) if index % 7 == 3 else line
    return lines


def asked(bundle: Bundle, lines: list[str]) -> list[str]:
    """Return what a bundle is asked: texts, dialogues with a turn a line, pictures in JSON."""
    manifest = bundle.manifest
    if manifest.input.kind == "image":
        return [json.dumps(as_golden(simple(number))) for number in range(len(lines))]
    if manifest.task == "translate":
        return lines
    between = "\n" if manifest.task == "reply" else " "
    plain = [line.replace("\n", " ") for line in lines]
    return [between.join(plain[at : at + 3]) for at in range(0, len(plain), 3)]


def say(text: str) -> None:
    """Write a line of the report."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def skip(what: str) -> None:
    """Name what cannot be tried here, and write it down for the last line of `make test`."""
    say(f"skipped: {what}")
    skips.write_down(what)


def main() -> int:
    """Compare, and return the exit code."""
    parser = argparse.ArgumentParser(description="compare a host with Python")
    parser.add_argument("--model", type=Path, default=SHIPPED)
    parser.add_argument("--sentences", type=Path, help="a file with one a line; default: generated")
    parser.add_argument(
        "--beam-size", type=int, nargs=1, default=BEAM_SIZES, help="default: 1 and 4"
    )
    parser.add_argument("--count", type=int, default=SENTENCES, help="how many to generate")
    parser.add_argument("--words", type=float, default=math.inf, help="of at most so many words")
    parser.add_argument("command", nargs="+", help="after --")
    arguments = parser.parse_args()
    if arguments.sentences is None:
        lines = generated(arguments.count, arguments.words)
    else:
        lines = arguments.sentences.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    bundle = Bundle.read(arguments.model)
    lines = asked(bundle, lines)
    problems = []
    runs = [(lines, False)]
    if "shortlist" in bundle.manifest.files:
        runs.append((lines[: len(lines) // CANDIDATES_SHARE], True))
    for some, candidates in runs:
        say("candidates" if candidates else "all words")
        rescorer = Rescorer(bundle, candidates=candidates)
        roundings = Roundings(bundle, candidates=candidates)
        for beam_size in arguments.beam_size:
            started = time.monotonic()
            ours = ask_python(bundle, some, beam_size, candidates=candidates)
            between = time.monotonic()
            others = ask_command(
                arguments.command, arguments.model, some, beam_size, candidates=candidates
            )
            ended = time.monotonic()
            problems += compare(some, ours, others, rescorer, roundings, beam_size)
            say(f"  Python {between - started:.1f} s, the command {ended - between:.1f} s")
    for problem in problems:
        say(f"FAILED {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
