"""`allez serve`: texts and documents over HTTP, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path
from typing import Any

from allez.errors import InputError, MissingExtraError, OptionError

_PACKAGES = ("starlette", "uvicorn", "multipart", "prometheus_client")


def run(args: argparse.Namespace) -> int:
    """Serve until told to stop."""
    for package in _PACKAGES:
        try:
            import_module(package if package != "multipart" else "python_multipart")
        except ImportError:
            raise MissingExtraError(
                "allez serve", "starlette uvicorn python-multipart prometheus-client"
            ) from None
    settings: Any = import_module("allez.server.settings").Settings
    given = {
        name: value
        for name in settings.__dataclass_fields__
        if (value := getattr(args, name, None)) is not None
    }
    _check(given)
    if given.get("page") is None:
        built = Path(__file__).parents[3] / "build" / "web"  # of the checkout
        given["page"] = built if (built / "files.js").is_file() else None
    elif not (given["page"] / "files.js").is_file():
        raise InputError(f"{given['page']} holds no page", hint="make web-dist puts it together")
    given["models"] = tuple(args.served)
    given["origins"] = tuple(args.origins)
    import_module("allez.server.running").serve(settings(**given))
    return 0


def _check(given: dict[str, Any]) -> None:
    """Refuse numbers that make no sense.

    Raises:
        OptionError: one does not.
    """
    for name, value in given.items():
        least, most = {"port": (0, 65535), "threads": (1, 1024)}.get(name, (1, 10**9))
        if isinstance(value, (int, float)) and not least <= value <= most:
            raise OptionError(f"--{name.replace('_', '-')} must be {least} to {most}, not {value}")
