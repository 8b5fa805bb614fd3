"""`allez translate` with files and folders, on a translator that writes capitals."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from allez.cli import files as files_command
from allez.cli.main import main
from allez.documents import translation, tree
from allez.documents.document import Document

pytestmark = pytest.mark.usefixtures("installed")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with some files in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs" / "inner").mkdir(parents=True)
    (tmp_path / "docs" / ".git").mkdir()
    (tmp_path / "docs" / "a.html").write_text("<p>un</p>")
    (tmp_path / "docs" / "inner" / "b.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\ndeux\n")
    (tmp_path / "docs" / "program.py").write_text("un = 1")
    (tmp_path / "docs" / ".git" / "c.html").write_text("<p>un</p>")
    (tmp_path / "c.txt").write_text("trois\n")
    return tmp_path


def files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_tree_of_files_is_made_again(folder: Path) -> None:
    assert main(["translate", "c.txt", "docs", "-o", "out"]) == 0
    assert files(folder / "out") == {
        "c.txt": "TROIS\n",
        "docs/a.html": "<p>UN</p>",
        "docs/inner/b.srt": "1\n00:00:01,000 --> 00:00:02,000\nDEUX\n",
    }


def test_results_beside_the_files(folder: Path) -> None:
    before = files(folder)
    assert main(["translate", "-i", "docs", "-i", "c.txt", "--suffix", ".en"]) == 0
    made = {name: text for name, text in files(folder).items() if name not in before}
    assert made == {
        "c.en.txt": "TROIS\n",
        "docs/a.en.html": "<p>UN</p>",
        "docs/inner/b.en.srt": "1\n00:00:01,000 --> 00:00:02,000\nDEUX\n",
    }
    assert before.items() <= files(folder).items()


def test_one_document_to_a_name(folder: Path) -> None:
    assert main(["-i", "docs/a.html", "-o", "b.html"]) == 0
    assert (folder / "b.html").read_text() == "<p>UN</p>"


def test_a_format_that_the_name_does_not_tell(folder: Path) -> None:
    (folder / "page").write_text("<p>un</p>")
    assert main(["-i", "page", "--as", "html", "-o", "out"]) == 0
    assert (folder / "out" / "page").read_text() == "<p>UN</p>"


def test_paragraphs_of_a_wrapped_text(folder: Path) -> None:
    (folder / "w.txt").write_text("il est tard pour\nprendre le train\n")
    assert main(["-i", "w.txt", "--wrapped", "-o", "w.en.txt"]) == 0
    assert (folder / "w.en.txt").read_text() == "IL EST TARD POUR\nPRENDRE LE TRAIN\n"


def test_one_broken_file_does_not_stop_the_others(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "docs" / "a0.html").write_bytes(b"<p>\xe9t\xe9")
    assert main(["translate", "docs", "-o", "out"]) == 1
    error = capsys.readouterr().err
    assert "error: docs/a0.html: line 1: not UTF-8" in error
    assert "2 of 3 files translated, 1 not" in error
    assert set(files(folder / "out")) == {"docs/a.html", "docs/inner/b.srt"}


@pytest.mark.parametrize(
    ("argv", "code", "message"),
    [
        (["-i", "docs", "-o", "."], 1, "cannot write docs/a.html: docs/a.html is being read"),
        (["-i", "docs/a.html", "-o", "docs/a.html"], 1, "docs/a.html is being read"),
        (["-i", "docs/a.html", "-i", "docs/../docs/a.html", "-o", "out"], 1, "both"),
        (["-i", "none.html", "-i", "c.txt", "-o", "out"], 1, "none.html does not exist"),
        (["-i", "docs/empty", "-o", "out"], 1, "there is no file that can be read in docs/empty"),
        (["-i", "c.txt", "-i", "docs", "-o", "out.txt"], 1, "several files go into a folder"),
        (["-i", "docs/a.html"], 2, "where shall the results go?"),
        (["-i", "docs/a.html", "-o", "out", "--format", "jsonl"], 2, "one translation"),
        (["-i", "docs/a.html", "-o", "out", "--as", "word"], 2, "there is no format 'word'"),
        (["--suffix", ".en"], 2, "are for files"),
        (["-i", "-", "-i", "c.txt", "-o", "out"], 2, "standard input"),
    ],
)
def test_wrong_uses(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    argv: list[str],
    code: int,
    message: str,
) -> None:
    (folder / "docs" / "empty").mkdir()
    before = files(folder)
    assert main(argv) == code
    assert message in capsys.readouterr().err
    assert files(folder) == before


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.pdf", b"%PDF-1.4\n1 0 obj\n", "a PDF cannot be read"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Office file cannot be read"),
        ("a.bin", b"\0\1\2\3" * 10, "it is not UTF-8|it is a binary file"),
    ],
)
def test_what_has_no_reader_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, message: str
) -> None:
    (folder / name).write_bytes(content)
    assert main(["-i", name, "-o", "out.txt", "--errors", "replace"]) == 1
    error = capsys.readouterr().err
    assert re.search(message, error)
    assert "hint: " in error
    assert not (folder / "out.txt").exists()


def test_a_run_goes_on_after_a_kill(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    real = translation.translate_document

    def killed_at_the_second(document: Document, translate: translation.Translate) -> bytes:
        read.append(document.segments[0].source.text)
        if len(read) == 2:
            raise KeyboardInterrupt
        return real(document, translate)

    monkeypatch.setattr(translation, "translate_document", killed_at_the_second)
    assert main(["translate", "docs", "-o", "out"]) == 130
    assert set(files(folder / "out")) == {"docs/a.html", tree.JOURNAL}
    assert main(["translate", "docs", "-o", "out"]) == 0
    assert read == ["un", "deux", "deux"]
    assert set(files(folder / "out")) == {"docs/a.html", "docs/inner/b.srt"}


@pytest.mark.parametrize("change", ["source", "target", "option", "journal"])
def test_what_is_no_longer_true_is_made_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    real = tree.Journal.end
    monkeypatch.setattr(tree.Journal, "end", lambda journal: None)
    argv = ["translate", "docs/a.html", "-o", "out/"]
    (folder / "out").mkdir()
    assert main(argv) == 0
    journal = folder / "out" / tree.JOURNAL
    assert json.loads(journal.read_text())["done"]
    if change == "source":
        (folder / "docs" / "a.html").write_text("<p>quatre</p>")
    elif change == "target":
        (folder / "out" / "a.html").write_text("<p>spoilt</p>")
    elif change == "option":
        argv += ["--beam-size", "2"]
        (folder / "out" / "a.html").write_text("<p>spoilt</p>")
    else:
        journal.write_text('{"settings"')
        (folder / "out" / "a.html").write_text("<p>spoilt</p>")
    monkeypatch.setattr(tree.Journal, "end", real)
    assert main(argv) == 0
    expected = "<p>QUATRE</p>" if change == "source" else "<p>UN</p>"
    assert files(folder / "out") == {"a.html": expected}


def test_a_document_too_large_for_the_memory_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(files_command, "MOST_BYTES", 2**20)
    (folder / "a.csv").write_bytes(b"un,deux\n" * 2**18)
    assert main(["-i", "a.csv", "-o", "b.csv"]) == 1
    assert "error: a.csv: it has more than 1 MB" in capsys.readouterr().err
    assert not (folder / "b.csv").exists()
