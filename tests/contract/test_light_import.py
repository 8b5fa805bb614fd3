"""What importing and using allez brings along, seen in fresh processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

HEAVY = {
    *("torch", "onnx", "transformers", "huggingface_hub", "tokenizers", "matplotlib"),
    "allez_export",
}


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


def test_import_alone_loads_not_even_numpy() -> None:
    heavy = "{'numpy', 'onnxruntime'}"
    code = f"import sys, allez.cli.main, allez.cli.translate; print({heavy} & set(sys.modules))"
    done = run(code)
    assert (done.stdout, done.stderr) == ("set()\n", "")


def test_graphs_can_be_loaded_while_what_takes_texts_apart_is_imported() -> None:
    late = "{'allez.text', 'allez.entities', 'allez.translate.document'}"
    done = run(f"import sys, allez.translate.translator; print({late} & set(sys.modules))")
    assert (done.stdout, done.stderr) == ("set()\n", "")


def test_a_sentence_needs_no_module_for_tags_and_fractions(tiny_bundle: Path) -> None:
    code = (
        "import sys, allez, onnxruntime\n"
        "before = set(sys.modules)\n"
        f"allez.Translator({str(tiny_bundle)!r})('Je vois deux chats, 12,0 mètres.')\n"
        "text = ('elements', 'markup', 'tags', 'unigram', 'wrapped')\n"
        "bundle = ('changes', 'golden', 'store')\n"
        "seldom = {f'allez.text.{name}' for name in text}\n"
        "seldom |= {'allez.answers', *(f'allez.bundle.{name}' for name in bundle)}\n"
        "seldom |= {'html', 'fractions', 'decimal', 'difflib', 'base64', 'heapq'}\n"
        "print(seldom & (set(sys.modules) - before))"
    )
    done = run(code)
    assert (done.stdout, done.stderr) == ("set()\n", "")


def test_a_sentence_given_to_the_command_needs_nothing_of_files(tiny_bundle: Path) -> None:
    """What is for lines of files takes long to load."""
    given = ["--model", str(tiny_bundle), "Je vois le chat."]
    done = run(
        "import sys, allez.cli.main\n"
        f"code = allez.cli.main.main({given!r})\n"
        "print(code, [name for name in sys.modules if name.startswith('allez.documents.')])"
    )
    assert done.stdout.splitlines()[-1] == "0 ['allez.documents.records']", done.stderr


def test_a_start_looks_for_no_garbage(shipped_bundle: Path) -> None:
    """It makes none, and to look through all that it makes takes a tenth of it."""
    done = run(
        "import gc, os, sys\n"
        "from allez.cli.main import command\n"
        "def count():\n"
        "    return sum(generation['collections'] for generation in gc.get_stats())\n"
        "before, end = count(), os._exit\n"
        "def tell(code):\n"
        "    print(count() - before, flush=True)\n"
        "    end(code)\n"
        "os._exit = tell\n"
        f"sys.argv = ['allez', '--model', {str(shipped_bundle)!r}, 'Il pleut.']\n"
        "command()"
    )
    assert done.stdout.splitlines() == ["It's raining.", "0"], done.stderr


def test_import_pulls_in_nothing_heavy() -> None:
    code = "import sys, json, allez; print(json.dumps([m.split('.')[0] for m in sys.modules]))"
    done = run(code)
    assert done.returncode == 0, done.stderr
    assert not set(json.loads(done.stdout)) & HEAVY
    assert done.stderr == ""


def test_translating_pulls_in_nothing_heavy(tiny_bundle: Path) -> None:
    code = (
        "import sys, json, allez\n"
        f"allez.Translator({str(tiny_bundle)!r})('Je vois le chat.')\n"
        "print(json.dumps([m.split('.')[0] for m in sys.modules]))"
    )
    done = run(code)
    assert done.returncode == 0, done.stderr
    assert not set(json.loads(done.stdout)) & HEAVY
    assert done.stderr == ""


def test_a_host_that_was_first_is_warned_once() -> None:
    code = "import os; os.environ.pop('ORT_DISABLE_TELEMETRY', 0); import onnxruntime, allez"
    done = run(code)
    assert done.returncode == 0
    assert done.stderr.count("telemetry may be on") == 1
    quiet = run("import onnxruntime, allez", ORT_DISABLE_TELEMETRY="1")
    assert quiet.stderr == ""
