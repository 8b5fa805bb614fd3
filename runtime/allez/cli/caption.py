"""`allez caption`: what pictures show."""

from __future__ import annotations

import argparse

from allez.cli import console
from allez.cli.arguments import options_of
from allez.cli.writing import bundle_of, render, writer


def run(args: argparse.Namespace) -> int:
    """Say what each picture shows, a line for each."""
    from allez.tasks.captioner import Captioner

    options = options_of(args)
    model = bundle_of(args, "caption")
    finished = True
    with Captioner(model, threads=args.threads) as captioner, writer(args.output) as write:
        captions = captioner.caption_batch(args.files, options=options)
        for number, (name, caption) in enumerate(zip(args.files, captions, strict=True), 1):
            about = {"file": name, "grid": caption.grid}
            write(render(caption, args.format, options.n_best, number, about))
            finished &= caption.finished
    if not finished and options.max_time is not None and not args.quiet:
        console.say("note: the time was over; what was not finished is cut or left out")
    return 0
