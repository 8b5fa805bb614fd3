"""Writes a bill of materials (CycloneDX, JSON): what is installed with Allez or built into the app.

    python tools/sbom.py > sbom.json

Python packages are those of requirements/, libraries of the app those of Gradle's catalogue, npm
packages those of the JavaScript engine's lock, the model is the shipped bundle with the hashes of
its files. Reads files of the checkout and nothing else, and writes the same for the same files.
"""

from __future__ import annotations

import json
import re
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCKS = {"runtime": "required", "export": "excluded"}
"""Lock file to CycloneDX's scope: excluded is what only training and testing want."""

PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?:\s*;\s*([^\\]+?))?\s*\\$", re.MULTILINE)
VERSION = re.compile(r'^([A-Za-z0-9-]+) = "([^"]+)"', re.MULTILINE)
LIBRARY = re.compile(r'module = "([^:"]+):([^"]+)"(?:, version\.ref = "([^"]+)")?')

Component = dict[str, Any]


def python_packages() -> Iterator[Component]:
    """Yield every locked package once, with the narrowest scope that holds for it."""
    seen: set[str] = set()
    for lock, scope in LOCKS.items():
        text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
        for name, version, marker in PIN.findall(text):
            reference = f"pkg:pypi/{name.lower()}@{version}"
            if reference in seen:
                continue
            seen.add(reference)
            component = library(reference, name, version, scope)
            if marker:
                component["properties"] = [{"name": "allez:marker", "value": marker}]
            yield component


def app_libraries() -> Iterator[Component]:
    """Yield what the Gradle catalogue names; only what the app holds is required."""
    catalogue = ROOT / "android_demo" / "gradle" / "libs.versions.toml"
    versions, _, libraries = catalogue.read_text(encoding="utf-8").partition("[libraries]")
    numbers = dict(VERSION.findall(versions))
    for group, name, key in LIBRARY.findall(libraries):
        if key:  # without one, the version is that of a BOM among these
            reference = f"pkg:maven/{group}/{name}@{numbers[key]}"
            scope = "required" if name.startswith("onnxruntime") else "excluded"
            yield {**library(reference, name, numbers[key], scope), "group": group}
    reference = f"pkg:maven/org.jetbrains.kotlin/kotlin-stdlib@{numbers['kotlin']}"
    component = library(reference, "kotlin-stdlib", numbers["kotlin"], "required")
    yield {**component, "group": "org.jetbrains.kotlin"}


def npm_packages() -> Iterator[Component]:
    """Yield what the lock of the JavaScript engine names, tools of its tests as excluded."""
    lock = ROOT / "web_demo" / "engine" / "package-lock.json"
    seen: set[str] = set()
    for path, entry in json.loads(lock.read_text(encoding="utf-8"))["packages"].items():
        name = path.rpartition("node_modules/")[2]
        reference = f"pkg:npm/{name.replace('@', '%40')}@{entry['version']}"
        if not name or reference in seen:
            continue
        seen.add(reference)
        yield library(
            reference, name, entry["version"], "excluded" if entry.get("dev") else "required"
        )


def library(reference: str, name: str, version: str, scope: str) -> Component:
    """Return a component that is known by its package URL."""
    return {
        "type": "library",
        "bom-ref": reference,
        "name": name,
        "version": version,
        "scope": scope,
        "purl": reference,
    }


def models() -> Iterator[Component]:
    """Yield the shipped bundles, each with its files."""
    for path in sorted((ROOT / "models").glob("*/manifest.json")):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        name, version = manifest["name"], manifest["version"]
        reference = f"model:{name}@{version}"
        yield {
            "type": "machine-learning-model",
            "bom-ref": reference,
            "name": name,
            "version": version,
            "scope": "required",
            "licenses": [{"license": {"id": manifest["license"]}}],
            "components": [
                {
                    "type": "file",
                    "bom-ref": f"{reference}/{entry['name']}",
                    "name": entry["name"],
                    "hashes": [{"alg": "SHA-256", "content": entry["sha256"]}],
                }
                for entry in manifest["files"].values()
            ],
        }


def bill() -> dict[str, Any]:
    """Return the document."""
    source = (ROOT / "runtime" / "allez" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"', source, re.MULTILINE)
    assert found, "runtime/allez/__init__.py has no version"
    version = found[1]
    components = [*python_packages(), *app_libraries(), *npm_packages(), *models()]
    identity = uuid.uuid5(uuid.NAMESPACE_OID, json.dumps([version, components], sort_keys=True))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{identity}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": f"pkg:generic/allez@{version}",
                "name": "allez",
                "version": version,
                "licenses": [{"expression": "Apache-2.0 AND CC-BY-SA-4.0"}],
            }
        },
        "components": components,
    }


if __name__ == "__main__":
    json.dump(bill(), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
