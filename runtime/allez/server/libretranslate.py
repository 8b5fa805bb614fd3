"""LibreTranslate's API, as its clients use it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from allez.documents.formats import FORMATS, recognise
from allez.documents.reading import Reading
from allez.documents.translation import Translate, translate_document
from allez.options import TranslateOptions
from allez.results import Translation
from allez.server.engine import AUTO, Pair
from allez.server.names import name_of
from allez.server.reading import Upload, fields_of, number_of, text_of, texts_of
from allez.server.refusals import Refusal, invalid
from allez.server.service import Service, watching
from allez.translate.deadline import Cancellation
from allez.translate.detection import Detected
from allez.translate.pivot import Pivot, divided


class LibreTranslate:
    """Its routes.

    Args:
        service: does the work.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    async def translate(self, request: Request) -> Response:
        """`POST /translate`: a text, or a list of them."""
        service = self._service
        fields = await fields_of(request)
        service.check_key(request, fields)
        texts, is_list = texts_of(fields.get("q"), "q", service.settings)
        source, target = text_of(fields, "source"), text_of(fields, "target")
        form = text_of(fields, "format", "text")
        if form not in ("text", "html"):
            raise invalid("format must be text or html")
        alternatives = number_of(fields, "alternatives", service.settings.max_alternatives)
        pair, detected = await service.choose(source, target, texts)
        content: dict[str, Any] = {}
        if pair is None:
            found = [[text] for text in texts]
        else:
            options = TranslateOptions(
                n_best=alternatives + 1, markup="html" if form == "html" else None
            )
            answers = await service.translate(request, pair, texts, options)
            found = [list(answer.texts) for answer in answers]
        firsts = [ways[0] for ways in found]
        content["translatedText"] = firsts if is_list else firsts[0]
        if alternatives:
            others = [_others(ways) for ways in found]
            content["alternatives"] = others if is_list else others[0]
        if detected is not None:
            told = _told(detected)
            content["detectedLanguage"] = [told] * len(texts) if is_list else told
        return JSONResponse(content)

    async def detect(self, request: Request) -> Response:
        """`POST /detect`: which language a text is likely in."""
        service = self._service
        fields = await fields_of(request)
        service.check_key(request, fields)
        texts, _ = texts_of(fields.get("q"), "q", service.settings)
        found = await service.gate.run(lambda: service.engine.detect(texts))
        return JSONResponse([_told(one) for one in found])

    async def languages(self, request: Request) -> Response:
        """`GET /languages`: what is translated into what."""
        targets = self._service.engine.targets()
        known = sorted({*targets, *(t for several in targets.values() for t in several)})
        return JSONResponse(
            [
                {"code": code, "name": name_of(code), "targets": targets.get(code, [])}
                for code in known
            ]
        )

    async def frontend_settings(self, request: Request) -> Response:
        """`GET /frontend/settings`: what a page needs to know."""
        service = self._service
        source, targets = next(iter(service.engine.targets().items()))
        return JSONResponse(
            {
                "apiKeys": service.keys is not None,
                "charLimit": service.settings.max_characters,
                "filesTranslation": True,
                "frontendTimeout": 500,
                "keyRequired": service.keys is not None,
                "language": {
                    "source": {"code": source, "name": name_of(source)},
                    "target": {"code": targets[0], "name": name_of(targets[0])},
                },
                "suggestions": False,
                "supportedFilesFormat": [s for form in FORMATS.values() for s in form.suffixes],
            }
        )

    async def translate_file(self, request: Request) -> Response:
        """`POST /translate_file`: a document; the answer says where its translation is."""
        service = self._service
        fields = await fields_of(request)
        service.check_key(request, fields)
        upload = fields.get("file")
        if not isinstance(upload, Upload):
            raise invalid("missing file parameter")
        source, target = text_of(fields, "source"), text_of(fields, "target")
        if source.lower() == AUTO:
            raise invalid("the language of a document must be named")
        pair, _ = await service.choose(source, target, [])
        if pair is None:
            data = upload.data
        else:
            data = await self._document(request, pair, upload)
        token = service.results.add(upload.name, data)
        url = request.url_for("download_file", name=token)
        return JSONResponse({"translatedFileUrl": str(url)})

    async def _document(self, request: Request, pair: Pair, upload: Upload) -> bytes:
        cancel = Cancellation()
        seconds = self._service.settings.max_seconds

        def work() -> tuple[bytes, list[str], int]:
            form = recognise(upload.name, upload.data)
            reading = Reading(
                source=pair.translator.source_language, target=pair.translator.target_language
            )
            document = form.parse(upload.data, reading)
            texts = [segment.source.text for segment in document.segments]
            if sum(map(len, texts)) > self._service.settings.max_characters:
                limit = f"{self._service.settings.max_characters:,}"
                raise Refusal(413, f"a document may have {limit} characters", "characters")
            options = TranslateOptions(max_time=seconds, cancel=cancel)
            counted: list[int] = []
            steps = _steps(pair, options, counted)
            return translate_document(document, *steps), texts, sum(counted)

        async with watching(request, cancel):
            data, texts, sentences = await self._service.gate.run(work)
        self._service.count(request, pair, texts, sentences)
        return data

    async def download_file(self, request: Request) -> Response:
        """`GET /download_file/NAME`: a translated document, for a quarter of an hour."""
        result = self._service.results.get(request.path_params["name"])
        if result is None:
            raise Refusal(404, "there is no such file, or none any more", "file")
        return Response(
            result.data,
            media_type="application/octet-stream",
            headers={"Content-Disposition": f'attachment; filename="{result.name}"'},
        )

    async def suggest(self, request: Request) -> Response:
        """`POST /suggest`: is not offered; nothing that is sent here is kept."""
        raise Refusal(403, "Suggestions are disabled on this server.", "suggestion")

    async def health(self, request: Request) -> Response:
        """`GET /health`: the models are loaded, since otherwise nobody would answer."""
        return JSONResponse({"status": "ok"})


def _steps(pair: Pair, options: TranslateOptions, counted: list[int]) -> list[Translate]:
    """Return what translates a document; the sentences of the last step are counted."""
    translator = pair.translator
    legs = [translator.first, translator.second] if isinstance(translator, Pivot) else [translator]
    asked = divided(options) if len(legs) > 1 else (options,)

    def step(number: int) -> Translate:
        def translate(texts: Iterable[str]) -> Iterator[Translation]:
            leg = legs[number]
            for translation in leg.translate_batch(list(texts), options=asked[number]):
                if number == len(legs) - 1:
                    counted.append(len(translation.sentences))
                yield translation

        return translate

    return [step(number) for number in range(len(legs))]


def _others(ways: list[str]) -> list[str]:
    """Return further translations, each once."""
    return list(dict.fromkeys(way for way in ways[1:] if way != ways[0]))


def _told(detected: Detected) -> dict[str, object]:
    return {"confidence": round(100 * detected.confidence), "language": detected.language}
