from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import focusstack_app
from focusstack_app.core import assets


def test_a_checkout_uses_the_folders_beside_the_package() -> None:
    top = Path(focusstack_app.__file__).resolve().parent.parent
    assert assets.models_dir() == top / "models"
    assert assets.resources_dir() == top / "resources"


def test_an_installed_package_uses_what_travelled_inside_it(tmp_path: Path) -> None:
    source = Path(focusstack_app.__file__).resolve().parent
    package = tmp_path / "focusstack_app"
    for name in ("__init__.py", "core/__init__.py", "core/assets.py"):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text((source / name).read_text(encoding="utf-8"), encoding="utf-8")
    (package / "_shipped" / "models").mkdir(parents=True)
    code = "from focusstack_app.core import assets; print(assets.models_dir())"
    printed = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout.strip()
    assert Path(printed) == (package / "_shipped" / "models").resolve()
