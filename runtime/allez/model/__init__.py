"""The graphs at work. `session` is the only module that touches ONNX Runtime."""
