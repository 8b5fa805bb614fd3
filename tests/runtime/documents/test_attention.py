"""`allez attention` for a part of a document."""

from __future__ import annotations

from pathlib import Path

import pytest

from allez.cli.main import main


@pytest.fixture
def page(tmp_path: Path) -> str:
    (tmp_path / "a.html").write_text("<h1>le chat</h1><p>le <b>chat noir</b> dort.</p>")
    return str(tmp_path / "a.html")


def draw(bundle: Path, *argv: str) -> int:
    return main(["attention", "--model", str(bundle), *argv])


def test_a_part_of_a_document_is_drawn(
    tiny_bundle: Path, page: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for more, text in (([], "le chat\n"), (["--at", "2"], "le chat noir dort.\n")):
        assert draw(tiny_bundle, "-i", page, *more) == 0
        assert capsys.readouterr().out.startswith(text)


@pytest.mark.parametrize(
    ("argv", "code", "message"),
    [
        (["--at", "3"], 2, "has 2 part(s) to translate, no number 3"),
        (["--at", "0"], 2, "no number 0"),
        (["un"], 2, "a text is needed, or a document"),
    ],
)
def test_what_is_not_there_is_named(
    tiny_bundle: Path,
    page: str,
    capsys: pytest.CaptureFixture[str],
    argv: list[str],
    code: int,
    message: str,
) -> None:
    assert draw(tiny_bundle, "-i", page, *argv) == code
    assert message in capsys.readouterr().err


def test_a_document_that_cannot_be_read_is_named(
    tiny_bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert draw(tiny_bundle, "-i", str(tmp_path / "none.html")) == 1
    assert "cannot read" in capsys.readouterr().err
    assert draw(tiny_bundle, "un", "--at", "1") == 2
    assert "--at is for documents" in capsys.readouterr().err
