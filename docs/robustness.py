"""How the shipped model takes careless typing, and what it copies: the two tables of training.md.

    python docs/robustness.py BUNDLE --data DATA [--threads 2]

Careless typing: lines 501 to 1,000 of tatoeba.valid, which decided no weights, each typed in other
ways; BLEU without regard to case. Copies: names (made up as those of the training are, but others),
numbers and addresses in five sentences; the share of them that stands in the translation as it
stood in the source.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import sacrebleu

from allez import Translator
from allez_export.data.augment import made_up_name, without_accents
from allez_export.data.read import read_pairs

FRAMES = (
    "Je ne connais pas {}.",
    "Est-ce que tu as vu {} hier ?",
    "Elle m'a parlé de {} pendant le repas.",
    "{} est arrivé ce matin.",
    "On m'a dit que {} était ici, mais je ne l'ai pas trouvé.",
)
"""Where what is to be copied stands."""

EACH = 200
"""How many of each kind are tried."""


def without_stop(text: str) -> str:
    """Return text without what ends it."""
    return text.rstrip(" .!?…") or text


WAYS: dict[str, Callable[[str], str]] = {
    "as written": str,
    "all capitals": str.upper,
    "small letters only": str.lower,
    "no accents": without_accents,
    "no accents, small letters, no full stop": lambda t: without_stop(without_accents(t).lower()),
    "no final punctuation": without_stop,
    "every word with a capital": lambda t: " ".join(w[:1].upper() + w[1:] for w in t.split(" ")),
    "curly apostrophes for straight ones, no space before `?` and `!`": lambda t: (
        t.replace("'", "’").replace(" ?", "?").replace(" !", "!")
    ),
}


def stands_in(token: str, text: str) -> bool:
    """Whether a text has the token, and not as a part of another word or number."""
    return re.search(rf"(?<!\w){re.escape(token)}(?!\w)", text) is not None


Maker = Callable[[np.random.Generator], str]


def _digits(low: int, high: int) -> Maker:
    return lambda g: str(int(g.integers(10 ** (low - 1), 10**high)))


def _word(generator: np.random.Generator) -> str:
    return made_up_name(generator).lower().encode("ascii", "ignore").decode()


KINDS: dict[str, Maker] = {
    "a made-up name": made_up_name,
    "first and last name": lambda g: f"{made_up_name(g)} {made_up_name(g)}",
    "a number of 1 to 3 digits": _digits(1, 3),
    "a number of 4 to 6 digits": _digits(4, 6),
    "an e-mail address": lambda g: f"{_word(g)}.{_word(g)}@{_word(g)}.org",
    "a web address": lambda g: f"https://www.{_word(g)}.com/{_word(g)}",
    "a code, as in AB-1234": lambda g: (
        "".join(chr(65 + int(g.integers(26))) for _ in range(2)) + f"-{int(g.integers(1000, 9999))}"
    ),
}


def main() -> int:
    """Print both tables, and the exit code is 0."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()
    say = sys.stdout.write
    pairs = list(read_pairs(options.data / "tatoeba.valid.tsv.gz"))[500:1000]
    references = [[target for _, target in pairs]]
    with Translator(options.bundle, threads=options.threads) as translator:
        say("| typed | BLEU |\n| --- | ---: |\n")
        for name, way in WAYS.items():
            texts = [way(source) for source, _ in pairs]
            said = [found.text for found in translator.translate_batch(texts)]
            score = sacrebleu.corpus_bleu(said, references, lowercase=True).score
            say(f"| {name} | {score:.1f} |\n")
        say("\n| to be copied | copied exactly |\n| --- | ---: |\n")
        for name, make in KINDS.items():
            generator = np.random.default_rng(1)
            tokens = [make(generator) for _ in range(EACH)]
            texts = [FRAMES[i % len(FRAMES)].format(token) for i, token in enumerate(tokens)]
            said = [found.text for found in translator.translate_batch(texts)]
            kept = sum(map(stands_in, tokens, said))
            say(f"| {name} | {kept / EACH:.0%} |\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
