"""Tables by rows: what comes out is what the whole table would be, however it is cut or killed."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allez.cli.main import main
from allez.documents import rows, tables
from allez.documents.reading import Reading
from allez.errors import InputError, OptionError
from allez.results import Translation
from support.documents import unchanged, upper, uppercased
from support.soak import amount

CELLS = ["un mot", "deux, trois", 'a "b"', 'x"y', "12", "", "é\ny", '"', ",", "\n"]


def translated(path: Path, *, done: int = 0) -> list[bytes]:
    """Return the rows of a table behind the first `done`, in capitals."""
    written: list[bytes] = []

    def translate(texts: Iterable[str]) -> Iterator[Translation]:
        return (Translation(source=text, texts=(upper(text),), sentences=()) for text in texts)

    table = rows.open_csv(path, Reading())
    rows.translate_rows(table, written.append, [translate], done=done)
    assert len(written) == max(table.total - done, 0)
    return written


@given(
    st.lists(st.lists(st.sampled_from(CELLS), min_size=2, max_size=3), max_size=6),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\ufeff"]),
    st.booleans(),
    st.integers(1, 9),
)
def test_a_table_by_rows_is_the_table_as_a_whole(
    cells: list[list[str]], separator: str, line: str, mark: str, ends: bool, chunk: int
) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=line).writerows([["nom", "texte"], *cells])
    text = mark + out.getvalue() + ("" if ends else "une fin sans ligne")
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.csv")
        for encoding in ("utf-8", "utf-16-le") if mark else ("utf-8",):
            data = text.encode(encoding)
            path.write_bytes(data)
            patch.setattr(rows, "_CHUNK", 64)  # the first line tells what parts the cells
            table = rows.open_csv(path, Reading())
            patch.setattr(rows, "_CHUNK", chunk)
            assert b"".join(map(unchanged, table.documents())) == data
            patch.setattr(rows, "_CHUNK", 64)
            made = translated(path)
            assert b"".join(made) == uppercased(tables.parse_csv(data))
            for done in range(len(made) + 1):
                assert translated(path, done=done) == made[done:]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'a,b\n1,"un\n2,deux\n' * 3, "line 8: a quotation mark is never closed"),
        (b"a,b\n" + b"1,un\n" * 50 + b"2,d\xe9j\xe0\n", "line 52: not UTF-8 .byte 0xe9"),
        (b"\xff\xfea\0,\0b\0\n\0\n", "line 2: not utf-16-le"),
        (b"a\0,b\n", "NUL characters"),
        (b'a,b\n1,"' + b"x\n" * 600, "line 2: a row of more than 1,000 characters"),
    ],
)
def test_what_is_no_table_is_named_before_anything_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, message: str
) -> None:
    monkeypatch.setattr(rows, "_CHUNK", 16)
    monkeypatch.setattr(rows, "MAX_LINE_BYTES", 1000)
    (tmp_path / "a.csv").write_bytes(data)
    with pytest.raises(InputError, match=message):
        rows.open_csv(tmp_path / "a.csv", Reading())
    (tmp_path / "a.csv").write_bytes(b"a,b\n1,un\n")
    with pytest.raises(OptionError, match="no column 'z'"):
        rows.open_csv(tmp_path / "a.csv", Reading(columns=("z",)))


def test_a_table_that_is_changed_meanwhile_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_bytes(b"a\tb\n1\tun mot\n")
    table = rows.open_tsv(path, Reading())
    path.write_bytes(b"a\tb\n1\tdeux mots\n")
    with pytest.raises(InputError, match="was changed while"):
        list(table.documents())


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("others", [[], ["b.csv"]])
def test_a_killed_run_goes_on_behind_its_last_row(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    others: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(rows, "_TOGETHER", 3)
    for name in ("a.csv", *others):
        Path(name).write_text("id,texte\n" + "".join(f'{i},"un mot\nou {i}"\n' for i in range(20)))
    argv = ["translate", "a.csv", *others, "-o", "out/"]
    real, count = tables.Table.document, 0

    def killed(*args: object) -> object:
        nonlocal count
        count += 1
        if count == 10:
            raise KeyboardInterrupt
        return real(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(tables.Table, "document", killed)
        assert main(argv) == 130
    assert "9 rows are kept in" in capsys.readouterr().err
    assert not Path("out/a.csv").exists()
    assert main(argv) == 0
    assert "out/a.csv: continuing after 9 rows" in capsys.readouterr().err
    expected = "id,texte\n" + "".join(f'{i},"UN MOT\nOU {i}"\n' for i in range(20))
    for name in ("a.csv", *others):
        assert Path("out", name).read_text() == expected
    assert sorted(path.name for path in Path("out").iterdir()) == ["a.csv", *others]


@pytest.mark.usefixtures("installed")
def test_a_table_to_standard_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("id,texte\n1,un mot\n")
    assert main(["translate", "-i", "a.csv", "-o", "-"]) == 0
    assert capfdbinary.readouterr().out == b"id,texte\n1,UN MOT\n"


_MEASURED = """
import resource, sys
from pathlib import Path
from allez.documents import rows
from allez.documents.reading import Reading
from allez.results import Translation

def translate(texts):
    return (Translation(source=text, texts=(text.upper(),), sentences=()) for text in texts)

table = rows.open_csv(Path(sys.argv[1]), Reading())
with open(sys.argv[1] + ".out", "wb") as out:
    rows.translate_rows(table, out.write, [translate])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.soak
@pytest.mark.skipif(sys.platform == "win32", reason="the memory of a process is told elsewhere")
def test_a_large_table_takes_as_much_memory_as_a_small_one(tmp_path: Path) -> None:
    row = '{},"Une chaise pliante, légère et solide",' + "12.5," * 60 + "\n"

    def peak(megabytes: int) -> int:
        path = tmp_path / f"{megabytes}.csv"
        count = megabytes * 2**20 // len(row.encode())
        with open(path, "w", encoding="utf-8") as out:
            out.writelines(row.format(number) for number in range(count))
        command = [sys.executable, "-c", _MEASURED, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert Path(f"{path}.out").stat().st_size == path.stat().st_size
        return int(done.stdout)

    large = amount(share=12, whole=100)
    small = peak(4)
    assert peak(large) <= 1.05 * small
