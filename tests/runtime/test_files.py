"""Line files: what is read, what is written, and that no kill loses or repeats a line."""

from __future__ import annotations

import io
import json
import os
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allez.documents import lines as files
from allez.documents.lines import (
    LineFile,
    LineStream,
    describe_job,
    open_lines,
    render,
    translate_lines,
)
from allez.documents.output import OutputFile, open_output
from allez.documents.stamps import translate_apart
from allez.errors import InputError, OutputError
from allez.options import TranslateOptions
from allez.results import Doubt, Translation
from allez.translate.translator import Translator
from support.documents import WordByWord
from support.patience import PATIENCE, until

Start = Callable[..., subprocess.Popen[bytes]]


def read(path: Path) -> list[str]:
    return [line for group in LineFile(path).groups() for line in group]


# --- reading --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", []),
        (b"\xef\xbb\xbf", []),
        (b"\n", [""]),
        (b"\xef\xbb\xbf\n", [""]),
        (b"a\nb\n", ["a", "b"]),
        (b"a\nb", ["a", "b"]),
        (b"a\n\n\nb\n\n", ["a", "", "", "b", ""]),
        (b"a\r\nb\r\n", ["a\r", "b\r"]),
        (b"a\rb\n", ["a\rb"]),
        (b"\xef\xbb\xbfa\n\xef\xbb\xbfb\n", ["a", "\N{ZERO WIDTH NO-BREAK SPACE}b"]),
        (b"a\0b\n\0\n", ["a\0b", "\0"]),
        ("a\x0bb\x0cc\x1cd\x85e\u2028f\n".encode(), ["a\x0bb\x0cc\x1cd\x85e\u2028f"]),
        ("  é\tœ  \n".encode(), ["  é\tœ  "]),
    ],
)
def test_lines_end_at_line_feeds_alone(tmp_path: Path, content: bytes, lines: list[str]) -> None:
    path = tmp_path / "in.txt"
    path.write_bytes(content)
    assert read(path) == lines
    assert LineFile(path).total == len(lines)
    stream = LineStream(io.BytesIO(content), "stream")
    assert [line for group in stream.groups() for line in group] == lines


@given(st.lists(st.binary(max_size=12)), st.integers(1, 7))
def test_lines_do_not_depend_on_how_they_arrive(parts: list[bytes], size: int) -> None:
    content = b"\n".join(parts)

    def lines(chunk: int) -> list[str] | str:
        stream = io.BytesIO(content)
        try:
            return [line for g in files._split(lambda: stream.read(chunk), "x") for line in g]
        except InputError as error:
            return str(error)

    assert lines(size) == lines(1000)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_lines_joined_are_the_text(text: str) -> None:
    content = text.encode()
    lines = [line for g in LineStream(io.BytesIO(content), "x").groups() for line in g]
    expected = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    assert "\n".join(lines) == expected.removesuffix("\n")


def test_not_utf8_names_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.txt"
    path.write_bytes("un\ndeux\nété\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"latin\.txt, line 3: not UTF-8 \(byte 0xe9") as error:
        LineFile(path)
    assert "iconv -f ISO-8859-1" in str(error.value.hint)


@pytest.mark.parametrize("text", ["L’homme a payé 5 €.\n", "été\nL’hiver\n"])
def test_windows_1252_is_recognised(tmp_path: Path, text: str) -> None:
    path = tmp_path / "windows.txt"
    path.write_bytes(text.encode("cp1252"))
    with pytest.raises(InputError, match="line 1: not UTF-8") as error:
        LineFile(path)
    assert "iconv -f WINDOWS-1252" in str(error.value.hint)


@pytest.mark.parametrize("line", [b"\xff\n", b"\xc3", b"\xed\xa0\x80\n", b"\xc0\x80\n"])
def test_strictly_utf8_and_lines_before_are_not_lost(line: bytes) -> None:
    groups = LineStream(io.BytesIO(b"un\ndeux\n" + line), "standard input").groups()
    assert next(groups) == ["un", "deux"]
    with pytest.raises(InputError, match="standard input, line 3"):
        next(groups)


def test_a_line_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_LINE_BYTES", 100)
    monkeypatch.setattr(files, "_CHUNK", 64)
    zeros: Iterator[bytes] = iter(lambda: b"\0" * 64, b"")
    with pytest.raises(InputError, match="line 1: longer than 100 bytes"):
        list(files._split(lambda: next(zeros), "zeros"))


def test_missing_folder_and_unreadable(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        open_lines(tmp_path / "none.txt")
    with pytest.raises(InputError, match="is a directory"):
        open_lines(tmp_path)
    with pytest.raises(InputError, match="not a directory"):
        open_lines(Path(__file__) / "x")


def test_a_stream_yields_what_has_arrived() -> None:
    out, into = os.pipe()
    with os.fdopen(out, "rb") as stream:
        groups = LineStream(stream, "pipe").groups()
        os.write(into, b"un\n")
        assert next(groups) == ["un"]
        os.write(into, b"deux\ntrois\nqua")
        assert next(groups) == ["deux", "trois"]
        os.write(into, b"tre")
        os.close(into)
        assert list(groups) == [["quatre"]]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a POSIX thing")
def test_a_named_pipe_is_read_as_a_stream(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    keep = os.open(tmp_path / "pipe", os.O_RDWR)  # so that nobody waits for the other end
    lines = open_lines(tmp_path / "pipe")
    os.write(keep, b"un\n")
    assert isinstance(lines, LineStream)
    groups = lines.groups()
    assert next(groups) == ["un"]
    os.close(keep)
    assert list(groups) == []


# --- records --------------------------------------------------------------------------------


def test_text_records_always_have_n_lines() -> None:
    def translation(source: str, *texts: str) -> Translation:
        return Translation(source=source, texts=texts, sentences=())

    assert render(translation("a", "x", "y"), "text") == "x\n"
    assert render(translation("a", "x", "y"), "text", 2) == "x\ny\n"
    assert render(translation("", ""), "text", 3) == "\n\n\n"
    assert render(translation("a", "x\ny"), "text") == "x y\n"
    assert render(translation("a\nb", "x\ny"), "text") == "x\ny\n"
    assert render(translation("a\r", "x\r"), "text") == "x\r\n"


def test_a_record_of_tsv_ranks_and_rates(fake: ModuleType) -> None:
    translate = fake.FakeTranslator().translate
    result = translate("un\tdeux", n_best=2, beam_size=2)
    assert render(result, "tsv", 2, 7) == "7\t1\t-0.1235\tUN\tDEUX\n7\t2\t-1.1235\tUN\tDEUX (2)\n"
    assert render(translate("42", n_best=2, beam_size=2), "tsv", 2, 8) == "8\t1\t0.0000\t42\n"
    assert render(translate("a\nb"), "tsv") == "1\t1\t-0.1235\tA B\n"


def test_ranks_are_rated_as_the_first_is(tiny: Translator) -> None:
    text = "Je vois le chat. Elle achète trois petites maisons noires."
    result = tiny.translate(text, n_best=3)
    rows = [line.split("\t", 3) for line in render(result, "tsv", 3, 1).splitlines()]
    assert [(number, rank) for number, rank, _, _ in rows] == [("1", "1"), ("1", "2"), ("1", "3")]
    assert float(rows[0][2]) == pytest.approx(result.score, abs=1e-4)
    scores = [float(score) for _, _, score, _ in rows]
    assert scores == sorted(scores, reverse=True)
    assert tuple(text for _, _, _, text in rows) == result.texts


def test_a_json_record_is_one_line(fake: ModuleType) -> None:
    source = 'Il a dit "été"\u2028\x00\r'
    line = render(fake.FakeTranslator().translate(source, n_best=2, beam_size=2), "jsonl", 2)
    assert line.count("\n") == 1
    assert "été" in line
    entry = json.loads(line)
    assert list(entry) == ["source", "translation", "score", "finished", "sentences"]
    assert entry["finished"] is True
    (sentence,) = entry["sentences"]
    assert entry["source"] == source
    assert sentence["hypotheses"] == [
        {"text": source.upper(), "score": -0.1235},
        {"text": source.upper() + " (2)", "score": -1.1235},
    ]
    assert sentence["alignment"][0] == [0, 0]
    assert source[sentence["start"] : sentence["end"]] == sentence["source"]


def test_infinity_has_no_place_in_json(fake: ModuleType) -> None:
    result = fake.FakeTranslator().translate("a")
    worst = replace(result.sentences[0].hypotheses[0], score=float("-inf"))
    sentence = replace(result.sentences[0], hypotheses=(worst,))
    line = render(replace(result, sentences=(sentence,)), "jsonl")
    assert json.loads(line, parse_constant=pytest.fail)["score"] is None


def test_a_stamp_stands_before_the_translation_of_what_is_behind_it(tiny: Translator) -> None:
    lines = ["[12:03] Paul: Je vois le chat.", "Je vois le chat.", "12:05 - Manon: 👍", "12:06", ""]
    alone = tiny.translate("Je vois le chat.", n_best=2)
    records: list[str] = []
    stream = LineStream(io.BytesIO("\n".join(lines).encode()), "a stream")
    options = TranslateOptions(n_best=2)
    translate_lines(tiny, stream, records.append, options=options, form="jsonl")
    found = [json.loads(record) for record in records]
    assert [entry["source"] for entry in found] == lines[:-1]
    assert [entry["translation"] for entry in found] == [
        f"[12:03] Paul: {alone.text}",
        alone.text,
        "12:05 - Manon: 👍",
        "12:06",
    ]
    first, second = found[0]["sentences"][0], found[1]["sentences"][0]
    assert lines[0][first["start"] : first["end"]] == first["source"] == "Je vois le chat."
    assert {**first, "start": 0, "end": 16, "doubts": second["doubts"]} == second


def test_tabs_of_a_line_stay(tiny: Translator) -> None:
    alone = tiny.translate("Je vois le chat.", n_best=3)
    (found,) = translate_apart(
        ["a\tJe vois le chat.\t\t12\r"], partial(tiny.translate_batch, n_best=3)
    )
    first = tiny.translate("a", n_best=3).texts
    assert found.source == "a\tJe vois le chat.\t\t12\r"
    assert found.texts == tuple(
        f"{one}\t{two}\t\t12\r" for one, two in zip(first, alone.texts, strict=True)
    )
    assert [found.source[s.start : s.end] for s in found.sentences] == ["a", "Je vois le chat."]


def test_doubts_of_what_is_behind_a_stamp_have_their_places() -> None:
    doubts = (Doubt("number", "5", 3, 4), Doubt("repetition", "x", None, None))

    def translate(texts: Iterable[str]) -> Iterator[Translation]:
        for text in texts:
            inner = WordByWord().translate(text)
            sentences = (replace(inner.sentences[0], check=lambda: doubts),)
            yield replace(inner, sentences=sentences, pivot=inner)

    (found,) = translate_apart(["12:03 - un 5"], translate)
    assert found.texts == ("12:03 - UN 5",)
    assert found.pivot is not None
    assert found.pivot.texts == found.texts
    assert [(d.start, d.end) for d in found.sentences[0].doubts] == [(11, 12), (None, None)]
    assert found.source[11:12] == "5"
    assert found.sentences[0].source_spans[0] == (8, 10)


# --- continuing -----------------------------------------------------------------------------

SOURCE = "Bonjour\nÇa va ?\n\n  42\nun\0deux\nBien\r\nfin"


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if ".partial" in path.name)


def run(
    folder: Path,
    fake: ModuleType,
    options: TranslateOptions,
    form: files.Format,
    source: str = SOURCE,
) -> list[int]:
    """Translate `in.txt` to `out.txt`; return what the progress bar was told."""
    path, seen = folder / "in.txt", list[int]()
    path.write_bytes(source.encode())
    translator: Any = fake.FakeTranslator()
    lines = LineFile(path)
    job = describe_job(lines, translator.bundle.manifest, options, form)
    with OutputFile(folder / "out.txt", source=path, job=job) as output:
        translate_lines(
            translator,
            lines,
            output.write,
            options=options,
            form=form,
            done=output.done,
            progress=seen.append,
        )
    return seen


@pytest.mark.parametrize(("form", "n_best"), [("text", 1), ("text", 3), ("jsonl", 1), ("jsonl", 3)])
def test_continues_from_wherever_it_was_cut(
    tmp_path: Path,
    fake: ModuleType,
    form: files.Format,
    n_best: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options, states = TranslateOptions(n_best=n_best), list[bytes]()
    partial, state = tmp_path / "out.txt.partial", tmp_path / "out.txt.partial.json"
    monkeypatch.setattr(os, "fsync", lambda stream: states.append(state.read_bytes()))
    run(tmp_path, fake, options, form)
    out = tmp_path / "out.txt"
    whole = out.read_bytes()
    assert leftovers(tmp_path) == []
    lines_per_record = n_best if form == "text" else 1
    ends = [i + 1 for i, byte in enumerate(whole) if byte == ord("\n")]
    for cut in sorted({0, 1, *ends, *(end - 1 for end in ends), *(end + 1 for end in ends[:-1])}):
        done = whole[:cut].count(b"\n") // lines_per_record
        first, *entries = states[0].splitlines(keepends=True)
        for kept in (entries, entries[: done + 1], [*entries[:done], entries[-1][:5]]):
            out.unlink(missing_ok=True)
            partial.write_bytes(whole[:cut])
            state.write_bytes(b"".join([first, *kept]))
            seen = run(tmp_path, fake, options, form)
            assert out.read_bytes() == whole
            assert seen == list(range(done + 1, 8))
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("what", ["input", "options", "format", "model", "no state"])
def test_what_another_job_has_left_is_not_touched(
    tmp_path: Path, fake: ModuleType, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    translator: Any = fake.FakeTranslator()
    options = TranslateOptions()
    (tmp_path / "in.txt").write_text(SOURCE, newline="")
    lines = LineFile(tmp_path / "in.txt")
    job = describe_job(lines, translator.bundle.manifest, options, "text")
    output = open_output(tmp_path / "out.txt", job=job)
    output.write("done\n")
    output.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    source, form, named = SOURCE, "text", f"begun with other {what}"
    if what == "input":
        source = SOURCE + "!"
    elif what == "options":
        options = TranslateOptions(length_penalty=0.5)
    elif what == "format":
        form = "jsonl"
    elif what == "model":
        monkeypatch.setattr(fake, "MANIFEST", fake.MANIFEST._replace(version="1.3"))
    else:
        (tmp_path / "out.txt.partial.json").unlink()
        named = "no run has left it"
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(OutputError, match=named) as raised:
        run(tmp_path, fake, options, form, source)  # type: ignore[arg-type]
    assert "remove" in str(raised.value.hint)
    before[tmp_path / "in.txt"] = source.encode()
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    (tmp_path / "out.txt.partial").write_text("")  # what a run leaves that had done nothing yet
    assert run(tmp_path, fake, options, form, source) == list(range(1, 8))  # type: ignore[arg-type]
    assert leftovers(tmp_path) == []


def test_an_empty_file_has_an_empty_translation(tmp_path: Path, fake: ModuleType) -> None:
    assert run(tmp_path, fake, TranslateOptions(), "text", "") == []
    assert (tmp_path / "out.txt").read_bytes() == b""


@pytest.mark.parametrize("later", ["a\n", "a\nB\n", "A\nb\nc\n", ""])
def test_a_file_that_changes_under_way_is_noticed(
    tmp_path: Path, fake: ModuleType, later: str
) -> None:
    path = tmp_path / "in.txt"
    path.write_text("a\nb\n")
    lines = LineFile(path)
    path.write_text(later)
    with pytest.raises(InputError, match="was changed while it was being translated"):
        translate_lines(fake.FakeTranslator(), lines, lambda line: None, options=TranslateOptions())


@pytest.mark.parametrize("more", ["c\n", "\xe9\n", "!"])
def test_a_file_that_grows_under_way_is_translated_as_it_was(
    tmp_path: Path, fake: ModuleType, caplog: pytest.LogCaptureFixture, more: str
) -> None:
    path = tmp_path / "in.txt"
    path.write_text("a\nb")
    lines = LineFile(path)
    with open(path, "a", encoding="latin-1") as stream:
        stream.write(more)
    out = list[str]()
    translate_lines(fake.FakeTranslator(), lines, out.append, options=TranslateOptions())
    assert out == ["A\n", "B\n"]
    assert "in.txt has grown meanwhile; its first 3 bytes are translated" in caplog.text


def test_what_is_kept_of_a_changed_file_promises_nothing(
    tmp_path: Path, fake: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "in.txt"
    path.write_text("a\nb\n" * 3)
    lines = LineFile(path)
    path.write_text("a\nc\n" * 3)
    with (
        pytest.raises(InputError, match="was changed") as raised,
        OutputFile(tmp_path / "out.txt", source=path, job={"input": "x"}) as output,
    ):
        translate_lines(fake.FakeTranslator(), lines, output.write, options=TranslateOptions())
    assert raised.value.hint == "translate a copy that nobody writes to"
    assert caplog.messages == [f"4 lines are kept in {tmp_path / 'out.txt.partial'}"]


def test_a_very_long_line_is_announced(
    fake: ModuleType, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LONG_LINE", 10)
    stream = LineStream(io.BytesIO(b"un\n12345678901\ndeux\n"), "x")
    translate_lines(fake.FakeTranslator(), stream, lambda line: None, options=TranslateOptions())
    assert caplog.messages == ["line 2 has 11 characters; it is written when all of it is done"]


# --- kill -9 --------------------------------------------------------------------------------

LINES = 60


@pytest.mark.parametrize("args", [["--n-best", "3"], ["--format", "jsonl"]], ids=["n-best", "json"])
def test_killed_twice_and_continued(tmp_path: Path, start: Start, args: list[str]) -> None:
    source, target, log = tmp_path / "in.txt", tmp_path / "out.txt", tmp_path / "log.txt"
    source.write_text("".join(f"phrase {i}\n" for i in range(LINES)))
    command = ["translate", "-i", str(source), "-o", str(target), *args]
    per_line = 3 if "--n-best" in args else 1
    partial = tmp_path / "out.txt.partial"

    def lines_written() -> int:
        return partial.read_bytes().count(b"\n") if partial.exists() else 0

    for goal in (7, 31):
        process = start(*command, FAKE_STOP=f"phrase {goal}", FAKE_LOG=str(log))
        until(lambda goal=goal: lines_written() >= goal * per_line)
        process.kill()
        process.communicate()
        assert not target.exists()
        assert goal <= lines_written() // per_line < LINES
    last = start(*command, "-v", FAKE_LOG=str(log))
    out, err = last.communicate(timeout=PATIENCE)
    assert (last.returncode, out) == (0, b"")
    assert b"continuing after " in err
    expected = "".join(
        f"PHRASE {i}\nPHRASE {i} (2)\nPHRASE {i} (3)\n" for i in range(LINES)
    )  # what one run without a kill writes
    if per_line == 3:
        assert target.read_text() == expected
    else:
        entries = [json.loads(line) for line in target.read_text().splitlines()]
        assert [entry["translation"] for entry in entries] == [f"PHRASE {i}" for i in range(LINES)]
    assert leftovers(tmp_path) == []
    worked_on = log.read_text().splitlines()
    assert set(worked_on) == {f"phrase {i}" for i in range(LINES)}
    assert len(worked_on) <= LINES + 2  # at most the line in hand at each kill is done again
