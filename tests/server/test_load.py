"""Many clients at once: every answer is there, and is the library's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from allez import Translator
from support.serving import Server
from support.soak import amount

WORDS = ["chat", "chien", "livre", "jardin"]
TEXTS = [f"{who} {article} {word} noir." for who in ("Je vois", "Tu vois", "Elle voit")
         for article in ("le", "un") for word in WORDS]  # fmt: skip


@pytest.mark.soak
def test_many_clients_have_the_librarys_answers(
    serve: Callable[..., Server], tiny: Translator
) -> None:
    """64 clients of 50 requests each in `make soak`; every third asks for several texts."""
    said = [answer.text for answer in tiny.translate_batch(TEXTS)]
    server = serve()
    wrong: list[object] = []

    def client(number: int) -> None:
        with requests.Session() as session:
            for turn in range(amount(share=5, whole=50)):
                at = (number * 7 + turn) % len(TEXTS)
                several = turn % 3 == 0
                body = {"q": TEXTS if several else TEXTS[at], "source": "fr", "target": "en"}
                found = session.post(f"{server.url}/translate", json=body, timeout=300)
                expected = {"translatedText": said if several else said[at]}
                if (found.status_code, found.json()) != (200, expected):
                    wrong.append(found.text)

    clients = [threading.Thread(target=client, args=(n,)) for n in range(amount(share=8, whole=64))]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    assert wrong == []


def test_two_models_by_way_of_a_third_language(
    tiny_bundle: Path, tmp_path: Path, serve_models: Callable[..., Server]
) -> None:
    """And without the library that tells languages apart, who names them is served."""
    server = serve_models(("es-en", "es", "en"), ("en-de", "en", "de"), ("fr-en", "fr", "en"))
    body = {"q": TEXTS[0], "source": "es", "target": "de"}
    found = requests.post(f"{server.url}/translate", json=body, timeout=300)
    assert found.status_code == 200, found.text
    own = {"text": TEXTS[0], "source": "es", "target": "de"}
    told = requests.post(f"{server.url}/v1/translate", json=own, timeout=300).json()
    assert told["models"] == ["es-en 1.0.0", "en-de 1.0.0"]
    assert told["translations"][0]["pivot"]["translation"] == "I see the black cat."
    assert told["translations"][0]["translation"] == found.json()["translatedText"]
    languages = requests.get(f"{server.url}/languages", timeout=300).json()
    targets = {one["code"]: one["targets"] for one in languages}
    assert targets == {"de": [], "en": ["de"], "es": ["de", "en"], "fr": ["de", "en"]}
    page = {"file": ("a.html", b"<p>Je vois le <b>chat</b> noir.</p>")}
    data = {"source": "es", "target": "de"}
    made = requests.post(f"{server.url}/translate_file", files=page, data=data, timeout=300).json()
    assert requests.get(made["translatedFileUrl"], timeout=300).text.count("<b>") == 1
    unnamed = requests.post(f"{server.url}/translate", json=body | {"source": "auto"}, timeout=300)
    assert unnamed.status_code == 400
    assert "name the language of the text" in unnamed.json()["error"]


@pytest.fixture
def serve_models(
    tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Server]]:
    """Serve a store of tiny models that say other languages of themselves."""
    import json
    import shutil
    import signal

    from allez.bundle import changes
    from allez.bundle.reader import Bundle

    monkeypatch.setenv("ALLEZ_MODELS", str(tmp_path / "models"))
    hidden = tmp_path / "hidden" / "py3langid"
    hidden.mkdir(parents=True)
    (hidden / "__init__.py").write_text("raise ImportError\n")
    started: list[Server] = []

    def start(*models: tuple[str, str, str]) -> Server:
        arguments = []
        for name, source, target in models:
            path = tmp_path / name
            shutil.copytree(tiny_bundle, path)
            manifest = json.loads((path / "manifest.json").read_text("utf-8"))
            manifest["name"] = name
            manifest["source"]["language"], manifest["target"]["language"] = source, target
            (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
            changes.add(Bundle.read(path))
            arguments += ["--model", f"{name}@1.0.0"]
        import os

        paths = [str(hidden.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
        server = Server(*arguments, environment={"PYTHONPATH": os.pathsep.join(paths)})
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop(signal.SIGKILL)
