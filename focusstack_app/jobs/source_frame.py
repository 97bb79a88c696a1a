"""One source frame of a result, as it lay under the fusion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.frames import Pixels
from focusstack_app.core.fusion import FusionResult, Placement
from focusstack_app.core.message import message
from focusstack_app.core.progress import Progress
from focusstack_app.engine.pixels import as_uint16
from focusstack_app.engine.resampling import projected, resample, within
from focusstack_app.io.icc import rec2020_profile
from focusstack_app.io.read import read_frame


def read_source_frame(result: FusionResult, index: int, progress: Progress) -> NDArray[np.uint16]:
    """Read a frame, aligned, evened out in exposure and cropped as the result was.

    Args:
        result: Whose frame; rendered at full size.
        index: Position in its stack.
        progress: Reported on the calling thread.

    Returns:
        (H, W, 3) uint16, display-encoded, of the size of the result's picture.

    Raises:
        InputError: If the file is gone or was changed since.
        Cancelled: If the user stopped it.
    """
    stack, placement = result.request.stack, result.placement
    # A result that was joined, or lost its other frames, is still in what it was fused in.
    narrow = not stack.all_raw or result.icc_profile != rec2020_profile()
    progress.report(0.0, message("Reading"))
    chain = [index]  # towards the reference, as far as a neighbour fills in what a frame lacks
    if placement is not None:
        step = -1 if index > stack.reference else 1
        while chain[-1] in placement.moved and not _shown(result, placement, chain[-1]):
            chain.append(chain[-1] + step)
    aligned: Pixels | None = None
    for number, frame in enumerate(reversed(chain), start=1):
        pixels = read_frame(stack.sources[frame], narrow=narrow).pixels
        progress.report((number - 0.5) / len(chain), message("Aligning"))
        if placement is not None and frame in placement.moved:
            beside = pixels if aligned is None else aligned
            matrix, gains = placement.frame_from_reference[frame], placement.gains[frame]
            pixels = resample(pixels, matrix, gains, beside, progress)
        aligned = pixels
        progress.report(number / len(chain), message("Reading"))
    assert aligned is not None
    height, width = result.picture.shape[:2]
    top, left = (placement.top_px, placement.left_px) if placement is not None else (0, 0)
    return as_uint16(aligned[top : top + height, left : left + width])


def _shown(result: FusionResult, placement: Placement, index: int) -> bool:
    """Whether the moved frame itself shows all of the picture."""
    height, width = result.picture.shape[:2]
    source = result.request.stack.sources[index]
    down = (placement.top_px, placement.top_px + height - 1)
    across = (placement.left_px, placement.left_px + width - 1)
    corners = np.array([[float(x), float(y)] for x in across for y in down])
    x, y = projected(corners, placement.frame_from_reference[index]).T
    return bool(within(x, y, (source.height_px, source.width_px)).all())
