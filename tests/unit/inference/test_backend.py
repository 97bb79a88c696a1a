from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from focusstack_app.core.errors import DeviceError, DeviceMemoryError, ModelError
from focusstack_app.core.model import FloatArray, ModelManifest
from focusstack_app.inference import backend, pytorch
from focusstack_app.inference.backend import open_model
from tests.helpers.models import IdentityModel
from tests.helpers.onnx_runtime import CPU, CUDA, DIRECTML, FakeOnnxRuntime, written_manifest


@pytest.fixture
def manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelManifest:
    monkeypatch.setattr(backend, "_agreed", {})
    _with_cards(monkeypatch, ["NVIDIA Test 4000"])
    return written_manifest(tmp_path)


def _with_cards(monkeypatch: pytest.MonkeyPatch, names: list[str]) -> None:
    monkeypatch.setattr(backend, "nvidia_cards", lambda: names)


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
    assert warning.startswith("The graphics card could not be used (")
    assert warning.endswith("); the processor was used.")
    assert reason in warning
    with pytest.raises(DeviceError, match=reason) as caught:
        open_model(manifest, "cuda")
    assert "processor" in caught.value.hint


def test_auto_goes_on_to_the_next_accelerator(
    manifest: ModelManifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with(monkeypatch, FakeOnnxRuntime(providers=[CUDA, DIRECTML]))

    def fail() -> list[str]:
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


def test_running_out_of_memory_later_is_told_apart(
    manifest: ModelManifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = [False]
    runtime = FakeOnnxRuntime(behaves=lambda result: _full(result) if full[0] else result)
    _with(monkeypatch, runtime)
    model = open_model(manifest, "cuda")
    full[0] = True
    with pytest.raises(DeviceMemoryError):
        model.encode(np.zeros((64, 64, 3), np.float32))


def test_pytorch_that_is_not_installed_names_the_extra(
    manifest: ModelManifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with(monkeypatch, FakeOnnxRuntime())
    monkeypatch.setattr(backend, "find_spec", lambda _name: None)
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
