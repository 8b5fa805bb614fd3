"""Pictures and what they are called: read from files, varied, drawn into endless batches.

The pictures' counterpart of `data/`. Knows nothing of torch, but that its loader asks for batches.
"""
