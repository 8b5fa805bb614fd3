"""Scores of summaries and replies, their tables, and talks that are held with a bundle."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from allez.errors import InputError
from allez_export.answers import Turn, read_talks, talk_over
from allez_export.config import DataConfig
from allez_export.judging import (
    COLUMNS,
    blanks_f1,
    distinct_pairs,
    evaluate_answers,
    judge,
    talks_text,
    task_table,
)


class Parrot:
    """Stands for a bundle: answers with the last turn, in capitals if greedy."""

    threads = 1

    def __init__(self, task: str = "reply") -> None:
        self.asked: list[str] = []
        search = SimpleNamespace()
        read = SimpleNamespace(separator=" | ")
        self.bundle = SimpleNamespace(
            manifest=SimpleNamespace(
                task=task, files={}, search=search, precision="int8", input=read
            )
        )

    def answer(self, texts: Sequence[str], *, beam_size: int | None = None) -> list[str]:
        self.asked += texts
        said = [text.split(" | ")[-1] for text in texts]
        return [text.upper() for text in said] if beam_size == 1 else said


def test_blanks_are_counted_over_all_replies_together() -> None:
    answers = ["At [time].", "[city] [city], [", "none"]
    references = ["At [time] in [city].", "[city]", "none"]
    assert blanks_f1(answers, references) == pytest.approx(100 * 2 * 2 / (3 + 3))
    assert blanks_f1(["none"], ["none"]) == 100
    assert blanks_f1(["none"], ["[city]"]) == 0


def test_distinct_pairs_are_a_share_of_all_pairs() -> None:
    assert distinct_pairs(["I see. I see", "See, I"]) == pytest.approx(100 * 2 / 4)
    assert distinct_pairs(["one"]) == 0


@pytest.mark.parametrize("task", ["summarize", "reply"])
def test_what_is_as_its_author_wrote_it_is_right_in_every_way(task: str) -> None:
    texts = ["the [city name] is near", "call [phone number] and ask for me"]
    found = judge(task, texts, texts)
    assert list(found) == list(COLUMNS[task])
    people = {"distinct_2", "distinct_2_people"}
    assert {value for name, value in found.items() if name not in people} == {100.0}


def test_blanks_are_judged_only_where_there_are_some() -> None:
    assert "blanks" not in judge("reply", ["hi [name]"], ["hello"])
    assert judge("reply", ["hi"], ["hi [name]"])["blanks"] == 0


@pytest.fixture
def root(tmp_path: Path) -> Path:
    lines = [
        "1\ttask\tno | yes\tyes",
        "2\ttalk\thi\tHI",
        "3\ttask\ta b | c d\tc d",
        "4\ttalk\tx\ty",
    ]
    (tmp_path / "test.tsv").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    talk = [{"say": "Hello", "expect": "^hello$"}, {"say": "Bye", "expect": "hello"}]
    talks = json.dumps(talk) + "\n" + json.dumps(talk[:1]) + "\n"
    (tmp_path / "talks.jsonl").write_text(talks, encoding="utf-8")
    return tmp_path


DATA = DataConfig(columns=(3, 4), domain_column=2, test=("test.tsv",), talks=("talks.jsonl",))


def test_each_domain_beam_and_talk_has_a_row(root: Path) -> None:
    parrot: Any = Parrot()
    rows = evaluate_answers(parrot, DATA, root, beams=(1, 4), state=root / "state.json")
    told = [(row["file"], row.get("domain"), row["beam_size"]) for row in rows]
    assert told == [
        *(("test.tsv", domain, beam) for beam in (1, 4) for domain in ("task", "talk", "all")),
        *(("talks.jsonl", None, beam) for beam in (1, 4)),
    ]
    exact = {(row["domain"], row["beam_size"]): row["exact"] for row in rows if "exact" in row}
    assert exact[("task", 4)] == 100
    assert exact[("talk", 4)] == 0
    assert exact[("talk", 1)] == 50
    assert exact[("all", 4)] == 50
    counts = [{key: row[key] for key in ("fit", "turns", "whole", "talks")} for row in rows[-2:]]
    assert counts == [{"fit": 2, "turns": 3, "whole": 1, "talks": 2}] * 2


def test_an_evaluation_that_was_killed_goes_on(root: Path) -> None:
    parrot: Any = Parrot()
    state = root / "state.json"
    first = evaluate_answers(parrot, DATA, root, beams=(1,), state=state)
    asked = len(parrot.asked)
    both = evaluate_answers(parrot, DATA, root, beams=(1, 4), state=state)
    assert len(parrot.asked) == 2 * asked
    assert [row for row in both if row["beam_size"] == 1] == first
    evaluate_answers(parrot, DATA, root, beams=(1,), state=state, limit=1)
    assert len(parrot.asked) > 2 * asked  # scores of a part are no scores of the whole


def test_a_talk_is_held_with_the_models_own_replies() -> None:
    parrot: Any = Parrot()
    talk = [Turn("one", re.compile("ONE")), Turn("two", re.compile("no"))]
    report = talk_over(parrot, [talk], beam_size=1)
    assert parrot.asked == ["one", "one | ONE | two"]
    assert report == {
        **{"turns": 2, "fit": 1, "talks": 1, "whole": 0},
        "said": [["one", "ONE", "two", "TWO"]],
        "fits": [[True, False]],
    }


def test_a_person_can_read_what_was_said(root: Path) -> None:
    parrot: Any = Parrot()
    state = root / "state.json"
    rows = evaluate_answers(parrot, DATA, root, beams=(4,), state=state)
    assert talks_text(rows).splitlines() == [
        "talks.jsonl, beam 4: 2 of 3 replies fit, 1 of 2 talks to the end.",
        *("", "- Hello", "+ Hello", "- Bye", "? Bye", "", "- Hello", "+ Hello"),
    ]
    assert talks_text(rows[:-1]) == ""
    kept = json.loads(state.read_text(encoding="utf-8"))
    del kept["rows"][-1]["fits"]  # as an older version left it
    state.write_text(json.dumps(kept), encoding="utf-8")
    assert evaluate_answers(parrot, DATA, root, beams=(4,), state=state)[-1] == rows[-1]


@pytest.mark.parametrize(
    "line", ['{"say": "a"}', '[{"say": "a"}]', '[{"say": "a", "expect": "("}]', "[1]", "no"]
)
def test_a_line_that_is_no_talk_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "talks.jsonl"
    path.write_text('[{"say": "a", "expect": "b"}]\n' + line + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"talks\.jsonl, line 2: no talk"):
        read_talks(path)
    with pytest.raises(InputError, match="cannot read"):
        read_talks(tmp_path / "none.jsonl")


def test_the_table_leaves_empty_what_a_domain_lacks(root: Path) -> None:
    parrot: Any = Parrot()
    rows = evaluate_answers(parrot, DATA, root, beams=(4,), state=root / "state.json")
    lines = task_table("reply", rows).splitlines()
    assert lines[0].startswith("| file | domain | texts | beam | BLEU | ROUGE-L | blanks F1 |")
    assert lines[2].startswith("| test.tsv | task | 2 | 4 | ")
    assert {line.count("|") for line in lines[:5]} == {lines[0].count("|")}
    assert lines[-1] == "talks.jsonl, beam 4: 2 of 3 replies fit, 1 of 2 talks to the end."
