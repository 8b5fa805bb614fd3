"""Two calls side by side, and one after the other where there is no thread to be had."""

from __future__ import annotations

import threading

import pytest

from allez.parallel import run_both
from support.patience import PATIENCE


def test_both_are_made_at_the_same_time() -> None:
    meet = threading.Barrier(2)

    def wait() -> bool:
        return meet.wait(PATIENCE) >= 0

    assert run_both(wait, wait) == (True, True)


def test_without_threads_they_are_made_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    assert run_both(lambda: 1, lambda: 2) == (1, 2)


@pytest.mark.parametrize("aside", [True, False])
def test_an_error_of_either_is_raised(aside: bool) -> None:
    def fail() -> int:
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        run_both(fail if aside else int, int if aside else fail)
