"""`allez bulk`: files of very many rows, on an engine that exists."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from allez.cli import console
from allez.cli.options import add_facts, add_search, options_of

if TYPE_CHECKING:
    from allez.bulk import Job

LOOK = 0.5
"""Seconds after which the parts that are there are counted again."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command understands."""
    add = parser.add_argument_group("input and output").add_argument
    add(
        "inputs",
        nargs="+",
        metavar="FILE",
        help="of rows: .txt, .jsonl or .parquet, or folders of such",
    )
    add(
        "-o",
        "--output",
        required=True,
        metavar="FOLDER",
        help="takes a file for each part; what a killed run has left is gone on with",
    )
    add("--column", default="text", metavar="NAME", help="which is translated; default: text")
    add(
        "--into", default="translation", metavar="NAME", help="which takes it; default: translation"
    )
    add(
        "--part-bytes",
        type=int,
        default=2**20,
        metavar="N",
        help="about so much of a file is a part; default: 1048576",
    )
    add = parser.add_argument_group("engine").add_argument
    add(
        "--engine",
        choices=("processes", "ray", "spark"),
        default="processes",
        help="who does the work; default: processes of this machine",
    )
    add("--workers", type=int, metavar="N", help="each with a model; default: one for each core")
    add_facts(parser)
    add_search(parser)
    parser.set_defaults(n_best=1)


def run(args: argparse.Namespace) -> int:
    """Translate files of rows into a folder of parts."""
    from allez.bulk import plan, recipe
    from allez.bulk.job import begun
    from allez.options import whole
    from allez.parallel import cores

    workers = cores() if args.workers is None else whole("workers", args.workers, 1, 10_000)
    made = recipe(
        args.model,
        column=args.column,
        into=args.into,
        threads=args.threads or 1,
        options=options_of(args, _languages(args.model)),
    )
    size = whole("part_bytes", args.part_bytes, 1)
    job = plan([Path(path) for path in args.inputs], Path(args.output), made, part_bytes=size)
    engine: Callable[[Job, int], None] = import_module(f"allez.bulk.{args.engine}").run
    with begun(job), _progress(job, quiet=args.quiet):
        engine(job, workers)
    _tell(job, quiet=args.quiet)
    return 0


def _languages(model: str | None) -> tuple[str, str]:
    """Return the languages of a bundle, of which nothing but its manifest is looked at."""
    from allez.bundle import Bundle, find

    manifest = Bundle.read(find(model)).manifest
    return manifest.source.language, manifest.target.language


def _tell(job: Job, *, quiet: bool) -> None:
    """Say what has no translation, and where that stands; the first of it, if it is much."""
    failed = 0
    for part in job.parts:
        done = job.done(part)
        if done is None:
            continue
        for row, why in done.errors[: max(0, 10 - failed)]:
            console.say(f"error: {job.place(part).name}, row {row}: {why}")
        failed += done.failed
    if failed and not quiet:
        console.say(f"note: {failed:,} rows have no translation")


@contextmanager
def _progress(job: Job, *, quiet: bool) -> Iterator[None]:
    """Show how many parts are there while the block runs, if anybody sees it."""
    import sys

    if quiet or not console.is_terminal(sys.stderr):
        yield
        return
    from tqdm import tqdm

    over = threading.Event()
    with tqdm(total=len(job.parts), unit=" parts", file=sys.stderr) as bar:

        def look() -> None:
            left = set(job.left())
            while not over.wait(LOOK):
                left = {part for part in left if job.done(part) is None}
                bar.update(len(job.parts) - len(left) - bar.n)

        thread = threading.Thread(target=look, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            bar.update(len(job.parts) - len(job.left()) - bar.n)
