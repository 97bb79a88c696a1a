"""Build the program as it is installed where there is no Python: an archive and a Debian package.

    python3 installer/build.py

It needs Debian, or what is made of it, with the package `python3-venv`. In a virtual environment of
its own it installs the checkout, freezes it with PyInstaller, tests what came out
(`selftest.py`) and packs it into `dist/`. The processor's ONNX Runtime goes in, not the one for
CUDA: that is 340 MB, and of no use without 1.5 GB of NVIDIA's libraries.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent

_PYINSTALLER = "pyinstaller==6.22.3"
# Installed beside the program by its users only, or used by what we leave out.
_LEFT_OUT = ("focusstack_app.training", "matplotlib", "numba", "onnx", "scipy", "tkinter", "torch")
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
# What Qt, OpenCV and LibRaw ask of the system; drivers cannot be brought along.
_SYSTEM = ("libc6", "libdbus-1-3", "libegl1", "libfontconfig1", "libgl1", "libxkbcommon0")
_COMMON_LICENCES = Path("/usr/share/common-licenses")  # of Debian
_INFO = """\
Package: focusstack
Version: {version}
Architecture: {architecture}
Maintainer: the developers of focusstack_app
Installed-Size: {kilobytes}
Depends: {depends}
Section: graphics
Priority: optional
Description: focus stacking with a learned fusion
 Takes frames that are each focused a little further and makes one picture
 that is sharp everywhere, with 16 bits, metadata and colour profile.
"""


def environment(work: Path) -> Path:
    """The interpreter of a new environment with the program and what freezes it."""
    subprocess.run([sys.executable, "-m", "venv", "--clear", work / "venv"], check=True)
    python = work / "venv" / "bin" / "python"

    def pip(*arguments: str | Path) -> None:
        subprocess.run([python, "-m", "pip", "--quiet", *arguments], check=True)

    pip("install", ROOT, _PYINSTALLER)
    listed = subprocess.run(
        [python, "-m", "pip", "list", "--format=freeze"], check=True, capture_output=True, text=True
    ).stdout
    installed = dict(line.split("==", 1) for line in listed.splitlines() if "==" in line)
    cuda = installed.get("onnxruntime-gpu")
    if cuda is not None:
        pip("uninstall", "--yes", "onnxruntime-gpu")
        pip("install", f"onnxruntime=={cuda}")
    return python


def freeze(python: Path, work: Path) -> Path:
    """The folder of the frozen program, with the licences of all that is in it."""
    options = ["--name", "focusstack", "--noconfirm", "--log-level", "WARN"]
    options += ["--collect-data", "focusstack_app"]
    options += ["--collect-submodules", "imagecodecs"]  # it imports each of them by name
    for module in _LEFT_OUT:
        options += ["--exclude-module", module]
    folders = {"--distpath": "frozen", "--workpath": "steps", "--specpath": "steps"}
    for option, name in folders.items():
        options += [option, str(work / name)]
    entry = str(HERE / "entry.py")
    subprocess.run([python, "-m", "PyInstaller", *options, entry], check=True, cwd=work)
    folder = work / "frozen" / "focusstack"
    subprocess.run([python, HERE / "licences.py", folder / "licences"], check=True)
    for text in ("LGPL-3", "GPL-3"):  # Qt's; its packages for Python name them only
        shutil.copy(_COMMON_LICENCES / text, folder / "licences" / "PySide6_Essentials")
    return folder


def archive(folder: Path, version: str, out: Path) -> Path:
    """The folder and what a desktop shows of it, to be unpacked anywhere."""
    name = f"focusstack-{version}-linux-{platform.machine()}"
    path = out / f"{name}.tar.xz"
    with tarfile.open(path, "w:xz", preset=2) as file:
        file.add(folder, name)
        for more in ("focusstack.desktop", "focusstack.xml"):
            file.add(HERE / more, f"{name}/{more}")
        file.add(ROOT / "resources" / "icons" / "focusstack.svg", f"{name}/focusstack.svg")
    return path


def package(folder: Path, version: str, work: Path, out: Path) -> Path:
    """The Debian package: the program under /opt, its command, its entry in menus, its icon."""
    tree = work / "package"
    if tree.exists():
        shutil.rmtree(tree)
    program = tree / "opt" / "focusstack"
    shutil.copytree(folder, program, symlinks=True)
    command = tree / "usr" / "bin" / "focusstack"
    command.parent.mkdir(parents=True)
    command.symlink_to("/opt/focusstack/focusstack")
    share = tree / "usr" / "share"
    for source, target in (
        (HERE / "focusstack.desktop", share / "applications"),
        (HERE / "focusstack.xml", share / "mime" / "packages"),
        (ROOT / "resources" / "icons" / "focusstack.svg", share / "icons/hicolor/scalable/apps"),
        (ROOT / "LICENSE", share / "doc" / "focusstack"),
    ):
        target.mkdir(parents=True)
        shutil.copy(source, target)
    (share / "doc" / "focusstack" / "LICENSE").rename(share / "doc" / "focusstack" / "copyright")
    size = sum(path.lstat().st_size for path in tree.rglob("*") if not path.is_dir())
    architecture = _ARCHITECTURES[platform.machine()]
    info = _INFO.format(
        version=version.replace(".dev", "~dev"),
        architecture=architecture,
        kilobytes=-(-size // 1024),
        depends=", ".join(_SYSTEM),
    )
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN" / "control").write_text(info, encoding="utf-8")
    path = out / f"focusstack_{version}_{architecture}.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zxz", "-z2", "--build", tree, path],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return path


def main(argv: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="installer/build.py", description=__doc__)
    parser.add_argument("--work", type=Path, default=ROOT / "build", help="(default: build)")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="(default: dist)")
    arguments = parser.parse_args(argv)
    if sys.platform != "linux" or platform.machine() not in _ARCHITECTURES:
        parser.error("only Linux on x86_64 and aarch64 is built for")
    work, out = arguments.work.resolve(), arguments.out.resolve()
    work.mkdir(parents=True, exist_ok=True)
    out.mkdir(parents=True, exist_ok=True)
    python = environment(work)
    folder = freeze(python, work)
    subprocess.run([python, HERE / "selftest.py", folder / "focusstack"], check=True)
    ask = "import focusstack_app; print(focusstack_app.__version__)"
    version = subprocess.run(
        [python, "-I", "-c", ask], check=True, capture_output=True, text=True
    ).stdout.strip()
    for path in (archive(folder, version, out), package(folder, version, work, out)):
        print(f"{path} ({path.stat().st_size / 1e6:.0f} MB)")  # noqa: T201 - it is a command
    return 0


if __name__ == "__main__":
    sys.exit(main())
