"""The demo stack: a procedural macro scene rendered through a thin lens, one frame per focus.

Everything in the picture is made here from formulas and seeded random numbers; nothing is
downloaded. The camera sits at the origin and looks along +Y, so the y coordinate of a point is
its depth. Lengths are scene units of `UNIT_M` metres. Run it with an interpreter that has the
`bpy` package (Blender as a module), numpy and Pillow:

    python -m focusstack_app.training.demo_scene --out DIR [--samples N] [--size WxH] [--frames N]
"""

from __future__ import annotations

import argparse
import importlib
import math
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageCms
from PIL.TiffImagePlugin import IFDRational

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]
    Rng = np.random.Generator

UNIT_M = 0.02
SENSOR_MM, FOCAL_MM = 17.3, 34.6
NEAR, FAR = 6.9, 15.6
LARGEST_BLUR = 26.0 / 1500.0  # circle of confusion from nearest to farthest, of the picture width
SUN, SKY = (1.0, 0.86, 0.68), (0.62, 0.80, 1.0)


def focus_distances(frames: int) -> list[float]:
    """Focus distances in scene units, near to far: the centres of equal steps in 1/distance."""
    steps = (np.arange(frames) + 0.5) / frames
    return [float(1 / (1 / NEAR + (1 / FAR - 1 / NEAR) * step)) for step in steps]


def lens_diameter() -> float:
    """Diameter of the lens in scene units that gives `LARGEST_BLUR` between NEAR and FAR."""
    return LARGEST_BLUR / (FOCAL_MM / SENSOR_MM) / (1 / NEAR - 1 / FAR)


def _noise(u: ArrayLike, v: ArrayLike, seed: int, octaves: int = 4) -> Array:
    """Fractal value noise in about [-1, 1] on a periodic 256 x 256 lattice."""
    table = np.random.default_rng(seed).uniform(-1, 1, (256, 256))
    total, size = np.zeros(np.broadcast(u, v).shape), 1.0
    for octave in range(octaves):
        a, b = np.asarray(u) * 2**octave + 17.3 * octave, np.asarray(v) * 2**octave + 9.7 * octave
        i, j = np.floor(a).astype(int), np.floor(b).astype(int)
        fa, fb = ((f * f * (3 - 2 * f)) for f in (a - i, b - j))
        low = table[i & 255, j & 255] * (1 - fb) + table[i & 255, (j + 1) & 255] * fb
        high = table[(i + 1) & 255, j & 255] * (1 - fb) + table[(i + 1) & 255, (j + 1) & 255] * fb
        total, size = total + size * (low * (1 - fa) + high * fa), size * 0.5
    return total


def _lines(value: Array, width: float) -> Array:
    """One where `value` is zero, falling to nothing over `width`."""
    return np.asarray(np.exp(-((value / width) ** 2)))


def _mix(a: ArrayLike, b: ArrayLike, weight: Array) -> Array:
    """Colours between `a` and `b`, weight in [0, 1] with a new last axis."""
    w = np.clip(weight, 0, 1)[..., None]
    return np.asarray(np.asarray(a) * (1 - w) + np.asarray(b) * w)


def _unit(v: ArrayLike) -> Array:
    v = np.asarray(v, dtype=float)
    return np.asarray(v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9))


def _basis(forward: ArrayLike, up: ArrayLike) -> Array:
    """Rows: side, forward, normal; `points @ basis` takes local points into the scene."""
    f = _unit(forward)
    side = _unit(np.cross(f, np.asarray(up)))
    return np.stack([side, f, np.cross(side, f)], axis=-2)


def _sheets(bpy: Any, name: str, points: Array, colours: Array, material: Any) -> None:
    """A mesh of K grids: points (K, H, W, 3), colours (K, H, W, 3) scene-linear."""
    k, h, w, _ = points.shape
    index = np.arange(k * h * w).reshape(k, h, w)
    corners = (index[:, :-1, :-1], index[:, :-1, 1:], index[:, 1:, 1:], index[:, 1:, :-1])
    faces = np.stack(corners, -1).reshape(-1, 4)
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(points.reshape(-1, 3), [], faces)
    rgba = np.ones((k * h * w, 4), np.float32)
    rgba[:, :3] = np.broadcast_to(colours, points.shape).reshape(-1, 3)
    mesh.attributes.new("Col", "FLOAT_COLOR", "POINT").data.foreach_set("color", rgba.ravel())
    mesh.shade_smooth()
    mesh.materials.append(material)
    bpy.context.collection.objects.link(bpy.data.objects.new(name, mesh))


def _scatter(points: Array, count: int, rng: Rng, facing: bool = True) -> tuple[Array, Array]:
    """Random grid points of sheets (K, H, W, 3) and their normals, (count, 3) each."""
    k, h, w, _ = points.shape
    a, b, c = (rng.integers(lo, hi, count) for lo, hi in ((0, k), (1, h - 1), (1, w - 1)))
    along = points[a, b + 1, c] - points[a, b - 1, c]
    normal = _unit(np.cross(along, points[a, b, c + 1] - points[a, b, c - 1]))
    root = points[a, b, c]
    if facing:
        normal *= np.where((normal * root).sum(-1, keepdims=True) > 0, -1.0, 1.0)
    return root, normal


def _hairs(bpy: Any, name: str, paths: Array, radius: float, look: Any, tip: float = 0.25) -> None:
    """Round hairs along paths (N, P, 3), thinning from `radius` to `tip` times it."""
    count, steps, _ = paths.shape
    data = bpy.data.hair_curves.new(name)
    data.add_curves([steps] * count)
    data.points.foreach_set("position", paths.astype(np.float32).ravel())
    radii = np.tile(np.linspace(radius, radius * tip, steps, dtype=np.float32), count)
    data.points.foreach_set("radius", radii)
    data.materials.append(look)
    bpy.context.collection.objects.link(bpy.data.objects.new(name, data))


def _fur(root: Array, direction: Array, length: float, rng: Rng, bend: float = 0.35) -> Array:
    """Hair paths (N, 7, 3) that leave `root` along `direction`, unequal and bent at random."""
    t = np.linspace(0, 1, 7)[None, :, None]
    sway = rng.normal(0, bend, (len(root), 1, 3)) + np.array([0, 0, -0.5 * bend])
    size = length * rng.uniform(0.45, 1.0, (len(root), 1, 1))
    return np.asarray(root[:, None] + size * (direction[:, None] * t + sway * t**2))


def _beads(
    bpy: Any, name: str, at: Array, axis: Array, size: ArrayLike, colour: ArrayLike, material: Any
) -> None:
    """Ellipsoids: centre `at` and axis (N, 3), size (N, 2) = radius across and along the axis."""
    theta, phi = np.mgrid[0 : math.pi : 25j, 0 : 2 * math.pi : 41j]
    ball = np.stack([np.sin(theta) * np.sin(phi), np.cos(theta), np.sin(theta) * np.cos(phi)], -1)
    scale = np.asarray(size, dtype=float)[:, [0, 1, 0]]
    turn = _basis(axis, np.broadcast_to([0.31, 0.17, 0.93], np.shape(axis)))
    points = at[:, None, None] + np.einsum("hwi,ni,nij->nhwj", ball, scale, turn)
    _sheets(bpy, name, points, np.asarray(colour, dtype=float)[:, None, None], material)


def _tube(path: Array, radius: Array, up: ArrayLike) -> Array:
    """The surface (1, H, W, 3) of a tube along `path` (H, 3)."""
    forward = _unit(np.gradient(path, axis=0))
    side = _unit(np.cross(forward, np.asarray(up)))
    angle = np.linspace(0, 2 * math.pi, 48)[None, :, None]
    ring = np.cos(angle) * side[:, None] - np.sin(angle) * np.cross(side, forward)[:, None]
    return np.asarray(path[:, None] + radius[:, None, None] * ring)[None]


def _set(node: Any, **values: Any) -> Any:
    """The node itself, with its unconnected inputs set by name (spaces as underscores)."""
    for key, value in values.items():
        node.inputs[key.replace("_", " ")].default_value = value
    return node


def _material(bpy: Any, name: str, **look: Any) -> Any:
    """A material: colour from the mesh (or `colour`), fine grain, bump, light shining through."""
    material = bpy.data.materials.new(name)
    nodes, link = material.node_tree.nodes, material.node_tree.links.new
    rough, coat = look.get("rough", 0.45), look.get("coat", 0.0)
    surface = _set(nodes["Principled BSDF"], Roughness=rough, Coat_Weight=coat, Coat_Roughness=0.08)
    through, both = nodes.new("ShaderNodeBsdfTranslucent"), nodes.new("ShaderNodeMixShader")
    both.inputs[0].default_value = look.get("through", 0.0)
    link(surface.outputs[0], both.inputs[1])
    link(through.outputs[0], both.inputs[2])
    link(both.outputs[0], nodes["Material Output"].inputs["Surface"])
    if "colour" in look:
        _set(surface, Base_Color=(*look["colour"], 1.0))
        _set(through, Color=(*look["colour"], 1.0))
        return material
    grain = _set(nodes.new("ShaderNodeTexNoise"), Scale=look.get("scale", 60.0), Detail=3.0)
    link(nodes.new("ShaderNodeTexCoord").outputs["Object"], grain.inputs["Vector"])
    low, high = 1.0 - look.get("grain", 0.2), 1.0 + look.get("grain", 0.2)
    spread = nodes.new("ShaderNodeMapRange")
    _set(spread, From_Min=0.3, From_Max=0.7, To_Min=low, To_Max=high)
    link(grain.outputs[0], spread.inputs["Value"])
    attribute, tint = nodes.new("ShaderNodeAttribute"), nodes.new("ShaderNodeVectorMath")
    attribute.attribute_name, tint.operation = "Col", "SCALE"
    link(attribute.outputs["Color"], tint.inputs[0])
    link(spread.outputs[0], tint.inputs["Scale"])
    link(tint.outputs[0], surface.inputs["Base Color"])
    link(tint.outputs[0], through.inputs["Color"])
    bump = _set(nodes.new("ShaderNodeBump"), Strength=look.get("bump", 0.3), Distance=0.01)
    link(grain.outputs[0], bump.inputs["Height"])
    link(bump.outputs[0], surface.inputs["Normal"])
    return material


def _water(bpy: Any) -> Any:
    """Clear water that lets shadow rays pass, so that no caustics are needed."""
    material = bpy.data.materials.new("water")
    nodes, link = material.node_tree.nodes, material.node_tree.links.new
    surface = _set(nodes["Principled BSDF"], Transmission_Weight=1.0, Roughness=0.0, IOR=1.36)
    both, clear = nodes.new("ShaderNodeMixShader"), nodes.new("ShaderNodeBsdfTransparent")
    link(nodes.new("ShaderNodeLightPath").outputs["Is Shadow Ray"], both.inputs[0])
    link(surface.outputs[0], both.inputs[1])
    link(clear.outputs[0], both.inputs[2])
    link(both.outputs[0], nodes["Material Output"].inputs["Surface"])
    return material


# Each leaf: base, bend and tip as (across, up, depth) with the picture from -1 to 1 across and
# -2/3 to 2/3 up; half width in units; colour, scene-linear.
LEAVES: tuple[tuple[tuple[tuple[float, float, float], ...], float, tuple[float, ...]], ...] = (
    (((1.2, -0.72, 11.2), (0.45, -0.15, 9.3), (-0.22, -0.34, 7.3)), 0.62, (0.10, 0.30, 0.035)),
    (((-1.25, -0.2, 9.6), (-0.6, 0.12, 10.5), (0.02, -0.02, 12.6)), 0.80, (0.07, 0.24, 0.06)),
    (((1.2, 0.62, 13.8), (0.75, 0.52, 12.0), (0.28, 0.12, 10.2)), 0.75, (0.26, 0.30, 0.03)),
    (((-0.55, -0.9, 9.2), (-0.95, -0.3, 8.2), (-0.72, 0.26, 7.5)), 0.40, (0.28, 0.10, 0.03)),
    (((-0.75, 0.8, 14.2), (-0.35, 0.65, 13.2), (0.1, 0.36, 12.4)), 0.70, (0.13, 0.34, 0.05)),
    (((0.25, -0.85, 13.2), (0.55, -0.3, 13.4), (0.72, 0.02, 14.0)), 0.75, (0.05, 0.19, 0.08)),
)


def _at(spots: ArrayLike) -> Array:
    """Scene points of (..., 3) picture positions across, up and depth."""
    across, up, depth = np.moveaxis(np.asarray(spots, dtype=float), -1, 0)
    half = SENSOR_MM / FOCAL_MM / 2
    return np.stack([across * half * depth, depth, up * half * depth], -1)


def _curve(corners: Array, steps: int) -> Array:
    """A smooth path (steps, 3) from the first of three points to the last."""
    t = np.linspace(0, 1, steps)[:, None]
    return np.asarray((1 - t) ** 2 * corners[0] + 2 * t * (1 - t) * corners[1] + t**2 * corners[2])


def _leaf(corners: Array, width: float, colour: ArrayLike, seed: int) -> tuple[Array, Array]:
    """Points and colours (H, W, 3) of a folded leaf with veins and a toothed edge."""
    path = _curve(corners, 320)
    v, u = np.linspace(0, 1, 320)[:, None], np.linspace(-1, 1, 141)[None]
    side, _, normal = np.moveaxis(_basis(np.gradient(path, axis=0), [0.15, -0.8, 0.6]), -2, 0)
    half = width * np.sin(np.pi * v**0.8) ** 0.85 * (1 + 0.05 * ((v * 26) % 1)) + 0.012
    phase = v * 12 - 1.3 * np.abs(u) ** 0.8
    away = np.abs((phase + 0.5) % 1 - 0.5)
    vein = np.maximum(_lines(away, 0.06) * (1.1 - np.abs(u)), _lines(u * half, 0.022))
    net = _lines(_noise(u * 9 + 40, v * 26, seed, 2), 0.09) * 0.45
    rough = _noise(u * 3 + 20, v * 7, seed + 1)
    lift = half * 0.28 * np.abs(u) ** 1.3 + 0.05 * rough * np.abs(u) + 0.03 * away - 0.02 * vein
    points = path[:, None] + side[:, None] * (u * half)[..., None]
    base = np.asarray(colour)
    paint = _mix(base * 0.7, base * 1.25 + 0.02, 0.5 + 0.5 * rough)
    paint = _mix(paint, base * 1.5 + [0.10, 0.10, 0.03], np.maximum(vein, net))
    spots = (_noise(u * 7, v * 18 + 60, seed + 2) - 0.75) * 5
    return points + normal[:, None] * lift[..., None], _mix(paint, [0.16, 0.06, 0.02], spots)


def _background() -> tuple[Array, Array]:
    """Lichen-covered bark that fills the view at the far end, (1, H, W, 3) each."""
    up, across = np.mgrid[-0.8:0.8:380j, -1.15:1.15:560j]
    crack = _lines(_noise(across * 7 + 30, up * 3 + 30, 11), 0.14)
    grain, patch = _noise(across * 40 + 90, up * 22 + 90, 12), _noise(across * 4, up * 4, 13)
    depth = 14.95 - 0.25 * patch + 0.25 * crack - 0.06 * grain
    paint = _mix([0.10, 0.045, 0.022], [0.34, 0.19, 0.10], 0.5 + 0.5 * grain)
    paint = _mix(paint, [0.36, 0.44, 0.30], (patch - 0.25) * 4 * (0.8 + 0.3 * grain))
    paint = _mix(paint, [0.55, 0.34, 0.05], (_noise(across * 9, up * 9 + 50, 14) - 0.7) * 6)
    paint = _mix(paint, [0.015, 0.01, 0.008], crack * 0.85)
    return _at(np.stack([across, up, depth], -1))[None], paint[None]


def build(bpy: Any) -> None:
    """Put the whole scene, lights and camera into an empty Blender file."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    rng = np.random.default_rng(7)
    _sheets(bpy, "bark", *_background(), _material(bpy, "bark", rough=0.8, scale=45, grain=0.35))
    grown = [_leaf(_at(at), wide, hue, 30 + 5 * k) for k, (at, wide, hue) in enumerate(LEAVES)]
    leaves = np.stack([points for points, _ in grown])
    green = _material(bpy, "leaf", rough=0.4, through=0.3, scale=70, grain=0.22)
    _sheets(bpy, "leaves", leaves, np.stack([paint for _, paint in grown]), green)

    path = _curve(_at([(-0.35, -0.8, 8.4), (0.42, -0.1, 9.2), (0.3, 0.8, 13.0)]), 260)
    stem = _tube(path, np.linspace(0.13, 0.10, 260), [0, 0.3, 1])
    stripe = _noise(np.linspace(0, 60, 260)[:, None], np.linspace(0, 9, 48)[None], 71)
    paint = _mix([0.20, 0.07, 0.04], [0.30, 0.34, 0.08], 0.5 + 0.6 * stripe)[None]
    _sheets(bpy, "stem", stem, paint, _material(bpy, "stem", rough=0.5, through=0.1))
    pale = _material(bpy, "hair", colour=(0.75, 0.68, 0.52), through=0.4)
    _hairs(bpy, "stem hair", _fur(*_scatter(stem, 2600, rng, False), 0.3, rng), 0.006, pale)
    _hairs(bpy, "down", _fur(*_scatter(leaves[3:5], 1500, rng), 0.10, rng), 0.0035, pale)

    water = _water(bpy)
    root, normal = _scatter(leaves[:, 30:-15, 12:-12], 150, rng)
    size = 0.022 + 0.085 * rng.uniform(0, 1, (150, 1)) ** 3
    _beads(bpy, "dew", root + normal * size * 0.3, normal, size * [1, 0.7], [[1, 1, 1]], water)
    thread = _curve(_at([(-1.1, 0.52, 7.6), (0.1, 0.1, 8.6), (1.1, 0.72, 11.5)]), 90)
    _hairs(bpy, "thread", thread[None], 0.005, pale, tip=1.0)
    strung = np.sort(rng.permutation(90)[:46])
    size = (0.012 + 0.032 * rng.uniform(0, 1, (46, 1)) ** 2) * [1, 1.1]
    along = np.gradient(thread, axis=0)[strung]
    _beads(bpy, "beads on the thread", thread[strung], along, size, [[1, 1, 1]], water)
    spots = np.stack([rng.normal(0.72, 0.10, 22), rng.normal(-0.42, 0.08, 22)], -1)
    centre = _at(np.concatenate([spots, rng.uniform(7.9, 9.4, (22, 1))], -1))
    red = _mix([0.45, 0.015, 0.02], [0.60, 0.14, 0.02], rng.uniform(0, 1, 22))
    size = rng.uniform(0.11, 0.19, (22, 1)) * [1, 1.08]
    glossy = _material(bpy, "berry", rough=0.3, coat=1.0, scale=25, grain=0.15, bump=0.1)
    _beads(bpy, "berries", centre, rng.normal(0, 1, (22, 3)), size, red, glossy)
    ball = _unit(rng.normal(0, 1, (22, 60, 3)))
    tips = (centre[:, None] + ball * size[:, None, :1]).reshape(-1, 3)
    _hairs(bpy, "berry hair", _fur(tips, ball.reshape(-1, 3), 0.09, rng), 0.003, pale)
    for name, turn, power, colour, wide in (
        ("sun", (0.75, -0.35, 0.4), 3.6, SUN, 0.03),
        ("back", (-0.9, 0.5, 0.0), 0.8, SKY, 0.3),
    ):
        light = bpy.data.lights.new(name, "SUN")
        light.energy, light.color, light.angle = power, colour, wide
        lamp = bpy.data.objects.new(name, light)
        lamp.rotation_euler = turn
        bpy.context.collection.objects.link(lamp)
    world = bpy.context.scene.world = bpy.data.worlds.new("sky")
    _set(world.node_tree.nodes["Background"], Color=(*SKY, 1.0), Strength=0.4)
    lens = bpy.data.cameras.new("camera")
    lens.sensor_width, lens.lens, lens.clip_start = SENSOR_MM, FOCAL_MM, 0.1
    lens.dof.aperture_fstop = FOCAL_MM / 1000 / lens_diameter()
    camera = bpy.context.scene.camera = bpy.data.objects.new("camera", lens)
    camera.rotation_euler = (math.pi / 2, 0, 0)
    bpy.context.collection.objects.link(camera)


def _settings(bpy: Any, size: tuple[int, int], samples: int) -> None:
    scene = bpy.context.scene
    output, cycles = scene.render, scene.cycles
    output.engine, output.use_persistent_data = "CYCLES", True
    (output.resolution_x, output.resolution_y), output.resolution_percentage = size, 100
    output.image_settings.file_format, output.image_settings.color_mode = "PNG", "RGB"
    cycles.device, cycles.samples, cycles.use_adaptive_sampling = "CPU", samples, False
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 6, 2, 2
    cycles.transmission_bounces, cycles.transparent_max_bounces = 5, 6
    cycles.caustics_reflective = cycles.caustics_refractive = False
    scene.view_settings.view_transform, cycles.sample_clamp_indirect = "Standard", 4.0
    cycles.use_denoising, cycles.denoiser = True, "OPENIMAGEDENOISE"
    cycles.denoising_input_passes, cycles.denoising_prefilter = "RGB_ALBEDO_NORMAL", "FAST"


def _exif(frame: int, distance: float | None) -> Image.Exif:
    """What a camera would write; without `distance` (the pinhole picture) no lens settings."""
    exif, lens = Image.Exif(), "pinhole" if distance is None else "thin lens"
    exif[0x010F], exif[0x0110] = "Focus Stack App", f"Blender Cycles {lens}"
    if distance is None:
        return exif
    diameter_mm = lens_diameter() * UNIT_M * 1000
    exif.get_ifd(0x8769).update({
        0x829A: IFDRational(1, 60), 0x8827: 100,
        0x829D: IFDRational(round(FOCAL_MM / diameter_mm * 10), 10),
        0x9003: f"2026:06:01 09:{(frame - 1) // 60:02d}:{(frame - 1) % 60:02d}",
        0x9206: IFDRational(round(distance * UNIT_M * 10000), 10000),
        0x920A: IFDRational(round(FOCAL_MM * 10), 10),
    })  # fmt: skip
    return exif


def render(bpy: Any, out: Path, size: tuple[int, int], samples: int, frames: int) -> None:
    """Render the frames, near to far, then the pinhole picture, each put in place when done."""
    (out / "truth").mkdir(parents=True, exist_ok=True)
    build(bpy)
    _settings(bpy, size, samples)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    dof, distances = bpy.context.scene.camera.data.dof, [*focus_distances(frames), None]
    for k, distance in enumerate(distances, 1):
        began = time.perf_counter()
        name, quality = (f"frame_{k}.jpg", 91) if distance else ("truth/pinhole.jpg", 95)
        dof.use_dof, dof.focus_distance = distance is not None, distance or NEAR
        bpy.context.scene.cycles.seed = k
        with tempfile.TemporaryDirectory() as folder:
            bpy.context.scene.render.filepath = str(Path(folder) / "picture.png")
            bpy.ops.render.render(write_still=True)
            picture = Image.open(Path(folder) / "picture.png").convert("RGB")
        picture.save(out / name, quality=quality, icc_profile=profile, exif=_exif(k, distance))
        sys.stderr.write(f"{name}: {time.perf_counter() - began:.1f} s\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Render the demo stack into a folder; returns the exit status."""
    parser = argparse.ArgumentParser(prog="focusstack_app.training.demo_scene", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--samples", type=int, default=12, help="samples per pixel")
    parser.add_argument("--size", default="1500x1000", help="WIDTHxHEIGHT in pixels")
    parser.add_argument("--frames", type=int, default=7, help="number of focus distances")
    options = parser.parse_args(argv)
    width, _, height = options.size.partition("x")
    if not (width.isdigit() and height.isdigit()):
        parser.error(f"--size wants WIDTHxHEIGHT, not {options.size!r}")
    try:
        bpy = importlib.import_module("bpy")
    except ImportError as error:
        sys.stderr.write(f"This needs Blender as a Python module (pip install bpy): {error}\n")
        return 2
    render(bpy, options.out, (int(width), int(height)), options.samples, options.frames)
    return 0


if __name__ == "__main__":
    sys.exit(main())
