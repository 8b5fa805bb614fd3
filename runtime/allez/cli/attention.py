"""`allez attention`: which source tokens each target token was made from, drawn."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

from allez.cli import console, heatmap
from allez.cli.arguments import options_of
from allez.errors import InputError, OptionError


def run(args: argparse.Namespace) -> int:
    """Draw the attention of a text's translation, in the terminal or as PNG."""
    if bool(args.text) == bool(args.input):
        hint = 'allez attention "Comment allez-vous ?", or -i FILE --at NUMBER'
        raise OptionError("a text is needed, or a document", hint=hint)
    if args.at is not None and not args.input:
        raise OptionError("--at is for documents", hint="-i FILE")
    if args.output and not args.output.lower().endswith(".png"):
        raise OptionError(f"{args.output}: only PNG can be written", hint="a name ending in .png")

    from allez.documents.output import open_output
    from allez.translate.translator import Translator

    text = _of_document(Path(args.input), args.at) if args.input else args.text[0]
    with Translator(args.model, threads=args.threads) as translator:
        options = options_of(args)
        result = translator.translate(text, options=options)
    if not result.sentences:
        hint = "white space, numbers and signs, and scripts that it never learnt, are copied"
        raise InputError("there is nothing to translate in the text", hint=hint)
    if args.output:
        with open_output(Path(args.output)) as output:
            output.write(heatmap.png(result.sentences))
        return 0
    shades = heatmap.shades_for(console.is_terminal(sys.stdout), args.console, os.environ)
    width = shutil.get_terminal_size((100, 24)).columns
    for sentence in result.sentences:
        drawn = heatmap.draw(sentence, width=width, shades=shades)
        console.show(f"{sentence.source}\n{sentence.text}\n\n")
        console.write(f"{drawn}\n\n")  # its escape sequences are our own
    return 0


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
