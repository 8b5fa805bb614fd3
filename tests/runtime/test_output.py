"""Results: complete or not there, continued where a run was killed, never through a link."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from allez.documents.output import OutputStream, encode, open_output, unfinished
from allez.errors import InputError, OutputError

JOB = {"input": "x"}


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if ".partial" in path.name)


def leave(folder: Path, *records: str, job: dict[str, Any] | None) -> None:
    """Leave in `folder` what a run leaves that is killed after some records."""
    output = open_output(folder / "out.txt", job=job)
    for record in records:
        output.write(record)
    left = {path: path.read_bytes() for path in folder.iterdir() if ".partial" in path.name}
    output.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    for path, content in left.items():
        path.write_bytes(content)


def test_lone_surrogates_are_spelled_out() -> None:
    assert encode("a\udcff") == b"a\\udcff"
    assert json.loads(encode(json.dumps("a\udcff", ensure_ascii=False))) == "a\udcff"


# --- writing --------------------------------------------------------------------------------


def test_complete_or_not_there(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_text("before")
    with open_output(target) as output:
        output.write("après\n")
        assert target.read_text() == "before"
    assert target.read_bytes() == "après\n".encode()
    assert leftovers(tmp_path) == []


def test_a_failure_without_a_job_leaves_nothing(tmp_path: Path) -> None:
    def fail(job: dict[str, int] | None, *lines: str) -> None:
        with open_output(tmp_path / "out.txt", job=job) as output:
            for line in lines:
                output.write(line)
            raise InputError("bad")

    with pytest.raises(InputError):
        fail(None, "a\n")
    with pytest.raises(InputError):
        fail({"a": 1})
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InputError):
        fail({"a": 1}, "a\n")
    assert leftovers(tmp_path) == ["out.txt.partial", "out.txt.partial.json"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("folder", "is a folder"),
        ("none/out.txt", "there is no folder"),
        ("in.txt", "is being read"),
        ("link.txt", "is being read"),
        ("hard.txt", "is being read"),
        ("in.txt/out.txt", "there is no folder"),
        ("x" * 250 + ".txt", "too long"),
    ],
)
def test_refused_before_any_work(tmp_path: Path, name: str, message: str) -> None:
    source = tmp_path / "in.txt"
    source.write_text("a\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.txt").symlink_to(source)
    os.link(source, tmp_path / "hard.txt")
    with pytest.raises(OutputError, match=message):
        open_output(tmp_path / name, source=source)
    assert source.read_text() == "a\n"
    assert leftovers(tmp_path) == []


def test_the_partial_file_is_not_read_and_written_at_once(tmp_path: Path) -> None:
    source = tmp_path / "out.txt.partial"
    source.write_text("a\n")
    with pytest.raises(OutputError, match="is being read"):
        open_output(tmp_path / "out.txt", source=source)
    assert source.read_text() == "a\n"


def test_write_protected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out.txt"
    target.write_text("before")
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may do anything
    with pytest.raises(OutputError, match="write-protected"):
        open_output(target)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may do anything")
def test_an_unwritable_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="permission denied"):
        open_output(tmp_path / "out.txt")


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="needs /proc")
def test_a_folder_where_nothing_can_be_made() -> None:
    with pytest.raises(OutputError, match=r"cannot write /proc/out\.txt: "):
        open_output(Path("/proc/out.txt"))


def test_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("before")
    (tmp_path / "link.txt").symlink_to("real.txt")
    with open_output(tmp_path / "link.txt") as output:
        output.write("after")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "after"


@pytest.mark.skipif(os.name != "posix", reason="device files")
def test_devices_are_written_to_and_never_replaced() -> None:
    with open_output(Path("/dev/null")) as output:
        assert isinstance(output, OutputStream)
        output.write("x")
    assert not Path("/dev/null").is_file()
    if Path("/dev/full").exists():
        with (
            open_output(Path("/dev/full")) as output,
            pytest.raises(OutputError, match="no space left"),
        ):
            output.write("x")


@pytest.mark.skipif(os.name != "posix", reason="locks")
def test_two_runs_do_not_write_one_file(tmp_path: Path) -> None:
    with open_output(tmp_path / "out.txt") as output:
        output.write("first\n")
        with pytest.raises(OutputError, match="another run"):
            open_output(tmp_path / "out.txt")
    assert (tmp_path / "out.txt").read_text() == "first\n"


@pytest.mark.skipif(not os.path.isdir("/dev/fd"), reason="there is no /dev/fd")
def test_a_path_that_leads_to_an_open_file_is_appended_to(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    with open(log, "wb", buffering=0) as stream:
        stream.write(b"before\n")
        with open_output(Path(f"/dev/fd/{stream.fileno()}")) as output:
            output.write("meanwhile\n")
        stream.write(b"after\n")
    assert log.read_text() == "before\nmeanwhile\nafter\n"
    assert list(tmp_path.iterdir()) == [log]


# --- continuing -----------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b'{"mine": 1}', b"\0\0", b'{"allez": "finished"}\n', b"{\n"])
@pytest.mark.parametrize("job", [JOB, None], ids=["job", "no job"])
def test_a_foreign_state_is_not_touched(
    tmp_path: Path, content: bytes, job: dict[str, Any] | None
) -> None:
    state = tmp_path / "out.txt.partial.json"
    state.write_bytes(content)
    with pytest.raises(OutputError, match=r"partial\.json is in the way, and no run has left it"):
        open_output(tmp_path / "out.txt", job=job)
    assert state.read_bytes() == content
    assert list(tmp_path.iterdir()) == [state]


@pytest.mark.parametrize("size", [0, 1, 20, 35])
def test_a_state_that_a_kill_cut_short_is_begun_again(tmp_path: Path, size: int) -> None:
    leave(tmp_path, job=JOB)
    state = tmp_path / "out.txt.partial.json"
    state.write_bytes(state.read_bytes()[:size])
    with open_output(tmp_path / "out.txt", job=JOB) as output:
        output.write("a\n")
    assert (tmp_path / "out.txt").read_text() == "a\n"
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("name", ["out.txt.partial", "out.txt.partial.json"])
@pytest.mark.parametrize("kind", ["link", "dangling link", "hard link", "folder", "pipe"])
def test_no_link_is_followed(tmp_path: Path, name: str, kind: str) -> None:
    if kind == "pipe" and not hasattr(os, "mkfifo"):
        pytest.skip("a POSIX thing")
    victim, place = tmp_path / "victim.txt", tmp_path / name
    leave(tmp_path, "mine\n", job=JOB)
    content = place.read_bytes()  # even if what it leads to were what a run has left
    place.unlink()
    if kind != "dangling link":
        victim.write_bytes(content)
    if kind.endswith("link"):
        (os.link if kind == "hard link" else os.symlink)(victim, place)
    elif kind == "folder":
        place.mkdir()
    else:
        os.mkfifo(place)
    others = sorted(path for path in tmp_path.iterdir() if path not in (victim, place))
    with pytest.raises(OutputError, match=r"is in the way|is a directory"):
        open_output(tmp_path / "out.txt", job=JOB)
    assert not victim.exists() if kind == "dangling link" else victim.read_bytes() == content
    assert place.is_symlink() == ("link" in kind and kind != "hard link")
    assert sorted(path for path in tmp_path.iterdir() if path not in (victim, place)) == others


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace("deux", "DEUX"),
        lambda text: text.replace("un\n", "uno\n"),
        lambda text: text.replace("deux\n", ""),
        lambda text: "zéro\n" + text,
    ],
    ids=["a letter", "longer", "a line gone", "a line more"],
)
def test_edited_lines_are_noticed(tmp_path: Path, edit: Callable[[str], str]) -> None:
    leave(tmp_path, "un\n", "deux\n", "trois\n", "quatre\n", job=JOB)
    partial = tmp_path / "out.txt.partial"
    edited = edit(partial.read_text())
    partial.write_text(edited)
    with pytest.raises(OutputError, match="was changed since a run left it") as raised:
        open_output(tmp_path / "out.txt", job=JOB)
    assert "remove" in str(raised.value.hint)
    assert partial.read_text() == edited


def test_lines_added_at_the_end_are_dropped_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    leave(tmp_path, "un\n", job=JOB)
    with open(tmp_path / "out.txt.partial", "a") as stream:
        stream.write("mine\n")
    with open_output(tmp_path / "out.txt", job=JOB) as output:
        assert output.done == 1
        output.write("deux\n")
    assert (tmp_path / "out.txt").read_text() == "un\ndeux\n"
    assert "its last 5 bytes are from no run" in caplog.text


def test_a_state_that_claims_too_much_is_no_end_of_memory(tmp_path: Path) -> None:
    leave(tmp_path, "un\n", job=JOB)
    with open(tmp_path / "out.txt.partial.json", "a") as stream:
        stream.write("[999999999999999999, 1]\n")
    with open_output(tmp_path / "out.txt", job=JOB) as output:
        assert output.done == 1
    assert (tmp_path / "out.txt").read_text() == "un\n"


def test_what_cannot_be_continued_is_begun_again(tmp_path: Path) -> None:
    leave(tmp_path, "half\n", job=None)
    with open_output(tmp_path / "out.txt", job=JOB) as output:
        output.write("whole\n")
    assert (tmp_path / "out.txt").read_text() == "whole\n"
    assert leftovers(tmp_path) == []


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        with pytest.raises(OutputError, match="file too large"):
            open_output(tmp_path / "out.txt", job=JOB)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


def test_what_is_unfinished_is_told_by_ours_alone(tmp_path: Path) -> None:
    target, state = tmp_path / "out.txt", tmp_path / "out.txt.partial.json"
    assert unfinished(target) is None
    for content in (b"", b'{"job": {"input": 1}}\n', b'{"allez": "unfinished", "job": {"in'):
        state.write_bytes(content)
        assert unfinished(target) is None
    partial = tmp_path / "out.txt.partial"
    partial.write_bytes(b"mine")
    for job in (b"3", b"[" * 100_000, b"[1]"):
        state.write_bytes(b'{"allez": "unfinished", "job": ' + job + b"}\n")
        assert unfinished(target) is None
        with pytest.raises(OutputError, match="no run has left it"):
            open_output(target, job=JOB)
        assert partial.read_bytes() == b"mine"
    partial.unlink()
    state.unlink()
    leave(tmp_path, "un\n", job=None)
    assert unfinished(target) is None
    leave(tmp_path, "un\n", job=JOB)
    assert unfinished(target) == JOB
    state.rename(tmp_path / "elsewhere")
    state.symlink_to(tmp_path / "elsewhere")
    assert unfinished(target) is None
    if hasattr(os, "mkfifo"):
        state.unlink()
        os.mkfifo(state)
        assert unfinished(target) is None


# --- permissions ----------------------------------------------------------------------------


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
@pytest.mark.parametrize(
    ("source", "target", "result"),
    [
        (0o600, None, 0o600),
        (0o666, None, 0o644),
        (0o444, None, 0o444),
        (0o750, None, 0o750),
        (None, None, 0o644),
        (0o644, 0o600, 0o600),
        (0o600, 0o664, 0o664),
    ],
)
def test_permissions_are_those_of_a_copy(
    tmp_path: Path, umask: None, source: int | None, target: int | None, result: int
) -> None:
    path, out = tmp_path / "in.txt", tmp_path / "out.txt"
    path.write_text("a\n")
    if source is not None:
        path.chmod(source)
    if target is not None:
        out.write_text("before")
        out.chmod(target)
    with open_output(out, source=None if source is None else path, job=JOB) as output:
        output.write("A\n")
        open_to_others = (tmp_path / "out.txt.partial").stat().st_mode & 0o077
        assert not open_to_others & ~(0o644 if source is None else source)
        assert (tmp_path / "out.txt.partial.json").stat().st_mode & 0o077 == 0
    assert out.stat().st_mode & 0o777 == result


def test_a_file_system_without_permissions_is_written_to(
    tmp_path: Path, umask: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in.txt").write_text("a\n")
    (tmp_path / "in.txt").chmod(0o444)

    def refuse(path: Path, mode: int) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "chmod", refuse)
    with open_output(tmp_path / "out.txt", source=tmp_path / "in.txt", job=JOB) as output:
        output.write("A\n")
    assert (tmp_path / "out.txt").read_text() == "A\n"
    assert leftovers(tmp_path) == []


# --- Windows --------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="it plays Windows with the locks of POSIX")
def test_two_runs_do_not_write_one_file_on_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    def locking(descriptor: int, mode: int, size: int) -> None:
        try:
            fcntl.flock(descriptor, mode)
        except BlockingIOError:
            raise PermissionError(errno.EACCES, "Permission denied") from None

    windows = ModuleType("msvcrt")
    windows.locking, windows.LK_NBLCK = locking, fcntl.LOCK_EX | fcntl.LOCK_NB  # type: ignore
    monkeypatch.setitem(sys.modules, "msvcrt", windows)
    monkeypatch.setattr(sys, "platform", "win32")
    with open_output(tmp_path / "out.txt", job=JOB) as output:
        output.write("first\n")
        with pytest.raises(OutputError, match="another run is writing"):
            open_output(tmp_path / "out.txt", job=JOB)
        output.write("second\n")
    assert (tmp_path / "out.txt").read_text() == "first\nsecond\n"
    assert leftovers(tmp_path) == []
