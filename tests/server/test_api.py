"""Both APIs as they answer, and how they say no."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from allez import Translator
from support.serving import Server

TEXT = "Je vois le chat noir."
SAID = "I see the black cat."


@pytest.fixture
def post(server: Server) -> Iterator[Callable[..., requests.Response]]:
    """Send JSON to a path."""
    with requests.Session() as session:

        def post(path: str, **fields: Any) -> requests.Response:
            return session.post(f"{server.url}{path}", json=fields, timeout=300)

        yield post


Post = Callable[..., requests.Response]


# --- LibreTranslate's -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"q": TEXT}, {"translatedText": SAID}),
        ({"q": [TEXT, "", "42"]}, {"translatedText": [SAID, "", "42"]}),
        ({"q": []}, {"translatedText": []}),
        ({"q": f"<b>{TEXT}</b>", "format": "html"}, {"translatedText": f"<b>{SAID}</b>"}),
        ({"q": TEXT, "source": "FR-CA"}, {"translatedText": SAID}),
        (
            {"q": TEXT, "source": "auto"},
            {"translatedText": SAID, "detectedLanguage": {"confidence": 100, "language": "fr"}},
        ),
        (
            {"q": [TEXT], "source": "auto"},
            {"translatedText": [SAID], "detectedLanguage": [{"confidence": 100, "language": "fr"}]},
        ),
        ({"q": TEXT, "target": "fr"}, {"translatedText": TEXT}),
        ({"q": TEXT, "source": "en"}, {"translatedText": TEXT}),
    ],
)
def test_translate(post: Post, fields: dict[str, Any], answer: dict[str, Any]) -> None:
    found = post("/translate", **{"source": "fr", "target": "en", **fields})
    assert (found.status_code, found.json()) == (200, answer)


def test_alternatives(post: Post, tiny: Translator) -> None:
    found = post("/translate", q=TEXT, source="fr", target="en", alternatives=2).json()
    expected = tiny.translate(TEXT, n_best=3).texts
    assert found["translatedText"] == expected[0]
    assert found["alternatives"] == [text for text in expected[1:] if text != expected[0]]
    several = post("/translate", q=[TEXT, TEXT], source="fr", target="en", alternatives=2).json()
    assert several["alternatives"] == [found["alternatives"]] * 2


@pytest.mark.parametrize(
    ("path", "fields", "status", "error"),
    [
        ("/translate", {}, 400, "missing q parameter"),
        ("/translate", {"q": TEXT}, 400, "missing source parameter"),
        ("/translate", {"q": TEXT, "source": "fr"}, 400, "missing target parameter"),
        ("/translate", {"q": 3, "source": "fr", "target": "en"}, 400, "q must be a text or a list"),
        ("/translate", {"q": [[]], "source": "fr", "target": "en"}, 400, "q must be a text"),
        ("/translate", {"q": TEXT, "source": "xx", "target": "en"}, 400, "xx is not supported"),
        ("/translate", {"q": TEXT, "source": "é" * 99, "target": "en"}, 400, "a language is a tag"),
        (
            "/translate", {"q": TEXT, "source": "en", "target": "fr"}, 400,
            "fr is not available as a target language from en",
        ),
        (
            "/translate", {"q": TEXT, "source": "fr", "target": "en", "format": "pdf"}, 400,
            "format must be text or html",
        ),
        (
            "/translate", {"q": TEXT, "source": "fr", "target": "en", "alternatives": 11}, 400,
            "alternatives must be a whole number, 0 to 10",
        ),
        (
            "/translate", {"q": "é" * 50_001, "source": "fr", "target": "en"}, 413,
            "the texts of a request may have 50,000 characters",
        ),
        (
            "/translate", {"q": [""] * 1_001, "source": "fr", "target": "en"}, 413,
            "a request may have 1,000 texts",
        ),
        (
            "/translate", {"q": "Oui. " * 2_500, "source": "fr", "target": "en"}, 413,
            "a request may have 2,000 sentences",
        ),
        ("/detect", {}, 400, "missing q parameter"),
        ("/translate_file", {}, 400, "missing file parameter"),
        ("/suggest", {"q": "a", "s": "b"}, 403, "Suggestions are disabled"),
        ("/nowhere", {}, 404, "Not Found"),
        ("/languages", {}, 405, "Method Not Allowed"),
        ("/v1/translate", {}, 400, "missing text parameter"),
        ("/v1/translate", {"texts": []}, 400, "there is no parameter 'texts'"),
        ("/v1/translate", {"text": TEXT, "options": []}, 400, "options must be an object"),
        (
            "/v1/translate", {"text": TEXT, "options": {"beam": 1}}, 400,
            "there is no option 'beam'",
        ),
        (
            "/v1/translate", {"text": TEXT, "options": {"beam_size": 12}}, 400,
            "beam_size must be 1 to 11 here",
        ),
        (
            "/v1/translate", {"text": TEXT, "options": {"max_length": "x"}}, 400,
            "max_length must be a whole number",
        ),
        ("/v1/translate", {"text": TEXT, "attention": 1}, 400, "attention must be true or false"),
        (
            "/v1/translate", {"text": [TEXT], "stream": True, "source": "fr", "target": "en"}, 400,
            "a stream is of one text",
        ),
        (
            "/v1/translate", {"text": TEXT, "source": "fr", "target": "fr"}, 400,
            "source and target are the same language",
        ),
        (
            "/v1/translate",
            {"text": TEXT, "source": "fr", "target": "en", "options": {"keep": ["chat"]}}, 400,
            "has no symbols to carry anything over by",
        ),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_told(
    post: Post, path: str, fields: dict[str, Any], status: int, error: str
) -> None:
    found = post(path, **fields)
    assert found.status_code == status
    assert error in found.json()["error"]
    assert set(found.json()) == {"error"}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"q=%ff", "text/plain"),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
        (b"nonsense", "multipart/form-data"),
    ],
)
def test_a_malformed_body_is_told(server: Server, body: bytes, kind: str) -> None:
    found = requests.post(
        f"{server.url}/translate", data=body, headers={"Content-Type": kind}, timeout=300
    )
    assert found.status_code == 400
    assert set(found.json()) == {"error"}


def test_a_client_that_offers_a_later_http_is_answered(server: Server) -> None:
    """As that of Java does with each request, its body too; the next one over the connection."""
    offer = {
        "Connection": "Upgrade, HTTP2-Settings",
        "Upgrade": "h2c",
        "HTTP2-Settings": "AAMAAABk",
    }
    fields = {"q": TEXT, "source": "fr", "target": "en"}
    with requests.Session() as session:
        for headers in (offer, {}, offer):
            answer = session.post(
                f"{server.url}/translate", json=fields, headers=headers, timeout=300
            )
            assert answer.json() == {"translatedText": SAID}


def test_a_document_that_cannot_be_read_is_told(server: Server) -> None:
    for name, data, status, error in (
        ("a.pdf", b"%PDF-1.7", 400, "a PDF cannot be read"),
        ("a.docx", b"PK nonsense", 400, ""),
        ("a.txt", b"\xff\xfe\x00", 400, ""),
        ("a.txt", ("Oui. " * 11_000).encode(), 413, "a document may have 50,000 characters"),
    ):
        found = requests.post(
            f"{server.url}/translate_file",
            files={"file": (name, data)},
            data={"source": "fr", "target": "en"},
            timeout=300,
        )
        assert found.status_code == status, found.text
        assert error in found.json()["error"]


def test_what_a_page_asks(server: Server) -> None:
    settings = requests.get(f"{server.url}/frontend/settings", timeout=300).json()
    assert settings["language"]["source"] == {"code": "fr", "name": "French"}
    assert (settings["keyRequired"], settings["charLimit"]) == (False, 50_000)
    assert ".docx" in settings["supportedFilesFormat"]
    assert requests.get(f"{server.url}/health", timeout=300).json() == {"status": "ok"}


# --- our own --------------------------------------------------------------------------------


def test_all_that_is_known(post: Post, tiny: Translator) -> None:
    found = post(
        "/v1/translate",
        text=[TEXT, "Tu vois un chien. Oui."],
        source="fr",
        target="en",
        options={"n_best": 2, "beam_size": 3},
        attention=True,
    ).json()
    assert found["models"] == ["tiny 1.0.0"]
    expected = tiny.translate(TEXT, n_best=2, beam_size=3)
    first, second = found["translations"]
    assert first["texts"] == list(expected.texts)
    assert first["sentences"][0]["tokens"] == list(expected.sentences[0].tokens)
    assert len(second["sentences"]) == 2
    weights = first["sentences"][0]["attention"]
    assert len(weights) == len(first["sentences"][0]["tokens"])
    assert all(abs(sum(row) - 1) < 0.01 for row in weights)
    assert first["sentences"][0]["doubts"] == []
    assert "pivot" not in first
    models = post_get(post, "/v1/models")
    assert models == [
        {
            "name": "tiny",
            "version": "1.0.0",
            "source": "fr",
            "target": "en",
            "license": "Apache-2.0",
        }
    ]


def post_get(post: Post, path: str) -> Any:
    """Return what a path has, from the server that `post` goes to."""
    url = post(path).url
    return requests.get(url, timeout=300).json()


def events(text: str) -> list[tuple[str, dict[str, Any]]]:
    """Read server-sent events."""
    return [
        (name, json.loads(data))
        for name, data in re.findall(r"^event: (.*)\ndata: (.*)\n\n", text, re.M)
    ]


def test_a_stream_is_the_greedy_translation(post: Post, tiny: Translator) -> None:
    found = post("/v1/translate", text=f"{TEXT} {TEXT}", source="auto", target="en", stream=True)
    assert found.headers["Content-Type"].startswith("text/event-stream")
    told = events(found.text)
    assert told[0] == (
        "begin", {"models": ["tiny 1.0.0"], "detected": {"language": "fr", "confidence": 1.0}},
    )  # fmt: skip
    assert told[-1] == ("end", {"finished": True})
    assert [name for name, _ in told[1:-1]] == ["piece"] * (len(told) - 2)
    assert len(told) > 5
    joined = "".join(data["text"] for _, data in told[1:-1])
    assert joined == tiny.translate(f"{TEXT} {TEXT}", beam_size=1).text


def test_a_time_that_the_caller_sets_cuts_and_is_no_error(post: Post) -> None:
    options = {"max_time": 0}
    found = post("/v1/translate", text=TEXT, source="fr", target="en", options=options)
    assert (found.status_code, found.json()["translations"][0]["finished"]) == (200, False)


# --- what is around -------------------------------------------------------------------------


def test_the_page_of_the_api_loads_files_of_this_server_alone(server: Server) -> None:
    page = requests.get(f"{server.url}/docs", timeout=300)
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "http://" not in page.text
    assert "https://" not in page.text
    for name in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert requests.get(f"{server.url}/{name.lstrip('/')}", timeout=300).status_code == 200


def test_every_route_is_described(server: Server) -> None:
    described = requests.get(f"{server.url}/openapi.json", timeout=300).json()
    assert described == requests.get(f"{server.url}/spec", timeout=300).json()
    assert described["openapi"].startswith("3.1")
    for path, methods in described["paths"].items():
        (method,) = methods
        found = requests.request(method, f"{server.url}{path}", timeout=300)
        assert found.status_code not in (405, 500), path
        assert str(found.status_code) in methods[method]["responses"], path


def test_metrics_count_and_hold_no_text(server: Server, post: Post) -> None:
    def value(name: str) -> float:
        text = requests.get(f"{server.url}/metrics", timeout=300).text
        assert "chat" not in text
        found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.M)
        return float(found[1]) if found else 0.0

    names = (
        'allez_characters_total{source="fr",target="en"}',
        'allez_sentences_total{source="fr",target="en"}',
        'allez_requests_total{route="/translate",status="200"}',
        'allez_refused_total{reason="invalid"}',
    )
    before = [value(name) for name in names]
    post("/translate", q=f"{TEXT} {TEXT}", source="fr", target="en")
    post("/translate")
    after = [value(name) for name in names]
    assert [b - a for a, b in zip(before, after, strict=True)] == [2 * len(TEXT) + 1, 2, 1, 1]
    assert value("allez_waiting") == 0
    assert post("/nowhere/je-vois").status_code == 404
    assert value('allez_requests_total{route="other",status="404"}') > 0


def test_a_key_is_needed_where_there_are_keys(serve: Callable[..., Server], tmp_path: Path) -> None:
    import hashlib

    file = tmp_path / "keys.txt"
    one, other = "a-key-of-many-letters-1", "a-key-of-many-letters-2"
    hashed = hashlib.sha256(other.encode()).hexdigest()
    file.write_text(f"# ours\n{one}\n\nsha256:{hashed}\n", encoding="utf-8")
    server = serve("--keys", str(file))
    url = f"{server.url}/translate"
    fields = {"q": TEXT, "source": "fr", "target": "en"}
    for key in (one, other):
        assert requests.post(url, json=fields | {"api_key": key}, timeout=300).ok
        assert requests.post(url, params=fields | {"api_key": key}, timeout=300).ok
        header = {"Authorization": f"Bearer {key}"}
        assert requests.post(url, json=fields, headers=header, timeout=300).ok
    for key, error in (
        (None, "an API key is needed"), ("", "an API key is needed"), (hashed, "Invalid API key"),
        (f"{one}x", "Invalid API key"), (3, "Invalid API key"), ([one], "Invalid API key"),
    ):  # fmt: skip
        found = requests.post(url, json=fields | {"api_key": key}, timeout=300)
        assert (found.status_code, found.json()) == (403, {"error": error})
    own = {"text": TEXT, "source": "fr", "target": "en"}
    for path, body in (("/detect", {"q": TEXT}), ("/v1/translate", own), ("/translate_file", {})):
        assert requests.post(f"{server.url}{path}", json=body, timeout=300).status_code == 403
    assert requests.get(f"{server.url}/languages", timeout=300).ok
    assert server.stop() == 0
    said = "\n".join(server.lines)
    assert not [secret for secret in (one, other, hashed, "chat", "api_key") if secret in said]
    assert server.log()[0]["event"] == "the file of keys can be read by others than its owner"


def test_other_origins_may_call_where_they_are_named_alone(
    serve: Callable[..., Server], server: Server
) -> None:
    origin = {"Origin": "https://a.example"}
    plain = requests.get(f"{server.url}/languages", headers=origin, timeout=300)
    assert "Access-Control-Allow-Origin" not in plain.headers
    open_to = serve("--allow-origin", "https://a.example")
    found = requests.get(f"{open_to.url}/languages", headers=origin, timeout=300)
    assert found.headers["Access-Control-Allow-Origin"] == "https://a.example"
    found = requests.get(f"{open_to.url}/languages", headers={"Origin": "https://b"}, timeout=300)
    assert "Access-Control-Allow-Origin" not in found.headers


def test_a_page_is_served_with_its_own_policy(serve: Callable[..., Server], tmp_path: Path) -> None:
    (tmp_path / "files.js").write_text('self.FILES = {"policy": "default-src \'self\'"}\n')
    (tmp_path / "index.html").write_text("<p>page")
    server = serve("--page", str(tmp_path))
    found = requests.get(f"{server.url}/", timeout=300)
    assert found.text == "<p>page"
    assert found.headers["Content-Security-Policy"] == "default-src 'self'"
    outside = requests.get(f"{server.url}/..%2f..%2fetc/passwd", timeout=300)
    assert outside.status_code == 404
    assert requests.get(f"{server.url}/health", timeout=300).ok
