"""`allez serve` in a process of its own, on a free port."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from typing import Any

from support.patience import PATIENCE


class Server:
    """`allez serve`, running; `log` is what it has said."""

    def __init__(self, *arguments: str, environment: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "allez", "serve", "--port", "0", *arguments],
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=os.environ | (environment or {}),
        )
        self.lines: list[str] = []
        self._listening = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._listening.wait(PATIENCE) or self.process.poll() is not None:
            raise AssertionError(f"it does not listen: {self.lines}")
        event = json.loads(self.lines[0] if "listening" in self.lines[0] else self.lines[1])
        self.url = str(event["event"]).removeprefix("listening on ").rstrip("/")
        self.port = int(self.url.rpartition(":")[2])

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))
            if "listening on" in line:
                self._listening.set()
        self._listening.set()

    def log(self) -> list[dict[str, Any]]:
        """Return what it has said so far; all of it is JSON."""
        return [json.loads(line) for line in list(self.lines)]

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Tell it to stop, and return its exit code when it has."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return code
