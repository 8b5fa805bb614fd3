"""A text on its way: taken apart into segments, and put together again translated.

What is not translated (white space, blank lines, lines without letters, sentences in letters that
the model never learnt) stays where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from allez.bundle.manifest import SourceSide, TargetSide
from allez.bundle.reader import Bundle
from allez.errors import BundleFormatError
from allez.results import Hypothesis, Sentence, Translation
from allez.search.step import RawHypothesis
from allez.text.casing import Casing, casing_of, normalize_space, places, recased, to_capitals
from allez.text.rules import SentenceRules
from allez.text.segmentation import Segment, SourceTokens, split
from allez.text.tokenizer import Tokenizer


class Words(NamedTuple):
    """How a bundle's texts are taken apart and spelled."""

    source: Tokenizer
    """Reads sentences."""
    target: Tokenizer
    """Spells translations; the same one where both languages share their subwords."""
    rules: SentenceRules
    eos: int
    """What ends a sentence that is read."""

    @classmethod
    def of(cls, bundle: Bundle) -> Words:
        """Read what a bundle says; BundleFormatError if it contradicts itself."""
        manifest = bundle.manifest
        if manifest.task != "translate" or manifest.input.kind != "text":
            raise BundleFormatError(f"{bundle.path}: a {manifest.task} bundle translates no text")
        source = target = _tokenizer(bundle, manifest.source)
        if manifest.target.tokenizer != manifest.source.tokenizer:
            target = _tokenizer(bundle, manifest.target)
        rules = SentenceRules.from_json(bundle.text("sentences"))
        if rules.max_tokens > manifest.input.tokens:
            raise BundleFormatError(
                f"{bundle.path}: sentences may have {rules.max_tokens} tokens, "
                f"the encoder takes {manifest.input.tokens}"
            )
        return cls(source, target, rules, manifest.source.eos)


def _tokenizer(bundle: Bundle, side: SourceSide | TargetSide) -> Tokenizer:
    tokenizer = Tokenizer(bundle.text(side.tokenizer))
    if tokenizer.size != side.size:
        raise BundleFormatError(
            f"{bundle.path}: the tokenizer has {tokenizer.size} subwords, "
            f"the manifest says {side.size}"
        )
    return tokenizer


class Document(NamedTuple):
    """A text taken apart."""

    text: str
    segments: list[Segment]
    """All of it, in order; the sentences have tokens. Two that are copied may be neighbours."""

    @property
    def sentences(self) -> Iterator[Segment]:
        """What is translated, in order."""
        return (segment for segment in self.segments if segment.kind == "sentence")


def checked(text: str) -> str:
    """Return a text as it is; TypeError if it is none, which an annotation alone does not stop."""
    if not isinstance(text, str):
        raise TypeError(f"a text must be str, not {type(text).__name__}")
    return text


def take_apart(text: str, words: Words, over: Callable[[], bool]) -> Document:
    """Split a text; each sentence is tokenized once, for counting and for reading.

    Args:
        text: any text.
        words: the bundle's.
        over: asked before each sentence; once it says so, nothing is tokenized any more, since
            nobody will read it.
    """
    known: dict[str, tuple[Casing, SourceTokens]] = {}

    def read(sentence: str) -> tuple[Casing, SourceTokens]:
        if over():
            return "usual", SourceTokens((words.eos,), ((len(sentence),) * 2,))
        if sentence not in known:
            casing = casing_of(sentence, words.rules)
            known[sentence] = casing, read_tokens(sentence, casing, words)
        return known[sentence]

    def completed(segment: Segment) -> Segment:
        if segment.kind != "sentence":
            return segment
        if is_foreign(segment.text, words.source):
            return segment._replace(kind="copied")
        casing, tokens = read(segment.text)
        return segment._replace(casing=casing, tokens=tokens)

    pieces = split(checked(text), words.rules, lambda sentence: len(read(sentence)[1].ids) - 1)
    return Document(text, [completed(segment) for segment in pieces])


def read_tokens(sentence: str, casing: Casing, words: Words) -> SourceTokens:
    """Return the tokens that a sentence is read as, and where they stand in it."""
    normal = normalize_space(sentence, words.rules)
    ids, spans = words.source.encode_spans(recased(normal, casing))
    if normal != sentence:
        at = places(sentence, words.rules)
        spans = [(at[start], at[end - 1] + 1 if end > start else at[start]) for start, end in spans]
    end = len(sentence)
    return SourceTokens((*ids, words.eos), (*spans, (end, end)))


def is_foreign(sentence: str, tokenizer: Tokenizer) -> bool:
    """Tell whether three quarters of a sentence's letters or more are of a script never learnt.

    The model would have to spell its answer byte by byte: what comes out is no text. A word of
    Greek within a sentence is another matter; it is copied as names are.
    """
    if sentence.isascii():
        return False
    letters = list(filter(str.isalpha, sentence))
    return 4 * sum(not tokenizer.knows(letter) for letter in letters) >= max(3 * len(letters), 1)


def put_together(
    document: Document, found: Sequence[Sequence[RawHypothesis]], words: Words
) -> Translation:
    """Join what is copied and what was translated.

    Args:
        document: the text.
        found: the hypotheses of each sentence, best first.
        words: the bundle's.
    """
    sentences: list[Sentence] = []
    answers = iter(found)
    ranks = max((len(hypotheses) for hypotheses in found), default=1)
    texts: list[list[str]] = [[] for _ in range(ranks)]
    before: Segment | None = None
    for segment in document.segments:
        if segment.kind == "sentence":
            sentence = _sentence(segment, next(answers), words)
            sentences.append(sentence)
            space = " " if needs_space(before, segment) else ""
            for rank, parts in enumerate(texts):
                chosen = sentence.hypotheses[min(rank, len(sentence.hypotheses) - 1)]
                parts.append(space + chosen.text)
        else:
            for parts in texts:
                parts.append(segment.text)
        before = segment
    return Translation(
        source=document.text,
        texts=tuple("".join(parts) for parts in texts),
        sentences=tuple(sentences),
    )


def needs_space(before: Segment | None, segment: Segment) -> bool:
    """Two sentences without white space between them (Chinese, or a cut) get one in English."""
    return before is not None and before.kind == segment.kind == "sentence"


def written(text: str, casing: Casing) -> str:
    """Return a translation as its source is written."""
    return to_capitals(text) if casing == "capitals" else text


def _sentence(segment: Segment, found: Sequence[RawHypothesis], words: Words) -> Sentence:
    tokens = segment.source
    return Sentence(
        source=segment.text,
        start=segment.start,
        end=segment.end,
        source_tokens=words.source.pieces(tokens.ids),
        source_spans=tuple(
            (segment.start + start, segment.start + end) for start, end in tokens.spans
        ),
        hypotheses=tuple(_hypothesis(raw, segment.casing, words.target) for raw in found),
    )


def _hypothesis(raw: RawHypothesis, casing: Casing, tokenizer: Tokenizer) -> Hypothesis:
    text, spans = tokenizer.decode_spans(raw.tokens)
    return Hypothesis(
        text=written(text, casing),
        tokens=tokenizer.pieces(raw.tokens),
        spans=tuple(spans),
        score=raw.score,
        attention=raw.attention,
        finished=raw.finished,
    )
