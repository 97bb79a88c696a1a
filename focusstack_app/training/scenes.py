"""Random scenes whose sharp picture is known, and the command that renders them.

    python -m focusstack_app.training.scenes render --renderer lens --count 8 --size 1200x900 \
        --out DIR --backgrounds DIR [--cutouts DIR] [--hdrs DIR] [--kind matting|continuous] \
        [--frames N]

The kind "matting" is MattingMFIF (paper, section 3): five cut-outs at random position, size and
distance, a background that fills the view, one frame per sheet in focus. The kind "continuous" has
slanted and curved sheets and focuses in even steps. Each scene becomes a folder of `frame_*.png`,
`truth/pinhole.png` and `scene.json`; a folder that is there is not rendered again. `again` renders
such a `scene.json` anew, with either renderer.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from focusstack_app.training.blender import SAMPLES, render_blender
from focusstack_app.training.layers import MOST_POINTS, render_lens, with_faults
from focusstack_app.training.lens import Array
from focusstack_app.training.scene import Faults, Lens, SceneSpec, Sheet
from focusstack_app.training.srgb import to_srgb8

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff")
ENVIRONMENTS = (".hdr", ".exr")
SUBJECTS = 5
NEAR, FAR = 1.0, 0.1  # dioptres
FSTOPS = (1.3, 2.0)
SUBJECT_HEIGHTS = (0.4, 0.85)  # of the picture height

Renderer = Callable[[SceneSpec], tuple[list[Array], Array]]


@dataclass(frozen=True, slots=True)
class Library:
    """Picture files that scenes are made of.

    Attributes:
        cutouts: RGBA pictures; where there are none, procedural mattes cut photographs out.
        backgrounds: Photographs.
        hdrs: Environments.
    """

    cutouts: tuple[Path, ...]
    backgrounds: tuple[Path, ...]
    hdrs: tuple[Path, ...] = ()


def matting_scene(
    library: Library,
    size_px: tuple[int, int],
    seed: int,
    index: int,
    fstops: tuple[float, float] = FSTOPS,
) -> SceneSpec:
    """A scene of MattingMFIF: five subjects and a background, six frames.

    Args:
        library: Its pictures. Cut-outs and backgrounds come without repetition over consecutive
            `index` until all were used.
        size_px: (width, height).
        seed: Of the data set.
        index: Number of the scene.
        fstops: Least and largest.
    """
    rng = np.random.default_rng([seed, index])
    cutouts, aspect = _shuffled(library.cutouts, seed), size_px[1] / size_px[0]
    depths = np.sort(rng.uniform(0.25 * NEAR, NEAR, SUBJECTS))[::-1]
    sheets = []
    for number, depth in enumerate(depths):
        height = float(rng.uniform(*SUBJECT_HEIGHTS)) * aspect
        centre = (float(rng.uniform(-0.42, 0.42)), float(rng.uniform(-0.42, 0.42)) * aspect)
        flat = (float(depth), 0.0, 0.0, 0.0, 0.0, 0.0)
        if cutouts:
            path = cutouts[(index * SUBJECTS + number) % len(cutouts)]
            width = height * _aspect_of(path)
            shrunk = min(1.0, 0.6 / width)
            size = (width * shrunk, height * shrunk)
            sheets.append(Sheet(str(path), centre, size, flat, mirrored=bool(rng.random() < 0.5)))
        else:
            sheets.append(_procedural(library, rng, centre, (1.3 * height, height), flat))
    far = (float(rng.uniform(FAR, 1.5 * FAR)), 0.0, 0.0, 0.0, 0.0, 0.0)
    focus = (*(float(depth) for depth in depths), far[0])
    lens = Lens(round(float(rng.uniform(*fstops)), 2))
    backgrounds = _shuffled(library.backgrounds, seed)
    background = backgrounds[index % len(backgrounds)]
    return _scene("matting", library, rng, size_px, sheets, (background, far), lens, focus)


def continuous_scene(
    library: Library,
    size_px: tuple[int, int],
    seed: int,
    index: int,
    fstops: tuple[float, float] = FSTOPS,
    frames: int = 7,
) -> SceneSpec:
    """A scene of one to four slanted and curved sheets, focused in even steps of dioptres.

    Args:
        library: Its pictures.
        size_px: (width, height).
        seed: Of the data set.
        index: Number of the scene.
        fstops: Least and largest.
        frames: Number of focus distances.
    """
    rng = np.random.default_rng([seed, index])
    count, aspect = int(rng.integers(1, 5)), size_px[1] / size_px[0]
    edges = np.linspace(NEAR, FAR, count + 1)
    surfaces = []
    for near, far in itertools.pairwise(edges):
        slopes = rng.normal(0, 1, 5) * [1, 1, 0.5, 0.5, 0.5]
        # Every sheet keeps to its own range of distances, in the margin too: none is pierced.
        slopes *= (near - far) / 2 * rng.uniform(0.4, 0.8) / np.abs(slopes).sum()
        surfaces.append((float(near + far) / 2, *(float(slope) for slope in slopes)))
    sheets = []
    for surface in surfaces[:-1]:
        width = float(rng.uniform(0.5, 1.2))
        centre = (float(rng.uniform(-0.3, 0.3)), float(rng.uniform(-0.3, 0.3)) * aspect)
        sheets.append(_procedural(library, rng, centre, (width, width * aspect), surface))
    focus = tuple(float(f) for f in np.linspace(NEAR, FAR, frames))
    lens = Lens(round(float(rng.uniform(*fstops)), 2))
    background = library.backgrounds[int(rng.integers(len(library.backgrounds)))]
    return _scene(
        "continuous", library, rng, size_px, sheets, (background, surfaces[-1]), lens, focus
    )


def _scene(
    kind: str,
    library: Library,
    rng: np.random.Generator,
    size_px: tuple[int, int],
    sheets: Sequence[Sheet],
    background: tuple[Path, tuple[float, ...]],
    lens: Lens,
    focus: tuple[float, ...],
) -> SceneSpec:
    """The sheets with a background that fills the view and what blurred frames see beside it."""
    light = tuple(float(v) for v in 0.95 * np.exp(rng.normal(0, 0.05, 3)))
    hdr = str(library.hdrs[int(rng.integers(len(library.hdrs)))]) if library.hdrs else None
    anchor = (float(rng.random()), float(rng.random()))
    far = Sheet(str(background[0]), (0.0, 0.0), (1.0, 1.0), background[1], None, anchor)
    seed = int(rng.integers(2**31))
    scene = SceneSpec(kind, size_px, (*sheets, far), lens, focus, light, hdr, Faults(), seed)
    width, height = size_px
    margin = 2 * scene.margin_px() + 2
    filling = replace(far, size=((width + margin) / width, (height + margin) / width))
    return replace(scene, sheets=(*sheets, filling))


def _procedural(
    library: Library,
    rng: np.random.Generator,
    centre: tuple[float, float],
    size: tuple[float, float],
    dioptres: tuple[float, ...],
) -> Sheet:
    """A photograph that a procedural matte cuts out."""
    texture = library.backgrounds[int(rng.integers(len(library.backgrounds)))]
    anchor = (float(rng.random()), float(rng.random()))
    return Sheet(str(texture), centre, size, dioptres, int(rng.integers(2**31)), anchor)


def _shuffled(paths: Sequence[Path], seed: int) -> list[Path]:
    return [paths[int(at)] for at in np.random.default_rng(seed).permutation(len(paths))]


def _aspect_of(path: Path) -> float:
    """Width over height of a picture."""
    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if picture is None:
        raise ValueError(f"{path} cannot be read")
    return float(picture.shape[1] / picture.shape[0])


def write_scene(scene: SceneSpec, folder: Path, renderer: Renderer) -> bool:
    """Render a scene into a folder that appears when it is complete.

    Returns:
        False if the folder was there already.
    """
    if folder.exists():
        return False
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    shutil.rmtree(part, ignore_errors=True)
    (part / "truth").mkdir(parents=True)
    lights, truth = renderer(scene)
    frames = with_faults([to_srgb8(light) for light in lights], scene.faults, scene.seed)
    digits = len(str(len(frames)))
    for number, frame in enumerate(frames, 1):
        _write(part / f"frame_{number:0{digits}d}.png", frame)
    _write(part / "truth" / "pinhole.png", to_srgb8(truth))
    (part / "scene.json").write_text(scene.to_json(), encoding="utf-8")
    part.rename(folder)
    return True


def _write(path: Path, picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> None:
    if not cv2.imwrite(str(path), picture[:, :, ::-1]):
        raise OSError(f"{path} cannot be written")


def files_in(folder: Path | None, suffixes: tuple[str, ...]) -> tuple[Path, ...]:
    """Files below a folder with one of the suffixes, by name; none where there is no folder."""
    if folder is None:
        return ()
    return tuple(sorted(p for p in folder.rglob("*") if p.suffix.lower() in suffixes))


def main(argv: Sequence[str] | None = None) -> int:
    """The command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="focusstack_app.training.scenes")
    commands = parser.add_subparsers(required=True, dest="command")
    render = commands.add_parser("render", help="render random scenes; resumes")
    render.add_argument("--kind", choices=("matting", "continuous"), default="matting")
    render.add_argument("--count", type=int, required=True)
    render.add_argument("--size", default="1200x900", help="WIDTHxHEIGHT (default: %(default)s)")
    render.add_argument("--frames", type=int, default=7, help="of continuous scenes (default: 7)")
    render.add_argument("--backgrounds", type=Path, required=True, help="folder of photographs")
    render.add_argument("--every", type=int, help="only each n-th background, from the first")
    render.add_argument("--cutouts", type=Path, help="folder of RGBA pictures")
    render.add_argument("--hdrs", type=Path, help="folder of environments, for Blender")
    render.add_argument("--seed", type=int, default=0)
    render.add_argument("--fstops", type=float, nargs=2, default=FSTOPS, metavar=("LEAST", "MOST"))
    render.add_argument("--noise", type=float, default=0.0, help="display-encoded")
    render.add_argument("--jpeg", type=int, help="quality")
    render.add_argument("--shift", type=float, default=0.0, help="misregistration in px")
    render.add_argument("--drift", type=float, default=0.0, help="of the exposure, in EV")
    again = commands.add_parser("again", help="render scenes that are described; resumes")
    again.add_argument("scenes", nargs="+", type=Path, help="scene.json files")
    for command in (render, again):
        command.add_argument("--out", type=Path, required=True)
        command.add_argument("--renderer", choices=("lens", "blender"), default="lens")
        command.add_argument("--quality", type=int, help="lens points, or samples of Blender")
        command.add_argument("--threads", type=int, default=0, help="of Blender; 0: all")
    args = parser.parse_args(argv)
    renderer = _renderer(args.renderer, args.quality, args.threads)
    if args.command == "again":
        for path in args.scenes:
            spec = SceneSpec.from_json(path.read_text(encoding="utf-8"))
            name = path.parent.name if path.stem == "scene" else path.stem
            _show(write_scene(spec, args.out / f"{args.renderer}_{name}", renderer), name)
        return 0
    width, _, height = args.size.partition("x")
    if not (width.isdigit() and height.isdigit()):
        parser.error(f"--size wants WIDTHxHEIGHT, not {args.size!r}")
    library = Library(
        files_in(args.cutouts, (".png",)),
        files_in(args.backgrounds, PICTURES)[:: args.every],
        files_in(args.hdrs, ENVIRONMENTS),
    )
    if not library.backgrounds:
        parser.error(f"no pictures in {args.backgrounds}")
    faults = Faults(args.noise, args.jpeg, args.shift, args.drift)
    make: Callable[..., SceneSpec] = matting_scene
    if args.kind == "continuous":
        make = functools.partial(continuous_scene, frames=args.frames)
    for index in range(args.count):
        spec = make(library, (int(width), int(height)), args.seed, index, tuple(args.fstops))
        folder = args.out / f"{args.renderer}_{args.kind}_{args.seed}_{index:04d}"
        made = write_scene(replace(spec, faults=faults), folder, renderer)
        _show(made, folder.name)
    return 0


def _show(made: bool, name: str) -> None:
    sys.stderr.write(f"{name}: {'rendered' if made else 'there already'}\n")


def _renderer(name: str, quality: int | None, threads: int) -> Renderer:
    if name == "lens":
        return lambda scene: render_lens(scene, quality or MOST_POINTS)
    return lambda scene: render_blender(scene, quality or SAMPLES, threads)


if __name__ == "__main__":
    raise SystemExit(main())
