from __future__ import annotations

import pytest

from focusstack_app.training.scene import Faults, Lens, SceneSpec, Sheet

FLAT = (0.5, 0.0, 0.0, 0.0, 0.0, 0.0)


def _scene() -> SceneSpec:
    near = Sheet("leaf.png", (0.1, -0.2), (0.3, 0.2), (1.0, 0.1, 0, 0, 0, 0), matte_seed=4)
    far = Sheet("wall.jpg", (0.0, 0.0), (1.2, 1.0), FLAT, anchor=(0.2, 0.9), mirrored=True)
    faults = Faults(noise=0.01, jpeg_quality=90, shift_px=0.3, exposure_ev=0.02)
    return SceneSpec("matting", (300, 200), (near, far), Lens(2.0), (1.0, 0.5), (1, 0.9, 0.8),
                     "sky.exr", faults, 7)  # fmt: skip


def test_a_scene_survives_json() -> None:
    assert SceneSpec.from_json(_scene().to_json()) == _scene()


@pytest.mark.parametrize("text", ["{}", "[]", '{"sheets": [{"colour": 1}]}'])
def test_other_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a scene"):
        SceneSpec.from_json(text)


def test_blur_is_that_of_a_thin_lens() -> None:
    # f = 50 mm at f/2 on 36 mm: an object at 2 m, focus at 1 m, as seen in the plane of focus.
    lens, z, s = Lens(2.0), 2.0, 1.0
    beside_m = 0.0125 * (1 - s / z)
    on_sensor_mm = beside_m / s * lens.focal_mm
    assert lens.px_per_dioptre(1200) * (1 / s - 1 / z) == pytest.approx(on_sensor_mm / 36 * 1200)


def test_the_margin_holds_the_largest_blur() -> None:
    scene = _scene()
    per_dioptre = scene.lens.px_per_dioptre(300)
    assert scene.margin_px() >= (1.1 - 0.5) * per_dioptre + 2
    assert scene.margin_px() <= (1.1 - 0.5) * per_dioptre + 3
