"""Which bundles there are: those inside the package, and in an editable install those beside it."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import NamedTuple

from allez.bundle.contract import MANIFEST
from allez.bundle.manifest import MAX_MANIFEST_BYTES, parse_manifest
from allez.bundle.reader import shipped
from allez.errors import BundleError, BundleNotFoundError


class ModelInfo(NamedTuple):
    """A bundle that can be loaded by its name."""

    name: str
    """What `Translator` takes."""
    version: str
    source_language: str
    """BCP 47."""
    target_language: str
    license: str
    """SPDX expression of the weights."""
    path: Path


def models() -> list[ModelInfo]:
    """Return the bundles that can be loaded by name, in the order of their names.

    Only their manifests are read; one that cannot be is left out, with a warning in the log.
    """
    found: dict[str, ModelInfo] = {}
    for folder in shipped():
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.name in found or not (path / MANIFEST).is_file():
                continue
            try:
                with (path / MANIFEST).open("rb") as stream:
                    manifest = parse_manifest(stream.read(MAX_MANIFEST_BYTES + 1))
            except (BundleError, OSError) as error:
                import logging  # slow to load, and seldom needed

                logging.getLogger(__name__).warning("%s cannot be used: %s", path, error)
                continue
            found[path.name] = ModelInfo(
                path.name,
                manifest.version,
                manifest.source.language,
                manifest.target.language,
                manifest.license,
                path,
            )
    return [found[name] for name in sorted(found)]


def between(source: str, target: str) -> ModelInfo:
    """Return the bundle that translates one language into another, the nearest one there is.

    Args:
        source: BCP 47, in small letters or capitals. What has no bundle of its own is looked for
            without its last part, again and again: `fr-Latn-CA`, `fr-Latn`, `fr`.
        target: likewise.

    Raises:
        BundleNotFoundError: there is none.
    """
    known = models()
    for wanted in itertools.product(_lookups(source), _lookups(target)):
        for model in known:
            if (model.source_language.lower(), model.target_language.lower()) == wanted:
                return model
    pairs = ", ".join(f"{m.source_language} to {m.target_language}" for m in known)
    raise BundleNotFoundError(
        f"there is no model from {source!r} to {target!r}", hint=f"there is: {pairs or 'none'}"
    )


def _lookups(tag: str) -> list[str]:
    """Return a language tag in small letters, then without its last part, and so on (RFC 4647)."""
    parts = tag.lower().split("-")
    return ["-".join(parts[:count]) for count in range(len(parts), 0, -1)]
