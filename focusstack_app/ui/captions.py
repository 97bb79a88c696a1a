"""What the viewer shows and what is open, in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from focusstack_app.core.frames import FrameSource
from focusstack_app.core.fusion import FusionResult
from focusstack_app.engine.pixels import as_uint16
from focusstack_app.io.bit_depth import rounded_to_8
from focusstack_app.io.icc import converted, rec2020_profile, srgb_profile
from focusstack_app.ui.frames_model import FramesModel
from focusstack_app.ui.outputs import Output
from focusstack_app.ui.picture import DisplayPicture, rgb_space
from focusstack_app.ui.previewing import Previewer
from focusstack_app.ui.refining import Quality, Refiner
from focusstack_app.ui.translation import tr
from focusstack_app.ui.wording import (
    bytes_text,
    count_text,
    memory_estimate_bytes,
    request_text,
    result_text,
    size_text,
)


def output_caption(output: Output) -> str:
    """For example "Output 1 · 1500 × 1000 · VAEEDOF faithful"."""
    made = result_text(output.result)
    return f"{output.name} · {size_text(*output.size_px)} · {made}"


def source_caption(source: FrameSource | None, frames: FramesModel) -> str:
    """For example "Source 3 of 7 · frame_3.jpg"."""
    if source is None:
        return ""
    count = frames.rowCount()
    row = next((row for row in range(count) if frames.source(row) is source), 0)
    place = tr("Source {number} of {count}").format(number=row + 1, count=count)
    return f"{place} · {source.path.name}"


def pixel_text(
    x_px: float, y_px: float, picture: DisplayPicture, result: FusionResult | None
) -> str:
    """Place and value of a pixel: "x 812, y 430   R 40211  G 30100  B 12003".

    The value is that in a file with the colours of the frames; of RAW it is in sRGB, as there.

    Args:
        x_px: In the full picture, inside it.
        y_px: In the full picture, inside it.
        picture: What is on the screen, for 8-bit values.
        result: The output that it shows, for 16-bit values.
    """
    if result is not None:
        numbers = result.picture[int(y_px), int(x_px)]
    else:
        level, (width, height) = picture.memory[0], picture.full_size_px
        row = int(y_px / height * level.shape[0])
        numbers = level[row, int(x_px / width * level.shape[1]), 2::-1]
    if picture.space == rgb_space(rec2020_profile()):
        pixel = as_uint16(numbers[np.newaxis, np.newaxis])
        in_file = converted(pixel, rec2020_profile(), srgb_profile())
        numbers = (in_file if result is not None else rounded_to_8(in_file))[0, 0]
    red, green, blue = numbers
    return f"x {int(x_px)}, y {int(y_px)}   R {red}  G {green}  B {blue}"


def preview_caption(
    previewer: Previewer, refiner: Refiner, source: FrameSource | None, frames: FramesModel
) -> str:
    """For example "Quick preview · zoom in for full quality · …", "Preview · full quality here …".

    Before the first preview is there, the source that is shown in its place is named; one of some
    of the frames is called rough, and after a change, the old preview is called old. What is made
    of a few frames until the others are read is a first look.
    """
    preview = previewer.preview
    if preview is None:
        return f"{source_caption(source, frames)} · {_news(previewer, frames)}"
    if previewer.outdated:
        before = tr("Preview before the change")
        return f"{before} · {_news(previewer, frames)}"
    if preview.rough:
        rough = tr("Rough preview: {count} of {all} frames").format(
            count=len(preview.request.stack), all=len(preview.asked.stack)
        )
        return f"{rough} · {_news(previewer, frames)}"
    quick = tr("First look, from a few frames") if refiner.glimpsed else tr("Quick preview")
    percent = tr("{percent} %").format(percent=int(refiner.fraction * 100))
    match refiner.quality:
        case Quality.QUICK if refiner.offers_more:
            parts = [quick, tr("zoom in for full quality")]
        case Quality.QUICK:
            parts = [quick]
        case Quality.GLIMPSING:
            parts = [quick, tr("first look, {percent}").format(percent=percent)]
        case Quality.PREPARING:
            parts = [quick, tr("reading full size, {percent}").format(percent=percent)]
        case Quality.REFINING:
            refining = tr("refining to full quality, {percent}")
            shown = quick if refiner.glimpsed else tr("Preview")
            parts = [shown, refining.format(percent=percent)]
        case Quality.FULL:
            parts = [tr("Preview"), tr("full quality here")]
    return " · ".join([*parts, request_text(preview.request)])


def waiting_note(previewer: Previewer) -> str:
    """What is to be said over a frame that is shown because there is no preview yet."""
    if previewer.preview is not None or not previewer.busy or previewer.held:
        return ""
    percent = int(previewer.fraction * 100)
    return tr("This is one frame; the preview of all is on its way: {percent} %").format(
        percent=percent
    )


def fact_list(
    frames: FramesModel, included: Sequence[FrameSource], device: str | None
) -> list[str]:
    """Frames, size, memory and device, for the status bar; empty where nothing is open."""
    count = frames.rowCount()
    if count == 0:
        return []
    facts = [count_text(count, "frame")]
    if len(included) < count:
        facts = [tr("{included} of %n frame(s) included", "", count).format(included=len(included))]
    facts.append(f"{size_text(*frames.source(0).size_px)} px")
    if included:
        memory = bytes_text(memory_estimate_bytes(included))
        facts.append(tr("needs about {memory}").format(memory=memory))
    facts.append(device or tr("device: automatic"))
    return facts


def _news(previewer: Previewer, frames: FramesModel) -> str:
    if not frames.included():
        return tr("no frame is included")
    if not previewer.busy:
        return tr("no preview")
    if previewer.held:
        return tr("the preview waits for the render")
    return tr("preview {percent} %").format(percent=int(previewer.fraction * 100))
