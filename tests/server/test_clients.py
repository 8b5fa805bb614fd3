"""Clients of LibreTranslate that others have written, pointed at `allez serve`."""

from __future__ import annotations

from pathlib import Path

import deep_translator
import libretranslatepy
import pytest
import requests

from allez import Translator
from support.serving import Server

TEXTS = ["Je vois le chat noir.", "Tu vois un chien.", "Elle n'achète pas trois petites maisons."]


@pytest.fixture(scope="module")
def said(tiny: Translator) -> list[str]:
    """What the library says."""
    return [tiny(text) for text in TEXTS]


def test_libretranslatepy(server: Server, said: list[str]) -> None:
    client = libretranslatepy.LibreTranslateAPI(server.url, api_key="none is needed")
    assert [client.translate(text, "fr", "en") for text in TEXTS] == said
    assert client.translate(TEXTS[0], "auto", "en") == said[0]
    assert client.detect(TEXTS[0]) == [{"confidence": 100, "language": "fr"}]
    languages = {one["code"]: one for one in client.languages()}
    assert languages["fr"] == {"code": "fr", "name": "French", "targets": ["en"]}
    assert languages["en"]["targets"] == []


def test_deep_translator(server: Server, said: list[str], tmp_path: Path) -> None:
    client = deep_translator.LibreTranslator(
        source="fr", target="en", api_key="none is needed", custom_url=f"{server.url}/"
    )
    assert client.translate(TEXTS[0]) == said[0]
    assert client.translate_batch(TEXTS) == said
    file = tmp_path / "text.txt"
    file.write_text(TEXTS[1], encoding="utf-8")
    assert client.translate_file(str(file)) == said[1]


def test_a_document_there_and_back(server: Server, said: list[str]) -> None:
    page = f"<html><body><p>{TEXTS[0]}</p><!-- {TEXTS[1]} --></body></html>"
    answer = requests.post(
        f"{server.url}/translate_file",
        files={"file": ("page.html", page.encode())},
        data={"source": "fr", "target": "en"},
        timeout=300,
    )
    assert answer.status_code == 200, answer.text
    url = answer.json()["translatedFileUrl"]
    assert url.startswith(f"{server.url}/download_file/")
    found = requests.get(url, timeout=300)
    assert found.headers["Content-Disposition"] == 'attachment; filename="translated.html"'
    assert found.text == page.replace(TEXTS[0], said[0])
    assert requests.get(f"{url}x", timeout=300).status_code == 404
