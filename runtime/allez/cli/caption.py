"""`allez caption`: what pictures show, and where on them each word was found."""

from __future__ import annotations

import argparse
import os
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from allez.cli import console
from allez.cli.options import check_png, note_time, options_of
from allez.cli.writing import add_asked, add_format, bundle_of, render, writer
from allez.errors import InputError

if TYPE_CHECKING:
    from allez.bundle.manifest import ImageShape
    from allez.cli.overlay import Pixels
    from allez.tasks.picture import PictureInput


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command understands."""
    pictures = "PNG, JPEG, GIF, WebP or BMP"
    group = parser.add_argument_group("pictures")
    group.add_argument("files", nargs="+", metavar="IMAGE", help=pictures)
    add = parser.add_argument_group("output").add_argument
    add("-o", "--output", metavar="FILE", help="default: standard output")
    add(
        "--attention",
        metavar="PNG",
        help="draw where on each picture each word was found; needs Pillow",
    )
    add_format(add)
    add_asked(parser)


def run(args: argparse.Namespace) -> int:
    """Say what each picture shows, a line for each; draw the attention, if that is asked for."""
    check_png(args.attention)
    from allez.cli.overlay import Seen, png
    from allez.documents.output import open_output
    from allez.tasks.captioner import Captioner

    warnings.filterwarnings("ignore", module="PIL")  # its remarks on odd files are not for users
    options = options_of(args)
    model = bundle_of(args, "caption")
    finished, failed = True, 0
    names: list[str] = list(args.files)
    seen: list[Seen] = []
    drawn: list[Pixels] = []
    with Captioner(model, threads=args.threads) as captioner, writer(args.output) as (write, _):
        shape = captioner.bundle.manifest.input.image
        while names:
            here = tuple(names)
            pictures = _kept(here, shape, drawn) if args.attention and shape else here
            try:
                for caption in captioner.caption_batch(pictures, options=options):
                    name = names.pop(0)
                    about = {"file": name, "grid": caption.grid}
                    number = len(args.files) - len(names)
                    write(render(caption, args.format, options.n_best, number, about))
                    finished &= caption.finished
                    if args.attention:
                        picture = drawn[len(seen)]
                        seen.append(Seen(os.path.basename(name), picture, caption))
            except InputError as error:  # of the next one; the others have nothing to do with it
                names.pop(0)
                failed += 1
                console.tell(error)
    if seen:
        sheet = png(seen)
        with open_output(Path(args.attention)) as output:
            output.write(sheet)
    note_time(args, finished=finished)
    if failed and len(args.files) > 1:
        done = len(args.files) - failed
        console.say(f"{done} of {len(args.files)} pictures captioned, {failed} not")
    return 1 if failed else 0


def _kept(files: Sequence[str], shape: ImageShape, drawn: list[Pixels]) -> Iterator[PictureInput]:
    """Yield the pixels of files; keep each as the encoder sees it."""
    from allez.tasks.picture import as_seen, pixels_of

    for name in files:
        pixels = pixels_of(name)
        drawn.append(as_seen(pixels, shape))
        yield pixels
