"""A text on its way: taken apart into sentences and tokens, and put together again translated.

What is not translated (white space, blank lines, lines without letters, sentences in letters that
the model never learnt) stays where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from allez.bundle.contract import MEMORY_STEP
from allez.bundle.reader import Bundle
from allez.errors import BundleFormatError
from allez.results import Hypothesis, Sentence, Translation
from allez.search.step import Found
from allez.text.casing import as_read, in_capitals, to_capitals
from allez.text.rules import SentenceRules
from allez.text.segmentation import Piece, split
from allez.text.tokenizer import Tokenizer


class Plan(NamedTuple):
    """A text taken apart."""

    text: str
    pieces: list[Piece]
    """All of it, in order; `split`'s, but that two which are copied may be neighbours."""
    ids: list[list[int]]
    """Source ids of the pieces that are translated, in order; each ends with eos."""
    rules: SentenceRules
    """What took it apart."""


BATCH_SENTENCES = 64
"""The most sentences decoded together."""

SHARED_SENTENCES = 8
"""The fewest that are worth a thread of their own; smaller batches cost more per sentence."""

BATCH_TOKENS = 2048
"""The most source tokens decoded together, padding counted."""


def read_words(bundle: Bundle) -> tuple[Tokenizer, SentenceRules]:
    """Return how a bundle's texts are taken apart; BundleFormatError if it contradicts itself."""
    manifest = bundle.manifest
    if manifest.task != "translate" or manifest.source.tokenizer != manifest.target.tokenizer:
        raise BundleFormatError(f"{bundle.path}: a {manifest.task} bundle of this kind cannot run")
    tokenizer = Tokenizer(bundle.text(manifest.source.tokenizer))
    if tokenizer.size != manifest.source.size:
        raise BundleFormatError(
            f"{bundle.path}: the tokenizer has {tokenizer.size} subwords, "
            f"the manifest says {manifest.source.size}"
        )
    rules = SentenceRules.from_json(bundle.text("sentences"))
    if rules.max_tokens > manifest.source_tokens:
        raise BundleFormatError(
            f"{bundle.path}: sentences may have {rules.max_tokens} tokens, "
            f"the encoder takes {manifest.source_tokens}"
        )
    return tokenizer, rules


def checked(text: str) -> str:
    """Return a text as it is; TypeError if it is none, which an annotation alone does not stop."""
    if not isinstance(text, str):
        raise TypeError(f"a text must be str, not {type(text).__name__}")
    return text


def take_apart(
    text: str, rules: SentenceRules, tokenizer: Tokenizer, eos: int, over: Callable[[], bool]
) -> Plan:
    """Split a text; each sentence is tokenized once, for counting and for reading.

    Args:
        text: any text.
        rules: where sentences end.
        tokenizer: makes their ids.
        eos: the id behind them.
        over: asked before each sentence; once it says so, nothing is tokenized any more, since
            nobody will read it.
    """
    known: dict[str, list[int]] = {}

    def encode(sentence: str) -> list[int]:
        if over():
            return []
        if sentence not in known:
            known[sentence] = tokenizer.encode(as_read(sentence, rules))
        return known[sentence]

    pieces = [
        piece._replace(translate=False) if is_foreign(piece.text, tokenizer) else piece
        for piece in split(text, rules, lambda sentence: len(encode(sentence)))
    ]
    ids = [[*encode(p.text), eos] for p in pieces if p.translate]
    return Plan(text, pieces, ids, rules)


def is_foreign(sentence: str, tokenizer: Tokenizer) -> bool:
    """Tell whether three quarters of a sentence's letters or more are of a script never learnt.

    The model would have to spell its answer byte by byte: what comes out is no text. A word of
    Greek within a sentence is another matter; it is copied as names are.
    """
    if sentence.isascii():
        return False
    letters = list(filter(str.isalpha, sentence))
    return 4 * sum(not tokenizer.knows(letter) for letter in letters) >= max(3 * len(letters), 1)


def put_together(plan: Plan, found: list[list[Found]], tokenizer: Tokenizer) -> Translation:
    """Join pieces and translations.

    Args:
        plan: the text.
        found: the hypotheses of each sentence, best first.
        tokenizer: spells them.
    """
    sentences: list[Sentence] = []
    answers = iter(zip(plan.ids, found, strict=True))
    ranks = max((len(hypotheses) for hypotheses in found), default=1)
    texts: list[list[str]] = [[] for _ in range(ranks)]
    before: Piece | None = None
    for piece in plan.pieces:
        if piece.translate:
            ids, hypotheses = next(answers)
            spell = spelling(piece, plan.rules)
            sentence = Sentence(
                source=piece.text,
                start=piece.start,
                end=piece.end,
                source_tokens=tokenizer.pieces(ids),
                hypotheses=tuple(_hypothesis(h, tokenizer, spell) for h in hypotheses),
            )
            sentences.append(sentence)
            if not sentence.hypotheses[0].finished:
                import logging  # seldom needed, and slow to load

                logging.getLogger(__name__).info("cut at the length limit: %r", piece.text)
            space = " " if needs_space(before, piece) else ""
            for rank, parts in enumerate(texts):
                chosen = sentence.hypotheses[min(rank, len(hypotheses) - 1)]
                parts.append(space + chosen.text)
        else:
            for parts in texts:
                parts.append(piece.text)
        before = piece
    return Translation(
        source=plan.text,
        texts=tuple("".join(parts) for parts in texts),
        sentences=tuple(sentences),
    )


def needs_space(before: Piece | None, piece: Piece) -> bool:
    """Two sentences without white space between them (Chinese, or a cut) get one in English."""
    return before is not None and before.translate and piece.translate


def spelling(piece: Piece, rules: SentenceRules) -> Callable[[str], str]:
    """Return what makes of the text of a piece's tokens the text that is handed out."""
    return to_capitals if in_capitals(piece.text, rules) else str


def _hypothesis(found: Found, tokenizer: Tokenizer, spell: Callable[[str], str]) -> Hypothesis:
    return Hypothesis(
        text=spell(tokenizer.decode(found.tokens)),
        tokens=tokenizer.pieces(found.tokens),
        score=found.score,
        attention=found.attention,
        finished=found.finished,
    )


def make_batches(
    sentences: Sequence[Sequence[int]], *, start: int = 0, threads: int = 1
) -> list[list[int]]:
    """Group the indices of sentences, from `start` on, by length: long ones together, and first.

    Those of a batch have the same memory length once that is padded; see `contract.MEMORY_STEP`.

    Args:
        sentences: source ids.
        start: the first index to group.
        threads: how many batches are worked on at a time; few sentences are shared out among them.
    """
    most = min(BATCH_SENTENCES, max(SHARED_SENTENCES, -(-len(sentences) // threads)))
    order = sorted(range(start, len(sentences)), key=lambda i: -len(sentences[i]))
    batches: list[list[int]] = []
    for index in order:
        if batches and len(batches[-1]) < most:
            longest = _padded(sentences[batches[-1][0]])
            together = _padded(sentences[index]) == longest
            if together and longest * (len(batches[-1]) + 1) <= BATCH_TOKENS:
                batches[-1].append(index)
                continue
        batches.append([index])
    return batches


def _padded(sentence: Sequence[int]) -> int:
    """Return how many positions of memory a sentence takes."""
    return -(-len(sentence) // MEMORY_STEP) * MEMORY_STEP
