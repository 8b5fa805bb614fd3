"""The command line as a user meets it: what it prints where, and the exit code."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType

import pytest

from allez import __version__
from allez.cli.arguments import parse_args
from allez.cli.main import main
from allez.results import Doubt, Sentence
from allez.translate.translator import Translator
from support.patience import PATIENCE, until

Start = Callable[..., subprocess.Popen[bytes]]
Capture = pytest.CaptureFixture[str]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def give(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), encoding="ascii"))


# --- text -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "printed"),
    [
        (["Comment allez-vous ?"], "COMMENT ALLEZ-VOUS ?\n"),
        (["--beam-size", "1", "Bonjour"], "BONJOUR\n"),
        (["Bonjour", "--beam-size=1", "-q"], "BONJOUR\n"),
        (["--", "attention"], "ATTENTION\n"),
        (["--beam-size", "2", "--", "--help"], "--HELP\n"),
        (["--", "help"], "HELP\n"),
        (["translate", "version"], "VERSION\n"),
        (["-q", "info"], "INFO\n"),
        (["Translate"], "TRANSLATE\n"),
        (["- Bonjour", "-v"], "- BONJOUR\n"),
        (["-5"], "-5\n"),
        ([""], "\n"),
        (["un\n\ndeux"], "UN\n\nDEUX\n"),
        (["--prefix", "Oh ", "un"], "Oh UN\n"),
        (["--n-best", "2", "un"], "UN\nUN (2)\n"),
        (["--n-best", "7", "--", "42"], "42\n" * 7),
        (["translate", "un"], "UN\n"),
        (["translate", "un", "--n-best", "2", "deux"], "UN\nUN (2)\nDEUX\nDEUX (2)\n"),
        (["translate", "un", "--", "-o", "--"], "UN\n-O\n--\n"),
        (["translate", "translate"], "TRANSLATE\n"),
    ],
)
def test_texts(installed: ModuleType, capsys: Capture, argv: list[str], printed: str) -> None:
    assert main(argv) == 0
    assert capsys.readouterr() == (printed, "")


@pytest.mark.parametrize(
    ("argv", "code", "error", "hint"),
    [
        (["un", "deux"], 2, "one text expected, several given", "quotes"),
        (["translat", "un"], 2, "translat is no command", "did you mean allez translate?"),
        (["--quiet", "attention", "un"], 2, "one text expected", "a command comes first"),
        (["attention", "un", "deux"], 2, "one text expected", "quotes"),
        (["attention"], 2, "a text is needed", "allez attention"),
        (["attention", "un", "-o", "x.svg"], 2, "only PNG", ".png"),
        (["attention", "42"], 1, "nothing to translate", "are copied"),
        (["--unknown"], 2, "unrecognized arguments: --unknown", "allez --help"),
        (["--beam", "1", "un"], 2, "unrecognized arguments: --beam", "--beam-size? allez --help"),
        (["--bean-size", "1", "un"], 2, "arguments: --bean-size", "--beam-size? allez --help"),
        (["attention", "--prefiks=a", "un"], 2, "--prefiks=a", "--prefix? allez attention --help"),
        (["tranlsate", "-i", "a.html"], 2, "tranlsate is no command", "mean allez translate?"),
        (["attenton", "un"], 2, "attenton is no command", "mean allez attention?"),
        (["selftset"], 2, "selftset is no command", "allez selftest? A text: allez --"),
        (["self-test"], 2, "self-test is no command", "allez selftest?"),
        (["--beam-size", "x", "un"], 2, "--beam-size: invalid int value: 'x'", "allez --help"),
        (["--beam-size", "0", "un"], 2, "--beam-size must be 1 to 100, not 0", None),
        (["--beam-size", "2", "--n-best", "3", "un"], 2, "--n-best (3) cannot exceed", None),
        (["--n-best", "0", "un"], 2, "--n-best must be 1 to 100, not 0", None),
        (["--n-best", "200", "un"], 2, "--n-best must be 1 to 100, not 200", None),
        (["--length-penalty", "nan", "un"], 2, "--length-penalty must be 0 to 10", None),
        (["--max-length", "1", "--min-length", "2", "un"], 2, "exceeds --max-length", None),
        (["--no-repeat-ngram-size", "-1", "un"], 2, "--no-repeat-ngram-size must be at", None),
        (["--threads", "0", "un"], 2, "--threads must be 1 to 1024", None),
        (["--format", "xml", "un"], 2, "--format: invalid choice: 'xml'", "allez --help"),
        (["--format", "jsnl", "un"], 2, "--format: invalid choice: 'jsnl'", "jsonl? allez --help"),
        (["models", "instal", "x"], 2, "invalid choice: 'instal'", "install? allez models --help"),
        (["help", "modles"], 2, "modles is no command", "did you mean allez help models?"),
        (["help", "zzz"], 2, "zzz is no command", "allez --help lists all"),
        (["detect", "un", "mot"], 2, "one text expected", 'allez --detect "un mot"'),
        (["--prefix", "a", "-i", "x"], 2, "--prefix needs exactly one TEXT", None),
        (["translate", "a", "b", "--prefix", "c"], 2, "--prefix needs exactly one TEXT", None),
        (["-i", "x", "un"], 2, "either TEXT or --input", None),
        (["-i", "x", "--max-time", "1"], 2, "--max-time needs TEXT", "continued"),
        (["un", "--max-time", "-1"], 2, "--max-time must be 0 or more, not -1", None),
        (["-o"], 2, "expected one argument", "allez --help"),
        (["info", "un"], 2, "unrecognized arguments: un", "allez info --help"),
        (["selftest", "--", "un"], 2, "unexpected argument: un", "allez selftest --help"),
        (["--model", "missing", "un"], 1, "there is no bundle 'missing'", "look elsewhere"),
        (["selftest", "--model", "missing"], 1, "there is no bundle 'missing'", "look elsewhere"),
        (["-i", "none.txt"], 1, "none.txt does not exist", "standard input"),
        (["translate", "none.txt", "-o", "x"], 1, "none.txt does not exist", "behind --"),
        (["-i", "."], 2, "where shall the results go?", "-o FOLDER"),
        (["un", "-o", "."], 1, "cannot write .: it is a folder", "a file in it"),
        (["un", "-o", "none/x"], 1, "there is no folder", "make it"),
        (["\ud800"], 1, "the text is not UTF-8", None),
    ],
)
def test_errors(
    installed: ModuleType,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    argv: list[str],
    code: int,
    error: str,
    hint: str | None,
) -> None:
    monkeypatch.chdir(tmp_path)
    give(monkeypatch, b"")
    assert main(argv) == code
    out, err = capsys.readouterr()
    first, *rest = err.splitlines()
    assert out == ""
    assert first.startswith("error: ")
    assert error in first
    if hint is None:
        assert rest == []
    else:
        (second,) = rest
        assert second.startswith("hint: ")
        assert hint in second
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("argv", "hint"),
    [
        (["a.txt", "un"], "a.txt is a file: allez -i a.txt; a text of several words"),
        (["un", "b"], "b is a file: allez -i b; a text of several words"),
        (["a.txt", "b"], "files: allez translate a.txt b -o FOLDER"),
        (["a.txt", "a.en.txt"], "allez a.txt -o a.en.txt"),
        (["a.txt", "et alors ?"], "a.txt is a file"),
        (["a.txt", "b.en.txt", "c.txt"], "a.txt is a file"),
        (["--", "a.txt", "un"], "put quotes around it"),
        (["attention", "a.txt", "un"], "a.txt is a file"),
    ],
)
def test_a_file_among_several_texts_is_named(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, argv: list[str], hint: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.txt", "b"):
        (tmp_path / name).write_text("un")
    assert main(argv) == 2
    error, told = capsys.readouterr().err.splitlines()
    assert error == "error: one text expected, several given"
    assert told.startswith(f"hint: {hint}")


def test_a_text_behind_dashes_names_no_file(
    installed: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["translate", "-o", "x", "--", "none.txt"]) == 0
    assert (tmp_path / "x").exists()


@pytest.mark.parametrize(
    "argv", [["--help"], ["translate", "-h"], ["info", "--help"], ["help"], ["help", "info"]]
)
def test_help(capsys: Capture, argv: list[str]) -> None:
    assert main(argv) == 0
    out, err = capsys.readouterr()
    assert out.startswith("usage: allez")
    assert err == ""


@pytest.mark.parametrize("word", ["--version", "version"])
def test_version(capsys: Capture, word: str) -> None:
    assert main([word]) == 0
    assert capsys.readouterr() == (f"allez {__version__}\n", "")


def test_help_names_every_command(capsys: Capture) -> None:
    main(["--help"])
    out = capsys.readouterr().out
    for name in ("translate", "attention", "info", "selftest"):
        assert f"\n  {name} " in out
        assert parse_args([name]).command == name


def test_no_arguments_at_a_terminal_is_help(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal())
    assert main([]) == 0
    assert capsys.readouterr().out.startswith("usage: allez")


# --- lines ----------------------------------------------------------------------------------


@pytest.mark.parametrize("argv", [[], ["--beam-size", "1"], ["translate"], ["-i", "-", "-o", "-"]])
def test_standard_input(
    installed: ModuleType, capsys: Capture, monkeypatch: pytest.MonkeyPatch, argv: list[str]
) -> None:
    give(monkeypatch, "\N{ZERO WIDTH NO-BREAK SPACE}un\r\n\n  été\n42\0\nfin".encode())
    assert main(argv) == 0
    assert capsys.readouterr().out == "UN\r\n\n  ÉTÉ\n42\0\nFIN\n"


def test_a_text_that_an_option_has_taken_is_missed(
    installed: ModuleType, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(monkeypatch, b"")
    assert main(["--keep", "un mot"]) == 0
    told = "note: standard input is empty; no text is left beside --keep 'un mot'\n"
    assert capsys.readouterr() == ("", told)
    for argv, content in (
        (["--keep", "un mot", "-q"], b""),
        (["--keep", "un mot"], b"deux\n"),
        (["--beam-size", "1"], b""),
    ):
        give(monkeypatch, content)
        assert main(argv) == 0
        assert capsys.readouterr().err == ""


def test_binary_on_standard_input(
    installed: ModuleType, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(monkeypatch, b"un\n\x7fELF\x02\xff\n")
    assert main([]) == 1
    out, err = capsys.readouterr()
    assert out == "UN\n"
    assert err.startswith("error: standard input, line 2: not UTF-8 (byte 0xff at position 6)\n")


def test_closed_streams(
    installed: ModuleType, capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["-q"]) == 1
    assert capsys.readouterr().err == "error: standard input is closed\n"
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["un"]) == 1
    assert main(["un", "-o", str(tmp_path / "out.txt")]) == 0
    assert capsys.readouterr().err == "error: standard output is closed\n"


def test_files(installed: ModuleType, capsys: Capture, tmp_path: Path) -> None:
    source, target = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_bytes("un\n\nété\r\ntrois".encode())
    target.write_text("before")
    assert main(["translate", "-i", str(source), "-o", str(target)]) == 0
    assert target.read_bytes() == "UN\n\nÉTÉ\r\nTROIS\n".encode()
    assert main(["-i", str(source), "--format", "jsonl", "-o", str(target)]) == 0
    entries = [json.loads(line) for line in target.read_text(encoding="utf-8").split("\n")[:-1]]
    assert [entry["source"] for entry in entries] == ["un", "", "été\r", "trois"]
    assert [entry["translation"] for entry in entries] == ["UN", "", "ÉTÉ\r", "TROIS"]
    assert entries[1] == {
        **{"source": "", "translation": "", "score": 0.0, "finished": True},
        "sentences": [],
    }
    assert main(["un", "-o", str(target)]) == 0
    assert target.read_text() == "UN\n"
    assert capsys.readouterr() == ("", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.txt", "out.txt"]


def test_standard_output_by_its_path_is_standard_output(
    installed: ModuleType, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["un", "-o", "/dev/stdout"]) == 0
    assert capfd.readouterr() == ("UN\n", "")


@pytest.mark.parametrize("name", ["in.txt", "in text.md.txt", "inner/in"])
def test_what_is_spelled_like_a_file_that_is_there_is_translated(
    installed: ModuleType,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inner").mkdir()
    (tmp_path / name).write_text("un\n")
    for argv in ([name], ["translate", name]):
        assert main(argv) == 0
        assert capsys.readouterr() == ("UN\n", "")
    assert main(["--", name]) == 0
    assert capsys.readouterr() == (f"{name.upper()}\n", "")


@pytest.mark.parametrize("name", ["none.txt", "./none.MD", "none.docx", "none.pdf", "*.srt"])
def test_what_is_spelled_like_a_file_that_is_missing_is_told(
    installed: ModuleType,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    for argv in ([name], ["translate", name], ["translate", name, "other.txt"]):
        assert main(argv) == 1
        assert capsys.readouterr() == (
            "",
            f"error: {name} does not exist\nhint: a text that looks like a file goes behind --\n",
        )
    assert main(["--", name]) == 0
    assert capsys.readouterr().out == f"{name.upper()}\n"


@pytest.mark.parametrize("text", ["https://un.fr/a.html", "Ouvre a.html", ".txt", "un.", "un.deux"])
def test_other_texts_with_a_full_stop_are_texts(
    installed: ModuleType, capsys: Capture, text: str
) -> None:
    assert main([text]) == 0
    assert capsys.readouterr() == (f"{text.upper()}\n", "")


def test_a_text_that_is_also_the_name_of_something_is_noticed(
    installed: ModuleType, capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes").mkdir()
    note = "note: notes is taken for a text; allez -i translates what is there\n"
    for argv, expected in ((["notes"], note), (["notes", "-q"], ""), (["--", "notes"], "")):
        assert main(argv) == 0
        assert capsys.readouterr() == ("NOTES\n", expected)


@pytest.mark.parametrize(
    ("word", "command"),
    [("translatte", "translate"), ("atention", "attention"), ("infos", "info"), ("ino", "info")],
)
def test_a_mistyped_command_is_noticed(
    installed: ModuleType, capsys: Capture, word: str, command: str
) -> None:
    note = f"note: {word} is taken for a text; the command is allez {command}\n"
    for argv, expected in (([word], note), ([word, "-q"], ""), (["--", word], "")):
        assert main(argv) == 0
        assert capsys.readouterr() == (f"{word.upper()}\n", expected)


@pytest.mark.parametrize("text", ["Infos", "inox", "bonjour", "une info", "traduire", "été", ""])
def test_a_word_is_a_word(installed: ModuleType, capsys: Capture, text: str) -> None:
    assert main([text]) == 0
    assert capsys.readouterr() == (f"{text.upper()}\n", "")


def test_a_folder_named_like_the_shipped_model_is_noticed(
    installed: ModuleType, capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fr-en").mkdir()
    (tmp_path / "fr-en" / "manifest.json").write_text("{}")
    note = "note: fr-en is the shipped model; --model ./fr-en is the one here\n"
    for model, expected in (("fr-en", note), ("./fr-en", "")):
        assert main(["--model", model, "un"]) == 0
        assert capsys.readouterr() == ("UN\n", expected)


def test_a_file_that_has_grown_since_a_kill_is_brought_to_its_end(
    installed: ModuleType, capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source, target = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_text("un\ndeux\ntrois")
    argv = ["-i", str(source), "-o", str(target)]

    def interrupted(stream: int) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", interrupted)
        assert main(argv) == 130
    with open(source, "a") as stream:
        stream.write(" cents\nquatre\n")
    capsys.readouterr()
    assert main([*argv, "--beam-size", "1"]) == 1  # what else has changed is still noticed
    assert "begun with other options" in capsys.readouterr().err
    assert main(argv) == 0
    assert target.read_text() == "UN\nDEUX\nTROIS\n"
    assert (
        "in.txt has grown meanwhile; its first 13 bytes are translated" in capsys.readouterr().err
    )
    assert main(argv) == 0
    assert target.read_text() == "UN\nDEUX\nTROIS CENTS\nQUATRE\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", interrupted)
        assert main(argv) == 130
    source.write_text("zéro\n" + source.read_text())
    assert main(argv) == 1
    assert "begun with other input" in capsys.readouterr().err


def test_two_inputs_are_two_or_an_error(
    installed: ModuleType, capsys: Capture, tmp_path: Path
) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("un\n")
    both = ["-i", str(tmp_path / "a.txt"), "-i", str(tmp_path / "b.txt")]
    assert main(both) == 2
    assert "where shall the results go?" in capsys.readouterr().err
    (tmp_path / "out").mkdir()
    assert main([*both, "-o", str(tmp_path / "out")]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.txt", "b.txt"]


def test_quiet_says_nothing_of_documents_either(
    installed: ModuleType, capsys: Capture, tmp_path: Path
) -> None:
    source, target = tmp_path / "a.html", tmp_path / "b.html"
    source.write_text("<p>" + "<b>un</b> " * 4000 + "</p>")
    for more, lines in (([], 1), (["--quiet"], 0)):
        assert main(["-i", str(source), "-o", str(target), *more]) == 0
        out, err = capsys.readouterr()
        assert (out, err.count("tags is left alone\n"), err.count("\n")) == ("", lines, lines)
        assert err.startswith(f"note: {source}: " if lines else "")
        target.unlink()


@pytest.mark.parametrize("name", ["a.png", "a", "a.txt", "a.pdf"])
@pytest.mark.parametrize("errors", ["strict", "replace"])
def test_a_binary_file_is_refused(
    installed: ModuleType, capsys: Capture, tmp_path: Path, name: str, errors: str
) -> None:
    content = b"%PDF-1.4\n" if name.endswith(".pdf") else b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
    (tmp_path / name).write_bytes(content)
    for place in ([], ["-o", str(tmp_path / "out.txt")]):
        assert main(["-i", str(tmp_path / name), "--errors", errors, *place]) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert name in err.splitlines()[0]
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_when_the_time_is_over(tiny_bundle: Path, capsys: Capture) -> None:
    argv = ["--model", str(tiny_bundle), "Je vois le chat noir."]
    assert main([*argv, "--max-time", "0"]) == 0
    out, err = capsys.readouterr()
    assert out == "\n"
    assert err == "note: the time was over; what was not finished is cut or left out\n"
    assert main([*argv, "--max-time", "600"]) == 0
    assert capsys.readouterr() == ("I see the black cat.\n", "")


def test_ranked_output_of_a_file(installed: ModuleType, capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("un\n\ndeux\n")
    assert main(["-i", str(tmp_path / "in.txt"), "--n-best", "2", "--format", "tsv"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        *("1\t1\t-0.1235\tUN", "1\t2\t-1.1235\tUN (2)", "2\t1\t0.0000\t"),
        *("3\t1\t-0.1235\tDEUX", "3\t2\t-1.1235\tDEUX (2)"),
    ]
    assert main(["translate", "un", "deux", "--format", "tsv"]) == 0
    assert capsys.readouterr().out == "1\t1\t-0.1235\tUN\n2\t1\t-0.1235\tDEUX\n"


def test_a_bad_file_is_refused_before_any_work(
    installed: ModuleType, capsys: Capture, tmp_path: Path
) -> None:
    (tmp_path / "in.txt").write_bytes(b"un\n" * 5000 + b"\xe9\n")
    for argv in (["-o", str(tmp_path / "out.txt")], []):
        assert main(["-i", str(tmp_path / "in.txt"), *argv]) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert "in.txt, line 5001: not UTF-8" in err
    assert [path.name for path in tmp_path.iterdir()] == ["in.txt"]


def test_the_bar_is_for_files_and_terminals(
    installed: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "in.txt").write_text("un\ndeux\n")
    argv = ["-i", str(tmp_path / "in.txt"), "-o", str(tmp_path / "out.txt")]
    for extra, shown in ([], True), (["--quiet"], False):
        monkeypatch.setattr(sys, "stderr", Terminal())
        assert main([*argv, *extra]) == 0
        assert ("2/2" in sys.stderr.getvalue()) is shown  # type: ignore[attr-defined]
    monkeypatch.setattr(sys, "stderr", Terminal())
    give(monkeypatch, b"un\n")
    assert main(["-o", str(tmp_path / "out.txt")]) == 0
    assert sys.stderr.getvalue() == ""  # type: ignore[attr-defined]


def test_progress_within_a_line_that_is_a_book(
    tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("allez.cli.translate.BEAT", 0)
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    (tmp_path / "in.txt").write_text("Je vois le chat noir. " * 200)
    argv = ["--model", str(tiny_bundle), "--threads", "1", "-i", str(tmp_path / "in.txt")]
    assert main([*argv, "-o", str(tmp_path / "out.txt")]) == 0
    before, after = terminal.getvalue().rsplit("0/1", 1)
    counts = [int(number) for number in re.findall(r"(\d+) sentences", before + "0/1" + after)]
    assert counts == sorted(counts)
    assert any(0 < count < 200 for count in counts)
    assert "1/1" in after


# --- terminals ------------------------------------------------------------------------------

RUDE = "\x1b]0;owned\x07un\x1b[2J\x7f\x9b5m\t\r"


def test_a_terminal_gets_no_control_characters_of_a_text(
    installed: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    assert main([RUDE]) == 0
    assert capsys.readouterr().out == RUDE.upper() + "\n"  # a pipe gets every character
    for argv in ([RUDE], ["--format", "jsonl", RUDE], ["attention", RUDE]):
        terminal = Terminal()
        monkeypatch.setattr(sys, "stdout", terminal)
        assert main(argv) == 0
        shown = terminal.getvalue()
        assert "UN" in shown
        ours = re.sub(r"\x1b\[(48;5;\d+|0)m", "", shown) if argv[0] == "attention" else shown
        assert not [c for c in ours if unicodedata.category(c) == "Cc" and c not in "\n\t"]
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    assert main([RUDE]) == 0
    assert terminal.getvalue() == "␛]0;OWNED␇UN␛[2J␡\N{REPLACEMENT CHARACTER}5M\t\n"


def test_a_file_gets_every_character(
    installed: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert main([RUDE, "-o", str(tmp_path / "out.txt")]) == 0
    assert (tmp_path / "out.txt").read_bytes() == f"{RUDE.upper()}\n".encode()


def test_a_note_sends_no_control_characters(
    installed: ModuleType, capsys: Capture, tmp_path: Path
) -> None:
    (tmp_path / "in.txt").write_text("un\n" * 3)
    target = tmp_path / "\x1b[2Jout.txt"

    def interrupted(stream: int) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", interrupted)
        assert main(["-i", str(tmp_path / "in.txt"), "-o", str(target)]) == 130
    assert main(["-i", str(tmp_path / "in.txt"), "-o", str(target)]) == 0
    err = capsys.readouterr().err
    assert "3 lines are kept" in err
    assert "continuing after 3 lines" in err
    assert err.replace("\n", "").isprintable()


# --- attention, info, selftest --------------------------------------------------------------


def test_attention(installed: ModuleType, capsys: Capture, tmp_path: Path) -> None:
    assert main(["attention", "comment ça va"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("comment ça va\nCOMMENT ÇA VA\n\n")
    assert "▁COMMENT" in out
    assert "\x1b" not in out
    pytest.importorskip("matplotlib", reason="the extra `plot`")
    picture = tmp_path / "map.PNG"
    assert main(["attention", "comment ça va", "-o", str(picture)]) == 0
    assert capsys.readouterr().out == ""
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert list(tmp_path.iterdir()) == [picture]


def test_attention_without_matplotlib(
    installed: ModuleType, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert main(["attention", "un", "-o", str(tmp_path / "map.png")]) == 1
    err = capsys.readouterr().err
    assert err == (
        "error: drawing a PNG needs matplotlib, which is not installed\n"
        "hint: pip install matplotlib\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_info(installed: ModuleType, capsys: Capture) -> None:
    assert main(["info"]) == 0
    rows = dict(line.split(None, 1) for line in capsys.readouterr().out.splitlines())
    assert rows.keys() >= {"python", "numpy", "processor", "features", "cores"}
    assert rows["allez"] == __version__
    assert rows["onnxruntime"] == "9.9"
    assert rows["telemetry"] == "off"
    assert rows["model"] == "fake 1.2"
    assert rows["languages"] == "fr to en"
    assert rows["licence"] == "CC-BY-4.0"
    assert rows["threads"] == "3"
    assert rows["check"].startswith("ok")


def test_info_of_a_broken_bundle_still_informs(installed: ModuleType, capsys: Capture) -> None:
    assert main(["info", "--model", "missing"]) == 1
    out, err = capsys.readouterr()
    assert "onnxruntime   9.9\n" in out
    assert out.endswith("check         failed\n")
    assert err == "error: there is no bundle 'missing'\nhint: look elsewhere\n"


def test_selftest(installed: ModuleType, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["selftest"]) == 0
    assert capsys.readouterr().out == "1 passed, 0 failed\n"
    monkeypatch.setenv("FAKE_FAILING", "other tokens were chosen")
    assert main(["selftest", "-v"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("passed: Bonjour\nfailed: Merci\n  expected 'Thanks'\n")
    assert out.endswith("  other tokens were chosen\n1 passed, 1 failed\n")


# --- processes ------------------------------------------------------------------------------


def test_a_typed_line_is_answered_before_the_next(start: Start) -> None:
    process = start()
    assert process.stdin is not None
    assert process.stdout is not None
    for text in ("un", "deux", "trois"):
        process.stdin.write(f"{text}\n".encode())
        process.stdin.flush()
        assert process.stdout.readline().decode() == f"{text.upper()}\n"
    out, err = process.communicate(b"fin", timeout=PATIENCE)
    assert (out, err, process.returncode) == (b"FIN\n", b"", 0)


@pytest.mark.skipif(os.name != "posix", reason="Windows has its own way")
def test_a_reader_that_leaves_is_no_error(start: Start) -> None:
    process = start()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"un\n")
    process.stdin.flush()
    assert process.stdout.readline() == b"UN\n"
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(b"deux\n" * 50_000, timeout=PATIENCE)
    assert (err, process.returncode) == (b"", 141)


@pytest.mark.skipif(os.name != "posix", reason="Windows has its own way")
def test_help_that_nobody_reads(fake: ModuleType) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.run(
        [sys.executable, str(fake.__file__), "--help"],
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert process.stderr == b""
    assert process.returncode in (0, 141)  # argparse itself may have met and ignored it


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk(fake: ModuleType) -> None:
    with open("/dev/full", "wb") as full:
        process = subprocess.run(
            [sys.executable, str(fake.__file__), "un"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert process.returncode == 1
    assert process.stderr == b"error: cannot write standard output: No space left on device\n"


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_interrupted(start: Start, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("un\n" * 100 + "deux\n" * 100)
    argv = ["translate", "-i", str(tmp_path / "in.txt"), "-o", str(tmp_path / "out.txt")]
    process = start(*argv, FAKE_STOP="deux")
    partial = tmp_path / "out.txt.partial"
    until(lambda: partial.exists() and partial.stat().st_size)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert (out, process.returncode) == (b"", 130)
    note, last = err.decode().splitlines()
    assert note.endswith("out.txt.partial; the same command continues there")
    assert last == "interrupted"
    assert not (tmp_path / "out.txt").exists()
    process = start(*argv)
    out, err = process.communicate(timeout=PATIENCE)
    assert out == b""
    assert b"continuing after " in err
    assert (tmp_path / "out.txt").read_text() == "UN\n" * 100 + "DEUX\n" * 100


INTERRUPTED_AT = """
import os, signal, sys
def hook(event, arguments):
    if event == "import" and arguments[0] == name and not seen:
        seen.append(1)
        os.kill(os.getpid(), signal.SIGINT)
name, seen = sys.argv.pop(1), []
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.addaudithook(hook)
from allez.cli.main import main
code = main()
if not seen:
    sys.exit(f"{name} was not imported")
sys.exit(code)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize(
    "module",
    [
        *("argparse", "logging", "allez.cli.arguments", "numpy", "datetime"),
        *(
            "allez.bundle.manifest",
            "onnxruntime",
            "allez.text.tokenizer",
        ),
    ],
)
def test_interrupted_while_it_starts(module: str, tiny_bundle: Path) -> None:
    process = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_AT, module, "--model", str(tiny_bundle), "un"],
        capture_output=True,
        check=False,
    )
    assert (process.stdout, process.stderr) == (b"", b"interrupted\n")
    assert process.returncode == 130


BEFORE_MAIN = """
import sys
before = {*sys.modules}
from allez.cli import main
print(*sorted({*sys.modules} - before))
"""


def test_little_is_loaded_before_an_interrupt_is_answered() -> None:
    """SECURITY.md names what is: Python answers for that, with a traceback."""
    process = subprocess.run([sys.executable, "-c", BEFORE_MAIN], capture_output=True, text=True)
    ours = [name for name in process.stdout.split() if name.startswith("allez")]
    assert ours == ["allez", "allez.cli", "allez.cli.main", "allez.errors", "allez.telemetry"]


OWN_THREADS = """
import os, sys
from allez.cli.main import command
ended = os._exit
def end(code):
    import numpy  # as any translation does
    print(os.environ["OPENBLAS_NUM_THREADS"], len(os.listdir("/proc/self/task")))
    sys.stdout.flush()
    ended(code)
os._exit = end
sys.argv = ["allez", "--version"]
command()
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="threads are counted in /proc")
def test_a_command_starts_no_threads_of_numpy_unless_it_is_told_to() -> None:
    environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}
    for told, wanted in ({}, ["1", "1"]), ({"OPENBLAS_NUM_THREADS": "2"}, ["2"]):
        process = subprocess.run(
            [sys.executable, "-c", OWN_THREADS],
            capture_output=True,
            check=True,
            text=True,
            env=environment | told,
        )
        assert process.stdout.split("\n")[1].split()[: len(wanted)] == wanted


ENDED = """
import atexit, sys
from allez.cli import main
atexit.register(print, "taken down")
def over(): raise KeyboardInterrupt
if "over" in sys.argv: main.main = over
sys.stdout.reconfigure(line_buffering=False)
main.command()
"""


@pytest.mark.parametrize(
    ("argv", "printed", "code"),
    [
        (["--version"], f"allez {__version__}\n", 0),
        (["--n-best", "0"], "", 2),
        (["over"], "", 130),
    ],
)
def test_a_program_ends_when_all_is_said(argv: list[str], printed: str, code: int) -> None:
    process = subprocess.run(
        [sys.executable, "-c", ENDED, *argv], capture_output=True, check=False, text=True
    )
    assert (process.stdout, process.returncode) == (printed, code)


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "latin-1"},
    ],
    ids=["locale C", "latin-1"],
)
def test_utf8_whatever_the_console_says(start: Start, environment: dict[str, str]) -> None:
    process = start("translate", "été œuvre", **environment)
    assert process.communicate(timeout=PATIENCE) == ("ÉTÉ ŒUVRE\n".encode(), b"")
    process = start(**environment)
    out, err = process.communicate("été œuvre « 日本 »\n".encode(), timeout=PATIENCE)
    assert (out, err) == ("ÉTÉ ŒUVRE « 日本 »\n".encode(), b"")


# --- with a model ---------------------------------------------------------------------------

LINES = "Bonjour.\n\n  Comment allez-vous ? Bien, merci.\n42\nUn dernier mot"


def test_doubts_of_a_file_have_the_numbers_of_its_lines(
    tiny_bundle: Path, tmp_path: Path, capsys: Capture
) -> None:
    source = tmp_path / "in.txt"
    source.write_text("42\nIl a 77 ans et 99 amis.\n", encoding="utf-8")
    assert main(["--model", str(tiny_bundle), "-i", str(source), "--doubts"]) == 0
    _, err = capsys.readouterr()
    assert "doubt: line 2: number: '77' is not accounted for" in err.splitlines()
    assert all(line.startswith("doubt: line 2: ") for line in err.splitlines())  # 42 is copied


def test_a_figure_within_a_number_is_not_that_number(
    installed: ModuleType, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = (Doubt("number", "1", None, None), Doubt("number", "12", None, None))
    monkeypatch.setattr(Sentence, "doubts", found)
    assert main(["--doubts", "Il a 12 ans."]) == 0
    assert capsys.readouterr().err.splitlines() == [
        "doubt: number: '1' is nowhere in the source",
        "doubt: number: '12' is said more often than in the source",
    ]


@pytest.mark.parametrize(("confidence", "told"), [(0.314, True), (0.5, False), (None, False)])
def test_a_translation_that_is_hardly_trusted_is_told(
    installed: ModuleType,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    confidence: float | None,
    told: bool,
) -> None:
    monkeypatch.setattr(Sentence, "doubts", ())
    monkeypatch.setattr(Sentence, "confidence", confidence)
    assert main(["--doubts", "Il a 12 ans."]) == 0
    out, err = capsys.readouterr()
    assert err.startswith("doubt: confidence: 0.31: ") == told
    assert bool(err) == told
    assert not told or repr(out.rstrip("\n")) in err


def test_the_real_translator_line_by_line(tiny_bundle: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_text(LINES, encoding="utf-8")
    model = ["--model", str(tiny_bundle), "-i", str(source), "-o", str(target)]
    with Translator(tiny_bundle) as translator:
        expected = [translator.translate(line, n_best=2) for line in LINES.split("\n")]
    assert main([*model, "--n-best", "2"]) == 0
    lines = target.read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    assert len(lines) == 2 * len(expected)
    assert lines[::2] == [result.text for result in expected]
    assert main([*model, "--n-best", "2", "--format", "jsonl"]) == 0
    entries = [json.loads(line) for line in target.read_text(encoding="utf-8").split("\n")[:-1]]
    for entry, result in zip(entries, expected, strict=True):
        assert entry["source"] == result.source
        assert entry["translation"] == result.text
        assert entry["score"] == pytest.approx(result.score, abs=1e-4)
        for sentence in entry["sentences"]:
            assert entry["source"][sentence["start"] : sentence["end"]] == sentence["source"]
            assert len(sentence["alignment"]) == len(sentence["tokens"])
            assert sentence["source_tokens"][-1] == "</s>"


def test_the_real_translator_continues(
    tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_text(LINES, encoding="utf-8")
    argv = ["--model", str(tiny_bundle), "-i", str(source), "-o", str(target)]
    partial, state = tmp_path / "out.txt.partial", tmp_path / "out.txt.partial.json"
    states: list[bytes] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda file: states.append(state.read_bytes()))
        assert main(argv) == 0
    whole = target.read_bytes()
    target.unlink()
    partial.write_bytes(b"".join(whole.splitlines(keepends=True)[:2]) + b"hal")
    state.write_bytes(states[0])
    asked: list[str] = []
    real = Translator.translate_batch

    def listening(self: Translator, texts: Iterable[str], **options: object) -> object:
        asked.extend(texts := list(texts))
        return real(self, texts, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Translator, "translate_batch", listening)
    assert main(argv) == 0
    assert target.read_bytes() == whole
    assert asked == LINES.split("\n")[2:]


def test_the_real_translator_speaks(tiny_bundle: Path, capsys: Capture) -> None:
    model = ["--model", str(tiny_bundle)]
    with Translator(tiny_bundle) as translator:
        expected = translator("Comment allez-vous ?")
    assert main([*model, "Comment allez-vous ?"]) == 0
    assert capsys.readouterr() == (expected + "\n", "")
    assert main(["attention", *model, "Comment allez-vous ?"]) == 0
    assert expected in capsys.readouterr().out
    assert main(["info", *model]) == 0
    assert "telemetry     off\n" in capsys.readouterr().out
    assert main(["selftest", *model]) == 0
    assert capsys.readouterr().out.endswith(" passed, 0 failed\n")


def test_the_real_translator_refuses_a_damaged_bundle(
    tiny_bundle: Path, tmp_path: Path, capsys: Capture
) -> None:
    for file in tiny_bundle.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    damaged = tmp_path / "encoder.onnx"
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"\0\0")
    for argv in (["un"], ["info"], ["selftest"], ["attention", "un"]):
        command, text = (argv[:1], argv[1:]) if len(argv) > 1 else (argv, [])
        assert main([*command, "--model", str(tmp_path), *text]) == 1
        out, err = capsys.readouterr()
        assert "encoder.onnx is not the file that manifest.json describes" in err
        assert "failed" in out or out == ""


def test_no_error_sends_control_characters_to_the_terminal(tmp_path: Path, capsys: Capture) -> None:
    missing = tmp_path / "\x1b]0;owned\x07\x1b[2J"
    assert main(["info", "--model", str(missing)]) == 1
    err = capsys.readouterr().err
    assert "owned" in err
    assert err.replace("\n", "").isprintable()
