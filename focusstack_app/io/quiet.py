"""Libraries that talk: their warnings, log records and prints stay away from the user.

The loggers of exifread, imagecodecs and tifffile are set to CRITICAL on import: they report every
oddity of a header there, and what matters of it reaches the user as an `InputError`.
"""

from __future__ import annotations

import logging
import os
import re
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress

for _name in ("exifread", "imagecodecs", "tifffile"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

_LIBRAW_COMPLAINT = re.compile(rb": (Unexpected end of file|data corrupted at -?\d+)\s*$")

_warnings_lock = threading.Lock()
_stderr_lock = threading.Lock()


@contextmanager
def without_warnings() -> Iterator[None]:
    """Drop Python warnings raised in the block; for short blocks only.

    The warning filters belong to the whole process, so one thread at a time may be in here.
    """
    with _warnings_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def libraw_complaints() -> Iterator[list[str]]:
    """Collect what LibRaw prints to the process's stderr about damaged data.

    LibRaw goes on after damaged data and only prints a line; that line is the one sign that a
    picture was decoded by half. Anything else that arrives at stderr meanwhile, from any thread,
    is passed on when the block ends.

    Yields:
        A list that holds LibRaw's lines once the block has ended.
    """
    complaints: list[str] = []
    with _stderr_lock:
        try:
            kept = os.dup(2)
        except OSError:  # no stderr at all, as in a windowed program on Windows
            yield complaints
            return
        with tempfile.TemporaryFile() as sink:
            os.dup2(sink.fileno(), 2)
            try:
                yield complaints
            finally:
                os.dup2(kept, 2)
                os.close(kept)
                sink.seek(0)
                for line in sink:
                    if _LIBRAW_COMPLAINT.search(line):
                        complaints.append(line.decode(errors="replace").strip())
                    else:
                        with suppress(OSError):
                            os.write(2, line)
