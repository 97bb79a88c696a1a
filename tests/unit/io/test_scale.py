from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from focusstack_app.io.probe import probe_frames
from focusstack_app.io.scale import pixels_per_cm
from focusstack_app.io.write import write_picture
from tests.unit.io.builders import noise16

SLICES = np.zeros((3, 8, 12), np.uint16)


def _imagej(path: Path, unit: str | None, per_unit: tuple[float, float]) -> Path:
    said: Any = {"axes": "ZYX"} | ({"unit": unit} if unit is not None else {})
    tifffile.imwrite(path, SLICES, imagej=True, resolution=per_unit, metadata=said)
    return path


def _ome(path: Path, **said: Any) -> Path:
    tifffile.imwrite(path, SLICES, ome=True, metadata={"axes": "ZYX", **said})
    return path


@pytest.mark.parametrize(
    ("unit", "per_cm"),
    [
        ("um", 20_000),
        ("micron", 20_000),
        ("\\u00B5m", 20_000),
        ("nm", 2e7),
        ("mm", 20),
        ("cm", 2),
        ("inch", 2 / 2.54),
    ],
)
def test_the_unit_of_imagej_counts(tmp_path: Path, unit: str, per_cm: float) -> None:
    path = _imagej(tmp_path / "a.tif", unit, (2.0, 4.0))
    assert pixels_per_cm(path) == pytest.approx((per_cm, 2 * per_cm))


@pytest.mark.parametrize(
    ("size", "unit", "per_cm"),
    [(0.065, None, 153846.15), (0.065, "µm", 153846.15), (65, "nm", 153846.15), (0.5, "mm", 20)],
)
def test_the_size_of_a_pixel_in_ome(
    tmp_path: Path, size: float, unit: str | None, per_cm: float
) -> None:
    said: dict[str, Any] = {"PhysicalSizeX": size, "PhysicalSizeY": 2 * size}
    if unit is not None:
        said |= {"PhysicalSizeXUnit": unit, "PhysicalSizeYUnit": unit}
    path = _ome(tmp_path / "a.ome.tif", **said)
    assert pixels_per_cm(path) == pytest.approx((per_cm, per_cm / 2))


def test_what_says_no_scale(tmp_path: Path) -> None:
    assert pixels_per_cm(_imagej(tmp_path / "a.tif", None, (2.0, 2.0))) is None
    assert pixels_per_cm(_imagej(tmp_path / "b.tif", "pixel", (2.0, 2.0))) is None
    assert pixels_per_cm(_imagej(tmp_path / "c.tif", "nm", (2000.0, 2000.0))) is None
    assert pixels_per_cm(_ome(tmp_path / "d.ome.tif")) is None
    assert pixels_per_cm(_ome(tmp_path / "e.ome.tif", PhysicalSizeX=0, PhysicalSizeY=0)) is None
    tifffile.imwrite(tmp_path / "f.tif", SLICES[0], resolution=(300, 300))
    assert pixels_per_cm(tmp_path / "f.tif") is None
    (tmp_path / "g.tif").write_bytes(b"II*\0 damaged")
    assert pixels_per_cm(tmp_path / "g.tif") is None
    assert pixels_per_cm(tmp_path / "gone.tif") is None


@pytest.mark.parametrize("per_um", [0.001, 0.37, 1 / 0.065, 900.0])
def test_a_result_keeps_the_scale_in_tags_that_programs_know(tmp_path: Path, per_um: float) -> None:
    path = _imagej(tmp_path / "a.tif", "micron", (per_um, per_um))
    for name in ("out.tif", "out.png"):
        write_picture(
            tmp_path / name,
            noise16(8, 12),
            icc_profile=None,
            source=probe_frames(path)[1],
            description="",
        )
    with tifffile.TiffFile(tmp_path / "out.tif") as tif:
        tags = tif.pages.first.tags
        assert tags[296].value == 3
        for number in (282, 283):
            above, below = tags[number].value
            assert above / below == pytest.approx(per_um * 1e4, rel=1e-5)
    with Image.open(tmp_path / "out.png") as image:
        assert image.info["dpi"][0] == pytest.approx(per_um * 25400, rel=0.02)
