"""Clients of a server in a process of their own, so that their work is told from the server's.

    python -m benchmarks.clients PORT < WORK > RESULT

Reads JSON: for each client a list of `[body, translations]`. Each sends its bodies one after the
other over one connection, all clients at once. Knows nothing of what is measured by it.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import NamedTuple

Work = Sequence[tuple[str, list[str]]]
"""What one client asks: bodies, each with the translations that are right."""


class Found(NamedTuple):
    """What all clients came to."""

    times: list[float]
    """Seconds of each request, from its first byte to the last of its answer."""
    seconds: float
    """From the first request to the last answer."""
    wrong: int
    """Answers that were not the expected ones."""
    cpu: float
    """Seconds of processors that the clients took."""


def ask(port: int, work: Sequence[Work]) -> Found:
    """Have clients ask in a process of their own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.clients", str(port)],
        input=json.dumps(work),
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    )
    return Found(*json.loads(done.stdout))


async def _client(port: int, work: Work, begin: asyncio.Event, times: list[float]) -> int:
    """Ask for all of it; return how many answers were wrong."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    requests = []
    for body, said in work:
        data = body.encode()
        head = (
            "POST /translate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(data)}\r\n\r\n"
        )
        requests.append((head.encode() + data, said))
    await begin.wait()
    wrong = 0
    for request, said in requests:
        began = time.perf_counter()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        answer = await reader.readexactly(length)
        times.append(time.perf_counter() - began)
        wrong += json.loads(answer).get("translatedText") != said
    writer.close()
    await writer.wait_closed()
    return wrong


async def _all(port: int, work: Sequence[Work]) -> Found:
    begin, times = asyncio.Event(), list[float]()
    clients = [asyncio.create_task(_client(port, some, begin, times)) for some in work]
    await asyncio.sleep(0.2)  # until all of them are connected
    before, began = time.process_time(), time.perf_counter()
    begin.set()
    wrong = sum(await asyncio.gather(*clients))
    return Found(times, time.perf_counter() - began, wrong, time.process_time() - before)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_all(int(sys.argv[1]), json.load(sys.stdin)))))
