"""`allez summarize`, `allez chat`, `allez caption`; and the commands that know of every task."""

from __future__ import annotations

import builtins
import io
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

import allez
from allez.cli import console
from allez.cli.main import main
from allez.tasks import picture
from support import picture_bundle

BUNDLES = Path(__file__).parents[3] / "spec" / "bundles"
SUMMARY, REPLY = str(BUNDLES / "tiny_summary"), str(BUNDLES / "tiny_reply")
TEXT = "Je vois le chat noir. Elle voit le chien.\n"
DATED = "Nous n'achetons pas dix livres le 13 octobre 2015."

Piped = Callable[[str | bytes], None]


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> Piped:
    """Return what puts bytes into standard input."""

    def pipe(content: str | bytes) -> None:
        data = content if isinstance(content, bytes) else content.encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))

    return pipe


def test_files_and_standard_input_are_summarized(
    tmp_path: Path, piped: Piped, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    page.write_text("<p>Je vois <b>le chat</b> noir.</p><p>Elle dort.</p>", encoding="utf-8")
    text = tmp_path / "text.txt"
    text.write_text(TEXT, encoding="utf-8")
    piped(TEXT * 40)
    assert main(["summarize", "--model", SUMMARY, str(page), str(text), "-"]) == 0
    found = capsys.readouterr()
    with allez.Summarizer(SUMMARY, threads=1) as summarizer:
        wanted = ["Je vois le chat noir.\nElle dort.", TEXT, TEXT * 40]
        assert found.out.splitlines() == [summarizer(text) for text in wanted]
        start, end = summarizer.summarize(wanted[2]).read
    assert found.err == (
        "note: standard input is longer than the model reads: "
        f"the first {end - start} of {len(wanted[2]):,} characters were read\n"
    )


def test_lines_and_forms(piped: Piped, capsys: pytest.CaptureFixture[str]) -> None:
    piped("Je dors.\n\nElle dort.\n")
    options = ["--lines", "--format", "tsv", "--n-best", "2"]
    assert main(["summarize", "--model", SUMMARY, *options]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [row[:2] for row in rows] == [["1", "1"], ["1", "2"], ["2", "1"], ["3", "1"], ["3", "2"]]
    piped(TEXT)
    assert main(["summarize", "--model", SUMMARY, "--format", "jsonl"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    known = json.loads(line)
    assert known["file"] == "standard input"
    assert (known["read"], known["cut"], known["finished"]) == ([0, len(TEXT) - 1], False, True)
    assert known["hypotheses"][0]["text"] == known["text"]


@pytest.mark.parametrize(
    ("argv", "code", "message"),
    [
        (["summarize", "--model", SUMMARY, "no/such"], 1, "cannot read no/such: no such file"),
        (["summarize", "--model", "fr-en"], 1, "a bundle to translate, not to summarize"),
        (["summarize", "--model", SUMMARY, "a", "-o", "a"], 2, "a would be overwritten"),
        (["summarize", "--model", SUMMARY, "--beam-size", "0"], 2, "--beam-size must be 1 to 100"),
        (["chat", "--model", REPLY, "--fill", "x"], 2, "'x' gives no value"),
        (["chat", "--model", REPLY, "text"], 2, "unrecognized arguments: text"),
        (["caption", "--model", SUMMARY, "a.png"], 1, "a bundle to summarize, not to caption"),
        (["summarize", "--language", "de", "a"], 1, "there is no model to summarize in 'de'"),
        (["chat", "--language", "en", "--model", REPLY], 2, "either --model or --language"),
        (["attention", "--model", SUMMARY], 2, "a text is needed, or a document"),
        (["caption"], 2, "the following arguments are required: IMAGE"),
        (["--model", REPLY, "Bonjour"], 1, "a reply bundle translates no text"),
    ],
)
def test_errors(
    argv: list[str], code: int, message: str, piped: Piped, capsys: pytest.CaptureFixture[str]
) -> None:
    piped("")
    assert main(argv) == code
    found = capsys.readouterr()
    assert found.out == ""
    assert message in found.err.splitlines()[0]


def test_where_there_is_no_model_that_is_said(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    piped: Piped,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ALLEZ_MODELS", str(tmp_path))
    for command, task in (("summarize", "summarize"), ("chat", "reply"), ("caption", "caption")):
        piped("")
        assert main([command, *(["a.png"] if task == "caption" else [])]) == 1
        error, hint = capsys.readouterr().err.splitlines()
        assert error == f"error: there is no model to {task}"
        assert hint == "hint: allez models install FOLDER"


def test_bytes_that_are_no_text_are_named(piped: Piped, capsys: pytest.CaptureFixture[str]) -> None:
    for command, model in (("summarize", SUMMARY), ("chat", REPLY)):
        piped(b"\xff\xfe\n")
        assert main([command, "--model", model]) == 1
        assert capsys.readouterr().err.startswith("error: standard input")


def test_a_piped_dialogue(piped: Piped, capsys: pytest.CaptureFixture[str]) -> None:
    piped(f"Je vois le chat.\n/fill [day] = 2nd\n{DATED}\n\n/reset\n/what\n{DATED}\n/quit\nNon.\n")
    assert main(["chat", "--model", REPLY, "--format", "jsonl"]) == 0
    found = capsys.readouterr()
    first, second, third = map(json.loads, found.out.splitlines())
    assert first["turns"] == ["Je vois le chat."]
    assert second["turns"] == ["Je vois le chat.", first["text"], DATED]
    assert third["turns"] == [DATED]
    assert [blank["value"] for blank in third["blanks"]] == ["2nd"]
    assert "2nd" in third["text"]
    assert found.err.splitlines() == [
        "note: a new dialogue",
        "note: /what is none of /reset, /fill NAME = VALUE, /quit, /help",
    ]


def test_that_turns_are_left_out_is_said_once(
    piped: Piped, capsys: pytest.CaptureFixture[str]
) -> None:
    piped(f"{TEXT.strip() * 9}\n{TEXT.strip() * 9}\nOui.\n")
    assert main(["chat", "--model", REPLY]) == 0
    found = capsys.readouterr()
    assert len(found.out.splitlines()) == 3
    assert found.err.count("the oldest are left out") == 1


Typed = str | type[BaseException]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[Iterable[Typed]], None]:
    """Return what types lines, one after the other, and keys that raise."""

    def type_(lines: Iterable[Typed]) -> None:
        left = iter(lines)

        def answer(prompt: str) -> str:
            assert prompt == "> "
            line = next(left, EOFError)
            if isinstance(line, str):
                return line
            raise line

        monkeypatch.setattr(console, "is_terminal", lambda stream: True)
        monkeypatch.setattr(builtins, "input", answer)

    return type_


def test_a_typed_dialogue_streams(
    typed: Callable[[Iterable[Typed]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    typed(["Je vois le chat.", "/help", "", KeyboardInterrupt, "Elle dort."])
    assert main(["chat", "--model", REPLY]) == 0
    found = capsys.readouterr()
    with allez.Replier(REPLY, threads=1) as replier:
        said = [
            replier.reply(text, beam_size=1).text for text in ("Je vois le chat.", "Elle dort.")
        ]
    assert found.out == f"{said[0]}\n{said[1]}\n\n"
    assert "tiny_reply 1.0.0; /help tells more" in found.err
    assert "/fill NAME = VALUE  what stands" in found.err
    assert "once more ends the chat" in found.err


def test_an_interrupted_reply_is_not_remembered(
    typed: Callable[[Iterable[Typed]], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    typed(["Je vois le chat.", "/what", KeyboardInterrupt, KeyboardInterrupt])
    shown: list[str] = []

    def show(text: str) -> None:
        shown.append(text)
        if len(shown) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(console, "show", show)
    assert main(["chat", "--model", REPLY]) == 130
    assert len(shown) == 2
    assert "the reply was ended; it is not remembered" in capsys.readouterr().err


def test_captions_of_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(picture_bundle.make(tmp_path / "pictures"))
    drawn = np.arange(6 * 48 * 4, dtype=np.uint32).astype(np.uint8).reshape(6, 48, 4)
    monkeypatch.setattr(picture, "decode", lambda data, name: drawn)
    (tmp_path / "a.png").write_bytes(b"drawn")
    names = [str(tmp_path / "a.png")] * 2
    assert main(["caption", "--model", folder, *names, "--format", "jsonl"]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == second
    assert (first["file"], first["grid"]) == (names[0], [2, 3])
    some = [names[0], str(tmp_path / "none.png"), names[0]]
    assert main(["caption", "--model", folder, *some, "--format", "jsonl"]) == 1
    found = capsys.readouterr()
    assert [json.loads(line)["text"] for line in found.out.splitlines()] == [first["text"]] * 2
    assert "cannot read" in found.err
    assert found.err.endswith("2 of 3 pictures captioned, 1 not\n")


@pytest.mark.parametrize("model", [SUMMARY, REPLY])
def test_selftest_and_info_know_every_task(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["selftest", "--model", model]) == 0
    assert capsys.readouterr().out == "12 passed, 0 failed\n"
    assert main(["info", "--model", model]) == 0
    found = capsys.readouterr().out
    assert f"task          {'summarize' if model == SUMMARY else 'reply'}\n" in found


def test_attention_is_drawn_of_summaries_and_replies(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["attention", "--model", SUMMARY, TEXT]) == 0
    source, _, rest = capsys.readouterr().out.partition(TEXT)
    assert source == ""
    assert "</s>" in rest
    turns = "Je vois le chat. | Oui. | Elle dort."
    assert main(["attention", "--model", REPLY, turns]) == 0
    with allez.Replier(REPLY, threads=1) as replier:
        said = replier.another(["Je vois le chat.", "Oui."]).reply("Elle dort.").text
    assert capsys.readouterr().out.startswith(f"{turns}\n{said}\n\n")


def test_help_shows_what_each_takes(capsys: pytest.CaptureFixture[str]) -> None:
    for command, option in (("summarize", "--lines"), ("chat", "--fill"), ("caption", "IMAGE")):
        assert main([command, "--help"]) == 0
        found = capsys.readouterr().out
        assert option in found
        assert "default: the newest for this task" in " ".join(found.split())
