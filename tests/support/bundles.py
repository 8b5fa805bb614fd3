"""Bundles changed as `spec/vectors/bundles.jsonl` says; every host has such a reader in its tests.

A line names a bundle of `spec/bundles`, and edits in order, each an object:

    {"set": "limits.target_extra", "to": 0}   a value of the manifest; "states.0.width" in a list
    {"drop": "states"}                        a key of the manifest
    {"manifest": "…"}                         the text of the manifest, or {"manifest_hex": "…"}
    {"replace": [OLD, NEW]}                   within the text of the manifest, once
    {"file": NAME, "hex": "…"}                other bytes of a file, or "text": "…"
    {"file": NAME, "splices": [[AT, N, HEX]]} N bytes at AT replaced; places of the old file
    {"file": NAME, "set": KEY, "to": VALUE}   a value of a JSON file, or "drop": KEY
    {"file": NAME, "zeros": N}                N bytes of nothing
    {"remove": NAME}  {"folder": NAME}  {"link": NAME}   no such file; a folder; a link to the file
    {"zip": {}}                               a zip of it: "top" goes before each name, "also" are
                                              empty files, "twice" is a name to add again

Sizes and hashes in the manifest are mended for files that were changed, but where an edit has
"mend": false.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

BUNDLES = Path(__file__).parents[2] / "spec" / "bundles"
VECTORS = Path(__file__).parents[2] / "spec" / "vectors" / "bundles.jsonl"


def make(base: str, edits: Sequence[Mapping[str, Any]], folder: Path) -> Path:
    """Return the path of a changed copy of a bundle, made within `folder`."""
    bundle = Path(shutil.copytree(BUNDLES / base, folder / "bundle"))
    for edit in edits:
        if "file" in edit:
            _change_file(bundle, edit)
        elif "zip" in edit:
            return _zipped(bundle, edit["zip"])
        else:
            _change_folder(bundle, edit)
    return bundle


def _change_file(bundle: Path, edit: Mapping[str, Any]) -> None:
    path = bundle / edit["file"]
    data = path.read_bytes()
    if "splices" in edit:
        for at, count, new in reversed(edit["splices"]):
            data = data[:at] + bytes.fromhex(new) + data[at + count :]
    elif "hex" in edit or "text" in edit:
        data = bytes.fromhex(edit["hex"]) if "hex" in edit else edit["text"].encode()
    elif "zeros" in edit:
        data = bytes(edit["zeros"])
    else:
        content = json.loads(data)
        _change(content, edit)
        data = json.dumps(content).encode()
    path.write_bytes(data)
    if edit.get("mend", True):
        manifest = json.loads((bundle / "manifest.json").read_bytes())
        for entry in manifest["files"].values():
            if entry["name"] == edit["file"]:
                entry.update(bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
        (bundle / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def _change_folder(bundle: Path, edit: Mapping[str, Any]) -> None:
    manifest = bundle / "manifest.json"
    if "set" in edit or "drop" in edit:
        content = json.loads(manifest.read_bytes())
        _change(content, edit)
        manifest.write_text(json.dumps(content), encoding="utf-8")
    elif "manifest" in edit:
        manifest.write_text(edit["manifest"], encoding="utf-8")
    elif "replace" in edit:
        text = manifest.read_text(encoding="utf-8")
        assert edit["replace"][0] in text
        manifest.write_text(text.replace(*edit["replace"], 1), encoding="utf-8")
    elif "manifest_hex" in edit:
        manifest.write_bytes(bytes.fromhex(edit["manifest_hex"]))
    elif "link" in edit:
        path = bundle / edit["link"]
        path.rename(bundle / "elsewhere")
        path.symlink_to("elsewhere")
    elif "folder" in edit:
        (bundle / edit["folder"]).unlink()
        (bundle / edit["folder"]).mkdir()
    else:
        (bundle / edit["remove"]).unlink()


def _change(content: Any, edit: Mapping[str, Any]) -> None:
    """Set or drop one value of a JSON object."""
    *way, last = edit.get("set", edit.get("drop")).split(".")
    for key in way:
        content = content[int(key)] if isinstance(content, list) else content[key]
    key = int(last) if isinstance(content, list) else last
    if "drop" in edit:
        del content[key]
    else:
        content[key] = edit["to"]


def _zipped(bundle: Path, how: Mapping[str, Any]) -> Path:
    path = bundle.with_suffix(".zip")
    top = how.get("top", "")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(bundle.iterdir()):
            archive.write(file, top + file.name)
        for name in how.get("also", ()):
            archive.writestr(name, b"")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the library, about just that
            for name in how.get("twice", ()):
                archive.writestr(name, b"")
    return path
