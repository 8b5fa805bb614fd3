"""Measures the shipped bundle beside what else could be used: `python -m benchmarks.run`."""
