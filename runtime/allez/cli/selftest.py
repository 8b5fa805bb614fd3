"""`allez selftest`: the bundle's golden examples, answered here and compared."""

from __future__ import annotations

import argparse

from allez.cli import console
from allez.errors import InputError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the command has the common options only."""


def run(args: argparse.Namespace) -> int:
    """Answer the bundle's golden examples, and tell which came out as recorded."""
    from allez.tasks.opening import opened

    passed = failed = 0
    with opened(args.model, threads=args.threads) as model:
        for test in model.selftest():
            passed, failed = passed + test.passed, failed + (not test.passed)
            if not test.passed:
                console.write(f"failed: {console.plain(test.text)}\n")
                console.write(f"  expected {test.expected!r}\n  got      {test.translation!r}\n")
                console.write(f"  {test.problem}\n")
            elif args.verbose:
                console.write(f"passed: {console.plain(test.text)}\n")
    console.write(f"{passed} passed, {failed} failed\n")
    if not passed + failed:
        raise InputError("the bundle has no golden sentences")
    return 1 if failed else 0
