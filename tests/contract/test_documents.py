"""The documents are executed: what a stranger tries must work as printed, and lead somewhere."""

from __future__ import annotations

import ast
import contextlib
import doctest
import io
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from allez.documents.formats import FORMATS

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not {"runs", "build", "target", "node_modules"} & set(path.relative_to(ROOT).parts)
    and not any(part.startswith(".venv") for part in path.relative_to(ROOT).parts)
)


EXECUTED = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
Block = tuple[str, str]
"""The file that it stands in, and its text."""


def blocks(language: str) -> list[Block]:
    return [
        (path.name, block)
        for path in EXECUTED
        for block in re.findall(rf"^```{language}\n(.*?)^```", path.read_text("utf-8"), re.M | re.S)
    ]


def first_line(block: Block) -> str:
    return f"{block[0]}: {block[1].splitlines()[0]}"


@pytest.mark.parametrize("block", blocks("pycon"), ids=first_line)
def test_python_sessions_print_what_they_show(block: Block) -> None:
    name, code = block
    test = doctest.DocTestParser().get_doctest(code, {}, name, None, 0)
    problems = io.StringIO()
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    with contextlib.redirect_stdout(io.StringIO()):
        runner.run(test, out=problems.write)
    assert problems.getvalue() == ""


@pytest.mark.parametrize("block", blocks("console"), ids=first_line)
def test_commands_print_what_they_show(block: Block, tmp_path: Path) -> None:
    """The commands of a block, one after the other in one empty folder."""
    program = f"{shlex.quote(sys.executable)} -m allez"
    for part in re.split(r"^\$ ", block[1], flags=re.M)[1:]:
        command, _, shown = part.partition("\n")
        assert command.split()[0] in ("allez", "printf", "cat"), command
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
        assert done.stdout.strip() == shown.strip()


def test_there_is_something_to_run() -> None:
    for language in ("console", "pycon"):
        names = {name for name, _ in blocks(language)}
        assert {"README.md", "files.md"} <= names


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
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 90


def test_the_tree_is_the_one_that_is_there() -> None:
    """Every folder that is committed stands in the tree, and every line of it is a folder."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    tree = text.partition("## The tree\n")[2].partition("\n## ")[0]
    named = re.findall(r"^    (\S+)/ ", tree, re.M)
    assert named
    assert [name for name in named if not (ROOT / name).is_dir()] == []
    there = {
        path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")
    }
    made = {"build", "dist", "runs", "data", "node_modules"}
    assert {name.partition("/")[0] for name in named} == there - made


def test_every_vector_is_named_to_whoever_writes_a_host() -> None:
    text = (ROOT / "docs" / "extend.md").read_text(encoding="utf-8")
    told = text.partition("## A host\n")[2].partition("\n## ")[0]
    names = {path.name for path in (ROOT / "spec" / "vectors").glob("*.jsonl")}
    assert [name for name in names if name not in told and "tokenizer" not in name] == []
    assert set(re.findall(r"[a-z_]+\.jsonl", told)) <= names


def test_the_folders_of_the_runtime_stand_in_their_order() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = text.partition("## The runtime's folders\n")[2].partition("\n## ")[0]
    named = re.findall(r"^\| `(\w+)/` ", table, re.M)
    there = {path.parent.name for path in (ROOT / "runtime" / "allez").glob("[a-z]*/__init__.py")}
    assert set(named) == there
    layers = (ROOT / "tests" / "contract" / "test_layers.py").read_text(encoding="utf-8")
    floors = re.search(r"^FLOORS = (\[.*?\])", layers, re.M | re.S)
    assert floors
    assert ast.literal_eval(floors[1]) == ["", *named]


def test_the_nouns_are_where_the_table_says() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([A-Z]\w+)` \| `([\w/]+)` \|", text, re.M)
    assert len(rows) == 5
    for name, module in rows:
        source = (ROOT / "runtime" / "allez" / f"{module}.py").read_text(encoding="utf-8")
        assert re.search(rf"^class {name}\b", source, re.M), name


def test_every_format_stands_in_the_table() -> None:
    text = (ROOT / "docs" / "files.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]+) \| ([^|]+) \|", text, re.M)
    named = {name for cells, _ in rows for name in re.findall(r"`(\w+)`", cells)}
    assert named == set(FORMATS)
    suffixes = {suffix for _, cells in rows for suffix in re.findall(r"`(\.\w+)`", cells)}
    assert suffixes == {suffix for format_ in FORMATS.values() for suffix in format_.suffixes}


def test_the_api_page_is_what_the_docstrings_say() -> None:
    command = [sys.executable, str(ROOT / "tools" / "api_page.py")]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), "make docs"
