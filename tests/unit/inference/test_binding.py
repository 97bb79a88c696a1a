"""Bound memory of the processor: the same calls that keep inputs and outputs on a card."""

from __future__ import annotations

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import onnxruntime
import pytest

from focusstack_app.core.errors import DeviceError, DeviceMemoryError
from focusstack_app.core.fusion import DEFAULT_MODEL_ID
from focusstack_app.core.model import FloatArray
from focusstack_app.inference.binding import BoundSession
from focusstack_app.inference.devices import Accelerator
from focusstack_app.inference.manifest import find_model
from focusstack_app.inference.onnx import OnnxModel

TILE_PX = 256
HANDED_OVER = Accelerator("A card", "CPUExecutionProvider")
BOUND = replace(HANDED_OVER, memory="cpu")


def _model(accelerator: Accelerator) -> OnnxModel:
    return OnnxModel(replace(find_model(DEFAULT_MODEL_ID), tile_px=TILE_PX), accelerator)


@pytest.fixture(scope="module")
def bound() -> OnnxModel:
    return _model(BOUND)


@pytest.fixture(scope="module")
def plain() -> OnnxModel:
    return _model(HANDED_OVER)


def _frames(count: int, height_px: int = 64, width_px: int = 96) -> FloatArray:
    return np.random.default_rng(4).random((count, height_px, width_px, 3), np.float32)


def _decoder() -> Any:
    path = find_model(DEFAULT_MODEL_ID).folder / "decoder.onnx"
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def test_every_part_computes_what_it_computes_unbound(bound: OnnxModel, plain: OnnxModel) -> None:
    slots = bound.manifest.slots
    latents = np.stack([plain.encode(frame) for frame in _frames(slots, TILE_PX, TILE_PX)])
    for count in (slots, 3):
        fused, expected = (model.fuse(latents[:count]) for model in (bound, plain))
        for mine, theirs in zip(fused, expected, strict=True):
            np.testing.assert_array_equal(mine, theirs)
        for part in (fused.latent, fused.latent[:, 8:24, ::2]):
            part.setflags(write=False)
            np.testing.assert_array_equal(bound.decode(part), plain.decode(part))


def test_sizes_may_come_in_any_order(bound: OnnxModel, plain: OnnxModel) -> None:
    """More of them than are kept; and some again."""
    for rows in (8, 16, 8, 24, 32, 40, 48, 56, 8, 56):
        for frame in _frames(2)[:, :rows]:
            np.testing.assert_array_equal(bound.encode(frame), plain.encode(frame))


def test_what_was_given_stays_when_it_is_used_again(bound: OnnxModel) -> None:
    one, two = _frames(2)
    first = bound.encode(one)
    kept = first.copy()
    assert (bound.encode(two) != first).any()
    np.testing.assert_array_equal(first, kept)
    first[:] = 0
    np.testing.assert_array_equal(bound.encode(one), kept)


def test_threads_share_it(bound: OnnxModel, plain: OnnxModel) -> None:
    rng, channels = np.random.default_rng(6), bound.manifest.latent_channels
    latents = [rng.random((channels, 24, 24 + 8 * (i % 2)), np.float32) for i in range(24)]
    with ThreadPoolExecutor(4) as pool:
        pictures = list(pool.map(bound.decode, latents))
    for picture, latent in zip(pictures, latents, strict=True):
        np.testing.assert_array_equal(picture, plain.decode(latent))


class _Watched:
    """A session that remembers what was bound to it."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self.bindings: list[Any] = []

    def io_binding(self) -> Any:
        self.bindings.append(self._session.io_binding())
        return self.bindings[-1]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


def test_calls_of_one_size_use_the_same_memory() -> None:
    session = _Watched(_decoder())
    bound = BoundSession(session, "cpu")
    latents = np.random.default_rng(5).random((3, 1, 64, 8, 8), np.float32)
    places = set()
    for latent in latents:
        bound.run(None, {"latent": latent})
        (binding,) = session.bindings
        places.add(binding.get_outputs()[0].data_ptr())
    assert len(places) == 1
    bound.run(None, {"latent": latents[0, :, :, :4]})
    assert len(session.bindings) == 2


def test_it_is_gone_with_its_memory_as_soon_as_nobody_holds_it() -> None:
    session = _Watched(_decoder())
    bound = BoundSession(session, "cpu")
    bound.run(None, {"latent": np.zeros((1, 64, 8, 8), np.float32)})
    gone = weakref.ref(session)
    gc.disable()
    try:
        del session, bound
        assert gone() is None
    finally:
        gc.enable()


def test_other_numbers_than_the_graph_takes_are_refused(bound: OnnxModel) -> None:
    frame = _frames(1)[0]
    bound.encode(frame)
    with pytest.raises(DeviceError, match="A card fails"):
        bound.encode(frame.astype(np.float64))


def test_a_full_device_is_told_apart_from_one_that_fails(bound: OnnxModel) -> None:
    channels = bound.manifest.latent_channels
    with pytest.raises(DeviceMemoryError):
        bound.decode(np.broadcast_to(np.float32(0), (channels, 1 << 21, 1 << 21)))  # 1 PiB
    with pytest.raises(DeviceError, match="A card fails") as caught:
        bound.decode(np.zeros((channels + 1, 8, 8), np.float32))
    assert not isinstance(caught.value, DeviceMemoryError)
