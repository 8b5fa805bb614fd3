"""A share of `make fuzz` that every test run can afford, and hypothesis on what is read as JSON."""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allez.bundle.manifest import Manifest, parse_manifest
from allez.errors import BundleFormatError
from allez.text.rules import SentenceRules
from allez.text.tokenizer import Tokenizer
from support import fuzz, mutations

TINY = Path(__file__).parents[2] / "spec" / "bundles" / "tiny"


@pytest.mark.skipif(sys.platform == "win32", reason="selects on pipes")
def test_damaged_bundles_give_answers_or_named_errors() -> None:
    outcome = fuzz.fuzz_bundles(300, seed=6)
    assert outcome.failures == []
    assert outcome.crashes == []  # `make fuzz` only counts and shows those inside ONNX Runtime
    named = sum(n for kind, n in outcome.counts.items() if kind.startswith(("Bundle", "Session")))
    assert named > 100
    assert outcome.counts["other answers"] > 0  # some got as far as translating
    assert outcome.counts["SessionError, from ONNX Runtime"] > 10


def test_hostile_texts_give_answers() -> None:
    problems = [problem for _, found in fuzz.fuzz_texts(2000, seed=6) for problem in found]
    assert problems == []


# --- what is read in this process -----------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)


def replaced(content: Any, way: tuple[Any, ...], value: Any) -> Any:
    """Return a copy of a JSON value with another value within."""
    result = copy.deepcopy(content)
    inner = result
    for key in way[:-1]:
        inner = inner[key]
    inner[way[-1]] = value
    return result


MANIFEST = json.loads((TINY / "manifest.json").read_bytes())
RULES = json.loads((TINY / "sentences.json").read_bytes())
TOKENIZER = json.loads((TINY / "tokenizer.json").read_bytes())


def ways(content: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(mutations.places(content))


@settings(max_examples=400)
@given(way=ways(MANIFEST), value=JSON)
def test_any_value_in_a_manifest(way: Any, value: Any) -> None:
    data = json.dumps(replaced(MANIFEST, way, value)).encode()
    try:
        found: object = parse_manifest(data)
    except BundleFormatError as error:
        found = str(error)
    assert isinstance(found, Manifest) or found.isprintable()  # type: ignore[attr-defined]


@settings(max_examples=300)
@given(way=ways(RULES), value=JSON)
def test_any_value_in_sentence_rules(way: Any, value: Any) -> None:
    try:
        rules = SentenceRules.from_json(json.dumps(replaced(RULES, way, value)))
    except BundleFormatError:
        return
    from allez.text.segmentation import split

    text = "Il est 8 h 30. M. Dupont arrive ; « bonjour », dit-il… Ça va ?\n\nOui"
    assert "".join(piece.text for piece in split(text, rules, len)) == text


@settings(max_examples=300)
@given(way=ways(TOKENIZER), value=JSON)
def test_any_value_in_a_tokenizer(way: Any, value: Any) -> None:
    try:
        tokenizer = Tokenizer(json.dumps(replaced(TOKENIZER, way, value)))
    except BundleFormatError:
        return
    ids = tokenizer.encode("Je vois le chat 🎉.")
    assert all(0 <= token < tokenizer.size for token in ids)
    assert isinstance(tokenizer.decode(ids), str)


@settings(max_examples=300)
@given(data=st.binary(max_size=200))
def test_any_bytes_for_a_manifest(data: bytes) -> None:
    with pytest.raises(BundleFormatError):
        parse_manifest(data)
