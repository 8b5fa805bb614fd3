"""What all routes of a server share: the models, the gate, the keys, what is counted."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from starlette.requests import Request

from allez.errors import OptionError
from allez.options import TranslateOptions
from allez.results import Translation
from allez.server.engine import AUTO, Engine, Pair
from allez.server.gate import Gate
from allez.server.keys import Keys
from allez.server.metrics import Metrics
from allez.server.refusals import Refusal
from allez.server.results import Results
from allez.server.settings import Settings
from allez.translate.deadline import Cancellation
from allez.translate.detection import Detected


class Service:
    """One server's state.

    Args:
        settings: what it was told.

    Raises:
        AllezError: a model cannot be loaded, or the file of keys cannot be read.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.keys = None if settings.keys is None else Keys(settings.keys)
        self.engine = Engine(settings)
        self.gate = Gate(settings.max_waiting)
        self.metrics = Metrics(self.gate.inside)
        self.results = Results()

    def close(self) -> None:
        """Let models and threads go, when the last request is answered."""
        self.gate.close()
        self.engine.close()

    def check_key(self, request: Request, fields: Mapping[str, Any]) -> None:
        """Refuse who needs a key and has none; it may be a field, or a bearer token.

        Raises:
            Refusal: the key is missing or wrong.
        """
        if self.keys is None:
            return
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        given = token.strip() if kind.lower() == "bearer" else fields.get("api_key")
        if given not in self.keys:
            raise Refusal(403, "Invalid API key" if given else "an API key is needed", "key")

    async def choose(
        self, source: str, target: str, texts: Sequence[str]
    ) -> tuple[Pair | None, Detected | None]:
        """Return what translates, None where nothing is to be; and the language that was found.

        Raises:
            Refusal: nothing translates between these languages.
        """
        detected = None
        if source.lower() == AUTO:
            found = await self.gate.run(lambda: self.engine.detect(texts))
            detected, source = found[0], found[0].language
        if source.lower() == target.lower() and detected is None:
            self.engine.pair(*self._known_to(source))
            return None, None
        return self.engine.pair(source, target), detected

    def _known_to(self, language: str) -> tuple[str, str]:
        """Return a pair that has this language, to find out whether there is one."""
        for source, targets in self.engine.targets().items():
            if language.lower() in (source.lower(), *(t.lower() for t in targets)):
                return source, targets[0]
        return language, language

    async def translate(
        self, request: Request, pair: Pair, texts: Sequence[str], options: TranslateOptions
    ) -> list[Translation]:
        """Translate the texts of a request, as long as somebody waits for the answer.

        Raises:
            Refusal: there is no room, or a limit was passed.
            AllezError: as by `Engine.translate`.
        """
        cancel = Cancellation()
        async with watching(request, cancel):
            answers = await self.gate.run(
                lambda: self.engine.translate(pair, texts, options, cancel)
            )
        self.count(request, pair, texts, sum(len(a.sentences) for a in answers))
        return answers

    def count(self, request: Request, pair: Pair, texts: Sequence[str], sentences: int) -> None:
        """Count what was translated, and leave it for the log."""
        source, target = pair.translator.source_language, pair.translator.target_language
        characters = sum(map(len, texts))
        self.metrics.characters.labels(source, target).inc(characters)
        self.metrics.sentences.labels(source, target).inc(sentences)
        request.state.told = {"source": source, "target": target, "characters": characters}


@contextlib.asynccontextmanager
async def watching(request: Request, cancel: Cancellation) -> AsyncIterator[None]:
    """Give work up when whoever asked for it has gone; the body must have been read."""

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        cancel.set()

    task = asyncio.create_task(watch())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def checked_options(service: Service, given: Mapping[str, Any]) -> TranslateOptions:
    """Return the options that a request asks for, by the names of `TranslateOptions`.

    Raises:
        OptionError: there is no such option, it makes no sense, or is more than is allowed.
    """
    known = set(TranslateOptions.__dataclass_fields__) - {"cancel"}
    unknown = sorted(set(given) - known)
    if unknown:
        raise OptionError(f"there is no option {unknown[0]!r}", hint=", ".join(sorted(known)))
    options = TranslateOptions(**given)
    most = service.settings.max_alternatives + 1
    for name in ("beam_size", "n_best"):
        if (getattr(options, name) or 0) > most:
            raise OptionError(f"{name} must be 1 to {most} here")
    if (options.max_length or 0) > 1000 or options.min_length > 1000:
        raise OptionError("a translation may be told to have 1000 tokens at most here")
    return options
