"""The kernel for a card, built for the processor, computes what the engine and PyTorch compute."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from focusstack_app.core.progress import Progress
from focusstack_app.engine import resampling
from focusstack_app.inference import lanczos

Kernel = Callable[..., NDArray[np.uint16]]

# What CUDA brings and C++ lacks, and a loop in place of a grid.
_BEFORE = """
#include <cmath>
using namespace std;
#define __device__ static
#define __global__
struct Place { int x, y; };
static Place blockIdx, blockDim = {1, 1}, threadIdx;
static float sinpif(float x) { return sinf(3.14159265358979f * x); }
"""
_AFTER = """
extern "C" void every(const void* frame, int frame_bytes, const void* beside, int beside_bytes,
    unsigned short* moved, const double* matrix, const float* gains, int height, int width) {
  for (blockIdx.y = 0; blockIdx.y < height; ++blockIdx.y)
    for (blockIdx.x = 0; blockIdx.x < width; ++blockIdx.x)
      resample(frame, frame_bytes, beside, beside_bytes, moved, matrix, gains, height, width);
}
"""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Kernel:
    compiler = shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")
    if compiler is None:
        pytest.skip("there is no C++ compiler")
    folder = tmp_path_factory.mktemp("kernel")
    (folder / "kernel.cpp").write_text(_BEFORE + lanczos.kernel_source() + _AFTER)
    command = [compiler, "-O2", "-shared", "-fPIC", "-o", "kernel.so", "kernel.cpp"]
    subprocess.run(command, cwd=folder, check=True)
    every = ctypes.CDLL(str(folder / "kernel.so")).every

    def resample(
        frame: NDArray[Any],
        matrix: NDArray[np.float64],
        gains: NDArray[np.float64],
        beside: NDArray[Any],
    ) -> NDArray[np.uint16]:
        moved = np.zeros(frame.shape, np.uint16)
        few = gains.astype(np.float32)
        arrays = [array.ctypes.data_as(ctypes.c_void_p) for array in (moved, matrix, few)]
        every(
            frame.ctypes.data_as(ctypes.c_void_p), frame.itemsize,
            beside.ctypes.data_as(ctypes.c_void_p), beside.itemsize,
            *arrays, *frame.shape[:2],
        )  # fmt: skip
        return moved

    return resample


def _waves(height: int, width: int) -> NDArray[np.uint16]:
    y, x = np.mgrid[0:height, 0:width]
    waves = np.stack([np.sin(x / 7 + y / 11 + phase) for phase in range(3)], axis=2)
    frame: NDArray[np.uint16] = np.rint(30000 + 25000 * waves).astype(np.uint16)
    return frame


@pytest.mark.parametrize("tilt", [0.0, 4e-6])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_the_kernel_resamples_as_the_processor_does(kernel: Kernel, tilt: float, kind: Any) -> None:
    """A smooth picture, turned, grown, moved and tilted; what it lacks comes from its neighbour."""
    frame = _waves(300, 400)
    frame = np.rint(frame / 257).astype(np.uint8) if kind is np.uint8 else frame
    beside = np.full((300, 400, 3), 99, np.uint8)
    matrix = np.array([[1.0213, 0.0307, -4.31], [-0.0307, 1.0213, 6.73], [tilt, -tilt, 1.0]])
    gains = np.array([0.9, 1.0, 1.02])
    mine = kernel(frame, matrix, gains, beside).astype(int)
    assert (mine == 99 * 257).all(axis=2).sum() > 1000
    tensors = torch.from_numpy(frame), torch.from_numpy(beside)
    steps = lanczos.resampled_in_steps(tensors[0], matrix, gains, tensors[1], Progress())
    np.testing.assert_allclose(steps.numpy().astype(int), mine, atol=150)
    expected = resampling.resample(frame, matrix, gains, beside, Progress()).astype(int)
    # OpenCV samples in steps of 1/32 px; waves differ by 25000 / 7 per px at most.
    assert np.abs(mine - expected).max() < 25000 / 7 / 32 * 1.5
    assert np.abs(mine - expected).mean() < 40


def test_the_kernel_leaves_a_frame_that_is_not_moved(kernel: Kernel) -> None:
    frame = np.random.default_rng(0).integers(0, 65536, (40, 50, 3), np.uint16)
    there = kernel(frame, np.eye(3), np.ones(3), np.zeros_like(frame))
    np.testing.assert_array_equal(there, frame)


def test_what_is_burnt_out_stays_white_in_the_kernel(kernel: Kernel) -> None:
    white = np.full((64, 96, 3), 65535, np.uint16)
    white[:, 48:] = 50_000
    matrix = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 1.0]])
    gains = np.array([0.8, 0.9, 1.0])
    there = kernel(white, matrix, gains, white)
    assert (there[8:56, 8:36] == 65535).all()
    expected = np.broadcast_to(50_000 * gains, (48, 30, 3))
    np.testing.assert_allclose(there[8:56, 60:90], expected, atol=20)
