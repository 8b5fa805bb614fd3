"""Character references of HTML, as `spec/references.json` has them for hosts that know none.

The table is that of the HTML standard, which Python has; names end with `;`, but for those that are
read without one, too. `numbers` are references by number that stand for another character.
"""

from __future__ import annotations

import html
import html.entities
from pathlib import Path
from typing import Any

REFERENCES = Path(__file__).parents[2] / "spec" / "references.json"
NUMBERS = (0, 0x0D, *range(0x80, 0xA0))
"""What once stood for a character of Windows-1252, or must not be written."""


def references() -> dict[str, Any]:
    """Return what the file holds."""
    return {
        "about": "Character references of HTML: names, and numbers that stand for another one.",
        "names": dict(sorted(html.entities.html5.items())),
        "numbers": {str(number): html.unescape(f"&#{number};") for number in NUMBERS},
    }
