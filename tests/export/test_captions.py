"""From drawn shapes to a bundle that says what they are: graphs, integers, files, the whole way."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnx
import pytest
import torch

from allez.bundle.contract import OPERATORS, encoder_graph
from allez.bundle.onnx_check import read_outline
from allez.bundle.reader import Bundle
from allez.errors import BundleFormatError, InputError
from allez.tasks.captioner import Captioner
from allez_export.checkpoints import load_run
from allez_export.config.file import load_config
from allez_export.families import family_named
from allez_export.families.caption.family import Caption
from allez_export.families.caption.model import Captioner as Model
from allez_export.families.caption.weights import load_bundle_captioner, measure
from allez_export.families.family import Picture
from allez_export.golden import smaller
from allez_export.parity import encoder_parity
from allez_export.stages import run_stage
from allez_export.stages.workspace import Workspace
from allez_export.stored import LEAST, stored
from allez_export.trace import trace_decoder, trace_encoder
from allez_export.verify import check_contract, decoder_parity
from support.shapes import CONFIG, SHAPES, sprite, write_set

pytestmark = pytest.mark.usefixtures("denormals")

VARIANTS: list[dict[str, object]] = [
    {"attention": "general"},
    {"attention": "additive", "cell": "gru", "second_layer": False},
    {"attention": "none", "second_layer": False},
]


def family(**changes: object) -> Caption:
    """Return a model with random weights, whose batch norm has seen something."""
    torch.manual_seed(1)
    model = Model(40, (3, 2), stem=6, widths=[8, 12], blocks=[1, 0], width=16, **changes)  # type: ignore[arg-type]
    model(torch.randn(9, 3, 24, 16), torch.ones(9, 2, dtype=torch.int64))  # means and variances
    model.encoder.layers[2].second.norm.weight.data.fill_(0.7)  # type: ignore[union-attr]
    picture = Picture(24, 16, 127.5, 64.0, 3, 2)
    return Caption(model.eval().requires_grad_(False), picture)


@pytest.mark.parametrize("changes", VARIANTS, ids=lambda changes: str(changes["attention"]))
def test_graphs_say_what_torch_says(changes: dict[str, object]) -> None:
    made = family(**changes)
    encoder, decoder = trace_encoder(made), trace_decoder(made)
    states = len(made.facts.state_widths)
    check_contract(encoder, encoder_graph(states, "image"), made.facts)
    assert encoder_parity(made, encoder) < 1e-5
    assert decoder_parity(made, decoder) < 1e-5
    for graph in (encoder, decoder, stored(encoder)):
        assert read_outline(graph.SerializeToString()).operators <= OPERATORS


def test_weights_are_loaded_back() -> None:
    made = family()
    kind = family_named("caption")
    again = kind.load(made.config, made.weights)
    image = torch.randn(2, 3, 24, 16)
    expected = made.reference_encoding(image)
    found = again.reference_encoding(image)
    assert all(torch.equal(one, other) for one, other in zip(expected, found, strict=True))
    assert again.facts == made.facts


@pytest.mark.parametrize("change", [{"stem": 7}, {"wide": 3}, {"picture": {"height": 1}}])
def test_weights_of_another_model_are_refused(change: dict[str, object]) -> None:
    made = family()
    with pytest.raises(InputError, match="the weights are of another model"):
        Caption.load({**made.config, **change}, made.weights)


def test_stored_weights_are_a_quarter_as_large_and_near() -> None:
    made = family()
    assert stored(trace_encoder(made)).graph == trace_encoder(made).graph  # all are small
    model = Model(40, (3, 2), stem=16, widths=[32, 48], blocks=[1, 0], width=16)
    wide = Caption(model.eval().requires_grad_(False), made.picture)
    graph = trace_encoder(wide)
    found = stored(graph)
    assert len(found.SerializeToString()) < 0.4 * len(graph.SerializeToString())
    assert 0 < encoder_parity(wide, found) < 0.1
    kept = [i for i in found.graph.initializer if i.data_type == 1 and np.prod(i.dims) >= LEAST]
    assert kept == []
    assert stored(found).graph == found.graph


def test_golden_pictures_are_made_smaller_by_means() -> None:
    pixels = np.zeros((4, 6, 3), dtype=np.uint8)
    pixels[0, 0] = 100
    found = smaller(pixels)
    assert found.shape == (2, 3, 3)
    assert found[0, 0].tolist() == [25] * 3


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("captions")
    write_set(folder)
    (folder / "shapes.toml").write_text(CONFIG, encoding="utf-8")
    work = Workspace(
        config=load_config(folder / "shapes.toml"),
        config_path=folder / "shapes.toml",
        data=folder,
        out=folder / "run",
        force=False,
        threads=1,
        device="cpu",
        limit=None,
    )
    run_stage("all", work)
    return work


def test_a_bundle_says_what_shapes_there_are(finished: Workspace) -> None:
    with Captioner(finished.stage("bundle"), threads=1) as captioner:
        assert all(test.passed for test in captioner.selftest())
        for code, name in SHAPES.items():
            picture = np.full((48, 48, 3), 255, dtype=np.uint8)
            shape = np.asarray(sprite(code, "flat", 36))
            inside = shape[:, :, 3] > 127
            picture[6:42, 6:42][inside] = shape[:, :, :3][inside]
            found = captioner.caption(picture)
            assert found.text == name
            assert found.grid == (3, 3)
            assert found.attention.shape[1] == 9


def bundle_of(made: Caption, folder: Path) -> SimpleNamespace:
    """Return what is asked of a bundle, with the graphs of a model."""
    graphs = {"encoder": stored(trace_encoder(made)), "decoder": trace_decoder(made)}
    facts, picture = made.facts, made.picture
    image = SimpleNamespace(rows=picture.rows, columns=picture.columns)
    manifest = SimpleNamespace(
        key_width=facts.key_width,
        attention=facts.attention,
        target=SimpleNamespace(size=facts.vocabulary),
        input=SimpleNamespace(image=image),
    )
    data = {role: graph.SerializeToString() for role, graph in graphs.items()}
    return SimpleNamespace(manifest=manifest, data=data.__getitem__, path=folder)


@pytest.mark.parametrize("changes", VARIANTS, ids=lambda changes: str(changes["attention"]))
def test_a_bundle_s_weights_are_read_back_and_train_as_they_answer(
    changes: dict[str, object], tmp_path: Path
) -> None:
    made = family(**changes)
    model = load_bundle_captioner(bundle_of(made, tmp_path))  # type: ignore[arg-type]
    image = torch.randn(64, 3, 24, 16)
    target = torch.randint(3, 40, (64, 5))
    expected = made.model(image, target)
    assert torch.allclose(model(image, target), expected, atol=2e-4)
    folded = {n: w.clone() for n, w in model.encoder.state_dict().items()}
    measure(model, image.split(16))
    assert torch.allclose(model(image, target), expected, atol=2e-4)
    assert not torch.allclose(
        model.encoder.layers[1].convolution.weight,  # type: ignore[union-attr]
        folded["layers.1.convolution.weight"],
    )
    assert torch.allclose(model.train()(image, target), expected, atol=2e-3)


def test_training_goes_on_from_a_bundle(
    finished: Workspace,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checked = []
    monkeypatch.setattr(
        "allez_export.stages.pictures.check_license",
        lambda own, parents: checked.append((own, [parent["name"] for parent in parents])),
    )
    start = str(finished.stage("bundle"))
    training = dataclasses.replace(
        finished.config.training, begin_with=start, updates=1, validations=1, learning_rate=1e-9
    )
    config = dataclasses.replace(finished.config, training=training)
    more = dataclasses.replace(finished, config=config, out=tmp_path / "more")
    run_stage("vocabulary", more)
    learnt = more.need("vocabulary", "tokenizer.json").read_text(encoding="utf-8")
    assert learnt == Bundle.read(finished.stage("bundle")).text("tokenizer")
    french = dataclasses.replace(config, target="fr")
    run_stage("vocabulary", dataclasses.replace(more, config=french, out=tmp_path / "french"))
    assert "cercle" in (tmp_path / "french/vocabulary/tokenizer.json").read_text(encoding="utf-8")
    run_stage("train", more)
    told = capsys.readouterr().err
    assert "the start: exact 100.0" in told
    assert "valid: exact 100.0" in told
    found, words = re.findall(r"begins with (\d+) of (\d+) weights", told)[0]
    assert found == words
    state = load_run(more.need("train", "model.pt"), "training")
    (parent,) = state["training"]["parents"]
    assert (parent["name"], parent["license"]) == ("shapes", finished.config.package.license)
    assert checked == [(config.package.license, ["shapes"])]


def test_captions_do_not_begin_with_a_bundle_that_reads_text() -> None:
    tiny = Bundle.read(Path(__file__).parents[2] / "spec" / "bundles" / "tiny")
    with pytest.raises(InputError, match="its weights cannot be read back: it looks at no pic"):
        load_bundle_captioner(tiny)


def test_a_bundle_s_manifest_and_card_are_of_pictures(finished: Workspace) -> None:
    bundle = Bundle.read(finished.stage("bundle"))
    manifest = bundle.manifest
    assert manifest.task == "caption"
    image = manifest.input.image
    assert image is not None
    assert (image.height, image.width, image.channels, image.positions) == (48, 48, 3, 9)
    assert "sentences" not in manifest.files
    assert list(manifest.training_data) == ["sprites", "scenes"]
    assert manifest.scores["valid.tsv emoji beam 1"]["exact"] == 100.0
    card = bundle.text("card")
    assert "Says in a few words what a picture shows (en)" in card
    assert "| valid.tsv | emoji | 3 | 4 | 100.0 |" in card
    assert len(bundle.golden()) == 3
    assert all(golden.picture is not None for golden in bundle.golden())


def test_integers_are_in_the_decoder_and_stored_weights_in_the_encoder(
    finished: Workspace,
) -> None:
    encoder = onnx.load(finished.need("quantize", "encoder.onnx"))
    decoder = onnx.load(finished.need("quantize", "decoder.onnx"))
    assert "QGemm" in {node.op_type for node in decoder.graph.node}
    kinds = {node.op_type for node in encoder.graph.node}
    assert "Conv" in kinds
    assert "MatMulInteger" not in kinds
    report = json.loads(finished.need("verify", "report.json").read_text(encoding="utf-8"))
    assert report["int8 weights"]["largest"] <= 64
    assert report["behaviour"]["identical"] >= 0.6


def test_stages_that_are_fresh_are_left_and_others_made_again(
    finished: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    run_stage("all", dataclasses.replace(finished))
    told = capsys.readouterr().err
    assert "vocabulary was done before" in told
    assert "package was done before" in told
    pictures = dataclasses.replace(finished.config.pictures, share=0.4)  # type: ignore[type-var]
    changed = dataclasses.replace(finished.config, pictures=pictures)
    from allez_export.stages.provenance import stale

    assert stale(dataclasses.replace(finished, config=changed), "package") == "pictures changed"


def test_a_bundle_of_pictures_translates_nothing(finished: Workspace) -> None:
    from allez import Translator

    with pytest.raises(BundleFormatError, match="translates no text"):
        Translator(finished.stage("bundle"))
