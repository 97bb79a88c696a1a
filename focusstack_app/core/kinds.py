"""Arrays of another kind than NumPy's: those that lie on a graphics card.

The engine is written once. What it does to pixels by NumPy and OpenCV stands in functions that are
`by_kind`: given an array of another kind, they are served by the counterpart of the same name.
Arithmetic, slices and what `namespace` has in common are the same for all kinds.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

Given = ParamSpec("Given")
Result = TypeVar("Result")

NAMES: set[str] = set()  # of all functions that are by kind
_counterparts: dict[tuple[type, str], Callable[..., Any]] = {}


def by_kind(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """Let a function of NumPy arrays be served by its counterpart, by the type of what comes first.

    Counterparts take and give arrays of their kind where the function takes and gives NumPy's.
    """
    name = function.__name__
    NAMES.add(name)

    @functools.wraps(function)
    def served(*given: Given.args, **named: Given.kwargs) -> Result:
        counterpart = _counterparts.get((type(given[0]), name), function)
        result: Result = counterpart(*given, **named)
        return result

    return served


def serve(kind: type, functions: Iterable[Callable[..., Any]]) -> None:
    """Make functions the counterparts, by their names, for a type of arrays."""
    _counterparts.update({(kind, function.__name__): function for function in functions})


def on_card(array: object) -> bool:
    """Whether an array is of another kind than NumPy's."""
    return (type(array), "namespace") in _counterparts


@by_kind
def namespace(array: Any) -> Any:
    """The module that has `clip`, `amax`, `stack` ... for arrays of this kind."""
    del array
    return np


@by_kind
def zeros(like: Any, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Float32 zeros of the kind of another array."""
    del like
    return np.zeros(shape, np.float32)


@by_kind
def zero_indices(like: Any, shape: tuple[int, ...]) -> NDArray[np.uint16]:
    """Uint16 zeros (or a type that holds as much) of the kind of another array."""
    del like
    return np.zeros(shape, np.uint16)


@by_kind
def zero_bytes(like: Any, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Uint8 zeros of the kind of another array."""
    del like
    return np.zeros(shape, np.uint8)


@by_kind
def as_float32(array: NDArray[Any]) -> NDArray[np.float32]:
    """The same values in single precision."""
    return np.asarray(array, dtype=np.float32)


@by_kind
def as_float64(array: NDArray[Any]) -> NDArray[np.float64]:
    """The same values in double precision."""
    return np.asarray(array, dtype=np.float64)


@by_kind
def as_float16(array: NDArray[Any]) -> NDArray[np.float16]:
    """The same values in half precision."""
    return array.astype(np.float16)


@by_kind
def of_kind(like: Any, array: NDArray[Any]) -> NDArray[Any]:
    """An array of NumPy as one of the kind of another."""
    del like
    return array


@by_kind
def on_host(array: Any) -> NDArray[Any]:
    """The same array as one of NumPy."""
    return np.asarray(array)
