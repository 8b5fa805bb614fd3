"""Pictures that are trained on: read, varied and drawn; and the training that goes by the clock."""

from __future__ import annotations

import dataclasses
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from allez.errors import InputError
from allez.text.tokenizer import Tokenizer
from allez_export.checkpoints import load_model
from allez_export.config import Config, ConfigError, PicturesConfig
from allez_export.config.file import load_config
from allez_export.evaluate_pictures import cider, exact
from allez_export.families.caption.family import Caption
from allez_export.pictures import augment
from allez_export.pictures.draw import Artist, Batches
from allez_export.pictures.read import Sprite, load_scenes, read_captioned, read_sprites, read_table
from allez_export.stages import pictures as stage
from allez_export.stages import run_stage
from allez_export.stages.workspace import Workspace
from allez_export.train_pictures import WARMUP, PictureRun, batch_loss, rate_at
from support.shapes import CONFIG, SHAPES, STYLES, encoded, sprite, write_set

pytestmark = pytest.mark.usefixtures("denormals")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shapes")
    write_set(folder)
    (folder / "shapes.toml").write_text(CONFIG, encoding="utf-8")
    return folder


@pytest.fixture
def config(data: Path) -> Config:
    return load_config(data / "shapes.toml")


@pytest.fixture
def tokenizer(data: Path, tmp_path: Path, config: Config) -> Tokenizer:
    work = workspace(config, data, tmp_path / "vocabulary-run")
    run_stage("vocabulary", work)
    return Tokenizer(work.need("vocabulary", "tokenizer.json").read_text(encoding="utf-8"))


def workspace(config: Config, data: Path, out: Path, *, force: bool = False) -> Workspace:
    return Workspace(
        config=config, config_path=data / "shapes.toml", data=data, out=out,
        force=force, threads=1, device="cpu", limit=None,
    )  # fmt: skip


def artist(data: Path, share: float = 0.5) -> Artist:
    return Artist(data / "sprites.tsv", data / "scenes.py", "en", size=48, share=share)


def shape(code: str = "1f534", style: str = "flat", name: str | None = None) -> Sprite:
    return Sprite(style, code, SHAPES[code] if name is None else name, sprite(code, style))


def test_sprites_are_read_with_their_names(data: Path) -> None:
    found = read_sprites(data / "sprites.tsv", "en", ("emoji",))
    assert [(s.style, s.name) for s in found] == [(y, n) for y in STYLES for n in SHAPES.values()]
    assert {s.picture.mode for s in found} == {"RGBA"}


def test_what_is_wrong_with_a_set_is_said(data: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column 'de'"):
        read_sprites(data / "sprites.tsv", "de", ("emoji",))
    with pytest.raises(InputError, match="no sprite is of kind flag"):
        read_sprites(data / "sprites.tsv", "en", ("flag",))
    (tmp_path / "a.tsv").write_text("file\ten\n1.png\tone\textra\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.tsv, line 2: 3 columns, not 2"):
        list(read_table(tmp_path / "a.tsv", "en"))
    table = "file\tkind\tstyle\ten\n1.png\temoji\t\tone\n"
    (tmp_path / "b.tsv").write_text(table, encoding="utf-8")
    with pytest.raises(InputError, match=r"cannot read .*b\.zip"):
        read_captioned(tmp_path / "b.tsv", "en")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as pack:
        pack.writestr("1.png", b"no picture")
    with pytest.raises(InputError, match=r"1\.png cannot be read"):
        read_captioned(tmp_path / "b.tsv", "en")


def test_a_program_that_draws_no_scenes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scenes.py"
    with pytest.raises(InputError, match="cannot read"):
        load_scenes(path)
    path.write_text("1 / 0", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be run: ZeroDivisionError"):
        load_scenes(path)
    path.write_text("CODES = []", encoding="utf-8")
    with pytest.raises(InputError, match="has no draw"):
        load_scenes(path)


def test_a_batch_depends_on_its_number_alone(data: Path) -> None:
    first, second = (Batches(artist(data), lambda t: [len(t)], 6, 1) for _ in range(2))
    later = second[5]
    for number in range(5):
        first[number]
    again = first[5]
    assert np.array_equal(later.pixels, again.pixels)
    assert np.array_equal(later.target, again.target)
    assert later.pixels.shape == (6, 48, 48, 3)
    assert not np.array_equal(first[6].pixels, again.pixels)


def test_short_captions_come_first_and_are_padded(data: Path) -> None:
    batch = Batches(artist(data), lambda text: list(range(3, 3 + len(text))), 12, 1)[0]
    lengths = (batch.target != 0).sum(axis=1)
    assert list(lengths) == sorted(lengths)
    assert batch.tokens == lengths.sum() - 12


def test_scenes_and_single_sprites_are_mixed_by_share(data: Path) -> None:
    for share in (0.0, 1.0):
        drawn = [artist(data, share).draw(np.random.default_rng(seed)) for seed in range(20)]
        assert {one.caption.startswith("a small ") for one in drawn} == {share == 1.0}


def test_colours_are_left_alone_where_a_name_says_them() -> None:
    named, other = shape(), shape(name="ball")
    assert augment.keeps_colours(named.name)
    assert not augment.keeps_colours(other.name)
    hues = []
    for one in (named, other):
        greys = 0
        for seed in range(80):
            found = augment.redrawn(one, np.random.default_rng(seed))
            pixel = np.asarray(found.convert("RGB"))[36, 36].astype(int)
            greys += int(np.ptp(pixel) < 30)
        hues.append(greys)
    assert hues[0] == 0
    assert hues[1] > 0


def test_sides_are_left_alone_where_they_matter() -> None:
    assert augment.may_be_mirrored(shape(code="1f534", name="x")) is False
    cat = Sprite("flat", "1f408", "cat", sprite("1f534", "flat"))
    assert augment.may_be_mirrored(cat)
    walks = dataclasses.replace(cat, code="1f6b6", name="person walking: facing right")
    assert not augment.may_be_mirrored(walks)


def test_turning_colours_leaves_grey_as_it_is() -> None:
    matrix = np.reshape(augment.colour_matrix(np.random.default_rng(1), 2.0, 0.0), (3, 4))
    assert np.allclose(matrix[:, :3] @ [90, 90, 90] + matrix[:, 3], 90)
    red = matrix[:, :3] @ [200, 20, 20] + matrix[:, 3]
    assert not np.allclose(red, [200, 20, 20], atol=20)
    assert red.sum() == pytest.approx(240)


def test_a_line_drawing_is_black_on_white_without_a_frame() -> None:
    drawn = augment.line_drawing(sprite("1f7e6", "flat"))
    white = Image.new("RGBA", drawn.size, "white")
    pixels = np.asarray(Image.alpha_composite(white, drawn).convert("RGB")).astype(int)
    assert np.ptp(pixels, axis=2).max() == 0
    assert pixels[36, 36].min() == 255
    assert pixels.min() < 100
    full = np.asarray(augment.line_drawing(Image.new("RGBA", (20, 20), "red")).convert("RGB"))
    assert full[1:-1, 1:-1].min() == 255


def test_an_outline_lies_outside_the_picture() -> None:
    picture = sprite("1f534", "flat")
    found = augment.outlined(picture, np.random.default_rng(0))
    assert np.asarray(found.getchannel("A")).sum() > np.asarray(picture.getchannel("A")).sum()
    assert found.getpixel((36, 36)) == picture.getpixel((36, 36))


def test_a_placed_picture_has_the_extent_that_was_asked_for() -> None:
    extents = []
    for seed in range(20):
        found = augment.placed(sprite("1f7e6", "flat"), 96, 72, np.random.default_rng(seed))
        box = found.getbbox()
        assert box is not None
        extents.append(max(box[2] - box[0], box[3] - box[1]))
    assert 55 < np.mean(extents) < 85


def test_the_rate_rises_and_falls_to_nothing() -> None:
    rates = [rate_at(share) for share in np.linspace(0, 1, 101)]
    assert max(rates) == pytest.approx(1.0, abs=1e-3)
    assert rates[0] == 0.0
    assert rates[-1] == pytest.approx(0.0)
    assert rate_at(WARMUP / 2) == pytest.approx(0.5)
    falling = rates[4:]
    assert falling == sorted(falling, reverse=True)


def test_exact_match_and_cider_of_known_captions() -> None:
    references = ["a cat on the grass", "two dogs", "a big red house"]
    assert exact(["a cat on the grass", "two cats", "A big red house"], references) == (
        pytest.approx(100 / 3)
    )
    assert cider(references[:1] * 3, references) < cider(references, references)
    long = ["one two three four five", "six seven eight nine ten"]
    assert cider(long, long) == pytest.approx(10.0)
    assert cider(["none of these words", "nor of these here"], long) == 0.0


def test_a_run_learns_shapes_and_leaves_a_model(data: Path, tmp_path: Path, config: Config) -> None:
    work = workspace(config, data, tmp_path / "run")
    run_stage("vocabulary", work)
    run_stage("train", work)
    trained = load_model(work.need("train", "model.pt"))
    assert isinstance(trained.family, Caption)
    assert trained.record["valid"]["exact"] == 100.0
    assert trained.family.facts.positions(0) == 9
    log = (work.stage("train") / "log.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(log[-1])["update"] == 120


def test_a_run_goes_on_to_the_bit(
    data: Path, tmp_path: Path, config: Config, tokenizer: Tokenizer
) -> None:
    def loop(folder: Path, updates: int) -> PictureRun:
        training = dataclasses.replace(config.training, updates=updates, checkpoint_minutes=0.0)
        batches = Batches(artist(data), tokenizer.encode, 4, 1)
        changed = dataclasses.replace(config, training=training)
        text = (tmp_path / "vocabulary-run/vocabulary/tokenizer.json").read_text(encoding="utf-8")
        size = tokenizer.size
        return PictureRun(changed, text, size, batches, folder, lambda family: {"exact": 1.0})

    whole = loop(tmp_path / "whole", 8)
    whole.train()
    parts = loop(tmp_path / "parts", 8)
    for _ in range(3):  # killed behind the third
        parts._update(parts._pictures[parts.progress.update])
    parts._save()
    resumed = loop(tmp_path / "parts", 8)
    assert resumed.progress.update == 3
    resumed.train()
    for one, other in zip(
        whole.average.state_dict().values(), resumed.average.state_dict().values(), strict=True
    ):
        assert torch.equal(one, other)


def test_minutes_end_a_run_whatever_its_updates(
    data: Path, tmp_path: Path, config: Config, tokenizer: Tokenizer
) -> None:
    training = dataclasses.replace(config.training, minutes=0.02, validations=1)
    changed = dataclasses.replace(config, training=training)
    batches = Batches(artist(data), tokenizer.encode, 4, 1)
    seen: list[float] = []

    def validate(family: Caption) -> dict[str, float]:
        seen.append(loop.share)
        return {"exact": 1.0}

    loop = PictureRun(changed, "text", tokenizer.size, batches, tmp_path / "run", validate)
    loop.train()
    assert seen == [1.0]
    assert loop.progress.seconds >= 1.2


def test_another_process_draws_the_same(
    data: Path, tmp_path: Path, config: Config, tokenizer: Tokenizer
) -> None:
    found = []
    for workers in (0, 1):
        pictures = dataclasses.replace(stage.pictures_of(config), workers=workers)
        training = dataclasses.replace(config.training, updates=3)
        changed = dataclasses.replace(config, pictures=pictures, training=training)
        batches = Batches(artist(data), tokenizer.encode, 4, 1)
        folder = tmp_path / f"workers-{workers}"
        loop = PictureRun(
            changed, "text", tokenizer.size, batches, folder, lambda family: {"exact": 1.0}
        )
        loop.train()
        found.append(loop.model.bias.detach().clone())
    assert torch.equal(*found)


def test_a_model_of_other_weights_lends_what_fits(
    data: Path, tmp_path: Path, config: Config
) -> None:
    def loop(vocabulary: int, name: str) -> PictureRun:
        batches = Batches(artist(data), lambda t: [3], 4, 1)
        return PictureRun(config, "t", vocabulary, batches, tmp_path / name, lambda f: {"exact": 0})

    one, other = loop(40, "one"), loop(50, "other")
    other.begin_with(one.model.state_dict())
    assert torch.equal(other.model.cells.weight, one.model.cells.weight)
    assert other.model.bias.shape == (50,)
    with pytest.raises(InputError, match="no weight of it fits"):
        other.begin_with({"something": torch.zeros(3)})


def test_loss_does_not_depend_on_what_is_padded(data: Path, config: Config) -> None:
    batches = Batches(artist(data), lambda text: [3 + len(text) % 7] * (1 + len(text) % 5), 6, 1)
    loop_batch = batches[0]
    torch.manual_seed(0)
    from allez_export.families.caption.family import new_model

    model = new_model(40, config).eval()
    wider = np.pad(loop_batch.target, ((0, 0), (0, 4)))
    loss = batch_loss(model, loop_batch, config)
    padded = batch_loss(model, dataclasses.replace(loop_batch, target=wider), config)
    assert float(loss.detach()) == pytest.approx(float(padded.detach()), rel=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"widths": (8, 16), "blocks": (1,)}, "one number for each stage"),
        ({"size": 50}, "size must be a multiple of 16, not 50"),
        ({"share": 1.5}, "share must be 0 to 1, not 1.5"),
        ({"blocks": (0, -1, 0)}, "blocks at least 0"),
    ],
)
def test_impossible_settings_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        PicturesConfig(sprites="sprites.tsv", **change)  # type: ignore[arg-type]


def test_pictures_of_another_size_are_refused(data: Path, tmp_path: Path, config: Config) -> None:
    (tmp_path / "odd.tsv").write_text(
        "file\tkind\tstyle\ten\nodd.png\temoji\t\tred circle\n", encoding="utf-8"
    )
    with zipfile.ZipFile(tmp_path / "odd.zip", "w") as pack:
        pack.writestr("odd.png", encoded(Image.new("RGB", (40, 30))))
    work = workspace(config, tmp_path, tmp_path / "run")
    with pytest.raises(InputError, match=r"odd\.tsv, line 2: 40 x 30 pixels, not 48 x 48"):
        stage.captioned(work, "odd.tsv")


def test_words_of_another_vocabulary_are_not_lent(
    data: Path, tmp_path: Path, config: Config
) -> None:
    first = workspace(config, data, tmp_path / "first")
    run_stage("vocabulary", first)
    begun = dataclasses.replace(config.training, updates=1, validations=1)
    run_stage(
        "train", dataclasses.replace(first, config=dataclasses.replace(config, training=begun))
    )
    lent = load_model(first.need("train", "model.pt"))
    start = str(first.need("train", "model.pt"))
    training = dataclasses.replace(begun, begin_with=start)
    french = dataclasses.replace(config, target="fr", training=training)
    second = workspace(french, data, tmp_path / "second")
    run_stage("vocabulary", second)
    told: list[str] = []
    text = second.need("vocabulary", "tokenizer.json").read_text(encoding="utf-8")
    batches = Batches(artist(data), lambda caption: [3], 4, 1)
    folder = tmp_path / "begun"
    loop = PictureRun(
        french, text, 320, batches, folder, lambda f: {"exact": 0.0}, tell=told.append
    )
    before = loop.model.table.weight.detach().clone()
    stage._begin(second, loop, text)
    assert torch.equal(loop.model.cells.weight, lent.family.weights["cells.weight"])
    assert torch.equal(loop.model.table.weight, before)
    assert told[0].startswith("train   begins with ")
