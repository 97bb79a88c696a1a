"""The description of a scene: textured sheets before a thin lens, the same for both renderers.

Distances are given in dioptres, 1 / m: a plane in space is affine in them over the picture, and
blur grows in proportion to their difference.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Sheet:
    """One textured sheet.

    Attributes:
        texture: Picture file; it covers the rectangle, what stands out is cut off.
        centre: (x, y) of its rectangle as seen through the middle of the lens, in picture widths
            from the middle of the picture, right and down.
        size: (width, height) of the rectangle, in picture widths.
        dioptres: (6,) inverse distance from the lens, 1 / m: 1, x, y, x^2, x y, y^2 with x and y in
            [-1, 1] over the picture.
        matte_seed: Of a procedural cut-out (`synthesis.random_matte`); None takes the alpha channel
            of the texture, if it has one.
        anchor: (x, y) in [0, 1]: which part of a texture of another shape is seen.
        mirrored: Left and right exchanged.
    """

    texture: str
    centre: tuple[float, float]
    size: tuple[float, float]
    dioptres: tuple[float, ...]
    matte_seed: int | None = None
    anchor: tuple[float, float] = (0.5, 0.5)
    mirrored: bool = False


@dataclass(frozen=True, slots=True)
class Lens:
    """A thin lens before a sensor; as in Blender the field of view does not change with focus."""

    fstop: float
    focal_mm: float = 50.0
    sensor_mm: float = 36.0

    def px_per_dioptre(self, width_px: int) -> float:
        """Radius of the circle of confusion per dioptre between object and focus, in px.

        A ray from lens point u through the object at distance z meets the plane of focus s at
        u (1 - s / z) beside the pinhole ray: focal length x u x (1 / s - 1 / z) on the sensor.
        """
        radius_m = self.focal_mm / self.fstop / 2000
        return width_px * self.focal_mm / self.sensor_mm * radius_m


@dataclass(frozen=True, slots=True)
class Faults:
    """What cameras and hands do to frames; the truth has none.

    Attributes:
        noise: Standard deviation, display-encoded [0, 1].
        jpeg_quality: 1 to 100; None: not compressed.
        shift_px: Standard deviation of each frame's misregistration in each direction.
        exposure_ev: Standard deviation of each frame's exposure.
    """

    noise: float = 0.0
    jpeg_quality: int | None = None
    shift_px: float = 0.0
    exposure_ev: float = 0.0


@dataclass(frozen=True, slots=True)
class SceneSpec:
    """A scene, enough to render it again.

    Attributes:
        kind: "matting" or "continuous".
        size_px: (width, height).
        sheets: Nearest first; they do not reach through each other. The last one is opaque and
            fills the view.
        lens: Focal length, aperture, sensor.
        focus_dioptres: One frame each.
        light: (r, g, b) that falls on every sheet, linear; Blender takes colour from `hdr` instead.
        hdr: Environment picture for Blender.
        faults: Added to the frames.
        seed: Of the faults and of the renderer's noise.
    """

    kind: str
    size_px: tuple[int, int]
    sheets: tuple[Sheet, ...]
    lens: Lens
    focus_dioptres: tuple[float, ...]
    light: tuple[float, ...] = (1.0, 1.0, 1.0)
    hdr: str | None = None
    faults: Faults = Faults()
    seed: int = 0

    def margin_px(self) -> int:
        """What a blurred frame sees beside the picture at most, rounded up."""
        reach = max(
            abs(sheet.dioptres[0] - focus) + sum(map(abs, sheet.dioptres[1:]))
            for sheet in self.sheets
            for focus in self.focus_dioptres
        )
        return math.ceil(reach * self.lens.px_per_dioptre(self.size_px[0])) + 2

    def to_json(self) -> str:
        """As text; `from_json` reads it back."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> SceneSpec:
        """A scene from its text.

        Raises:
            ValueError: If the text is no scene.
        """
        try:
            facts = json.loads(text)
            sheets = [
                Sheet(**{key: _tupled(value) for key, value in sheet.items()})
                for sheet in facts.pop("sheets")
            ]
            lens, faults = Lens(**facts.pop("lens")), Faults(**facts.pop("faults"))
            rest = {key: _tupled(value) for key, value in facts.items()}
            return cls(sheets=tuple(sheets), lens=lens, faults=faults, **rest)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a scene: {error}") from error


def _tupled(value: Any) -> Any:
    """JSON knows lists only."""
    return tuple(value) if isinstance(value, list) else value
