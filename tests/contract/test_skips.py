"""What cannot be tested on a machine is named and counted; in continuous integration it fails."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from hosts import arm64
from hosts.downloads import Missing
from support import skips

SCRIPT = Path(__file__).parents[1] / "skipped.sh"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="make and its scripts")


def skipped(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the script with nothing of this run's own in its environment."""
    kept = {k: v for k, v in os.environ.items() if k not in ("CI", "ALLEZ_SKIPPED")}
    return subprocess.run(
        [SCRIPT, *arguments],
        capture_output=True,
        encoding="utf-8",
        env={**kept, **environment},
        check=False,
    )


def test_a_skip_is_named_written_down_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "skipped.txt"
    assert skipped("count", ALLEZ_SKIPPED=str(file)).stdout == "passed, nothing skipped\n"
    done = skipped("note", "test-android: no Java", ALLEZ_SKIPPED=str(file))
    assert (done.returncode, done.stdout) == (0, "skipped: test-android: no Java\n")
    monkeypatch.setenv("ALLEZ_SKIPPED", str(file))
    skips.write_down("test_x: only on\nWindows")
    assert skipped("count", ALLEZ_SKIPPED=str(file)).stdout == (
        "skipped: test-android: no Java\nskipped: test_x: only on Windows\npassed, 2 skipped\n"
    )


def test_in_continuous_integration_it_is_a_failure(tmp_path: Path) -> None:
    done = skipped("note", "test-android: no Java", CI="true")
    assert done.returncode == 1
    assert "not skipped" in done.stderr
    assert skipped("nothing of the kind").returncode == 2


@pytest.mark.parametrize(("environment", "code"), [("", 0), ("true", 1)])
def test_an_emulator_that_is_not_to_be_had(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    environment: str,
    code: int,
) -> None:
    def emulator() -> Path:
        raise Missing("no qemu")

    monkeypatch.setattr(arm64, "emulator", emulator)
    monkeypatch.setattr(arm64.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(arm64.platform, "system", lambda: "Linux")
    monkeypatch.setenv("CI", environment)
    monkeypatch.setenv("ALLEZ_SKIPPED", str(tmp_path / "skipped.txt"))
    assert arm64.main() == code
    assert capsys.readouterr().out == "skipped: cortex-a76, cortex-a53: no qemu\n"
    assert (tmp_path / "skipped.txt").read_text() == "cortex-a76, cortex-a53: no qemu\n"
