"""A disk that is full."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

needs_file_limits = pytest.mark.skipif(sys.platform == "win32", reason="files have no limit there")


@contextmanager
def files_of_at_most(size_bytes: int) -> Iterator[None]:
    """For the length of a block no file of this process can become larger."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
