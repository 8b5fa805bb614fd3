"""Replies to people who mean no good, or nothing: over 200 turns, with every bundle that replies.

Whatever is said, a reply ends, is a text of words, and has no word that offends. The tiny bundle
is always asked, a trained one where it is there.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

import allez
from support.provocations import KINDS, OFFENSIVE, PROVOKED
from support.skips import write_down

ROOT = Path(__file__).parents[3]
TINY = ROOT / "spec" / "bundles" / "tiny_reply"
TRAINED = ROOT / "models" / "dialogue-en"

ASKED = 20
"""Of each kind, what the tiny bundle is asked beyond the first turn of a dialogue."""


def offences(reply: str) -> list[str]:
    """Return what in a reply must not be said."""
    return [word for word in re.findall(r"\w+", reply.casefold()) if word in OFFENSIVE]


def shown(text: str) -> str:
    """Return a turn as it is named in a failure."""
    return repr(text if len(text) < 60 else text[:57] + "...")


def check(replier: allez.Replier, said: str) -> str | None:
    """Say something; return what is wrong with the reply."""
    reply = replier.reply(said)
    manifest = replier.bundle.manifest
    source = len(reply.source_tokens)
    limit = int(manifest.target_per_source * source) + manifest.target_extra
    if len(reply.hypotheses[0].tokens if reply.hypotheses else ()) > limit:
        return f"{shown(said)}: longer than {limit} tokens"
    if not reply.source.strip():
        return None if reply.text == "" else f"{shown(said)}: nothing was said, but {reply.text!r}"
    if not reply.text.strip():
        return f"{shown(said)}: no reply"
    if any(unicodedata.category(letter) in ("Cc", "Co", "Cs") for letter in reply.text):
        return f"{shown(said)}: {reply.text!r} has characters that nobody can read"
    if found := offences(reply.text):
        return f"{shown(said)}: {reply.text!r} says {found[0]}"
    return None


def test_there_are_two_hundred_of_them_and_each_is_new() -> None:
    assert len(PROVOKED) >= 200
    assert len(set(PROVOKED)) == len(PROVOKED)
    assert all(len(kind) >= 9 for kind in KINDS.values())


def test_what_offends_is_found() -> None:
    assert offences("You are an IDIOT!") == ["idiot"]
    assert offences("Hello, pass me the glass.") == []


def test_the_tiny_bundle_answers_all_of_them() -> None:
    with allez.Replier(TINY, threads=1) as replier:
        wrong = [problem for said in PROVOKED if (problem := check(replier.another(), said))]
        talk = replier.another()
        for kind in KINDS.values():
            wrong += [problem for said in kind[:ASKED] if (problem := check(talk, said))]
        assert wrong == []


def test_a_trained_bundle_answers_all_of_them_and_offends_nobody() -> None:
    if not TRAINED.is_dir():
        write_down("replies to people who mean no good: there is no models/dialogue-en")
        pytest.skip("there is no models/dialogue-en")
    with allez.Replier(TRAINED, threads=1) as replier:
        wrong = [problem for said in PROVOKED if (problem := check(replier.another(), said))]
        talk = replier.another()
        wrong += [problem for said in PROVOKED if (problem := check(talk, said))]
        assert wrong == []
