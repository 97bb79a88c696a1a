"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from focusstack_app.core.errors import DiskFullError, OutputError, OutputExistsError
from focusstack_app.core.message import message
from focusstack_app.core.patience import patiently
from focusstack_app.core.places import is_folder, is_there
from focusstack_app.io.faults import OUT_OF_REACH, RECONNECT, shown

_PREFIX = ".focusstack-"
_LEFT_OVER_S = 24 * 3600.0  # nobody writes one picture for so long
_LONGEST_PATH = 235  # Windows takes 259 characters; what is written first may be longer
_FULL = (errno.ENOSPC, errno.EDQUOT)
_REASONS = {
    errno.ENOSPC: (message("the disk is full"), message("Make room or choose another disk.")),
    errno.EDQUOT: (
        message("your share of the disk is full"),
        message("Make room or choose another disk."),
    ),
    errno.EROFS: (message("the disk is read-only"), message("Choose another folder.")),
    errno.EACCES: (message("writing there is not permitted"), message("Choose another folder.")),
    errno.EPERM: (message("writing there is not permitted"), message("Choose another folder.")),
    errno.ENOENT: (
        message("its folder does not exist"),
        message("Create the folder or choose another one."),
    ),
    errno.ENOTDIR: (message("its folder is not a folder"), message("Choose another folder.")),
    errno.ENAMETOOLONG: (message("the name is too long"), message("Choose a shorter name.")),
    errno.EBUSY: (
        message("another program has it open, or it is write-protected"),
        message("Close it there, or choose another name."),
    ),
}


def output_error(path: Path, error: OSError) -> OutputError:
    """What a file error means for the photographer."""
    other = RECONNECT if error.errno in OUT_OF_REACH else ""
    reason, hint = _REASONS.get(_number(path, error), (error.strerror or str(error), other))
    text = message("{file} cannot be written: {reason}.", file=shown(path), reason=reason)
    if error.errno in _FULL:
        return DiskFullError(text, hint, path.parent)
    return OutputError(text, hint)


def _number(path: Path, error: OSError) -> int:
    """The number of an error, or what it means: Windows has one for what others tell apart."""
    if error.errno == errno.ENOENT and is_there(path.parent):
        if not is_folder(path.parent):
            return errno.ENOTDIR
        if len(str(path.absolute())) > _LONGEST_PATH:
            return errno.ENAMETOOLONG
    if isinstance(error, PermissionError) and hasattr(error, "winerror"):
        return errno.EBUSY if is_there(path) and not is_folder(path) else errno.EACCES
    return error.errno or 0


def make_folder(path: Path) -> None:
    """Make a folder, if it is not there.

    Raises:
        OutputError: If it cannot be made.
    """
    try:
        path.mkdir(exist_ok=True)
    except OSError as error:
        raise output_error(path, error) from error


@contextmanager
def folder_for(path: Path) -> Iterator[None]:
    """Write files into a folder, which is made if it is not there.

    When the block ends with any exception, a folder that was made for it goes again, unless
    something is in it by then.

    Raises:
        OutputError: If it cannot be made.
    """
    try:
        path.mkdir()
        made = True
    except FileExistsError:
        make_folder(path)  # says what is wrong where it is no folder
        made = False
    except OSError as error:
        raise output_error(path, error) from error
    try:
        yield
    except BaseException:
        if made:
            with suppress(OSError):
                path.rmdir()
        raise


def _check_target(path: Path, *, overwrite: bool) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISDIR(mode):
        raise OutputError(
            message("{file} is a folder.", file=shown(path)), message("Give the name of a file.")
        )
    if not overwrite:
        raise OutputExistsError(
            message("{file} already exists.", file=shown(path)),
            message("Choose another name, or allow overwriting."),
        )


def _remove_leftovers(folder: Path) -> None:
    """Remove what a program that was killed while it wrote has left in a folder."""
    with suppress(OSError):
        for path in folder.glob(f"{_PREFIX}*"):
            old = time.time() - path.stat().st_mtime > _LEFT_OVER_S
            if old and re.fullmatch(r"[0-9a-f]{12,}(\..+)?", path.name.removeprefix(_PREFIX)):
                path.unlink()


def _linked(temporary: Path, path: Path) -> bool:
    """Give a file its name unless that is taken, be it since a moment; False where none can be so.

    Raises:
        OutputExistsError: If it is taken.
    """
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        _check_target(path, overwrite=False)
        raise
    except OSError:  # FAT and some network drives know no second names
        return False
    with suppress(OSError):
        patiently(temporary.unlink)
    return True


def _named(temporary: Path, path: Path, *, overwrite: bool) -> None:
    _check_target(path, overwrite=overwrite)
    if overwrite or not _linked(temporary, path):
        temporary.replace(path)


def _begun(path: Path) -> Path:
    """An empty temporary file beside a path, with a name as long if that is longer than usual."""
    random = secrets.token_hex(max(6, (len(path.stem) - len(_PREFIX)) // 2))
    temporary = path.parent / f"{_PREFIX}{random}{path.suffix}"
    os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    return temporary


def check_place(path: Path) -> None:
    """Find out whether a file can be made or replaced, by one that is there for a moment.

    What systems say of rights is not all: Windows says nothing of those of folders, macOS nothing
    of those that it has not asked its user for yet.

    Raises:
        OutputError: If it cannot.
    """
    try:
        if is_there(path):  # on Windows what is open in another program cannot be renamed
            patiently(lambda: path.rename(path))
        else:
            patiently(_begun(path).unlink)
    except OSError as error:
        raise output_error(path, error) from error


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
    try:
        _check_target(path, overwrite=overwrite)
        _remove_leftovers(path.parent)
        temporary = _begun(path)
        try:
            yield temporary
            with temporary.open("r+b") as file:
                os.fsync(file.fileno())
            patiently(lambda: _named(temporary, path, overwrite=overwrite))
        except BaseException:
            with suppress(OSError):
                patiently(temporary.unlink)
            raise
    except OSError as error:
        raise output_error(path, error) from error
