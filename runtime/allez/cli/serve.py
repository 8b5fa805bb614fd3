"""`allez serve`: texts and documents over HTTP, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path
from typing import Any

from allez.errors import InputError, MissingExtraError, OptionError

_PACKAGES = ("starlette", "uvicorn", "multipart", "prometheus_client")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command understands."""
    add = parser.add_argument_group("where").add_argument
    add("--host", metavar="ADDRESS", help="default: 127.0.0.1, this machine alone")
    add("--port", type=int, metavar="N", help="default: 5000; 0: any that is free")
    add("--page", type=Path, metavar="FOLDER", help="the web page, as make web-dist has built it")
    add = parser.add_argument_group("what, and for whom").add_argument
    add(
        "--model",
        dest="served",
        action="append",
        default=[],
        metavar="BUNDLE",
        help="serve this one, several if given again; default: the best for each two languages",
    )
    add("--keys", type=Path, metavar="FILE", help="API keys, one a line; default: none is needed")
    add(
        "--allow-origin",
        dest="origins",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="its pages may call from a browser; default: only pages of this server",
    )
    add = parser.add_argument_group("limits of a request").add_argument
    for limit, kind, meaning in (
        ("characters", int, "of all its texts; default: 50000"),
        ("texts", int, "default: 1000"),
        ("sentences", int, "in all its texts; default: 2000"),
        ("bytes", int, "of its body; default: 16 MiB"),
        ("seconds", float, "for its translation; default: 60"),
        ("waiting", int, "requests that wait or are worked on; default: 256"),
        ("connections", int, "open at the same time; default: 1000"),
    ):
        add(f"--max-{limit}", type=kind, metavar="N", help=meaning)
    add("--body-seconds", type=float, metavar="N", help="for its body to arrive; default: 30")
    add("--header-seconds", type=float, metavar="N", help="for its headers; default: 10")


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
