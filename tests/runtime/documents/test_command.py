"""`allez translate` with files and folders, on a translator that writes capitals."""

from __future__ import annotations

import os
import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from allez.cli import console
from allez.cli import files as files_command
from allez.cli.main import main
from allez.documents import translation, tree
from allez.documents.document import Document
from allez.errors import CancelledError, OutputError
from allez.text.markup import Marked
from allez.translate.translator import Translator

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


@pytest.mark.parametrize(
    ("argv", "made"),
    [
        (["-i", "docs", "-o", "docs.en"], {"docs/a.html", "docs/inner/b.srt"}),
        (["-i", "docs/a.html", "-i", "c.txt", "-o", "docs.en"], {"a.html", "c.txt"}),
        (["-i", "docs/a.html", "-o", "docs.en/"], {"a.html"}),
        (["-i", "c.txt", "-o", "docs.en/"], {"c.txt"}),
    ],
)
def test_a_new_folder_may_have_a_dot(folder: Path, argv: list[str], made: set[str]) -> None:
    assert main(["translate", *argv]) == 0
    assert set(files(folder / "docs.en")) == made


def test_what_was_made_beside_the_files_is_no_input(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "docs" / "alone.en.html").write_text("<p>un</p>")
    argv = ["-i", "docs", "--suffix", ".en"]
    assert main(argv) == 0
    made = files(folder)
    (folder / "docs" / "a.en.html").write_text("spoilt")
    (folder / "docs" / "inner" / "b.en.srt").unlink()
    assert main(argv) == 0
    assert files(folder) == made
    assert "docs/alone.en.en.html" in made
    assert main(["-i", "docs", "-i", "docs/a.en.html", "--suffix", ".en"]) == 1
    assert "docs/a.en.html is being read" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["-i", None])
def test_one_missing_file_does_not_stop_the_others(
    folder: Path, capsys: pytest.CaptureFixture[str], option: str | None
) -> None:
    names = ("none.html", "docs/a.html")
    argv = [word for name in names for word in (option, name) if word is not None]
    assert main(["translate", *argv, "-o", "out"]) == 1
    error = capsys.readouterr().err
    assert "error: none.html: cannot be read: no such file" in error
    assert "1 of 2 files translated, 1 not" in error
    assert files(folder / "out") == {"a.html": "<p>UN</p>"}


@pytest.mark.parametrize(
    "argv",
    [
        ["docs/a.html", "-o", "-"],
        ["docs/a.html", "--as", "html", "-o", "-"],
        ["c.txt", "--wrapped", "-o", "-"],
        ["c.txt", "-o", "-"],
    ],
)
def test_a_file_needs_no_option_where_something_says_that_it_is_one(
    capsys: pytest.CaptureFixture[str], argv: list[str]
) -> None:
    assert main(["translate", *argv]) == 0
    assert capsys.readouterr().out == ("TROIS\n" if "c.txt" in argv else "<p>UN</p>")


def test_files_of_no_known_format_are_counted(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note = "note: 1 file of no known format left alone\n"
    named = "note: docs/program.py: no known format\n"
    for more, expected in (([], note), (["-v"], named), (["-q"], "")):
        assert main(["-i", "docs", "-o", "out", *more]) == 0
        error = capsys.readouterr().err
        assert expected in error
        assert (note in error) == ("-q" not in more)


def test_xml_in_a_folder_is_taken_by_how_it_begins(folder: Path) -> None:
    (folder / "docs" / "strings.xml").write_text(
        '<resources><string name="a">un</string></resources>'
    )
    (folder / "docs" / "other.xml").write_text("<other>un</other>")
    assert main(["-i", "docs", "-o", "out"]) == 0
    made = files(folder / "out")
    assert made["docs/strings.xml"] == '<resources><string name="a">UN</string></resources>'
    assert "docs/other.xml" not in made


def test_a_pdf_in_a_folder_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "docs" / "a.pdf").write_bytes(b"%PDF-1.4\n1 0 obj\n")
    assert main(["-i", "docs", "-o", "out"]) == 1
    assert "error: docs/a.pdf: a PDF cannot be read" in capsys.readouterr().err
    assert set(files(folder / "out")) == {"docs/a.html", "docs/inner/b.srt"}


def test_one_document_to_a_name(folder: Path) -> None:
    assert main(["-i", "docs/a.html", "-o", "b.html"]) == 0
    assert (folder / "b.html").read_text() == "<p>UN</p>"


def test_a_format_that_the_name_does_not_tell(folder: Path) -> None:
    (folder / "page").write_text("<p>un</p>")
    assert main(["-i", "page", "--as", "html", "-o", "out"]) == 0
    assert (folder / "out" / "page").read_text() == "<p>UN</p>"


def test_a_text_that_looks_wrapped_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = "une ligne qui est assez longue pour avoir été coupée"
    (folder / "long.txt").write_text(f"{line}\n" * 4, encoding="utf-8")
    (folder / "list.txt").write_text(f"{line}.\n" * 4, encoding="utf-8")
    assert main(["-i", "long.txt"]) == 0
    assert "long.txt looks wrapped; --wrapped reads paragraphs" in capsys.readouterr().err
    for quiet in (["-i", "list.txt"], ["-q", "-i", "long.txt"]):
        assert main(quiet) == 0
        assert "looks wrapped" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "options", [["--wrapped"], ["--as", "text", "--wrapped"], ["--as", "text"]]
)
def test_plain_text_is_shown_however_it_is_read(
    folder: Path, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    (folder / "w.txt").write_text("il est tard pour\nprendre le train\n")
    assert main(["w.txt", *options]) == 0
    assert capsys.readouterr() == ("IL EST TARD POUR\nPRENDRE LE TRAIN\n", "")


@pytest.mark.parametrize(
    ("source", "options", "output", "hint"),
    [
        ("c.txt", [], "out.docx", "out.txt"),
        ("c.txt", ["-q"], "out.pdf", "out.txt"),
        ("docs/a.html", [], "out.txt", "out.html"),
        ("docs/a.html", [], "docs/a.txt", "docs/a.en.html"),
        ("docs/a.html", ["--as", "text"], "a.md", "a.txt"),
        ("r.odt", [], "r.ods", "r.en.odt"),
        ("r.docx", [], "out.docm", "out.docx"),
    ],
)
def test_one_format_is_not_written_under_the_name_of_another(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    source: str,
    options: list[str],
    output: str,
    hint: str,
) -> None:
    for name in ("c.txt", "r.odt", "r.docx"):
        (folder / name).write_text("un\n")
    before = files(folder)
    assert main(["-i", source, *options, "-o", output]) == 2
    told = capsys.readouterr().err
    assert f"error: {source} is " in told
    assert f", and {output} would not be: nothing is converted" in told
    assert f"hint: -o {hint}\n" in told
    assert files(folder) == before


@pytest.mark.parametrize(
    ("source", "options", "output"),
    [
        ("c.txt", [], "out.log"),
        ("c.txt", [], "out.any"),
        ("c.txt", ["--format", "tsv"], "out.tsv"),
        ("page", [], "out.html"),
        ("docs/a.html", [], "out.htm"),
        ("docs/a.html", ["--as", "text"], "out.html"),
    ],
)
def test_endings_of_one_format_go_together(
    folder: Path, source: str, options: list[str], output: str
) -> None:
    (folder / "c.txt").write_text("un\n")
    (folder / "page").write_text("<html><p>un</p></html>")
    assert main(["-i", source, *options, "-o", output]) == 0
    assert "UN" in (folder / output).read_text()


def test_paragraphs_of_a_wrapped_text(folder: Path) -> None:
    (folder / "w.txt").write_text("il est tard pour\nprendre le train\n")
    assert main(["-i", "w.txt", "--wrapped", "-o", "w.en.txt"]) == 0
    assert (folder / "w.en.txt").read_text() == "IL EST TARD POUR\nPRENDRE LE TRAIN\n"


def test_one_table_among_the_files_may_have_columns(folder: Path) -> None:
    (folder / "docs" / "t.csv").write_text("a,b\nun,deux\n")
    assert main(["-i", "docs", "-o", "out", "--columns", "2"]) == 0
    assert (folder / "out" / "docs" / "t.csv").read_text() == "a,b\nun,DEUX\n"


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
        (["-i", "docs", "-i", "c.txt", "-o", "c.txt"], 1, "into c.txt: it is no folder"),
        (["-i", "docs/a.html", "-o", "c.txt/"], 1, "into c.txt/: it is no folder"),
        (["-i", "none.html", "--as", "html", "-o", "out"], 1, "none.html does not exist"),
        (["-i", "docs/empty", "-o", "out"], 1, "there is no file that can be read in docs/empty"),
        (["-i", "docs", "-o", "c.txt"], 1, "hint: -o FOLDER, one that is there or a new name"),
        (["-i", "docs", "-o", "out", "--wrapped"], 2, "--wrapped is for plain text"),
        (["-i", "docs", "-o", "out", "--columns", "1"], 2, "--columns is for tables"),
        (["-i", "c.txt", "-o", "out", "--columns", "1"], 2, "--columns is for tables"),
        (["-i", "c.txt", "-o", "out", "--as", "srt", "--wrapped"], 2, "--wrapped is for plain"),
        (["-i", "docs/a.html"], 2, "hint: -o FILE, or -o - to see it"),
        (["-i", "docs"], 2, "hint: -o FOLDER, or --suffix .en"),
        (["-i", "docs", "--suffix", ".en", "-o", "-"], 2, "where shall the results go?"),
        (["-i", "docs/a.html", "-o", "out", "--format", "jsonl"], 2, "one translation"),
        (["-i", "docs/a.html", "-o", "out", "--as", "word"], 2, "there is no format 'word'"),
        (["--suffix", ".en"], 2, "are for files"),
        (["-i", "docs", "--suffix", "en"], 2, "hint: --suffix .en"),
        (["un texte", "-o", "b.docx"], 2, "b.docx would be plain text: nothing is converted"),
        (["-o", "b.pdf"], 2, "hint: -o b.txt"),
        (["docs/a.html", "docs/b.html", "-q"], 2, "hint: allez docs/a.html -o docs/b.html"),
        (["translate", "docs/a.html", "docs/b.html"], 2, "allez docs/a.html -o docs/b.html"),
        (["translate", "un texte", "--as", "html"], 2, "are for files"),
        (["translate", "none.html", "-o", "-"], 1, "none.html does not exist"),
        (["translate", "none.html", "un texte", "-o", "out"], 2, "and 'un texte' a text"),
        (["translate", "c.txt", "un"], 2, "c.txt is a file, and 'un' a text"),
        (["./none"], 1, "./none does not exist"),
        (["none/"], 1, "none/ does not exist"),
        (["-i", "docs", "-o", "out", "--max-time", "1"], 2, "--max-time is not for documents"),
        (["-i", "docs", "-o", "out", "--prefix", "A"], 2, "--prefix is not for documents"),
        (["-i", "docs", "-o", "out", "--errors", "replace"], 2, "--errors is not for documents"),
        (["-i", "docs", "-o", "out", "--markup", "html"], 2, "--markup is not for documents"),
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
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1", "an old or encrypted Office file cannot be read"),
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

    def killed_at_the_second(
        document: Document, translate: translation.Translate, **told: Any
    ) -> bytes:
        read.append(document.segments[0].source.text)
        if len(read) == 2:
            raise KeyboardInterrupt
        return real(document, translate, **told)

    monkeypatch.setattr(translation, "translate_document", killed_at_the_second)
    assert main(["translate", "docs", "-o", "out"]) == 130
    assert set(files(folder / "out")) == {"docs/a.html", tree.JOURNAL}
    assert main(["translate", "docs", "-o", "out"]) == 0
    assert read == ["un", "deux", "deux"]
    assert set(files(folder / "out")) == {"docs/a.html", "docs/inner/b.srt"}


def test_nothing_is_left_of_a_run_that_has_finished_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(document: Document, translate: translation.Translate, **told: Any) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(translation, "translate_document", killed)
    assert main(["translate", "docs", "-o", "out"]) == 130
    assert files(folder / "out") == {}


def test_two_runs_into_one_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "out").mkdir()
    journal = tree.Journal(folder / "out", {"model": 1})
    assert main(["translate", "docs", "-o", "out"]) == 1
    assert "another run is writing into out" in capsys.readouterr().err
    assert set(files(folder / "out")) == {tree.JOURNAL}
    journal.close()
    assert main(["translate", "docs", "-o", "out"]) == 0
    assert tree.JOURNAL not in files(folder / "out")


@pytest.mark.parametrize("output", ["docs/en", "docs"])
def test_results_within_the_input_are_no_input(folder: Path, output: str) -> None:
    for _ in range(2):
        assert main(["translate", "docs", "-o", output]) == 0
        made = set(files(folder / output / "docs"))
        assert made == {"a.html", "inner/b.srt"}


@pytest.mark.parametrize("change", ["source", "target", "journal"])
def test_what_is_no_longer_true_is_made_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    real = tree.Journal.end
    monkeypatch.setattr(tree.Journal, "end", lambda journal: None)
    argv = ["translate", "docs/a.html", "c.txt", "-o", "out/"]
    assert main(argv) == 0
    journal = folder / "out" / tree.JOURNAL
    assert len(journal.read_text().splitlines()) == 3
    if change == "source":
        (folder / "docs" / "a.html").write_text("<p>quatre</p>")
    elif change == "target":
        (folder / "out" / "a.html").write_text("<p>spoilt</p>")
    else:
        journal.write_bytes(journal.read_bytes()[:-400])
        (folder / "out" / "a.html").write_text("<p>spoilt</p>")
    monkeypatch.setattr(tree.Journal, "end", real)
    assert main(argv) == 0
    expected = "<p>QUATRE</p>" if change == "source" else "<p>UN</p>"
    assert files(folder / "out") == {"a.html": expected, "c.txt": "TROIS\n"}


@pytest.mark.parametrize("left", ["foreign", "other settings", "link"])
def test_what_lies_in_the_way_of_a_journal_is_not_touched(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], left: str
) -> None:
    out = folder / "out"
    out.mkdir()
    journal = out / tree.JOURNAL
    if left == "foreign":
        journal.write_text("mine")
    elif left == "link":
        (folder / "mine").write_text("mine")
        journal.symlink_to(folder / "mine")
    else:
        with monkeypatch.context() as patch:
            patch.setattr(tree.Journal, "end", lambda journal: None)
            assert main(["translate", "docs", "-o", "out", "--beam-size", "2"]) == 0
    before = files(out)
    assert main(["translate", "docs", "-o", "out"]) == 1
    assert f"{journal.relative_to(folder)} is in the way" in capsys.readouterr().err
    assert files(out) == before
    assert main(["translate", "docs/a.html", "-o", "out"]) == 0  # one has no need of a journal
    assert files(out) == {**before, "a.html": "<p>UN</p>"}


def test_a_journal_grows_by_a_line_and_is_no_way_through_a_link(folder: Path) -> None:
    journal = tree.Journal(folder, {"model": 1})
    job = tree.Job(folder / "c.txt", folder / "docs")
    journal.add(job, "1", "2")
    first = (folder / tree.JOURNAL).read_bytes()
    journal.add(job, "3", "4")
    journal.close()
    assert (folder / tree.JOURNAL).read_bytes().startswith(first)
    journal = tree.Journal(folder, {"model": 1})
    (folder / tree.JOURNAL).unlink()
    (folder / tree.JOURNAL).symlink_to(folder / "elsewhere")
    with pytest.raises(OutputError, match="is a link"):
        journal.add(job, "5", "6")
    assert not (folder / "elsewhere").exists()
    journal.close()


@pytest.mark.parametrize("place", ["-", "/dev/stdout"])
def test_one_document_to_standard_output(
    folder: Path, capfdbinary: pytest.CaptureFixture[bytes], place: str
) -> None:
    assert main(["-i", "docs/a.html", "-o", place]) == 0
    assert capfdbinary.readouterr().out == b"<p>UN</p>"


def test_a_terminal_gets_no_control_characters_of_a_document(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "a.html").write_text("<p title='\x1b[2J'>un</p>")
    monkeypatch.setattr(console, "is_terminal", lambda stream: True)
    assert main(["-i", "a.html", "-o", "-", "-q"]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_a_result_may_be_a_file_without_an_ending(folder: Path) -> None:
    (folder / "result").write_text("old")
    assert main(["-i", "docs/a.html", "-o", "result"]) == 0
    assert (folder / "result").read_text() == "<p>UN</p>"


def test_a_folder_that_cannot_be_made(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["translate", "docs", "-o", "c.txt/out"]) == 1
    assert "cannot make the folder c.txt/out" in capsys.readouterr().err


def test_results_stay_in_the_output_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "docs" / "inner" / "deep").mkdir()
    monkeypatch.chdir(folder / "docs" / "inner" / "deep")
    assert main(["translate", "../..", "-o", "out"]) == 0
    made = files(folder / "docs" / "inner" / "deep")
    assert made == {
        "out/docs/a.html": "<p>UN</p>",
        "out/docs/inner/b.srt": "1\n00:00:01,000 --> 00:00:02,000\nDEUX\n",
    }


def test_a_folder_that_cannot_be_read_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = os.scandir

    def refusing(path: str) -> object:
        if Path(path).name == "inner":
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert main(["translate", "docs", "-o", "out"]) == 1
    assert "docs/inner cannot be read: permission denied" in capsys.readouterr().err


@pytest.mark.parametrize("charset", ["hex", "rot13", "zlib", "idna", "undefined"])
def test_an_encoding_that_is_none_stops_only_its_file(
    folder: Path, capsys: pytest.CaptureFixture[str], charset: str
) -> None:
    (folder / "docs" / "a0.html").write_text(f'<meta charset="{charset}"><p>a..b</p>')
    assert main(["translate", "docs", "-o", "out"]) == 1
    assert "error: docs/a0.html: the " in capsys.readouterr().err
    assert set(files(folder / "out")) == {"docs/a.html", "docs/inner/b.srt"}


def test_a_document_too_large_for_the_memory_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(files_command, "MOST_BYTES", 2**20)
    (folder / "a.html").write_bytes(b"<p>un</p>\n" * 2**18)
    assert main(["-i", "a.html", "-o", "b.html"]) == 1
    assert "error: a.html: it has more than 1 MB" in capsys.readouterr().err
    assert not (folder / "b.html").exists()


def test_no_document_is_made_of_what_the_time_cut(tiny: Translator) -> None:
    source = Marked("le chat", ())
    with pytest.raises(CancelledError, match="the time was over"):
        translation.translate_marked([source], partial(tiny.translate_batch, max_time=1e-9))
