"""Whoever means harm, or is only slow: what they get, and that others are served meanwhile."""

from __future__ import annotations

import json
import random
import re
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from support.patience import PATIENCE
from support.serving import Server
from support.soak import amount

Serve = Callable[..., Server]

TEXT = "Je vois le chat noir."
FIELDS = {"q": TEXT, "source": "fr", "target": "en"}


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), PATIENCE)


def rest(connection: socket.socket) -> bytes:
    """Return what comes until the other side closes; a reset is a close, too."""
    found = b""
    try:
        while data := connection.recv(65536):
            found += data
    except ConnectionResetError:
        pass
    return found


def test_headers_and_bodies_that_never_come_are_not_waited_for(serve: Serve) -> None:
    server = serve("--header-seconds", "1", "--body-seconds", "1")
    slow = []
    for begun in (
        b"",
        b"POST /translate HTTP/1.1\r\nHost: x\r\nX-",
        b"GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /health HTTP/1.1\r\nX-",
        b"POST /translate HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nq=",
        b"POST /translate HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nq\r\n",
    ):
        connection = connect(server)
        connection.sendall(begun)
        slow.append(connection)
    assert requests.post(f"{server.url}/translate", json=FIELDS, timeout=300).ok
    said = [rest(connection) for connection in slow]
    for connection in slow:
        connection.close()
    assert [re.findall(rb"HTTP/1.1 (\d+)", answer) for answer in said] == [
        [], [], [b"200"], [b"408"], [b"408"],
    ]  # fmt: skip
    assert b"retry-after: 1" in said[3].lower()


def test_a_trickle_does_not_keep_headers_open(serve: Serve) -> None:
    """A byte now and then does not begin the time anew."""
    server = serve("--header-seconds", "1")
    with connect(server) as connection:
        connection.settimeout(0.05)
        sent, closed = 0, False
        while not closed and sent < 6_000:
            try:
                connection.sendall(b"GET /health HTTP/1.1\r\nX: " if not sent else b"y")
                sent += 1
                closed = connection.recv(1) == b""
            except TimeoutError:
                continue
            except OSError:
                closed = True
        assert closed


@pytest.mark.parametrize("length", [b"Content-Length: 99999999999999999999", b"chunked"])
def test_a_body_that_is_too_long_is_not_read(serve: Serve, length: bytes) -> None:
    server = serve("--max-bytes", "10000")
    with connect(server) as connection:
        if length == b"chunked":
            length = b"Transfer-Encoding: chunked"
        head = b"POST /translate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        connection.sendall(head + length + b"\r\n\r\n")
        if b"chunked" in length:
            connection.sendall((b"1000\r\n" + b"x" * 4096 + b"\r\n") * 3)
        answer = rest(connection)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'{"error":"a body may have 10,000 bytes"}' in answer


def test_more_than_may_wait_are_told_when_to_come_again(serve: Serve) -> None:
    server = serve("--max-waiting", "1", "--threads", "1")
    texts = {**FIELDS, "q": [f"{TEXT} {i}" for i in range(40)]}

    def ask(_: int) -> requests.Response:
        return requests.post(f"{server.url}/translate", json=texts, timeout=300)

    with ThreadPoolExecutor(8) as clients:
        answers = list(clients.map(ask, range(24)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert {answer.status_code for answer in answers} == {200, 429}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)
    assert refused[0].json() == {"error": "too many requests are waiting"}
    assert requests.get(f"{server.url}/health", timeout=300).ok


def test_what_takes_too_long_is_ended(serve: Serve) -> None:
    server = serve("--max-seconds", "1", "--threads", "1", "--max-sentences", "100000")
    body = {**FIELDS, "q": [f"{TEXT} " * 100] * 20, "alternatives": 10}
    found = requests.post(f"{server.url}/translate", json=body, timeout=300)
    assert found.status_code == 408
    assert found.json() == {"error": "it takes more than 1 seconds"}
    assert found.headers["Retry-After"] == "1"


def test_work_for_one_who_has_gone_is_given_up(serve: Serve) -> None:
    server = serve("--threads", "1")
    body = json.dumps({**FIELDS, "q": [f"{TEXT} " * 20] * 50}).encode()
    with connect(server) as connection:
        head = f"POST /translate HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)
    assert requests.post(f"{server.url}/translate", json=FIELDS, timeout=300).ok
    assert server.stop() == 0
    assert [line for line in server.log() if line["level"] == "error"] == []


@pytest.mark.parametrize(
    "lines",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /translate HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /translate HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST /translate HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_what_is_no_http_is_closed(server: Server, lines: bytes) -> None:
    with connect(server) as connection:
        try:
            connection.sendall(lines)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it was closed before all had gone
        answer = rest(connection)
    assert b"Traceback" not in answer
    assert re.findall(rb"HTTP/1.1 (\d)", answer) in ([], [b"4"])
    assert requests.get(f"{server.url}/health", timeout=300).ok


def memory(server: Server) -> int:
    """Return the bytes that a server holds."""
    text = Path(f"/proc/{server.process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", text)
    assert found
    return int(found[1]) * 1024


@pytest.mark.soak
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system has no /proc")
@pytest.mark.filterwarnings("ignore")  # schemathesis and what it brings are not ours
def test_random_requests_get_no_answer_but_those_that_are_described(serve: Serve) -> None:
    """Requests that schemathesis invents from the description, right ones and wrong ones."""
    import schemathesis
    from hypothesis import HealthCheck, Phase, given, seed, settings
    from hypothesis.errors import Unsatisfiable

    server = serve()
    schema = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
    count = amount(share=40, whole=1_200)
    statuses: dict[int, int] = {}
    translated = 0
    sizes: list[int] = []
    for result in schema.get_all_operations():
        operation = result.ok()
        for mode in schemathesis.GenerationMode:

            @seed(19)
            @settings(
                max_examples=count,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: schemathesis.Case) -> None:
                answer = case.call(timeout=300)
                status = answer.status_code
                nonlocal translated
                statuses[status] = statuses.get(status, 0) + 1
                translated += status == 200 and case.path.endswith("translate")
                assert status < 500 or status == 503
                assert b"Traceback" not in answer.content
                if status == 503:
                    assert "error" in answer.json()

            try:
                ask()
            except Unsatisfiable:  # what has no parameter cannot have a wrong one
                continue
            sizes.append(memory(server))
    assert statuses.get(503, 0) == 0, statuses
    assert sum(statuses.values()) > 8.5 * count
    assert translated > count / 20  # most are refused, but not for their languages alone
    assert sizes[-1] < sizes[0] + 100 * 2**20
    assert server.stop() == 0
    assert [line for line in server.log() if line["level"] == "error"] == []


def test_what_a_library_says_is_a_line_of_the_log_without_its_words(serve: Serve) -> None:
    """The parser of forms names the letter that it stumbled over."""
    server = serve()
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    body = b'--x\r\nContent-Disposition[: form-data; name="q"\r\n\r\nOui\r\n--x--\r\n'
    answer = requests.post(f"{server.url}/translate", data=body, headers=kind, timeout=300)
    assert answer.status_code == 400
    assert "error" in answer.json()
    assert server.stop() == 0
    said = [line for line in server.log() if line["event"].startswith("python_multipart")]
    assert [line["level"] for line in said] == ["warning"]
    assert "character" not in json.dumps(server.log())


@pytest.mark.soak
def test_bytes_at_random_end_no_server(serve: Serve) -> None:
    server = serve("--header-seconds", "2", "--body-seconds", "2")
    generator = random.Random(19)
    head = b"POST /translate HTTP/1.1\r\nHost: x\r\nContent-Length: 25\r\n\r\n"
    whole = head + b"q=Oui&source=fr&target=en"
    for _ in range(amount(share=50, whole=2_000)):
        data = bytearray(whole)
        for _ in range(generator.randint(1, 8)):
            data[generator.randrange(len(data))] = generator.randrange(256)
        with connect(server) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            assert b"Traceback" not in rest(connection)
    assert requests.post(f"{server.url}/translate", json=FIELDS, timeout=300).ok
    assert server.stop() == 0
    assert [line for line in server.log() if line["level"] == "error"] == []
