"""Pairs out of text of one language: a bundle of the other direction writes their sources.

Each line of a text becomes the target of a pair, and what the bundle makes of it the source, marked
as made (Sennrich et al. 2016, Improving neural machine translation models with monolingual data;
the mark: data/marked.py). Lines are translated in blocks. A block's pairs are appended to
`OUT.partial`, then `OUT.state` says how far that goes; a killed run goes on behind the last block,
and makes the very file that it would have made undisturbed. Knows nothing of torch.
"""

from __future__ import annotations

import dataclasses
import gzip
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

from allez.bundle import fingerprint
from allez.errors import InputError, OptionError, OutputError
from allez.options import MAX_BEAM_SIZE, real, whole
from allez.results import Translation
from allez.translate.translator import Translator
from allez_export.config import DataConfig
from allez_export.data.marked import put_mark
from allez_export.data.read import fold, read_lines, why_dropped
from allez_export.folders import locked
from allez_export.records import file_digest, read_state, write_json

BLOCK = 2000
"""Lines that are translated together, and lost at most when a run is killed."""

LEAST_CONFIDENCE = 0.5
"""What is kept is more likely good than not, by the bundle's own word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which pairs are wanted, and how they are made.

    Raises:
        OptionError: a value makes no sense.
    """

    beam_size: int = 1
    """Hypotheses kept per sentence; 1 is greedy search."""
    least_confidence: float | None = None
    """Pairs with a sentence of less are dropped; None: `LEAST_CONFIDENCE`, where the bundle tells
    any."""
    max_words: int = DataConfig().max_words
    """Pairs with a longer side are dropped."""
    max_ratio: float = DataConfig().max_ratio
    """Pairs whose sides differ more in length are dropped, as `data.max_ratio` says."""
    turned: bool = False
    """The marked source is the second column: for a configuration whose `data.columns` are
    [2, 1]."""
    limit: int | None = None
    """Only the first so many lines."""

    def __post_init__(self) -> None:
        whole("beam_size", self.beam_size, 1, MAX_BEAM_SIZE)
        whole("max_words", self.max_words, 1)
        if self.least_confidence is not None:
            real("least_confidence", self.least_confidence, 1)
        if real("max_ratio", self.max_ratio) < 1:
            raise OptionError(f"max_ratio must be at least 1, not {self.max_ratio}")

    def filters(self) -> DataConfig:
        """Return what training data are filtered by."""
        return DataConfig(max_words=self.max_words, max_ratio=self.max_ratio)


@dataclass(slots=True, kw_only=True)
class Made:
    """What has come of a text so far."""

    lines: int = 0
    """Read."""
    pairs: int = 0
    """Written."""
    bytes: int = 0
    """That these take in the file."""
    seconds: float = 0.0
    """It took."""
    dropped: dict[str, int] = field(default_factory=dict)
    """Lines that no pair was made of, by reason."""


def back_translate(
    translator: Translator,
    text: Path,
    out: Path,
    wanted: Wanted,
    *,
    force: bool = False,
    say: Callable[[str], None],
) -> Made:
    """Write a file of marked pairs, or go on with it.

    Args:
        translator: from the text's language into that of the sources.
        text: a sentence a line, gzipped or not.
        out: a TSV of two columns; gzipped if its name ends in `.gz`.
        wanted: which pairs.
        force: begin anew, whatever is there.
        say: told how things go.

    Raises:
        InputError: the text cannot be read, or has no line.
        OptionError: a confidence is asked for that the bundle does not tell.
        OutputError: the file exists, or was begun in another way, or somebody else writes it.
    """
    told = translator.bundle.manifest.confidence is not None
    if wanted.least_confidence is None:
        wanted = dataclasses.replace(wanted, least_confidence=LEAST_CONFIDENCE if told else 0.0)
    elif wanted.least_confidence and not told:
        raise OptionError(
            f"least_confidence: {translator.name} {translator.version} tells no confidence",
            hint="leave it out; other filters remain",
        )
    total = sum(1 for _ in islice(read_lines(text), wanted.limit))  # all of it is UTF-8, too
    if total == 0:
        raise InputError(f"{text} has no line")
    if not out.parent.is_dir():
        raise OutputError(f"there is no folder for {out}", hint="make it, or name another --out")
    lock = _beside(out, "lock")
    with locked(lock, f"another run writes {out}", hint="wait for it, or name another --out"):
        made = _begun(translator, text, out, wanted, force=force)
        if made.lines:
            say(f"backtranslate  goes on behind line {made.lines:,}")
        _go_on(translator, text, out, wanted, made, lambda: say(_state(made, total)))
        _beside(out, "partial").replace(out)
        _beside(out, "state").unlink()
    lock.unlink(missing_ok=True)
    return made


def _beside(out: Path, suffix: str) -> Path:
    return out.with_name(f"{out.name}.{suffix}")


def _begun(translator: Translator, text: Path, out: Path, wanted: Wanted, *, force: bool) -> Made:
    """Return how far an earlier run came; its file is cut behind that.

    What was begun is told by hashes of text and bundle, and by what was wanted.
    """
    partial, state = _beside(out, "partial"), _beside(out, "state")
    if force or (out.exists() and not partial.exists()):  # killed after all was done, at the latest
        state.unlink(missing_ok=True)
    before = read_state(state)
    if not before and out.exists() and not force:
        raise OutputError(f"{out} exists", hint="--force makes it again")
    now = _made_from(translator, text, wanted)
    other = [key for key in now if before and before.get("made_from", {}).get(key) != now[key]]
    if other:
        raise OutputError(
            f"{partial} was begun with another {' and '.join(other)}",
            hint="--force begins anew, another --out leaves it",
        )
    made = Made(**before["made"]) if before else Made()
    with open(partial, "ab") as stream:
        if stream.tell() < made.bytes:
            raise OutputError(f"{partial} is shorter than it was", hint="--force begins anew")
        stream.truncate(made.bytes)
    return made


def _made_from(translator: Translator, text: Path, wanted: Wanted) -> dict[str, Any]:
    """Return what decides which pairs are made."""
    return {
        "text": file_digest(text),
        "bundle": fingerprint(translator.bundle.manifest),
        "choice of pairs": dataclasses.asdict(wanted),
    }


def _go_on(
    translator: Translator,
    text: Path,
    out: Path,
    wanted: Wanted,
    made: Made,
    after_block: Callable[[], None],
) -> None:
    """Make the pairs of all lines that are left; `made` grows, and is written down."""
    made_from = _made_from(translator, text, wanted)
    lines = islice(read_lines(text), wanted.limit)
    seen = {_key(line) for line in islice(lines, made.lines)}
    dropped = Counter(made.dropped)
    while block := list(islice(lines, BLOCK)):
        started = time.monotonic()
        rows = list(_rows(translator, block, wanted, seen, dropped))
        data = "".join(rows).encode("utf-8")
        if out.suffix == ".gz" and data:  # a member of its own: files of several are as good
            data = gzip.compress(data, mtime=0)
        with open(_beside(out, "partial"), "ab") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        made.lines += len(block)
        made.pairs += len(rows)
        made.bytes += len(data)
        made.seconds = round(made.seconds + time.monotonic() - started, 3)
        made.dropped = dict(dropped)
        state = {"made_from": made_from, "made": dataclasses.asdict(made)}
        write_json(state, _beside(out, "state"))
        after_block()


def _rows(
    translator: Translator,
    lines: Sequence[str],
    wanted: Wanted,
    seen: set[bytes],
    dropped: Counter[str],
) -> Iterator[str]:
    """Yield the rows that some lines of the text become; `seen` and `dropped` grow."""
    filters, good = wanted.filters(), []
    for line in lines:
        reason = why_unread(line, filters)
        key = _key(line)
        if reason is None and key in seen:
            reason = "found before"
        seen.add(key)
        if reason is None:
            good.append(line.replace("\t", " "))
        else:
            dropped[reason] += 1
    found = translator.translate_batch(good, beam_size=wanted.beam_size)
    for line, translation in zip(good, found, strict=True):
        reason = why_unwanted(line, translation, filters, wanted.least_confidence or 0.0)
        if reason is not None:
            dropped[reason] += 1
            continue
        row = (put_mark(translation.text), line)
        yield "\t".join(row[::-1] if wanted.turned else row) + "\n"


def _key(line: str) -> bytes:
    """Return a line as it is remembered, in eight bytes; case and punctuation are no difference."""
    return blake2b(fold(line).encode("utf-8"), digest_size=8).digest()


def why_unread(line: str, filters: DataConfig) -> str | None:
    """Return the reason why a line is not even translated, or None."""
    if any("\ue000" <= character <= "\uf8ff" for character in line):
        return "characters of private use"
    return why_dropped((line, line), filters, translated=False)


def why_unwanted(
    line: str, translation: Translation, filters: DataConfig, least: float
) -> str | None:
    """Return the reason why a line and its translation are no pair to learn from, or None.

    Args:
        line: the target to be.
        translation: of it, the source to be.
        filters: lengths.
        least: confidence that every sentence must have.
    """
    said = translation.text
    if not translation.finished:
        return "cut short"
    if fold(said) == fold(line):
        return "not translated"
    reason = why_dropped((said, line), filters)
    if reason is not None:
        return reason
    if any(sentence.doubts for sentence in translation.sentences):
        return "in doubt"
    for sentence in translation.sentences if least else ():
        confidence = sentence.confidence
        if confidence is None or confidence < least:
            return "too little confidence"
    return None


def _state(made: Made, total: int) -> str:
    """Return a line about how things go."""
    left = made.seconds * (total / made.lines - 1) / 60
    return (
        f"backtranslate  {made.lines:,} of {total:,} lines, {made.pairs:,} pairs, "
        f"{made.lines / max(made.seconds, 1e-3):.0f} lines/s, {left:.0f} minutes left"
    )


def counts(made: Made) -> str:
    """Return what became of all lines, as a Markdown table."""
    rows = [("pairs", made.pairs), *sorted(made.dropped.items(), key=lambda item: -item[1])]
    lines = ["| lines | | |", "| --- | ---: | ---: |"]
    for name, count in rows:
        lines.append(f"| {name} | {count:,} | {count / made.lines:.1%} |")
    return "\n".join(lines)
