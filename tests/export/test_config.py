"""The strict reader: what is no configuration is refused by its key."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from allez.errors import AllezError
from allez_export.config import Config, ConfigError, SourceConfig
from allez_export.config.file import build, load_config
from allez_export.config.training import TrainingConfig

CONFIGS = sorted((Path(__file__).parents[2] / "export" / "configs").glob("*.toml"))
HEAD = 'name = "tiny"\nsource = "fr"\ntarget = "en"\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "model.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> ConfigError:
    """Return the error that a configuration file gives, which must name the file."""
    path = write(folder, text)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert str(caught.value).startswith(f"{path}")
    assert "\n" not in str(caught.value)
    return caught.value


def test_defaults_are_those_of_the_dataclasses(tmp_path: Path) -> None:
    assert load_config(write(tmp_path, HEAD)) == Config(name="tiny", source="fr", target="en")


def test_values_arrive_with_their_types(tmp_path: Path) -> None:
    config = load_config(
        write(
            tmp_path,
            HEAD + "[data]\n"
            'train = [{ path = "a.tsv", weight = 2 }, '
            '{ path = "b.fr", target_path = "b.en", late_weight = 0, limit = 5 }]\n'
            'valid = ["v.tsv"]\n'
            "[training]\nlearning_rate = 1\npatience = 3\n"
            '[model]\nattention = "additive"\n',
        )
    )
    assert config.data.train == (
        SourceConfig(path="a.tsv", weight=2.0),
        SourceConfig(path="b.fr", target_path="b.en", late_weight=0.0, limit=5),
    )
    assert type(config.data.train[0].weight) is float
    assert config.data.valid == ("v.tsv",)
    assert (config.training.learning_rate, config.training.patience) == (1.0, 3)
    assert type(config.training.learning_rate) is float
    assert config.model.attention == "additive"


@pytest.mark.parametrize(
    ("body", "key", "near"),
    [
        ("[model]\nwidht = 8", "model.widht", "width"),
        ("[modle]\nwidth = 8", "modle", "model"),
        ("[training]\nlearning-rate = 1e-3", "training.learning-rate", "learning_rate"),
        ('[data]\ntrain = [{ path = "a", wieght = 1 }]', "data.train[0].wieght", "weight"),
        (
            '[data]\ntrain = [{ path = "a" }, { path = "b", late = 1 }]',
            "data.train[1].late",
            "late_weight",
        ),
        ("[package]\nlicence = 'MIT'", "package.licence", "license"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest(
    tmp_path: Path, body: str, key: str, near: str
) -> None:
    error = refusal(tmp_path, HEAD + body)
    assert f"unknown key {key}" in str(error)
    assert error.hint == f"did you mean {near}?"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("[model]\nwidth = '8'", "model.width must be int, not '8'"),
        ("[model]\nwidth = 8.0", "model.width must be int, not 8.0"),
        ("[model]\nwidth = true", "model.width must be int, not True"),
        ("[model]\nsecond_layer = 1", "model.second_layer must be bool, not 1"),
        ("[model]\ndropout = '0.1'", "model.dropout must be float, not '0.1'"),
        ("[model]\ndropout = true", "model.dropout must be float, not True"),
        ("[model]\ncell = 'rnn'", "model.cell must be one of lstm, gru, not 'rnn'"),
        ("[model]\ncell = ['gru']", "model.cell must be one of lstm, gru, not ['gru']"),
        ("[quantize]\nprecision = 'int4'", "quantize.precision must be one of fp32, int8"),
        ("[training]\npatience = 'never'", "training.patience must be int, not 'never'"),
        ("[training]\npatience = 1.5", "training.patience must be int, not 1.5"),
        ("[data]\nnever = ['a*b']", "data.never: 'a*b' is no word"),
        ("[data]\nnever = ['ok', '*']", "data.never: '*' is no word"),
        ("[data]\nnever = ['']", "data.never: '' is no word"),
        ("[data]\nvalid = 'v.tsv'", "data.valid must be a list"),
        ("[data]\nvalid = ['v.tsv', 3]", "data.valid[1] must be str, not 3"),
        ("[data]\ntrain = ['a.tsv']", "data.train[0] must be a table"),
        ("[data]\ntrain = [{ weight = 1 }]", "missing key data.train[0].path"),
        ("[package]\nnotice = 7", "package.notice must be str, not 7"),
        ("data = 'here'", "data must be a table"),
    ],
)
def test_a_wrong_value_is_named_with_its_path(tmp_path: Path, body: str, message: str) -> None:
    assert message in str(refusal(tmp_path, HEAD + body))


@pytest.mark.parametrize("name", ["name", "source", "target"])
def test_a_missing_key_is_named(tmp_path: Path, name: str) -> None:
    text = "".join(line for line in HEAD.splitlines(True) if not line.startswith(name))
    assert f"missing key {name}" in str(refusal(tmp_path, text))


@pytest.mark.parametrize("text", ["name = ", "name: tiny\n", HEAD + "[model\n", HEAD + HEAD])
def test_what_is_no_toml_is_refused(tmp_path: Path, text: str) -> None:
    assert "is not TOML" in str(refusal(tmp_path, text))


def test_what_is_no_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.toml"
    path.write_bytes('name = "été"'.encode("latin-1"))
    with pytest.raises(ConfigError, match="is not TOML"):
        load_config(path)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read .*absent\.toml: No such file"):
        load_config(tmp_path / "absent.toml")
    with pytest.raises(ConfigError, match="cannot read"):
        load_config(tmp_path)


def test_single_values_can_be_set_from_outside(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + "[model]\nattention = 'dot'\nwidth = 64\n")
    changes = ["model.attention=none", "training.learning_rate=1e-3", "name='x = y'"]
    config = load_config(path, [*changes, "data.valid=['a.tsv']"])
    assert (config.model.attention, config.model.width) == ("none", 64)
    assert config.training.learning_rate == 1e-3
    assert config.name == "x = y"
    assert config.data.valid == ("a.tsv",)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("model.attention", "cannot set model.attention"),
        ("name.x=1", "cannot set name.x=1"),
        ("name.x.y=1", "cannot set name.x.y=1"),
        ("model.atention=dot", "unknown key model.atention"),
        ("model.width=x", "model.width must be int, not 'x'"),
        ("=1", "unknown key "),
    ],
)
def test_what_cannot_be_set_is_named(tmp_path: Path, change: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_config(write(tmp_path, HEAD), [change])


def test_an_error_of_the_configuration_is_one_of_ours() -> None:
    assert issubclass(ConfigError, AllezError)
    assert issubclass(ConfigError, ValueError)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_shipped_configurations_load_and_survive_the_checkpoint(path: Path) -> None:
    config = load_config(path)
    plain = dataclasses.asdict(config)
    assert build(Config, plain, "checkpoint") == config
    assert build(Config, json.loads(json.dumps(plain)), "checkpoint") == config


def test_there_are_shipped_configurations() -> None:
    assert {"fr-en.toml", "en-fr.toml"} <= {path.name for path in CONFIGS}


def test_build_names_what_is_no_table() -> None:
    with pytest.raises(ConfigError, match="the file must be a table"):
        build(Config, [], "")


@pytest.mark.parametrize(
    ("path", "name"),
    [("tatoeba.train.tsv.gz", "tatoeba"), ("a/b.c/web.tsv", "web"), ("plain", "plain")],
)
def test_a_source_is_called_by_its_file(path: str, name: str) -> None:
    assert SourceConfig(path=path).name == name


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ("[model]\nwidth = 15", "model.width"),  # a traceback out of Seq2Seq
        ("[model]\nwidth = 0", "model.width"),
        ("[model]\nencoder_layers = 0", "model.encoder_layers"),
        ("[model]\ndropout = 1.5", "model.dropout"),
        ("[vocabulary]\nsize = 200", "vocabulary.size"),  # bytes and specials take 259
        ("[training]\nchunk_tokens = 0", "training.chunk_tokens"),  # trains on nothing, forever
        ("[training]\nbatch_tokens = 0", "training.batch_tokens"),
        ("[training]\nvalidate_every = 0", "training.validate_every"),
        ("[training]\nupdates = -1", "training.updates"),
        ("[training]\nlearning_rate = nan", "training.learning_rate"),
        ("[training]\naverage = 2.0", "training.average"),
        ("[quantize]\ncalibration = 0", "quantize.calibration"),  # a range of zero
        ("[data]\ntrain = [{ path = 'a', weight = -1 }]", "data.train[0].weight"),
        ("[data]\ntrain = [{ path = 'a', weight = 0 }]", "all weights are 0"),
        ("[data]\nnoise = 1.5", "data.noise"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(tmp_path: Path, body: str, key: str) -> None:
    assert key in str(refusal(tmp_path, HEAD + body))


def test_one_file_may_be_named_once_for_each_domain(tmp_path: Path) -> None:
    head = HEAD + 'task = "summarize"\ninput = { cut = "whole", tokens = 9 }\n'
    data = '[data]\ndomain_column = 2\ntrain = [{ path = "a", domain = "x" }, %s]\n'
    config = load_config(write(tmp_path, head + data % '{ path = "a", domain = "y" }'))
    assert [source.domain for source in config.data.train] == ["x", "y"]
    for other in ('{ path = "a", domain = "x" }', '{ path = "a" }'):
        assert "train: a is named twice" in str(refusal(tmp_path, head + data % other))
    nothing = head + '[data]\ntrain = [{ path = "a", domain = "x" }]\n'
    assert "data.domain_column: domains are asked for" in str(refusal(tmp_path, nothing))


@pytest.mark.parametrize(
    "text",
    [
        "[data]\ndomain_column = 3\n",
        "[data]\ncolumns = [2, 3]\n",
        '[input]\ncut = "whole"\ntokens = 9\n',
        "[input]\nturns = 2\n",
    ],
)
def test_translations_have_two_columns_and_are_cut_by_sentences(tmp_path: Path, text: str) -> None:
    assert "a translation" in str(refusal(tmp_path, HEAD + text))


def test_a_run_that_goes_on_draws_another_order_than_the_one_before() -> None:
    orders = [
        TrainingConfig(seed=seed, begin_with="models/a", begin_with_version=version).order
        for seed, version in ((1, "1.0.0"), (1, "1.1.0"), (2, "1.0.0"), (1, None))
    ]
    assert len({*orders, TrainingConfig().order}) == 5
    assert TrainingConfig(seed=7).order == 7
