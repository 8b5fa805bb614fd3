"""What a caller may ask for, checked as it is said."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from operator import index
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    Protocol,
    SupportsFloat,
    SupportsIndex,
    TypeAlias,
    TypedDict,
)

from allez.errors import OptionError
from allez.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_BEAM_SIZE: int = SPEC["search"]["beam_size"][1]
MAX_LENGTH_PENALTY = int(SPEC["search"]["length_penalty"][1])
MAX_LENGTH_OFFSET = int(SPEC["search"]["length_offset"][1])


Providers: TypeAlias = "Sequence[str | tuple[str, Mapping[str, Any]]] | None"
"""Execution providers of ONNX Runtime, best first, each a name or a name and its options; None:
the CPU."""


class Cancel(Protocol):
    """What can give a call up: a `threading.Event`, or anything else with `is_set`."""

    def is_set(self) -> bool:
        """Tell whether the caller has given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOptions:
    """How the best translation is looked for; what requests must agree in to share a batch.

    Raises:
        OptionError: a value makes no sense.
    """

    beam_size: int = 4
    """Hypotheses kept per sentence, K; 1 is greedy search."""
    n_best: int = 1
    """Finished hypotheses returned per sentence, at most `beam_size`."""
    min_length: int = 1
    """Shortest translation in tokens, eos not counted."""
    length_penalty: float = 1.0
    """The exponent alpha in score = sum of log-probabilities / length ** alpha (Wu et al. 2016
    without the offset); eos counts."""
    no_repeat_ngram_size: int = 0
    """No sequence of so many tokens occurs twice in a translation; 0 allows it."""
    length_offset: float = 0.0
    """With it, the length is (offset + length) / (offset + 1); 5 is that of Wu et al. 2016."""
    early_stopping: str = "hopeless"
    """When a beam stops: "hopeless", nothing better is in sight; "full", `beam_size` hypotheses
    have ended; "best", the best continuation of a step has, and `n_best` hypotheses."""
    finished: str = "replaced"
    """What becomes of a place in the beam where a hypothesis ends: "replaced", the next best
    continuation has it; "dropped", it is empty for a step; "kept", it is for ever."""
    repeats: str = "few"
    """How often a block of words may stand in a row: "few", a few times, or as often as in the
    source; "any", loops are let be."""

    def __post_init__(self) -> None:
        _set(
            self,
            length_offset=real("length_offset", self.length_offset, MAX_LENGTH_OFFSET),
            beam_size=whole("beam_size", self.beam_size, 1, MAX_BEAM_SIZE),
            n_best=whole("n_best", self.n_best, 1, MAX_BEAM_SIZE),
            min_length=whole("min_length", self.min_length, 0),
            length_penalty=real("length_penalty", self.length_penalty, MAX_LENGTH_PENALTY),
            no_repeat_ngram_size=whole("no_repeat_ngram_size", self.no_repeat_ngram_size, 0),
        )
        if self.n_best > self.beam_size:
            raise OptionError(f"n_best ({self.n_best}) cannot exceed beam_size ({self.beam_size})")
        for name in ("early_stopping", "finished", "repeats"):
            if getattr(self, name) not in (known := SPEC["search"][name]):
                raise OptionError(f"{name} must be {', '.join(known)}, not {getattr(self, name)!r}")

    def norm(self, length: int) -> float:
        """Return what a sum of log-probabilities is divided by; `length` counts eos."""
        offset = self.length_offset
        return float(((offset + length) / (offset + 1)) ** self.length_penalty)


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslateOptions:
    """What every call takes as `options=`; each field is a keyword of the calls, too.

    Raises:
        OptionError: a value makes no sense.
    """

    beam_size: int | None = None
    """Hypotheses kept per sentence, 1 to 100; 1 is greedy search. None: what the bundle says, or
    `n_best` if that is more."""
    n_best: int = 1
    """Translations returned per sentence, at most `beam_size`."""
    max_length: int | None = None
    """Longest translation of a sentence in tokens; None: what the bundle says for the source."""
    min_length: int = 1
    """Shortest translation of a sentence in tokens."""
    length_penalty: float | None = None
    """The exponent alpha in score = sum of log-probabilities / length ** alpha (Wu et al. 2016
    without the offset), 0 to 10; eos counts. None: what the bundle says."""
    no_repeat_ngram_size: int = 0
    """No sequence of so many tokens occurs twice in a sentence's translation; 0 allows it."""
    shortlist: bool = False
    """Score only the words that the bundle lists for the source sentence, if it lists any: faster
    with some processors and batches, at the cost of a word at times."""
    prefix: str = ""
    """How the translation of the first sentence must begin, but for its capitals."""
    keep: Sequence[str] = ()
    """Texts that are never translated; each where it stands as whole words. Needs a bundle with
    entities, as `glossary` does."""
    glossary: Mapping[str, str] | Sequence[tuple[str, str]] = ()
    """Terms of the source language and what they are in the target; the longest one counts."""
    markup: Literal["html"] | None = None
    """The texts are pieces of HTML: all tags stand around the words that attend to what they stood
    around, none is lost, and there are no streams. None: plain text."""
    max_time: float | None = None
    """Seconds from the call on; when they are over, no further step of the decoder is taken, and
    the best that there is is returned: `finished` is false for every sentence that was cut or not
    begun. None: as long as it takes."""
    cancel: Cancel | None = None
    """Set it, from another thread, to give the call up within one step of the decoder; a
    `threading.Event`, or anything else with `is_set()`."""

    def __post_init__(self) -> None:
        search = self.search(_PLAIN)
        _set(
            self,
            beam_size=None if self.beam_size is None else search.beam_size,
            n_best=search.n_best,
            min_length=search.min_length,
            length_penalty=None if self.length_penalty is None else search.length_penalty,
            no_repeat_ngram_size=search.no_repeat_ngram_size,
        )
        if self.max_length is not None:
            _set(self, max_length=whole("max_length", self.max_length, 1))
            if self.min_length > self.max_length:
                raise OptionError(
                    f"min_length ({self.min_length}) exceeds max_length ({self.max_length})"
                )
        if not isinstance(self.shortlist, bool):
            raise OptionError(f"shortlist must be True or False, not {self.shortlist!r}")
        if self.markup not in (None, "html"):
            raise OptionError(f"markup must be None or 'html', not {self.markup!r}")
        if not isinstance(self.prefix, str):
            raise TypeError(f"a text must be str, not {type(self.prefix).__name__}")
        _check_texts(self.keep, self.terms if _is_glossary(self.glossary) else None)
        _set(self, keep=tuple(self.keep), glossary=self.terms)
        if self.max_time is not None:
            _set(self, max_time=real("max_time", self.max_time))
        if self.cancel is not None and not callable(getattr(self.cancel, "is_set", None)):
            raise OptionError(
                f"cancel must have is_set(), not be {self.cancel!r}", hint="threading.Event() has"
            )

    def search(self, default: SearchOptions) -> SearchOptions:
        """Return what search must know; what is None is taken from `default`."""
        beam_size = self.beam_size
        if beam_size is None:  # more answers than rows cannot be had
            beam_size = max(default.beam_size, whole("n_best", self.n_best, 1, MAX_BEAM_SIZE))
        return replace(
            default,
            beam_size=beam_size,
            n_best=self.n_best,
            min_length=self.min_length,
            length_penalty=(
                default.length_penalty if self.length_penalty is None else self.length_penalty
            ),
            no_repeat_ngram_size=self.no_repeat_ngram_size,
        )

    @property
    def terms(self) -> tuple[tuple[str, str], ...]:
        """The glossary as pairs."""
        pairs = self.glossary.items() if isinstance(self.glossary, Mapping) else self.glossary
        return tuple((term, said) for term, said in pairs)

    def decisive(self, default: SearchOptions) -> dict[str, Any]:
        """Return all that decides what comes out, but for the time; for JSON."""
        return {
            **asdict(self.search(default)),
            "max_length": self.max_length,
            "shortlist": self.shortlist,
            "prefix": self.prefix,
            "markup": self.markup,
            "keep": list(self.keep),
            "glossary": [list(term) for term in self.terms],
        }


class OptionChanges(TypedDict, total=False):
    """The fields of `TranslateOptions` as keywords of a call."""

    beam_size: int | None
    n_best: int
    max_length: int | None
    min_length: int
    length_penalty: float | None
    no_repeat_ngram_size: int
    shortlist: bool
    prefix: str
    keep: Sequence[str]
    glossary: Mapping[str, str] | Sequence[tuple[str, str]]
    markup: Literal["html"] | None
    max_time: float | None
    cancel: Cancel | None


def merged(options: TranslateOptions | None, changes: OptionChanges) -> TranslateOptions:
    """Return the options of a call: those given, but for the keywords given.

    Raises:
        OptionError: a value makes no sense.
        TypeError: there is no such keyword.
    """
    if options is None:
        return TranslateOptions(**changes)
    if not isinstance(options, TranslateOptions):
        raise OptionError(f"options must be TranslateOptions, not {options!r}")
    return replace(options, **changes)


def _is_glossary(value: object) -> bool:
    """Tell whether this is a mapping, or pairs."""
    if isinstance(value, Mapping):
        return True
    if isinstance(value, str) or not isinstance(value, Sequence):
        return False
    return all(isinstance(term, (tuple, list)) and len(term) == 2 for term in value)


def _check_texts(keep: object, terms: Sequence[tuple[object, object]] | None) -> None:
    """Raise OptionError unless all that is to be carried over is text."""
    if isinstance(keep, str) or not isinstance(keep, Sequence):
        raise OptionError(f"keep must be several texts, not {keep!r}", hint="put it in a list")
    if terms is None:
        raise OptionError("glossary must map terms to translations")
    for text in (*keep, *(text for term in terms for text in term)):
        if not isinstance(text, str):
            raise OptionError(f"keep and glossary hold texts, not {text!r}")


def whole(name: str, value: object, least: int, most: float = math.inf) -> int:
    """Return a whole number, NumPy's too; OptionError if it is none, or not within its bounds."""
    if type(value) is int:  # as nearly always; to ask a protocol takes a hundred times as long
        number = value
    elif isinstance(value, SupportsIndex) and not isinstance(value, bool):
        number = index(value)
    else:
        wanted = _within(least, most)
        raise OptionError(f"{name} must be a whole number, {wanted}, not {value!r}")
    if not least <= number <= most:
        raise OptionError(f"{name} must be {_within(least, most)}, not {number}")
    return number


def real(name: str, value: object, most: float = math.inf) -> float:
    """Return a number that is not negative, NumPy's too; OptionError if it is none."""
    wanted = "0 or more" if most == math.inf else f"0 to {most}"
    if type(value) is float:  # as nearly always
        number = value
    elif isinstance(value, (SupportsFloat, SupportsIndex)) and not isinstance(value, (bool, str)):
        try:
            number = float(value)
        except OverflowError:  # a whole number, of more seconds than anybody has
            number = math.inf if str(value)[0] != "-" else -math.inf
    else:
        raise OptionError(f"{name} must be a number, {wanted}, not {value!r}")
    if not 0 <= number <= most:
        raise OptionError(f"{name} must be {wanted}, not {value!r}")
    return number


def _within(least: int, most: float) -> str:
    return f"at least {least}" if most == math.inf else f"{least} to {most}"


def _set(options: object, **values: object) -> None:
    """Put checked values into a frozen record."""
    for name, value in values.items():
        object.__setattr__(options, name, value)


_PLAIN = SearchOptions()
"""What options are held against before anybody knows the bundle's own."""
