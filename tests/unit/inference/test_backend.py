from __future__ import annotations

import hashlib
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from focusstack_app.core.errors import DeviceError, DeviceMemoryError, ModelError
from focusstack_app.core.fusion import DEFAULT_MODEL_ID, DeviceChoice
from focusstack_app.core.kinds import on_host
from focusstack_app.core.model import FloatArray, ModelManifest
from focusstack_app.inference import backend, pytorch
from focusstack_app.inference.backend import open_model
from focusstack_app.inference.devices import ACCELERATORS, GraphicsCard
from focusstack_app.inference.manifest import find_model
from focusstack_app.inference.onnx import OnnxModel
from focusstack_app.inference.selftest import agrees
from tests.helpers.models import SLOTS, IdentityModel
from tests.helpers.onnx_runtime import (
    CPU,
    CUDA,
    DIRECTML,
    Behaviour,
    FakeOnnxRuntime,
    written_manifest,
)


@pytest.fixture
def manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelManifest:
    monkeypatch.setattr(backend, "_agreed", {})
    _with_cards(monkeypatch, [GraphicsCard("NVIDIA Test 4000", half=True)])
    return written_manifest(tmp_path)


def _with_cards(monkeypatch: pytest.MonkeyPatch, cards: list[GraphicsCard]) -> None:
    monkeypatch.setattr(backend, "nvidia_cards", lambda: cards)


def _with(monkeypatch: pytest.MonkeyPatch, runtime: FakeOnnxRuntime) -> FakeOnnxRuntime:
    monkeypatch.setitem(sys.modules, "onnxruntime", runtime)
    return runtime


class _OnTorch(IdentityModel):
    """A back end of PyTorch."""

    def __init__(self, manifest: ModelManifest, place: str) -> None:
        super().__init__(manifest)
        self.device = place


def _off_by_a_tenth(result: FloatArray) -> FloatArray:
    return result + np.float32(0.1)


def _broken(_result: FloatArray) -> FloatArray:
    raise RuntimeError("no kernel image is available\nfor this device")


def _full(_result: FloatArray) -> FloatArray:
    raise RuntimeError("BFCArena: failed to allocate memory")


def _full_on_windows(_result: FloatArray) -> FloatArray:
    raise RuntimeError("Non-zero status code returned while running Conv node: bad allocation")


def _full_by_directml(_result: FloatArray) -> FloatArray:
    raise RuntimeError("[E:onnxruntime] 8007000E Not enough memory resources are available.")


@pytest.mark.parametrize("device", ["auto", "cpu", "torch-cpu"])
@pytest.mark.parametrize(
    ("system", "hint"), [("linux", "Install the program again"), ("win32", "Visual C++")]
)
def test_a_runtime_that_cannot_be_loaded_is_told(
    manifest: ModelManifest,
    monkeypatch: pytest.MonkeyPatch,
    device: DeviceChoice,
    system: str,
    hint: str,
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    monkeypatch.setattr("sys.platform", system)
    with pytest.raises(ModelError, match="ONNX Runtime cannot be loaded") as caught:
        open_model(manifest, device)
    assert hint in caught.value.hint


def test_auto_takes_a_card_that_works(
    manifest: ModelManifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with(monkeypatch, FakeOnnxRuntime())
    model = open_model(manifest, "auto")
    assert (model.device, model.warnings) == ("CUDA (NVIDIA Test 4000)", ())


def test_a_card_is_compared_with_the_processor_once(
    manifest: ModelManifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = _with(monkeypatch, FakeOnnxRuntime())
    for _ in range(2):
        open_model(manifest, "cuda")
    assert runtime.sessions.count(("fusion", CPU)) == 1
    assert runtime.sessions.count(("fusion", CUDA)) == 2


def test_the_processor_is_taken_without_a_word_where_there_is_no_card(
    manifest: ModelManifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with(monkeypatch, FakeOnnxRuntime())
    _with_cards(monkeypatch, [])
    model = open_model(manifest, "auto")
    assert (model.device, model.warnings) == ("CPU", ())


@pytest.mark.parametrize(
    ("runtime", "reason"),
    [
        (FakeOnnxRuntime(starts=False, missing_library="libcublas.so.13"), "libcublas.so.13"),
        (FakeOnnxRuntime(starts=False), "cannot load its libraries"),
        (FakeOnnxRuntime(starts=RuntimeError("the driver is too old")), "the driver is too old"),
        (FakeOnnxRuntime(behaves=_broken), "no kernel image is available"),
        (FakeOnnxRuntime(behaves=_full), "ran out of memory"),
        (FakeOnnxRuntime(behaves=_full_on_windows), "ran out of memory"),
        (FakeOnnxRuntime(behaves=_full_by_directml), "ran out of memory"),
        (FakeOnnxRuntime(behaves=_off_by_a_tenth), "other results"),
        (FakeOnnxRuntime(behaves=lambda result: result * np.float32(np.nan)), "other results"),
    ],
)
def test_a_card_that_does_not_work_is_told_or_refused(
    manifest: ModelManifest,
    monkeypatch: pytest.MonkeyPatch,
    runtime: FakeOnnxRuntime,
    reason: str,
) -> None:
    _with(monkeypatch, runtime)
    model = open_model(manifest, "auto")
    (warning,) = model.warnings
    assert model.device == "CPU"
    assert warning.startswith("The graphics card could not be used; the processor was used. ")
    assert reason in warning
    with pytest.raises(DeviceError, match=reason) as caught:
        open_model(manifest, "cuda")
    assert "processor" in caught.value.hint


def test_auto_goes_on_to_the_next_accelerator(
    manifest: ModelManifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with(monkeypatch, FakeOnnxRuntime(providers=[CUDA, DIRECTML]))

    def fail() -> list[GraphicsCard]:
        raise DeviceError("The NVIDIA driver does not start (error 999).")

    monkeypatch.setattr(backend, "nvidia_cards", fail)
    assert open_model(manifest, "auto").device == "DirectML"
    with pytest.raises(DeviceError, match="error 999"):
        open_model(manifest, "cuda")


def test_a_device_that_is_not_there_is_refused(
    manifest: ModelManifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with(monkeypatch, FakeOnnxRuntime())
    with pytest.raises(DeviceError, match="has no CoreML"):
        open_model(manifest, "coreml")
    _with_cards(monkeypatch, [])
    with pytest.raises(DeviceError, match="no NVIDIA graphics card"):
        open_model(manifest, "cuda")


def test_the_processor_is_what_it_is_told(
    manifest: ModelManifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = _with(monkeypatch, FakeOnnxRuntime())
    assert open_model(manifest, "cpu").device == "CPU"
    assert {provider for _, provider in runtime.sessions} == {CPU}


def test_a_damaged_file_is_no_reason_to_take_another_device(
    manifest: ModelManifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with(monkeypatch, FakeOnnxRuntime())
    (manifest.folder / "fusion.onnx").write_text("something else")
    with pytest.raises(ModelError, match="damaged"):
        open_model(manifest, "auto")


def test_pytorch_that_is_not_installed_names_the_extra(
    manifest: ModelManifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with(monkeypatch, FakeOnnxRuntime())
    monkeypatch.setattr(backend, "has_pytorch", lambda: False)
    with pytest.raises(DeviceError, match=r"focusstack_app\[cuda\]"):
        open_model(manifest, "torch-cuda")
    assert open_model(manifest, "auto").device == "CUDA (NVIDIA Test 4000)"


def test_pytorch_is_tried_where_onnx_runtime_cannot_use_the_card(
    manifest: ModelManifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with(monkeypatch, FakeOnnxRuntime(starts=False))
    monkeypatch.setattr(pytorch, "TorchModel", _OnTorch)
    model = open_model(manifest, "auto")
    assert (model.device, model.warnings) == ("cuda", ())
    assert open_model(manifest, "torch-cpu").device == "cpu"


class _Card:
    """What a fake card does; it can be told to run full or to break."""

    def __init__(self) -> None:
        self.behaviour: Behaviour = lambda result: result

    def __call__(self, result: FloatArray) -> FloatArray:
        return self.behaviour(result)


def _frames_of(manifest: ModelManifest) -> FloatArray:
    cells = manifest.tile_px // manifest.scale
    return np.zeros((SLOTS, manifest.latent_channels, cells, cells), np.float32)


def test_a_full_card_gets_smaller_tiles_and_then_the_processor_takes_over(
    manifest: ModelManifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with(monkeypatch, FakeOnnxRuntime())
    manifest = replace(manifest, tile_px=512)
    model = open_model(manifest, "cuda")
    smaller = model.fallback("It is full.", out_of_memory=True)
    assert smaller is not None
    assert (smaller.manifest.tile_px, smaller.device) == (256, "CUDA (NVIDIA Test 4000)")
    assert "tiles of 256 px" in smaller.warnings[0]
    smaller.fuse(_frames_of(smaller.manifest))
    last = smaller.fallback("It is full.", out_of_memory=True)
    assert last is not None
    assert (last.manifest, last.device) == (manifest, "CPU")
    assert last.warnings == (
        "The graphics card could not be used; the processor was used. It is full.",
    )
    last.fuse(_frames_of(manifest))
    assert last.fallback("It is full.", out_of_memory=True) is None


@pytest.mark.parametrize(("out_of_memory", "any_tile"), [(False, True), (True, False)])
def test_the_processor_takes_over_at_once_where_smaller_tiles_are_no_help(
    manifest: ModelManifest, monkeypatch: pytest.MonkeyPatch, out_of_memory: bool, any_tile: bool
) -> None:
    _with(monkeypatch, FakeOnnxRuntime(any_tile=any_tile))
    model = open_model(replace(manifest, tile_px=512), "cuda")
    last = model.fallback("It is broken.", out_of_memory=out_of_memory)
    assert last is not None
    assert last.device == "CPU"


def test_a_card_that_fails_later_is_told_apart_from_one_that_is_full(
    manifest: ModelManifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = _Card()
    _with(monkeypatch, FakeOnnxRuntime(behaves=card))
    model = open_model(manifest, "cuda")
    pixels = np.zeros((64, 64, 3), np.float32)
    card.behaviour = _full
    with pytest.raises(DeviceMemoryError):
        model.encode(pixels)
    card.behaviour = _broken
    with pytest.raises(DeviceError, match="no kernel image") as caught:
        model.encode(pixels)
    assert not isinstance(caught.value, DeviceMemoryError)


@pytest.mark.parametrize(("fast", "file"), [(True, "fp16"), (False, "fusion")])
def test_half_precision_is_for_cards_that_are_fast_at_it(
    manifest: ModelManifest, monkeypatch: pytest.MonkeyPatch, fast: bool, file: str
) -> None:
    runtime = _with(monkeypatch, FakeOnnxRuntime())
    _with_cards(monkeypatch, [GraphicsCard("NVIDIA Test 4000", half=fast)])
    (manifest.folder / "fusion.fp16.onnx").write_text("fusion in fp16")
    digest = hashlib.sha256(b"fusion in fp16").hexdigest()
    manifest = replace(manifest, sha256={**manifest.sha256, "fusion.fp16.onnx": digest})
    assert open_model(manifest, "cuda").device == "CUDA (NVIDIA Test 4000)"
    on_card = [content for content, provider in runtime.sessions if provider == CUDA]
    assert len(on_card) == 3
    assert on_card[1].endswith(file)
    assert ("fusion", CPU) in runtime.sessions


@pytest.mark.gpu
@pytest.mark.parametrize("choice", ["cuda", "torch-cuda"])
def test_a_real_card_fuses_what_the_processor_fuses(choice: DeviceChoice) -> None:
    model = open_model(find_model(DEFAULT_MODEL_ID), choice)
    assert model.device.startswith("CUDA")
    assert agrees(model, OnnxModel(model.manifest))
    smaller = model.fallback("It is full.", out_of_memory=True)
    assert smaller is not None
    fused = smaller.fuse(_frames_of(smaller.manifest))
    assert all(np.isfinite(plane).all() for plane in fused)


@pytest.mark.gpu
@pytest.mark.parametrize("choice", ["cuda", "torch-cuda"])
def test_a_real_card_decodes_parts_of_many_sizes(choice: DeviceChoice) -> None:
    """More than are recorded; and the first one again."""
    model = open_model(find_model(DEFAULT_MODEL_ID), choice)
    processor, rng = OnnxModel(model.manifest), np.random.default_rng(2)
    for height in (*range(8, 36), 8):
        latent = rng.random((model.manifest.latent_channels, height, 16), np.float32)
        assert np.abs(model.decode(latent) - processor.decode(latent)).max() < 0.02


@pytest.mark.gpu
@pytest.mark.parametrize("choice", ["cuda", "torch-cuda"])
def test_what_a_real_card_gave_stays_when_it_is_used_again(choice: DeviceChoice) -> None:
    model = open_model(find_model(DEFAULT_MODEL_ID), choice)
    edge = model.manifest.tile_px
    one, two = np.random.default_rng(3).random((2, edge, edge, 3), np.float32)
    first = model.encode(one)
    kept = first.copy()
    assert np.abs(model.encode(two) - first).max() > 0.1
    np.testing.assert_array_equal(first, kept)
    np.testing.assert_array_equal(model.encode(one), first)


@pytest.mark.gpu
@pytest.mark.parametrize("choice", ["cuda", "torch-cuda"])
def test_threads_share_a_real_card(choice: DeviceChoice) -> None:
    model = open_model(find_model(DEFAULT_MODEL_ID), choice)
    frames = np.random.default_rng(4).random((24, 256, 256, 3), np.float32)
    sizes = [frame[: 128 + 128 * (number % 2)] for number, frame in enumerate(frames)]
    with ThreadPoolExecutor(4) as pool:
        latents = list(pool.map(model.encode, sizes))
    for latent, frame in zip(latents, sizes, strict=True):
        np.testing.assert_allclose(latent, model.encode(frame), atol=1e-5)


@pytest.mark.gpu
def test_a_real_card_computes_the_same_from_bound_memory() -> None:
    manifest = open_model(find_model(DEFAULT_MODEL_ID), "cuda").manifest  # its libraries are loaded
    bound = ACCELERATORS["cuda"]
    assert agrees(OnnxModel(manifest, bound), OnnxModel(manifest, replace(bound, memory="")))


@pytest.mark.gpu
def test_a_real_card_takes_turns_between_stacks_of_different_size() -> None:
    """The same shape, other shares: what was recorded for one must not be what the other gets."""
    model = open_model(find_model(DEFAULT_MODEL_ID), "torch-cuda")
    processor, card = OnnxModel(model.manifest), model.card
    assert card is not None
    edge, rng = model.manifest.tile_px, np.random.default_rng(6)
    pictures = rng.random((SLOTS, edge, edge, 3), np.float32)
    latents = np.stack([processor.encode(picture) for picture in pictures])
    for frames in (2, 7, 2, 3):
        there = model.fuse(card.put(np.stack([latents[:frames]] * 3)))
        expected = processor.fuse(latents[:frames])
        for mine, theirs in zip(there, expected, strict=True):
            assert len(mine) == 3
            for one in mine:
                assert np.abs(on_host(one) - theirs).max() < 0.02
