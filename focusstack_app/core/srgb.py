"""The curve of sRGB (IEC 61966-2-1), both ways; arrays of any kind and shape."""

from __future__ import annotations

from typing import Any

from focusstack_app.core.kinds import namespace


def encoded(light: Any) -> Any:
    """Linear light, clipped to [0, 1], to values of sRGB in [0, 1]."""
    xp = namespace(light)
    light = xp.clip(light, 0, 1)
    bright = 1.055 * light ** (1 / 2.4) - 0.055
    return xp.where(light <= 0.0031308, 12.92 * light, bright)


def decoded(values: Any) -> Any:
    """Values of sRGB in [0, 1] to linear light."""
    high = ((values + 0.055) / 1.055) ** 2.4
    return namespace(values).where(values <= 0.04045, values / 12.92, high)
