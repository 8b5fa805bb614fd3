"""Attention drawn: target tokens as rows, source tokens as columns, the darker the more.

`draw` makes a text for a terminal of any width, `png` the bytes of a picture. Neither writes
anything. Knows nothing of how the attention came about.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import sys
import tempfile
import unicodedata
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from allez.errors import MissingExtraError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from allez.answers import Reply, Summary
    from allez.results import Sentence

    Drawn = Sentence | Summary | Reply
    """What has tokens, those of a source, and weights between them."""

Shades = Literal["grey", "blocks", "ascii"]
"""24 greys of a terminal with 256 colours, block characters, or what every encoding has."""

_RAMPS: dict[Shades, str] = {"blocks": " ░▒▓█", "ascii": " .:*#"}
_STEPS = (0.05, 0.25, 0.5, 0.75)
"""From which weight on the next character of a ramp is drawn."""

_LABEL = 20
"""The longest label of a row, and the longest of a column where columns are wide."""
_UPRIGHT = 12
"""The longest label of a column that is written from top to bottom."""
_CELL = 2
"""Columns of the terminal per source token then: two make about a square."""


def shades_for(terminal: bool, encoding: str | None, environment: Mapping[str, str]) -> Shades:
    """Return the best shades that a stream can show.

    Args:
        terminal: whether the stream is one.
        encoding: the stream's, as the console chose it.
        environment: `os.environ`; NO_COLOR and TERM are looked at.
    """
    colour = not environment.get("NO_COLOR") and environment.get("TERM", "") not in ("", "dumb")
    if terminal and colour:
        return "grey"
    try:
        (_RAMPS["blocks"] + "▁…").encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return "ascii"
    return "blocks"


def draw(sentence: Drawn, *, width: int = 80, shades: Shades = "blocks") -> str:
    """Return the attention of a sentence's best translation, or of an answer, as lines of text.

    Where the source tokens do not fit side by side they are written from top to bottom, and where
    not even that is narrow enough, the columns continue below.

    Args:
        sentence: what to draw.
        width: columns of the terminal.
        shades: how weights are shown.
    """
    rows = [_shorten(_visible(token, shades), _LABEL, shades) for token in sentence.tokens]
    columns = [_visible(token, shades) for token in _source_labels(sentence)]
    side = max((_width(row) for row in rows), default=0)
    side = min(side, max(1, width // 3))
    rows = [_pad(_shorten(row, side, shades), side) for row in rows]
    weights = sentence.attention.tolist()  # [T, M]
    wide = [_shorten(column, _LABEL, shades) for column in columns]
    if side + sum(1 + max(_CELL, _width(column)) for column in wide) <= width:
        lines = _side_by_side(rows, wide, weights, shades)
    else:
        lines = []
        size = max(1, (width - side - 1) // _CELL)
        for start in range(0, len(columns), size):
            block = [row[start : start + size] for row in weights]
            lines += ["", *_upright(rows, columns[start : start + size], block, shades)]
    return "\n".join(line.rstrip() for line in [*lines, "", _legend(shades)])


def _side_by_side(
    rows: list[str], columns: list[str], weights: list[list[float]], shades: Shades
) -> list[str]:
    """Labels of columns in one line, each column as wide as its label."""
    sizes = [max(_CELL, _width(column)) for column in columns]
    head = " ".join(_pad(column, size) for column, size in zip(columns, sizes, strict=True))
    lines = [" " * (_width(rows[0]) if rows else 0) + " " + head]
    for label, row in zip(rows, weights, strict=True):
        cells = [_cells([weight], size, shades) for weight, size in zip(row, sizes, strict=True)]
        lines.append(label + " " + " ".join(cells))
    return lines


def _upright(
    rows: list[str], columns: list[str], weights: list[list[float]], shades: Shades
) -> list[str]:
    """Labels of columns from top to bottom, standing on their columns."""
    letters = [_letters(_shorten(column, _UPRIGHT, shades, upright=True)) for column in columns]
    height = max(map(len, letters), default=0)
    margin = " " * (_width(rows[0]) if rows else 0) + " "
    lines = []
    for level in range(height):
        missing = [height - len(column) for column in letters]
        marks = [
            column[level - gap] if level >= gap else ""
            for column, gap in zip(letters, missing, strict=True)
        ]
        lines.append(margin + "".join(_pad(mark, _CELL) for mark in marks))
    for label, row in zip(rows, weights, strict=True):
        lines.append(label + " " + _cells(row, _CELL, shades))
    return lines


def _cells(weights: Sequence[float], size: int, shades: Shades) -> str:
    """Draw neighbouring cells, each `size` columns wide."""
    if shades == "grey":
        levels = [round(min(1.0, max(0.0, weight)) * 23) for weight in weights]
        runs = [(level, len(list(group)) * size) for level, group in itertools.groupby(levels)]
        return "".join(f"\x1b[48;5;{232 + level}m{' ' * n}" for level, n in runs) + "\x1b[0m"
    ramp = _RAMPS[shades]
    return "".join(ramp[sum(weight >= step for step in _STEPS)] * size for weight in weights)


def _legend(shades: Shades) -> str:
    if shades == "grey":
        return "0 " + _cells([i / 23 for i in range(24)], 1, shades) + " 1"
    marks = _RAMPS[shades][1:]
    return "  ".join(f"{mark} {step:.0%}" for mark, step in zip(marks, _STEPS, strict=True))


def _source_labels(sentence: Drawn) -> Sequence[str]:
    """Return a label for each memory position; without attention there is only one."""
    positions = sentence.attention.shape[1]
    if positions == len(sentence.source_tokens):
        return sentence.source_tokens
    return [str(position + 1) for position in range(positions)]


# --- labels ---------------------------------------------------------------------------------


def _visible(token: str, shades: Shades) -> str:
    """Return a token without anything that would move the cursor or change the terminal."""
    if shades == "ascii":
        token = token.replace("▁", "_")
    return "".join(c if c.isprintable() else "?" for c in token) or "?"


def _letters(label: str) -> list[str]:
    """Split a label into letters, each with the marks that combine with it."""
    letters: list[str] = []
    for character in label:
        if letters and _width(character) == 0:
            letters[-1] += character
        else:
            letters.append(character)
    return letters


def _width(label: str) -> int:
    """Return how many columns of a terminal a label takes."""
    return sum(
        0
        if unicodedata.category(c) in ("Mn", "Me")
        else 2
        if unicodedata.east_asian_width(c) in "WF"
        else 1
        for c in label
    )


def _shorten(label: str, size: int, shades: Shades, *, upright: bool = False) -> str:
    """Cut a label to `size` columns, or to so many letters if it is written upright."""
    letters = _letters(label)
    measure = len if upright else lambda kept: _width("".join(kept))
    if measure(letters) <= size:
        return label
    while letters and measure(letters) > size - 1:
        letters.pop()
    return "".join(letters) + ("." if shades == "ascii" else "…")


def _pad(label: str, size: int) -> str:
    return label + " " * (size - _width(label))


# --- picture --------------------------------------------------------------------------------


def png(sentences: Sequence[Drawn]) -> bytes:
    """Return a picture of the sentences' attention, one below the other.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        with _no_trace_of_matplotlib():
            from matplotlib.backends.backend_agg import FigureCanvasAgg
            from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError("drawing a PNG", "matplotlib") from None
    heights = [1.8 + 0.3 * len(sentence.tokens) for sentence in sentences]  # inches
    width = 2.5 + 0.3 * max(sentence.attention.shape[1] for sentence in sentences)
    figure = Figure(figsize=(width, sum(heights)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(sentences), squeeze=False, height_ratios=heights)
    for sentence, (axis,) in zip(sentences, axes, strict=True):
        _plot(axis, sentence)
    # The renderer refuses pictures of more than 2**16 pixels a side.
    resolution = min(150.0, 60_000 / max(width, sum(heights)))
    result = io.BytesIO()
    with warnings.catch_warnings():  # a script that the font lacks is drawn as boxes
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure.savefig(result, format="png", dpi=resolution)
    return result.getvalue()


@contextlib.contextmanager
def _no_trace_of_matplotlib() -> Iterator[None]:
    """Import it without the list of fonts that it would leave in the user's folders.

    What it writes goes to a temporary folder and away with that, unless somebody else has
    imported it already or named a folder for it.
    """
    if "matplotlib" in sys.modules or "MPLCONFIGDIR" in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="allez-") as folder:
        os.environ["MPLCONFIGDIR"] = folder
        try:
            yield
        finally:
            del os.environ["MPLCONFIGDIR"]


def _plot(axis: Axes, sentence: Drawn) -> None:
    """Draw one sentence into one pair of axes."""
    rows = [_visible(token, "blocks") for token in sentence.tokens]
    columns = [_visible(token, "blocks") for token in _source_labels(sentence)]
    # A `$` in a token is a dollar, not the beginning of a formula.
    axis.set_xticks(range(len(columns)), columns, rotation=90, parse_math=False)
    axis.set_yticks(range(len(rows)), rows, parse_math=False)
    axis.xaxis.tick_top()
    axis.tick_params(length=0)
    if rows:
        axis.imshow(sentence.attention, cmap="Greys", vmin=0.0, vmax=1.0, aspect="auto")
