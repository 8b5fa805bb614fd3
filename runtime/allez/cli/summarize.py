"""`allez summarize`: what files, or standard input, are about."""

from __future__ import annotations

import argparse
import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from allez.answers import Summary
from allez.cli import console
from allez.cli.options import note_time, options_of
from allez.cli.writing import add_asked, add_format, bundle_of, render, writer
from allez.errors import InputError, OptionError
from allez.files import reason

STDIN = "standard input"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command understands."""
    files = "texts, pages and documents that `allez translate` reads; default: standard input"
    parser.add_argument_group("text").add_argument("files", nargs="*", metavar="FILE", help=files)
    add = parser.add_argument_group("input and output").add_argument
    add("--lines", action="store_true", help="each line of plain text is a text of its own")
    add("-o", "--output", metavar="FILE", help="default: standard output")
    add_format(add)
    add_asked(parser)


def run(args: argparse.Namespace) -> int:
    """Summarize files one by one, or standard input."""
    from allez.tasks.summarizer import Summarizer

    if args.output is not None and args.output in args.files:
        raise OptionError(f"{args.output} would be overwritten", hint="another name for -o")
    options = options_of(args)
    model = bundle_of(args, "summarize")
    names: deque[str] = deque()

    def texts() -> Iterator[str]:
        for name, text in _texts(args):
            names.append(name)
            yield text

    finished = True
    with Summarizer(model, threads=args.threads) as summarizer, writer(args.output) as (write, _):
        summaries = summarizer.summarize_batch(texts(), options=options)
        for number, summary in enumerate(summaries, 1):
            name = names.popleft()
            about = {"file": name, "read": summary.read, "cut": summary.cut}
            write(render(summary, args.format, options.n_best, number, about))
            finished &= summary.finished
            if not args.quiet:
                _note_cut(name, summary)
    note_time(args, finished=finished)
    return 0


def _note_cut(name: str, summary: Summary) -> None:
    if summary.cut:
        start, end = summary.read
        console.say(
            f"note: {name} is longer than the model reads: "
            f"the first {end - start:,} of {len(summary.source):,} characters were read"
        )


def _texts(args: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each file, or of each of their lines."""
    for name in args.files or ["-"]:
        called = STDIN if name == "-" else name
        text = _text_of(called, _read(name))
        lines = text.removesuffix("\n").split("\n") if args.lines else [text]
        for number, line in enumerate(lines, 1):
            yield (f"{called}, line {number}" if args.lines else called), line


def _read(name: str) -> bytes:
    if name == "-":
        given = console.standard_input()
        if console.is_terminal(sys.stdin):
            console.say("type a text, and end it with Ctrl-D on a line of its own")
        return given.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {name}: {reason(error)}") from None


def _text_of(name: str, data: bytes) -> str:
    """Return the text of a document, paragraph by paragraph; of plain text all of it."""
    from allez.documents.formats import recognise
    from allez.documents.reading import Reading

    try:
        form = None if name == STDIN else recognise(name, data)
        if form is None or form.name == "text":
            return data.decode("utf-8")
        segments = form.parse(data, Reading()).segments
    except UnicodeDecodeError:
        raise InputError(f"{name} is not UTF-8") from None
    except InputError as error:
        raise InputError(f"{name}: {error}", hint=error.hint) from None
    return "\n".join(segment.source.text for segment in segments)
