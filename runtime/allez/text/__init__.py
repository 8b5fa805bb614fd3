"""Strings: sentences, capitals, subwords. Knows nothing of files and of numbers."""

from allez.late import late
from allez.text.aligned import Aligned, edited
from allez.text.casing import (
    Casing,
    as_read,
    capitalized_alike,
    casing_of,
    in_small_letters,
    is_label,
    normalize_space,
    places,
    recased,
    to_capitals,
)
from allez.text.checks import doubts, lexemes
from allez.text.foreign import is_foreign, stands_alike
from allez.text.labels import is_divider
from allez.text.rules import SentenceRules
from allez.text.segmentation import Kind, Segment, SourceTokens, Span, sentence_spans, split
from allez.text.short import shortened
from allez.text.tokenizer import Tokenizer
from allez.text.typography import stable, typeset

TYPE_CHECKING = False  # type checkers know the name; `typing` takes long to load
if TYPE_CHECKING:
    from allez.text.elements import BLOCKS, INLINE, POINTS, SIGNS, SKIPPED, VOID, WORDS, is_kept
    from allez.text.emphasis import emphasized
    from allez.text.markup import OUTSIDE, Mark, Marked, MarkKind, weave
    from allez.text.references import unescape
    from allez.text.tags import Token, ends, pairs, scan
    from allez.text.wrapped import joints

__all__ = [
    "BLOCKS",
    "INLINE",
    "OUTSIDE",
    "POINTS",
    "SIGNS",
    "SKIPPED",
    "VOID",
    "WORDS",
    "Aligned",
    "Casing",
    "Kind",
    "Mark",
    "MarkKind",
    "Marked",
    "Segment",
    "SentenceRules",
    "SourceTokens",
    "Span",
    "Token",
    "Tokenizer",
    "as_read",
    "capitalized_alike",
    "casing_of",
    "doubts",
    "edited",
    "emphasized",
    "ends",
    "in_small_letters",
    "is_divider",
    "is_foreign",
    "is_kept",
    "is_label",
    "joints",
    "lexemes",
    "normalize_space",
    "pairs",
    "places",
    "recased",
    "scan",
    "sentence_spans",
    "shortened",
    "split",
    "stable",
    "stands_alike",
    "to_capitals",
    "typeset",
    "unescape",
    "weave",
]

__getattr__ = late(
    __name__,
    {
        **dict.fromkeys(
            ("BLOCKS", "INLINE", "POINTS", "SIGNS", "SKIPPED", "VOID", "WORDS", "is_kept"),
            "elements",
        ),
        **dict.fromkeys(("OUTSIDE", "Mark", "MarkKind", "Marked", "weave"), "markup"),
        **dict.fromkeys(("Token", "ends", "pairs", "scan"), "tags"),
        "emphasized": "emphasis",
        "unescape": "references",
        "joints": "wrapped",
    },
)
"""What a text without tags, in lines that are whole, does not need."""
