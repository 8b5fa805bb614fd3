"""`allez translate`, which is also `allez` without a command: texts, a file, standard input."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from allez.cli import console, files
from allez.cli.applied import Applied
from allez.cli.arguments import parser_of
from allez.cli.chosen import languages_of, legs, translator_of
from allez.cli.doubted import say_doubts
from allez.cli.options import add_facts, add_search, note_time, options_of
from allez.cli.writing import writer
from allez.errors import OptionError

if TYPE_CHECKING:
    from tqdm import tqdm

    from allez.documents.lines import LineFile, LineStream
    from allez.options import Cancel, TranslateOptions
    from allez.results import Translation
    from allez.translate.pivot import Pivot
    from allez.translate.translator import Translator


BEAT = 0.5
"""Seconds between two looks at what has been done of a line."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command understands."""
    text = "one is translated, several with `allez translate`; default: standard input"
    parser.add_argument_group("text").add_argument("text", nargs="*", metavar="TEXT", help=text)
    add = parser.add_argument_group("input and output").add_argument
    add(
        "-i",
        "--input",
        action="append",
        default=[],
        metavar="FILE",
        help="translate a file or folder, several if given again; -: standard input",
    )
    add(
        "-o",
        "--output",
        metavar="PLACE",
        help="a file, or a folder for several; default: standard output; "
        "what was made from files is continued if a run was killed",
    )
    add(
        "--n-best",
        type=int,
        default=1,
        metavar="N",
        help="so many translations of each line, best first, each on a line of its own",
    )
    add(
        "--format",
        choices=("text", "tsv", "jsonl", "pharaoh"),
        default="text",
        help="of lines: text; tsv: number, rank, score and text; jsonl: all there is to know; "
        "pharaoh: which source word each word was made from",
    )
    add(
        "--errors",
        choices=("strict", "replace"),
        default="strict",
        help="bytes of the input that are no UTF-8: end the run, or become U+FFFD",
    )
    add(
        "--doubts",
        action="store_true",
        help="say on standard error what of a translation is not accounted for",
    )
    add("--markup", choices=("html",), help="the texts are pieces of HTML")
    _add_languages(parser)
    add_facts(parser)
    _add_documents(parser)
    limit = add_search(parser)
    limit("--max-time", type=float, metavar="SECONDS", help="for all TEXT; then the best so far")


def _add_languages(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("languages").add_argument
    add(
        "--from",
        dest="source",
        metavar="LANGUAGE",
        help="such as fr, with --to in place of --model; without it, of the models that lead to "
        "that language the one whose language the text is in",
    )
    add(
        "--to",
        dest="target",
        metavar="LANGUAGE",
        help="by way of English where no model leads there",
    )
    add(
        "--detect",
        action="store_true",
        help="do not translate; tell for each text or line which language with a model it is in",
    )


def _add_documents(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("documents").add_argument
    add(
        "--suffix", default="", metavar=".en", help="results beside the files, a.en.html for a.html"
    )
    add(
        "--as", dest="kind", metavar="FORMAT", help="what the files are, if their names do not tell"
    )
    add("--wrapped", action="store_true", help="lines of plain text were broken to fit a width")
    add(
        "--columns",
        metavar="LIST",
        help="columns of a table to translate: names, or numbers from 1",
    )


def run(args: argparse.Namespace) -> int:
    """Translate texts, a file or standard input."""
    if args.bare and (sys.stdin is None or console.is_terminal(sys.stdin)):
        parser_of(None).print_help()
        return 0
    if args.text and args.input:
        raise OptionError("either TEXT or --input, not both")
    files.take_names(args)
    if args.detect:
        from allez.cli.detect import detect

        return detect(args, None if args.text else _lines(args))
    documents = files.wanted(args)
    if documents:
        return files.run(args, documents)
    if args.prefix and len(args.text) != 1:
        raise OptionError("--prefix needs exactly one TEXT")
    if args.max_time is not None and not args.text:
        raise OptionError("--max-time needs TEXT", hint="a file can be interrupted and continued")

    if len(args.text) == 1 and not args.quiet:
        (text,) = args.text
        if os.path.exists(text) and not args.literal:
            console.say(f"note: {text} is taken for a text; allez -i translates what is there")
        elif args.meant:
            console.say(f"note: {text} is taken for a text; the command is allez {args.meant}")
    lines = None if args.text else _lines(args)
    with translator_of(args) as translator:
        options = options_of(args, languages_of(translator))
        applied = Applied(options)
        if lines is not None:
            _translate_lines(args, translator, lines, options, applied)
            if args.verbose:
                applied.tell()
            return 0
        from allez.documents.records import render

        results = applied.watched(translator.translate_batch(args.text, options=options))
        cut = False
        with writer(args.output) as (write, _):
            for number, translation in enumerate(results, 1):
                write(render(translation, args.format, options.n_best, number))
                if args.doubts and not args.quiet:
                    say_doubts(translation)
                cut |= not translation.finished
    if args.verbose:
        applied.tell()
    note_time(args, finished=not cut)
    return 0


def _lines(args: argparse.Namespace) -> LineFile | LineStream:
    from allez.documents.lines import LineFile, LineStream, open_lines
    from allez.documents.output import unfinished

    if args.input not in ([], ["-"]):
        begun = None if args.output in (None, "-") else unfinished(Path(args.output))
        found = open_lines(Path(args.input[0]), errors=args.errors, begun=begun)
        if isinstance(found, LineFile) and found.is_wrapped and not args.quiet:
            console.say(
                f"note: {args.input[0]} looks wrapped; --wrapped reads paragraphs, not lines"
            )
        return found
    given = console.standard_input()
    if console.is_terminal(sys.stdin) and not args.quiet:
        told = "type a line and press Enter to see its translation"
        console.say(f"note: {_left_over(args)}; {told}" if args.keep else told)
    return LineStream(given, "standard input", errors=args.errors)


def _left_over(args: argparse.Namespace) -> str:
    """Say of a command line without a text who may have taken it."""
    return f"no text is left beside --keep {args.keep[-1]!r}"


def _translate_lines(
    args: argparse.Namespace,
    translator: Translator | Pivot,
    lines: LineFile | LineStream,
    options: TranslateOptions,
    applied: Applied,
) -> None:
    """Translate a file, which may be continued, or a stream, which cannot."""
    from allez.documents.lines import LineFile, describe_job, translate_lines

    met = False

    def look(translation: Translation, number: int) -> None:
        nonlocal met
        met = True
        applied.look(translation)
        if args.doubts and not args.quiet:
            say_doubts(translation, number)

    job, source = None, None
    if isinstance(lines, LineFile):
        *before, manifest = (leg.bundle.manifest for leg in legs(translator))
        job = describe_job(lines, manifest, options, args.format, before)
        source = Path(args.input[0])
    with (
        writer(args.output, source=source, job=job) as (write, done),
        _progress(args, lines.total, done, legs(translator)[-1]) as (show, beat),
    ):
        translate_lines(
            translator,
            lines,
            write,
            options=replace(options, cancel=beat),
            form=args.format,
            done=done,
            progress=show,
            look=look,
        )
    if args.keep and source is None and not met and not args.quiet:
        console.say(f"note: standard input is empty; {_left_over(args)}")


@contextlib.contextmanager
def _progress(
    args: argparse.Namespace, total: int | None, done: int, translator: Translator
) -> Iterator[tuple[Callable[[int], None], Cancel | None]]:
    """Yield what shows how far a file has been translated, if anybody sees it.

    It is told how many lines are done, and asked between the steps of the decoder (as a `cancel`
    that is never set): a line may be a book, and its sentences are counted then.
    """
    in_the_way = args.output in (None, "-") and console.is_terminal(sys.stdout)
    silent = args.quiet or args.doubts or in_the_way  # doubts would tear the bar
    if total is None or silent or not console.is_terminal(sys.stderr):
        yield lambda done: None, None
        return
    from tqdm import tqdm

    with tqdm(total=total, initial=done, unit=" lines", file=sys.stderr) as bar:

        def show(done: int) -> None:
            bar.update(done - bar.n)

        yield show, _Beat(bar, translator)


class _Beat:
    """Shows now and then, while somebody works, how many sentences have been translated."""

    def __init__(self, bar: tqdm[NoReturn], translator: Translator) -> None:
        self._bar = bar
        self._translator = translator
        self._shown = time.monotonic()

    def is_set(self) -> bool:
        """See `Cancel`: nobody gives up."""
        if time.monotonic() - self._shown >= BEAT:
            self._shown = time.monotonic()
            self._bar.set_postfix_str(f"{self._translator.answered:,} sentences")
        return False
