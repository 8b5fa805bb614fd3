"""A translator by its languages, among the models that there are."""

from __future__ import annotations

from allez.bundle import between
from allez.options import Providers
from allez.translate.translator import Translator


def open(
    source: str, target: str, *, threads: int | None = None, providers: Providers = None
) -> Translator:
    """Return a translator from one language into another, with the model that there is for them.

    Args:
        source: BCP 47, as `fr`; capitals are small letters, and a region that has no model of its
            own is its language: `fr-CA` is `fr`.
        target: likewise.
        threads: as for `Translator`.
        providers: as for `Translator`; errors too.

    Raises:
        BundleNotFoundError: there is no model for these languages; see `allez.models`.
    """
    return Translator(between(source, target).path, threads=threads, providers=providers)
