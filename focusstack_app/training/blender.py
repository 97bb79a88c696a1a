"""The Blender renderer of a scene's description: Cycles on the CPU, through the `bpy` package.

The camera sits at the origin and looks along +Y. Every sheet is a mesh whose points lie on the rays
of its picture's pixels at the distance that its dioptres say, so that through a pinhole it covers
the pixels that the lens renderer puts it on. Alpha composites as it does there: emitted (or
reflected) premultiplied colour added to what shines through 1 - alpha.
"""

from __future__ import annotations

import importlib
import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from focusstack_app.training.layers import sheet_picture
from focusstack_app.training.lens import Array
from focusstack_app.training.scene import SceneSpec, Sheet

MESH_STEPS = 48  # across a sheet that is not flat
SAMPLES = 256
LUMINANCE = (0.2126, 0.7152, 0.0722)  # of linear sRGB (IEC 61966-2-1)


def render_blender(
    scene: SceneSpec, samples: int = SAMPLES, threads: int = 0
) -> tuple[list[Array], Array]:
    """Frames with depth of field and the truth without, paper section 3.

    Without `scene.hdr`, the sheets shine with their own colours times `scene.light`. With it, they
    are matt, lit by that environment alone, and cast no shadows; its strength is such that a white
    sheet is as bright as the mean of `scene.light`.

    Args:
        scene: The scene.
        samples: Paths per pixel.
        threads: Of the CPU; 0: all.

    Returns:
        Frames and truth, each (H, W, 3) float32 linear light, not clipped.

    Raises:
        ImportError: If there is no `bpy`.
    """
    bpy = importlib.import_module("bpy")
    bpy.ops.wm.read_factory_settings(use_empty=True)
    blender = bpy.context.scene
    _settings(blender, scene, samples, threads)
    for sheet in scene.sheets:
        _add_sheet(bpy, sheet, scene)
    world = blender.world = bpy.data.worlds.new("world")
    if scene.hdr is not None:
        _light_by(bpy, world, scene.hdr, float(np.mean(scene.light)))
    camera = _camera(bpy, scene)
    frames = [_render(bpy, camera, 1 / dioptres) for dioptres in scene.focus_dioptres]
    return frames, _render(bpy, camera, None)


def _settings(blender: Any, scene: SceneSpec, samples: int, threads: int) -> None:
    render, cycles = blender.render, blender.cycles
    render.engine, cycles.device = "CYCLES", "CPU"
    (render.resolution_x, render.resolution_y), render.resolution_percentage = scene.size_px, 100
    render.threads_mode, render.threads = ("FIXED", threads) if threads else ("AUTO", 1)
    render.use_persistent_data = True
    cycles.samples, cycles.use_adaptive_sampling, cycles.use_denoising = samples, False, False
    cycles.seed = scene.seed
    # Textures have the resolution of the picture: what a pixel's middle sees is the pixel.
    cycles.pixel_filter_type, cycles.filter_width = "GAUSSIAN", 0.01
    cycles.max_bounces, cycles.diffuse_bounces = 1, 0
    cycles.transparent_max_bounces = 4 * len(scene.sheets)
    render.image_settings.file_format = "OPEN_EXR"
    render.image_settings.color_mode, render.image_settings.color_depth = "RGB", "32"


def _camera(bpy: Any, scene: SceneSpec) -> Any:
    lens = bpy.data.cameras.new("camera")
    lens.sensor_fit, lens.sensor_width, lens.lens = (
        "HORIZONTAL", scene.lens.sensor_mm, scene.lens.focal_mm,
    )  # fmt: skip
    lens.clip_start, lens.clip_end = 0.001, 1000.0
    lens.dof.aperture_fstop, lens.dof.aperture_blades = scene.lens.fstop, 0
    camera = bpy.data.objects.new("camera", lens)
    camera.rotation_euler = (math.pi / 2, 0, 0)
    bpy.context.collection.objects.link(camera)
    bpy.context.scene.camera = camera
    return lens


def sheet_points(
    sheet: Sheet, scene: SceneSpec, left: int, top: int, shape: tuple[int, int]
) -> Array:
    """Mesh of a sheet's picture in metres before the camera.

    Args:
        sheet: The sheet.
        scene: Its scene.
        left: Column of its first pixel from the middle of the picture.
        top: Row of its first pixel.
        shape: (rows, columns) of its picture.

    Returns:
        (n, n, 3) float32 points (right, along the view, up), rows from the top.
    """
    steps = MESH_STEPS + 1 if any(sheet.dioptres[1:]) else 2
    width, height = scene.size_px
    column = left + width // 2 + np.linspace(0, shape[1], steps)[None]
    row = top + height // 2 + np.linspace(0, shape[0], steps)[:, None]
    # The lens renderer has pixel number c at 2 c / width - 1; here its middle lies at c + 1/2.
    x, y = 2 * (column - 0.5) / width - 1, 2 * (row - 0.5) / height - 1
    d = sheet.dioptres
    dioptres = d[0] + d[1] * x + d[2] * y + d[3] * x * x + d[4] * x * y + d[5] * y * y
    tangent = scene.lens.sensor_mm / scene.lens.focal_mm / width
    right, up = (column - width / 2) * tangent, (height / 2 - row) * tangent
    along = 1 / np.maximum(dioptres, 1e-3)
    points = np.stack(np.broadcast_arrays(right * along, along, up * along), axis=-1)
    return np.asarray(points, dtype=np.float32)


def _add_sheet(bpy: Any, sheet: Sheet, scene: SceneSpec) -> None:
    rgba, left, top = sheet_picture(sheet, scene.size_px[0])
    points = sheet_points(sheet, scene, left, top, (rgba.shape[0], rgba.shape[1]))
    rows, columns = points.shape[:2]
    index = np.arange(rows * columns).reshape(rows, columns)
    corners = (index[1:, :-1], index[1:, 1:], index[:-1, 1:], index[:-1, :-1])
    faces = np.stack(corners, axis=-1).reshape(-1, 4)
    mesh = bpy.data.meshes.new("sheet")
    mesh.from_pydata(points.reshape(-1, 3).tolist(), [], faces.tolist())
    v, u = np.divmod(faces.ravel(), columns)
    uv = np.stack([u / (columns - 1), 1 - v / (rows - 1)], axis=1).astype(np.float32)
    mesh.uv_layers.new(name="uv").data.foreach_set("uv", uv.ravel())
    colour, hidden = rgba[..., :3], np.repeat(1 - rgba[..., 3:], 3, axis=2)
    if scene.hdr is None:
        colour = colour * np.asarray(scene.light, dtype=np.float32)
    mesh.materials.append(_material(bpy, colour, hidden, is_lit=scene.hdr is not None))
    thing = bpy.data.objects.new("sheet", mesh)
    # No shadows, and no sheet between another one and the environment (paper, section 3).
    thing.visible_shadow = thing.visible_diffuse = False
    bpy.context.collection.objects.link(thing)


def _material(bpy: Any, colour: Array, hidden: Array, *, is_lit: bool) -> Any:
    material = bpy.data.materials.new("sheet")
    if material.node_tree is None:  # before Blender 5
        material.use_nodes = True
    nodes, link = material.node_tree.nodes, material.node_tree.links.new
    nodes.clear()
    surface = nodes.new("ShaderNodeBsdfDiffuse" if is_lit else "ShaderNodeEmission")
    through, both = nodes.new("ShaderNodeBsdfTransparent"), nodes.new("ShaderNodeAddShader")
    link(_texture(bpy, nodes, colour).outputs["Color"], surface.inputs["Color"])
    link(_texture(bpy, nodes, hidden).outputs["Color"], through.inputs["Color"])
    link(surface.outputs[0], both.inputs[0])
    link(through.outputs[0], both.inputs[1])
    link(both.outputs[0], nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    return material


def _texture(bpy: Any, nodes: Any, values: Array) -> Any:
    """An image node of (H, W, 3) values as they are: linear light, no colour management."""
    height, width = values.shape[:2]
    image = bpy.data.images.new("texture", width, height, alpha=False, float_buffer=True)
    image.colorspace_settings.name = "Non-Color"
    rgba = np.ones((height, width, 4), np.float32)
    rgba[..., :3] = values[::-1]
    image.pixels.foreach_set(rgba.ravel())
    image.update()
    image.pack()
    node = nodes.new("ShaderNodeTexImage")
    node.image, node.interpolation, node.extension = image, "Linear", "EXTEND"
    return node


def _light_by(bpy: Any, world: Any, hdr: str, brightness: float) -> None:
    image = bpy.data.images.load(str(Path(hdr).resolve()))
    if world.node_tree is None:  # before Blender 5
        world.use_nodes = True
    nodes, link = world.node_tree.nodes, world.node_tree.links.new
    nodes.clear()
    sky, environment = nodes.new("ShaderNodeBackground"), nodes.new("ShaderNodeTexEnvironment")
    environment.image = image
    link(environment.outputs["Color"], sky.inputs["Color"])
    link(sky.outputs[0], nodes.new("ShaderNodeOutputWorld").inputs["Surface"])
    sky.inputs["Strength"].default_value = brightness / white_sheet(_pixels(image) @ LUMINANCE)


def white_sheet(luminance: Array) -> float:
    """Luminance of a white matt sheet that faces the camera, lit by an environment.

    Args:
        luminance: (H, W) of an equirectangular environment, zenith first; as Blender has it, its
            middle column lies at +X and the columns three quarters across at -Y, before the sheet.

    Returns:
        The mean over the half space before the sheet, weighted by the cosine (Lambert).
    """
    height, width = luminance.shape
    elevation = np.pi * (0.5 - (np.arange(height) + 0.5) / height)[:, None]
    azimuth = 2 * np.pi * (0.75 - (np.arange(width) + 0.5) / width)[None]
    facing = np.maximum(np.cos(azimuth) * np.cos(elevation), 0) * np.cos(elevation)
    return float((facing * luminance).sum() / facing.sum())


def _render(bpy: Any, camera: Any, distance_m: float | None) -> Array:
    """One picture, (H, W, 3) linear light; without a distance through a pinhole."""
    camera.dof.use_dof = distance_m is not None
    camera.dof.focus_distance = distance_m or 1.0
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "picture.exr")
        bpy.context.scene.render.filepath = path
        bpy.ops.render.render(write_still=True)
        image = bpy.data.images.load(path)
        pixels = _pixels(image)
        bpy.data.images.remove(image)
    return pixels


def _pixels(image: Any) -> Array:
    """(H, W, 3) float32 linear light, first row on top."""
    width, height = image.size
    values = np.empty(width * height * 4, np.float32)
    image.pixels.foreach_get(values)
    return np.ascontiguousarray(values.reshape(height, width, 4)[::-1, :, :3])
