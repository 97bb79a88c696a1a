"""The frames of a stack from their files, in the order of their focus."""

from __future__ import annotations

from dataclasses import replace

from focusstack_app.core.ahead import ahead
from focusstack_app.core.errors import InputError
from focusstack_app.core.frames import FrameSource, Pixels, Stack
from focusstack_app.core.fusion import FusionRequest
from focusstack_app.core.message import message
from focusstack_app.core.progress import Progress
from focusstack_app.engine.align import PROXY_SIDE_PX, proxy_of
from focusstack_app.engine.focus_order import focus_order
from focusstack_app.io.read import read_frame, read_proxy
from focusstack_app.io.reduce import fitted_size, reduced
from focusstack_app.io.spool import Held, Spool

_READERS = 2  # at a time; decoding takes more memory than what comes of it


def read_frames(
    request: FusionRequest, spool: Spool, progress: Progress
) -> tuple[FusionRequest, list[Held], list[Held], bytes | None]:
    """Read everything, a few frames ahead, and put it in the order of the focus.

    Returns:
        The request with its frames in that order, or itself where they came so; the pixels of all
        frames, their proxies for alignment, and the reference's profile.
    """
    several, side = len(request.stack) > 1, request.max_side_px

    def read(source: FrameSource) -> tuple[Pixels, Pixels | None, bytes | None]:
        """The pixels, the proxy and the profile."""
        # A preview's registration serves the render too, and is found as exactly.
        frame = read_frame(source) if side is None else read_proxy(source, max(side, PROXY_SIDE_PX))
        proxy = proxy_of(frame.pixels) if several else None
        pixels = frame.pixels
        if side is not None:
            pixels = reduced(pixels, fitted_size(*source.size_px, side))
        return pixels, proxy, frame.icc_profile

    frames: list[Held] = []
    proxies: list[Held] = []
    icc_profile = None
    sources = request.stack.sources
    progress.checkpoint()
    for index, (pixels, proxy, profile) in enumerate(ahead(read, sources, _READERS)):
        source = sources[index]
        if frames and pixels.shape != frames[0].shape:
            raise InputError(
                message(
                    "{file} is {width_px} x {height_px} px, the frames before it {before_width_px} "
                    "x {before_height_px}.",
                    file=source.path,
                    width_px=pixels.shape[1],
                    height_px=pixels.shape[0],
                    before_width_px=frames[0].shape[1],
                    before_height_px=frames[0].shape[0],
                ),
                message("Leave it out."),
            )
        if proxy is not None:
            proxies.append(spool.keep(proxy))
        if index == request.stack.reference:
            icc_profile = profile
        frames.append(spool.keep(pixels))
        progress.report((index + 1) / len(request.stack), message("Reading"))
    if not proxies:
        return request, frames, proxies, icc_profile
    order = focus_order(proxies, progress)
    frames, proxies = ([held[index] for index in order] for held in (frames, proxies))
    return _in_order(request, order), frames, proxies, icc_profile


def _in_order(request: FusionRequest, order: list[int]) -> FusionRequest:
    if order == sorted(order):
        return request
    stack, known = request.stack, request.registration
    return replace(
        request,
        stack=Stack(tuple(stack.sources[i] for i in order), order.index(stack.reference)),
        registration=known.taken(order) if known is not None else None,
    )
