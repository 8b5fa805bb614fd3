"""Scores by length: which texts are in which bin, and the table of several bundles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from allez_export import by_length
from allez_export.by_length import bins, main, table

CONFIG = """
name = "talk"
source = "fr"
target = "fr"
task = "reply"
[input]
cut = "whole"
tokens = 60
separator = " | "
[data]
columns = [3, 4]
domain_column = 2
test = ["test.tsv"]
"""


def test_every_text_is_in_one_bin_and_no_bin_is_small() -> None:
    lengths = [0, 1, 10, 11, 20, 21, 25, 30, 31, 90]
    assert bins(lengths, (10, 20, 30), 1) == {
        "1-10": [0, 1, 2],
        "11-20": [3, 4],
        "21-30": [5, 6, 7],
        "31-": [8, 9],
    }
    assert bins(lengths, (10, 20, 30), 3) == {"1-20": [0, 1, 2, 3, 4], "21-": [5, 6, 7, 8, 9]}
    assert bins(lengths, (10, 20, 30), 5) == {"1-": list(range(10))}
    assert bins(lengths, (10, 20, 30), 99) == {"1-": list(range(10))}
    assert bins([40, 50], (10, 20), 1) == {"1-": [0, 1]}


def test_the_table_has_a_row_for_each_bundle() -> None:
    pairs = [("a " * 5, "x"), ("b " * 15, "y"), ("c " * 15, "z")]

    def right(answers: Any, references: Any) -> float:
        same = sum(one == other for one, other in zip(answers, references, strict=True))
        return 100 * same / len(references)

    rows = {"with": ["x", "y", "z"], "without": ["x", "y", "?"]}
    assert table(rows, pairs, right, 1).splitlines() == [
        "| words read | 1-10 | 11- | all |",
        "| --- | ---: | ---: | ---: |",
        "| texts | 1 | 2 | 3 |",
        "| with | 100.0 | 100.0 | 100.0 |",
        "| without | 100.0 | 50.0 | 66.7 |",
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "talk.toml").write_text(CONFIG, encoding="utf-8")
    lines = ["1\ttask\tJe vois le chat.\tOui.", "2\ttalk\tElle dort. | Tu dors ?\tNon."]
    (tmp_path / "test.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def test_the_command_asks_each_bundle(
    folder: Path, root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny = root / "spec" / "bundles" / "tiny_reply"
    argv = ["--config", str(folder / "talk.toml"), "--data", str(folder), "--least", "1"]
    assert main([*argv, f"one={tiny}", f"other={tiny}"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "BLEU of 2 texts"
    assert told[4] == "| texts | 2 | 2 |"
    assert told[5].removeprefix("| one") == told[6].removeprefix("| other")
    assert main([*argv, "--domain", "talk", f"one={tiny}"]) == 0
    assert "BLEU of 1 texts" in capsys.readouterr().out
    assert main([*argv, str(tiny)]) == 1
    assert "hint: with=runs/with/bundle" in capsys.readouterr().err
    monkeypatch.setattr(by_length, "load_config", lambda path: type("C", (), {"task": "caption"}))
    assert main([*argv, f"one={tiny}"]) == 1
    assert "is for caption, not for summaries or replies" in capsys.readouterr().err
