"""`allez attention`: which source tokens each target token was made from, drawn.

Of a summary and of a reply, too.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from allez.cli import console, heatmap
from allez.cli.options import add_search, check_png, options_of
from allez.errors import InputError, OptionError

if TYPE_CHECKING:
    from allez.options import TranslateOptions
    from allez.tasks.replier import Replier
    from allez.tasks.summarizer import Summarizer
    from allez.tasks.writer import Writer
    from allez.translate.translator import Translator


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command understands."""
    add = parser.add_argument_group("text and picture").add_argument
    add("text", nargs="*", metavar="TEXT", help="what to translate")
    add("-i", "--input", metavar="FILE", help="a document, in place of a text")
    add("--at", type=int, metavar="N", help="which of its paragraphs, cells or lines, from 1")
    add("-o", "--output", metavar="FILE.png", help="default: drawn in the terminal")
    add_search(parser)
    parser.set_defaults(n_best=1)


def run(args: argparse.Namespace) -> int:
    """Draw the attention of what a text becomes, in the terminal or as PNG."""
    if bool(args.text) == bool(args.input):
        hint = 'allez attention "Comment allez-vous ?", or -i FILE --at NUMBER'
        raise OptionError("a text is needed, or a document", hint=hint)
    if args.at is not None and not args.input:
        raise OptionError("--at is for documents", hint="-i FILE")
    check_png(args.output)

    from allez.documents.output import open_output
    from allez.tasks.opening import opened

    text = _of_document(Path(args.input), args.at) if args.input else args.text[0]
    with opened(args.model, threads=args.threads) as model:
        drawn = _drawn(model, text, options_of(args))
    if args.output:
        with open_output(Path(args.output)) as output:
            output.write(heatmap.png(drawn))
        return 0
    shades = heatmap.shades_for(console.is_terminal(sys.stdout), args.console, os.environ)
    width = shutil.get_terminal_size((100, 24)).columns
    for each in drawn:
        lines = heatmap.draw(each, width=width, shades=shades)
        console.show(f"{each.source}\n{each.text}\n\n")
        console.write(f"{lines}\n\n")  # its escape sequences are our own
    return 0


def _drawn(
    model: Translator | Writer, text: str, options: TranslateOptions
) -> Sequence[heatmap.Drawn]:
    """Return what there is to draw: sentences and their translations, a summary, or a reply.

    Of a dialogue the text is the turns, divided as the bundle divides them.
    """
    task = model.bundle.manifest.task
    if task == "summarize":
        return [cast("Summarizer", model).summarize(text, options=options)]
    if task == "reply":
        *turns, last = text.split(model.bundle.manifest.input.separator or "\n")
        return [cast("Replier", model).another(turns).reply(last, options=options)]
    if task == "caption":
        raise OptionError("a model for captions reads pictures", hint="allez caption IMAGE")
    translation = cast("Translator", model).translate(text, options=options)
    if not translation.sentences:
        hint = "white space, numbers and signs, and scripts that it never learnt, are copied"
        raise InputError("there is nothing to translate in the text", hint=hint)
    return translation.sentences


def _of_document(path: Path, at: int | None) -> str:
    """Return what is read of one paragraph, cell, cue or line of a document, counted from 1.

    None is the first one.
    """
    from allez.documents.formats import recognise
    from allez.documents.reading import Reading
    from allez.files import reason

    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {reason(error)}") from None
    try:
        segments = recognise(path.name, data).parse(data, Reading()).segments
    except InputError as error:
        raise InputError(f"{path}: {error}", hint=error.hint) from None
    number = 1 if at is None else at
    if not 1 <= number <= len(segments):
        raise OptionError(f"{path} has {len(segments)} part(s) to translate, no number {number}")
    return segments[number - 1].source.text
