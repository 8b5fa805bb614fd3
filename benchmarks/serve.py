"""How many requests a second `allez serve` answers, and after how long, beside the library alone.

    python -m benchmarks.serve [--requests 50] [--clients 1 8 64] [--together 1] [--model fr-en]

Each client sends so many requests one after the other, over one connection; each is one generated
sentence (`sentences.py`), or `--together` of them. Every answer is compared with the library's. The
clients share the machine with the server, so wall times hold their work, too; `CPU` is what
`translate_batch` takes of the processors for the same sentences, by what the server takes. What the
queue explains of a time is clients / requests a second.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import NamedTuple

from allez import Translator
from benchmarks.sentences import file_like


class Run(NamedTuple):
    """What one number of clients came to."""

    clients: int
    requests: int
    seconds: float
    """From the first request to the last answer."""
    times: list[float]
    """Of each request, in seconds."""
    wrong: int
    """Answers that were not the library's."""
    cpu: float
    """Seconds of processors that the server took."""

    def row(self, library: float) -> str:
        """Return it as a line of a table; `library`: seconds of processors for the same."""
        marks = statistics.quantiles(self.times, n=100)
        rate = self.requests / self.seconds
        explained = marks[98] / (self.clients / rate)
        return (
            f"| {self.clients} | {rate:.1f} | {marks[49] * 1e3:.0f} | {marks[94] * 1e3:.0f} | "
            f"{marks[98] * 1e3:.0f} | {explained:.2f} | {library / self.cpu:.2f} | {self.wrong} |"
        )


def cpu_of(process: int) -> float:
    """Return the seconds of processors that a process has taken (Linux)."""
    with open(f"/proc/{process}/stat", encoding="ascii") as stream:
        fields = stream.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(port: int, process: int, work: Sequence[Sequence[tuple[list[str], list[str]]]]) -> Run:
    """Have clients, one for each list of work, send their requests; return what that came to."""
    times: list[float] = []
    wrong = 0
    lock = threading.Lock()
    ready = threading.Barrier(len(work) + 1)

    def client(requests: Sequence[tuple[list[str], list[str]]]) -> None:
        nonlocal wrong
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        ready.wait()
        for texts, said in requests:
            body = json.dumps({"q": texts, "source": "fr", "target": "en"})
            began = time.perf_counter()
            connection.request("POST", "/translate", body, {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())
            took = time.perf_counter() - began
            with lock:
                times.append(took)
                wrong += answer.get("translatedText") != said
        connection.close()

    threads = [threading.Thread(target=client, args=(requests,)) for requests in work]
    for thread in threads:
        thread.start()
    before = cpu_of(process)
    ready.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    return Run(len(work), len(times), seconds, times, wrong, cpu_of(process) - before)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--requests", type=int, default=50, help="of each client")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 64])
    parser.add_argument("--together", type=int, default=1, help="sentences of one request")
    parser.add_argument("--model", default="fr-en")
    parser.add_argument("--threads", type=int, default=None)
    args = parser.parse_args(argv)
    threads = [] if args.threads is None else ["--threads", str(args.threads)]
    command = [sys.executable, "-m", "allez", "serve", "--port", "0", "--model", args.model]
    print("| clients | requests a second | p50 ms | p95 | p99 | p99 / queue | CPU | wrong |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for clients in args.clients:
        count = clients * args.requests * args.together
        texts = file_like(count, seed=clients)
        with Translator(args.model, threads=args.threads) as translator:
            list(translator.translate_batch(texts[:64]))
            before, began = time.process_time(), time.perf_counter()
            said = [answer.text for answer in translator.translate_batch(texts)]
            library, wall = time.process_time() - before, time.perf_counter() - began
        groups = [
            (texts[i : i + args.together], said[i : i + args.together])
            for i in range(0, count, args.together)
        ]
        work = [groups[number::clients] for number in range(clients)]
        with subprocess.Popen(
            [*command, *threads], stderr=subprocess.PIPE, encoding="utf-8"
        ) as server:
            assert server.stderr is not None
            place = json.loads(server.stderr.readline())["event"]
            port = int(place.rstrip("/").rpartition(":")[2])
            reader = threading.Thread(target=server.stderr.read)
            reader.start()
            measure(port, server.pid, [groups[:20]])  # what is loaded when it is first asked for
            found = measure(port, server.pid, work)
            server.send_signal(signal.SIGTERM)
            reader.join()
        print(found.row(library), flush=True)
        rate = count / found.seconds / (count / wall)
        print(f"translate_batch: {count / wall:.1f} sentences a second; the server has {rate:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
