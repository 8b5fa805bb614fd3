"""`allez --detect`: which language a text is in, among those that a model translates from."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING

from allez.cli import console
from allez.errors import OptionError

if TYPE_CHECKING:
    from allez.documents.lines import LineFile, LineStream


def detect(args: argparse.Namespace, lines: LineFile | LineStream | None) -> int:
    """Print the language of each text, or of each line; with -v also how sure that is."""
    for option in ("model", "source", "target", "output"):
        if getattr(args, option) is not None:
            said = {"source": "from", "target": "to"}.get(option, option)
            raise OptionError(f"--detect translates nothing; --{said} does not go with it")
    if args.n_best != 1 or args.format != "text":
        raise OptionError("--detect translates nothing; its answer is one language a line")

    from allez.translate.detection import Detector

    detector = Detector()
    texts: Iterable[str] = args.text if lines is None else chain.from_iterable(lines.groups(0))
    for text in texts:
        best = detector(text)[0]
        sure = f"\t{best.confidence:.2f}" if args.verbose else ""
        console.show(f"{best.language}{sure}\n")
    return 0
