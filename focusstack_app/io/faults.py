"""What goes wrong while reading a file, said in words for the photographer."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from focusstack_app.core.errors import InputError
from focusstack_app.core.message import message

_COPY_AGAIN = message("Copy it again from the camera or card, or leave it out of the stack.")

# Of the disk, the card reader or the network; what is wrong with a file itself has other numbers.
OUT_OF_REACH = frozenset(
    number
    for name in (
        *("EIO", "ENXIO", "ENODEV", "EREMOTEIO", "ENOMEDIUM", "ESTALE", "ENOTCONN", "ESHUTDOWN"),
        *("EHOSTDOWN", "EHOSTUNREACH", "ENETDOWN", "ENETUNREACH", "ETIMEDOUT", "ECONNABORTED"),
        *("ECONNRESET", "ENAMETOOLONG", "ELOOP"),
    )
    if (number := getattr(errno, name, None)) is not None
)
RECONNECT = message("Is its disk, card or network drive still connected?")


def shown(path: Path | str) -> str:
    """A path, or a name, on one printable line, whatever bytes it holds."""
    return "".join(char if char.isprintable() else "?" for char in str(path))


def damaged(path: Path) -> InputError:
    """The error for a file whose pixels or header cannot be decoded."""
    return InputError(
        message("{file} is damaged or cut off and cannot be decoded.", file=shown(path)),
        _COPY_AGAIN,
    )


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn every failure to read `path` inside the block into an `InputError` that names it.

    Keep the block to calls of decoders and the file system: whatever is raised in it is taken for
    a fault of the file.

    Raises:
        InputError: If the block raises any `Exception`; an `InputError` passes unchanged.
    """
    name = shown(path)
    try:
        yield
    except InputError:
        raise
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError(
            message("{file} does not exist.", file=name), message("Was it moved or renamed?")
        ) from error
    except IsADirectoryError as error:
        raise InputError(message("{file} is a folder, not a picture.", file=name)) from error
    except PermissionError as error:
        hint = message("Give yourself the right to read it, or copy it elsewhere.")
        if sys.platform == "win32":
            hint = message("Close the program that has it open, or copy it elsewhere.")
        raise InputError(message("{file} may not be read.", file=name), hint) from error
    except MemoryError as error:
        raise InputError(
            message("{file} does not fit into memory.", file=name),
            message("Close other programs or use smaller pictures."),
        ) from error
    except OSError as error:
        if error.errno not in OUT_OF_REACH:
            raise damaged(path) from error
        raise InputError(
            message("{file} cannot be reached: {reason}.", file=name, reason=error.strerror),
            RECONNECT,
        ) from error
    except Exception as error:  # decoders raise anything at all on damaged data
        raise damaged(path) from error
