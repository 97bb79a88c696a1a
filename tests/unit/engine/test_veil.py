"""What can be believed of what lies behind a veil."""

from __future__ import annotations

import numpy as np
import pytest

from focusstack_app.core.model import FloatArray
from focusstack_app.engine.veil import Sheet, blurred, credible, lifted, veil_over

SIZE = 160, 160  # cells
RADIUS_CELLS = 8.0
BESIDE = np.s_[60:100, 81:85]  # the subject ends at column 80


def _beside_a_subject(sent: tuple[float, float, float]) -> tuple[Sheet, Sheet, FloatArray]:
    """The frame of a subject, the frame of what lies behind it, and the light of that.

    Args:
        sent: What the subject sends into the second frame, as multiples of what the first shows.
    """
    rng = np.random.default_rng(0)
    colours = np.array([0.9, 0.6, 0.4], np.float32)
    subject = rng.uniform(0.4, 0.6, (*SIZE, 1)).astype(np.float32) * colours
    brightness = rng.uniform(0.1, 0.4, (*SIZE, 1))
    background = (brightness * rng.uniform(0.9, 1.1, (*SIZE, 3))).astype(np.float32)
    matte = np.zeros(SIZE, np.float32)
    matte[:, :80] = 1
    mine = matte[..., None]
    light = subject * np.array(sent, np.float32)
    veil = blurred(np.concatenate([light * mine, mine], axis=2), RADIUS_CELLS)
    veiled = veil[..., :3] + (1 - veil[..., 3:]) * background
    near = np.where(mine > 0, subject, blurred(background, RADIUS_CELLS))
    front = Sheet(2 * RADIUS_CELLS, near, matte)
    return front, Sheet(0.0, veiled, 1 - matte), background


@pytest.mark.parametrize(
    ("sent", "believed"),
    [((1.0, 1.0, 1.0), True), ((2.0, 1.5, 1.0), False), ((1.0, 0.5, 0.5), False)],
    ids=["as-shown", "glint", "wrong-colour"],
)
def test_a_veil_is_believed_if_the_colours_behind_it_occur_around(
    sent: tuple[float, float, float], believed: bool
) -> None:
    front, back, background = _beside_a_subject(sent)
    veil = veil_over(back, [front, back], cell_px=2)
    assert veil is not None
    error = np.abs(lifted(back.light, veil) - background)[BESIDE].mean()
    assert (error < 0.01) == believed
    belief = credible(back, veil)
    assert (belief[BESIDE].mean() > 0.8) if believed else (belief[BESIDE].mean() < 0.5)
    assert belief[:, 110:].min() > 0.95  # there is no veil
