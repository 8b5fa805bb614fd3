"""Types of arrays. The letters of their shapes are in ARCHITECTURE.md."""

from __future__ import annotations

from typing import Any

import numpy as np

Int32Array = np.ndarray[Any, np.dtype[np.int32]]
FloatArray = np.ndarray[Any, np.dtype[np.floating[Any]]]
IntArray = np.ndarray[Any, np.dtype[np.int64]]
BoolArray = np.ndarray[Any, np.dtype[np.bool_]]
