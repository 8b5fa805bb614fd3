"""What may stand on the command line, and what is wrong with what does.

Knows nothing of what the commands do.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from allez import __version__
from allez.errors import InputError, OptionError

if TYPE_CHECKING:
    from allez.options import TranslateOptions


class _Parser(argparse.ArgumentParser):
    """Reports a wrong use as any other error is reported."""

    def error(self, message: str) -> NoReturn:
        import difflib

        hint = f"{self.prog} --help"
        typed = re.search(r"unrecognized arguments:.*?(--[\w-]+)", message)
        known = difflib.get_close_matches(
            typed[1] if typed else "", self._option_string_actions, n=1, cutoff=0.65
        )
        raise OptionError(message, hint=f"{known[0]}? {hint} lists all" if known else hint)


def parse_args(argv: Sequence[str]) -> argparse.Namespace:
    """Return the arguments; `command` is "translate" if none is named.

    The first argument is a command only if it is exactly the name of one. `meant` is the command
    that a text which is a single word resembles, or None.

    Raises:
        OptionError: wrong use, or what would be taken for a self-test that was passed.
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
    words: Sequence[str] = getattr(args, "text", ())
    meant = _resembled(words[0]) if name is None and words else None
    alone = len(words) == 1 and not getattr(args, "input", ())  # then the note of `meant` is due
    if meant and words[0] not in _COMMANDS and not alone:
        raise OptionError(
            f"{words[0]} is no command",
            hint=f"did you mean allez {meant}? A text of several words goes in quotes",
        )
    args.meant = meant if len(words) == 1 else None
    if args.meant == "selftest":  # whose exit code is what is asked for
        raise OptionError(f"{words[0]} is no command", hint="allez selftest? A text: allez -- TEXT")
    args.literal = bool(texts)  # then none of them names a file
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


def in_flags(message: str) -> str:
    """Return what the library says of an option, as the command spells it."""
    from allez.options import OptionChanges  # seldom needed, and slow to load

    names = [name for name in (*OptionChanges.__annotations__, "threads") if name != "cancel"]
    several = "|".join(name for name in names if "_" in name)
    message = re.sub(rf"^({'|'.join(names)})(?= must )", r"--\1", message)
    return re.sub(
        rf"(?<![\w-])(?:--)?({several})\b", lambda m: "--" + m[1].replace("_", "-"), message
    )


def _resembled(text: str) -> str | None:
    """Return the command that somebody may have meant who typed a text of one small word."""
    if not re.fullmatch(r"[a-z]+(-[a-z]+)*", text):
        return None
    distances = {command: _distance(text, command) for command in _COMMANDS}
    closest = min(distances, key=lambda command: distances[command])
    return closest if distances[closest] <= (2 if len(closest) > 5 else 1) else None


def _distance(a: str, b: str) -> int:
    """Return how many letters must be put in, left out or replaced to make one of the other."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a):
        above, row = row, [i + 1]
        for j, y in enumerate(b):
            row.append(min(above[j] + (x != y), above[j + 1] + 1, row[j] + 1))
    return row[-1]


def parser_of(name: str | None) -> _Parser:
    """Return the parser of a command; None: of the text given without one."""
    if name is None:
        commands = "\n".join(f"  {key:<12}{command.summary}" for key, command in _COMMANDS.items())
        parser = _Parser(
            prog="allez",
            usage='allez [options] "TEXT"\n       allez COMMAND …',
            description="Translate a text, or standard input line by line, offline.",
            epilog=f"commands (allez COMMAND --help tells more):\n{commands}\n\n"
            "A text that looks like a command or an option goes behind --.",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
            add_help=False,
        )
        _add_translate(parser)
    else:
        command = _COMMANDS[name]
        parser = _Parser(
            prog=f"allez {name}",
            usage=f"allez {name} [options]{command.usage}",
            description=f"{command.summary}.",
            allow_abbrev=False,
            add_help=False,
        )
        command.add(parser)
    group = parser.add_argument_group("general").add_argument
    if name == "serve":
        group("--threads", type=int, metavar="N", help="of each model; default: all cores")
    elif name != "models":
        group("--model", metavar="BUNDLE", help=_MODEL + _DEFAULTS.get(name or "", "fr-en"))
        group("--threads", type=int, metavar="N", help="default: all cores; of a bulk worker: one")
    group("-v", "--verbose", action="count", default=0, help="say more; -vv: all")
    group("-q", "--quiet", action="store_true", help="say nothing but errors")
    group("-h", "--help", action="help", help="show this and end")
    if name is None:
        group("--version", action="version", version=f"allez {__version__}", help="show it and end")
    return parser


_MODEL = "a name that `allez models` lists; or a folder or zip, ./NAME if it is here; default: "
_DEFAULTS = dict.fromkeys(("summarize", "caption", "chat"), "the newest for this task")


def _add_translate(parser: argparse.ArgumentParser) -> None:
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
    _add_facts(parser)
    _add_documents(parser)
    limit = _add_search(parser)
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


def _add_models(parser: argparse.ArgumentParser) -> None:
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


def _add_serve(parser: argparse.ArgumentParser) -> None:
    from allez.cli.serve import add_arguments  # nobody else waits for it

    add_arguments(parser)


def _add_facts(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("facts").add_argument
    add("--keep", action="append", default=[], metavar="TEXT", help="is never translated")
    add("--keep-file", metavar="FILE", help="one such text a line")
    add("--glossary", metavar="FILE", help="terms and their translations: .tsv, .csv or .tbx")


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
    add = parser.add_argument_group("text and picture").add_argument
    add("text", nargs="*", metavar="TEXT", help="what to translate")
    add("-i", "--input", metavar="FILE", help="a document, in place of a text")
    add("--at", type=int, metavar="N", help="which of its paragraphs, cells or lines, from 1")
    add("-o", "--output", metavar="FILE.png", help="default: drawn in the terminal")
    _add_search(parser)
    parser.set_defaults(n_best=1)


def _add_search(parser: argparse.ArgumentParser) -> Callable[..., object]:
    """Add what search may be told; return what adds to the same group."""
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
    return add


def _add_bulk(parser: argparse.ArgumentParser) -> None:
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
    _add_facts(parser)
    _add_search(parser)
    parser.set_defaults(n_best=1)


def _add_summarize(parser: argparse.ArgumentParser) -> None:
    from allez.cli.writing import add_summarize  # nobody else waits for it

    add_summarize(parser)


def _add_caption(parser: argparse.ArgumentParser) -> None:
    from allez.cli.writing import add_caption

    add_caption(parser)


def _add_chat(parser: argparse.ArgumentParser) -> None:
    from allez.cli.writing import add_chat

    add_chat(parser)


def _add_nothing(parser: argparse.ArgumentParser) -> None:
    """Info and selftest have the common options only."""


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


class _Command(NamedTuple):
    summary: str
    usage: str
    """What follows the options."""
    add: Callable[[argparse.ArgumentParser], None]
    """Adds its own arguments."""


_COMMANDS = {
    "translate": _Command(
        "Translate texts, files or standard input",
        " TEXT …\n       allez translate [options] -i FILE [-i FILE …] -o PLACE",
        _add_translate,
    ),
    "bulk": _Command("Translate files of very many rows, in parts", " FILE … -o FOLDER", _add_bulk),
    "summarize": _Command("Say in few words what texts are about", " [FILE …]", _add_summarize),
    "caption": _Command("Say in few words what pictures show", " IMAGE …", _add_caption),
    "chat": _Command("Carry on a dialogue", "", _add_chat),
    "attention": _Command("Draw which words were translated from which", " TEXT", _add_attention),
    "info": _Command("Tell model, versions, processor and settings", "", _add_nothing),
    "models": _Command(
        "List, install, remove or export models",
        " [list|install|remove|path|export] [MODEL]",
        _add_models,
    ),
    "serve": _Command("Serve texts and documents over HTTP", "", _add_serve),
    "selftest": _Command("Check that this machine answers as it should", "", _add_nothing),
}
"""Each is a module beside this one."""
