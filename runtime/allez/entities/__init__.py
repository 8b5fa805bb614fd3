"""What a text says that must not change: the spans of its facts, and symbols for them."""
