"""Real servers, each a process of its own, with the tiny model."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.serving import Server


@pytest.fixture
def serve(tiny_bundle: Path) -> Iterator[Callable[..., Server]]:
    """Start servers with arguments; all of them are stopped in the end."""
    started: list[Server] = []

    def start(*arguments: str, **environment: str) -> Server:
        server = Server("--model", str(tiny_bundle), *arguments, environment=environment)
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop(signal.SIGKILL)


@pytest.fixture(scope="module")
def server(tiny_bundle: Path) -> Iterator[Server]:
    """One server for the tests of a module; it has to stop as it should."""
    running = Server("--model", str(tiny_bundle))
    yield running
    assert running.stop() == 0
    assert running.log()[-1]["event"] == "stopped"
    assert [line for line in running.log() if "error" in line or line["level"] == "error"] == []
