"""What may stand on the command line, and what is wrong with what does.

Knows nothing of what the commands do.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NoReturn

from allez import __version__
from allez.errors import InputError, OptionError

if TYPE_CHECKING:
    from allez.options import TranslateOptions


class _Parser(argparse.ArgumentParser):
    """Reports a wrong use as any other error is reported."""

    def error(self, message: str) -> NoReturn:
        raise OptionError(message, hint=f"{self.prog} --help")


def parse_args(argv: Sequence[str]) -> argparse.Namespace:
    """Return the arguments; `command` is "translate" if none is named.

    The first argument is a command only if it is exactly the name of one.

    Raises:
        OptionError: wrong use.
        SystemExit: help or version was asked for, and printed.
    """
    name = argv[0] if argv and argv[0] in _COMMANDS else None
    # All behind `--` is text, whatever it looks like; argparse versions differ about it.
    end = list(argv).index("--") if "--" in argv else len(argv)
    options, texts = argv[0 if name is None else 1 : end], argv[end + 1 :]
    parser = parser_of(name)
    args = parser.parse_intermixed_args(list(options))
    args.command = name or "translate"
    args.bare = not argv  # then help may be wanted
    if hasattr(args, "text"):
        args.text = [_readable(text) for text in [*args.text, *texts]]
    elif texts:
        parser.error(f"unexpected argument: {texts[0]}")
    if len(getattr(args, "text", ())) > 1 and name != "translate":
        raise OptionError(
            "one text expected, several given",
            hint='put quotes around it: allez "Comment allez-vous ?"; '
            f"a command comes first: {', '.join(_COMMANDS)}",
        )
    return args


def parser_of(name: str | None) -> _Parser:
    """Return the parser of a command; None: of the text given without one."""
    if name is None:
        commands = "\n".join(f"  {key:<12}{command[0]}" for key, command in _COMMANDS.items())
        parser = _Parser(
            prog="allez",
            usage='allez [options] "TEXT"\n       allez COMMAND …',
            description="Translate a text, or standard input line by line, offline.",
            epilog=f"commands (allez COMMAND --help tells more):\n{commands}\n\n"
            "A text that looks like a command or an option goes behind --.",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        parser.add_argument("--version", action="version", version=f"allez {__version__}")
        _add_translate(parser)
    else:
        summary, add = _COMMANDS[name]
        parser = _Parser(prog=f"allez {name}", description=f"{summary}.", allow_abbrev=False)
        add(parser)
    parser.add_argument("--model", metavar="BUNDLE", help="folder, zip or name of a shipped bundle")
    parser.add_argument("--threads", type=int, metavar="N", help="default: all cores")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="say more; -vv: all")
    parser.add_argument("-q", "--quiet", action="store_true", help="say nothing but errors")
    return parser


def _add_translate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="*", metavar="TEXT", help="default: standard input")
    parser.add_argument(
        "-i",
        "--input",
        action="append",
        default=[],
        metavar="FILE",
        help="translate a file or folder, several if given again; -: standard input",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="PLACE",
        help="a file, or a folder for several; default: standard output; "
        "what was made from files is continued if a run was killed",
    )
    parser.add_argument("--format", choices=("text", "jsonl"), default="text", help="of the output")
    parser.add_argument(
        "--errors",
        choices=("strict", "replace"),
        default="strict",
        help="bytes of the input that are no UTF-8: end the run, or become U+FFFD",
    )
    parser.add_argument("--n-best", type=int, default=1, metavar="N", help="so many lines per line")
    _add_documents(parser)
    _add_search(parser)


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


def _add_attention(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="*", metavar="TEXT", help="what to translate")
    parser.add_argument("-o", "--output", metavar="FILE.png", help="default: drawn in the terminal")
    _add_search(parser)
    parser.set_defaults(n_best=1)


def _add_search(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("search").add_argument
    add("--beam-size", type=int, metavar="K", help="hypotheses kept; default: the bundle's")
    add("--max-length", type=int, metavar="N", help="most tokens per sentence")
    add("--min-length", type=int, default=1, metavar="N", help="fewest tokens per sentence")
    add("--length-penalty", type=float, metavar="A", help="score = log-probability / length^A")
    add(
        "--no-repeat-ngram-size",
        type=int,
        default=0,
        metavar="N",
        help="no sequence of N tokens twice in a sentence",
    )
    add(
        "--shortlist",
        action="store_true",
        help="score only the words that the bundle lists for a sentence's words",
    )
    add("--prefix", default="", metavar="TEXT", help="how the translation must begin")


def _add_nothing(parser: argparse.ArgumentParser) -> None:
    """Info and selftest have the common options only."""


def options_of(args: argparse.Namespace) -> TranslateOptions:
    """Return what the command line asks for, checked before any work begins."""
    from allez.options import TranslateOptions

    return TranslateOptions(
        beam_size=args.beam_size,
        n_best=args.n_best,
        max_length=args.max_length,
        min_length=args.min_length,
        length_penalty=args.length_penalty,
        no_repeat_ngram_size=args.no_repeat_ngram_size,
        shortlist=args.shortlist,
        prefix=args.prefix,
    )


def _readable(text: str) -> str:
    """Return an argument; where the locale could not decode it, as the UTF-8 it is.

    Raises:
        InputError: it is not UTF-8 either.
    """
    try:
        text.encode("utf-8")
        return text
    except UnicodeEncodeError:
        pass
    try:
        return os.fsencode(text).decode("utf-8")
    except UnicodeError:
        raise InputError("the text is not UTF-8") from None


_COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "translate": ("Translate texts, a file or standard input", _add_translate),
    "attention": ("Draw which words were translated from which", _add_attention),
    "info": ("Tell model, versions, processor and settings", _add_nothing),
    "selftest": ("Check that this machine translates as it should", _add_nothing),
}
