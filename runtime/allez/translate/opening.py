"""Translators by the models that they are made of."""

from __future__ import annotations

from allez.bundle import ModelInfo
from allez.options import Providers
from allez.translate.pivot import Pivot
from allez.translate.translator import Translator


def loaded(
    models: tuple[ModelInfo, ...], *, threads: int | None = None, providers: Providers = None
) -> Translator | Pivot:
    """Return what translates with one model, or with two of them one behind the other."""
    translators: list[Translator] = []
    try:
        for model in models:
            translators.append(Translator(model.path, threads=threads, providers=providers))
    except BaseException:
        for translator in translators:
            translator.close()
        raise
    return Pivot(*translators) if len(translators) == 2 else translators[0]
