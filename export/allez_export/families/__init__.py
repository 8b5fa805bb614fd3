"""Kinds of models: what is traced, quantized and packaged asks its family and no other."""
