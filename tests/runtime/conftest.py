"""The fake translator, installed in this process or run as a program."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from types import ModuleType

import pytest

from support import fake_translator
from support.clock import Clock


def heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture(scope="session")
def fake() -> ModuleType:
    """`fake_translator.py` as a module."""
    return fake_translator


@pytest.fixture
def installed(fake: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The same, found by `allez.cli.main` in place of the real translator."""
    modules: dict[str, ModuleType] = {}
    fake.install(modules)
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    return fake


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that deadlines go by; it stands still until it is told to go."""
    clock = Clock()
    monkeypatch.setattr("allez.translate.deadline.monotonic", clock)
    return clock


@pytest.fixture
def start() -> Callable[..., subprocess.Popen[bytes]]:
    """Start `allez` on the fake translator in a process of its own, all streams piped."""

    def start(*args: str, **environment: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, fake_translator.__file__, *args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | environment,
            # A parent that ignores Ctrl-C, as nohup and some CI do, would hand that down.
            preexec_fn=heed_interrupts if os.name == "posix" else None,
        )

    return start
