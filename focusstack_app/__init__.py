"""Focus stacking with a learned fusion: many partly sharp frames in, one sharp picture out."""

import os

__version__ = "0.1.0"

# Nothing leaves the computer: ONNX Runtime from 1.31 on otherwise sends what it does, and on what
# device, to its makers. It looks once, when it is imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
# NumPy's products are small here, and many at a time: threads of its own would wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
