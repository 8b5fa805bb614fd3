"""The models of a server, loaded; and one request's texts through them. Knows nothing of HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from time import monotonic
from typing import NamedTuple

from allez.bundle import Bundle, ModelInfo, find, models
from allez.bundle.store import PIVOT, between
from allez.errors import (
    BundleNotFoundError,
    CancelledError,
    MissingExtraError,
    OptionError,
)
from allez.options import Cancel, TranslateOptions
from allez.results import Translation
from allez.server.refusals import Refusal, invalid
from allez.server.settings import Settings
from allez.translate.detection import Detected, Detector
from allez.translate.pivot import Pivot
from allez.translate.translator import Translator

AUTO = "auto"
"""What stands for a language that is to be found out."""

_LOOKED_AT = 2_000
"""Characters by which a language is told."""


class Pair(NamedTuple):
    """What translates between two languages."""

    translator: Translator | Pivot
    models: tuple[ModelInfo, ...]
    """One, or two by way of another language."""


class Engine:
    """Translators for all pairs of languages that a server offers; the same for all requests.

    Args:
        settings: which models, and the limits.

    Raises:
        AllezError: a model cannot be loaded, or there is none.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known = _known(settings.models)
        self._loaded: dict[str, Translator] = {}
        self._pairs: dict[tuple[str, str], Pair] = {}
        try:
            self._load()
        except BaseException:
            self.close()
            raise
        sources = sorted({source for source, _ in self._pairs})
        self._detector: Detector | None = None
        self._undetected = ""
        try:
            self._detector = Detector(sources)
        except (MissingExtraError, OptionError) as error:  # whoever names languages is served
            self._undetected = str(error)

    def _load(self) -> None:
        """Load the best model of each pair, and put two together where none leads."""
        direct = {(m.source_language, m.target_language) for m in self._known}
        for source, target in sorted(direct):
            best = between(source, target, self._known)
            translator = Translator(best.path, threads=self._settings.threads)
            self._loaded[best.name] = translator
            self._pairs[source, target] = Pair(translator, (best,))
        into = {s: p for (s, t), p in self._pairs.items() if t.lower() == PIVOT}
        out = {t: p for (s, t), p in self._pairs.items() if s.lower() == PIVOT}
        for source, first in into.items():
            for target, second in out.items():
                if source != target and (source, target) not in self._pairs:
                    assert isinstance(first.translator, Translator)
                    assert isinstance(second.translator, Translator)
                    pivot = Pivot(first.translator, second.translator)
                    self._pairs[source, target] = Pair(pivot, first.models + second.models)

    def close(self) -> None:
        """Let all models go."""
        for translator in self._loaded.values():
            translator.close()

    @property
    def models(self) -> Sequence[ModelInfo]:
        """The models that are loaded."""
        return [pair.models[0] for pair in self._pairs.values() if len(pair.models) == 1]

    def targets(self) -> dict[str, list[str]]:
        """Return each language that is translated, and into which, in their order."""
        found: dict[str, list[str]] = {}
        for source, target in sorted(self._pairs):
            found.setdefault(source, []).append(target)
        return found

    def detect(self, texts: Sequence[str]) -> list[Detected]:
        """Return which languages texts are likely in, the likeliest first.

        Raises:
            Refusal: they cannot be told apart here.
        """
        if self._detector is None:
            raise invalid(f"name the language of the text: {self._undetected}")
        return self._detector("\n".join(texts)[:_LOOKED_AT])

    def pair(self, source: str, target: str) -> Pair:
        """Return what translates from one language to another.

        Raises:
            Refusal: nothing does.
        """
        for tag in (source, target):
            if not tag.isascii() or len(tag) > 40:
                raise invalid("a language is a tag such as fr or pt-BR")
        known = {m.lower(): m for pair in self._pairs for m in pair}
        chosen = []
        for tag in (source, target):
            parts = tag.lower().split("-")
            tags = ("-".join(parts[:count]) for count in range(len(parts), 0, -1))
            found = next((known[t] for t in tags if t in known), None)
            if found is None:
                raise invalid(f"{tag} is not supported")
            chosen.append(found)
        pair = self._pairs.get((chosen[0], chosen[1]))
        if pair is None:
            raise invalid(f"{target} is not available as a target language from {source}")
        return pair

    def translate(
        self,
        pair: Pair,
        texts: Sequence[str],
        options: TranslateOptions,
        cancel: Cancel,
    ) -> list[Translation]:
        """Translate the texts of one request, until `cancel` is set.

        Raises:
            Refusal: they have too many sentences, or the time of a request was over.
            AllezError: as `Translator.translate_batch`.
        """
        limit = self._settings.max_seconds
        given = options.max_time
        end = monotonic() + limit
        time = limit if given is None else min(limit, given)
        options = replace(options, max_time=time, cancel=cancel)
        count = 0
        answers: list[Translation] = []
        for translation in pair.translator.translate_batch(list(texts), options=options):
            answers.append(translation)
            count += len(translation.sentences)
            if count > self._settings.max_sentences:
                raise Refusal(
                    413,
                    f"a request may have {self._settings.max_sentences:,} sentences",
                    "sentences",
                )
        late = monotonic() >= end and (given is None or given >= limit)
        if late and not all(answer.finished for answer in answers):
            raise Refusal(408, f"it takes more than {limit:g} seconds", "time", retry_after=1)
        return answers

    def stream(
        self, pair: Pair, text: str, options: TranslateOptions, cancel: Cancel
    ) -> Iterator[str | bool]:
        """Yield the pieces of a translation, and last whether it came to its end."""
        limit = self._settings.max_seconds
        time = limit if options.max_time is None else min(limit, options.max_time)
        options = replace(options, max_time=time, cancel=cancel)
        pieces = pair.translator.stream(text, options=options)
        try:
            finished = yield from pieces
        except CancelledError:
            finished = False
        yield finished


def _known(names: Sequence[str]) -> list[ModelInfo]:
    """Return the models that are named; none: all that translate one language into another.

    Raises:
        BundleNotFoundError: there is none.
    """
    if not names:
        known = [
            m
            for m in models()
            if m.task == "translate" and m.source_language not in ("", m.target_language)
        ]
        if not known:
            raise BundleNotFoundError("there is no model", hint="allez models install FILE")
        return known
    found = []
    for name in names:
        path = find(name)
        manifest = Bundle.read(path).manifest
        found.append(
            ModelInfo(
                manifest.name,
                manifest.version,
                manifest.source.language,
                manifest.target.language,
                manifest.license,
                path,
                task=manifest.task,
            )
        )
    return found
