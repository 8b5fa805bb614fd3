"""Very many rows: a recipe that can be sent anywhere, files in parts, the engine of one machine."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allez import ChecksumError, InputError, OptionError, OutputError, Translator
from allez.bulk import Job, Part, Recipe, make, plan, recipe
from allez.bulk.job import begun
from allez.bulk.rows import BROKEN, SHAPES, cut
from allez.cli.main import main
from allez_export import toy
from support.patience import PATIENCE, until
from support.soak import amount

TEXTS = [source for source, _ in toy.pairs(5, 400)]


@pytest.fixture(scope="session")
def made(tiny_bundle: Path) -> Recipe:
    return recipe(tiny_bundle, beam_size=1)


@pytest.fixture(scope="session")
def said(tiny: Translator) -> list[str]:
    return [t.text.replace("\n", " ") for t in tiny.translate_batch(TEXTS, beam_size=1)]


def write_text(path: Path, texts: Sequence[str]) -> Path:
    path.write_bytes("".join(f"{text}\n" for text in texts).encode())
    return path


def write_rows(path: Path, rows: Sequence[Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def results(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("part-*")))


def run(job: Job) -> None:
    """Make all parts that are left, here."""
    with begun(job):
        for part in job.left():
            make(job, part)


# --- recipes --------------------------------------------------------------------------------


def test_rows_keep_their_columns_and_order(made: Recipe, said: list[str]) -> None:
    records = [{"id": number, "text": text} for number, text in enumerate(TEXTS)]
    found = list(made.partition(records))
    wanted = [
        {**record, "translation": text, "error": None}
        for record, text in zip(records, said, strict=True)
    ]
    assert found == wanted
    assert all("translation" not in record for record in records)


def test_rows_that_cannot_be_translated_say_why_and_stop_nothing(
    made: Recipe, said: list[str]
) -> None:
    records: list[dict[str, Any]] = [
        {"text": None},
        {"text": TEXTS[0]},
        {"text": 7},
        {},
        {"text": TEXTS[1]},
        {"text": b"?"},
    ]
    found = [(row["translation"], row["error"]) for row in made.partition(records)]
    assert found == [
        (None, "'text' is null"),
        (said[0], None),
        (None, "'text' is no text"),
        (None, "there is no column 'text'"),
        (said[1], None),
        (None, "'text' is no text"),
    ]


def test_no_rows_need_no_answers(made: Recipe) -> None:
    assert list(made.partition([])) == []


def test_a_recipe_is_the_same_on_the_other_side(made: Recipe) -> None:
    sent = pickle.loads(pickle.dumps(made))
    assert sent == made
    assert hash(sent) == hash(made)
    assert sent.translator() is made.translator()


def test_a_recipe_notices_another_bundle(made: Recipe, tiny_bundle: Path) -> None:
    other = Recipe(str(tiny_bundle), "0" * 64, made.options, "text", "translation", 1)
    with pytest.raises(ChecksumError, match="not the bundle that the recipe was made with"):
        list(other.partition([{"text": "?"}]))


def test_a_recipe_names_the_shipped_bundle_and_finds_others() -> None:
    assert recipe().bundle == recipe("fr-en").bundle == "fr-en"


@pytest.mark.parametrize("wrong", [{"n_best": 2}, {"max_time": 1.0}])
def test_what_rows_cannot_have_is_refused(tiny_bundle: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match="a recipe takes no"):
        recipe(tiny_bundle, **wrong)


@pytest.mark.parametrize("columns", [("a", "a"), ("error", "b"), ("a", "error")])
def test_columns_must_differ(tiny_bundle: Path, columns: tuple[str, str]) -> None:
    with pytest.raises(OptionError, match="three columns"):
        recipe(tiny_bundle, column=columns[0], into=columns[1])


def test_columns_of_a_table(made: Recipe, said: list[str]) -> None:
    assert made.columns({"text": [TEXTS[0], None]}) == {
        "translation": [said[0], None],
        "error": [None, "'text' is null"],
    }
    with pytest.raises(InputError, match="no column 'text'"):
        made.columns({"texte": []})


# --- files in parts -------------------------------------------------------------------------


@given(lines=st.lists(st.text(max_size=9)), part_bytes=st.integers(1, 40), last=st.booleans())
@settings(max_examples=150, deadline=None)
def test_every_line_is_in_one_part(
    tmp_path_factory: pytest.TempPathFactory,
    made: Recipe,
    lines: list[str],
    part_bytes: int,
    last: bool,
) -> None:
    data = "\n".join(line.replace("\n", "") for line in lines).encode("utf-8", "replace")
    data += b"\n" if last else b""
    path = tmp_path_factory.mktemp("lines") / "a.txt"
    path.write_bytes(data)
    shape = SHAPES[".txt"]
    found = [
        row["text"]
        for number, (start, end) in enumerate(cut(path, shape, "text", part_bytes))
        for row in shape.read("text", Part(number, str(path), start, end))
    ]
    wanted = data.decode().split("\n")
    if wanted[-1] == "":
        wanted.pop()
    assert found == [
        line.removeprefix("\ufeff") if n == 0 else line for n, line in enumerate(wanted)
    ]


@pytest.mark.parametrize("part_bytes", [1, 200, 10**6])
def test_parts_of_text_together_are_the_file_translated(
    tmp_path: Path, made: Recipe, said: list[str], part_bytes: int
) -> None:
    texts, wanted = (TEXTS[:40], said[:40]) if part_bytes == 1 else (TEXTS, said)
    job = plan(
        [write_text(tmp_path / "a.txt", texts)], tmp_path / "out", made, part_bytes=part_bytes
    )
    run(job)
    assert results(tmp_path / "out") == "".join(f"{text}\n" for text in wanted).encode()
    assert (tmp_path / "out" / "_SUCCESS").is_file()


def test_json_lines_keep_their_other_columns(tmp_path: Path, made: Recipe, said: list[str]) -> None:
    rows: list[Any] = [
        {"id": 1, "text": TEXTS[0], "more": {"a": [1.5, None]}},
        {"id": 2, "text": None},
        [3],
        {"id": 4, "text": TEXTS[1], "translation": "old"},
        {"id": 5, "text": "\ud800"},
    ]
    path = write_rows(tmp_path / "a.jsonl", rows)
    path.write_bytes(path.read_bytes() + b'{"id": 6\n')
    job = plan([path], tmp_path / "out", made, part_bytes=30)
    run(job)
    found = [json.loads(line) for line in results(tmp_path / "out").splitlines()]
    assert found[0] == {**rows[0], "translation": said[0], "error": None}
    assert found[1] == {**rows[1], "translation": None, "error": "'text' is null"}
    assert found[2] == {"translation": None, "error": "no JSON object"}
    assert found[3] == {**rows[3], "translation": said[1], "error": None}
    assert found[4]["error"] is None
    assert found[5] == {"translation": None, "error": "not JSON"}
    told = [job.done(part) for part in job.parts]
    assert sum(done.failed for done in told if done) == 3
    assert sum(done.rows for done in told if done) == 6


def test_files_of_a_folder_come_in_the_order_of_their_names(
    tmp_path: Path, made: Recipe, said: list[str]
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write_text(folder / "b.txt", TEXTS[3:6])
    write_text(folder / "a.txt", TEXTS[:3])
    write_text(folder / "_log.txt", ["?"])
    write_text(folder / ".hidden", ["?"])
    run(plan([folder], tmp_path / "out", made))
    assert results(tmp_path / "out").decode().splitlines() == said[:6]


def test_bytes_that_are_no_text_are_an_empty_line(tmp_path: Path, made: Recipe) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xe9t\xe9\n" + TEXTS[0].encode() + b"\n")
    job = plan([path], tmp_path / "out", made)
    run(job)
    assert results(tmp_path / "out").split(b"\n")[0] == b""
    done = job.done(job.parts[0])
    assert done is not None
    assert (done.rows, done.failed, done.errors) == (2, 1, [[1, "not UTF-8"]])


def test_what_cannot_be_read_is_named(tmp_path: Path, made: Recipe) -> None:
    out = tmp_path / "out"
    no_column = write_rows(tmp_path / "a.jsonl", [{"texte": "?", "id": 1}])
    with pytest.raises(InputError, match="no column 'text'") as error:
        plan([no_column], out, made)
    assert error.value.hint == "--column NAME; there is: texte, id"
    broken = tmp_path / "b.jsonl"
    broken.write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=r"b\.jsonl, line 1: not JSON"):
        plan([broken], out, made)
    with pytest.raises(InputError, match="does not exist"):
        plan([tmp_path / "c.txt"], out, made)
    with pytest.raises(InputError, match="is of no kind that has rows"):
        plan([write_text(tmp_path / "d.docx", [])], out, made)
    with pytest.raises(InputError, match="files of several kinds"):
        plan([no_column, write_text(tmp_path / "e.txt", [])], out, made)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="nothing to translate"):
        plan([tmp_path / "empty"], out, made)
    assert not out.exists()
    assert BROKEN not in {"text", "translation"}


def test_a_line_without_end_is_an_error(
    tmp_path: Path, made: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allez.bulk.rows.MAX_LINE_BYTES", 100)
    job = plan([write_text(tmp_path / "a.txt", ["", "a" * 200])], tmp_path / "out", made)
    with pytest.raises(InputError, match=r"a\.txt, byte 1: a line is longer than 100 bytes"):
        run(job)
    assert not list((tmp_path / "out").glob("*part*"))


# --- going on -------------------------------------------------------------------------------


def test_what_is_there_is_not_made_again(tmp_path: Path, made: Recipe) -> None:
    job = plan([write_text(tmp_path / "a.txt", TEXTS)], tmp_path / "out", made, part_bytes=500)
    with begun(job):
        for part in job.parts[::2]:
            make(job, part)
    assert not (tmp_path / "out" / "_SUCCESS").exists()
    stamps = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("part-*")}
    again = plan([tmp_path / "a.txt"], tmp_path / "out", made, part_bytes=500)
    assert again.left() == list(job.parts[1::2])
    run(again)
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps
    assert (tmp_path / "out" / "_SUCCESS").exists()


def test_a_part_without_its_record_is_made_again(tmp_path: Path, made: Recipe) -> None:
    job = plan([write_text(tmp_path / "a.txt", TEXTS[:9])], tmp_path / "out", made)
    run(job)
    (record,) = (tmp_path / "out" / "_done").iterdir()
    record.write_text(record.read_text(encoding="utf-8")[:9], encoding="utf-8")
    assert job.left() == list(job.parts)


def test_another_job_goes_elsewhere(tmp_path: Path, made: Recipe, tiny_bundle: Path) -> None:
    path = write_text(tmp_path / "a.txt", TEXTS[:9])
    run(plan([path], tmp_path / "out", made))
    with pytest.raises(OutputError, match="was begun with other options"):
        run(plan([path], tmp_path / "out", recipe(tiny_bundle, beam_size=2)))
    with pytest.raises(OutputError, match="was begun with other parts"):
        run(plan([path], tmp_path / "out", made, part_bytes=5))
    write_text(path, TEXTS[:8])
    with pytest.raises(OutputError, match="was begun with other input"):
        run(plan([path], tmp_path / "out", made))


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path, made: Recipe) -> None:
    path = write_text(tmp_path / "in.txt", TEXTS[:2])
    out = tmp_path / "out"
    out.mkdir()
    write_text(out / "mine.txt", ["!"])
    with pytest.raises(OutputError, match="is not empty"):
        run(plan([path], out, made))
    (out / "mine.txt").rename(out / "_plan.json")
    with pytest.raises(OutputError, match="no run has left it"):
        run(plan([path], out, made))
    assert (out / "_plan.json").read_bytes() == b"!\n"


def test_two_runs_do_not_share_a_folder(tmp_path: Path, made: Recipe) -> None:
    job = plan([write_text(tmp_path / "a.txt", TEXTS[:2])], tmp_path / "out", made)
    with begun(job), pytest.raises(OutputError, match="another run is writing"), begun(job):
        pass


def test_an_input_that_changes_meanwhile_ends_the_run(tmp_path: Path, made: Recipe) -> None:
    job = plan([write_text(tmp_path / "a.txt", TEXTS[:2])], tmp_path / "out", made)
    write_text(tmp_path / "a.txt", TEXTS[:3])
    with pytest.raises(InputError, match="was changed while it was being translated"):
        run(job)


# --- the command ----------------------------------------------------------------------------


def test_the_command_tells_what_failed(
    tmp_path: Path, tiny_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_rows(tmp_path / "a.jsonl", [{"q": TEXTS[0]}, {"q": None}])
    arguments = ["bulk", str(path), "-o", str(tmp_path / "out"), "--column", "q", "--into", "en"]
    assert main([*arguments, "--model", str(tiny_bundle), "--workers", "1"]) == 0
    assert capsys.readouterr().err == (
        "error: part-00000.jsonl, row 2: 'q' is null\nnote: 1 rows have no translation\n"
    )
    rows = [json.loads(line) for line in results(tmp_path / "out").splitlines()]
    assert [set(row) for row in rows] == [{"q", "en", "error"}] * 2


def test_an_engine_that_is_not_there_is_named(
    tmp_path: Path,
    tiny_bundle: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write_text(tmp_path / "a.txt", TEXTS[:2])
    for engine, module in (("ray", "ray"), ("spark", "pyspark.sql")):
        monkeypatch.setitem(sys.modules, module, None)
        out = tmp_path / engine
        arguments = ["bulk", str(path), "-o", str(out), "--model", str(tiny_bundle)]
        assert main([*arguments, "--engine", engine]) == 1
        assert f"hint: pip install {'pyspark' if engine == 'spark' else 'ray'}" in (
            capsys.readouterr().err
        )


def start(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "allez", "bulk", *arguments],
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def test_a_run_leaves_nothing_behind_and_says_nothing(tmp_path: Path, tiny_bundle: Path) -> None:
    path = write_text(tmp_path / "a.txt", TEXTS[:9])
    process = start(str(path), "-o", str(tmp_path / "out"), "--model", str(tiny_bundle))
    _, told = process.communicate(timeout=PATIENCE)
    assert (process.returncode, told) == (0, b"")


@pytest.mark.soak
@pytest.mark.skipif(os.name != "posix", reason="processes are found by /proc")
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="processes are found by /proc")
def test_workers_and_the_run_itself_may_be_killed(
    tmp_path: Path, tiny_bundle: Path, tiny: Translator
) -> None:
    texts = [source for source, _ in toy.pairs(9, amount(share=4_000, whole=40_000))]
    path = write_text(tmp_path / "a.txt", texts)
    out = tmp_path / "out"
    arguments = [str(path), "-o", str(out), "--model", str(tiny_bundle), "--part-bytes", "3000"]
    arguments += ["--workers", "2", "--beam-size", "1"]
    wanted = "".join(
        t.text.replace("\n", " ") + "\n" for t in tiny.translate_batch(texts, beam_size=1)
    ).encode()

    def parts() -> int:
        return len(list(out.glob("_done/*.json")))

    first = start(*arguments)
    until(lambda: parts() > 2)
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    before = parts()
    second = start(*arguments)
    until(lambda: parts() > before)
    for worker in children(second.pid):
        os.kill(worker, signal.SIGKILL)
    _, told = second.communicate(timeout=PATIENCE)
    assert second.returncode == 0, told
    assert results(out) == wanted


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="processes are found by /proc")
def test_workers_end_with_the_run(tmp_path: Path, tiny_bundle: Path) -> None:
    texts = [source for source, _ in toy.pairs(9, 20_000)]
    path = write_text(tmp_path / "a.txt", texts)
    out = tmp_path / "out"
    process = start(
        *[str(path), "-o", str(out), "--model", str(tiny_bundle)],
        *["--part-bytes", "3000", "--workers", "2"],
    )
    until(lambda: list(out.glob("_done/*.json")))
    workers = children(process.pid)
    assert len(workers) >= 2
    process.kill()
    process.communicate()
    until(lambda: not any(alive(worker) for worker in workers))


def children(pid: int) -> list[int]:
    """Return the workers of a process; not the one that Python keeps to clean up after them."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [int(child) for child in found if b"spawn_main" in command(int(child))]


def command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def alive(pid: int) -> bool:
    return b"spawn_main" in command(pid)
