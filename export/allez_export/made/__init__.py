"""Training pairs that are made, not found, in French and English: see `pairs`.

`fr-en.json` holds the sentences with slots and the words that fill others.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import numpy as np

DATA: dict[str, Any] = json.loads(
    (files("allez_export") / "made" / "fr-en.json").read_text(encoding="utf-8")
)
"""Frames, values and words, by what they are for."""


def one(generator: np.random.Generator, choices: Sequence[Any]) -> Any:
    """Return one of several things."""
    return choices[int(generator.integers(len(choices)))]
