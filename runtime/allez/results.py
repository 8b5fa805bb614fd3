"""What comes out of a translation: all frozen, nothing aware of ONNX."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from allez.arrays import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hypothesis:
    """One finished (or cut) translation of one sentence."""

    text: str
    tokens: tuple[str, ...]
    """Subwords as the tokenizer spells them, eos not among them; small letters where `text` is in
    capitals because the source is."""
    spans: tuple[tuple[int, int], ...]
    """[T]: where each token stands in `text`, from its first character to the one after its last,
    the space before it not counted. The bytes of one character share its place."""
    score: float
    """Sum of log-probabilities / length ** length_penalty, eos counted; minus infinity where the
    time was up before the sentence was read."""
    attention: FloatArray
    """[T, M] weights of each target token over the memory positions; rows sum to 1."""
    finished: bool
    """False: the length limit or `max_time` cut it before an end of sentence was chosen."""

    @property
    def alignment(self) -> tuple[tuple[int, int], ...]:
        """Pairs (source token, target token): the source position each token attends to most."""
        return tuple(
            (int(source), target) for target, source in enumerate(self.attention.argmax(axis=1))
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NBest:
    """Texts about one source, best first; what is asked of it is asked of the best one."""

    hypotheses: tuple[Hypothesis, ...]
    """The `n_best` texts, best first, never empty."""
    rate: Callable[[], float | None] = lambda: None
    """Finds `confidence`; it costs nothing while nobody asks."""

    @property
    def text(self) -> str:
        """The best text."""
        return self.hypotheses[0].text

    @property
    def tokens(self) -> tuple[str, ...]:
        """Subwords of the best one."""
        return self.hypotheses[0].tokens

    @property
    def score(self) -> float:
        """Score of the best one."""
        return self.hypotheses[0].score

    @property
    def attention(self) -> FloatArray:
        """[T, M] attention of the best one."""
        return self.hypotheses[0].attention

    @property
    def finished(self) -> bool:
        """Whether the best one came to its end; False: it was cut."""
        return self.hypotheses[0].finished

    @property
    def confidence(self) -> float | None:
        """How likely the best one is good, 0 to 1; None: the bundle has no weights.

        What is called good stands in the bundle's card.
        """
        return self.rate()


class Doubt(NamedTuple):
    """Something in a source that its translation does not account for, or the other way round."""

    kind: str
    """"thing", "number", "limit", "negation", "name", "repetition", "length" or "characters"."""
    text: str
    """The letters in question: of the source, or of the translation what nobody said."""
    start: int | None
    """`text[start:end]` is where they stand in the text given; both None for what only the
    translation has, or has more often."""
    end: int | None


class Carried(NamedTuple):
    """Something of a sentence that was carried over into its translation, not translated."""

    kind: str
    """"term" (of the glossary), "thing" (an address, code, what the caller keeps), "number" or
    "name"."""
    text: str
    """How it stands in the source."""
    said: str
    """What stands for it in the translation, but for a capital at its beginning."""
    term: str = ""
    """Of a term: how the glossary spells it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sentence(NBest):
    """One sentence of a text and its translations, best first.

    They are ordered by score, but that a bundle with entities puts one first that leaves less in
    doubt and is worth hardly less.
    """

    source: str
    start: int
    """`text[start:end]` is where the sentence stood in the text given."""
    end: int
    source_tokens: tuple[str, ...]
    """Subwords read by the encoder; the last one is the end of the sentence, spelled `</s>`."""
    source_spans: tuple[tuple[int, int], ...]
    """[S]: where each source token stands in the text given, from its first character to the one
    after its last, the space before it not counted; that of `</s>` is empty, at the sentence's
    end."""
    carried: tuple[Carried, ...] = ()
    """What was carried over, in the source's order; nothing if the bundle has no entities."""
    check: Callable[[], tuple[Doubt, ...]] = tuple
    """Finds `doubts`; they cost nothing while nobody asks."""
    measure: Callable[[], dict[str, float]] = dict
    """Finds `features`, likewise."""

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """What of the best translation is not accounted for; none is no proof."""
        return self.check()

    @property
    def features(self) -> dict[str, float]:
        """What `confidence` is made of, by name; none where the sentence was not read."""
        return self.measure()

    @property
    def alignment(self) -> tuple[tuple[int, int], ...]:
        """Alignment of the best translation."""
        return self.hypotheses[0].alignment


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Translation:
    """The translation of one text, with everything known about how it came about."""

    source: str
    texts: tuple[str, ...]
    """`n_best` texts, best first: the i-th holds the i-th hypothesis of each sentence (its last
    one where a sentence has fewer); never empty."""
    sentences: tuple[Sentence, ...]
    """Only what was translated; what was copied, white space and all, is in `texts` alone."""
    pivot: Translation | None = None
    """The translation into a language between, of which this one was made where no model leads from
    the one language to the other; places in `sentences` are then places in its `text`."""

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The best translation."""
        return self.texts[0]

    @property
    def tokens(self) -> tuple[str, ...]:
        """Subwords of all sentences, joined."""
        return tuple(token for sentence in self.sentences for token in sentence.tokens)

    @property
    def finished(self) -> bool:
        """Whether every sentence came to its end, of the pivot too; False: at least one was cut."""
        complete = all(sentence.finished for sentence in self.sentences)
        return complete and (self.pivot is None or self.pivot.finished)

    @property
    def score(self) -> float:
        """Mean of the sentences' scores, each weighted by its length with eos; 0.0 if none."""
        lengths = [len(sentence.tokens) + 1 for sentence in self.sentences]
        if not lengths:
            return 0.0
        scores = (sentence.score for sentence in self.sentences)
        return sum(score * n for score, n in zip(scores, lengths, strict=True)) / sum(lengths)
