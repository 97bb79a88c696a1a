"""Where one stack ends and the next begins in a folder of frames; from header facts only."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from focusstack_app.core.frames import FrameSource
from focusstack_app.core.pages import file_of, page_of
from focusstack_app.io.orientation import stored_size

# A pause ends a stack when it is long in itself and long beside the pauses within stacks: a rail
# with flash takes several seconds per frame, a bracketing camera a fraction of one.
_LEAST_PAUSE_S = 5.0
_PAUSES = 5.0
_CLOCK_S = 1.0  # most cameras write whole seconds, and not always in order

# Nobody turns a camera as quickly; one that looks down says now this and now that.
_LEAST_TURN_S = 2.0
_TURN_PAUSES = 2.0

# Focus runs one way within a stack; a step back over more than half of the way starts the next.
_LEAST_RUN = 3
_BACK_SHARE = 0.5


def grouped(
    sources: Sequence[FrameSource], longest_s: float | None = None
) -> list[tuple[FrameSource, ...]]:
    """Split frames into stacks, in order; nothing is left out and nothing moved.

    A stack ends before a frame of another size, camera or focal length, after a pause, where time
    runs backwards, where the camera was turned, where focus jumps back, and with the file that
    holds it all. What a header does not say never ends a stack.

    Args:
        sources: Frames in the order in which they were taken.
        longest_s: The longest pause within a stack; by default as these frames tell it.
    """
    if not sources:
        return []
    usual_s = _usual_pause_s(sources)
    longest_s = longest_pause_s(sources) if longest_s is None else longest_s
    turn_s = max(_LEAST_TURN_S, _TURN_PAUSES * usual_s)
    groups = [[sources[0]]]
    for before, after in pairwise(sources):
        pause_s = _pause_s(before, after)
        if (
            not _alike(before, after)
            or (before.orientation != after.orientation and (pause_s is None or pause_s > turn_s))
            or (pause_s is not None and not -_CLOCK_S <= pause_s <= longest_s)
            or _jumps_back(groups[-1], after)
        ):
            groups.append([])
        groups[-1].append(after)
    return [tuple(group) for group in groups]


def longest_pause_s(sources: Sequence[FrameSource]) -> float:
    """After how many seconds without a frame a stack among these frames has ended.

    Args:
        sources: Frames in the order in which they were taken.
    """
    return max(_LEAST_PAUSE_S, _PAUSES * _usual_pause_s(sources))


def as_taken(sources: Sequence[FrameSource]) -> tuple[FrameSource, ...]:
    """Frames in the order of their names, but from where the numbers of the camera began anew.

    After 9999 comes 0001, which the names put in front. Where the times do not tell that this is
    what happened, the frames stay as they are.
    """
    times = [source.captured_at for source in sources]
    back = [
        number
        for number, (before, after) in enumerate(pairwise(times), start=1)
        if before is not None and after is not None and after < before
    ]
    if len(back) != 1 or not times[0] or not times[-1] or times[-1] > times[0]:
        return tuple(sources)
    return (*sources[back[0] :], *sources[: back[0]])


def _alike(one: FrameSource, other: FrameSource) -> bool:
    if file_of(one.path) != file_of(other.path) and (page_of(one.path) or page_of(other.path)):
        return False
    return (stored_size(one), one.camera, one.focal_length_mm) == (
        stored_size(other),
        other.camera,
        other.focal_length_mm,
    )


def _pause_s(before: FrameSource, after: FrameSource) -> float | None:
    """From the end of one exposure to the start of the next."""
    if before.captured_at is None or after.captured_at is None:
        return None
    between_s = (after.captured_at - before.captured_at).total_seconds()
    return between_s - (before.exposure_s or 0.0) if between_s > 0 else between_s


def _usual_pause_s(sources: Sequence[FrameSource]) -> float:
    pauses = [_pause_s(before, after) for before, after in pairwise(sources)]
    return median([max(pause, 0.0) for pause in pauses if pause is not None] or [0.0])


def _jumps_back(group: Sequence[FrameSource], after: FrameSource) -> bool:
    distances = [frame.focus_distance_m for frame in (group[0], group[-1], after)]
    if len(group) < _LEAST_RUN or not all(distances):
        return False
    first, last, next_ = (1.0 / distance for distance in distances if distance)  # dioptres
    way, step = last - first, next_ - last
    return way * step < 0 and abs(step) > _BACK_SHARE * abs(way)
