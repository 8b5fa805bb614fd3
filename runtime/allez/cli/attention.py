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
    if not args.text:
        raise OptionError("a text is needed", hint='allez attention "Comment allez-vous ?"')
    if args.output and not args.output.lower().endswith(".png"):
        raise OptionError(f"{args.output}: only PNG can be written", hint="a name ending in .png")

    from allez.documents.output import open_output
    from allez.translate.translator import Translator

    with Translator(args.model, threads=args.threads) as translator:
        options = options_of(args)
        (text,) = args.text
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
