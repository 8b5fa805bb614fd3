"""What one rounding more or less makes of the answers of a right host.

    python -m hosts.compare -- python -m hosts.rounding

Integers are the same on all hosts, and so is what one multiplication makes of them. `exp`, `tanh`,
a softmax and sums of floats are not: processors and libraries round them otherwise in the last bit.
A value near the edge of two of the 256 steps of an activation is then read as the other one, and
that is carried on. No host is wrong for it, and how far it may carry Python can tell by itself:
here each float in the graphs of a bundle is another one near it, at random: its neighbour, or one a
few places further, as far as the functions of ONNX Runtime differ between processors.

`Roundings` tells whether another host's answer is one that Python gives, too, where it rounds so.
As a program this is a host that answers.py describes: Python with such floats.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from allez.arrays import FloatArray
from allez.bundle.reader import Bundle
from hosts import answers
from hosts.answers import Answer, Line, ask_python
from support import wire

DRAWS = 64
"""So many roundings are tried for an answer before it is called wrong."""

PLACES = (1, 5, 50)
"""How far floats are moved at most, in places of their last bit: a third of the draws by each. Of
4,096 floats in WebAssembly and on a processor with AVX-512, `Tanh` differs by up to 5 places and
`Sigmoid` by up to 384 (docs/decisions.md)."""

GRAPHS = ("encoder", "decoder")
GRAPH, CONSTANT, TYPE, DATA = 7, 5, 2, 9
"""Fields of the messages of ONNX: of a model, of a graph, and two of a tensor."""
FLOAT = 1

Parting = tuple[int, tuple[int, ...], tuple[int, ...]]
"""Which sentence of a line, its source, and how it begins: up to the first word that is another."""


def _inside(message: bytes, number: int, change: Callable[[bytes], bytes]) -> bytes:
    """Return a message in which all fields of a number are changed."""
    fields = wire.parse(message)
    return wire.build(
        [(n, k, change(v) if n == number and isinstance(v, bytes) else v) for n, k, v in fields]
    )


def with_floats(bundle: Bundle, change: Callable[[FloatArray], FloatArray]) -> Bundle:
    """Return a bundle in whose graphs each constant of floats is what `change` makes of it."""

    def constant(tensor: bytes) -> bytes:
        fields = wire.parse(tensor)
        content = {number: value for number, _, value in fields}
        raw = content.get(DATA)
        if content.get(TYPE) != FLOAT or not isinstance(raw, bytes):
            return tensor
        floats = change(np.frombuffer(raw, np.float32))
        return wire.build(wire.put(DATA, floats.astype(np.float32).tobytes())(fields))

    def graph(data: bytes) -> bytes:
        return _inside(data, CONSTANT, constant)

    content = {role: bundle.data(role) for role in bundle.manifest.files}
    changed = {role: _inside(content[role], GRAPH, graph) for role in GRAPHS}
    return dataclasses.replace(bundle, _content=content | changed)


def moved(bundle: Bundle, draw: int) -> Bundle:
    """Return a bundle in whose graphs each float but zero is another one near it, as drawn."""
    drawn = np.random.default_rng(draw)
    most = PLACES[min(draw * len(PLACES) // DRAWS, len(PLACES) - 1)]

    def near(floats: FloatArray) -> FloatArray:
        places = drawn.integers(1, most + 1, size=floats.shape)
        sign = np.where(drawn.integers(2, size=floats.shape) == 1, 1, -1)
        there = floats + (sign * places).astype(np.float32) * np.spacing(np.abs(floats))
        return np.where(floats == 0, floats, there.astype(np.float32))

    return with_floats(bundle, near)


class Roundings:
    """Python as it answers where it rounds otherwise: many right hosts."""

    def __init__(self, bundle: Bundle, *, candidates: bool, draws: int = DRAWS) -> None:
        self._bundle = bundle
        self._draws = draws
        self._listed = candidates
        self._eos = bundle.manifest.target.eos

    def _said(self, answer: Answer) -> tuple[int, ...]:
        """Return the tokens of an answer, eos if there was one."""
        return (*answer.target, *([self._eos] if answer.finished else []))

    def _partings(self, one: Line, other: Line) -> list[Parting]:
        """Return where the second of two answers to a line parts from the first.

        A sentence may have been read otherwise: labels are read again where the model is unsure.
        """
        found = []
        for index, (a, b) in enumerate(zip(one.answers, other.answers, strict=True)):
            ours, theirs = self._said(a), self._said(b)
            if a.source == b.source and ours != theirs:
                both = zip(ours, theirs, strict=False)
                shared = next((at for at, (x, y) in enumerate(both) if x != y), len(ours))
                found.append((index, b.source, theirs[: shared + 1]))
            elif a.source != b.source:
                found.append((index, b.source, theirs))
        return found

    def _says(self, line: Line, parting: Parting) -> bool:
        """Return whether an answer to a line parts so, too."""
        index, source, start = parting
        answer = line.answers[index]
        return answer.source == source and self._said(answer)[: len(start)] == start

    def explain(
        self, lines: Sequence[str], pairs: Mapping[int, tuple[Line, Line]], beam_size: int
    ) -> dict[int, int]:
        """Return by which rounding Python says what another host said, where it does by one.

        That is so where, for each sentence of a line, one of the roundings parts at the same word
        and says the same one there.

        Args:
            lines: all texts.
            pairs: other answers to some of them: Python's and another host's, by their places.
            beam_size: what all were asked for.
        """
        left = {
            index: self._partings(one, other)
            for index, (one, other) in pairs.items()
            if len(one.answers) == len(other.answers)
        }
        found: dict[int, int] = {}
        for draw in range(1, self._draws + 1):
            if not left:
                break
            bundle = moved(self._bundle, draw)
            texts = [lines[index] for index in left]
            said = ask_python(bundle, texts, beam_size, candidates=self._listed)
            for (index, partings), line in zip(list(left.items()), said, strict=True):
                left[index] = [parting for parting in partings if not self._says(line, parting)]
                if not left[index]:
                    found[index] = draw
                    del left[index]
        return found


if __name__ == "__main__":
    answers.main(lambda bundle: moved(bundle, 0))
