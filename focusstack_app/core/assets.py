"""Where shipped files lie: inside the wheel, or beside the package in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def _shipped(name: str) -> Path:
    installed = _PACKAGE / "_shipped" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def models_dir() -> Path:
    """Folder of the models that ship with the program."""
    return _shipped("models")


def resources_dir() -> Path:
    """Folder of icons, help and the demo stack."""
    return _shipped("resources")
