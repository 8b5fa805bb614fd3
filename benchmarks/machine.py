"""What the figures were taken on: processor and its class, versions."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path

LIBRARIES = ("onnxruntime", "tokenizers", "numpy", "torch", "onnx", "onnxscript", "ctranslate2")

_CLASSES = (
    ("amx_int8", "AMX"),
    ("avx512_vnni", "AVX512-VNNI"),
    ("avx_vnni", "AVX-VNNI"),
    ("avx512f", "AVX512 without VNNI"),
    ("avx2", "AVX2 only"),
    ("i8mm", "Arm with i8mm"),
    ("asimddp", "Arm with dot product"),
    ("asimd", "Arm without dot product"),
)
"""By the flags of the processor, most capable first."""

VNNI = ("AMX", "AVX512-VNNI", "AVX-VNNI")
"""Classes with 8-bit dot products on x86."""


def processor_class(flags: set[str], machine: str) -> str:
    """Name what a processor has for 8-bit products, by its flags."""
    for flag, name in _CLASSES:
        if flag in flags:
            return name
    return f"unknown ({machine})"


def describe() -> dict[str, str]:
    """Return processor, class, cores, system and load."""
    text = ""
    path = Path("/proc/cpuinfo")
    if path.is_file():
        text = path.read_text(encoding="utf-8", errors="replace")
    fields: dict[str, str] = {}
    for line in text.splitlines():
        name, _, value = line.partition(":")
        fields.setdefault(name.strip().lower(), value.strip())
    flags = set((fields.get("flags") or fields.get("features") or "").split())
    if not flags and platform.machine() == "arm64":  # Apple's all have it
        flags = {"asimddp"}
    return {
        "processor": fields.get("model name") or platform.processor() or platform.machine(),
        "class": processor_class(flags, platform.machine()),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "load": f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown",
    }


def where() -> str:
    """Return the processor and how busy it is in a line, for what stands above a table."""
    about = describe()
    name = f"{about['processor']} ({about['class']}), {about['cores']} virtual cores"
    return f"{name}, load before: {about['load']}"


def versions() -> dict[str, str]:
    """Return the versions of Python and of what is measured."""
    found = {"python": platform.python_version()}
    for name in ("allez", *LIBRARIES):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found
