"""Rules about the project itself that no linter knows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import focusstack_app

PACKAGE = Path(focusstack_app.__file__).resolve().parent
UNIT = Path(__file__).resolve().parent

HEAVY = ("PySide6", "onnxruntime", "torch")


LINES = 400


def test_every_unit_test_stands_where_its_source_stands() -> None:
    """Several of one source have its name and a subject."""
    astray = []
    for test in UNIT.rglob("test_*.py"):
        words = test.stem.split("_")[1:]
        folder = PACKAGE / test.parent.relative_to(UNIT)
        sources = (folder / f"{'_'.join(words[:n])}.py" for n in range(1, len(words) + 1))
        if test != Path(__file__).resolve() and not any(source.exists() for source in sources):
            astray.append(str(test.relative_to(UNIT)))
    assert astray == []


def test_no_file_is_long() -> None:
    root = UNIT.parent.parent
    lengths = {
        path.relative_to(root): len(path.read_text(encoding="utf-8").splitlines())
        for folder in (PACKAGE, UNIT.parent, root / "installer")
        for path in folder.rglob("*.py")
    }
    assert len(lengths) > 100
    assert [str(path) for path, lines in lengths.items() if lines >= LINES] == []


@pytest.mark.parametrize("package", ["core", "jobs"])
def test_every_module_has_its_test(package: str) -> None:
    untested = [
        source.name
        for source in (PACKAGE / package).glob("*.py")
        if source.name != "__init__.py" and not (UNIT / package / f"test_{source.name}").exists()
    ]
    assert untested == []


def _loaded_by(code: str) -> set[str]:
    """Top-level names of the modules that a fresh interpreter has loaded after `code`."""
    printed = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=PACKAGE.parent,
    ).stdout
    return {name.partition(".")[0] for name in printed.split()}


@pytest.mark.parametrize("module", ["cli", "jobs.batch", "jobs.fuse", "inference.manifest"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    loaded = _loaded_by(f"import focusstack_app.{module}")
    assert "focusstack_app" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_the_command_line_loads_no_codec_before_it_is_needed() -> None:
    loaded = _loaded_by("import focusstack_app.cli")
    assert loaded.isdisjoint({"cv2", "rawpy", "imagecodecs", "simplejpeg", "PIL", "tifffile"})
