"""What sections of a configuration check their values with."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite
from typing import Any

from allez.errors import AllezError


class ConfigError(AllezError, ValueError):
    """A configuration file does not say what it must, or says what it cannot."""


def check(section: Any, **ranges: tuple[float, float]) -> None:
    """Raise ConfigError unless each named value lies within its range; None is left alone."""
    for name, (low, high) in ranges.items():
        value = getattr(section, name)
        if value is not None and not (low <= value <= high and isfinite(value)):
            wanted = f"at least {low}" if high == inf else f"{low} to {high}"
            raise ConfigError(f"{name} must be {wanted}, not {value}")


def check_choice(section: Any, name: str, known: Sequence[str]) -> None:
    """Raise ConfigError unless a named value is one of those known."""
    value = getattr(section, name)
    if value not in known:
        raise ConfigError(f"{name} must be one of {', '.join(known)}, not {value!r}")
