"""Builds what `allez` loads: trains, traces, quantizes, verifies and packages. Needs torch."""
