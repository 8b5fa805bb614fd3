"""Switches ONNX Runtime's telemetry off; must be imported before ONNX Runtime is.

From 1.29 on, ONNX Runtime writes a device id and an event database under the user's cache folder
when it is imported, and may send them, unless this variable says otherwise at that moment.
"""

from __future__ import annotations

import os
import sys

VARIABLE = "ORT_DISABLE_TELEMETRY"

TOO_LATE = "onnxruntime" in sys.modules and os.environ.get(VARIABLE) != "1"
"""The host application imported ONNX Runtime first, without the variable."""

if TOO_LATE:
    import warnings

    warnings.warn(
        "onnxruntime was imported before allez, so its telemetry may be on; "
        f"import allez first or set {VARIABLE}=1",
        RuntimeWarning,
        stacklevel=2,
    )
os.environ[VARIABLE] = "1"
