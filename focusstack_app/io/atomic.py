"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from focusstack_app.core.errors import OutputError, OutputExistsError
from focusstack_app.io.faults import shown

_REASONS = {
    errno.ENOSPC: ("the disk is full", "Make room or choose another disk."),
    errno.EDQUOT: ("your share of the disk is full", "Make room or choose another disk."),
    errno.EROFS: ("the disk is read-only", "Choose another folder."),
    errno.EACCES: ("writing there is not permitted", "Choose another folder."),
    errno.EPERM: ("writing there is not permitted", "Choose another folder."),
    errno.ENOENT: ("its folder does not exist", "Create the folder or choose another one."),
    errno.ENOTDIR: ("its folder is not a folder", "Choose another folder."),
    errno.ENAMETOOLONG: ("the name is too long", "Choose a shorter name."),
}


def output_error(path: Path, error: OSError) -> OutputError:
    """What a file error means for the photographer."""
    reason, hint = _REASONS.get(error.errno or 0, (error.strerror or str(error), ""))
    return OutputError(f"{shown(path)} cannot be written: {reason}.", hint)


def _check_target(path: Path, *, overwrite: bool) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISDIR(mode):
        raise OutputError(f"{shown(path)} is a folder.", "Give the name of a file.")
    if not overwrite:
        raise OutputExistsError(
            f"{shown(path)} already exists.", "Choose another name, or allow overwriting."
        )


@contextmanager
def replacing(path: Path, *, overwrite: bool) -> Iterator[Path]:
    """Write a file so that it appears under its name only when it is complete.

    Args:
        path: The file to make.
        overwrite: Whether a file of that name may be replaced.

    Yields:
        An empty temporary file beside it (hidden, same suffix) to write to. When the block ends
        well it is flushed to disk and renamed to `path`; when it ends with any exception
        (`Cancelled` and `KeyboardInterrupt` too) it is removed and `path` is as it was.

    Raises:
        OutputExistsError: If `path` exists, before or after the writing, and `overwrite` is False.
        OutputError: If the folder is missing or not writable, the disk is full, and for any other
            `OSError` in the block.
    """
    temporary = path.parent / f".focusstack-{secrets.token_hex(6)}{path.suffix}"
    try:
        _check_target(path, overwrite=overwrite)
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        try:
            yield temporary
            with temporary.open("r+b") as file:
                os.fsync(file.fileno())
            _check_target(path, overwrite=overwrite)
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
    except OSError as error:
        raise output_error(path, error) from error
