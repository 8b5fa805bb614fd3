"""Wheels and Debian packages in folders of their own: made once, installed nowhere.

A folder is written aside and renamed when it is whole, with a note of what it was made of. What
cannot be had raises `Missing`, for the caller to report by name.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

BUILD = Path(__file__).parents[2] / "build"
NOTE = "made-of.txt"
PATIENCE = 1200
"""Seconds for one download or one program on an emulated processor: a bound, not a measure."""


class Missing(Exception):
    """This machine, or its network, does not have what is needed."""


def made(folder: Path, recipe: str, make: Callable[[Path], None], *, reuse: bool = True) -> Path:
    """Return a folder, making it anew unless there is one by the same recipe to reuse."""
    note = folder / NOTE
    if reuse and note.is_file() and note.read_text(encoding="utf-8") == recipe:
        return folder
    partial = folder.with_name(folder.name + ".partial")
    for old in (partial, folder):
        if old.exists():
            shutil.rmtree(old)
    partial.mkdir(parents=True)
    make(partial)
    (partial / NOTE).write_text(recipe, encoding="utf-8")
    return partial.rename(folder)


def wheels(folder: Path, requirements: list[str], *options: str) -> None:
    """Unpack wheels into a folder, exactly those that are named.

    Raises:
        Missing: pip cannot get one.
    """
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = run(*command, "--no-deps", "--only-binary=:all:", "--target", str(folder),
               *options, *requirements)  # fmt: skip
    if done.returncode:
        raise Missing(f"no wheel of {', '.join(requirements)}: {last_line(done.stderr)}")


def debian(folder: Path, architecture: str, *packages: str) -> None:
    """Unpack packages and all that they depend on, from the archives that apt is set up for.

    Raises:
        Missing: apt does not know them, or cannot download them.
    """
    for program in ("apt-get", "dpkg-deb"):
        if shutil.which(program) is None:
            raise Missing(f"{program} is not installed")
    state = folder / "apt"  # lists and archives of its own: no root needed, nothing installed
    for part in ("lists", "archives"):
        (state / part / "partial").mkdir(parents=True)
    (state / "status").touch()
    settings = {
        "Dir::State": state,
        "Dir::State::status": state / "status",  # an empty machine: every dependency is new
        "Dir::Cache": state,
        "APT::Architecture": architecture,
        "APT::Architectures::": architecture,
        "APT::Install-Recommends": "false",
        "Debug::NoLocking": "true",
    }
    apt = ["apt-get", "-qq", *(f"-o{name}={value}" for name, value in settings.items())]
    updated = run(*apt, "update")  # may fail for an archive that is not needed
    done = run(*apt, "install", "--yes", "--download-only", *packages)
    if done.returncode:
        problems = "; ".join(last_line(p.stderr) for p in (updated, done) if p.stderr)
        raise Missing(f"no {', '.join(packages)} for {architecture}: {problems}")
    for archive in sorted((state / "archives").glob("*.deb")):
        subprocess.run(["dpkg-deb", "--extract", archive, folder], check=True)
    shutil.rmtree(state)


def run(
    *command: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program and return what it says; one that does not end has failed."""
    try:
        return subprocess.run(
            command,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            env=environment,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(
            command, 1, "", f"{Path(command[0]).name} did not end within {PATIENCE} seconds\n"
        )


def last_line(text: str) -> str:
    """Return the end of what a program said: where its reason stands."""
    return text.rstrip().rpartition("\n")[2]
