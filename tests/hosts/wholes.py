"""Whole texts and dialogues as hosts must read and answer them.

Cases of `spec/vectors/whole.jsonl`:

{"tokens", "separator", "turns"}            how what follows is read, by the tiny tokenizer
{"text", "ids", "spans", "read", "cut"}     a text; spans and read count code points of it
{"dialogue", "ids", "spans", "text", "parts", "cut"}   turns; spans and parts are those of text
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from allez import Captioner, Replier, Summarizer
from allez.bundle.reader import Bundle
from allez.tasks.blanks import fill, settled
from allez.tasks.whole import Reader, read_text, read_turns
from allez.text import SentenceRules, Tokenizer
from allez_export import toy
from support import french
from support.pictures import as_golden, simple

TINY = Path(__file__).parents[2] / "spec" / "bundles" / "tiny"

HOSTILE = [
    "", " ", "\n", "\ufeff", "\ufeff Le chat.", "a", ".", "…", "\ud800", "chat\n\n\nchien\r\nle",
    "\u00a0Le\u2009chat \t noir \n", "|", " | ", "||", "a|b", "Le chat | le chien",
    "中文。日本語。",
    "👩‍👩‍👧‍👦", "e\u0301" * 9, "mot" * 90, "x. " * 30, "Le chat dort. " * 9, "." * 99, "a " * 250,
    "« Le chat dort ? » Oui !\nNon.", "M. le chat dort. Il dort.", "Le chat dort",
    "Un chat. " + "chien " * 50, "chien " * 50 + "Un chat.", "mot " * 30 + "Fin. " + "mot " * 9,
    "Oui. " * 4 + "non" * 99, " " * 900 + "chat", "chat" + "\n" * 900 + "chien",
]  # fmt: skip

READERS: list[tuple[int, str, int | None]] = [
    (12, " ", None),
    (24, " | ", 3),
    (1, "|", None),
    (40, "€", 1),
]
"""Tokens, separator, and how many turns are read at most."""


def reader_of(tokens: int, separator: str, turns: int | None) -> Reader:
    """Return the tiny bundle's tokenizer and rules, told how to read."""
    tiny = Bundle.read(TINY)
    rules = SentenceRules.from_json(tiny.text("sentences"))
    tokenizer = Tokenizer(tiny.text("tokenizer"))
    return Reader(tokenizer, rules, tiny.manifest.source.eos, tokens, separator, turns)


def whole_cases() -> Iterator[dict[str, Any]]:
    """Yield what is read, by several readers."""
    generator = random.Random(31)
    lines = french.sentences(31, 200)
    texts = [*HOSTILE, *(_joined(generator, lines, 1, 9) for _ in range(6))]
    dialogues: list[list[str]] = [[], [""], ["", " "], *([text] * 3 for text in HOSTILE)]
    dialogues += [[_joined(generator, lines, 0, 3) for _ in range(n)] for n in (1, 1, 2, 5, 8)]
    dialogues += [[f"n {i}" for i in range(200)], ["", "Oui.", "\n", "Le chat ?", " | ", ""]]
    for settings in READERS:
        reader = reader_of(*settings)
        yield dict(zip(("tokens", "separator", "turns"), settings, strict=True))
        for text in texts:
            whole = read_text(text, reader)
            yield {
                "text": text,
                "ids": whole.tokens.ids,
                "spans": whole.tokens.spans,
                "read": whole.read,
                "cut": whole.cut,
            }
        for dialogue in dialogues:
            turns = read_turns(dialogue, reader)
            yield {
                "dialogue": dialogue,
                "ids": turns.tokens.ids,
                "spans": turns.tokens.spans,
                "text": turns.text,
                "parts": turns.spans,
                "cut": turns.cut,
            }


def _joined(generator: random.Random, lines: list[str], least: int, most: int) -> str:
    spaces = [" ", " ", "\n", "  ", "\n\n"]
    chosen = generator.sample(lines, generator.randint(least, most))
    return "".join(line + generator.choice(spaces) for line in chosen)


BLANKS = [
    "", "[", "]", "[]", "[a]", "[a", "a]", "[ a]", "[a ]", "[a b]", "[a  b]", "[A b-c'd]", "[1a]",
    "[a1]", "[?]", "[a?]", "[[a]", "[a]]", "[a][b]", "[a [b]", "Yes, [", "Yes, [a b", "Yes, [a b ",
    "[restaurant name] is at [street address].", "Yes, [a b  ", "[a\nb]", "[" + "a" * 40 + "]",
    "[" + "a" * 41 + "]", "[" + "a" * 40, "[" + "a" * 41, "[é à]", "[名 前]", "😀[a]😀", "[a_b]",
    "[a--b]", "[l’hôtel]", "x[a]y[A]z",
]  # fmt: skip
VALUES = {"a": "Chez Paul", "a b": "", "restaurant name": "😀", "b": "[c]", "c": "d"}


def blank_cases() -> Iterator[dict[str, Any]]:
    """Yield texts with blanks: cases of `spec/vectors/blanks.jsonl`.

    First {"values"}, what is given; then {"text", "filled", "blanks", "settled", "moved"}: the text
    with the values, each blank's name, value, start and end in it, how much of the text is handed
    out while it grows, and where each of its characters stands afterwards.
    """
    yield {"values": VALUES}
    generator = random.Random(7)
    made = [
        "".join(generator.choices("[]ab -'1é\n", k=generator.randint(2, 14))) for _ in range(90)
    ]
    for text in [*BLANKS, *made]:
        filled = fill(text, VALUES)
        yield {
            "text": text,
            "filled": filled.text,
            "blanks": filled.blanks,
            "settled": settled(text),
            "moved": [filled.moved(at, at + 1) for at in range(len(text))],
        }


TASKS = Path(__file__).parents[2] / "spec" / "bundles"


def task_cases() -> Iterator[dict[str, Any]]:
    """Yield summaries and dialogues of the tiny bundles: cases of `spec/vectors/tasks.jsonl`.

    {"text", "beam_size", "texts", "read", "cut"} of `tiny_summary`; {"said", "beam_size", "fill",
    "replies"} of `tiny_reply`: what is said in turn, and of each reply text, turns that were read,
    cut, and blanks.
    """
    generator = random.Random(17)
    lines = [source for source, _ in toy.pairs(17, 160)]
    texts = ["", " \n", "😀", "|", "Je vois le chat.\nElle dort.", *lines[:20]]
    texts += [" ".join(generator.sample(lines, generator.randint(2, 9))) for _ in range(15)]
    with Summarizer(TASKS / "tiny_summary", threads=1) as summarizer:
        for text, beam in itertools.product(texts, (1, 4)):
            found = summarizer.summarize(text, beam_size=beam, n_best=min(beam, 2))
            yield {
                **{"text": text, "beam_size": beam, "texts": found.texts},
                **{"read": found.read, "cut": found.cut},
            }
    values = {"day": "2nd", "month name": "June"}
    with Replier(TASKS / "tiny_reply", threads=1) as replier:
        for number in range(16):
            said = generator.sample(lines, 4) if number else ["", "Oui | non.", "[day]", "a " * 90]
            given = values if number % 2 else {}
            dialogue = replier.another()
            beam = (1, 4)[number % 2]
            replies = [dialogue.reply(turn, given, beam_size=beam) for turn in said]
            yield {
                **{"said": said, "beam_size": beam, "fill": given},
                "replies": [
                    {"text": r.text, "turns": r.turns, "cut": r.cut, "blanks": r.blanks}
                    for r in replies
                ],
            }


def caption_cases() -> Iterator[dict[str, Any]]:
    """Yield captions of `tiny_caption`: cases of `spec/vectors/captions.jsonl`.

    {"picture", "beam_size", "texts", "grid"}; pictures are as in golden examples.
    """
    with Captioner(TASKS / "tiny_caption", threads=1) as captioner:
        for picture, beam in itertools.product(map(simple, range(14)), (1, 4)):
            caption = captioner.caption(picture, beam_size=beam, n_best=min(beam, 2))
            yield {
                **{"picture": as_golden(picture), "beam_size": beam},
                **{"texts": caption.texts, "grid": caption.grid},
            }
