"""`allez-export`: wrong use and bad input end in one line and a hint, never in a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace, TracebackType

import pytest

import allez
from allez.options import SearchOptions
from allez_export.cli import main
from allez_export.stages import STAGES
from allez_export.stages.workspace import Workspace

Fails = Callable[..., tuple[int, str, str | None]]
Export = Callable[..., tuple[int, str]]

TOML = """\
name = "tiny"
source = "fr"
target = "en"
[data]
train = [{ path = "train.tsv" }]
valid = ["valid.tsv"]
test = ["test.tsv"]
[vocabulary]
size = 300
alphabet = 40
sample = 200
[model]
width = 8
encoder_layers = 1
[training]
updates = 2
batch_tokens = 40
chunk_tokens = 80
validate_every = 1
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.toml"
    path.write_text(TOML, encoding="utf-8")
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    lines = [f"le chat {i}\tthe cat {i}\n" for i in range(30)]
    for name in ("train", "valid", "test"):
        text = "".join(lines if name == "train" else lines[:2])
        (folder / f"{name}.tsv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "run"


@pytest.fixture
def export(config: Path, data: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> Export:
    """Run a stage on the tiny configuration; returns exit code and standard error."""

    def export(stage: str, *more: str) -> tuple[int, str]:
        code = main([stage, "--config", str(config), "--data", str(data), "--out", str(out), *more])
        captured = capsys.readouterr()
        assert captured.out == ""
        return code, captured.err

    return export


@pytest.fixture
def fails(capsys: pytest.CaptureFixture[str]) -> Fails:
    """Run a command line that must fail; returns exit code, error and hint."""

    def fails(*argv: str) -> tuple[int, str, str | None]:
        code = main(argv)
        captured = capsys.readouterr()
        assert captured.out == ""
        return code, *told(captured.err)

    return fails


def told(text: str) -> tuple[str, str | None]:
    """Return error and hint; there is one line of each at most."""
    lines = text.splitlines()
    errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    hints = [line.removeprefix("hint: ") for line in lines if line.startswith("hint: ")]
    assert len(errors) == 1, text
    assert len(hints) <= 1, text
    assert lines[-1].startswith(("error: ", "hint: "))
    assert "Traceback" not in text
    return errors[0], hints[0] if hints else None


# --- wrong use ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["translate"],
        ["train"],
        ["train", "--config"],
        ["train", "--config", "x.toml", "--no-such-option"],
        ["train", "--config", "x.toml", "more"],
        ["train", "--config", "x.toml", "--threads", "two"],
        ["train", "--config", "x.toml", "--device", "tpu"],
        ["train", "--config", "x.toml", "--limit", "3"],
        ["evaluate", "--config", "x.toml", "bundle"],
        ["evaluate", "--config", "x.toml", "--beam-size", "4"],
        ["evaluate", "bundle", "a.tsv", "--beam-size", "wide"],
    ],
)
def test_wrong_use_is_two(fails: Fails, argv: list[str]) -> None:
    code, _, _ = fails(*argv)
    assert code == 2


@pytest.mark.parametrize(
    ("argv", "error", "hint"),
    [
        (["evaluate"], "nothing to evaluate", "give --config, or a bundle"),
        (["evaluate", "bundle"], "no test file is given", "allez-export evaluate BUNDLE FILE.tsv"),
        (["all", "--config", "x", "--threads", "0"], "--threads must be at least 1, not 0", None),
        (["train"], "the following arguments are required: --config", "allez-export train --help"),
    ],
)
def test_wrong_use_is_explained(
    fails: Fails, argv: list[str], error: str, hint: str | None
) -> None:
    code, found, helped = fails(*argv)
    assert (code, found) == (2, error)
    assert (helped or "").startswith(hint or "")


@pytest.mark.parametrize("stage", [*STAGES, "all"])
def test_every_stage_has_help(stage: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([stage, "--help"])
    assert stop.value.code == 0
    assert "--config" in capsys.readouterr().out


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"allez-export {allez.__version__}\n"


# --- bad input ------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", [*STAGES, "all"])
def test_a_missing_configuration_is_named(fails: Fails, tmp_path: Path, stage: str) -> None:
    path = tmp_path / "absent.toml"
    code, error, _ = fails(stage, "--config", str(path))
    assert (code, error) == (1, f"cannot read {path}: No such file or directory")


def test_a_wrong_key_is_named_with_the_nearest(fails: Fails, config: Path) -> None:
    config.write_text(TOML.replace("width", "widht"), encoding="utf-8")
    code, error, hint = fails("train", "--config", str(config))
    assert (code, hint) == (1, "did you mean width?")
    assert error == f"{config}: unknown key model.widht"


def test_missing_data_is_named_with_a_hint(
    fails: Fails, config: Path, tmp_path: Path, out: Path
) -> None:
    arguments = ["--config", str(config), "--data", str(tmp_path / "nowhere"), "--out", str(out)]
    code, error, hint = fails("vocabulary", *arguments)
    assert code == 1
    assert error == f"cannot read {tmp_path / 'nowhere' / 'train.tsv'}: No such file or directory"
    assert hint == "name the data folder with --data"
    assert not (out / "vocabulary").exists()


def test_a_bad_line_of_the_data_is_named(fails: Fails, config: Path, data: Path, out: Path) -> None:
    with open(data / "train.tsv", "a", encoding="utf-8") as stream:
        stream.write("no tab\n")
    arguments = ["--config", str(config), "--data", str(data), "--out", str(out)]
    code, error, hint = fails("vocabulary", *arguments)
    assert code == 1
    assert error == f"{data / 'train.tsv'}, line 31: 1 columns where 2 were expected"
    assert hint == "each line is: source, tab, target"


def test_a_configuration_without_data_is_refused(fails: Fails, config: Path, out: Path) -> None:
    config.write_text(TOML.split("[data]")[0], encoding="utf-8")
    code, error, _ = fails("vocabulary", "--config", str(config), "--out", str(out))
    assert (code, error) == (1, f"{config} names no training data")


@pytest.mark.parametrize(
    ("stage", "needed"),
    [
        ("train", "vocabulary"),
        ("trace", "train"),
        ("quantize", "trace"),
        ("verify", "train"),
        ("package", "train"),
        ("evaluate", "package"),
    ],
)
def test_a_missing_earlier_stage_is_named(
    fails: Fails,
    config: Path,
    data: Path,
    out: Path,
    stage: str,
    needed: str,
) -> None:
    arguments = ["--config", str(config), "--data", str(data), "--out", str(out)]
    code, error, hint = fails(stage, *arguments)
    assert code == 1
    assert error.startswith(f"there is no {out}")
    assert hint == f"run `allez-export {needed}` first"
    assert needed in STAGES
    assert not (out / stage).exists()


def test_a_damaged_model_is_named(fails: Fails, config: Path, data: Path, out: Path) -> None:
    (out / "train").mkdir(parents=True)
    (out / "train" / "model.pt").write_bytes(b"no model" * 100)
    arguments = ["--config", str(config), "--data", str(data), "--out", str(out)]
    code, error, _ = fails("trace", *arguments)
    assert code == 1
    assert str(out / "train" / "model.pt") in error
    assert not (out / "trace").exists()


def test_a_folder_that_cannot_be_written_is_named(
    fails: Fails, config: Path, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    arguments = ["--config", str(config), "--data", str(data), "--out", str(tmp_path / "file")]
    code, error, _ = fails("vocabulary", *arguments)
    assert code == 1
    assert error.startswith(f"cannot write {tmp_path / 'file'}")


def test_a_folder_that_cannot_be_written_is_named_by_train_too(
    fails: Fails,
    export: Export,
    config: Path,
    data: Path,
    out: Path,
) -> None:
    assert export("vocabulary")[0] == 0
    (out / "train").touch()
    arguments = ["--config", str(config), "--data", str(data), "--out", str(out)]
    code, error, _ = fails("train", *arguments)
    assert code == 1
    assert str(out / "train") in error


def test_a_missing_bundle_is_named(fails: Fails, tmp_path: Path, data: Path) -> None:
    code, error, hint = fails("evaluate", str(tmp_path / "absent"), str(data / "test.tsv"))
    assert code == 1
    assert "there is no bundle" in error
    assert hint


def test_scores_do_not_go_into_a_folder(fails: Fails, tmp_path: Path, data: Path) -> None:
    argv = ("evaluate", str(tmp_path / "absent"), str(data / "test.tsv"), "--out", str(tmp_path))
    code, error, hint = fails(*argv)
    assert code == 1
    assert f"cannot write {tmp_path}: it is a folder" in error  # before the bundle is looked for
    assert str(tmp_path / "scores.json") in hint


# --- stages that exist ----------------------------------------------------------------------


def test_a_stage_is_made_once_unless_forced(export: Export, out: Path) -> None:
    code, said = export("vocabulary")
    assert code == 0
    assert "data    train: 30 pairs, dropped none" in said
    path = out / "vocabulary" / "tokenizer.json"
    made = path.read_bytes()
    path.write_text("changed", encoding="utf-8")
    code, said = export("vocabulary")
    assert code == 1
    assert told(said) == (f"{out / 'vocabulary'} exists", "--force makes it again")
    assert path.read_text(encoding="utf-8") == "changed"
    code, _ = export("vocabulary", "--force")
    assert code == 0
    assert path.read_bytes() == made
    assert [p.name for p in out.iterdir()] == ["vocabulary"]


@pytest.mark.parametrize("stage", ["vocabulary", "trace", "quantize", "verify", "bundle"])
def test_no_stage_is_overwritten_by_accident(export: Export, out: Path, stage: str) -> None:
    (out / stage).mkdir(parents=True)
    (out / stage / "precious").touch()
    code, said = export("package" if stage == "bundle" else stage)
    assert code == 1
    assert told(said) == (f"{out / stage} exists", "--force makes it again")
    assert [p.name for p in (out / stage).iterdir()] == ["precious"]


def test_a_stage_that_fails_keeps_what_was_there(export: Export, data: Path, out: Path) -> None:
    assert export("vocabulary")[0] == 0
    before = (out / "vocabulary" / "tokenizer.json").read_bytes()
    (data / "train.tsv").write_text("no tab\n", encoding="utf-8")
    code, said = export("vocabulary", "--force")
    assert code == 1
    assert "line 1" in told(said)[0]
    assert (out / "vocabulary" / "tokenizer.json").read_bytes() == before


@pytest.mark.parametrize("missing", ["train.tsv", "valid.tsv", "vocabulary"])
def test_a_forced_training_that_cannot_begin_keeps_the_old_run(
    export: Export, data: Path, out: Path, missing: str
) -> None:
    assert export("vocabulary")[0] == 0
    (out / "train").mkdir()
    (out / "train" / "checkpoint.pt").write_bytes(b"of many hours")
    if missing == "vocabulary":
        (out / "vocabulary" / "tokenizer.json").unlink()
    else:
        (data / missing).unlink()
    code, _ = export("train", "--force")
    assert code == 1
    assert (out / "train" / "checkpoint.pt").read_bytes() == b"of many hours"


def test_a_kill_within_a_stage_is_no_error(
    export: Export, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(work: Workspace) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("allez_export.stages.vocabulary.run", interrupted)
    code, said = export("vocabulary")
    assert code == 130
    assert said.splitlines() == ["interrupted; the same command goes on from here"]


def test_training_says_how_it_went_and_goes_on(
    export: Export, out: Path, denormals: Iterator[None]
) -> None:
    assert export("vocabulary")[0] == 0
    for _ in range(2):  # the second time there is nothing left to do
        code, said = export("train", "--threads", "1")
        assert code == 0
        assert "train   best validation BLEU" in said
    kept = {"checkpoint.pt", "checkpoint.previous.pt", "model.pt", "log.jsonl"}
    assert kept == {p.name for p in (out / "train").iterdir()}
    log = (out / "train" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["update"] for line in log] == [1, 2]


def test_another_configuration_for_the_same_run_is_refused(
    export: Export, config: Path, denormals: Iterator[None]
) -> None:
    assert export("vocabulary")[0] == 0
    assert export("train")[0] == 0
    config.write_text(TOML.replace("width = 8", "width = 10"), encoding="utf-8")
    code, said = export("train")
    assert code == 1
    error, hint = told(said)
    assert "model" in error
    assert hint == "train into another folder, or remove this one"


def test_fp32_has_nothing_to_quantize(export: Export, config: Path, out: Path) -> None:
    config.write_text(TOML + '[quantize]\nprecision = "fp32"\n', encoding="utf-8")
    code, said = export("quantize")
    assert code == 0
    assert "nothing to do" in said
    assert not out.exists()


# --- scoring --------------------------------------------------------------------------------


class Fake:
    """Stands for `allez.Translator`: copies what it is given."""

    def __init__(self, bundle: object, *, threads: int | None = None) -> None:
        entry = SimpleNamespace(sha256="x")
        files = dict.fromkeys(("encoder", "decoder", "tokenizer", "sentences"), entry)
        manifest = SimpleNamespace(
            confidence=None,
            files=files,
            beam_size=4,
            search=SearchOptions(),
            precision="int8",
            scores={},
        )
        self.bundle = SimpleNamespace(manifest=manifest)
        self.threads = threads or 1

    def __enter__(self) -> Fake:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    def translate_batch(
        self, texts: list[str], *, beam_size: int | None, shortlist: bool
    ) -> Iterator[object]:
        return (SimpleNamespace(text=text) for text in texts)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allez, "Translator", Fake)
    monkeypatch.setattr("allez_export.stages.evaluate.Translator", Fake)


@pytest.mark.usefixtures("fake")
def test_a_bundle_is_scored_on_files(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tmp_path / "rows.json"
    argv = ["evaluate", "bundle", str(data / "test.tsv"), "--beam-size", "2", "--out", str(rows)]
    assert main(argv) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("| file | sentences |")
    assert "| test.tsv | 2 | int8 | 2 |" in captured.out
    assert json.loads(rows.read_text(encoding="utf-8"))[0]["beam_size"] == 2


@pytest.mark.usefixtures("fake")
def test_scores_that_cannot_be_written_are_an_error(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tmp_path / "absent" / "rows.json"
    assert main(["evaluate", "bundle", str(data / "test.tsv"), "--out", str(rows)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""  # before anything is translated
    assert str(rows) in told(captured.err)[0]


def test_a_bundle_has_no_other_precision(fails: Fails, data: Path) -> None:
    code, error, _ = fails("evaluate", "bundle", str(data / "test.tsv"), "--fp32")
    assert code == 2
    assert "--fp32 needs --config" in error


def test_scores_of_a_card_are_those_of_the_default(fails: Fails, config: Path, data: Path) -> None:
    more = ("--config", str(config), "--data", str(data), "--shortlist")
    code, error, _ = fails("evaluate", *more)
    assert code == 2
    assert "--shortlist needs a bundle" in error


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize("limit", ["0", "-1"])
def test_a_limit_that_makes_no_sense_is_refused(fails: Fails, data: Path, limit: str) -> None:
    code, error, _ = fails("evaluate", "bundle", str(data / "test.tsv"), f"--limit={limit}")
    assert code == 2
    assert "--limit" in error


@pytest.mark.usefixtures("fake")
def test_a_run_without_test_files_has_nothing_to_score(
    config: Path, data: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(TOML.replace('test = ["test.tsv"]\n', ""), encoding="utf-8")
    (out / "bundle").mkdir(parents=True)
    (out / "bundle" / "manifest.json").touch()
    argv = ["evaluate", "--config", str(config), "--data", str(data), "--out", str(out)]
    assert main(argv) == 0
    assert capsys.readouterr().err == ""


# --- what is imported -----------------------------------------------------------------------

BLOCK = """
import sys
from importlib.abc import MetaPathFinder

class Absent(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {blocked}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
from allez_export.cli import main
sys.exit(main())
"""


def without(*blocked: str, argv: list[str]) -> subprocess.CompletedProcess[str]:
    """Run `allez-export` in a process in which some packages cannot be found."""
    return subprocess.run(
        [sys.executable, "-c", BLOCK.format(blocked=set(blocked)), *argv],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


EXTRA = ("torch", "onnx", "onnxscript", "sacrebleu")


@pytest.mark.parametrize("stage", ["train", "trace"])
def test_a_missing_extra_is_named(config: Path, data: Path, out: Path, stage: str) -> None:
    arguments = ["--config", str(config), "--data", str(data), "--out", str(out)]
    result = without(*EXTRA, argv=[stage, *arguments])
    assert result.returncode == 1
    assert told(result.stderr)[1] == "pip install torch onnx onnxscript sacrebleu"
    assert result.stdout == ""


def test_without_the_extra_there_is_help_and_checking_of_configurations(config: Path) -> None:
    result = without(*EXTRA, argv=["--help"])
    assert (result.returncode, result.stderr) == (0, "")
    assert "allez-export" in result.stdout
    config.write_text("name = 3", encoding="utf-8")
    result = without(*EXTRA, argv=["train", "--config", str(config)])
    assert told(result.stderr)[0] == f"{config}: name must be str, not 3"


def test_a_python_without_toml_needs_the_extra(config: Path) -> None:
    result = without("tomllib", "tomli", argv=["train", "--config", str(config)])
    assert result.returncode == 1
    assert told(result.stderr)[1] == "pip install tomli"


PROBE = """
import json, sys
from allez_export.cli import main
try:
    main({argv})
except SystemExit:
    pass
print("\\n" + json.dumps(sorted({{name.split(".")[0] for name in sys.modules}})))
"""


@pytest.mark.parametrize(
    "argv", [["--help"], ["all", "--help"], ["train"], ["train", "--config", "absent.toml"]]
)
def test_what_needs_no_torch_does_not_import_it(argv: list[str]) -> None:
    result = subprocess.run(
        [sys.executable, "-c", PROBE.format(argv=argv)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    loaded = set(json.loads(result.stdout.splitlines()[-1]))
    assert "allez_export" in loaded
    assert loaded.isdisjoint({"torch", "onnx", "onnxscript", "sacrebleu", "matplotlib"})
