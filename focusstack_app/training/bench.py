"""Measure a whole fusion on this machine: where the time goes, and how much of the machine it uses.

    python -m focusstack_app.training.bench --frames 7 --megapixels 24 --device cpu --json OUT

It makes its own frames, JPEG files in a temporary folder, each sharp in a band of its own and a
little larger than the one before it, and fuses them as `focusstack fuse` does. What the network
reaches is compared with a product of two large matrices on the same device, measured right after.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import shutil
import subprocess
import tempfile
import threading
import time
import typing
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import cv2
import numpy as np

from focusstack_app.core.ahead import ahead
from focusstack_app.core.fusion import DEFAULT_MODEL_ID, DeviceChoice, FusionRequest, Method
from focusstack_app.core.memory import keep_freed_memory
from focusstack_app.core.progress import Progress
from focusstack_app.jobs.fuse import fuse_stack, load_model
from focusstack_app.jobs.opening import open_stack
from focusstack_app.training.watched import Part, WatchedModel

_MATRIX, _CARD_MATRIX = 2048, 8192
_MATMUL_S = 1.0
_SAMPLE_S = 0.2  # between two looks at the card's memory
_BREATHING = 0.002  # growth per frame


@dataclass(slots=True)
class Measured:
    """What was measured.

    Attributes:
        frames: How many.
        width_px: Of a frame.
        height_px: Of a frame.
        device: Where the network ran.
        model: Id and version, or the method's name.
        seconds: From the paths to the picture in memory.
        timings_s: Wall clock per stage.
        cpu_s: Processor time per stage, all threads.
        peak_memory_bytes: Of the process, after the fusion.
        spooled_bytes: Temporary files.
        peak_card_bytes: Growth of what is in use on the card; None without an NVIDIA card.
        matmul_gmac_s: A product of matrices on the same device; None if that cannot be measured.
        parts: Of the network.
    """

    frames: int
    width_px: int
    height_px: int
    device: str
    model: str
    seconds: float
    timings_s: dict[str, float]
    cpu_s: dict[str, float]
    peak_memory_bytes: int
    spooled_bytes: int
    peak_card_bytes: int | None = None
    matmul_gmac_s: float | None = None
    parts: dict[str, Part] = field(default_factory=dict)


def make_frames(folder: Path, count: int, megapixels: float) -> None:
    """Write frames of 3 : 2 as JPEG files."""
    width = 2 * round(math.sqrt(megapixels * 1.5e6) / 2)
    height = 2 * round(width / 3)
    rng = np.random.default_rng(0)
    sharp = np.full((height, width, 3), 24, np.uint8)
    for step in (2, 7, 40):
        size = (math.ceil(height / step), math.ceil(width / step), 3)
        noise = rng.integers(0, 70, size, np.uint8)
        sharp += np.asarray(cv2.resize(noise, (width, height)), np.uint8)
    blurred = cv2.GaussianBlur(sharp, (0, 0), 4.0)

    def write(index: int) -> None:
        soft = blurred.copy()
        band = slice(width * index // count, width * (index + 1) // count)
        soft[:, band] = sharp[:, band]
        grown = cv2.getRotationMatrix2D((width / 2, height / 2), 0, 1 + _BREATHING * index)
        frame = cv2.warpAffine(soft, grown, (width, height), borderMode=cv2.BORDER_REFLECT)
        quality = [cv2.IMWRITE_JPEG_QUALITY, 92]
        if not cv2.imwrite(str(folder / f"frame_{index:03d}.jpg"), frame, quality):
            raise OSError(f"{folder} cannot be written")

    for _ in ahead(write, range(count)):
        pass


def bench(
    frames: int,
    megapixels: float,
    *,
    method: Method = Method.VAEEDOF,
    device: DeviceChoice = "auto",
    model_id: str = DEFAULT_MODEL_ID,
    memory_bytes: int | None = None,
    runs: int = 1,
) -> Measured:
    """Make frames, fuse them, and measure.

    Args:
        frames: How many.
        megapixels: Of a frame.
        method: Method.
        device: Where the network runs.
        model_id: An installed model.
        memory_bytes: As for `FusionRequest`.
        runs: How often they are fused; the last time is measured.

    Raises:
        FocusStackError: If the model or the device cannot be used.
        OSError: If the frames cannot be written.
    """
    parts: dict[str, Part] = {}
    with tempfile.TemporaryDirectory(prefix="focusstack-bench-") as name:
        folder = Path(name)
        # In a process of its own, so that its memory does not count.
        maker = multiprocessing.get_context("spawn").Process(
            target=make_frames, args=(folder, frames, megapixels)
        )
        maker.start()
        maker.join()
        if maker.exitcode != 0:
            raise OSError(f"the frames could not be made in {folder}")
        for _ in range(runs):
            parts.clear()
            started = time.perf_counter()
            request = FusionRequest(
                open_stack([folder]).stack,
                method=method,
                device=device,
                model_id=model_id,
                memory_bytes=memory_bytes,
            )
            with _card_memory() as card:
                result = fuse_stack(
                    request, Progress(), lambda asked: WatchedModel(load_model(asked), parts)
                )
            seconds = time.perf_counter() - started
    width_px, height_px = request.stack.sources[0].size_px
    measured = Measured(
        frames,
        width_px,
        height_px,
        result.device,
        result.model,
        seconds,
        dict(result.timings_s),
        dict(result.cpu_s),
        result.peak_memory_bytes,
        result.spooled_bytes,
        parts=parts,
    )
    if card:
        measured.peak_card_bytes = max(card) - card[0]
    if parts:
        # PyTorch would have counted as memory of the fusion.
        from focusstack_app.inference.manifest import find_model
        from focusstack_app.training.reconstruction import onnx_gmac

        manifest = find_model(model_id)
        for part, watched in parts.items():
            cells = manifest.tile_px // (1 if part == "encoder" else manifest.scale)
            graph = manifest.folder / f"{part}.onnx"
            watched.gmac = sum(
                tiles / watched.tiles * onnx_gmac(graph, cells, cells, frames)
                for frames, tiles in watched.tiles_of.items()
            )
        measured.matmul_gmac_s = matmul_gmac_s(result.device)
    return measured


def matmul_gmac_s(device: str) -> float | None:
    """10^9 multiply-accumulates per second of a product of two square matrices.

    Of single precision on the processor, of half precision on a card, as the network is.

    Args:
        device: `FusionModel.device`.

    Returns:
        The best of a second; None for a device on which it cannot be measured.
    """
    import torch

    if device.startswith("CPU"):
        one = torch.rand(_MATRIX, _MATRIX)
        return _best_gmac_s(lambda: one @ one, _MATRIX)
    if not torch.cuda.is_available():
        return None
    other = torch.rand(_CARD_MATRIX, _CARD_MATRIX, device="cuda").half()

    def product() -> None:
        _ = other @ other
        torch.cuda.synchronize()

    return _best_gmac_s(product, _CARD_MATRIX)


def _best_gmac_s(product: Callable[[], object], side: int) -> float:
    best, deadline = math.inf, time.perf_counter() + _MATMUL_S
    while time.perf_counter() < deadline:
        start = time.perf_counter()
        product()
        best = min(best, time.perf_counter() - start)
    return side**3 / best / 1e9


@contextmanager
def _card_memory() -> Iterator[list[int]]:
    """Bytes in use on the first NVIDIA card, a sample now and then; none without a card."""
    samples: list[int] = []
    over = threading.Event()

    def sample() -> None:
        while not over.wait(_SAMPLE_S):
            samples.extend(_card_bytes())

    samples.extend(_card_bytes())
    if not samples:
        yield samples
        return
    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        yield samples
    finally:
        over.set()
        sampler.join()


def _card_bytes() -> list[int]:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    call = [tool, "--query-gpu=memory.used", "--format=csv,noheader,nounits"]
    told = subprocess.run(call, capture_output=True, text=True, check=False)
    lines = told.stdout.split() if told.returncode == 0 else []
    return [int(lines[0]) * 2**20] if lines and lines[0].isdigit() else []


def as_markdown(measured: Measured) -> str:
    """Two tables: the stages, and the parts of the network."""
    card = measured.peak_card_bytes
    lines = [
        f"{measured.frames} frames of {measured.width_px} x {measured.height_px} pixels with "
        f"{measured.model} on {measured.device}: {measured.seconds:.1f} s, "
        f"{measured.peak_memory_bytes / 1e9:.2f} GB of memory"
        + (f", {card / 1e9:.2f} GB on the card" if card is not None else "")
        + f", {measured.spooled_bytes / 1e9:.2f} GB of temporary files.",
        "",
        "| stage | s | CPU s |",
        "|---|---|---|",
        *(
            f"| {stage} | {seconds:.2f} | {measured.cpu_s[stage]:.2f} |"
            for stage, seconds in measured.timings_s.items()
        ),
    ]
    if measured.parts:
        speed = measured.matmul_gmac_s
        lines += [
            "",
            "| network | calls | s | GMAC per tile | GMAC/s | of a matrix product |",
            "|---|---|---|---|---|---|",
            *(
                f"| {name} | {part.calls} | {part.seconds:.2f} | {part.gmac:.2f} | "
                f"{part.gmac_s:.1f} | {f'{part.gmac_s / speed:.0%}' if speed else 'unknown'} |"
                for name, part in measured.parts.items()
            ),
        ]
        if speed:
            lines += ["", f"A product of two matrices reaches {speed:.1f} GMAC/s."]
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="focusstack_app.training.bench")
    parser.add_argument("--frames", type=int, default=7, help="(default: %(default)s)")
    parser.add_argument("--megapixels", type=float, default=24.0, help="(default: %(default)s)")
    parser.add_argument("--method", choices=[str(m) for m in Method], default=str(Method.VAEEDOF))
    parser.add_argument("--device", choices=typing.get_args(DeviceChoice), default="auto")
    parser.add_argument("--model", default=DEFAULT_MODEL_ID, help="(default: %(default)s)")
    parser.add_argument("--memory", type=float, metavar="GB", help="as for focusstack fuse")
    parser.add_argument("--runs", type=int, default=1, help="the last is told (default: 1)")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args(argv)
    if args.frames < 2 or not 0.01 <= args.megapixels <= 200 or args.runs < 1:
        parser.error("at least 2 frames, of 0.01 to 200 megapixels, and one run")
    keep_freed_memory()  # as the command line does
    measured = bench(
        args.frames,
        args.megapixels,
        method=Method(args.method),
        device=args.device,
        model_id=args.model,
        memory_bytes=None if args.memory is None else int(args.memory * 1e9),
        runs=args.runs,
    )
    print(as_markdown(measured))  # noqa: T201 - the command's result
    if args.json is not None:
        report = asdict(measured)
        for name, part in measured.parts.items():
            report["parts"][name]["gmac_s"] = part.gmac_s
        args.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
