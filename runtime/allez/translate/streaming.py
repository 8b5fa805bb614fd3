"""A sentence's translation while it grows."""

from __future__ import annotations

from collections.abc import Callable, Generator
from queue import Empty, SimpleQueue

from allez.entities import fill, settled
from allez.options import SearchOptions
from allez.search import RawHypothesis, Request
from allez.text import Segment
from allez.translate.callers import PATIENCE
from allez.translate.deadline import Deadline
from allez.translate.document import Words, with_missing, written
from allez.translate.workers import Workers


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
        return _filled(words.target.decode_stable(tokens), segment, words, grows=True)

    def whole(raw: RawHypothesis) -> str:
        complete = with_missing(raw, segment, words)
        return _filled(words.target.decode(complete.tokens), segment, words)

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


def _filled(text: str, segment: Segment, words: Words, *, grows: bool = False) -> str:
    """Return what is handed out of a sentence's translation, or of its beginning."""
    text = written(text, segment.casing)
    if segment.masked is None or not segment.masked.slots or words.masking is None:
        return text
    text = settled(text, words.masking.language) if grows else text
    return fill(text, segment.masked.slots, language=words.masking.language).text
