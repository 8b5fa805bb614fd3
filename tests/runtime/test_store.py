"""The store: whole bundles or none, whatever happens on the way; found by name and by languages."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import allez
from allez.bundle import changes, check_graph, places, store
from allez.bundle.reader import Bundle, find
from allez.cli.main import main
from allez.errors import (
    BundleError,
    BundleFormatError,
    BundleNotFoundError,
    ChecksumError,
    OptionError,
    OutputError,
)
from allez.model import session
from allez.translate import detection
from support.soak import amount

Capture = pytest.CaptureFixture[str]
Make = Callable[..., Path]


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The store, which is not there yet."""
    place = tmp_path / "data" / "models"
    monkeypatch.setenv("ALLEZ_MODELS", str(place))
    return place


@pytest.fixture
def make(tiny_bundle: Path, tmp_path: Path) -> Make:
    """Make a bundle that says other things of itself."""

    def make(name: str = "tiny", version: str = "1.0.0", **sides: str) -> Path:
        path = tmp_path / "made" / f"{name} {version} {len(sides)}"
        shutil.copytree(tiny_bundle, path)
        manifest = json.loads((path / "manifest.json").read_text("utf-8"))
        manifest.update(name=name, version=version)
        for side, language in sides.items():
            manifest[side]["language"] = language
        (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        return path

    return make


def put(path: Path) -> places.Stored:
    """Put a bundle into the store, untried: many tests are about what follows."""
    return changes.add(Bundle.read(path))


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# --- where it is ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {"ALLEZ_MODELS": "/m"}, "/m"),
        ("linux", {}, "/home/u/.local/share/allez/models"),
        ("linux", {"XDG_DATA_HOME": "/data"}, "/data/allez/models"),
        ("linux", {"XDG_DATA_HOME": "data"}, "/home/u/.local/share/allez/models"),
        ("darwin", {"XDG_DATA_HOME": "/data"}, "/home/u/Library/Application Support/allez/models"),
        ("win32", {"LOCALAPPDATA": "/home/u/Local"}, "/home/u/Local/allez/models"),
        ("win32", {}, "/home/u/AppData/Local/allez/models"),
    ],
)
def test_a_users_data_goes_where_the_system_wants_it(
    monkeypatch: pytest.MonkeyPatch, platform: str, environment: dict[str, str], expected: str
) -> None:
    for name in ("ALLEZ_MODELS", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(places.Path, "home", lambda: Path("/home/u"))
    monkeypatch.setattr(sys, "platform", platform)
    assert places.store() == Path(expected)


def test_where_there_is_no_store_only_the_shipped_are_there(models: Path) -> None:
    assert [model.sha256 for model in allez.models()] == [None]
    assert not models.exists()


# --- installed, found, removed --------------------------------------------------------------


def test_install_list_path_export_remove(
    tiny_bundle: Path, models: Path, tmp_path: Path, capsys: Capture
) -> None:
    sha256 = hashlib.sha256((tiny_bundle / "manifest.json").read_bytes()).hexdigest()
    place = models / f"tiny@1.0.0@{sha256}"
    assert main(["models", "install", str(tiny_bundle)]) == 0
    assert capsys.readouterr() == ("tiny@1.0.0\n", "")
    assert content(place) == content(tiny_bundle)
    assert main(["models"]) == 0
    listed = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert listed[0][0] == "fr-en"
    assert listed[1][:6] == ["tiny@1.0.0", "1.0.0", "fr", "to", "en", "installed"]
    assert main(["models", "path", "tiny"]) == 0
    assert capsys.readouterr().out == f"{place}\n"
    zipped = tmp_path / "tiny.zip"
    assert main(["models", "export", "tiny@1.0.0", "-o", str(zipped)]) == 0
    assert Bundle.read(zipped).files() == Bundle.read(tiny_bundle).files()
    assert main(["models", "remove", "tiny"]) == 0
    assert main(["models", "path", "tiny"]) == 1
    assert [path.name for path in models.iterdir()] == [".lock"]
    assert main(["models", "install", str(zipped)]) == 0
    assert content(place) == content(tiny_bundle)
    assert main(["--model", "tiny", "Je vois le chat noir."]) == 0
    assert capsys.readouterr().out == "tiny@1.0.0\nI see the black cat.\n"


def test_installed_twice_it_is_there_once_and_is_not_tried_again(
    tiny_bundle: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = allez.install(tiny_bundle)
    monkeypatch.setattr("allez.tasks.opening._try", lambda bundle: pytest.fail("tried again"))
    assert allez.install(tiny_bundle) == first
    assert len(places.stored()) == 1


def test_a_zip_of_an_export_is_the_same_at_any_time(tiny_bundle: Path) -> None:
    bundle = Bundle.read(tiny_bundle)
    assert changes.zipped(bundle) == changes.zipped(bundle)


def test_versions_stand_side_by_side_and_the_newest_is_meant(make: Make) -> None:
    for version in ("1.9", "1.10", "1.10rc2"):
        put(make("es-en", version, source="es"))
    assert find("es-en").name.startswith("es-en@1.10@")
    assert find("es-en@1.9").name.startswith("es-en@1.9@")
    with pytest.raises(BundleNotFoundError):
        find("es-en@1.8")
    assert store.between("es", "en").version == "1.10"
    with pytest.raises(BundleNotFoundError, match="es-en is several models") as caught:
        changes.remove("es-en")
    assert caught.value.hint == "one of es-en@1.10, es-en@1.10rc2, es-en@1.9"
    changes.remove("es-en@1.10")
    assert find("es-en").name.startswith("es-en@1.10rc2@")


def test_without_a_name_it_is_the_shipped_one_whatever_is_installed(make: Make) -> None:
    put(make("fr-en", "99"))
    assert "@" not in find(None).name
    assert find("fr-en").name.startswith("fr-en@99@")
    assert find(
        Bundle.read(find(None)).manifest.name + "@" + Bundle.read(find(None)).manifest.version
    ) == find(None)
    put(make("fr-en", "0.0.1"))
    changes.remove("fr-en@99")
    assert find("fr-en") == find(None)
    assert find("fr-en@0.0.1").name.startswith("fr-en@0.0.1@")


def test_a_model_that_is_named_after_its_languages_is_preferred(make: Make) -> None:
    put(make("small", "9", source="es"))
    put(make("es-en", "1", source="es"))
    assert store.between("es", "en").name == "es-en@1"


# --- what is refused ------------------------------------------------------------------------


def test_what_fails_its_self_test_is_kept_out(make: Make, models: Path, capsys: Capture) -> None:
    path = make()
    golden = (path / "golden.jsonl").read_text("utf-8").splitlines()
    entry = json.loads(golden[3])
    golden[3] = json.dumps(entry | {"translation": "nonsense"})
    data = ("\n".join(golden) + "\n").encode()
    (path / "golden.jsonl").write_bytes(data)
    manifest = json.loads((path / "manifest.json").read_text("utf-8"))
    manifest["files"]["golden"].update(bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
    (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert main(["models", "install", str(path)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "fails its self-test and is not installed: the tokens spell another text" in err
    assert "hint: allez selftest" in err
    assert places.stored() == []


@pytest.mark.parametrize(("name", "version"), [("../x", "1"), ("x", "1/2"), ("a b", "1")])
def test_a_name_that_would_lead_elsewhere_is_refused(
    make: Make, tmp_path: Path, name: str, version: str
) -> None:
    path = make("harmless")
    manifest = json.loads((path / "manifest.json").read_text("utf-8"))
    (path / "manifest.json").write_text(json.dumps(manifest | {"name": name, "version": version}))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BundleFormatError, match="cannot be the name of a folder"):
        allez.install(path)
    assert sorted(tmp_path.rglob("*")) == before


def test_other_files_under_the_same_name_and_version_are_refused(make: Make) -> None:
    put(make("tiny"))
    with pytest.raises(OutputError, match=r"another tiny@1\.0\.0 is installed") as caught:
        allez.install(make("tiny", target="de"))
    assert caught.value.hint == "allez models remove tiny@1.0.0"


def test_a_damaged_bundle_is_not_installed_nor_used(make: Make, models: Path) -> None:
    damaged = make()
    (damaged / "encoder.onnx").write_bytes(b"\0" + (damaged / "encoder.onnx").read_bytes()[1:])
    with pytest.raises(ChecksumError):
        allez.install(damaged)
    good = put(make("good"))
    manifest = good.path / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b"Apache", b"APACHE"))
    with pytest.raises(ChecksumError, match="not the one that was installed") as caught:
        Bundle.read(find("good"))
    assert caught.value.hint == "allez models remove good@1.0.0, and install it again"


@pytest.mark.parametrize(
    ("argv", "code", "error"),
    [
        (["models", "install"], 2, "models install needs a folder or zip"),
        (["models", "remove"], 2, "models remove needs a name"),
        (["models", "list", "x"], 2, "models list takes nothing more"),
        (["models", "export", "fr-en"], 2, "-o FILE.zip goes with models export"),
        (["models", "path", "fr-en", "-o", "x"], 2, "-o FILE.zip goes with models export"),
        (["models", "delete", "x"], 2, "invalid choice: 'delete'"),
        (["models", "remove", "none"], 1, "no model 'none' is installed"),
        (["models", "remove", "fr-en"], 1, "'fr-en' is installed: it comes with the package"),
        (["models", "install", "none.zip"], 1, "there is no file none.zip"),
        (["models", "install", "./none"], 1, "there is no bundle './none'"),
        (["--from", "fr", "x"], 2, "--from and --to go together"),
        (["--to", "xx", "x"], 1, "there is no model that translates to 'xx'"),
        (
            ["--from", "fr", "--to", "en", "--model", "y", "x"],
            2,
            "either --model, or --from and --to",
        ),
        (["--from", "xx", "--to", "en", "x"], 1, "there is no model from 'xx' to 'en'"),
        (["--detect", "--model", "fr-en", "x"], 2, "--model does not go with it"),
        (["--detect", "--to", "en", "x"], 2, "--to does not go with it"),
    ],
)
def test_a_wrong_use_is_named(capsys: Capture, argv: list[str], code: int, error: str) -> None:
    assert main(argv) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert error in err.splitlines()[0]


def test_graphs_are_checked_when_a_bundle_comes_and_not_again(
    tiny_bundle: Path, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies elsewhere is checked whenever it is loaded, whatever it calls itself."""
    checked: list[str] = []

    def check(graph: bytes, expected: object, manifest: object) -> None:
        checked.append("graph")
        check_graph(graph, expected, manifest)  # type: ignore[arg-type]

    monkeypatch.setattr(session, "check_graph", check)
    stored = allez.install(tiny_bundle).path
    assert len(checked) == 2
    link = tmp_path / "link"
    link.symlink_to(models)
    for trusted in ("tiny", str(stored), str(link / stored.name)):
        allez.Translator(trusted).close()
    assert len(checked) == 2
    copied = Path(shutil.copytree(stored, tmp_path / "elsewhere" / stored.name))
    for met in (copied, tiny_bundle):
        checked.clear()
        allez.Translator(met).close()
        assert len(checked) == 2


# --- kills, two at once, a full disk --------------------------------------------------------

ADD = """
import sys
from allez.bundle import changes
from allez.bundle.reader import Bundle
bundle = Bundle.read(sys.argv[1])
print("ready", flush=True)
changes.add(bundle)
"""


@pytest.mark.soak
def test_killed_at_any_moment_it_is_there_whole_or_not_at_all(
    tiny_bundle: Path, models: Path
) -> None:
    """Moments are drawn from twice the time that one takes, after the bundle was read."""
    generator = random.Random(19)
    length, whole, nothing = 0.2, 0, 0
    for _ in range(amount(share=6, whole=200)):
        process = subprocess.Popen(
            [sys.executable, "-c", ADD, str(tiny_bundle)], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        began = time.monotonic()
        try:
            process.wait(generator.random() * 2 * length)
            length = time.monotonic() - began
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
        there = places.stored()
        if there:
            whole += 1
            assert content(there[0].path) == content(tiny_bundle)
            assert Bundle.read(find("tiny")).manifest.name == "tiny"
            shutil.rmtree(there[0].path)
        else:
            nothing += 1
            with pytest.raises(BundleNotFoundError):
                find("tiny")
    put(tiny_bundle)  # what the killed have left is gone
    assert sorted(path.name[:5] for path in models.iterdir()) == [".lock", "tiny@"]
    assert whole + nothing == amount(share=6, whole=200)


def test_what_a_kill_leaves_is_no_model_and_goes_away(tiny_bundle: Path, models: Path) -> None:
    shutil.copytree(tiny_bundle, models / ".partial-0123456789abcdef")
    assert places.stored() == []
    put(tiny_bundle)
    assert sorted(path.name[:5] for path in models.iterdir()) == [".lock", "tiny@"]


def test_two_at_once_install_one(tiny_bundle: Path, models: Path) -> None:
    code = "import sys, allez; print(allez.install(sys.argv[1]).path)"
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tiny_bundle)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    said = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert said[0] == said[1]
    assert sorted(path.name[:5] for path in models.iterdir()) == [".lock", "tiny@"]
    assert content(places.stored()[0].path) == content(tiny_bundle)


def test_a_full_disk_leaves_nothing(
    tiny_bundle: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []

    def full(descriptor: int) -> None:
        synced.append(descriptor)
        if len(synced) == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(changes.os, "fsync", full)
    with pytest.raises(OutputError, match="no space left on device"):
        allez.install(tiny_bundle)
    assert [path.name for path in models.iterdir()] == [".lock"]


def test_a_file_in_the_stores_place_is_named(tiny_bundle: Path, models: Path) -> None:
    models.parent.mkdir()
    models.write_text("")
    with pytest.raises(OutputError, match=f"cannot change {models}"):
        put(tiny_bundle)
    assert len(allez.models()) == 1


# --- languages ------------------------------------------------------------------------------


def test_where_no_model_leads_two_do_and_it_is_shown(
    make: Make, capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The tiny language both times: what the first writes has few words that the second knows."""
    monkeypatch.setattr("allez.bundle.store.shipped", lambda: ())
    put(make("es-en", source="es"))
    put(make("en-de", source="en", target="de"))
    with allez.open("es", "de", threads=1) as translator:
        assert isinstance(translator, allez.Pivot)
        assert (translator.name, translator.version) == ("es-en, en-de", "1.0.0, 1.0.0")
        found = translator.translate("Je vois le chat noir.")
        assert found.pivot is not None
        assert (found.source, found.pivot.text) == ("Je vois le chat noir.", "I see the black cat.")
        with allez.Translator(find("en-de"), threads=1) as second:
            assert found.text == second("I see the black cat.")
        assert translator("Je vois le chat noir.") == found.text
        texts = ["Je vois le chat noir.", "", "Tu vois un chien."] * 30
        for given in (texts, iter(texts)):
            answers = list(translator.translate_batch(given, beam_size=1))
            assert [a.source for a in answers] == texts
            assert answers[0].pivot is not None
            assert answers[0].pivot.text == "I see the black cat."
        assert "".join(translator.stream(texts[0])) == answers[0].text
        assert all(answer.finished for answer in answers)
        cut = translator.translate(texts[0], max_time=0)
        assert not cut.finished
        assert [a.finished for a in translator.translate_batch(texts[:3], max_time=0)] == [
            False, True, False,
        ]  # fmt: skip
        with pytest.raises(OptionError, match="many texts, not one"):
            translator.translate_batch("x")
        with pytest.raises(OptionError, match="no markup"):
            translator.stream("x", markup="html")
    with pytest.raises(allez.SessionError):
        translator("Tu vois.")
    assert main(["--from", "es", "--to", "de", "Je vois le chat noir."]) == 0
    out, err = capsys.readouterr()
    assert out == f"{found.text}\n"
    assert err == "note: no model leads from es to de; two do: es-en 1.0.0, en-de 1.0.0\n"
    argv = ["--from", "es", "--to", "de", "-q", "--format", "jsonl", "Je vois le chat noir."]
    assert main(argv) == 0
    assert json.loads(capsys.readouterr().out)["pivot"]["translation"] == "I see the black cat."
    page = tmp_path / "page.html"
    page.write_text("<p>Je vois le <b>chat</b> noir.</p>", encoding="utf-8")
    assert main(["-q", "--from", "es", "--to", "de", "-i", str(page), "-o", "-"]) == 0
    written = capsys.readouterr().out
    assert written.count("<b>") == written.count("</b>") == 1
    with pytest.raises(BundleNotFoundError, match="from 'de' to 'es'"):
        allez.open("de", "es")


def test_terms_hold_for_the_whole_way(root: Path, make: Make) -> None:
    from allez.translate.pivot import divided

    options = allez.TranslateOptions(keep=["Ada"], glossary={"chat": "Katze"}, n_best=2, prefix="x")
    first, second = divided(options)
    assert (first.keep, first.terms, first.n_best, first.prefix) == (("Ada", "chat"), (), 1, "")
    assert second == options


def test_two_translators_that_do_not_meet_are_refused(tiny: allez.Translator) -> None:
    with pytest.raises(OptionError, match="tiny writes 'en', tiny reads 'fr'"):
        allez.Pivot(tiny, tiny)


def test_lines_by_two_models_are_continued_and_not_by_others(
    make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("allez.bundle.store.shipped", lambda: ())
    put(make("es-en", source="es"))
    put(make("en-de", source="en", target="de"))
    source, target = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_text("Je vois le chat noir.\n" * 3, encoding="utf-8")
    argv = ["-q", "--from", "es", "--to", "de", "-i", str(source), "-o", str(target)]
    assert main(argv) == 0
    assert len(target.read_text("utf-8").splitlines()) == 3


# --- telling languages apart ----------------------------------------------------------------


def test_of_one_language_there_is_no_doubt(capsys: Capture) -> None:
    assert main(["--detect", "Il fait froid ce matin."]) == 0
    assert capsys.readouterr() == ("fr\n", "")


SAID = {
    "fr": "Nous avons mangé dans un petit restaurant près de la gare.",
    "en": "We had dinner in a small restaurant near the railway station.",
    "es": "Cenamos en un pequeño restaurante cerca de la estación.",
    "de": "Wir haben in einem kleinen Restaurant am Bahnhof gegessen.",
}


def test_languages_with_a_model_are_told_apart(
    make: Make, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    pytest.importorskip("py3langid", reason="the extra `detect` is not installed")
    for language in ("es", "de"):
        put(make(f"{language}-en", source=language))
    detector = allez.Detector()
    assert set(detector.languages) == {"fr", "es", "de"}
    for language in detector.languages:
        found = detector(SAID[language])
        assert (found[0].language, len(found)) == (language, 3)
        assert sum(one.confidence for one in found) == pytest.approx(1)
    assert len(detector("")) == 3
    assert main(["translate", "--detect", *(SAID[x] for x in ("de", "fr", "es"))]) == 0
    assert capsys.readouterr() == ("de\nfr\nes\n", "")
    assert allez.Detector(["pt-BR", "en"])("Não sei o que fazer hoje.")[0].language == "pt-BR"
    with pytest.raises(OptionError, match="cannot be told apart from others: xx"):
        allez.Detector(["xx", "en"])


def test_without_the_library_it_is_named(
    make: Make, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    put(make("es-en", source="es"))
    monkeypatch.setitem(sys.modules, "py3langid.langid", None)
    assert main(["--detect", "Cenamos."]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "error: telling languages apart needs py3langid, which is not installed",
        "hint: pip install py3langid",
    ]


def test_a_zip_in_a_zip_is_no_bundle(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inner.zip", b"PK")
    with pytest.raises(BundleError):
        allez.install(path)


def test_where_to_is_enough_if_one_language_leads_there(make: Make, capsys: Capture) -> None:
    put(make("back", source="de", target="xx"))
    assert main(["--to", "xx", "Je vois le chat noir."]) == 0
    assert capsys.readouterr().out == "I see the black cat.\n"


def test_of_several_languages_it_is_the_one_that_the_text_is_in(
    make: Make, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[list[str], str]] = []

    class Told:
        """Tells every text from German."""

        def __init__(self, languages: list[str]) -> None:
            self.languages = languages

        def __call__(self, text: str) -> list[detection.Detected]:
            asked.append((self.languages, text))
            return [detection.Detected("de", 1.0)]

    monkeypatch.setattr(detection, "Detector", Told)
    put(make("one", source="es", target="xx"))
    put(make("two", source="de", target="xx"))
    assert main(["--to", "xx", "Je vois le chat noir."]) == 0
    assert capsys.readouterr().out == "I see the black cat.\n"
    assert asked == [(["es", "de"], "Je vois le chat noir.")]
    assert main(["--to", "xx"]) == 2
    assert "models lead to xx from es, de" in capsys.readouterr().err
