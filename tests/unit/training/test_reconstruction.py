from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from focusstack_app.core.fusion import DEFAULT_MODEL_ID
from focusstack_app.inference.manifest import find_model
from focusstack_app.training.export import write_graph
from focusstack_app.training.reconstruction import (
    Autoencoder,
    linear,
    main,
    of_torch,
    onnx_gmac,
    reconstruction_psnr,
    table,
    tile_cost,
    torch_gmac,
)
from focusstack_app.training.taesd3 import Encoder


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photographs")
    rng = np.random.default_rng(0)
    for number in range(2):
        coarse = rng.integers(0, 256, (14, 18, 3)).astype(np.uint8)
        smooth = cv2.resize(coarse, (144, 112), interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(folder / f"{number}.jpg"), smooth)
        cv2.imwrite(str(folder / f"{number}.png"), smooth)
    return folder


def test_more_components_lose_less_and_all_lose_nothing(photographs: Path) -> None:
    paths = sorted(photographs.glob("*.jpg"))
    picture = np.asarray(cv2.imread(str(paths[0])), dtype=np.float32)[:, :, ::-1] / np.float32(255)
    found = [reconstruction_psnr(linear(paths, count), [picture]) for count in (16, 48, 192)]
    assert found == sorted(found)
    assert found[-1] > 90


def test_the_cost_of_a_convolution_is_counted_alike_in_torch_and_onnx(tmp_path: Path) -> None:
    torch.manual_seed(0)
    convolution = nn.Conv2d(3, 5, 3, padding=1)
    assert torch_gmac(convolution, torch.zeros(1, 3, 20, 30)) == pytest.approx(
        5 * 3 * 9 * 600 / 1e9
    )
    encoder = nn.Sequential(convolution, nn.ReLU(), nn.Conv2d(5, 4, 3, stride=2, padding=1))
    decoder = nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(4, 3, 3, padding=1))
    for part, shape in ((encoder, (1, 3, 64, 96)), (decoder, (1, 4, 32, 48))):
        path = tmp_path / f"{shape[1]}.onnx"
        write_graph(path, part, {"given": torch.zeros(shape)}, ["made"], {})
        counted = onnx_gmac(path, shape[2], shape[3])
        assert counted == pytest.approx(torch_gmac(part, torch.zeros(shape)))


def test_taesd3_costs_what_its_layers_add_up_to() -> None:
    with torch.device("meta"):
        encoder = Encoder()
        cost = torch_gmac(encoder, torch.zeros(1, 3, 512, 512))
        full, convolution = 512**2 * 9 * 64, 64
    deep = 3 + (1 + 9) / 4 + (1 + 9) / 16 + (1 + 9) / 64  # of 64 in and 64 out
    expected = full * (3 + convolution * deep + 16 / 64)
    assert cost == pytest.approx(expected / 1e9)


def test_a_perfect_autoencoder_leads_the_table() -> None:
    picture = np.random.default_rng(0).random((20, 30, 3), dtype=np.float32)
    perfect = of_torch("nothing", nn.Identity(), nn.Identity())
    grey = Autoencoder("grey", 1, 0.0, 0.0, lambda p: np.full_like(p, 0.5))
    lines = table([perfect, grey], {"noise": [picture]}).splitlines()
    assert lines[0].endswith("| noise, dB |")
    assert lines[2] == "| nothing | 3 | 0.00 | 0.00 | 100.00 |"
    assert "| 10." in lines[3]


def test_the_cost_of_the_shipped_model_is_told() -> None:
    told = tile_cost(find_model(DEFAULT_MODEL_ID))
    assert told.startswith("One 512 px tile of 7 frames: ")


@pytest.mark.slow
def test_the_command_prints_the_table(
    photographs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--kodak", str(photographs), "--photographs", str(photographs)]) == 0
    printed = capsys.readouterr().out
    assert "| linear, 64 components | 64 |" in printed
    assert "vaeedof" in printed
