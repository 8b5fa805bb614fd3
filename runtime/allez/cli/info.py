"""`allez info`: what a bug report should tell."""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import sys
from pathlib import Path

from allez import __version__
from allez.cli import console
from allez.errors import AllezError

_CPU_FEATURES = (
    *("avx2", "avx_vnni", "avx512f", "avx512_vnni", "amx_int8"),
    *("asimd", "asimddp", "i8mm", "sve"),
)
"""What decides how fast int8 is, in the words of /proc/cpuinfo."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the command has the common options only."""


def run(args: argparse.Namespace) -> int:
    """Print what a bug report should tell: model, versions, processor, threads, telemetry."""
    from allez.model.session import environment
    from allez.tasks.opening import opened

    known = environment()
    system = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    rows = {"allez": __version__, "python": system, "onnxruntime": known.pop("onnxruntime")}
    rows |= {"numpy": _version_of("numpy")} | known
    rows |= _processor()
    failure = None
    try:
        with opened(args.model, threads=args.threads) as model:
            manifest, size = model.bundle.manifest, model.bundle.size
            rows |= {
                "threads": str(model.threads),
                "model": f"{manifest.name} {manifest.version}",
                "path": str(model.bundle.path),
                "task": manifest.task,
                "languages": _languages(manifest.source.language, manifest.target.language),
                "size": f"{size / 1e6:.1f} MB ({size:,} bytes)",
                "precision": manifest.precision,
                "attention": manifest.attention,
                "shortlist": "listed" if "shortlist" in manifest.files else "none",
                "licence": manifest.license,
                "check": f"ok ({len(manifest.files)} files as the manifest says, graphs load)",
            }
    except AllezError as error:
        rows["check"] = "failed"
        failure = error
    console.write("".join(f"{name:<14}{value}\n" for name, value in rows.items()))
    if failure is not None:
        raise failure
    return 0


def _languages(source: str, target: str) -> str:
    """Return what a model reads and writes; of a picture there is no language."""
    return f"{source} to {target}" if source not in ("", target) else target


def _version_of(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:  # bundled by a packager that drops metadata
        return "unknown"


def _processor() -> dict[str, str]:
    """Return model, features and cores of the processor, as far as the system tells."""
    # Elsewhere `platform.processor` would start another program to find out.
    model, features = platform.processor() if sys.platform == "win32" else "", set[str]()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").split("\n"):
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                model = value.strip()
            elif key.strip() in ("flags", "Features"):
                features = set(value.split())
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    found = " ".join(feature for feature in _CPU_FEATURES if feature in features)
    return {
        "processor": model or platform.machine(),
        "features": found or "unknown",
        "cores": f"{os.cpu_count()}, {usable} of them usable",
    }
