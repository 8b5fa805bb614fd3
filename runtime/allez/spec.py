"""`contract.json`: the numbers, names and lists that all hosts agree on.

The one source is `spec/contract.json` of the project; the build puts a copy beside this module. An
editable install reads the source itself. Knows nothing of what is in it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def _read() -> dict[str, Any]:
    package = Path(__file__).parent
    built = package / "_spec" / "contract.json"
    path = built if built.is_file() else package.parents[1] / "spec" / "contract.json"
    content: dict[str, Any] = json.loads(path.read_bytes())
    return content


SPEC = _read()
"""The whole of it; `bundle/contract.py` gives the parts that describe graphs their types."""
