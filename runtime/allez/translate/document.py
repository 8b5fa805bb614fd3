"""A text on its way: taken apart into segments, and put together again translated.

What is not translated (white space, blank lines, lines without letters, sentences in letters that
the model never learnt) stays where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from allez.bundle import Bundle, Confidence
from allez.errors import BundleFormatError
from allez.options import SearchOptions
from allez.results import Doubt, Hypothesis, Sentence, Translation
from allez.search import RawHypothesis
from allez.text import (
    Aligned,
    Casing,
    Segment,
    SentenceRules,
    SourceTokens,
    Span,
    Tokenizer,
    casing_of,
    doubts,
    edited,
    is_foreign,
    normalize_space,
    places,
    recased,
    shortened,
    split,
    stands_alike,
)
from allez.translate.choice import chosen
from allez.translate.confidence import Evidence, confidence, features
from allez.translate.figures import figure
from allez.translate.masking import (
    NOTHING,
    Asked,
    Hidden,
    Masking,
    carried,
    carried_over,
    entities_apart,
    outside,
    without_marker,
)
from allez.translate.writing import write_out

if TYPE_CHECKING:
    from allez.translate.fragment import Fragment


_SIGNS = "<\n*_~"
"""Without one of these a text has no markup, and no lines to join."""

_ONE = SearchOptions()
"""Where nobody says how it was searched."""


class Words(NamedTuple):
    """How a bundle's texts are taken apart and spelled."""

    source: Tokenizer
    """Reads sentences."""
    target: Tokenizer
    """Spells translations; the same one where both languages share their subwords."""
    rules: SentenceRules
    eos: int
    """What ends a sentence that is read."""
    masking: Masking | None = None
    """How entities become symbols; None: the bundle has none."""
    languages: tuple[str, str] = ("", "")
    """Of source and target: whose words the checks know."""
    confidence: Confidence | None = None
    """How much a translation is trusted; None: the bundle does not say."""
    typography: str | None = None
    """Whose punctuation translations get; None: as the model says it."""

    @classmethod
    def of(cls, bundle: Bundle) -> Words:
        """Read what a bundle says; BundleFormatError if it contradicts itself."""
        manifest = bundle.manifest
        source = target = Tokenizer.of(bundle, manifest.source)
        if manifest.target.tokenizer != manifest.source.tokenizer:
            target = Tokenizer.of(bundle, manifest.target)
        rules = SentenceRules.from_json(bundle.text("sentences"))
        if rules.max_tokens > manifest.input.tokens:
            raise BundleFormatError(
                f"{bundle.path}: sentences may have {rules.max_tokens} tokens, "
                f"the encoder takes {manifest.input.tokens}"
            )
        masking = None if manifest.entities is None else Masking(bundle, source, target)
        languages = manifest.source.language, manifest.target.language
        return cls(
            source,
            target,
            rules,
            manifest.source.eos,
            masking,
            languages,
            manifest.confidence,
            manifest.target.typography,
        )


class Document(NamedTuple):
    """A text taken apart."""

    text: str
    segments: list[Segment]
    """All of it, in order; the sentences have tokens. Two that are copied may be neighbours."""
    fragment: Fragment | None = None
    """What the text was taken from, if that has tags."""

    @property
    def sentences(self) -> Iterator[Segment]:
        """What is asked of the model, in order: all sentences but figures."""
        return (s for s in self.segments if s.kind == "sentence" and not s.is_figure)


def checked(text: str) -> str:
    """Return a text as it is; TypeError if it is none, which an annotation alone does not stop."""
    if not isinstance(text, str):
        raise TypeError(f"a text must be str, not {type(text).__name__}")
    return text


def take_apart(
    text: str,
    words: Words,
    over: Callable[[], bool],
    asked: Asked = NOTHING,
    markup: Literal["html"] | None = None,
) -> Document:
    """Split a text, its markup taken out; each sentence is tokenized once.

    Args:
        text: any text.
        words: the bundle's.
        over: asked before each sentence; once it says so, nothing is tokenized any more, since
            nobody will read it.
        asked: what is carried over by the caller's will, if the bundle has symbols.
        markup: what the text is a piece of; None: plain text, in which there may be some too.
    """
    fragment = None
    if markup or any(sign in checked(text) for sign in _SIGNS):
        from allez.translate.fragment import read_markup

        fragment = read_markup(text, markup)
        text = text if fragment is None else fragment.marked.text
    if words.masking is not None:
        document = _take_apart_masked(text, words, words.masking, over, asked)
    else:
        document = _take_apart_raw(text, words, over)
    return document._replace(fragment=fragment)


def _take_apart_raw(text: str, words: Words, over: Callable[[], bool]) -> Document:
    """Split a text; each sentence is tokenized once, for counting and for reading."""
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
        if _is_copied(segment.text, words):
            return segment._replace(kind="copied")
        casing, tokens = read(segment.text)
        return segment._replace(casing=casing, tokens=tokens)

    pieces = split(text, words.rules, lambda sentence: len(read(sentence)[1].ids) - 1)
    return Document(text, [completed(segment) for segment in pieces])


def _is_copied(sentence: str, words: Words) -> bool:
    alike = stands_alike(sentence, words.source, words.languages)
    return alike or is_foreign(sentence, words.source)


def _take_apart_masked(
    text: str, words: Words, masking: Masking, over: Callable[[], bool], asked: Asked
) -> Document:
    """Split a text whose entities are hidden, and read each sentence with symbols."""
    hidden = masking.hide(text, asked)
    too_many = words.rules.max_tokens + 1

    def count(sentence: str) -> int:
        if over():
            return 0
        casing = _casing(sentence, words, masking)
        read = masking.read(sentence, casing)
        if read is None:
            return too_many
        read = Aligned.of(read).edited(shortened(read, words.languages[0])).text
        return len(words.source.encode(recased(normalize_space(read, words.rules), casing)))

    segments: list[Segment] = []
    for segment in split(hidden.text, words.rules, count):
        for item in without_marker(segment, hidden.text):
            names = masking.names(item.text, _casing(item.text, words, masking))
            if item.kind == "sentence":
                parts = carried_over(item, names, hidden) or [item]
            else:
                parts = entities_apart(item, hidden)
            for part in parts:
                segments.append(_read_masked(part, hidden, words, masking, over))
    return Document(text, segments)


def _casing(sentence: str, words: Words, masking: Masking) -> Casing:
    """Return how a hidden sentence is written, words that are cut short read whole."""
    return masking.casing(edited(sentence, shortened(sentence, words.languages[0])), words.rules)


def read_sentence(sentence: str, words: Words, asked: Asked = NOTHING) -> Segment:
    """Return a text as one sentence, read as `take_apart` reads them but never cut."""
    casing = casing_of(sentence, words.rules)
    segment = Segment(sentence, 0, len(sentence), "sentence", casing)
    if words.masking is None:
        return segment._replace(tokens=read_tokens(sentence, casing, words))
    hidden = words.masking.hide(sentence, asked)
    segment = Segment(hidden.text, 0, len(hidden.text), "sentence")
    return _read_masked(segment, hidden, words, words.masking, lambda: False)


def _read_masked(
    segment: Segment, hidden: Hidden, words: Words, masking: Masking, over: Callable[[], bool]
) -> Segment:
    """Return a segment of a hidden text as it is in the text itself; a sentence is read."""
    whole = outside(segment, hidden)
    if segment.kind != "sentence":
        return whole
    if is_foreign(segment.text, words.source):
        return whole._replace(kind="copied")
    casing = _casing(segment.text, words, masking)
    masked = masking.mask(segment, hidden, casing)
    aligned = Aligned.of(whole.text).edited((e.start, e.end, " ") for e in masked.entities)
    aligned = aligned._replace(text=masked.text).edited(shortened(masked.text, words.languages[0]))
    masked = masked._replace(text=aligned.text)
    if over():
        end = (len(whole.text),) * 2
        return whole._replace(tokens=SourceTokens((words.eos,), (end,)), masked=masked)
    tokens = read_tokens(masked.text, casing, words)
    starts, ends = [*aligned.starts, len(whole.text)], [0, *aligned.ends]
    spans = tuple((starts[a], max(starts[a], ends[b])) for a, b in tokens.spans)
    return whole._replace(casing=casing, tokens=tokens._replace(spans=spans), masked=masked)


def read_tokens(sentence: str, casing: Casing, words: Words) -> SourceTokens:
    """Return the tokens that a sentence is read as, and where they stand in it."""
    normal = normalize_space(sentence, words.rules)
    ids, spans = words.source.encode_spans(recased(normal, casing))
    if normal != sentence:
        at = places(sentence, words.rules)
        spans = [(at[start], at[end - 1] + 1 if end > start else at[start]) for start, end in spans]
    end = len(sentence)
    return SourceTokens((*ids, words.eos), (*spans, (end, end)))


def put_together(
    document: Document,
    found: Sequence[Sequence[RawHypothesis]],
    words: Words,
    search: SearchOptions = _ONE,
) -> Translation:
    """Join what is copied and what was translated.

    Args:
        document: the text.
        found: the hypotheses of each sentence that was asked for, best first.
        words: the bundle's.
        search: how they were looked for, and how many are handed out.
    """
    sentences: list[Sentence] = []
    answers = iter(found)
    ranks = max((min(search.n_best, len(hypotheses)) for hypotheses in found), default=1)
    texts: list[list[str]] = [[] for _ in range(ranks)]
    before: Segment | None = None
    for segment in document.segments:
        if segment.kind == "sentence":
            said = (figure(segment, words.masking),) if segment.is_figure else next(answers)
            sentence = _sentence(segment, said, words, search)
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


def log_cut(translation: Translation, limit: Callable[[int], int]) -> None:
    """Write into the log which sentences were cut, and whether at their limit.

    Args:
        translation: one that is not finished.
        limit: the most tokens that the translation of a sentence of S tokens may have.
    """
    import logging  # seldom needed, and slow to load

    for sentence in translation.sentences:
        if not sentence.finished:
            full = len(sentence.tokens) >= limit(len(sentence.source_tokens))
            logging.getLogger(__name__).info(
                "cut %s: %r",
                "at the length limit" if full else "before its end",
                sentence.source,
            )


def needs_space(before: Segment | None, segment: Segment) -> bool:
    """Two sentences without white space between them (Chinese, or a cut) get one in English."""
    return before is not None and before.kind == segment.kind == "sentence"


def _sentence(
    segment: Segment, found: Sequence[RawHypothesis], words: Words, search: SearchOptions
) -> Sentence:
    tokens = segment.source
    order, hypotheses = _best(segment, found, words, search.n_best)
    target = hypotheses[0].text

    @cache
    def found_doubts() -> tuple[Doubt, ...]:
        return _doubts(segment.text, target, words.languages, start=segment.start)

    told = Evidence(segment.text, len(tokens.ids), target, found, order[0], search)

    def measure() -> dict[str, float]:
        return features(told, len(found_doubts()))

    return Sentence(
        source=segment.text,
        start=segment.start,
        end=segment.end,
        source_tokens=words.source.pieces(tokens.ids),
        source_spans=tokens.spans if not segment.start else _moved(tokens.spans, segment.start),
        hypotheses=hypotheses,
        carried=carried(segment),
        check=found_doubts,
        measure=measure,
        rate=lambda: confidence(words.confidence, measure()),
    )


def _best(
    segment: Segment, found: Sequence[RawHypothesis], words: Words, n_best: int
) -> tuple[tuple[int, ...], tuple[Hypothesis, ...]]:
    """Return hypotheses as search orders them; of a bundle with entities the chosen one first.

    Which of those found they are, too.
    """
    known: dict[int, Hypothesis] = {}

    def hypothesis(index: int) -> Hypothesis:
        if index not in known:
            known[index] = _hypothesis(found[index], segment, words)
        return known[index]

    def doubted(index: int) -> int:
        return len(doubts(segment.text, hypothesis(index).text, words.languages))

    first = 0 if words.masking is None else chosen(found, doubted)
    others = [index for index in range(len(found)) if index != first]
    order = (first, *others[: n_best - 1])
    return order, tuple(map(hypothesis, order))


def _moved(spans: tuple[Span, ...], distance: int) -> tuple[Span, ...]:
    """Return spans as they are in a text that begins so much earlier."""
    return tuple((start + distance, end + distance) for start, end in spans)


def _doubts(
    source: str, target: str, languages: tuple[str, str], *, start: int
) -> tuple[Doubt, ...]:
    """Return what is in doubt of a sentence that begins at `start`, with places in the text."""
    return tuple(
        doubt
        if doubt.start is None or doubt.end is None
        else doubt._replace(start=doubt.start + start, end=doubt.end + start)
        for doubt in doubts(source, target, languages)
    )


def _hypothesis(raw: RawHypothesis, segment: Segment, words: Words) -> Hypothesis:
    raw = with_missing(raw, segment, words)
    said, places = words.target.decode_spans(raw.tokens)
    text, moved = write_out(said, segment, words.masking, words.typography)
    return Hypothesis(
        text=text,
        tokens=words.target.pieces(raw.tokens),
        spans=tuple(moved(*span) for span in places),
        score=raw.score,
        attention=raw.attention,
        finished=raw.finished,
    )


def with_missing(raw: RawHypothesis, segment: Segment, words: Words) -> RawHypothesis:
    """Return a hypothesis with every symbol of its source; the rare one that lacks some gets them.

    A symbol is put behind the word that attends most to where the source has it; at the end of a
    hypothesis that was cut, so that a stream, which has said the rest, says the same.
    """
    if segment.masked is None or words.masking is None:
        return raw
    tokens, attention = list(raw.tokens), raw.attention
    for slot in segment.masked.slots:
        if words.masking.ids[slot.symbol] in tokens:
            continue
        said = words.target.encode(slot.symbol)
        read = words.masking.source_ids[slot.symbol]
        source = segment.source.ids.index(read) if read in segment.source.ids else 0
        place = len(tokens)
        if raw.finished and tokens and source < attention.shape[1]:
            pieces = words.target.pieces(tokens)
            place = int(attention[:, source].argmax()) + 1
            while place < len(pieces) and pieces[place][:1].isalpha():
                place += 1
        tokens[place:place] = said
        rows = np.zeros((len(said), attention.shape[1]), dtype=attention.dtype)
        rows[:, min(source, rows.shape[1] - 1) :][:, :1] = 1
        attention = np.concatenate([attention[:place], rows, attention[place:]])
    return raw._replace(tokens=tuple(tokens), attention=attention)
