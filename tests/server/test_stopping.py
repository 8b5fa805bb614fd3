"""SIGTERM under load: what was accepted is answered; and servers that do not start at all."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from allez.server.running import _listen
from allez.server.settings import Settings
from support.patience import until
from support.serving import Server
from support.soak import amount

Serve = Callable[..., Server]

TEXT = "Je vois le chat noir."


@pytest.mark.soak
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
def test_what_was_accepted_is_answered(serve: Serve) -> None:
    """Every request in the log was answered to a client, whole; the others were never begun."""
    for number in range(amount(share=2, whole=20)):
        _stop_under_load(serve("--threads", "2"), after=20 + 5 * number)


def _stop_under_load(server: Server, *, after: int) -> None:
    answered: Counter[int] = Counter()
    lock = threading.Lock()

    def ask(number: int) -> None:
        with requests.Session() as session:
            for turn in range(10_000):
                body = {"q": [f"{TEXT} {number} {turn}"] * 5, "source": "fr", "target": "en"}
                try:
                    found = session.post(f"{server.url}/translate", json=body, timeout=300)
                except requests.ConnectionError:
                    return  # it does not listen any more
                assert len(found.json()["translatedText"]) == 5
                with lock:
                    answered[found.status_code] += 1

    clients = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for client in clients:
        client.start()
    until(lambda: answered[200] > after)
    assert server.stop(signal.SIGTERM) == 0
    for client in clients:
        client.join()
    logged = Counter(line["status"] for line in server.log() if line["event"] == "request")
    assert logged == answered
    assert set(answered) == {200}
    assert server.log()[-1]["event"] == "stopped"


def test_a_stream_that_was_begun_is_brought_to_its_end(serve: Serve) -> None:
    server = serve()
    body = {"text": f"{TEXT} " * 40, "source": "fr", "target": "en", "stream": True}
    with requests.post(f"{server.url}/v1/translate", json=body, stream=True, timeout=300) as answer:
        lines = answer.iter_lines()
        assert next(lines) == b"event: begin"
        server.process.send_signal(signal.SIGTERM)
        said = list(lines)
    assert said[-3:-1] == [b"event: end", b'data: {"finished": true}']
    assert server.stop() == 0


def test_a_keyboard_interrupt_stops_it_likewise(serve: Serve) -> None:
    assert serve().stop(signal.SIGINT) == 0


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--model", "./none"], "there is no bundle './none'"),
        (["--keys", "none.txt"], "none.txt cannot be read"),
        (["--keys", "short.txt"], "short.txt, line 1: a key of fewer than 16 characters"),
        (["--keys", "empty.txt"], "empty.txt has no key"),
        (["--keys", "hash.txt"], "hash.txt, line 1: sha256: goes before 64 digits"),
        (["--page", "."], ". holds no page"),
        (["--max-waiting", "0"], "--max-waiting must be 1 to"),
        (["--port", "70000"], "--port must be 0 to 65535"),
        (["--max-seconds", "x"], "argument --max-seconds: invalid float value: 'x'"),
        (["--host", "192.0.2.1"], "cannot listen on 192.0.2.1 port 5000"),
    ],
)
def test_what_keeps_it_from_starting_is_named(
    tiny_bundle: Path, tmp_path: Path, arguments: list[str], error: str
) -> None:
    (tmp_path / "short.txt").write_text("short\n")
    (tmp_path / "empty.txt").write_text("# none\n")
    (tmp_path / "hash.txt").write_text("sha256:1\n")
    model = [] if "--model" in arguments else ["--model", str(tiny_bundle)]
    done = subprocess.run(
        [sys.executable, "-m", "allez", "serve", *model, *arguments],
        capture_output=True,
        encoding="utf-8",
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode in (1, 2)
    assert done.stderr.startswith(f"error: {error}")


def test_a_port_that_is_taken_is_named(tiny_bundle: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "allez", "serve", "--model", str(tiny_bundle), "--port", port],
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"error: cannot listen on 127.0.0.1 port {port}: Address already in use",
        "hint: --port 0 takes any that is free",
    ]


def test_answers_are_sent_at_once() -> None:
    """On other sockets asyncio would leave the second half of an answer to wait."""
    with _listen(Settings(port=0)) as listening:
        assert listening.proto == socket.IPPROTO_TCP
