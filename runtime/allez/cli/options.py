"""What a command line may say of search and facts, and the options that this makes.

Of all commands that translate or answer; knows none of them.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from allez.cli import console
from allez.errors import OptionError

if TYPE_CHECKING:
    from allez.options import TranslateOptions


def add_facts(parser: argparse.ArgumentParser) -> None:
    """Add what is carried over."""
    add = parser.add_argument_group("facts").add_argument
    add("--keep", action="append", default=[], metavar="TEXT", help="is never translated")
    add("--keep-file", metavar="FILE", help="one such text a line")
    add("--glossary", metavar="FILE", help="terms and their translations: .tsv, .csv or .tbx")


def add_search(parser: argparse.ArgumentParser, *, answers: bool = False) -> Callable[..., object]:
    """Add what search may be told; return what adds to the same group.

    Args:
        parser: of a command.
        answers: whether that gives answers, and not translations of sentences.
    """
    one = "an answer" if answers else "a sentence"
    add = parser.add_argument_group("search").add_argument
    add("--beam-size", type=int, metavar="K", help="hypotheses kept; default: the bundle's")
    add("--max-length", type=int, metavar="N", help=f"most tokens for {one}")
    add("--min-length", type=int, default=1, metavar="N", help=f"fewest tokens for {one}")
    add("--length-penalty", type=float, metavar="A", help="score = log-probability / length^A")
    add(
        "--no-repeat-ngram-size",
        type=int,
        default=0,
        metavar="N",
        help=f"no sequence of N tokens twice in {one}",
    )
    if answers:
        parser.set_defaults(shortlist=False)
    else:
        add(
            "--shortlist",
            action="store_true",
            help="score only the words that the bundle lists for a sentence's words",
        )
    begun = "an answer" if answers else "the translation"
    add("--prefix", default="", metavar="TEXT", help=f"how {begun} must begin")
    return add


def check_png(place: str | None) -> None:
    """Raise OptionError if a picture is to be written under the name of another format."""
    if place and not place.lower().endswith(".png"):
        raise OptionError(f"{place}: only PNG can be written", hint="a name ending in .png")


def note_time(args: argparse.Namespace, *, finished: bool) -> None:
    """Tell whoever gave a time that it was over, if something was not finished."""
    if not finished and args.max_time is not None and not args.quiet:
        console.say("note: the time was over; what was not finished is cut or left out")


def options_of(
    args: argparse.Namespace, languages: tuple[str, str] | None = None
) -> TranslateOptions:
    """Return what the command line asks for, checked before any work begins.

    Args:
        args: of any command.
        languages: from which one into which, of a command that translates: by these a glossary's
            columns or parts are chosen.
    """
    from allez.options import TranslateOptions

    keep, terms = list(getattr(args, "keep", ())), []
    if getattr(args, "keep_file", None):
        from allez.documents.glossary import read_kept

        keep += read_kept(Path(args.keep_file))
    if languages is not None and getattr(args, "glossary", None):
        from allez.documents.glossary import read_glossary

        terms = read_glossary(Path(args.glossary), languages)
    return TranslateOptions(
        beam_size=args.beam_size,
        n_best=args.n_best,
        max_length=args.max_length,
        min_length=args.min_length,
        length_penalty=args.length_penalty,
        no_repeat_ngram_size=args.no_repeat_ngram_size,
        shortlist=args.shortlist,
        prefix=args.prefix,
        markup=getattr(args, "markup", None),
        keep=keep,
        glossary=terms,
        max_time=getattr(args, "max_time", None),
    )
