"""`allez chat`: a dialogue, typed or piped, a line for each turn."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from allez.cli import console
from allez.cli.options import options_of
from allez.cli.writing import add_asked, add_format, bundle_of, render
from allez.errors import OptionError

if TYPE_CHECKING:
    from allez.options import TranslateOptions
    from allez.tasks.replier import Replier

PROMPT = "> "

HELP = """/reset              begin a new dialogue
/fill NAME = VALUE  what stands in replies in place of [NAME]
/quit               end; so does Ctrl-D
Ctrl-C              ends a reply; where none is being written, twice of it ends the chat
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command understands."""
    add = parser.add_argument_group("dialogue").add_argument
    add(
        "--fill",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="what stands in replies in place of [NAME]; may be given again",
    )
    add_format(add)
    add_asked(parser)


def run(args: argparse.Namespace) -> int:
    """Answer line by line, until the input ends."""
    from allez.tasks.replier import Replier

    values = dict(_pair(pair) for pair in args.fill)
    options = options_of(args)
    model = bundle_of(args, "reply")
    typed = console.is_terminal(sys.stdin) and console.is_terminal(sys.stdout)
    lines = _typed() if typed else _piped(console.standard_input())
    with Replier(model, threads=args.threads) as replier:
        if typed and not args.quiet:
            console.say(f"{replier.name} {replier.version}; /help tells more, Ctrl-D ends")
        number = 0
        for line in lines:
            if line.startswith("/"):
                if _is_over(line, replier, values):
                    break
            elif line.strip():
                number += 1
                _answer(args, replier, line, values, options, number, typed=typed)
    return 0


def _answer(
    args: argparse.Namespace,
    replier: Replier,
    line: str,
    values: dict[str, str],
    options: TranslateOptions,
    number: int,
    *,
    typed: bool,
) -> None:
    """Write the reply to one turn; typed for, it comes as it is found, unless a beam is wanted."""
    was_cut = replier.cut
    if typed and args.format == "text" and args.beam_size in (None, 1) and args.n_best == 1:
        try:
            for piece in replier.stream(line, values, options=options):
                console.show(piece)
        except KeyboardInterrupt:
            console.say("\nnote: the reply was ended; it is not remembered")
            return
        console.show("\n")
    else:
        reply = replier.reply(line, values, options=options)
        blanks = [blank._asdict() for blank in reply.blanks]
        about = {"turns": reply.turns, "cut": reply.cut, "blanks": blanks}
        console.show(render(reply, args.format, options.n_best, number, about))
    if replier.cut and not was_cut and not args.quiet:
        console.say("note: there is no longer room for all turns; the oldest are left out")


def _is_over(line: str, replier: Replier, values: dict[str, str]) -> bool:
    """Do what a line asks for that begins with a slash; return whether that is to end."""
    command, _, rest = line.strip().partition(" ")
    if command in ("/quit", "/exit"):
        return True
    if command == "/reset":
        replier.reset()
        console.say("note: a new dialogue")
    elif command == "/fill" and "=" in rest:
        name, value = _pair(rest)
        values[name] = value
    elif command == "/help":
        console.say(HELP.rstrip("\n"))
    else:
        console.say(f"note: {command} is none of /reset, /fill NAME = VALUE, /quit, /help")
    return False


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip(" []"):
        raise OptionError(f"{text!r} gives no value", hint='--fill "restaurant name=Chez Paul"')
    return name.strip(" []"), value.strip()


def _typed() -> Iterator[str]:
    """Yield lines that somebody types; Ctrl-C throws one away, and twice of it ends all."""
    with contextlib.suppress(ImportError):  # not everywhere
        import readline  # noqa: F401  (input() then has a history)
    pressed = False
    while True:
        try:
            line = input(PROMPT)
        except EOFError:
            console.write("\n")
            return
        except KeyboardInterrupt:
            if pressed:
                raise
            pressed = True
            console.say("\nonce more ends the chat")
            continue
        pressed = False
        yield line


def _piped(given: BinaryIO) -> Iterator[str]:
    """Yield lines as they come.

    Raises:
        InputError: one is not UTF-8.
    """
    from allez.documents.lines import LineStream

    for group in LineStream(given, "standard input").groups():
        yield from group
