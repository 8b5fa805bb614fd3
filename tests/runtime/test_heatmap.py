"""Attention drawn: everything is there, nothing is wider than the terminal."""

from __future__ import annotations

import itertools
import re
import struct
import sys
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allez.arrays import FloatArray
from allez.cli import heatmap
from allez.cli.heatmap import draw, png, shades_for
from allez.errors import MissingExtraError
from allez.results import Hypothesis, Sentence


def make(source: list[str], target: list[str], attention: FloatArray | None = None) -> Sentence:
    if attention is None:
        attention = np.full((len(target), len(source)), 1 / max(1, len(source)))
    best = Hypothesis(
        text=" ".join(target),
        tokens=tuple(target),
        spans=spans_of(target),
        score=-1.0,
        attention=attention,
        finished=True,
    )
    return Sentence(
        source=" ".join(source),
        start=0,
        end=0,
        source_tokens=tuple(source),
        source_spans=spans_of(source),
        hypotheses=(best,),
    )


def spans_of(tokens: list[str]) -> tuple[tuple[int, int], ...]:
    """Return where each token stands in a text of them all, a space between."""
    ends = list(itertools.accumulate(len(token) + 1 for token in tokens))
    return tuple((end - 1 - len(token), end - 1) for token, end in zip(tokens, ends, strict=True))


SMALL = make(
    ["▁Bonjour", "▁!", "</s>"], ["▁Hello", "!"], np.array([[0.9, 0.06, 0.04], [0.2, 0.5, 0.3]])
)
MANY = make([f"▁mot{i}" for i in range(50)], ["▁a", "▁mot", "▁incomprehensibilities"])


def test_side_by_side() -> None:
    assert draw(SMALL, shades="blocks").split("\n")[:-1] == [
        "       ▁Bonjour ▁! </s>",
        "▁Hello ████████ ░░",
        "!      ░░░░░░░░ ▓▓ ▒▒▒▒",
        "",
    ]


def test_ascii_is_ascii() -> None:
    assert draw(SMALL, shades="ascii").split("\n")[:-1] == [
        "       _Bonjour _! </s>",
        "_Hello ######## ..",
        "!      ........ ** ::::",
        "",
    ]
    assert draw(MANY, shades="ascii", width=60).isascii()


def test_upright_where_it_is_narrow() -> None:
    assert draw(SMALL, shades="blocks", width=16).split("\n")[:12] == [
        "",
        "      ▁",
        "      B",
        "      o",
        "      n",
        "      j   <",
        "      o   /",
        "      u ▁ s",
        "      r ! >",
        "▁Hel… ██░░",
        "!     ░░▓▓▒▒",
        "",
    ]


def test_columns_continue_below() -> None:
    drawn = draw(MANY, shades="ascii", width=60)
    assert drawn.count("_incomprehensibi") == 3  # blocks
    assert drawn.count("_") == 50 + 3 * 3  # each column once, each row in each block


def test_greys_name_the_weight() -> None:
    drawn = draw(make(["a"], ["x", "y"], np.array([[0.0], [1.0]])), shades="grey")
    assert "x \x1b[48;5;232m  \x1b[0m" in drawn
    assert "y \x1b[48;5;255m  \x1b[0m" in drawn


def test_one_memory_position_needs_no_tokens() -> None:
    drawn = draw(make(["▁a", "▁b", "</s>"], ["▁x"], np.array([[1.0]])), shades="blocks")
    assert drawn.split("\n")[:2] == ["   1", "▁x ██"]


def test_empty_translation() -> None:
    assert draw(make(["▁a", "</s>"], [])).split("\n")[0] == " ▁a </s>"


def test_tokens_cannot_reach_the_terminal() -> None:
    drawn = draw(make(["\x1b[2J", "\r\n", "\0", ""], ["\N{RIGHT-TO-LEFT OVERRIDE}", "\a"]))
    assert all(c.isprintable() or c == "\n" for c in drawn)


TOKENS = st.lists(st.text(max_size=30), min_size=1, max_size=40)


@settings(max_examples=40)
@given(TOKENS, TOKENS, st.integers(28, 120), st.sampled_from(["grey", "blocks", "ascii"]))
def test_never_wider_than_the_terminal(
    source: list[str], target: list[str], width: int, shades: heatmap.Shades
) -> None:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", draw(make(source, target), width=width, shades=shades))
    combining = re.compile(r"[\u0300-\u036f]")
    for line in plain.split("\n"):
        assert heatmap._width(combining.sub("", line)) <= width
        assert line.replace("▁", "").isprintable()


@pytest.mark.parametrize("width", [-5, 0, 1, 5])
def test_no_terminal_is_too_narrow(width: int) -> None:
    assert draw(MANY, width=width)


@pytest.mark.parametrize(
    ("terminal", "encoding", "environment", "shades"),
    [
        (True, "utf-8", {"TERM": "xterm-256color"}, "grey"),
        (True, "utf-8", {"TERM": "xterm", "NO_COLOR": "1"}, "blocks"),
        (True, "utf-8", {"TERM": "xterm", "NO_COLOR": ""}, "grey"),
        (True, "utf-8", {"TERM": "dumb"}, "blocks"),
        (True, "cp1252", {}, "ascii"),
        (False, "utf-8", {"TERM": "xterm"}, "blocks"),
        (False, "ascii", {"TERM": "xterm"}, "ascii"),
        (False, "latin-1", {}, "ascii"),
        (False, None, {}, "ascii"),
        (False, "no such", {}, "ascii"),
    ],
)
def test_shades_for(
    terminal: bool, encoding: str | None, environment: dict[str, str], shades: str
) -> None:
    assert shades_for(terminal, encoding, environment) == shades


# --- picture --------------------------------------------------------------------------------


def size(picture: bytes) -> tuple[int, int]:
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


def test_a_picture_grows_with_its_sentences() -> None:
    pytest.importorskip("matplotlib", reason="the extra `plot`")
    width, height = size(png([SMALL]))
    wider, higher = size(png([SMALL, MANY]))
    assert wider > width > 100
    assert higher > height > 100


def test_a_picture_of_odd_tokens() -> None:
    pytest.importorskip("matplotlib", reason="the extra `plot`")
    assert size(png([make(["$x", "$\\frac$", "日本", "\x00"], ["$", "\U0001f600", "_^"])]))
    assert size(png([make(["a"], [])]))


def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError) as error:
        png([SMALL])
    assert error.value.hint == "pip install matplotlib"


def test_matplotlib_is_left_alone_until_it_is_needed(fake: ModuleType) -> None:
    assert "matplotlib" not in vars(heatmap)
    assert draw(fake.sentence("Comment ça va", "How are you"))
