"""Our own API: everything that is known of a translation, and translations as they grow."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from allez.bundle import ModelInfo
from allez.documents.records import record
from allez.errors import AllezError
from allez.options import TranslateOptions
from allez.results import Translation
from allez.server.engine import Pair
from allez.server.reading import json_object, text_of, texts_of
from allez.server.refusals import Refusal, invalid, refusal_of
from allez.server.service import Service, checked_options, watching
from allez.translate.deadline import Cancellation

FIELDS = {"text", "source", "target", "options", "attention", "stream"}


class V1:
    """Its routes.

    Args:
        service: does the work.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    async def models(self, request: Request) -> Response:
        """`GET /v1/models`: what is loaded."""
        return JSONResponse(
            [
                {
                    "name": _bare(model),
                    "version": model.version,
                    "source": model.source_language,
                    "target": model.target_language,
                    "license": model.license,
                }
                for model in self._service.engine.models
            ]
        )

    async def translate(self, request: Request) -> Response:
        """`POST /v1/translate`: texts with options; all that is known of their translations."""
        service = self._service
        fields = json_object(await request.body())
        service.check_key(request, fields)
        unknown = sorted(fields.keys() - FIELDS - {"api_key"})
        if unknown:
            raise invalid(f"there is no parameter {unknown[0][:100]!r}")
        texts, is_list = texts_of(fields.get("text"), "text", service.settings)
        given = fields.get("options", {})
        if not isinstance(given, dict):
            raise invalid("options must be an object")
        attention, stream = _flag(fields, "attention"), _flag(fields, "stream")
        options = _checked(service, given)
        source, target = text_of(fields, "source"), text_of(fields, "target")
        pair, detected = await service.choose(source, target, texts)
        if pair is None:
            raise invalid("source and target are the same language")
        about: dict[str, Any] = {"models": [f"{_bare(m)} {m.version}" for m in pair.models]}
        if detected is not None:
            confidence = round(detected.confidence, 2)
            about["detected"] = {"language": detected.language, "confidence": confidence}
        if stream:
            if is_list:
                raise invalid("a stream is of one text")
            if options.markup:
                raise invalid("a stream has no markup: tags wait for the end")
            return self._stream(request, pair, texts[0], options, about)
        answers = await service.translate(request, pair, texts, options)
        told = [_told(answer, attention=attention) for answer in answers]
        return JSONResponse(about | {"translations": told})

    def _stream(
        self,
        request: Request,
        pair: Pair,
        text: str,
        options: TranslateOptions,
        about: dict[str, Any],
    ) -> Response:
        """Return an answer of server-sent events: `begin`, `piece` …, `end`; or `error`."""
        service = self._service
        cancel = Cancellation()
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[str | bool | BaseException] = asyncio.Queue()

        def work() -> None:
            for piece in service.engine.stream(pair, text, options, cancel):
                loop.call_soon_threadsafe(pieces.put_nowait, piece)

        async def run() -> None:
            try:
                await service.gate.run(work)
            except Exception as error:
                pieces.put_nowait(error)

        async def events() -> AsyncIterator[bytes]:
            task = asyncio.create_task(run())
            try:
                yield _event("begin", about)
                while True:
                    piece = await pieces.get()
                    if isinstance(piece, str):
                        yield _event("piece", {"text": piece})
                        continue
                    if isinstance(piece, bool):
                        yield _event("end", {"finished": piece})
                    else:
                        yield _event("error", {"error": _message(piece)})
                        if not isinstance(piece, (AllezError, Refusal)):
                            raise piece
                    return
            finally:
                cancel.set()
                await asyncio.wait([task])

        async def watched() -> AsyncIterator[bytes]:
            async with watching(request, cancel):
                async for event in events():
                    yield event

        service.count(request, pair, [text], 0)
        return StreamingResponse(
            watched(), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )


def _checked(service: Service, given: Mapping[str, Any]) -> TranslateOptions:
    try:
        return checked_options(service, given)
    except TypeError as error:
        raise invalid(str(error)) from None


def _bare(model: ModelInfo) -> str:
    """Return the name of a model without the version that one of the store has in it."""
    return model.name.partition("@")[0]


def _flag(fields: Mapping[str, Any], name: str) -> bool:
    value = fields.get(name, False)
    if not isinstance(value, bool):
        raise invalid(f"{name} must be true or false")
    return value


def _event(name: str, data: Mapping[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def _message(error: BaseException) -> str:
    if isinstance(error, Refusal):
        return error.message
    return refusal_of(error).message if isinstance(error, AllezError) else "internal error"


def _told(translation: Translation, *, attention: bool) -> dict[str, Any]:
    """Return a translation as `allez --format jsonl` does, with what programs want beside."""
    told = record(translation)
    told["texts"] = list(translation.texts)
    for sentence, line in zip(translation.sentences, told["sentences"], strict=True):
        line["carried"] = [carried._asdict() for carried in sentence.carried]
        line["source_spans"] = [list(span) for span in sentence.source_spans]
        line["spans"] = [list(span) for span in sentence.hypotheses[0].spans]
        if attention:
            line["attention"] = [[round(float(w), 4) for w in row] for row in sentence.attention]
    if translation.pivot is not None:
        told["pivot"] = _told(translation.pivot, attention=attention)
    return told
