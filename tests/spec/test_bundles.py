"""`spec/vectors/bundles.jsonl`: what is taken, and what is refused with which words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from allez.model import session
from support.bundles import VECTORS, make
from support.refusals import answer, cases

CASES = [json.loads(line) for line in VECTORS.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_python_answers_as_the_specification_says(
    case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[bytes] = []
    original = session.ort.InferenceSession

    def seen(graph: bytes, *args: Any, **options: Any) -> Any:
        given.append(graph)
        return original(graph, *args, **options)

    monkeypatch.setattr(session.ort, "InferenceSession", seen)
    path = make(case["bundle"], case["edits"], tmp_path)
    found = answer(path)
    assert found == {key: case[key] for key in ("kind", "reason") if key in case}
    for role in ("encoder", "decoder"):
        if found and f"the {role} graph" in found["reason"]:
            assert (path / f"{role}.onnx").read_bytes() not in given


def test_the_vectors_are_of_all_cases() -> None:
    written = [(case["name"], case["bundle"], case["edits"]) for case in CASES]
    assert written == [(name, base, json.loads(json.dumps(edits))) for name, base, edits in cases()]
