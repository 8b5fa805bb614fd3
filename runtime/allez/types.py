"""What goes in and comes out: options and results, all frozen, none of them aware of ONNX."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from allez.errors import OptionError

FloatArray = np.ndarray[Any, np.dtype[np.floating[Any]]]
IntArray = np.ndarray[Any, np.dtype[np.int64]]
BoolArray = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOptions:
    """How the best translation is looked for. Checks itself: OptionError on nonsense."""

    beam_size: int = 4
    """Hypotheses kept per sentence, K; 1 is greedy search."""
    n_best: int = 1
    """Finished hypotheses returned per sentence, at most `beam_size`."""
    max_length: int | None = None
    """Longest translation in tokens, eos not counted; None: what the bundle says for the source."""
    min_length: int = 1
    """Shortest translation in tokens, eos not counted."""
    length_penalty: float = 1.0
    """The exponent alpha in score = sum of log-probabilities / length ** alpha (Wu et al. 2016
    without the offset); eos counts."""
    no_repeat_ngram_size: int = 0
    """No sequence of so many tokens occurs twice in a translation; 0 allows it."""
    candidates: bool = False
    """Score only the words that the bundle lists for the source sentence, if it lists any: faster
    with some processors and batches, at the cost of a word at times."""

    def __post_init__(self) -> None:
        def demand(holds: bool, message: str) -> None:
            if not holds:
                raise OptionError(message)

        for name in ("beam_size", "n_best", "min_length", "no_repeat_ngram_size"):
            value = getattr(self, name)
            demand(
                isinstance(value, int) and not isinstance(value, bool),
                f"{name} must be a whole number, not {value!r}",
            )
        demand(
            isinstance(self.candidates, bool),
            f"candidates must be True or False, not {self.candidates!r}",
        )
        demand(1 <= self.beam_size <= 100, f"beam_size must be 1 to 100, not {self.beam_size}")
        demand(self.n_best >= 1, f"n_best must be at least 1, not {self.n_best}")
        demand(
            self.n_best <= self.beam_size,
            f"n_best ({self.n_best}) cannot exceed beam_size ({self.beam_size})",
        )
        demand(self.min_length >= 0, f"min_length must not be negative, not {self.min_length}")
        demand(
            self.no_repeat_ngram_size >= 0,
            f"no_repeat_ngram_size must not be negative, not {self.no_repeat_ngram_size}",
        )
        if self.max_length is not None:
            demand(
                isinstance(self.max_length, int) and self.max_length >= 1,
                f"max_length must be at least 1, not {self.max_length!r}",
            )
            demand(
                self.min_length <= self.max_length,
                f"min_length ({self.min_length}) exceeds max_length ({self.max_length})",
            )
        demand(
            isinstance(self.length_penalty, (int, float))
            and math.isfinite(self.length_penalty)
            and 0 <= self.length_penalty <= 10,
            f"length_penalty must be 0 to 10, not {self.length_penalty!r}",
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hypothesis:
    """One finished (or cut) translation of one sentence."""

    text: str
    tokens: tuple[str, ...]
    """Subwords as the tokenizer spells them, eos not among them; small letters where `text` is in
    capitals because the source is."""
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
class Sentence:
    """One sentence of a text and its translations, best first."""

    source: str
    start: int
    """`text[start:end]` is where the sentence stood in the text given."""
    end: int
    source_tokens: tuple[str, ...]
    """Subwords read by the encoder; the last one is the end of the sentence, spelled `</s>`."""
    hypotheses: tuple[Hypothesis, ...]
    """The `n_best` translations, best first; never empty."""

    @property
    def text(self) -> str:
        """The best translation."""
        return self.hypotheses[0].text

    @property
    def tokens(self) -> tuple[str, ...]:
        """Subwords of the best translation."""
        return self.hypotheses[0].tokens

    @property
    def score(self) -> float:
        """Score of the best translation."""
        return self.hypotheses[0].score

    @property
    def attention(self) -> FloatArray:
        """[T, M] attention of the best translation."""
        return self.hypotheses[0].attention

    @property
    def finished(self) -> bool:
        """Whether the best translation came to its end; False: it was cut."""
        return self.hypotheses[0].finished

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
        """Whether every sentence came to its end; False: at least one was cut."""
        return all(sentence.finished for sentence in self.sentences)

    @property
    def score(self) -> float:
        """Mean of the sentences' scores, each weighted by its length with eos; 0.0 if none."""
        lengths = [len(sentence.tokens) + 1 for sentence in self.sentences]
        if not lengths:
            return 0.0
        scores = (sentence.score for sentence in self.sentences)
        return sum(score * n for score, n in zip(scores, lengths, strict=True)) / sum(lengths)


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """How one sentence of `golden.jsonl` came out on this machine."""

    text: str
    expected: str
    translation: str
    problem: str | None
    """What differs; None if nothing does."""

    @property
    def passed(self) -> bool:
        """Whether everything is as recorded."""
        return self.problem is None
