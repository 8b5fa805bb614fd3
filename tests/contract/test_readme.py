"""The README is executed: what a stranger tries first must work as printed."""

from __future__ import annotations

import contextlib
import doctest
import io
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not {"runs", "build", "target", "node_modules"} & set(path.relative_to(ROOT).parts)
    and not any(part.startswith(".venv") for part in path.relative_to(ROOT).parts)
)


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


def test_python_blocks_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for code in blocks("python"):
        exec(compile(code, "README.md", "exec"), {"__name__": "readme"})


@pytest.mark.parametrize("code", blocks("pycon"), ids=lambda code: code.splitlines()[0])
def test_python_sessions_print_what_they_show(code: str) -> None:
    test = doctest.DocTestParser().get_doctest(code, {}, "README.md", None, 0)
    problems = io.StringIO()
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    with contextlib.redirect_stdout(io.StringIO()):
        runner.run(test, out=problems.write)
    assert problems.getvalue() == ""


def allez_commands() -> list[tuple[str, str]]:
    """Commands of `console` blocks that begin with allez, and the output shown under them."""
    found = []
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, shown = part.partition("\n")
            if re.match(r"(\S+ )*?(allez|echo|printf)\b", command) and "allez" in command:
                found.append((command, shown))
    return found


@pytest.mark.parametrize(("command", "shown"), allez_commands(), ids=lambda v: v.splitlines()[:1])
def test_commands_print_what_they_show(command: str, shown: str, tmp_path: Path) -> None:
    program = f"{shlex.quote(sys.executable)} -m allez"
    done = subprocess.run(
        re.sub(r"(^|\| *)allez\b(?!-)", rf"\1{program}", command),
        shell=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    if shown.strip():
        assert done.stdout.strip() == shown.strip()


def test_there_is_something_to_run() -> None:
    assert allez_commands()
    assert blocks("python") or blocks("pycon")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_make_targets_and_configs_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z0-9-]+):", makefile, re.M))
    for target in re.findall(r"(?:^|\$ |`)make ([a-z][a-z0-9-]*)", text, re.M):
        assert target in targets, target
    for config in re.findall(r"export/configs/[\w.-]+", text):
        assert (ROOT / config.rstrip(".")).exists(), config


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8")):
        if "://" not in link:
            assert (path.parent / link).exists(), link


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 150
