"""A number that stands by itself, a cell of a table: it is said as the target writes it.

Nobody asks the model, which has no words to put around it.
"""

from __future__ import annotations

import numpy as np

from allez.search import RawHypothesis
from allez.text import Segment
from allez.translate.masking import Masking


def figure(segment: Segment, masking: Masking | None) -> RawHypothesis:
    """Return what is said of a figure: its symbol, which attends to that of the source."""
    assert segment.masked is not None
    assert masking is not None
    symbol = segment.masked.text
    read = masking.source_ids[symbol]
    attention = np.array([[float(id == read) for id in segment.source.ids]], dtype=np.float32)
    return RawHypothesis((masking.ids[symbol],), 0.0, attention, finished=True)
