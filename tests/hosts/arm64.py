"""The Python runtime on aarch64: emulated processors on x86-64 Linux, natively where it is one.

    python -m hosts.arm64

Every processor must pass the bundle's golden sentences. An emulated one also translates generated
sentences, and compare.py holds its answers to those of this machine. What cannot be tried here is
named; where CI is set that is a failure. Exit code 0: all that was tried passed.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from hosts.compare import ROOT, SHIPPED, say, skip
from hosts.downloads import BUILD, Missing, debian, made, run, wheels


@dataclass(frozen=True, slots=True)
class Processor:
    """One to emulate, and how it searches: half of the work each, since emulation is slow."""

    name: str
    """QEMU's."""
    dot_product: bool
    """Whether it has the instructions that the fast int8 kernels are written for."""
    beam_size: int


PROCESSORS = (Processor("cortex-a76", True, 4), Processor("cortex-a53", False, 1))
ONNXRUNTIME = "onnxruntime==1.26.0"
"""1.28 and newer crash in QEMU 7.2 when they are imported."""
PINS = re.compile(r"^(?:numpy|tqdm)==[^\\\n]+", re.MULTILINE)
"""What the runtime imports, as locked; pip tells by the markers which are for this Python."""
COUNT, WORDS = 100, 8
HERE = Path(__file__).parent

DESCRIBE = """
import ctypes, platform, sys
from allez.model.session import environment
AT_HWCAP, ASIMDDP = 16, 1 << 20
dot_product = bool(ctypes.CDLL(None).getauxval(AT_HWCAP) & ASIMDDP)
print("Python", platform.python_version(), platform.machine(), "onnxruntime",
      environment()["onnxruntime"], "dot product" if dot_product else "no dot product")
if str(dot_product) != sys.argv[1]:
    sys.exit("this is another processor")
"""
"""Says what the emulated machine is; fails if it is not what was meant."""


def emulator() -> Path:
    """Return QEMU.

    Raises:
        Missing: it cannot be had.
    """

    def make(folder: Path) -> None:
        unpacked = folder / "unpacked"
        debian(unpacked, "amd64", "qemu-user-static")
        names = ("qemu-aarch64-static", "qemu-aarch64")  # of Debian 12, and of newer ones
        found = [path for name in names if (path := unpacked / "usr" / "bin" / name).is_file()]
        if not found:
            raise Missing("no qemu-aarch64 in the package qemu-user-static")
        found[0].rename(folder / "qemu")
        shutil.rmtree(unpacked)

    return made(BUILD / "arm64" / "qemu", "qemu-user-static", make) / "qemu"


def machine() -> tuple[Path, Path]:
    """Return the root of an aarch64 system with Python, and a folder of packages for it.

    Raises:
        Missing: they cannot be had.
    """
    system = made(
        BUILD / "arm64" / "system",
        "python3 libstdc++6",
        lambda folder: debian(folder, "arm64", "python3", "libstdc++6"),
    )
    python = (system / "usr" / "bin" / "python3").readlink().name  # python3.11
    locked = (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    others = [pin.strip() for pin in PINS.findall(locked)]
    tags = [f"manylinux_2_{minor}_aarch64" for minor in (17, 24, 26, 27, 28, 31, 34)]
    options = [f"--platform={tag}" for tag in ("manylinux2014_aarch64", *tags, "any")]
    options.append(f"--python-version={python.removeprefix('python')}")
    requirements = [ONNXRUNTIME, *others]
    packages = made(
        BUILD / "arm64" / "packages",
        "\n".join([python, *requirements]),
        lambda folder: wheels(folder, requirements, *options),
    )
    return system, packages


def emulated(qemu: Path, system: Path, packages: Path, processor: Processor) -> list[str]:
    """Return the beginning of a command that runs Python on a processor."""
    path = f"PYTHONPATH={packages}:{ROOT / 'runtime'}:{ROOT / 'tests'}"
    python = str(system / "usr" / "bin" / "python3")
    return [str(qemu), "-cpu", processor.name, "-L", str(system), "-E", path, python]


def try_processor(processor: Processor, python: Sequence[str]) -> tuple[bool, str]:
    """Return whether a processor passes, and the report."""
    started = time.monotonic()
    sentences = ["--beam-size", processor.beam_size, "--count", COUNT, "--words", WORDS]
    commands = (
        [*python, "-c", DESCRIBE, processor.dot_product],
        [*python, "-m", "allez", "selftest", "--model", SHIPPED],
        [sys.executable, "-m", "hosts.compare", *sentences, "--", *python, HERE / "answers.py"],
    )
    report, verdict = f"{processor.name}\n", "passed"
    for command in commands:
        done = run(*map(str, command))
        report += done.stdout
        if done.returncode:
            report += done.stderr
            verdict = "FAILED"
    return verdict == "passed", f"{report}{verdict} in {time.monotonic() - started:.0f} s"


def main() -> int:
    """Try what can be tried, and return the exit code."""
    system, architecture = platform.system(), platform.machine().lower()
    if architecture in ("aarch64", "arm64"):
        skip("emulated processors and the comparison with x86: this machine is no x86")
        return subprocess.run(
            [sys.executable, "-m", "allez", "selftest", "--model", SHIPPED]
        ).returncode
    try:
        if (system, architecture) != ("Linux", "x86_64"):
            raise Missing(f"no emulator for {system} {architecture}")
        qemu, parts = emulator(), machine()
    except Missing as missing:
        skip(f"{', '.join(p.name for p in PROCESSORS)}: {missing}")
        return 1 if os.environ.get("CI") else 0
    passed = True
    with ThreadPoolExecutor() as pool:
        pythons = [emulated(qemu, *parts, processor) for processor in PROCESSORS]
        for succeeded, report in pool.map(try_processor, PROCESSORS, pythons):
            say(report)
            passed = passed and succeeded
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
