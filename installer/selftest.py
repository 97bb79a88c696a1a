"""Try a frozen program: does it do what the program that it was made of does?

    PYTHON installer/selftest.py PROGRAM

PYTHON has focusstack_app installed. Nothing of its environment, nor the user's settings, reach the
program that is tried: it runs in an empty folder as its home.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

import focusstack_app
from focusstack_app.core.assets import resources_dir
from focusstack_app.io.probe import probe
from focusstack_app.io.read import read_frame

sys.path.append(str(Path(__file__).resolve().parent.parent))
from tests.unit.io.builders import save_dng

_START_S = 60.0


class Trial:
    """A program in a folder that is its home.

    Args:
        program: The frozen one.
        home: An empty folder.
    """

    def __init__(self, program: Path, home: Path) -> None:
        self.program, self.home = program, home
        self._environment = {"HOME": str(home), "PATH": os.defpath, "LANG": "C.UTF-8"}

    def run(self, *arguments: str | Path) -> str:
        """What the program prints.

        Raises:
            AssertionError: If it fails.
        """
        return self._output([self.program, *arguments])

    def unfrozen(self, *arguments: str | Path) -> str:
        """The same of the one it was made of."""
        return self._output([sys.executable, "-I", "-m", "focusstack_app", *arguments])

    def _output(self, command: Sequence[str | Path]) -> str:
        done = subprocess.run(
            command,
            env=self._environment,
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
        )
        said = f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        assert done.returncode == 0, said
        return done.stdout

    def window(self, *paths: Path) -> str:
        """What the program writes to its standard error while its window is open.

        Raises:
            AssertionError: If the window does not come up, or is not closed orderly.
        """
        environment = {**self._environment, "QT_QPA_PLATFORM": "offscreen"}
        kept = self.home / ".local" / "state" / "focusstack_app" / "window.json"
        kept.unlink(missing_ok=True)
        with subprocess.Popen(
            [self.program, *paths],
            env=environment,
            cwd=self.home,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                time.sleep(5)
                process.send_signal(signal.SIGINT)  # closes it, as Ctrl+C does
                _, said = process.communicate(timeout=_START_S)
            finally:
                process.kill()
        assert process.returncode == 0, f"the window ended with {process.returncode}:\n{said}"
        assert kept.exists(), f"the window was not open:\n{said}"
        return said


def starts(trial: Trial) -> None:
    """It says its version and finds its model."""
    assert trial.run("--version").split()[-1] == focusstack_app.__version__
    assert "vaeedof-base: intact" in trial.run("models", "verify")


def fuses_the_demo(trial: Trial) -> None:
    """The picture is the same, with its profile and metadata."""
    trial.run("demo", "-o", "frozen.tif")
    trial.unfrozen("demo", "-o", "unfrozen.tif")
    _same(trial.home / "frozen.tif", trial.home / "unfrozen.tif")


def reads_every_kind(trial: Trial) -> None:
    """JPEG, PNG and TIFF of 8 and 16 bits, compressed in different ways, and RAW."""
    small = [_reduced(path) for path in sorted((resources_dir() / "demo").glob("frame_*.jpg"))[:3]]
    deep = [frame.astype(np.uint16) * 257 for frame in small]
    for number, (frame, words) in enumerate(zip(small, deep, strict=True)):
        picture = Image.fromarray(frame)
        for kind in ("jpg", "png"):
            _folder(trial, kind)
            picture.save(trial.home / kind / f"{number}.{kind}")
        for compression in ("zlib", "lzw", "zstd"):
            _folder(trial, compression)
            tifffile.imwrite(
                trial.home / compression / f"{number}.tif", words, compression=compression
            )
        save_dng(_folder(trial, "raw") / f"{number}.dng", np.square(frame[:320, :480] / 255))
    for folder in sorted(path for path in trial.home.iterdir() if path.is_dir()):
        if folder.name.startswith("."):
            continue
        trial.run("fuse", folder, "-o", f"{folder.name}-frozen.tif")
        trial.unfrozen("fuse", folder, "-o", f"{folder.name}-unfrozen.tif")
        _same(*(trial.home / f"{folder.name}-{one}.tif" for one in ("frozen", "unfrozen")))


def writes_every_kind(trial: Trial) -> None:
    """TIFF, PNG, JPEG and WebP, in another colour space; JPEG XL, DNG."""
    for suffix in ("tif", "png", "jpg", "webp", "jxl", "dng"):
        options = ["--method", "pyramid", "--colour-space", "adobe-rgb"]
        for program, name in ((trial.run, "frozen"), (trial.unfrozen, "unfrozen")):
            program("fuse", "jpg", *options, "-o", f"written-{name}.{suffix}")
        one, other = (trial.home / f"written-{name}.{suffix}" for name in ("frozen", "unfrozen"))
        if suffix == "jxl":  # Pillow does not know it
            _same(one, other)
            continue
        with Image.open(one) as mine, Image.open(other) as theirs:
            assert mine.info.get("icc_profile") == theirs.info.get("icc_profile"), suffix
            assert mine.size == theirs.size
        assert one.stat().st_size == other.stat().st_size, suffix


def opens_its_window(trial: Trial) -> None:
    """Without and with frames; it complains of nothing."""
    frames = sorted((resources_dir() / "demo").glob("frame_*.jpg"))
    for paths in ([], frames):
        said = trial.window(*paths)
        complaints = [line for line in said.splitlines() if "propagateSizeHints" not in line]
        assert not complaints, "\n".join(complaints)


def _folder(trial: Trial, name: str) -> Path:
    folder = trial.home / name
    folder.mkdir(exist_ok=True)
    return folder


def _reduced(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB").reduce(3))


def _same(one: Path, other: Path) -> None:
    mine, theirs = read_frame(probe(one)), read_frame(probe(other))
    assert mine.icc_profile == theirs.icc_profile, one.name
    assert np.array_equal(mine.pixels, theirs.pixels), f"{one.name} has other pixels"


TRIALS: tuple[Callable[[Trial], None], ...] = (
    starts,
    fuses_the_demo,
    reads_every_kind,
    writes_every_kind,
    opens_its_window,
)


def main(argv: Sequence[str]) -> int:
    """The command."""
    program = Path(argv[0]).resolve()
    with tempfile.TemporaryDirectory(prefix="focusstack-trial-") as home:
        trial = Trial(program, Path(home))
        for one in TRIALS:
            one(trial)
            print(f"{one.__name__}: passed")  # noqa: T201 - it is a command
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
