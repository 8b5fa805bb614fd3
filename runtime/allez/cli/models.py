"""`allez models`: which there are; and how they are installed, removed and handed on."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from allez.cli import console
from allez.errors import OptionError

if TYPE_CHECKING:
    from allez.bundle import ModelInfo


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command understands."""
    add = parser.add_argument_group("what to do").add_argument
    add(
        "action",
        nargs="?",
        default="list",
        choices=("list", "install", "remove", "path", "export"),
        help="default: list",
    )
    add(
        "what",
        nargs="?",
        metavar="MODEL",
        help="a name that is listed; to install, a folder or zip",
    )
    add("-o", "--output", metavar="FILE.zip", help="of export")


def run(args: argparse.Namespace) -> int:
    """List, install, remove or export models, or tell where one lies."""
    if args.action == "list":
        if args.what is not None or args.output is not None:
            raise OptionError("models list takes nothing more")
        return _list()
    if args.what is None:
        what = "a folder or zip" if args.action == "install" else "a name that is listed"
        raise OptionError(f"models {args.action} needs {what}")
    if (args.output is None) == (args.action == "export"):
        raise OptionError("-o FILE.zip goes with models export, and that with it")
    return {"install": _install, "remove": _remove, "path": _path, "export": _export}[args.action](
        args
    )


def _list() -> int:
    """Print one line for each model, and nothing else."""
    from allez.bundle.store import models

    rows = [
        (
            model.name,
            model.version,
            _what(model),
            "shipped" if model.sha256 is None else "installed",
            model.license,
        )
        for model in models()
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        console.show(console.plain("  ".join(cells).rstrip()) + "\n")
    return 0


def _what(model: ModelInfo) -> str:
    """Return between which languages a model translates, or what else it does in which."""
    if model.task == "translate":
        return f"{model.source_language} to {model.target_language}"
    return f"{model.task}, {model.target_language}"


def _install(args: argparse.Namespace) -> int:
    from allez.tasks.opening import install

    console.show(f"{install(args.what).name}\n")
    return 0


def _remove(args: argparse.Namespace) -> int:
    from allez.tasks.opening import remove

    remove(args.what)
    return 0


def _path(args: argparse.Namespace) -> int:
    from allez.bundle.reader import find

    console.show(f"{find(args.what)}\n")
    return 0


def _export(args: argparse.Namespace) -> int:
    from allez.bundle.changes import zipped
    from allez.bundle.reader import Bundle, find
    from allez.documents.output import open_output

    data = zipped(Bundle.read(find(args.what)))
    with open_output(Path(args.output)) as output:
        output.write(data)
    return 0
