"""What comes out is opened by the programs that such files are for: text changed, nothing else."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from allez.documents.formats import FORMATS
from allez.documents.reading import Reading
from support.documents import SAMPLES, upper, uppercased
from support.drafts import FILES
from support.publications import BOOK, PAGE, SHEET, SLIDES, XLIFF_1, XLIFF_2
from support.soak import SOAK


def in_capitals(name: str, data: bytes) -> bytes:
    return uppercased(FORMATS[name].parse(data, Reading()))


def program(name: str, package: str) -> str:
    """Return where a program is; without it the test is skipped, and counted."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name}: it is not installed (apt: {package})")
    return found


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)


# --- text formats ---------------------------------------------------------------------------------


def outline(page: bytes) -> tuple[list[tuple[str, dict[str, str]]], list[str]]:
    """Return the elements and the texts of a page, as a browser reads it."""
    html5lib = pytest.importorskip("html5lib", reason="html5lib is not installed")
    root = html5lib.parse(page.decode(), namespaceHTMLElements=False)
    elements = [(e.tag, dict(e.attrib)) for e in root.iter() if isinstance(e.tag, str)]
    shown = [text for e in root.iter() for text in (e.text, e.tail) if isinstance(e.tag, str)]
    return elements, [" ".join(text.split()) for text in shown if text and text.strip()]


@pytest.mark.parametrize("page", [PAGE, SAMPLES["html"]])
def test_a_browser_reads_the_same_page(page: bytes) -> None:
    before, after = outline(page), outline(in_capitals("html", page))
    readable = ("alt", "title", "placeholder", "content")
    for (tag, old), (new_tag, new) in zip(before[0], after[0], strict=True):
        assert (tag, old.keys()) == (new_tag, new.keys())
        for name, value in old.items():
            assert new[name] in (value, upper(value) if name in readable else value)
    for old, new in zip(before[1], after[1], strict=True):
        assert upper(new) == upper(old)


def test_gettext_compiles_the_catalogue(tmp_path: Path) -> None:
    msgfmt = program("msgfmt", "gettext")
    (tmp_path / "a.po").write_bytes(in_capitals("po", SAMPLES["po"]))
    done = run(msgfmt, "--check-format", "--statistics", "-o", tmp_path / "a.mo", tmp_path / "a.po")
    assert done.returncode == 0, done.stderr
    assert "4 translated messages" in done.stderr


@pytest.mark.parametrize("name", ["srt", "vtt"])
def test_a_player_reads_the_same_cues(name: str) -> None:
    pysubs2 = pytest.importorskip("pysubs2", reason="pysubs2 is not installed")
    before, after = (
        pysubs2.SSAFile.from_string(data.decode(), format_=name)
        for data in (SAMPLES[name], in_capitals(name, SAMPLES[name]))
    )
    assert len(before) == len(after)
    for old, new in zip(before, after, strict=True):
        assert (old.start, old.end) == (new.start, new.end)
        assert upper(new.plaintext) == upper(old.plaintext)
        assert new.text.count("{\\i1}") == old.text.count("{\\i1}")


def test_epubcheck_finds_nothing_in_a_book(tmp_path: Path) -> None:
    java, jar = program("java", "default-jdk-headless"), Path("/usr/share/java/epubcheck.jar")
    if not jar.exists():
        pytest.skip("epubcheck is not installed (apt: epubcheck)")
    (tmp_path / "a.epub").write_bytes(in_capitals("epub", BOOK))
    done = run(java, "-XX:TieredStopAtLevel=1", "-jar", jar, tmp_path / "a.epub")
    assert done.returncode == 0, done.stderr
    assert "No errors or warnings detected" in done.stdout


SCHEMAS = Path("/usr/share/php/Symfony/Component/Translation/Resources/schemas")
"""Those of XLIFF that OASIS publishes."""


def valid(folder: Path, schema: str, data: bytes) -> subprocess.CompletedProcess[str]:
    """Hold a file to a schema; the one of `xml:lang` is taken from beside it."""
    xmllint, place = program("xmllint", "libxml2-utils"), SCHEMAS / schema
    if not place.exists():
        pytest.skip("the schemas of XLIFF are not installed (apt: php-symfony-translation)")
    elsewhere = re.compile(r'schemaLocation="[^"]*xml\.xsd"')
    local = f'schemaLocation="{(SCHEMAS / "xml.xsd").as_uri()}"'
    written, count = elsewhere.subn(local, place.read_text(encoding="utf-8"))
    assert count == 1
    (folder / schema).write_text(written, encoding="utf-8")
    (folder / "a.xlf").write_bytes(data)
    return run(xmllint, "--noout", "--nonet", "--schema", folder / schema, folder / "a.xlf")


@pytest.mark.parametrize(
    ("schema", "sample"),
    [("xliff-core-1.2-strict.xsd", XLIFF_1), ("xliff-core-2.0.xsd", XLIFF_2)],
)
def test_its_schema_takes_an_xliff_file(tmp_path: Path, schema: str, sample: bytes) -> None:
    for data in (sample, in_capitals("xliff", sample)):
        done = valid(tmp_path, schema, data)
        assert done.returncode == 0, done.stderr
    broken = valid(tmp_path, schema, sample.replace(b"<target/>", b"<target/><target/>"))
    assert broken.returncode != 0
    assert "target" in broken.stderr


# --- office ---------------------------------------------------------------------------------------

KINDS = {
    "docx": ("html", PAGE, "fodt"),
    "odt": ("html", PAGE, "fodt"),
    "pptx": ("fodp", SLIDES, "fodp"),
    "odp": ("fodp", SLIDES, "fodp"),
    "xlsx": ("fods", SHEET, "fods"),
    "ods": ("fods", SHEET, "fods"),
}
"""Each with what it is made of, and as what it is looked at: plain XML."""


def convert(folder: Path, kind: str, *files: Path, filters: tuple[str, ...] = ()) -> None:
    """Have LibreOffice write files of another kind beside the given ones."""
    office = program("soffice", "libreoffice-writer libreoffice-calc libreoffice-impress")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    done = run(
        office, profile, "--headless", *filters, "--convert-to", kind, "--outdir", folder, *files
    )
    assert done.returncode == 0, done.stderr
    for file in files:
        made = folder / f"{file.stem}.{kind}"
        assert made.exists(), done.stdout + done.stderr


def body(file: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the elements of a document: name, style, and the text of a paragraph."""
    root = ElementTree.parse(file).getroot()
    (content,) = (child for child in root if child.tag.endswith("}body"))
    for element in content.iter():
        name = element.tag.rpartition("}")[2]
        style = next((v for k, v in element.attrib.items() if k.endswith("}style-name")), "")
        is_text = name in ("p", "h")
        yield name, style, "".join(element.itertext()) if is_text else ""


@pytest.mark.soak
@pytest.mark.parametrize("kind", KINDS if SOAK else ["docx"])
def test_libreoffice_opens_the_same_document(tmp_path: Path, kind: str) -> None:
    suffix, content, flat = KINDS[kind]
    (tmp_path / f"before.{suffix}").write_bytes(content)
    filters = ("--infilter=HTML (StarWriter)",) if suffix == "html" else ()
    convert(tmp_path, kind, tmp_path / f"before.{suffix}", filters=filters)
    before, after = tmp_path / f"before.{kind}", tmp_path / f"after.{kind}"
    name = "opendocument" if kind.startswith("od") else kind
    after.write_bytes(in_capitals(name, before.read_bytes()))
    convert(tmp_path, flat, before, after)
    old, new = (list(body(tmp_path / f"{side}.{flat}")) for side in ("before", "after"))
    assert len(old) > 15
    assert [(name, style) for name, style, _ in new] == [(name, style) for name, style, _ in old]
    assert [text for *_, text in new] == [upper(text) for *_, text in old]


DRAWN = {"docx": ("docx", "fodt"), "pptx": ("pptx", "fodp"), "xlsx": ("xlsx", "fods")}
DRAWN |= {"opendocument": ("odt", "fodt")}


@pytest.mark.soak
@pytest.mark.parametrize("name", DRAWN if SOAK else ["docx"])
def test_libreoffice_opens_the_same_draft(tmp_path: Path, name: str) -> None:
    """With all that `support.drafts` has: changes that are tracked, notes, fields, boxes."""
    suffix, flat = DRAWN[name]
    before, after = tmp_path / f"before.{suffix}", tmp_path / f"after.{suffix}"
    before.write_bytes(FILES[name])
    after.write_bytes(in_capitals(name, FILES[name]))
    convert(tmp_path, flat, before, after)
    old, new = (list(body(tmp_path / f"{side}.{flat}")) for side in ("before", "after"))
    assert len(old) > 15
    assert [element for element, *_ in new] == [element for element, *_ in old]
    changed = [(was, now) for (*_, was), (*_, now) in zip(old, new, strict=True) if was != now]
    assert len(changed) > 3
    assert all(plain(now) == plain(was) for was, now in changed)


def plain(text: str) -> str:
    """Return a text in capitals without its hyphens, which Word has elements for."""
    return upper(re.sub("[-\u00ad\u2011]", "", text))
