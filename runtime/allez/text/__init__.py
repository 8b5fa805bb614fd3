"""Strings: sentences, capitals, subwords. Knows nothing of files and of numbers."""
