"""Arrays that may lie in memory or on disk, read in parts."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from numpy.typing import NDArray


class Planes(Protocol):
    """What an array gives that is read by slices: a NumPy array, or one that was spooled."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the whole array."""
        ...

    def __getitem__(self, key: Any, /) -> NDArray[Any]:
        """A part, as `numpy.ndarray` gives it; not to be written to."""
        ...


@runtime_checkable
class Reducible(Protocol):
    """What can be had reduced in size without being read as a whole."""

    def shrunk(self, size: tuple[int, int]) -> NDArray[Any]:
        """Reduced to (width, height)."""
        ...


def on_disk(planes: Planes) -> bool:
    """Whether what is read of an array takes memory of its own."""
    return bool(getattr(planes, "on_disk", False))
