"""The application: routes, what goes around all of them, and what comes of an error."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from time import perf_counter

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from allez.errors import AllezError
from allez.server.libretranslate import LibreTranslate
from allez.server.logs import LOGGER
from allez.server.metrics import CONTENT_TYPE
from allez.server.openapi import description
from allez.server.reading import BodyLimits
from allez.server.refusals import Refusal, refusal_of
from allez.server.service import Service
from allez.server.v1 import V1

_log = logging.getLogger(LOGGER)

_OWN = Path(__file__).parent / "page"

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""What the page of the API may load: files of this server."""


def make_app(service: Service, started: Callable[[], None] = lambda: None) -> Starlette:
    """Return the application of a server.

    Args:
        service: its state; closed when the application is.
        started: called when the first request may come.
    """
    api, own, pages = LibreTranslate(service), V1(service), _Pages(service)
    routes: list[Route | Mount] = [
        Route("/translate", api.translate, methods=["POST"]),
        Route("/detect", api.detect, methods=["POST"]),
        Route("/languages", api.languages),
        Route("/translate_file", api.translate_file, methods=["POST"]),
        Route("/download_file/{name}", api.download_file, name="download_file"),
        Route("/suggest", api.suggest, methods=["POST"]),
        Route("/frontend/settings", api.frontend_settings),
        Route("/health", api.health),
        Route("/v1/translate", own.translate, methods=["POST"]),
        Route("/v1/models", own.models),
        Route("/openapi.json", pages.openapi),
        Route("/spec", pages.openapi),
        Route("/docs", pages.file("docs.html")),
        Route("/docs.css", pages.file("docs.css")),
        Route("/docs.js", pages.file("docs.js")),
        Route("/metrics", pages.metrics),
    ]
    page = service.settings.page
    if page is not None:
        routes.append(Mount("/", _page(page), name="page"))

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        started()
        yield
        service.close()

    around = [Middleware(_Told, service=service)]
    if service.settings.origins:
        around.append(
            Middleware(
                CORSMiddleware,
                allow_origins=list(service.settings.origins),
                allow_methods=["GET", "POST"],
                allow_headers=["Authorization", "Content-Type"],
            )
        )
    around.append(Middleware(BodyLimits, settings=service.settings))
    return Starlette(
        routes=routes,
        middleware=around,
        lifespan=lifespan,
        exception_handlers={
            Refusal: _refused,
            AllezError: _failed,
            HTTPException: _no_route,
        },
    )


class _Told:
    """Counts and logs each request when its answer has gone; the answer of what failed is 503."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._metrics = service.metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = perf_counter(), 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message.setdefault("headers", []).append((b"x-content-type-options", b"nosniff"))
            await send(message)

        state = scope.setdefault("state", {})
        try:
            await self._app(scope, receive, noted)
        except ClientDisconnect:  # it went before its request was there
            status = status or CLIENT_GONE
        except Exception:
            _log.exception("a request failed")
            if not status:
                content = {"error": "this request failed; the log of the server says more"}
                await JSONResponse(content, 503)(scope, receive, noted)
        seconds = perf_counter() - began
        route = getattr(scope.get("route"), "path", None) or "other"
        self._metrics.requests.labels(route, str(status)).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        reason = state.get("reason")
        if reason is not None:
            self._metrics.refused.labels(reason).inc()
        told = {
            "method": scope["method"] if scope["method"] in _METHODS else "other",
            "route": route,
            "status": status,
            "seconds": round(seconds, 4),
            "reason": reason,
        }
        _log.info("request", extra=told | state.get("told", {}))


CLIENT_GONE = 499
"""What nginx calls it, too; nobody gets it."""

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"}


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    request.state.reason = error.reason
    return error.response()


async def _failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, AllezError)
    return await _refused(request, refusal_of(error))


async def _no_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    request.state.reason = "route" if error.status_code in (404, 405) else "invalid"
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


class _Pages:
    """What is looked at by people and by Prometheus."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def openapi(self, request: Request) -> Response:
        """`GET /openapi.json`."""
        targets = self._service.engine.targets()
        known = sorted({*targets, *(t for several in targets.values() for t in several)})
        return JSONResponse(description(self._service.settings, known))

    def file(self, name: str) -> Callable[[Request], Awaitable[Response]]:
        """Return what answers with a file of our own."""

        async def answer(request: Request) -> Response:
            return FileResponse(_OWN / name, headers={"Content-Security-Policy": _POLICY})

        return answer

    async def metrics(self, request: Request) -> Response:
        """`GET /metrics`."""
        text = self._service.metrics.text()
        return Response(text, headers={"Content-Type": CONTENT_TYPE})


class _Page(StaticFiles):
    """The page that `make web-dist` has put together, with the policy that it was made for."""

    def __init__(self, folder: Path, policy: str) -> None:
        super().__init__(directory=folder, html=True)
        self._policy = policy

    async def get_response(self, path: str, scope: Scope) -> Response:
        """See Starlette."""
        response = await super().get_response(path, scope)
        response.headers["Content-Security-Policy"] = self._policy
        response.headers["Cache-Control"] = "no-cache"
        return response


def _page(folder: Path) -> _Page:
    """Return what serves a page; its policy stands in the `files.js` that its build has written."""
    text = (folder / "files.js").read_text(encoding="utf-8")
    content = json.loads(text[text.index("{") : text.rindex("}") + 1])
    return _Page(folder, str(content["policy"]))
