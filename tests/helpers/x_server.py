"""An X server whose screen nobody sees (Xvfb), with properties and monitors to set."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ctypes import c_char_p, c_int, c_int16, c_size_t, c_uint8, c_uint16, c_uint32, c_void_p

import pytest

_SIZE = (1200, 600)
_REPLACE, _CARDINAL = 0, 6
_SET_MONITOR = 43
_REPLY_WORDS = 8
_ATOM_WORD = 2


class XServer:
    """A running server.

    Attributes:
        display: What DISPLAY is to be for its clients.
    """

    def __init__(self, display: str) -> None:
        self.display = display

    def set_property(self, name: str, value: bytes, *, bits: int = 8) -> None:
        """Set a property of the root window: a list of numbers of so many bits."""
        with _Client(self.display) as client:
            count = 8 * len(value) // bits
            client.xcb.xcb_change_property(
                client.connection, c_uint8(_REPLACE), client.root, client.atom(name),
                _CARDINAL, c_uint8(bits), count, value,
            )  # fmt: skip

    def delete_property(self, name: str) -> None:
        """Delete a property of the root window."""
        with _Client(self.display) as client:
            client.xcb.xcb_delete_property(client.connection, client.root, client.atom(name))

    def set_monitors(self, names: Sequence[str], primary: str) -> None:
        """Divide the screen into monitors, from left to right."""
        width, height = _SIZE[0] // len(names), _SIZE[1]
        with _Client(self.display) as client:
            for number, name in enumerate(names):
                request = _SetMonitor(
                    window=client.root,
                    name=client.atom(name),
                    primary=name == primary,
                    x=number * width,
                    width=width,
                    height=height,
                    width_mm=width // 4,
                    height_mm=height // 4,
                )
                client.send(request, _SET_MONITOR)


class _SetMonitor(ctypes.Structure):
    """RRSetMonitor without outputs; libxcb's own function for it fails an assertion."""

    _fields_ = [
        ("head", c_uint32),
        ("window", c_uint32),
        ("name", c_uint32),
        ("primary", c_uint8),
        ("automatic", c_uint8),
        ("outputs", c_uint16),
        ("x", c_int16),
        ("y", c_int16),
        ("width", c_uint16),
        ("height", c_uint16),
        ("width_mm", c_uint32),
        ("height_mm", c_uint32),
    ]


class _Roots(ctypes.Structure):
    _fields_ = [("root", ctypes.POINTER(c_uint32)), ("rem", c_int), ("index", c_int)]


class _Part(ctypes.Structure):
    """Of a request: struct iovec."""

    _fields_ = [("base", c_void_p), ("length", c_size_t)]


class _Protocol(ctypes.Structure):
    """How a request is made: xcb_protocol_request_t."""

    _fields_ = [
        ("parts", c_size_t),
        ("extension", c_void_p),
        ("opcode", c_uint8),
        ("is_void", c_uint8),
    ]


class _Client:
    """A connection that waits at its end until the server did everything."""

    def __init__(self, display: str) -> None:
        self.xcb = xcb = ctypes.CDLL("libxcb.so.1")
        self.randr = ctypes.CDLL("libxcb-randr.so.0")
        xcb.xcb_connect.restype = xcb.xcb_get_setup.restype = c_void_p
        xcb.xcb_setup_roots_iterator.restype = _Roots
        xcb.xcb_intern_atom_reply.restype = ctypes.POINTER(c_uint32 * _REPLY_WORDS)
        self.connection = c_void_p(xcb.xcb_connect(c_char_p(display.encode()), None))
        assert not xcb.xcb_connection_has_error(self.connection)
        setup = c_void_p(xcb.xcb_get_setup(self.connection))
        self.root = xcb.xcb_setup_roots_iterator(setup).root.contents

    def atom(self, name: str) -> int:
        """The number of a name; it is given one if it has none."""
        encoded = name.encode()
        cookie = self.xcb.xcb_intern_atom(
            self.connection, c_uint8(0), c_uint16(len(encoded)), encoded
        )
        reply = self.xcb.xcb_intern_atom_reply(self.connection, cookie, None)
        number = int(reply.contents[_ATOM_WORD])
        ctypes.CDLL(None).free(reply)
        return number

    def send(self, request: ctypes.Structure, opcode: int) -> None:
        """Send a request of RandR."""
        extension = ctypes.addressof(c_uint32.in_dll(self.randr, "xcb_randr_id"))
        parts = (_Part * 3)()  # the first two are the library's own
        parts[2] = _Part(ctypes.addressof(request), ctypes.sizeof(request))
        protocol = _Protocol(1, extension, opcode, 1)
        self.xcb.xcb_send_request(
            self.connection,
            0,
            ctypes.byref(parts, 2 * ctypes.sizeof(_Part)),
            ctypes.byref(protocol),
        )

    def __enter__(self) -> _Client:
        return self

    def __exit__(self, *error: object) -> None:
        self.atom("the end")  # what was asked before is done before this is answered
        self.xcb.xcb_disconnect(self.connection)


def printed_under_x(server: XServer, script: str) -> list[str]:
    """What a program prints whose windows are on a server: Qt chooses its platform once.

    The test is skipped where the libraries of Qt's plugin for X11 are not installed.
    """
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "DISPLAY": server.display, "QT_QPA_PLATFORM": "xcb"},
        capture_output=True,
        text=True,
        check=False,
    )
    if "Could not load the Qt platform plugin" in ended.stderr:
        pytest.skip("the libraries of Qt's plugin for X11 are not installed")
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines()


@contextmanager
def running_x_server() -> Iterator[XServer]:
    """Start Xvfb, and end it after the block; skip the test where it is not installed."""
    program = shutil.which("Xvfb")
    if program is None:
        pytest.skip("Xvfb is not installed")
    reads, writes = os.pipe()
    width, height = _SIZE
    server = subprocess.Popen(
        [
            program, "-displayfd", str(writes), "-screen", "0", f"{width}x{height}x24",
            "-nolisten", "tcp", "-noreset",
        ],
        pass_fds=[writes],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writes)
    try:
        with os.fdopen(reads) as told:
            number = told.readline().strip()
        assert number, "Xvfb did not start"
        yield XServer(f":{number}")
    finally:
        server.terminate()
        server.wait()
