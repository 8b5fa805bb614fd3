"""A training that is killed is started again, one that ends by itself is not."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from allez_export.supervise import TRIES, supervise

Play = Callable[..., tuple[int, list[str], int]]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Supervise what ends with these codes, True where a checkpoint was written before."""

    def play(*ends: tuple[int, bool]) -> tuple[int, list[str], int]:
        said: list[str] = []
        left = list(ends)
        checkpoint = tmp_path / "checkpoint.pt"

        def start(argv: Sequence[str]) -> int:
            assert argv == ["train"]
            code, moved = left.pop(0)
            if moved:
                checkpoint.touch()
                os.utime(checkpoint, ns=(len(left), len(left)))
            return code

        code = supervise(["train"], checkpoint, said.append, pause=0, start=start)
        return code, said, len(left)

    return play


@pytest.mark.parametrize("code", [0, 1, 2, 130])
def test_what_ends_by_itself_is_over(play: Play, code: int) -> None:
    assert play((code, False)) == (code, [], 0)


def test_what_is_killed_goes_on(play: Play) -> None:
    code, said, _ = play((-signal.SIGKILL, True), (70, True), (0, True))
    assert code == 0
    assert "signal SIGKILL" in said[0]
    assert "exit code 70" in said[1]


def test_what_only_dies_is_given_up(play: Play) -> None:
    code, said, left = play(*[(-signal.SIGSEGV, False)] * (TRIES + 1))
    assert (code, left) == (1, 1)
    assert "given up" in said[-1]


def test_a_checkpoint_counts_as_a_new_beginning(play: Play) -> None:
    killed = [(-signal.SIGKILL, False)] * (TRIES - 2)
    assert play(*killed, (-signal.SIGKILL, True), *killed, (0, False))[0] == 0


def test_a_real_process_is_run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert supervise(["--version"], tmp_path / "none", print) == 0
    assert "allez-export" in capfd.readouterr().out
