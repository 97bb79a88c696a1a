"""Models: manifests, their files, and the ONNX Runtime back end."""
