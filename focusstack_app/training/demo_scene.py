"""The demo stack: a procedural macro scene rendered through a thin lens, one frame per focus.

Everything in the picture is made here from formulas and seeded random numbers; nothing is
downloaded. The camera sits at the origin and looks along +Y, so the y coordinate of a point is
its depth. Lengths are scene units of `UNIT_M` metres. Run it with an interpreter that has the
`bpy` package (Blender as a module), numpy and Pillow:

    python -m focusstack_app.training.demo_scene --out DIR [--samples N] [--size 1500x1000]
"""

from __future__ import annotations

import argparse
import importlib
import math
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageCms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

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


# ---------------------------------------------------------------- noise, sheets, hairs and beads


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
    side = _unit(np.cross(f, up))
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


def _scatter(
    points: Array, count: int, rng: np.random.Generator, face_camera: bool = True
) -> tuple[Array, Array]:
    """Random grid points of sheets (K, H, W, 3) and their normals, (count, 3) each."""
    k, h, w, _ = points.shape
    a, b, c = rng.integers(0, k, count), rng.integers(1, h - 1, count), rng.integers(1, w - 1, count)
    normal = _unit(
        np.cross(points[a, b + 1, c] - points[a, b - 1, c], points[a, b, c + 1] - points[a, b, c - 1])
    )
    root = points[a, b, c]
    if face_camera:
        normal *= np.where((normal * root).sum(-1, keepdims=True) > 0, -1.0, 1.0)
    return root, normal


def _hairs(
    bpy: Any, name: str, paths: Array, radius: float, material: Any, tip: float = 0.25
) -> None:
    """Round hairs along paths (N, P, 3), thinning from `radius` to `tip` times it."""
    count, steps, _ = paths.shape
    data = bpy.data.hair_curves.new(name)
    data.add_curves([steps] * count)
    data.points.foreach_set("position", paths.astype(np.float32).ravel())
    radii = np.tile(np.linspace(radius, radius * tip, steps, dtype=np.float32), count)
    data.points.foreach_set("radius", radii)
    data.materials.append(material)
    bpy.context.collection.objects.link(bpy.data.objects.new(name, data))


def _fur(
    root: Array, direction: Array, length: float, rng: np.random.Generator, bend: float = 0.35
) -> Array:
    """Hair paths (N, 7, 3) that leave `root` along `direction`, unequal and bent at random."""
    t = np.linspace(0, 1, 7)[None, :, None]
    sway = rng.normal(0, bend, (len(root), 1, 3)) + np.array([0, 0, -0.5 * bend])
    size = length * rng.uniform(0.45, 1.0, (len(root), 1, 1))
    return np.asarray(root[:, None] + size * (direction[:, None] * t + sway * t**2))


def _beads(
    bpy: Any,
    name: str,
    centre: Array,
    axis: Array,
    size: ArrayLike,
    colour: ArrayLike,
    material: Any,
) -> None:
    """Ellipsoids: centre and axis (N, 3), size (N, 2) = radius across and along the axis."""
    theta, phi = np.meshgrid(np.linspace(0, math.pi, 25), np.linspace(0, 2 * math.pi, 41), indexing="ij")
    ball = np.stack([np.sin(theta) * np.sin(phi), np.cos(theta), np.sin(theta) * np.cos(phi)], -1)
    scale = np.asarray(size, dtype=float)[:, [0, 1, 0]]
    turn = _basis(axis, np.broadcast_to([0.31, 0.17, 0.93], np.shape(axis)))
    points = centre[:, None, None] + np.einsum("hwi,ni,nij->nhwj", ball, scale, turn)
    _sheets(bpy, name, points, np.asarray(colour, dtype=float)[:, None, None], material)


def _tube(path: Array, radius: Array, up: ArrayLike, around: int = 48) -> Array:
    """The surface (1, H, W, 3) of a tube along `path` (H, 3)."""
    forward = _unit(np.gradient(path, axis=0))
    side = _unit(np.cross(forward, up))
    angle = np.linspace(0, 2 * math.pi, around)[None, :, None]
    ring = np.cos(angle) * side[:, None] - np.sin(angle) * np.cross(side, forward)[:, None]
    return np.asarray(path[:, None] + radius[:, None, None] * ring)[None]


# --------------------------------------------------------------------------------- materials


def _material(bpy: Any, name: str, **look: Any) -> Any:
    """A material: colour from the mesh (or `colour`), fine grain, bump, light shining through."""
    material = bpy.data.materials.new(name)
    nodes, link = material.node_tree.nodes, material.node_tree.links.new
    surface, out = nodes["Principled BSDF"], nodes["Material Output"]
    surface.inputs["Roughness"].default_value = look.get("rough", 0.45)
    surface.inputs["Coat Weight"].default_value = look.get("coat", 0.0)
    surface.inputs["Coat Roughness"].default_value = 0.08
    through = nodes.new("ShaderNodeBsdfTranslucent")
    both = nodes.new("ShaderNodeMixShader")
    both.inputs[0].default_value = look.get("through", 0.0)
    link(surface.outputs[0], both.inputs[1])
    link(through.outputs[0], both.inputs[2])
    link(both.outputs[0], out.inputs["Surface"])
    if "colour" in look:
        for target in (surface.inputs["Base Color"], through.inputs["Color"]):
            target.default_value = (*look["colour"], 1.0)
        return material
    place = nodes.new("ShaderNodeTexCoord").outputs["Object"]
    grain = nodes.new("ShaderNodeTexNoise")
    grain.inputs["Scale"].default_value = look.get("scale", 60.0)
    grain.inputs["Detail"].default_value = 3.0
    link(place, grain.inputs["Vector"])
    spread = nodes.new("ShaderNodeMapRange")
    spread.inputs["From Min"].default_value, spread.inputs["From Max"].default_value = 0.3, 0.7
    spread.inputs["To Min"].default_value = 1.0 - look.get("grain", 0.2)
    spread.inputs["To Max"].default_value = 1.0 + look.get("grain", 0.2)
    link(grain.outputs[0], spread.inputs["Value"])
    attribute = nodes.new("ShaderNodeAttribute")
    attribute.attribute_name = "Col"
    tint = nodes.new("ShaderNodeVectorMath")
    tint.operation = "SCALE"
    link(attribute.outputs["Color"], tint.inputs[0])
    link(spread.outputs[0], tint.inputs["Scale"])
    link(tint.outputs[0], surface.inputs["Base Color"])
    link(tint.outputs[0], through.inputs["Color"])
    bump = nodes.new("ShaderNodeBump")
    bump.inputs["Strength"].default_value = look.get("bump", 0.3)
    bump.inputs["Distance"].default_value = 0.01
    link(grain.outputs[0], bump.inputs["Height"])
    link(bump.outputs[0], surface.inputs["Normal"])
    return material


def _water(bpy: Any) -> Any:
    """Clear water that lets shadow rays pass, so that no caustics are needed."""
    material = bpy.data.materials.new("water")
    nodes, link = material.node_tree.nodes, material.node_tree.links.new
    surface = nodes["Principled BSDF"]
    for key, value in (("Transmission Weight", 1.0), ("Roughness", 0.0), ("IOR", 1.36)):
        surface.inputs[key].default_value = value
    both, clear = nodes.new("ShaderNodeMixShader"), nodes.new("ShaderNodeBsdfTransparent")
    link(nodes.new("ShaderNodeLightPath").outputs["Is Shadow Ray"], both.inputs[0])
    link(surface.outputs[0], both.inputs[1])
    link(clear.outputs[0], both.inputs[2])
    link(both.outputs[0], nodes["Material Output"].inputs["Surface"])
    return material
