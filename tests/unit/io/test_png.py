from __future__ import annotations

import io

import numpy as np
from PIL import Image

from focusstack_app.io.png import chunks


def test_chunks_are_told_in_order_and_the_caller_may_read_them_or_not() -> None:
    file = io.BytesIO()
    Image.fromarray(np.zeros((3, 5), np.uint8)).save(file, "PNG", dpi=(254, 254))
    found, resolution = [], b""
    for kind, size in chunks(file):
        found.append(kind)
        if kind == b"pHYs":
            resolution = file.read(size)
    assert found == [b"IHDR", b"pHYs", b"IDAT", b"IEND"]
    assert resolution == (10_000).to_bytes(4, "big") * 2 + b"\1"


def test_a_chunk_that_is_cut_off_is_the_last() -> None:
    file = io.BytesIO()
    Image.fromarray(np.zeros((3, 5), np.uint8)).save(file, "PNG")
    assert list(chunks(io.BytesIO(file.getvalue()[:36]))) == [(b"IHDR", 13)]
