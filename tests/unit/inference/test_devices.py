from __future__ import annotations

import ctypes
import sys
from typing import Any

import pytest

from focusstack_app.core.errors import DeviceError
from focusstack_app.inference.devices import load_cuda_libraries, nvidia_cards, possible_devices
from tests.helpers.onnx_runtime import FakeOnnxRuntime


@pytest.mark.parametrize(
    ("platform", "devices"),
    [
        ("linux", {"auto", "cpu", "cuda", "torch-cuda", "torch-cpu"}),
        ("win32", {"auto", "cpu", "cuda", "directml", "torch-cuda", "torch-cpu"}),
        ("darwin", {"auto", "cpu", "coreml", "torch-cpu"}),
    ],
)
@pytest.mark.parametrize("pytorch", [True, False])
def test_a_platform_has_its_own_devices(
    monkeypatch: pytest.MonkeyPatch, platform: str, devices: set[str], pytorch: bool
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(
        "focusstack_app.inference.devices.find_spec", lambda _: "there" if pytorch else None
    )
    if not pytorch:
        devices = {device for device in devices if not device.startswith("torch")}
    assert set(possible_devices()) == devices
    assert possible_devices()[:2] == ("auto", "cpu")


class _Driver:
    """An NVIDIA driver with two cards."""

    def __init__(self, code: int = 0) -> None:
        self.code = code

    def cuInit(self, _flags: int) -> int:  # noqa: N802 - named as in the driver
        return self.code

    def cuDeviceGetCount(self, count: Any) -> int:  # noqa: N802 - named as in the driver
        count._obj.value = 2
        return 0

    def cuDeviceGetName(self, name: Any, size: int, number: int) -> int:  # noqa: N802 - as above
        name.value = f"NVIDIA Test {number}".encode()[: size - 1]
        return 0

    def cuDeviceGetAttribute(self, value: Any, attribute: int, number: int) -> int:  # noqa: N802
        assert attribute == 75
        value._obj.value = 6 + number  # Pascal and Volta
        return 0


@pytest.mark.parametrize(
    ("platform", "library"), [("linux", "libcuda.so.1"), ("win32", "nvcuda.dll")]
)
def test_the_driver_of_the_platform_is_asked(
    monkeypatch: pytest.MonkeyPatch, platform: str, library: str
) -> None:
    asked = []

    def load(name: str) -> _Driver:
        asked.append(name)
        return _Driver()

    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(ctypes, "CDLL", load)
    assert nvidia_cards() == [("NVIDIA Test 0", False), ("NVIDIA Test 1", True)]
    assert asked == [library]


def test_without_driver_or_card_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", missing)
    assert nvidia_cards() == []
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: _Driver(code=100))
    assert nvidia_cards() == []
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: _Driver())
    assert nvidia_cards() == []


def test_a_driver_that_does_not_start_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: _Driver(code=999))
    with pytest.raises(DeviceError, match="999"):
        nvidia_cards()


def test_a_missing_library_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    runtime = FakeOnnxRuntime(missing_library="libcublas.so.13")
    monkeypatch.setitem(sys.modules, "onnxruntime", runtime)
    assert load_cuda_libraries() == "libcublas.so.13"
    monkeypatch.setitem(sys.modules, "onnxruntime", FakeOnnxRuntime())
    assert load_cuda_libraries() == ""
    assert capsys.readouterr().out == ""
