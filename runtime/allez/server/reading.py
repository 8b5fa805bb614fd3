"""What a request says: its fields out of JSON, a form or the address, within the limits."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import anyio
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from allez.server.refusals import Refusal, invalid
from allez.server.settings import Settings


class BodyLimits:
    """Lets no body through that is too long, or comes too slowly.

    Args:
        app: gets what is within the limits.
        settings: has the limits.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._bytes = settings.max_bytes
        self._seconds = settings.body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        read, done, left = 0, False, self._seconds

        async def limited() -> Message:
            nonlocal read, done, left
            if done:  # what comes now is that the client has gone
                return await receive()
            began = anyio.current_time()
            with anyio.move_on_after(left) as waited:
                message = await receive()
            left -= anyio.current_time() - began
            if waited.cancelled_caught:
                raise Refusal(408, "the body did not arrive in time", "slow", retry_after=1)
            read += len(message.get("body", b""))
            if read > self._bytes:
                raise Refusal(413, f"a body may have {self._bytes:,} bytes", "bytes")
            done = not message.get("more_body", False)
            return message

        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared[:20]) > self._bytes:
            refusal = Refusal(413, f"a body may have {self._bytes:,} bytes", "bytes")
            scope.setdefault("state", {})["reason"] = refusal.reason
            await refusal.response()(scope, receive, send)
            return
        await self._app(scope, limited, send)


class Upload(NamedTuple):
    """A file that came with a form."""

    name: str
    data: bytes


async def fields_of(request: Request) -> dict[str, Any]:
    """Return all fields of a request; what stands in the body comes before the address.

    Raises:
        Refusal: the body is not what it says it is.
    """
    fields: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        _add(fields, name, value)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        posted: dict[str, Any] = {}
        async with request.form(max_files=1, max_fields=1_100, max_part_size=16 * 2**20) as form:
            for name, part in form.multi_items():
                _add(posted, name, await _upload(part) if isinstance(part, UploadFile) else part)
        return fields | posted
    body = await request.body()
    if not body:
        return fields
    return fields | json_object(body)


async def _upload(file: UploadFile) -> Upload:
    return Upload(file.filename or "", await file.read())


def _add(fields: dict[str, Any], name: str, value: Any) -> None:
    """Add a field; of one that is given again a list is made."""
    if name not in fields:
        fields[name] = value
    elif isinstance(fields[name], list):
        fields[name].append(value)
    else:
        fields[name] = [fields[name], value]


def json_object(body: bytes) -> dict[str, Any]:
    """Return a JSON object.

    Raises:
        Refusal: it is none.
    """
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise invalid("the body is not JSON") from None
    if not isinstance(content, dict):
        raise invalid("the body must be a JSON object")
    return content


def text_of(fields: Mapping[str, Any], name: str, default: str | None = None) -> str:
    """Return a field that is a text.

    Raises:
        Refusal: it is missing, or none.
    """
    value = fields.get(name, default)
    if value is None:
        raise invalid(f"missing {name} parameter")
    if not isinstance(value, str):
        raise invalid(f"{name} must be a text")
    return value


def number_of(fields: Mapping[str, Any], name: str, most: int) -> int:
    """Return a field that is a whole number from 0 on; 0 if it is not there.

    Raises:
        Refusal: it is none, or too large.
    """
    value = fields.get(name, 0)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise invalid(f"{name} must be a whole number, 0 to {most}")
    return value


def texts_of(value: Any, name: str, settings: Settings) -> tuple[list[str], bool]:
    """Return the texts of a request, and whether they came as a list.

    Raises:
        Refusal: it is neither a text nor a list of texts, or too much.
    """
    is_list = isinstance(value, list)
    texts: Sequence[Any] = value if is_list else [value]
    if value is None:
        raise invalid(f"missing {name} parameter")
    if not all(isinstance(text, str) for text in texts):
        raise invalid(f"{name} must be a text or a list of texts")
    if len(texts) > settings.max_texts:
        raise Refusal(413, f"a request may have {settings.max_texts:,} texts", "texts")
    if sum(map(len, texts)) > settings.max_characters:
        limit = f"{settings.max_characters:,}"
        raise Refusal(413, f"the texts of a request may have {limit} characters", "characters")
    return list(texts), is_list
