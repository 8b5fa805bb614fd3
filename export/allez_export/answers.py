"""Answers of a bundle to whole texts, summaries and replies, through the runtime."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from allez.bundle.reader import Bundle
from allez.errors import InputError
from allez.tasks.replier import Replier
from allez.tasks.summarizer import Summarizer


class Answerer:
    """A bundle that answers whole texts.

    Args:
        bundle: its folder, or what was read of it.
        threads: batches worked on at the same time.

    Raises:
        BundleError: it is damaged, contradicts itself, or is for another task.
    """

    def __init__(self, bundle: Bundle | Path, *, threads: int = 1) -> None:
        self.bundle = Bundle.read(bundle) if isinstance(bundle, Path) else bundle
        self.threads = threads
        kind = Replier if self.bundle.manifest.task == "reply" else Summarizer
        self._writer = kind(self.bundle, threads=threads)

    def __enter__(self) -> Answerer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._writer.close()

    def answer(self, texts: Sequence[str], *, beam_size: int | None = None) -> list[str]:
        """Return the best answer to each text.

        Args:
            texts: of a dialogue, its turns joined by the separator.
            beam_size: rows of the beam; None: as many as the bundle says.
        """
        writer = self._writer
        if isinstance(writer, Summarizer):
            return [found.text for found in writer.summarize_batch(texts, beam_size=beam_size)]
        separator = self.bundle.manifest.input.separator or " "
        answers = []
        for text in texts:
            *before, last = text.split(separator)
            answers.append(writer.another(before).reply(last, beam_size=beam_size).text)
        return answers


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
        did (`whole`); what was `said`, by both sides in turn, and which replies of it `fits`.
    """
    separator = answerer.bundle.manifest.input.separator or " "
    report: dict[str, Any] = {"turns": 0, "fit": 0, "talks": len(talks), "whole": 0}
    report |= {"said": [], "fits": []}
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
        report["fits"].append(fits)
    return report
