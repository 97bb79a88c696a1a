"""Disks: full ones, and where temporary files lie."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

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


def temporary_files_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Temporary files are made there, wherever else the system would have them."""
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))


class FakeDisk:
    """Stands in for the disk under every folder: says what is free, and may be full.

    Args:
        monkeypatch: Puts it in place.
        free_bytes: What it says.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, free_bytes: int) -> None:
        self.free_bytes = free_bytes
        self.full = False
        self._fsync = os.fsync
        monkeypatch.setattr("shutil.disk_usage", self._usage)
        monkeypatch.setattr("os.fsync", self._flush)

    def _usage(self, _folder: Path) -> SimpleNamespace:
        return SimpleNamespace(total=10**12, free=self.free_bytes)

    def _flush(self, descriptor: int) -> None:
        if self.full:  # where a write that was put off fails
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._fsync(descriptor)
