"""Stereo views of a result, from its depth."""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from focusstack_app.core.fusion import FusionResult
from focusstack_app.core.model import FloatArray
from focusstack_app.core.output import Stereo, StereoKind
from focusstack_app.core.progress import Checkpoint
from focusstack_app.engine.depth_map import filled
from focusstack_app.engine.pixels import reduced_to
from focusstack_app.engine.stereo import anaglyph, guess_nearest_first, nearness, seen_from
from focusstack_app.io.bit_depth import rounded_to_8
from focusstack_app.io.icc import converted, srgb_profile
from focusstack_app.jobs.maps import depth_of

ROCKING_MS = 60  # that a frame of an animation is shown
_ROCKING_FRAMES = 24  # from side to side and back
_ROCKING_SIDE_PX = 900


def nearest_first_of(result: FusionResult) -> bool:
    """Whether the first frame is focused nearest: as measured, or else by a guess.

    Args:
        result: It has a provenance.
    """
    if result.nearest_first is not None:
        return result.nearest_first
    return guess_nearest_first(depth_of(result))


def nearness_of(
    result: FusionResult,
    nearest_first: bool | None = None,
    checkpoint: Checkpoint = lambda: None,
) -> FloatArray:
    """How near each pixel is; see `engine.stereo.nearness`.

    Args:
        result: What was fused; a single frame is flat.
        nearest_first: Whether its first frame is focused nearest; None: what it says.
        checkpoint: Called now and then; may raise to stop.
    """
    steps = len(result.request.stack) - 1
    if result.provenance is None or steps == 0:
        return np.zeros(result.picture.shape[:2], np.float32)
    if nearest_first is None:
        nearest_first = nearest_first_of(result)
    place = filled(depth_of(result), result.picture, checkpoint)
    return nearness(place, steps, nearest_first=nearest_first, checkpoint=checkpoint)


def stereo_picture(
    result: FusionResult, stereo: Stereo, checkpoint: Checkpoint = lambda: None
) -> tuple[NDArray[np.uint16], bytes | None]:
    """Both views of a result as one picture.

    An anaglyph is made in sRGB, near whose primaries those of screens are: in other colour spaces
    each eye's light would be part of the other's on the screen.

    Args:
        result: What was fused.
        stereo: Any kind but an animation.
        checkpoint: Called now and then; may raise to stop.

    Returns:
        Side by side (H, 2 W, 3), or (H, W, 3) of an anaglyph; and the profile of that, None for
        sRGB without one.
    """
    picture, icc_profile = result.picture, result.icc_profile
    if stereo.kind is StereoKind.ANAGLYPH and icc_profile not in (None, srgb_profile()):
        picture = converted(picture, icc_profile, srgb_profile(), checkpoint)
        icc_profile = srgb_profile()
    height, width = picture.shape[:2]
    near = nearness_of(result, stereo.nearest_first, checkpoint)
    # What is near lies further to the right for the left eye.
    shift_px = stereo.parallax * width / 2
    if stereo.kind is StereoKind.ANAGLYPH:
        left, right = (seen_from(picture, near, (s, 0), checkpoint) for s in (shift_px, -shift_px))
        return anaglyph(left, right, checkpoint), icc_profile
    if stereo.kind is StereoKind.CROSSED:
        shift_px = -shift_px
    both = np.empty((height, 2 * width, 3), np.uint16)
    both[:, :width] = seen_from(picture, near, (shift_px, 0), checkpoint)
    both[:, width:] = seen_from(picture, near, (-shift_px, 0), checkpoint)
    return both, icc_profile


def rocking_frames(
    result: FusionResult, stereo: Stereo, checkpoint: Checkpoint = lambda: None
) -> Iterator[NDArray[np.uint8]]:
    """A small picture from one side to the other and back, (H, W, 3) sRGB each.

    Between its ends what is nearest moves twice as far as between the eyes of a pair, which is
    seen in turn here and not at once.
    """
    picture = reduced_to(result.picture, _ROCKING_SIDE_PX)
    near = nearness_of(result, stereo.nearest_first, checkpoint)
    # Means would make slopes of steps.
    size, nearest = picture.shape[1::-1], cv2.INTER_NEAREST
    small = np.asarray(cv2.resize(near, size, interpolation=nearest), np.float32)
    picture = converted(picture, result.icc_profile, srgb_profile(), checkpoint)
    swing_px = stereo.parallax * picture.shape[1]
    for number in range(_ROCKING_FRAMES):
        checkpoint()
        aside = math.sin(2 * math.pi * number / _ROCKING_FRAMES)
        yield rounded_to_8(seen_from(picture, small, (swing_px * aside, 0.0), checkpoint))
