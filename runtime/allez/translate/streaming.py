"""A sentence's translation while it grows."""

from __future__ import annotations

from collections.abc import Callable, Generator
from queue import Empty, SimpleQueue

from allez.options import SearchOptions
from allez.search import RawHypothesis, Request
from allez.text import Segment
from allez.translate.callers import PATIENCE
from allez.translate.deadline import Deadline
from allez.translate.document import Words, with_missing
from allez.translate.workers import Workers
from allez.translate.writing import write_out


def told(segment: Segment, words: Words) -> str:
    """Return what comes of a segment that the model is not asked about."""
    if segment.masked is None:
        return segment.text
    return write_out(segment.masked.text, segment, words.masking, words.typography).text


def stream_sentence(
    request: Request,
    segment: Segment,
    words: Words,
    workers: Workers,
    search: SearchOptions,
    deadline: Deadline,
) -> Generator[str, None, bool]:
    """Yield what is said, as soon as nothing can change it; return whether it came to its end.

    Args:
        request: what is wanted.
        segment: the sentence.
        words: spell the tokens.
        workers: decode, on another thread.
        search: greedy.
        deadline: of the call.
    """

    def growing(tokens: list[int]) -> str:
        said = words.target.decode_stable(tokens)
        return write_out(said, segment, words.masking, words.typography, grows=True).text

    def whole(raw: RawHypothesis) -> str:
        complete = with_missing(raw, segment, words)
        said = words.target.decode(complete.tokens)
        return write_out(said, segment, words.masking, words.typography).text

    return (yield from stream(request, growing, whole, workers, search, deadline))


def stream(
    request: Request,
    growing: Callable[[list[int]], str],
    whole: Callable[[RawHypothesis], str],
    workers: Workers,
    search: SearchOptions,
    deadline: Deadline,
) -> Generator[str, None, bool]:
    """Yield the parts of a text as its tokens come; return whether it came to its end.

    Args:
        request: what is wanted.
        growing: what some tokens say that no further ones can change.
        whole: what all of them say; begins with all that was said before.
        workers: decode, on another thread.
        search: greedy.
        deadline: of the call.
    """
    arrived: SimpleQueue[int | None] = SimpleQueue()
    (future,) = workers.submit([request], search, deadline, tokens=arrived)
    tokens: list[int] = []
    sent = 0
    while True:
        deadline.check_process()  # of what has arrived before a fork a child would see a part
        try:
            token = arrived.get(timeout=PATIENCE)
        except Empty:
            workers.look(deadline)
            continue
        if token is None:
            break
        tokens.append(token)
        text = growing(tokens)
        if len(text) > sent:
            yield text[sent:]
            sent = len(text)
    (raw,) = future.result()
    text = whole(raw)
    if len(text) > sent:
        yield text[sent:]
    return raw.finished
