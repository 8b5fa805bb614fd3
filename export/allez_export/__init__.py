"""Builds what `allez` loads: trains, traces, quantizes, verifies and packages. Needs torch."""

import allez.model.session  # noqa: F401  (before anything here loads onnxruntime: the telemetry switch)
