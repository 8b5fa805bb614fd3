"""Names of a package that are loaded when they are first asked for (PEP 562).

What few calls need then costs the others nothing. Knows none of the names.
"""

import importlib
import sys

TYPE_CHECKING = False  # type checkers know the name; `typing` takes longer to load than all of this
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


def late(package: str, homes: "Mapping[str, str]") -> "Callable[[str], Any]":
    """Return what a package takes as its `__getattr__`.

    Args:
        package: its full name.
        homes: which of its modules has a name, by the name.
    """

    def find(name: str) -> "Any":
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{package}.{homes[name]}"), name)
        setattr(sys.modules[package], name, value)
        return value

    return find
