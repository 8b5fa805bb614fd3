"""How a file is to be read: what a caller may say of it, the same for every format."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is known of a file beside its bytes."""

    wrapped: bool = False
    """Lines of plain text that go on with the one before belong to one paragraph."""
    columns: tuple[str, ...] = ()
    """Columns of a table that are translated, by name or number from 1; none: those with prose."""
    source: str | None = None
    """The language of the text, "fr"; a file that names it is told the new one."""
    target: str | None = None
    """The language that it is translated into; None: no file is told."""
