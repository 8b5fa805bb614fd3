"""How often `allez --detect` is right, sentence by sentence, of five words and more.

    python -m benchmarks.languages [--languages fr en es de] [--data data/flores.valid.tsv.gz …]

French and English are the two sides of the files; the others are messages of programs that this
machine has in them (`/usr/share/locale`), which are harder: some are half commands. Needs
the extra `detect`.
"""

from __future__ import annotations

import argparse
import gettext
import gzip
import random
import re
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from allez import Detector

LOCALE = Path("/usr/share/locale")


def pairs(files: Sequence[Path], side: int) -> Iterator[str]:
    """Yield one side of files of pairs."""
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as stream:
            for line in stream:
                yield line.rstrip("\n").split("\t")[side]


def messages(language: str) -> Iterator[str]:
    """Yield what programs say in a language: translated, whole, and without places to fill."""
    for file in sorted((LOCALE / language / "LC_MESSAGES").glob("*.mo")):
        try:
            with file.open("rb") as stream:
                catalogue = gettext.GNUTranslations(stream)
        except (OSError, UnicodeDecodeError):
            continue
        for key, said in vars(catalogue)["_catalog"].items():
            if isinstance(key, str) and key and said != key and not re.search(r"[%\n<-]", said):
                yield said


def main(argv: Sequence[str] | None = None) -> int:
    """Count and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--languages", nargs="+", default=["fr", "en", "es", "de"])
    known = [Path(f"data/{name}.valid.tsv.gz") for name in ("flores", "tatoeba")]
    parser.add_argument("--data", nargs="+", type=Path, default=known)
    parser.add_argument("--count", type=int, default=1000, help="of each language")
    args = parser.parse_args(argv)
    began = time.process_time()
    detector = Detector(args.languages)
    print(f"loaded in {time.process_time() - began:.1f} s of a processor")
    print("| language | sentences | right | ms |\n| --- | --- | --- | --- |")
    for language in args.languages:
        side = {"fr": 0, "en": 1}.get(language)
        texts = list(messages(language) if side is None else pairs(args.data, side))
        texts = [text for text in texts if len(re.findall(r"[^\W\d_]{2,}", text)) >= 5]
        random.Random(1).shuffle(texts)
        chosen = texts[: args.count]
        if not chosen:
            print(f"| {language} | 0 | | |")
            continue
        began = time.process_time()
        right = sum(detector(text)[0].language == language for text in chosen)
        each = (time.process_time() - began) / len(chosen)
        share = f"{100 * right / len(chosen):.1f} %"
        print(f"| {language} | {len(chosen)} | {share} | {each * 1e3:.2f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
