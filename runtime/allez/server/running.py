"""A server that runs until it is told to stop, and then answers what it has begun."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import signal
import socket

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from allez.errors import OutputError
from allez.server.app import make_app
from allez.server.logs import LOGGER, set_up
from allez.server.service import Service
from allez.server.settings import Settings

_log = logging.getLogger(LOGGER)

GRACE = 5.0
"""Seconds that an answer may take to go out after its translation was due."""


class _Protocol(H11Protocol):
    """Closes a connection whose headers do not come in time; uvicorn waits for them for ever."""

    header_seconds = 10.0
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._arm()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        is_new = self.cycle is None or bool(self.conn.trailing_data[0])
        if self.conn.their_state is not h11.IDLE or not is_new:
            self._disarm()  # the headers are there, and nothing of further ones
        elif self._timer is None:  # what has begun does not begin anew with each byte
            self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def _arm(self) -> None:
        self._timer = self.loop.call_later(self.header_seconds, self._too_slow)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        if not self.transport.is_closing():
            self.transport.close()


def serve(settings: Settings) -> None:
    """Load the models, listen, and return when SIGTERM or SIGINT has come and all is answered.

    One line on standard error tells where it listens, as all of them in JSON.

    Raises:
        AllezError: a model, the file of keys or the port is not to be had.
    """
    listening = _listen(settings)
    with listening:
        service = Service(settings)
        set_up()
        if settings.keys is not None and os.stat(settings.keys).st_mode & 0o077:
            _log.warning("the file of keys can be read by others than its owner")
        host, port = listening.getsockname()[:2]
        place = f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
        protocol = type("_Own", (_Protocol,), {"header_seconds": settings.header_seconds})
        config = uvicorn.Config(
            make_app(service, lambda: _log.info("listening on %s", place)),
            http=protocol,
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            limit_concurrency=settings.max_connections,
            timeout_graceful_shutdown=math.ceil(
                settings.body_seconds + settings.max_seconds + GRACE
            ),
            proxy_headers=False,
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _told)  # uvicorn raises them once more when it has stopped
        uvicorn.Server(config).run(sockets=[listening])
        _log.info("stopped")


def _told(number: int, frame: object) -> None:
    """Uvicorn has heeded the signal."""


def _listen(settings: Settings) -> socket.socket:
    """Return a socket that listens.

    Raises:
        OutputError: the port is taken, or not ours to have.
    """
    where = (settings.host, settings.port)
    try:
        family = socket.getaddrinfo(*where, type=socket.SOCK_STREAM)[0][0]
        # Its protocol is said: asyncio sends at once (TCP_NODELAY) on such sockets alone, and on
        # others a client that keeps its connection waits 40 ms for the second half of an answer.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(where)
            listening.listen(2048)
        except BaseException:
            listening.close()
            raise
    except OSError as error:
        raise OutputError(
            f"cannot listen on {settings.host} port {settings.port}: {error.strerror or error}",
            hint="--port 0 takes any that is free",
        ) from None
    return listening
