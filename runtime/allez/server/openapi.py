"""The description of both APIs, as OpenAPI 3.1; the page at `/docs` is made of it."""

from __future__ import annotations

from typing import Any

from allez import __version__
from allez.documents.formats import FORMATS
from allez.server.settings import Settings

TEXT = {"type": "string"}
ERROR = {
    "type": "object",
    "properties": {"error": TEXT},
    "required": ["error"],
}
LANGUAGE = {"$ref": "#/components/schemas/Language"}


def description(settings: Settings, languages: list[str]) -> dict[str, Any]:
    """Return the whole description.

    Args:
        settings: the limits, which stand in it.
        languages: that a text may be in or be translated into.
    """
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Allez",
            "version": __version__,
            "description": "Offline translation: LibreTranslate's API, and one of our own (v1). "
            f"Languages: {', '.join(languages)}.",
        },
        "paths": {
            "/translate": {"post": _translate(settings)},
            "/detect": {"post": _detect(settings)},
            "/languages": {"get": _get("Languages", "What is translated into what", _LANGUAGES)},
            "/translate_file": {"post": _translate_file(settings)},
            "/download_file/{name}": {"get": _download()},
            "/frontend/settings": {
                "get": _get("Settings", "What a page needs to know", {"type": "object"})
            },
            "/health": {"get": _get("Health", "Whether it answers", {"type": "object"})},
            "/v1/translate": {"post": _v1(settings)},
            "/v1/models": {"get": _get("Models", "What is loaded", {"type": "array"})},
            "/metrics": {"get": _metrics()},
        },
        "components": {
            "schemas": {"Error": ERROR, "Language": _language(languages)},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"key": []}],
    }


_LANGUAGES = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"code": TEXT, "name": TEXT, "targets": {"type": "array", "items": TEXT}},
        "required": ["code", "name", "targets"],
    },
}


def _language(languages: list[str]) -> dict[str, Any]:
    about = "BCP 47; a longer tag of one of these, as fr-CA, stands for it"
    return {"type": "string", "enum": [*languages, "auto"], "description": about}


def _texts(settings: Settings) -> dict[str, Any]:
    return {
        "oneOf": [
            {"type": "string", "maxLength": settings.max_characters},
            {"type": "array", "items": TEXT, "maxItems": settings.max_texts},
        ],
        "description": f"A text or several, of {settings.max_characters:,} characters in all",
    }


def _answers(content: dict[str, Any], *errors: int) -> dict[str, Any]:
    refused = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    meanings = {
        400: "The request makes no sense",
        403: "An API key is needed, or is wrong",
        404: "There is none",
        408: "It took too long",
        413: "It is too much",
        415: "The body is of no known kind",
        429: "Too many requests are waiting; see Retry-After",
        503: "The translator is not available",
    }
    answers: dict[str, Any] = {"200": {"description": "Done", "content": content}}
    for status in errors:
        answers[str(status)] = {"description": meanings[status], "content": refused}
    return answers


ALL = (400, 403, 408, 413, 415, 429, 503)


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _get(title: str, summary: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"operationId": title.lower(), "summary": summary, "responses": _answers(_json(schema))}


def _translate(settings: Settings) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {
            "q": _texts(settings),
            "source": LANGUAGE,
            "target": LANGUAGE,
            "format": {"enum": ["text", "html"], "default": "text"},
            "alternatives": {
                "type": "integer", "minimum": 0, "maximum": settings.max_alternatives, "default": 0,
            },
            "api_key": TEXT,
        },
        "required": ["q", "source", "target"],
    }  # fmt: skip
    return {
        "operationId": "translate",
        "summary": "Translate a text or a list of them",
        "requestBody": {
            "required": True,
            "content": _json(schema) | {"application/x-www-form-urlencoded": {"schema": schema}},
        },
        "responses": _answers(_json({"type": "object", "required": ["translatedText"]}), *ALL),
    }


def _detect(settings: Settings) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {
            "q": {"type": "string", "maxLength": settings.max_characters}, "api_key": TEXT,
        },
        "required": ["q"],
    }  # fmt: skip
    found = {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"confidence": {"type": "number"}, "language": TEXT},
            "required": ["confidence", "language"],
        },
    }
    return {
        "operationId": "detect",
        "summary": "Tell which language a text is likely in",
        "requestBody": {"required": True, "content": _json(schema)},
        "responses": _answers(_json(found), *ALL),
    }


def _translate_file(settings: Settings) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "source": LANGUAGE,
            "target": LANGUAGE,
            "api_key": TEXT,
        },
        "required": ["file", "source", "target"],
    }
    answer = {
        "type": "object",
        "properties": {"translatedFileUrl": TEXT},
        "required": ["translatedFileUrl"],
    }
    return {
        "operationId": "translateFile",
        "summary": "Translate a document",
        "description": f"Formats: {', '.join(FORMATS)}; {settings.max_bytes:,} bytes at most.",
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}},
        "responses": _answers(_json(answer), *ALL),
    }


def _download() -> dict[str, Any]:
    return {
        "operationId": "downloadFile",
        "summary": "Fetch a translated document, within a quarter of an hour",
        "parameters": [{"name": "name", "in": "path", "required": True, "schema": TEXT}],
        "responses": _answers({"application/octet-stream": {}}, 404),
    }


def _metrics() -> dict[str, Any]:
    return {
        "operationId": "metrics",
        "summary": "Counters, for Prometheus",
        "responses": _answers({"text/plain": {"schema": TEXT}}),
    }


def _v1(settings: Settings) -> dict[str, Any]:
    most = settings.max_alternatives + 1
    whole = {"type": "integer", "minimum": 1}
    options = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "beam_size": whole | {"maximum": most},
            "n_best": whole | {"maximum": most, "default": 1},
            "max_length": whole | {"maximum": 1000},
            "min_length": {"type": "integer", "minimum": 0, "maximum": 1000, "default": 1},
            "length_penalty": {"type": "number", "minimum": 0, "maximum": 10},
            "no_repeat_ngram_size": {"type": "integer", "minimum": 0, "default": 0},
            "shortlist": {"type": "boolean", "default": False},
            "prefix": TEXT,
            "keep": {"type": "array", "items": TEXT},
            "glossary": {"type": "object", "additionalProperties": TEXT},
            "markup": {"enum": ["html", None]},
            "max_time": {"type": "number", "minimum": 0},
        },
    }
    schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "text": _texts(settings),
            "source": LANGUAGE,
            "target": LANGUAGE,
            "options": options,
            "attention": {"type": "boolean", "default": False},
            "stream": {"type": "boolean", "default": False},
            "api_key": TEXT,
        },
        "required": ["text", "source", "target"],
    }
    events = {"text/event-stream": {"schema": TEXT}}
    return {
        "operationId": "v1Translate",
        "summary": "Translate with options; all that is known of the translations",
        "description": "Keys of `translations` are those of `allez --format jsonl`. With `stream` "
        "the answer is server-sent events: `begin`, `piece` with `text`, and `end` with "
        "`finished`, or `error`; it is the greedy translation.",
        "requestBody": {"required": True, "content": _json(schema)},
        "responses": _answers(_json({"type": "object"}) | events, *ALL),
    }
