"""How many requests a second `allez serve` answers, and after how long, beside the library alone.

    python -m benchmarks.serve [--requests 50] [--clients 1 8 64] [--together 1] [--model fr-en]
    python -m benchmarks.serve --page       the table of docs/serve.md, in two to three minutes

Each client sends so many requests one after the other, over one connection; each is one generated
sentence (`sentences.py`), or `--together` of them. Every answer is compared with the library's. The
clients are one process (`clients.py`). It shares the processors with the server, and what it takes
of them is told. `CPU` is what `translate_batch` takes of the processors for the same sentences, by
what the server takes; `rate` the sentences a second of the server, by those of `translate_batch`,
which has all of them at once; that is measured before and after, and the mean of both taken. What
the queue explains of a time is clients / requests a second. The last requests of many clients come
when others have had all their answers, and share batches with fewer: more `--requests`, less
of that.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from allez import Translator
from benchmarks.clients import Found, Work, ask
from benchmarks.machine import where
from benchmarks.sentences import file_like


class Library(NamedTuple):
    """What `translate_batch` made of all sentences."""

    said: list[str]
    seconds: float
    cpu: float
    """Seconds of processors."""


def cpu_of(process: int) -> float:
    """Return the seconds of processors that a process has taken (Linux)."""
    with open(f"/proc/{process}/stat", encoding="ascii") as stream:
        fields = stream.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def by_library(model: str, threads: int | None, texts: Sequence[str]) -> Library:
    """Translate all texts at once."""
    with Translator(model, threads=threads) as translator:
        list(translator.translate_batch(texts[:64]))
        before, began = time.process_time(), time.perf_counter()
        said = [answer.text for answer in translator.translate_batch(list(texts))]
        return Library(said, time.perf_counter() - began, time.process_time() - before)


@contextlib.contextmanager
def served(model: str, threads: int | None) -> Iterator[tuple[int, int]]:
    """Start a server; yield its port and the number of its process."""
    command = [sys.executable, "-m", "allez", "serve", "--port", "0", "--model", model]
    if threads is not None:
        command += ["--threads", str(threads)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8") as server:
        assert server.stderr is not None
        place = json.loads(server.stderr.readline())["event"]
        reader = threading.Thread(target=server.stderr.read)
        reader.start()
        try:
            yield int(place.rstrip("/").rpartition(":")[2]), server.pid
        finally:
            server.send_signal(signal.SIGTERM)
            reader.join()


class Setting(NamedTuple):
    """What a row of the table is of."""

    clients: int
    threads: int | None
    together: int
    """Sentences of one request."""
    requests: int
    """Of each client."""

    def __str__(self) -> str:
        parts = [str(self.clients)]
        if self.threads is not None:
            parts.append(f"{self.threads} thread{'s' * (self.threads > 1)}")
        if self.together > 1:
            parts.append(f"{self.together} sentences each")
        return ", ".join(parts)


PAGE = (
    Setting(1, 2, 1, 50),
    Setting(8, 2, 1, 50),
    Setting(64, 2, 1, 50),
    Setting(64, 1, 1, 50),
    Setting(64, 2, 8, 4),
)
"""The rows of docs/serve.md."""

COLUMNS = (
    "clients",
    "requests a second",
    "p50 ms",
    "p95",
    "p99",
    "p99 / queue",
    "rate",
    "CPU",
    "server, CPU ms a sentence",
    "clients, likewise",
    "wrong",
)


def mean(before: Library, after: Library) -> Library:
    """Return what two runs of the same came to."""
    seconds, cpu = (before.seconds + after.seconds) / 2, (before.cpu + after.cpu) / 2
    return Library(before.said, seconds, cpu)


def row(setting: Setting, found: Found, cpu: float, library: Library) -> str:
    """Return a line of the table; `cpu`: seconds of processors that the server took."""
    marks = statistics.quantiles(found.times, n=100)
    rate = len(found.times) / found.seconds
    columns = [
        str(setting),
        f"{rate:.1f}",
        *(f"{marks[at - 1] * 1e3:.0f}" for at in (50, 95, 99)),
        f"{marks[98] / (setting.clients / rate):.2f}",
        f"{rate * setting.together / (len(library.said) / library.seconds):.2f}",
        f"{library.cpu / cpu:.2f}",
        f"{cpu / len(library.said) * 1e3:.2f}",
        f"{found.cpu / len(library.said) * 1e3:.2f}",
        str(found.wrong),
    ]
    return f"| {' | '.join(columns)} |"


def measured(setting: Setting, model: str) -> str:
    """Have clients ask a server of their own, and return a line of the table."""
    clients, threads, together, each = setting
    texts = file_like(clients * each * together, seed=clients)
    before = by_library(model, threads, texts)
    requests = []
    for at in range(0, len(texts), together):
        some = slice(at, at + together)
        body = json.dumps({"q": texts[some], "source": "fr", "target": "en"})
        requests.append((body, before.said[some]))
    work: list[Work] = [requests[number::clients] for number in range(clients)]
    with served(model, threads) as (port, process):
        ask(port, [some[:3] for some in work])  # what is loaded when it is first asked for
        began = cpu_of(process)
        found = ask(port, work)
        cpu = cpu_of(process) - began
    return row(setting, found, cpu, mean(before, by_library(model, threads, texts)))


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--requests", type=int, default=50, help="of each client")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 64])
    parser.add_argument("--together", type=int, default=1, help="sentences of one request")
    parser.add_argument("--model", default="fr-en")
    parser.add_argument("--threads", type=int, default=None)
    parser.add_argument("--page", action="store_true", help="the rows of docs/serve.md")
    args = parser.parse_args(argv)
    settings: Sequence[Setting] = PAGE
    if not args.page:
        common = (args.threads, args.together, args.requests)
        settings = [Setting(clients, *common) for clients in args.clients]
    print(where())
    print(f"\n| {' | '.join(COLUMNS)} |")
    print("| --- | " + " | ".join(["---:"] * (len(COLUMNS) - 1)) + " |")
    for setting in settings:
        print(measured(setting, args.model), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
