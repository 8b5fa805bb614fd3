"""Vectors of `spec/`: Python answers today what it answered when they were written down."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

cases = pytest.importorskip("hosts.cases", reason="the reference tokenizer is of the export extra")

VECTORS = Path(__file__).parents[2] / "spec" / "vectors"


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("casing", cases.casing_cases),
        ("translate", cases.translate_cases),
        ("translate_entities", cases.masked_cases),
        ("typography", cases.typography_cases),
        ("html", cases.html_cases),
        ("languages", cases.language_cases),
        ("translate_markup", cases.translated_cases),
        ("whole", cases.whole_cases),
        ("blanks", cases.blank_cases),
        ("tasks", cases.task_cases),
        ("captions", cases.caption_cases),
    ],
)
def test_python_still_answers_so(name: str, make: Callable[[], Iterator[dict[str, Any]]]) -> None:
    written = (VECTORS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(json.dumps(case)) for case in make()]
    assert len(found) > 25
    assert found == [json.loads(line) for line in written]


def test_references_are_those_of_the_standard() -> None:
    written = json.loads(cases.REFERENCES.read_text(encoding="ascii"))
    assert written == json.loads(json.dumps(cases.references()))
