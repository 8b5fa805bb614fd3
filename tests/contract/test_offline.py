"""Offline by proof: no socket, no other program, no file that the user did not name.

Every command runs in a process of its own with an empty home, without CI variables, and watched
twice: by the interpreter's audit events, everywhere, and where the kernel has seccomp, by a filter
that kills the process, whatever code of it opens a socket or, where nothing is to be written, a
file for writing. The names of the tests say which of the two it was.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from support import sealed

SUPPORT = Path(sealed.__file__).parent
SEALED = SUPPORT / "sealed.py"
TEXT = "Je vois le chat noir."


def _kernel_kills() -> bool:
    """Try whether the filter can be set here."""
    done = subprocess.run(
        [sys.executable, str(SEALED), sys.executable, "-c", ""], capture_output=True, check=False
    )
    return done.returncode == 0


KERNEL = _kernel_kills()
HOW = "seccomp" if KERNEL else "audit events only"

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Home, working folder, and where caches, settings and temporary files would go: empty."""
    path = tmp_path / "home"
    path.mkdir()
    return path


@pytest.fixture
def run(home: Path) -> Run:
    """Run Python with arguments, watched; nothing but the paths given may be written."""

    def run(
        *arguments: str, may_write: Sequence[Path] = (), stdin: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        names = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "VIRTUAL_ENV")
        kept = {name: os.environ[name] for name in names if name in os.environ}
        folders = {
            *("HOME", "USERPROFILE", "LOCALAPPDATA", "APPDATA", "TMPDIR", "TEMP", "TMP"),
            *("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"),
        }
        path = [str(SUPPORT / "guard"), *filter(None, [os.environ.get("PYTHONPATH")])]
        read_only = [] if may_write else ["--read-only"]
        prefix = [sys.executable, "-I", str(SEALED), *read_only] if KERNEL else []
        return subprocess.run(
            [*prefix, sys.executable, *arguments],
            capture_output=True,
            encoding="utf-8",
            input=stdin,
            cwd=home,
            check=False,
            env={
                **kept,
                **dict.fromkeys(folders, str(home)),
                "PYTHONPATH": os.pathsep.join(path),
                "PYTHONDONTWRITEBYTECODE": "1",
                "ALLEZ_TEST_MAY_WRITE": os.pathsep.join(map(str, may_write)),
                **environment,
            },
        )

    return run


def content(folder: Path) -> dict[str, str]:
    """Return every file of a folder and what is in it."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


API = f"""
import sys, allez
with allez.Translator(sys.argv[1], threads=2) as translator:
    print(translator.translate({TEXT!r}, n_best=2).text)
    print([t.text for t in translator.translate_batch([{TEXT!r}] * 40)][-1])
    print("".join(translator.stream({TEXT!r})))
    print(translator.score({TEXT!r}, "I see the black cat.") < 0)
    print(all(test.passed for test in translator.selftest()))
"""

QUIET: dict[str, tuple[list[str], str, str]] = {
    "import": (["-c", "import allez, allez.cli.main"], "", ""),
    "library": (["-c", API, "MODEL"], "", "I see the black cat.\n" * 3 + "True\nTrue\n"),
    "help": (["-m", "allez", "--help"], "", "usage: allez"),
    "version": (["-m", "allez", "--version"], "", "allez "),
    "text": (["-m", "allez", "--model", "MODEL", TEXT], "", "I see the black cat.\n"),
    "the shipped model": (["-m", "allez", "Il pleut."], "", "It's raining.\n"),
    "lines": (
        ["-m", "allez", "--model", "MODEL"], f"{TEXT}\n\n{TEXT}\n",
        "I see the black cat.\n\nI see the black cat.\n",
    ),
    "a file, printed": (
        ["-m", "allez", "translate", "--model", "MODEL", "-i", "INPUT", "--format", "jsonl"], "",
        '{"source": "Je vois',
    ),
    "attention": (["-m", "allez", "attention", "--model", "MODEL", TEXT], "", f"{TEXT}\nI see"),
    "info": (["-m", "allez", "info", "--model", "MODEL"], "", "allez "),
    "selftest": (["-m", "allez", "selftest", "--model", "MODEL"], "", "20 passed, 0 failed\n"),
}  # fmt: skip
"""Name to arguments, standard input, and how the output begins; nothing is written."""


@pytest.mark.parametrize("name", QUIET, ids=[f"{name}, {HOW}" for name in QUIET])
def test_nothing_is_sent_and_nothing_written(
    run: Run, home: Path, tiny_bundle: Path, tmp_path: Path, name: str
) -> None:
    arguments, stdin, shown = QUIET[name]
    (tmp_path / "in.txt").write_text(f"{TEXT}\n" * 30, encoding="utf-8")
    paths = {"MODEL": str(tiny_bundle), "INPUT": str(tmp_path / "in.txt")}
    before = content(tiny_bundle)
    done = run(*(paths.get(argument, argument) for argument in arguments), stdin=stdin)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(shown)
    assert list(home.rglob("*")) == []
    assert content(tiny_bundle) == before


@pytest.mark.parametrize("form", ["text", "jsonl"], ids=lambda form: f"{form}, {HOW}")
def test_a_file_is_written_and_no_other(
    run: Run, home: Path, tiny_bundle: Path, tmp_path: Path, form: str
) -> None:
    source, target = tmp_path / "in.txt", tmp_path / "out" / "out.txt"
    target.parent.mkdir()
    source.write_text(f"{TEXT}\n" * 200, encoding="utf-8")
    mine = [target, Path(f"{target}.partial"), Path(f"{target}.partial.json")]
    before = content(tiny_bundle)
    done = run(
        *("-m", "allez", "translate", "--model", str(tiny_bundle), "--format", form),
        *("-i", str(source), "-o", str(target)),
        may_write=mine,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done.stderr
    assert len(target.read_text(encoding="utf-8").splitlines()) == 200
    assert list(target.parent.iterdir()) == [target]
    assert list(home.rglob("*")) == []
    assert content(tiny_bundle) == before


def test_of_its_own_python_writes_byte_code_and_nothing_else(
    run: Run, home: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    """Where no byte code was left by the installer, as here, the first run leaves some."""
    beside = tmp_path / "beside the modules"
    done = run(
        *("-m", "allez", "--model", str(tiny_bundle), TEXT),
        may_write=[beside],
        PYTHONDONTWRITEBYTECODE="",
        PYTHONPYCACHEPREFIX=str(beside),
    )
    assert (done.returncode, done.stdout) == (0, "I see the black cat.\n"), done.stderr
    written = [path for path in beside.rglob("*") if path.is_file()]
    assert {path.suffix for path in written} == {".pyc"}
    assert any("allez" in path.parts for path in written)
    assert list(home.rglob("*")) == []
    promises = (Path(__file__).parents[2] / "SECURITY.md").read_text(encoding="utf-8")
    assert "`PYTHONDONTWRITEBYTECODE=1`" in promises


def test_a_picture_leaves_nothing_but_itself(
    run: Run, home: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    if importlib.util.find_spec("matplotlib") is None:
        pytest.skip("the extra `plot` is not installed")
    target = tmp_path / "map.png"
    mine = [target, Path(f"{target}.partial"), Path(f"{target}.partial.json")]
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    done = run(
        *("-m", "allez", "attention", "--model", str(tiny_bundle), TEXT, "-o", str(target)),
        may_write=[*mine, temporary],
        TMPDIR=str(temporary),
        TEMP=str(temporary),
        TMP=str(temporary),
        ALLEZ_TEST_MAY_RUN="fc-list system_profiler",  # matplotlib asks which fonts there are
    )
    # After five seconds, on a busy machine, it says so.
    said = done.stderr.replace(
        "Matplotlib is building the font cache; this may take a moment.\n", ""
    )
    assert (done.returncode, done.stdout, said) == (0, "", ""), done.stderr
    assert target.read_bytes().startswith(b"\x89PNG")
    assert list(temporary.iterdir()) == []
    assert list(home.rglob("*")) == []


@pytest.mark.parametrize(
    ("code", "stopped"),
    [
        ("import socket; socket.socket()", 98),
        ("import subprocess; subprocess.run(['true'])", 98),
        ("open('x', 'w')", 99),
        ("import os; os.open('x', os.O_RDWR | os.O_CREAT)", 99),
        ("import os; os.mkdir('x')", 99),
        ("import os; os.environ['ORT_DISABLE_TELEMETRY'] = '0'; import onnxruntime", 97),
        ("import onnxruntime", 97),
    ],
)
def test_the_guard_stops_what_it_should(run: Run, home: Path, code: str, stopped: int) -> None:
    done = run("-c", code)
    assert done.returncode == stopped
    assert done.stderr.startswith("guard: ")
    assert list(home.rglob("*")) == []


@pytest.mark.skipif(not KERNEL, reason="this kernel sets no seccomp filter for us")
@pytest.mark.parametrize(
    ("read_only", "code", "killed"),
    [
        (False, "import socket; socket.socket()", True),
        (False, "import socket; socket.socketpair()", True),
        (True, "import socket; socket.socket(socket.AF_UNIX)", True),
        (True, "open('x', 'w')", True),
        (True, "open('x', 'a+')", True),
        (True, "import os; os.mkdir('x')", True),
        (True, "import os; os.rename('x', 'y')", True),
        (True, "open('/dev/null')", False),
        (False, "open('x', 'w').close()", False),
        (False, "import os; os.mkdir('z')", False),
    ],
)
def test_the_kernel_kills_what_it_should(
    tmp_path: Path, read_only: bool, code: str, killed: bool
) -> None:
    """Without the guard of the interpreter: this is the kernel alone."""
    done = subprocess.run(
        [sys.executable, str(SEALED), *["--read-only"][:read_only], sys.executable, "-c", code],
        capture_output=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == (-signal.SIGSYS if killed else 0), done.stderr


def test_onnxruntime_is_told_before_it_loads(run: Run, tiny_bundle: Path) -> None:
    """The guard ends a process that imports it with telemetry on; whoever sets it to 0 loses."""
    code = f"import allez; print(allez.Translator({str(tiny_bundle)!r})({TEXT!r}))"
    done = run("-c", code, ORT_DISABLE_TELEMETRY="0")
    assert (done.returncode, done.stdout) == (0, "I see the black cat.\n"), done.stderr


def _without_network() -> list[str]:
    """Return a command prefix under which there is no network at all, if there is one."""
    prefix = ["unshare", "--map-root-user", "--net"]
    if shutil.which("unshare") is None:
        return []
    tried = subprocess.run([*prefix, "true"], capture_output=True, check=False)
    return prefix if tried.returncode == 0 else []


def test_a_machine_without_any_network(tiny_bundle: Path, tmp_path: Path) -> None:
    prefix = _without_network()
    if not prefix:
        pytest.skip("this kernel makes no network namespace for us")
    done = subprocess.run(
        [*prefix, sys.executable, "-m", "allez", "--model", str(tiny_bundle), TEXT],
        capture_output=True,
        encoding="utf-8",
        cwd=tmp_path,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "I see the black cat.\n"), done.stderr
