"""Answers of a bundle to whole texts, summaries and replies, through the runtime."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from allez.bundle.reader import Bundle
from allez.errors import InputError
from allez.tasks.whole import Reader, read_text, read_turns
from allez.translate.deadline import Deadline
from allez.translate.document import Words
from allez.translate.workers import Workers


class Answerer:
    """A bundle that answers whole texts.

    Args:
        bundle: its folder, or what was read of it.
        threads: batches worked on at the same time.

    Raises:
        BundleFormatError: it contradicts itself.
    """

    def __init__(self, bundle: Bundle | Path, *, threads: int = 1) -> None:
        self.bundle = Bundle.read(bundle) if isinstance(bundle, Path) else bundle
        self.threads = threads
        self._words = Words.of(self.bundle)
        self._reader = Reader.of(self.bundle, self._words.source)
        self._workers = Workers(self.bundle, threads, None)

    def __enter__(self) -> Answerer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._workers.close()

    def answer(self, texts: Sequence[str], *, beam_size: int | None = None) -> list[str]:
        """Return the best answer to each text.

        Args:
            texts: of a dialogue, its turns joined by the separator.
            beam_size: rows of the beam; None: as many as the bundle says.
        """
        requests = [self._workers.model.request(self._read(text)) for text in texts]
        options = self.bundle.manifest.search
        if beam_size is not None:
            options = replace(options, beam_size=beam_size)
        found = self._workers.run(requests, options, Deadline(closed=self._workers.is_closed))
        return [self._words.target.decode(best.tokens) for best, *_ in found]

    def _read(self, text: str) -> tuple[int, ...]:
        """Return the ids of a text, or of the turns of a dialogue, eos last."""
        if self.bundle.manifest.task == "reply":
            return read_turns(text.split(self._reader.separator), self._reader).tokens.ids
        return read_text(text, self._reader).tokens.ids


class Turn(NamedTuple):
    """What is said in a talk, and what the reply must have."""

    say: str
    expect: re.Pattern[str]


def read_talks(path: Path) -> list[list[Turn]]:
    """Return the talks of a file: each line a list of objects with `say` and `expect`.

    Raises:
        InputError: the file cannot be read, or a line is none; it is named.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise InputError(f"cannot read {path}: {why}") from None
    talks = []
    for number, line in enumerate(lines, 1):
        try:
            turns = json.loads(line)
            talk = [Turn(str(t["say"]), re.compile(t["expect"], re.I)) for t in turns]
        except (ValueError, KeyError, TypeError, re.error):
            raise InputError(
                f"{path}, line {number}: no talk",
                hint='each line is a list of {"say": text, "expect": regular expression}',
            ) from None
        talks.append(talk)
    return talks


def talk_over(
    answerer: Answerer, talks: Sequence[Sequence[Turn]], *, beam_size: int | None = None
) -> dict[str, Any]:
    """Say the turns of talks one after the other, the model's own replies between them.

    Returns:
        How many `turns` there were, in how many the reply fits (`fit`), and in how many `talks` all
        did (`whole`); and what was `said`, for people to read.
    """
    separator = answerer.bundle.manifest.input.separator or " "
    report: dict[str, Any] = {"turns": 0, "fit": 0, "talks": len(talks), "whole": 0, "said": []}
    for talk in talks:
        context: list[str] = []
        fits = []
        for turn in talk:
            context.append(turn.say)
            (reply,) = answerer.answer([separator.join(context)], beam_size=beam_size)
            context.append(reply)
            fits.append(turn.expect.search(reply) is not None)
        report["turns"] += len(talk)
        report["fit"] += sum(fits)
        report["whole"] += all(fits)
        report["said"].append(context)
    return report
