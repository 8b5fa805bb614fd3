"""The comparison of hosts forgives another rounding of floats, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from allez.bundle.reader import Bundle
from hosts.answers import Line, ask_python
from hosts.compare import Rescorer, compare
from hosts.rounding import Roundings, moved, with_floats

PARTS = "À 8 heures 30, la directrice <b>voulait</b> acheter une lampe <a href='x'>cassée.</a>"
"""To the tiny model two translations of it are as good as each other, with a beam."""

USUAL = ["Le chat noir voit la maison.", "Nous vendons deux petites fleurs.", "Où est le voisin ?"]

Problems = Callable[[list[str], list[Line], int], list[str]]


@pytest.fixture(scope="module")
def bundle(root: Path) -> Bundle:
    return Bundle.read(root / "spec" / "bundles" / "tiny")


def parted(bundle: Bundle) -> Bundle:
    """Return the first rounding, behind those that are tried, that has another answer."""
    usual = ask_python(bundle, [PARTS], 4)[0].ids
    roundings = (moved(bundle, draw) for draw in range(100, 200))
    return next(each for each in roundings if ask_python(each, [PARTS], 4)[0].ids != usual)


@pytest.fixture
def problems(bundle: Bundle) -> Problems:
    """Compare with Python's own answers, and return what must not be."""

    def find(lines: list[str], others: list[Line], beam_size: int) -> list[str]:
        ours = ask_python(bundle, lines, beam_size)
        rescorer = Rescorer(bundle, candidates=False)
        roundings = Roundings(bundle, candidates=False)
        return list(compare(lines, ours, others, rescorer, roundings, beam_size))

    return find


def test_a_host_that_rounds_otherwise_is_right(
    bundle: Bundle, problems: Problems, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [*USUAL, PARTS]
    others = ask_python(parted(bundle), lines, 4)
    assert not problems(lines, others, 4)
    listed = capsys.readouterr().out
    assert f"parts there: {PARTS}" in listed
    assert "3 of 4 identical" in listed


@pytest.mark.parametrize("beam_size", [1, 4])
def test_one_word_that_no_rounding_says_is_wrong(
    bundle: Bundle, problems: Problems, beam_size: int
) -> None:
    lines = [*USUAL, PARTS]
    others = ask_python(bundle, lines, beam_size)
    (answer,) = others[0].answers
    other = replace(answer, target=(*answer.target[:-1], answer.target[-2]))
    others[0] = replace(others[0], answers=(other,))
    assert problems(lines, others, beam_size) == [
        f"beam {beam_size}: rounding does not explain {others[0].text!r}"
    ]


def test_a_source_that_no_rounding_reads_is_wrong(bundle: Bundle, problems: Problems) -> None:
    others = ask_python(bundle, USUAL, 1)
    (answer,) = others[0].answers
    others[0] = replace(others[0], answers=(replace(answer, source=answer.source[1:]),))
    assert len(problems(USUAL, others, 1)) == 1
    others[0] = replace(others[0], answers=(answer, answer))
    assert len(problems(USUAL, others, 1)) == 1


def test_a_share_of_what_rounding_explains_is_too_much(bundle: Bundle, problems: Problems) -> None:
    others = ask_python(parted(bundle), [PARTS, PARTS], 4)
    assert problems([PARTS, PARTS], others, 4) == ["beam 4: fewer than 98.0% are identical"]


def test_a_host_that_computes_with_half_precision_is_wrong(
    bundle: Bundle, problems: Problems
) -> None:
    mask = np.int32(-1 << 13)
    half = with_floats(bundle, lambda floats: (floats.view(np.int32) & mask).view(np.float32))
    found = problems(USUAL, ask_python(half, USUAL, 1), 1)
    assert any("scores are alike" in problem for problem in found)
