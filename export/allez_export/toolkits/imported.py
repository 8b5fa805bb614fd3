"""What a toolkit's files become: a family's model, two vocabularies, and how it was searched."""

from __future__ import annotations

from dataclasses import dataclass

from allez_export.families.family import Family

LEAST_WEIGHTS = 32_768
"""Below it int8 is no faster than fp32."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A model that others trained, ready to be traced."""

    family: Family
    """Its facts say which ids are fed first, end a sentence, and are never chosen."""
    source_tokenizer: str
    """The text of a `tokenizer.json`, whose ids are those of the encoder."""
    target_tokenizer: str | None = None
    """The same of the decoder; None: it is the source's."""
    beam_size: int = 5
    length_penalty: float = 1.0
    """Exponent of the length that scores are divided by, eos counted, as the toolkit would."""
    length_offset: float = 0.0
    """How the toolkit searches, like the next two: see `allez.options.SearchOptions`."""
    early_stopping: str = "hopeless"
    finished: str = "replaced"
    repeats: str = "any"
    """No toolkit has a rule against loops."""
    shortlist: bytes | None = None
    """A `shortlist.bin`; only with one vocabulary for both sides."""
    least_weights: int = LEAST_WEIGHTS
    """Matrices of fewer weights stay fp32; see `QuantizeConfig`."""
    made_by: str
    """Toolkit and version, for the card: "OpenNMT-py 2.3"."""
    remarks: tuple[str, ...] = ()
    """What the bundle does in another way than the toolkit, a sentence each, for the card."""
