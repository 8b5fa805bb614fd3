"""Bundles that a model's weights come from: named in its manifest, their notices carried along."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from allez.bundle.reader import Bundle
from allez_export.config import ConfigError

PERMISSIVE = frozenset(
    ("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC-BY-4.0", "CC0-1.0", "MIT")
)
"""Licences whose weights may be trained on and passed on under another one."""


def parent_of(bundle: Bundle) -> dict[str, Any]:
    """Return what a model that begins with a bundle keeps of it."""
    manifest = bundle.manifest
    return {
        "name": manifest.name,
        "version": manifest.version,
        "license": manifest.license,
        "files": {role: entry.sha256 for role, entry in manifest.files.items()},
        "notice": bundle.text("notice"),
    }


def recorded(parents: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the parents as the manifest has them."""
    keys = ("name", "version", "license", "files")
    return [{key: parent[key] for key in keys} for parent in parents]


def check_license(own: str, parents: Sequence[dict[str, Any]]) -> None:
    """Refuse a licence under which the parents' weights may not be passed on.

    Raises:
        ConfigError: a parent's licence is another one, and asks for itself.
    """
    for parent in parents:
        if parent["license"] != own and parent["license"] not in PERMISSIVE:
            raise ConfigError(
                f"package.license is {own}, but {parent['name']} {parent['version']}, which "
                f"training begins with, is {parent['license']}",
                hint=f'[package] license = "{parent["license"]}"',
            )


_CARRIED = re.compile(r"^(Trained on from .+), whose notice (?:follows|is above)\.$", re.MULTILINE)


def with_notices(own: str, parents: Sequence[dict[str, Any]]) -> str:
    """Return a notice followed by those of the parents and of theirs; what is the same once."""
    parts, known = [own.rstrip()], {own.strip()}
    for parent in parents:
        heading = f"Trained on from {parent['name']} {parent['version']}"
        for before, text in _one_by_one(heading, parent["notice"]):
            if text and text not in known:
                parts += [f"{before}, whose notice follows.", text]
                known.add(text)
            else:
                parts.append(f"{before}, whose notice is above.")
    return "\n\n\n".join(parts) + "\n"


def _one_by_one(heading: str, notice: str) -> Iterator[tuple[str, str]]:
    """Yield the headings and the texts of a notice and of those that it carries along."""
    first, *others = _CARRIED.split(notice)
    yield heading, first.strip()
    for before, text in zip(others[::2], others[1::2], strict=True):
        yield before, text.strip()
