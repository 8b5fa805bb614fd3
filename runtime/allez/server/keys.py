"""API keys out of a file, compared in a time that tells nothing of them."""

from __future__ import annotations

import hashlib
import hmac
import re
from pathlib import Path

from allez.errors import InputError

SHORTEST = 16
"""Characters of a key; a shorter one can be guessed."""


class Keys:
    """What a caller must know one of. Only hashes of the keys are kept.

    Args:
        path: a file with one key a line, or `sha256:` and the hash of one; `#` begins a comment.

    Raises:
        InputError: it cannot be read, holds no key, or one that can be guessed.
    """

    def __init__(self, path: Path) -> None:
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise InputError(f"{path} is not UTF-8") from None
        self._hashes: list[bytes] = []
        for number, line in enumerate(lines, 1):
            key = line.strip()
            if not key or key.startswith("#"):
                continue
            if key.startswith("sha256:"):
                if not re.fullmatch(r"sha256:[0-9a-f]{64}", key):
                    raise InputError(f"{path}, line {number}: sha256: goes before 64 digits")
                self._hashes.append(bytes.fromhex(key.removeprefix("sha256:")))
            elif len(key) < SHORTEST:
                raise InputError(
                    f"{path}, line {number}: a key of fewer than {SHORTEST} characters",
                    hint="python -c 'import secrets; print(secrets.token_urlsafe())'",
                )
            else:
                self._hashes.append(_hashed(key))
        if not self._hashes:
            raise InputError(f"{path} has no key", hint="one key a line")

    def __contains__(self, key: object) -> bool:
        """Tell whether this is one of them; every one is compared, whichever it is."""
        if not isinstance(key, str):
            return False
        given = _hashed(key)
        found = False
        for known in self._hashes:
            found |= hmac.compare_digest(given, known)
        return found


def _hashed(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
