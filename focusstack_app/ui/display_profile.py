"""The ICC profile that the system keeps for a screen.

X11: the property of the root window that "ICC Profiles in X" 0.4 describes. Windows: the profile of
the monitor's device context. Elsewhere the system converts windows to the screen itself (macOS), or
nothing is known.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import (
    POINTER,
    Structure,
    byref,
    c_char_p,
    c_int,
    c_uint8,
    c_uint16,
    c_uint32,
    c_void_p,
    sizeof,
    wintypes,
)
from pathlib import Path
from typing import Any

from PySide6.QtGui import QGuiApplication, QScreen

_MOST_WORDS = 4 * 1024 * 1024  # of 4 bytes; profiles have 0.5 KiB to some MiB
_ANY_TYPE, _BYTES = 0, 8
_LONGEST_PATH = 32767


def read_profile(screen: QScreen) -> bytes | None:
    """The profile of a screen; None where there is none, or where the system converts by itself."""
    try:
        match QGuiApplication.platformName():
            case "xcb":
                return x11_profile(screen.name())
            case "windows":
                corner = screen.geometry().topLeft()  # in physical pixels, unlike the size
                user, graphics = _windows_libraries()
                return windows_profile(user, graphics, corner.x(), corner.y())
    except (OSError, AttributeError):  # a library, a function of it, or the file is not there
        return None
    return None


def x11_profile(monitor: str) -> bytes | None:
    """The profile of a monitor of the X server that the environment names.

    Args:
        monitor: Its name in RandR. The first one is meant if there is none of that name.

    Raises:
        OSError: A library is not there.
        AttributeError: A library is too old.
    """
    xcb, randr = _x11_libraries()
    number = c_int()
    connection = xcb.xcb_connect(None, byref(number))
    try:
        if xcb.xcb_connection_has_error(connection):
            return None
        roots = xcb.xcb_setup_roots_iterator(xcb.xcb_get_setup(connection))
        for _ in range(number.value):
            xcb.xcb_screen_next(byref(roots))
        root = ctypes.cast(roots.data, POINTER(c_uint32)).contents.value
        index = _monitor_index(xcb, randr, connection, root, monitor)
        name = f"_ICC_PROFILE_{index}" if index else "_ICC_PROFILE"
        return _property(xcb, connection, root, _atom(xcb, connection, name))
    finally:
        xcb.xcb_disconnect(connection)


def windows_profile(user: Any, graphics: Any, x: int, y: int) -> bytes | None:
    """The profile of the monitor at a place of the desktop, physical pixels.

    Args:
        user: The functions of user32.
        graphics: Those of gdi32.
        x: From the left of the main monitor.
        y: From its top.

    Raises:
        OSError: The file of the profile cannot be read.
    """
    info = _MonitorInfo(size=sizeof(_MonitorInfo))
    monitor = user.MonitorFromPoint(wintypes.POINT(x, y), 0)
    if not monitor or not user.GetMonitorInfoW(monitor, byref(info)):
        return None
    context = graphics.CreateDCW(info.device, None, None, None)
    if not context:
        return None
    try:
        path = ctypes.create_unicode_buffer(_LONGEST_PATH)
        length = wintypes.DWORD(_LONGEST_PATH)
        known = graphics.GetICMProfileW(context, byref(length), path)
    finally:
        graphics.DeleteDC(context)
    return Path(path.value).read_bytes() if known else None


class _Cookie(Structure):
    _fields_ = [("sequence", c_uint32)]


class _Iterator(Structure):
    """Of libxcb: over roots, or over monitors."""

    _fields_ = [("data", c_void_p), ("rem", c_int), ("index", c_int)]


class _Atom(Structure):
    """The reply to InternAtom."""

    _fields_ = [("head", c_uint32 * 2), ("atom", c_uint32)]


class _Extension(Structure):
    """The reply to QueryExtension."""

    _fields_ = [("head", c_uint32 * 2), ("present", c_uint8)]


class _Property(Structure):
    """The reply to GetProperty."""

    _fields_ = [
        ("response_type", c_uint8),
        ("format", c_uint8),
        ("sequence", c_uint16),
        ("length", c_uint32),
        ("type", c_uint32),
        ("bytes_after", c_uint32),
        ("value_length", c_uint32),
    ]


class _MonitorInfo(Structure):
    """MONITORINFOEXW of Windows."""

    _fields_ = [
        ("size", wintypes.DWORD),
        ("monitor", wintypes.RECT),
        ("work", wintypes.RECT),
        ("flags", wintypes.DWORD),
        ("device", wintypes.WCHAR * 32),
    ]


def _monitor_index(xcb: Any, randr: Any, connection: int, root: int, monitor: str) -> int:
    """Where a monitor stands in the order of RandR 1.5 and Xinerama: the primary one is first."""
    wanted = _atom(xcb, connection, monitor)
    name = b"RANDR"  # a request of an extension that is not there would end the connection
    cookie = xcb.xcb_query_extension(connection, len(name), name)
    with _reply(xcb.xcb_query_extension_reply, connection, cookie, _Extension) as extension:
        if not wanted or extension is None or not extension.present:
            return 0
    with _reply(
        randr.xcb_randr_get_monitors_reply,
        connection,
        randr.xcb_randr_get_monitors(connection, root, 1),
        _Atom,
    ) as monitors:
        if monitors is None:
            return 0
        each = randr.xcb_randr_get_monitors_monitors_iterator(byref(monitors))
        for index in range(each.rem):
            if ctypes.cast(each.data, POINTER(c_uint32)).contents.value == wanted:
                return index
            randr.xcb_randr_monitor_info_next(byref(each))
    return 0


def _atom(xcb: Any, connection: int, name: str) -> int:
    """The number of a name; 0 where nobody ever used it."""
    encoded = name.encode()
    cookie = xcb.xcb_intern_atom(connection, 1, len(encoded), encoded)
    with _reply(xcb.xcb_intern_atom_reply, connection, cookie, _Atom) as reply:
        return reply.atom if reply is not None else 0


def _property(xcb: Any, connection: int, window: int, atom: int) -> bytes | None:
    """The value of a property of bytes; None where there is none."""
    if not atom:
        return None
    cookie = xcb.xcb_get_property(connection, 0, window, atom, _ANY_TYPE, 0, _MOST_WORDS)
    with _reply(xcb.xcb_get_property_reply, connection, cookie, _Property) as reply:
        if reply is None or reply.format != _BYTES or reply.bytes_after:
            return None
        value = xcb.xcb_get_property_value(byref(reply))
        return ctypes.string_at(value, reply.value_length)


@contextmanager
def _reply(
    wait_for: Any, connection: int, cookie: _Cookie, kind: type[Structure]
) -> Iterator[Any | None]:
    """What the server answers, until the end of the block; None where that is an error."""
    error = c_void_p()
    address = wait_for(connection, cookie, byref(error))
    try:
        yield ctypes.cast(address, POINTER(kind)).contents if address else None
    finally:
        free = ctypes.CDLL(None).free
        free.argtypes = [c_void_p]
        free(address)
        free(error)


def _x11_libraries() -> tuple[Any, Any]:
    """Libxcb and libxcb-randr, which Qt's plugin for X11 needs too."""
    xcb, randr = ctypes.CDLL("libxcb.so.1"), ctypes.CDLL("libxcb-randr.so.0")
    reply = [c_void_p, _Cookie, POINTER(c_void_p)]
    _declare(xcb.xcb_connect, c_void_p, [c_char_p, POINTER(c_int)])
    _declare(xcb.xcb_connection_has_error, c_int, [c_void_p])
    _declare(xcb.xcb_disconnect, None, [c_void_p])
    _declare(xcb.xcb_get_setup, c_void_p, [c_void_p])
    _declare(xcb.xcb_setup_roots_iterator, _Iterator, [c_void_p])
    _declare(xcb.xcb_screen_next, None, [POINTER(_Iterator)])
    _declare(xcb.xcb_intern_atom, _Cookie, [c_void_p, c_uint8, c_uint16, c_char_p])
    _declare(xcb.xcb_query_extension, _Cookie, [c_void_p, c_uint16, c_char_p])
    _declare(xcb.xcb_get_property, _Cookie, [c_void_p, c_uint8, *[c_uint32] * 5])
    _declare(xcb.xcb_get_property_value, c_void_p, [c_void_p])
    _declare(randr.xcb_randr_get_monitors, _Cookie, [c_void_p, c_uint32, c_uint8])
    _declare(randr.xcb_randr_get_monitors_monitors_iterator, _Iterator, [c_void_p])
    _declare(randr.xcb_randr_monitor_info_next, None, [POINTER(_Iterator)])
    for function in (
        xcb.xcb_intern_atom_reply,
        xcb.xcb_query_extension_reply,
        xcb.xcb_get_property_reply,
        randr.xcb_randr_get_monitors_reply,
    ):
        _declare(function, c_void_p, reply)
    return xcb, randr


def _windows_libraries() -> tuple[Any, Any]:
    """user32 and gdi32."""
    user, graphics = ctypes.CDLL("user32"), ctypes.CDLL("gdi32")
    word, text = wintypes.DWORD, wintypes.LPCWSTR
    _declare(user.MonitorFromPoint, wintypes.HMONITOR, [wintypes.POINT, word])
    _declare(user.GetMonitorInfoW, wintypes.BOOL, [wintypes.HMONITOR, POINTER(_MonitorInfo)])
    _declare(graphics.CreateDCW, wintypes.HDC, [text, text, text, c_void_p])
    _declare(graphics.DeleteDC, wintypes.BOOL, [wintypes.HDC])
    _declare(
        graphics.GetICMProfileW,
        wintypes.BOOL,
        [wintypes.HDC, POINTER(word), wintypes.LPWSTR],
    )
    return user, graphics


def _declare(function: Any, result: Any, arguments: list[Any]) -> None:
    """Say what a function takes and gives: ctypes would take addresses for numbers of 32 bits."""
    function.restype, function.argtypes = result, arguments
