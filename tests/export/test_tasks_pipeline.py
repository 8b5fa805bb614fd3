"""The whole way of dialogues of an invented assistant: data, training, bundle, replies, scores."""

from __future__ import annotations

import copy
import itertools
import json
import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from allez.bundle.reader import Bundle
from allez.tasks.replier import Replier
from allez_export.answers import Answerer
from allez_export.cli import main
from allez_export.config import ConfigError
from allez_export.config.file import load_config
from allez_export.families.recurrent.model import Seq2Seq
from allez_export.stages.train import begin_copying

CITIES = ("Paris", "London", "Rome", "Oslo", "Bern", "Madrid", "Lisbon", "Vienna", "Athens")
FOODS = ("French", "Thai", "Indian", "Greek", "Turkish", "Korean", "Spanish", "Polish")

TOML = """
name = "waiter"
source = "en"
target = "en"
task = "reply"
[input]
cut = "whole"
tokens = 60
turns = 3
separator = " | "
[limits]
target_per_source = 0
target_extra = 30
[data]
columns = [3, 4]
domain_column = 2
train = [
  { path = "train.tsv", domain = "task", called = "waiter", weight = 4 },
  { path = "train.tsv", domain = "small", weight = 1 },
]
valid = ["valid.tsv"]
valid_domains = ["task"]
test = ["test.tsv"]
talks = ["talks.jsonl"]
[vocabulary]
size = 420
alphabet = 60
sample = 3000
joined = "[]"
[model]
width = 48
encoder_layers = 1
lexical_shortcut = true
dropout = 0.0
[training]
copying = 0.5
updates = 450
batch_tokens = 600
chunk_tokens = 30000
learning_rate = 6e-3
warmup = 50
decay = 0.5
average = 0.97
label_smoothing = 0.0
validate_every = 225
threads = 1
bfloat16 = false
[quantize]
calibration = 40
[package]
license = "CC0-1.0"
golden = 12
beam_size = 2
"""


def dialogues() -> list[tuple[str, str, str]]:
    """Domain, turns and reply of a waiter's talk, in an order of their own."""
    found = []
    for city, food in itertools.product(CITIES, FOODS):
        wish = f"I want {food} food in {city}."
        found.append(("task", wish, "For how many people?"))
        for count in range(2, 8):
            turns = f"{wish} | For how many people? | For {count}, please."
            found.append(("task", turns, f"[restaurant name] in {city} has room for {count}."))
    found += [("small", f"Hello{who}!", "Hi!") for who in ("", " there")]
    found += [("small", f"Thank you{how}.", "You're welcome.") for how in ("", " so much")]
    random.Random(3).shuffle(found)
    return found


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dialogues")
    lines = [f"{i}\t{d}\t{s}\t{t}\n" for i, (d, s, t) in enumerate(dialogues())]
    small = [line for line in lines if "\tsmall\t" in line]
    others = [line for line in lines if line not in small]
    parts = {"test": others[:40] + small, "valid": others[40:80], "train": others[80:] + small}
    for name, part in parts.items():
        (folder / f"{name}.tsv").write_text("".join(part), encoding="utf-8")
    talk = [
        {"say": "Hello!", "expect": "^hi"},
        {"say": "I want Thai food in Oslo.", "expect": "how many"},
        {"say": "For 3, please.", "expect": r"\[restaurant name\] in oslo has room for 3"},
    ]
    lines = [json.dumps(talk[:1]), json.dumps(talk[1:])]
    (folder / "talks.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "waiter.toml").write_text(TOML, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def made(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of `allez-export all`."""
    out = tmp_path_factory.mktemp("run") / "waiter"
    assert main(["all", *arguments(data, out)]) == 0
    return out


def arguments(data: Path, out: Path) -> list[str]:
    return ["--config", str(data / "waiter.toml"), "--data", str(data), "--out", str(out)]


def test_the_manifest_says_what_it_is_for_and_how_it_reads(made: Path) -> None:
    manifest = Bundle.read(made / "bundle").manifest
    read = manifest.input
    assert manifest.task == "reply"
    assert (read.kind, read.cut, read.tokens) == ("text", "whole", 60)
    assert (read.separator, read.turns) == (" | ", 3)
    assert (manifest.target_per_source, manifest.target_extra) == (0, 30)
    assert manifest.training_data == ("waiter", "train")
    assert manifest.entities is None


def test_it_learns_to_copy_what_was_said_and_to_leave_blanks(made: Path) -> None:
    rows = json.loads((made / "evaluate" / "scores.json").read_text(encoding="utf-8"))
    found = {(row.get("domain"), row["beam_size"]): row for row in rows}
    for beam in (1, 2):
        assert found["task", beam]["exact"] >= 90
        assert found["task", beam]["blanks"] == 100
        assert found[None, beam]["fit"] == 3  # of the talks
    talked = (made / "evaluate" / "talks.txt").read_text(encoding="utf-8").splitlines()
    assert sum(line.startswith("+ ") for line in talked) == 2 * 3
    with Answerer(made / "bundle") as answerer:
        first = "I want Korean food in Bern. | For how many people? | For 5, please."
        (reply,) = answerer.answer([first])
        assert reply == "[restaurant name] in Bern has room for 5."
        assert answerer.answer(["what was long ago | " + first]) == [reply]  # the last three turns


def test_scores_reach_manifest_and_card(made: Path) -> None:
    manifest = json.loads((made / "bundle" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["scores"]["test.tsv task beam 2"]["blanks"] == 100
    talks = manifest["scores"]["talks.jsonl beam 1"]
    assert talks == {"fit": 3, "turns": 3, "whole": 2, "talks": 2}
    card = (made / "bundle" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "Replies to what is said (en)." in card
    assert "| test.tsv | task | 40 | 2 |" in card
    assert "talks.jsonl, beam 2: 3 of 3 replies fit, 2 of 2 talks to the end." in card
    assert "of the replies are identical" in card


def test_golden_texts_are_what_is_read(made: Path) -> None:
    golden = list(Bundle.read(made / "bundle").golden())
    assert len(golden) == 12
    assert any(" | " in each.text for each in golden)
    with Replier(made / "bundle") as replier:
        assert [test.passed for test in replier.selftest()] == [True] * 12


def test_a_second_run_makes_nothing_again(
    made: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (made / "bundle" / "manifest.json").stat().st_mtime_ns
    assert main(["all", *arguments(data, made)]) == 0
    assert "made again" not in capsys.readouterr().err
    assert (made / "bundle" / "manifest.json").stat().st_mtime_ns == before


def test_the_separators_sign_must_be_one_token(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A sign that the texts do not have is spelled in bytes."""
    given = [*arguments(data, tmp_path / "run"), "--set", 'input.separator=" § "']
    assert main(["vocabulary", *given]) == 1
    assert "the vocabulary has the separator '§' in 0 tokens" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("data.mask=0.5", "data.mask is for translations, not for reply"),
        ("package.entities=true", "package.entities is for translations, not for reply"),
        ("shortlist.common=5", "shortlist is for translations, not for reply"),
        ('input.cut="sentences"', "reply needs input.cut"),
        ('input.separator="|"', "input.separator must be a sign between spaces, not '|'"),
        ('input.separator=" a "', "input.separator must be a sign between spaces, not ' a '"),
        ("input.turns=0", "input.turns must be 1 to 1000, not 0"),
        ("task=summarize", "input.separator: a task of turns, reply, needs one, others have none"),
        ("task=caption", "[pictures] is what a task of pictures, caption, needs"),
        ('vocabulary.joined="|"', "vocabulary.joined has the sign of input.separator"),
        ("limits.target_extra=0", "limits.target_extra must be 1 to 10000, not 0"),
        ("model.lexical_shortcut=false", "training.copying needs model.lexical_shortcut"),
        ("data.columns=[3]", "data.columns must be two numbers from 1 on, not [3]"),
        ("data.columns=[0, 1]", "data.columns must be two numbers from 1 on, not [0, 1]"),
    ],
)
def test_what_makes_no_sense_for_the_task_is_refused(data: Path, change: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(data / "waiter.toml", [change])
    assert message in str(caught.value)


def test_talks_are_for_replies_alone(data: Path) -> None:
    text = TOML.replace('separator = " | "\n', "").replace('"reply"', '"summarize"')
    path = data / "summary.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"data\.talks is for reply, not for summarize"):
        load_config(path)


def test_the_shortcut_begins_by_saying_what_it_looks_at() -> None:
    model = Seq2Seq(300, width=8, encoder_layers=1, lexical_shortcut=True)
    run: Any = SimpleNamespace(model=model, average=copy.deepcopy(model))
    begin_copying(run, 0.5)
    for each in (run.model, run.average):
        assert torch.equal(each.decoder.lexical.weight, 0.5 * torch.eye(8))
