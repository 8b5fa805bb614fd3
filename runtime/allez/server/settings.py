"""What whoever runs a server may decide, with what it is otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that a server is told. What is counted in no unit is a number of things."""

    host: str = "127.0.0.1"
    port: int = 5000
    """0: any that is free."""
    models: tuple[str, ...] = ()
    """Names or paths of bundles; none: the best one for each pair of languages that there is."""
    threads: int | None = None
    """Batches that each model works on at the same time at most; None: one per core."""
    keys: Path | None = None
    """A file of API keys, one a line; None: nobody needs one."""
    origins: tuple[str, ...] = ()
    """Origins whose pages may call from a browser (CORS); none: only pages of this server."""
    page: Path | None = None
    """A folder that is served at `/`; None: the one of the checkout, if it was built."""
    max_characters: int = 50_000
    """Of all texts of a request."""
    max_texts: int = 1_000
    """In one request."""
    max_sentences: int = 2_000
    """In all texts of a request."""
    max_bytes: int = 16 * 2**20
    """Of the body of a request, and so of a document."""
    max_seconds: float = 60.0
    """For the translation of one request, from when its body is there."""
    max_waiting: int = 256
    """Requests that are translated or wait for it."""
    max_connections: int = 1_000
    body_seconds: float = 30.0
    """For a body to arrive."""
    header_seconds: float = 10.0
    """For the headers of a request to arrive."""
    max_alternatives: int = 10
    """Further translations, and hypotheses kept, that a request may ask for beside the first."""
