"""The bundle that users get: whole, right on this machine, and worth using."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from allez import Translator
from allez.bundle.reader import find


@pytest.fixture(scope="module")
def shipped() -> Iterator[Translator]:
    with Translator() as translator:
        yield translator


def test_it_is_the_default(shipped: Translator, shipped_bundle: Path) -> None:
    manifest = json.loads((shipped_bundle / "manifest.json").read_text(encoding="utf-8"))
    assert shipped.bundle.manifest.version == manifest["version"]
    assert (find() / "manifest.json").read_bytes() == (
        shipped_bundle / "manifest.json"
    ).read_bytes()
    assert manifest["format_version"] == 2
    languages = [manifest[side]["language"] for side in ("source", "target")]
    assert (languages, manifest["precision"]) == (["fr", "en"], "int8")


def test_its_golden_sentences_come_out_as_recorded(shipped: Translator) -> None:
    results = list(shipped.selftest())
    assert len(results) >= 30
    assert [(r.text, r.problem) for r in results if not r.passed] == []


def test_its_card_and_notice_say_what_licences_demand(shipped_bundle: Path) -> None:
    notice = (shipped_bundle / "NOTICE").read_text(encoding="utf-8")
    card = (shipped_bundle / "MODEL_CARD.md").read_text(encoding="utf-8")
    manifest = json.loads((shipped_bundle / "manifest.json").read_text(encoding="utf-8"))
    for source in manifest["training_data"]:
        assert source in notice, source
        assert source in card, source
    for left_out in ("multi30k", "wmt-news"):
        assert left_out not in manifest["training_data"]
    assert not [name for name in manifest["training_data"] if name.endswith("-nc")]
    assert manifest["license"] in card


def test_its_notice_holds_the_licence_itself(shipped_bundle: Path, root: Path) -> None:
    notice = (shipped_bundle / "NOTICE").read_text(encoding="utf-8")
    assert "https://creativecommons.org/licenses/by-sa/4.0/" in notice
    terms, _, law = notice.partition("6. Text of the licence of the weights")
    assert "CC-BY-SA-4.0" in terms
    for section in range(1, 9):
        assert f"\nSection {section} -- " in law
    again = root / "export" / "configs" / "fr-en.NOTICE"  # what the next version is packaged with
    assert notice.startswith(again.read_text(encoding="utf-8"))  # and those of its parents


def test_its_card_gives_the_scores_of_its_manifest(shipped_bundle: Path) -> None:
    card = (shipped_bundle / "MODEL_CARD.md").read_text(encoding="utf-8")
    manifest = json.loads((shipped_bundle / "manifest.json").read_text(encoding="utf-8"))
    found = {}
    for row in re.findall(r"^\| (\S+) \| \d+ \| int8 \| (\d+) \| ([\d.]+) \|", card, re.M):
        found[f"{row[0]} beam {row[1]}"] = float(row[2])
    assert found == {name: entry["bleu"] for name, entry in manifest["scores"].items()}
    assert found["tatoeba.test.tsv.gz beam 4"] >= 49


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("Comment allez-vous ?", {"how", "are", "you"}),
        ("Je ne sais pas.", {"don't", "know"}),
        ("Il fait froid ce matin.", {"cold", "this", "morning"}),
        ("Merci beaucoup pour votre aide !", {"thank", "help"}),
    ],
)
def test_everyday_sentences(shipped: Translator, source: str, words: set[str]) -> None:
    found = set(re.findall(r"[a-z']+", shipped(source).lower()))
    assert words <= found | {word.rstrip("s") for word in found}
