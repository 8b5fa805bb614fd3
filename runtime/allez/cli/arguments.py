"""The command line as a whole: which command it names, and what is wrong with it.

Knows nothing of what the commands may be told and do; each says that itself.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple, NoReturn, Protocol, cast

from allez import __version__
from allez.errors import InputError, OptionError


class _Parser(argparse.ArgumentParser):
    """Reports a wrong use as any other error is reported."""

    def error(self, message: str) -> NoReturn:
        import difflib

        hint = f"{self.prog} --help"
        typed = re.search(r"unrecognized arguments:.*?(--[\w-]+)", message)
        known = difflib.get_close_matches(
            typed[1] if typed else "", self._option_string_actions, n=1, cutoff=0.65
        )
        if chosen := re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)", message):
            choices = re.findall(r"[\w-]+", chosen[2])
            known = difflib.get_close_matches(chosen[1], choices, n=1, cutoff=0.65)
        raise OptionError(message, hint=f"{known[0]}? {hint} lists all" if known else hint)


def parse_args(argv: Sequence[str]) -> argparse.Namespace:
    """Return the arguments; `command` is "translate" if none is named.

    The first argument is a command only if it is exactly the name of one. `meant` is the command
    that a text which is a single word resembles, or None. `help`, `help COMMAND` and `version`,
    with nothing else, are the options of these names, as other programs have it.

    Raises:
        OptionError: wrong use, or what would be taken for a self-test that was passed.
        SystemExit: help or version was asked for, and printed.
    """
    argv = _asked(argv)
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
        raise OptionError("one text expected, several given", hint=_hint(args))
    return args


def _asked(argv: Sequence[str]) -> Sequence[str]:
    """Return arguments with the options that somebody asks for in words."""
    if list(argv) in (["help"], ["version"]):
        return [f"--{argv[0]}"]
    if len(argv) != 2 or argv[0] != "help" or argv[1].startswith("-"):
        return argv
    if argv[1] in _COMMANDS:
        return [argv[1], "--help"]
    import difflib

    known = difflib.get_close_matches(argv[1], _COMMANDS, n=1, cutoff=0.65)
    hint = f"did you mean allez help {known[0]}?" if known else "allez --help lists all"
    raise OptionError(f"{argv[1]} is no command", hint=hint)


def _hint(args: argparse.Namespace) -> str:
    """Return what to do where several texts are given: some of them may be files."""
    names = [] if args.literal else [text for text in args.text if os.path.exists(text)]
    if len(names) == len(args.text):
        return f"files: allez translate {' '.join(names)} -o FOLDER"
    if len(args.text) == 2 and names == args.text[:1] and _may_be_file(args.text[1]):
        return f"allez {names[0]} -o {args.text[1]}"
    if names:
        return f"{names[0]} is a file: allez -i {names[0]}; a text of several words goes in quotes"
    if args.command == "translate" and args.text[0] == "detect":
        return f'allez --detect "{" ".join(args.text[1:])}"'
    return (
        'put quotes around it: allez "Comment allez-vous ?"; '
        f"a command comes first: {', '.join(_COMMANDS)}"
    )


def _may_be_file(text: str) -> bool:
    return bool(os.path.splitext(text)[1].strip(".")) and not any(map(str.isspace, text))


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
        commands = "\n".join(f"  {key:<12}{told.summary}" for key, told in _COMMANDS.items())
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
        module_of("translate").add_arguments(parser)
    else:
        told = _COMMANDS[name]
        parser = _Parser(
            prog=f"allez {name}",
            usage=f"allez {name} [options]{told.usage}",
            description=f"{told.summary}.",
            allow_abbrev=False,
            add_help=False,
        )
        module_of(name).add_arguments(parser)
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


class _Told(NamedTuple):
    """What help says of a command."""

    summary: str
    usage: str
    """What follows the options."""


_COMMANDS = {
    "translate": _Told(
        "Translate texts, files or standard input",
        " TEXT …\n       allez translate [options] -i FILE [-i FILE …] -o PLACE",
    ),
    "bulk": _Told("Translate files of very many rows, in parts", " FILE … -o FOLDER"),
    "summarize": _Told("Say in few words what texts are about", " [FILE …]"),
    "caption": _Told("Say in few words what pictures show", " IMAGE …"),
    "chat": _Told("Carry on a dialogue", ""),
    "attention": _Told("Draw which words were translated from which", " TEXT"),
    "info": _Told("Tell model, versions, processor and settings", ""),
    "models": _Told(
        "List, install, remove or export models",
        " [list|install|remove|path|export] [MODEL]",
    ),
    "serve": _Told("Serve texts and documents over HTTP", ""),
    "selftest": _Told("Check that this machine answers as it should", ""),
}
"""Each is a module beside this one, with what it may be told and what it does."""


class Command(Protocol):
    """A module of a command."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's own arguments."""

    def run(self, args: argparse.Namespace) -> int:
        """Do it; return the exit code."""


def module_of(name: str) -> Command:
    """Return the module of a command, loaded now."""
    return cast("Command", import_module(f"allez.cli.{name}"))
