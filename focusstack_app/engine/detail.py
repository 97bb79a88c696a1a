"""What the detail of frames says about the network's choice, in cells.

In faint texture the network may be sure of what is in focus (the carriers), and yet take the mean
of many frames, soft ones among them: of a long stack, each group that is fused has a share there.
What shows less detail than the frame that is in focus counts less. Frames that are as sharp stay,
as their mean has less noise; and where the one in focus shows nothing but noise, all stay.
"""

from __future__ import annotations

from collections.abc import Sequence

from focusstack_app.core.kinds import namespace
from focusstack_app.core.model import FloatArray
from focusstack_app.engine.filters import dilated
from focusstack_app.engine.overview import plainness

BESIDE_CELLS = 4  # of what is plain: there the decoded picture is no better
_AT_ODDS = 0.25  # weight that goes to other frames
_FLOOR = 1e-6
_TINY = 1e-20  # of a variance, squared


def without_soft(
    weights: Sequence[FloatArray],
    carriers: Sequence[FloatArray],
    variances: Sequence[FloatArray],
    over_noise: Sequence[FloatArray],
) -> list[FloatArray]:
    """Take weight from frames that are softer than what is in focus, by the cube of their detail.

    Args:
        weights: N of (h, w), the contribution of each frame.
        carriers: N of (h, w), what of the scene is in focus in which frame.
        variances: N of (h, w), of the fine detail of each frame.
        over_noise: N of (h, w), detail as a multiple of noise: both as in `overview.Detail`.

    Returns:
        N of (h, w), sum 1.
    """
    xp = namespace(weights[0])
    focused, shown, known = (xp.zeros_like(weights[0]) for _ in range(3))
    for carrier, variance, over in zip(carriers, variances, over_noise, strict=True):
        share = carrier * variance  # what shows nothing has little to say
        focused += share * variance
        shown += share * over
        known += share
    known = xp.clip(known, _TINY, None)
    focused = xp.clip(focused / known, _TINY, None)
    told = 1 - plainness(shown / known)
    left = []
    for weight, carrier, variance in zip(weights, carriers, variances, strict=True):
        sharp = xp.clip(variance / focused, None, 1)
        # What is surely in focus stays, though the edge of something else lies beside it.
        stays = xp.maximum(sharp * sharp * sharp, xp.clip(2 * carrier - 1, 0, None))
        left.append(weight * (1 - told * (1 - stays)) + _FLOOR)
    total = sum(left[1:], start=left[0])
    return [weight / total for weight in left]


def plain_parts(
    weights: Sequence[FloatArray],
    carriers: Sequence[FloatArray],
    over_noise: Sequence[FloatArray],
    from_afar: Sequence[FloatArray],
) -> tuple[FloatArray, FloatArray]:
    """Where there is no detail, and where nothing could be gained by looking behind a veil.

    The former is where all that the fusion would rather take than the overview shows nothing but
    noise; the latter is there and beside it, and where the frames of what lies behind show nothing
    but noise.

    Args:
        weights: As for `without_soft`.
        carriers: As there.
        over_noise: As there.
        from_afar: N of (h, w), the weights of the overview.

    Returns:
        Both, (h, w) in [0, 1].
    """
    xp = namespace(weights[0])
    plain, behind, total = (xp.zeros_like(weights[0]) for _ in range(3))
    for weight, carrier, over, far in zip(weights, carriers, over_noise, from_afar, strict=True):
        rather = xp.clip(weight - far, 0, None)
        bare = plainness(over)
        plain += rather * bare
        behind += carrier * bare
        total += rather
    plain *= xp.clip(total / _AT_ODDS, None, 1) / xp.clip(total, _FLOOR, None)
    return plain, xp.maximum(dilated(plain, BESIDE_CELLS), behind)
