"""Which bundles there are, which of them lead from one language to another, and which do else.

There are those inside the package, in an editable install those beside it, and those that were
installed.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from allez.bundle.contract import MANIFEST
from allez.bundle.manifest import MAX_MANIFEST_BYTES, parse_manifest
from allez.bundle.places import newness, shipped, stored
from allez.errors import BundleError, BundleNotFoundError, OptionError


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
    sha256: str | None = None
    """Of `manifest.json`, if it was installed; None: it came with the package."""
    task: str = "translate"
    """What it is for: "translate", "summarize", "reply" or "caption"."""


PIVOT = "en"
"""By way of which language one comes from one to another that no model leads to."""


def models() -> list[ModelInfo]:
    """Return the bundles that can be loaded by name, in the order of their names.

    Of one name, the shipped one stands first, then those installed, newest first. Only their
    manifests are read; one that cannot be is left out, with a warning in the log. What does not
    translate is never shipped: a checkout holds it to be installed.
    """
    found: dict[str, ModelInfo] = {}
    for folder in shipped():
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.name not in found and (path / MANIFEST).is_file():
                _add(found, path.name, path, None)
    found = {name: model for name, model in found.items() if model.task == "translate"}
    for bundle in stored():
        _add(found, bundle.label, bundle.path, bundle.sha256)
    return sorted(found.values(), key=lambda model: model.name.partition("@")[0])


def _add(found: dict[str, ModelInfo], name: str, path: Path, sha256: str | None) -> None:
    """Add a bundle to those that were found, if it can be read."""
    try:
        with (path / MANIFEST).open("rb") as stream:
            manifest = parse_manifest(stream.read(MAX_MANIFEST_BYTES + 1))
    except (BundleError, OSError) as error:
        import logging  # slow to load, and seldom needed

        logging.getLogger(__name__).warning("%s cannot be used: %s", path, error)
        return
    found[name] = ModelInfo(
        name,
        manifest.version,
        manifest.source.language,
        manifest.target.language,
        manifest.license,
        path,
        sha256,
        manifest.task,
    )


def between(source: str, target: str, known: Sequence[ModelInfo] | None = None) -> ModelInfo:
    """Return the bundle that translates one language into another, the nearest one there is.

    Of several for the same languages it is the one that is named after them (`fr-en`), of those
    the newest, of those the one shipped.

    Args:
        source: BCP 47, in small letters or capitals. What has no bundle of its own is looked for
            without its last part, again and again: `fr-Latn-CA`, `fr-Latn`, `fr`.
        target: likewise.
        known: among which; None: all there are. Those that do not translate do not count.

    Raises:
        BundleNotFoundError: there is none.
    """
    known = [m for m in (models() if known is None else known) if m.task == "translate"]
    for wanted in itertools.product(_lookups(source), _lookups(target)):
        fitting = [
            m
            for m in known
            if m.source_language
            and (m.source_language.lower(), m.target_language.lower()) == wanted
        ]
        if fitting:
            proper = "-".join(wanted)
            return max(
                fitting,
                key=lambda m: (m.name.partition("@")[0].lower() == proper, newness(m.version)),
            )
    pairs = ", ".join(dict.fromkeys(f"{m.source_language} to {m.target_language}" for m in known))
    raise BundleNotFoundError(
        f"there is no model from {source!r} to {target!r}", hint=f"there is: {pairs or 'none'}"
    )


def way(
    source: str, target: str, known: Sequence[ModelInfo] | None = None
) -> tuple[ModelInfo, ...]:
    """Return the bundles that lead from one language to another: one, or two by way of English.

    Args:
        source: as for `between`.
        target: likewise.
        known: likewise.

    Raises:
        BundleNotFoundError: there is no way.
    """
    known = models() if known is None else known
    try:
        return (between(source, target, known),)
    except BundleNotFoundError as error:
        try:
            return between(source, PIVOT, known), between(PIVOT, target, known)
        except BundleNotFoundError:
            raise error from None


def for_task(
    task: str, language: str | None = None, known: Sequence[ModelInfo] | None = None
) -> ModelInfo:
    """Return the newest bundle for a task other than to translate; of equals the one shipped.

    Args:
        task: as `ModelInfo.task`.
        language: that is written, BCP 47, looked up as `between` does; None: the one there is.
        known: among which; None: all there are.

    Raises:
        BundleNotFoundError: there is none.
        OptionError: no language was named, and there are several.
    """
    known = [m for m in (models() if known is None else known) if m.task == task]
    languages = list(dict.fromkeys(m.target_language for m in known))
    if language is None and len(languages) > 1:
        raise OptionError(
            f"there are models to {task} in several languages",
            hint=f"name one: {', '.join(sorted(languages))}",
        )
    for wanted in _lookups(language) if language is not None else [""]:
        fitting = [m for m in known if not wanted or m.target_language.lower() == wanted]
        if fitting:
            return max(fitting, key=lambda m: newness(m.version))
    where = "" if language is None else f" in {language!r}"
    raise BundleNotFoundError(
        f"there is no model to {task}{where}",
        hint=f"there is: {', '.join(sorted(languages))}"
        if languages
        else "allez models install FOLDER",
    )


def _lookups(tag: str) -> list[str]:
    """Return a language tag in small letters, then without its last part, and so on (RFC 4647)."""
    parts = tag.lower().split("-")
    return ["-".join(parts[:count]) for count in range(len(parts), 0, -1)]
